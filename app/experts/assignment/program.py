"""The panels of a round as a linear program over some of the pairs: one column a pair, one row a rule."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.experts.assignment.inputs import Inputs
from app.experts.assignment.pairs import SCALE, Pairs, pins_of

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from app.experts.assignment.pairs import Flags

    Floats = NDArray[float64]

UNIT_OF_WORTH = SCALE * 1000
SIZE, OUTSIDE, FINANCE, FIELD = "size", "outside", "finance", "field"
UNIT, REGION, CEILING, FLOOR, ROTATION = "unit", "region", "ceiling", "floor", "rotation"


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: its word, what it is about (demand and, say, unit, by place), its columns and its ends."""

    rule: str
    key: tuple[Any, ...]
    columns: Sequence[int]
    low: float
    high: float
    factors: Sequence[float] | None = None


@dataclass
class Program:
    """Columns of pairs (`demand`, `expert` by place) come first, then those of the load. The purpose is to make
    `cost` small; it is in units of full match."""

    pairs: Pairs
    demand: "NDArray[Any]"
    expert: "NDArray[Any]"
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def inputs(self) -> Inputs:
        """The round."""
        return self.pairs.inputs

    def is_seat(self, column: int) -> bool:
        """Whether the pair's column is a seat, not a place on a reserve list."""
        place = int(self.demand[column])
        return self.pairs.roots[place] == place

    def column(self, cost: float, low: float, high: float) -> int:
        """A new column; returns its place."""
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        return len(self.cost) - 1

    def matrix(self) -> Any:
        """The rows as a sparse matrix."""
        import numpy as np
        from scipy.sparse import csr_array

        starts = np.cumsum([0] + [len(row.columns) for row in self.rows])
        places = np.concatenate([np.asarray(row.columns, dtype=np.int64) for row in self.rows])
        values = np.concatenate(
            [
                np.ones(len(row.columns)) if row.factors is None else np.asarray(row.factors)
                for row in self.rows
            ]
        )
        return csr_array((values, places, starts), shape=(len(self.rows), len(self.cost)))

    def taken(self, values: "Floats") -> "Flags":
        """A solution as a matrix of pairs."""
        import numpy as np

        found = np.zeros(self.pairs.may.shape, dtype=bool)
        chosen = np.asarray(values[: len(self.demand)]) > 0.5
        found[self.demand[chosen], self.expert[chosen]] = True
        return found


def build(pairs: Pairs, used: "Flags") -> Program:
    """The program over the pairs that are `used`; pins are always among them."""
    import numpy as np

    demand, expert = np.nonzero(used)
    program = Program(pairs, demand, expert)
    program.cost = (-pairs.worth[demand, expert] / UNIT_OF_WORTH).tolist()
    program.low, program.high = [0.0] * len(demand), [1.0] * len(demand)
    _pin(program)
    starts = np.searchsorted(demand, np.arange(len(pairs.roots) + 1)).tolist()
    experts = expert.tolist()
    everybody: list[list[int]] = [[] for _ in pairs.roots]
    for place, root in enumerate(pairs.roots):
        columns = range(starts[place], starts[place + 1])
        everybody[root] += columns
        size = pairs.inputs.demands[place].size
        program.rows.append(Row(SIZE, (place,), columns, size, size))
        if root == place:
            _needs_rows(program, place, columns, experts)
    _unit_rows(program, everybody, experts)
    by_expert: list[list[int]] = [[] for _ in pairs.inputs.experts]
    for column, place in enumerate(experts):
        by_expert[place].append(column)
    _load_rows(program, by_expert)
    _rotation_rows(program, by_expert)
    return program


def _pin(program: Program) -> None:
    place = {each.id: number for number, each in enumerate(program.inputs.experts)}
    pinned = {
        (row, column) for row, each in enumerate(program.inputs.demands) for column in pins_of(each, place)
    }
    if pinned:
        for column, pair in enumerate(zip(program.demand.tolist(), program.expert.tolist(), strict=True)):
            program.low[column] = float(pair in pinned)


def _needs_rows(program: Program, place: int, columns: range, experts: Sequence[int]) -> None:
    """What the members of a panel must be."""
    pool, rules = program.inputs.experts, program.inputs.rules

    def at_least(rule: str, count: int, has: Callable[[int], bool]) -> None:
        found = [column for column in columns if has(experts[column])]
        if count and len(found) < len(columns):
            program.rows.append(Row(rule, (place,), found, count, float("inf")))

    at_least(OUTSIDE, rules.outside_of(program.inputs.demands[place]), lambda each: pool[each].is_outside)
    at_least(FINANCE, int(rules.needs_finance), lambda each: pool[each].is_finance)
    at_least(FIELD, int(rules.needs_field), lambda each: bool(program.pairs.in_field[place, each]))
    if rules.region_cap is not None:
        for region, found in _grouped(columns, lambda column: pool[experts[column]].region):
            if len(found) > rules.region_cap:
                program.rows.append(Row(REGION, (place, region), found, 0, rules.region_cap))


