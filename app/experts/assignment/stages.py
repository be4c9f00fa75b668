"""What surrounds the best panels: the reserve lists that follow them, and the lottery that hides them."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.chance import generator
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l
from app.experts.assignment.feasibility import report
from app.experts.assignment.inputs import Inputs
from app.experts.assignment.pairs import SCALE, Pairs, pins_of, with_reserves
from app.experts.assignment.program import demands_of_bidders
from app.experts.assignment.solving import Solution, solve

if TYPE_CHECKING:
    from app.experts.assignment.pairs import Flags

LISTS = 10
# What a pair loses, in thousandths, for each list that it stands on already.
WEAR = 50


@dataclass(frozen=True)
class Panels:
    """The seats with their solution; with a lottery, of how many lists one was taken, which, and the largest number of
    lists that hold one and the same pair that was not set by the organizer."""

    solution: Solution
    lists: int = 1
    taken: int = 0
    most: int = 1


def seat(pairs: Pairs, seed: str) -> Panels:
    """The panels of a round: the best, or one of several lists where the round wants chance to decide.

    Raises RuleBroken with the feasibility report when the rules cannot be met."""
    cap = pairs.inputs.rules.cap_percent
    if cap is None:
        return Panels(_solved(pairs, lifts=True))
    return _lottery(pairs, cap, seed)


def _solved(pairs: Pairs, *, lifts: bool) -> Solution:
    found = solve(pairs) if lifts else solve(pairs, lifts=())
    if found is None:
        why = report(pairs)
        raise RuleBroken(
            why.refusals
            if why is not None
            else Refusal("draw_search", _l("The search for panels ended without a result."))
        )
    return found


def _lottery(pairs: Pairs, cap: int, seed: str) -> Panels:
    """One of LISTS panels of the whole round, each as likely: no pair stands on more of them than the cap allows, so no
    pair is more likely than the cap. Pairs wear out, so that the lists differ."""
    import numpy as np

    limit = LISTS * cap // 100
    if limit < 1:
        raise ValueError(f"a cap below {100 // LISTS} percent needs more lists")
    count = np.zeros(pairs.may.shape, dtype=np.int64)
    pinned = np.zeros(pairs.may.shape, dtype=bool)
    place = {each.id: column for column, each in enumerate(pairs.inputs.experts)}
    for row, demand in enumerate(pairs.inputs.demands):
        pinned[row, pins_of(demand, place)] = True
    found = []
    for _list in range(LISTS):
        worn = replace(
            pairs, may=pairs.may & ((count < limit) | pinned), worth=pairs.worth - WEAR * SCALE * count
        )
        solution = solve(worn, lifts=())
        if solution is None:
            _solved(pairs, lifts=False)  # says what binds where even no lottery could be held
            wording = _l(
                "There are panels, but not enough different ones to keep every expert's chance for a demand at or below"
                " %(cap)s %%.",
                cap=cap,
            )
            raise RuleBroken(Refusal("draw_cap", wording))
        count += solution.taken
        found.append(solution)
    taken = int(generator(f"{seed}:lottery").integers(LISTS))
    # The bound is that of the first list, made before any pair was worn.
    drawn = replace(found[taken], bound=found[0].bound)
    return Panels(drawn, LISTS, taken, int((count * ~pinned).max(initial=0)))


def reserve(pairs: Pairs, seats: "Flags", *, may_move: bool) -> "tuple[Flags, list[list[int]]]":
    """The panels with the reserve list of each demand, as places of experts in the order in which they are called.

    The lists come after the panels, from the room that is left; of one unit nobody twice, nor beside a member. Only
    where that cannot be, panels and lists are sought together, if the panels `may_move`: those of a lottery may not, or
    they would no longer be left to chance. Raises RuleBroken when that is not possible either."""
    after = solve(_left(pairs, seats), lifts=())
    if after is not None:
        return seats, _ordered(pairs, seats, after.taken)
    if not may_move:
        wording = _l(
            "The panels that were drawn by lot leave too few experts for the reserve lists. Draw again."
        )
        raise RuleBroken(Refusal("draw_reserves", wording))
    both = _solved(with_reserves(pairs), lifts=False).taken
    seats, lists = both[: len(seats)], both[len(seats) :]
    return seats, _ordered(pairs, seats, lists)


def _ordered(pairs: Pairs, seats: "Flags", lists: "Flags") -> list[list[int]]:
    """The best first; but where a panel has only one of finance, a reserve of finance."""
    found = []
    for row in range(len(seats)):
        members = seats[row].nonzero()[0].tolist()
        is_lone = sum(pairs.inputs.experts[each].is_finance for each in members) < 2
        order = sorted(
            lists[row].nonzero()[0].tolist(), key=lambda each: (-int(pairs.worth[row, each]), each)
        )
        if pairs.inputs.rules.needs_finance and is_lone:
            first = next((each for each in order if pairs.inputs.experts[each].is_finance), None)
            order.sort(key=lambda each: each != first)
        found.append(order)
    return found


def _left(pairs: Pairs, seats: "Flags") -> Pairs:
    """The round as it is once the panels are seated, with the reserve lists as what is wanted."""
    inputs, count = pairs.inputs, seats.sum(axis=0).tolist()
    experts = tuple(
        replace(each, load=each.load + taken, floor=0)
        for each, taken in zip(inputs.experts, count, strict=True)
    )
    demands = tuple(replace(each, size=each.reserves, pins={}) for each in inputs.demands)
    rules = replace(inputs.rules, outside_percent=0, needs_finance=False, needs_field=False, region_cap=None)
    may = pairs.may & ~seats
    for row in range(len(demands)):
        units = {experts[each].unit for each in seats[row].nonzero()[0].tolist()}
        may[row] &= [each.room > 0 and each.unit not in units for each in experts]
    if rules.rotates:
        _keep_apart(inputs, seats, may)
    return replace(pairs, inputs=Inputs(experts, demands, rules), may=may)


def _keep_apart(inputs: Inputs, seats: "Flags", may: "Flags") -> None:
    """Who sits for a bidder on one demand is no reserve on another of the same bidder."""
    for places in demands_of_bidders(inputs).values():
        may[places] &= ~seats[places].any(axis=0)