def _unit_rows(program: Program, everybody: Sequence[Sequence[int]], experts: Sequence[int]) -> None:
    """Of one unit at most one, members and reserves together."""
    pool = program.inputs.experts
    for root, columns in enumerate(everybody):
        for unit, found in _grouped(columns, lambda column: pool[experts[column]].unit):
            if len(found) > 1:
                program.rows.append(Row(UNIT, (root, unit), found, 0, 1))


def _load_rows(program: Program, by_expert: Sequence[Sequence[int]]) -> None:
    """An expert's seats are as many as the steps of load they pay for, each dearer than the one before."""
    price, most = program.inputs.rules.load_price / SCALE, len(program.inputs.demands)
    for place, expert in enumerate(program.inputs.experts):
        columns = by_expert[place]
        if not columns and not expert.floor:
            continue
        steps = [program.column(price * (expert.load + step), 0, 1) for step in range(min(expert.room, most))]
        factors = [1.0] * len(columns) + [-1.0] * len(steps)
        program.rows.append(Row(CEILING, (place,), [*columns, *steps], 0, 0, factors))
        if expert.floor:
            seats = [column for column in columns if program.is_seat(column)]
            program.rows.append(Row(FLOOR, (place,), seats, expert.floor, float("inf")))


def _rotation_rows(program: Program, by_expert: Sequence[Sequence[int]]) -> None:
    """Nobody judges the same bidder twice in this round either; where nothing rotates, each time more has its price."""
    rules, shared = program.inputs.rules, shared_bidders(program.inputs)
    if not shared:
        return
    rows = program.demand.tolist()
    for place, columns in enumerate(by_expert):
        of_bidder: dict[str, list[int]] = {}
        for column in columns:
            for bidder in shared.get(rows[column], ()):
                of_bidder.setdefault(bidder, []).append(column)
        for bidder, found in sorted(of_bidder.items()):
            if len(found) > 1 and rules.rotates:
                program.rows.append(Row(ROTATION, (bidder, place), found, 0, 1))
            elif len(found) > 1:
                again = program.column(rules.repeat_price / SCALE, 0, float("inf"))
                factors = [1.0] * len(found) + [-1.0]
                program.rows.append(Row(ROTATION, (bidder, place), [*found, again], 0, 1, factors))


def elastic(program: Program, words: Iterable[str], price: float) -> tuple[Program, dict[int, Row]]:
    """The program in which the rules of these words may give, each by any amount at a price for one; and, of each
    column that says by how much, its rule's row."""
    wanted = set(words)
    loose = replace(
        program, cost=[*program.cost], low=[*program.low], high=[*program.high], rows=[*program.rows]
    )
    gives = {}
    for place, row in enumerate(program.rows):
        if row.rule in wanted:
            column = loose.column(price, 0.0, float("inf"))
            # What must be at least so much is helped up, what may be at most so much is helped down.
            sign = -1.0 if row.rule in (UNIT, REGION, CEILING, ROTATION) else 1.0
            factors = [*(row.factors or [1.0] * len(row.columns)), sign]
            loose.rows[place] = replace(row, columns=[*row.columns, column], factors=factors)
            gives[column] = row
    return loose, gives


def shared_bidders(inputs: Inputs) -> dict[int, list[str]]:
    """Of each demand by place, the bidders who bid on another demand of the round too."""
    where: dict[str, list[int]] = {}
    for place, demand in enumerate(inputs.demands):
        for bidder in demand.bidders:
            where.setdefault(bidder, []).append(place)
    found: dict[int, list[str]] = {}
    for bidder, places in sorted(where.items()):
        for place in places if len(places) > 1 else ():
            found.setdefault(place, []).append(bidder)
    return found


def demands_of_bidders(inputs: Inputs) -> dict[str, list[int]]:
    """Of each bidder with several demands in the round, the places of those demands."""
    found: dict[str, list[int]] = {}
    for place, bidders in shared_bidders(inputs).items():
        for bidder in bidders:
            found.setdefault(bidder, []).append(place)
    return found


def _grouped(columns: Iterable[int], key: Callable[[int], str]) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for column in columns:
        found.setdefault(key(column), []).append(column)
    return sorted(found.items())
