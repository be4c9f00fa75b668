"""The draw over a round: every rule by the independent checker, the optimum by an independent solver."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.core.digests import canonical_json
from app.core.errors import RuleBroken
from app.experts.assignment import drawing, solving
from app.experts.assignment.checking import Panel, faults
from app.experts.assignment.feasibility import report
from app.experts.assignment.inputs import Inputs, PanelDemand, PoolExpert, RoundRules, as_row, from_row
from app.experts.assignment.pairs import Pairs, pairs_of
from tests.experts.assignment.making import made_up

SMALL = made_up(8, 24, seed=3)


def exact(pairs: Pairs) -> float | None:
    """The worth of the best panels by OR-Tools, which shares no code with our program and prunes nothing; None when
    there are no panels."""
    from ortools.sat.python import cp_model

    inputs, model = pairs.inputs, cp_model.CpModel()
    rules, pool = inputs.rules, inputs.experts
    seat: dict[tuple[int, int], Any] = {
        (row, column): model.new_bool_var("")
        for row in range(len(inputs.demands))
        for column in range(len(pool))
        if pairs.may[row, column]
    }
    for row, demand in enumerate(inputs.demands):
        mine = {column: var for (place, column), var in seat.items() if place == row}
        model.add(sum(mine.values()) == demand.size)
        model.add(
            100 * sum(var for c, var in mine.items() if pool[c].is_outside)
            >= rules.outside_percent * demand.size
        )
        model.add_bool_or([var for c, var in mine.items() if pool[c].is_finance])
        model.add_bool_or([var for c, var in mine.items() if pool[c].id in demand.in_field])
        for unit in {each.unit for each in pool}:
            model.add_at_most_one([var for c, var in mine.items() if pool[c].unit == unit])
    worth: list[Any] = [int(pairs.worth[pair]) * var for pair, var in seat.items()]
    for column, expert in enumerate(pool):
        mine = {row: var for (row, place), var in seat.items() if place == column}
        model.add(sum(mine.values()) <= expert.room)
        for row, demand in enumerate(inputs.demands):
            for other in range(row):
                if demand.bidders & inputs.demands[other].bidders and {row, other} <= set(mine):
                    model.add_at_most_one([mine[row], mine[other]])
        load = model.new_int_var(0, len(inputs.demands), "")
        square = model.new_int_var(0, len(inputs.demands) ** 2, "")
        model.add(load == sum(mine.values()))
        model.add_multiplication_equality(square, [load, load])
        # Twice the sum of the steps: load * (2 * former + load - 1).
        worth.append(-rules.load_price * 500 * (square + (2 * expert.load - 1) * load))
    model.maximize(sum(worth))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 60
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    if status == cp_model.INFEASIBLE:
        return None
    return solver.objective_value / 1e6


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_reaches_the_optimum_of_an_independent_solver(seed: int) -> None:
    pairs = pairs_of(made_up(6, 18, seed=seed), "lot")
    found = solving.solve(pairs, lifts=())
    assert found is not None
    best = exact(pairs)
    assert best is not None
    assert found.worth == pytest.approx(best, rel=2e-5)
    assert found.bound >= best - 1e-6


def test_finds_panels_exactly_where_there_are_some() -> None:
    """Tight rounds, some with panels and some without: an independent solver says which."""
    answers = []
    for seed in range(24):
        pairs = pairs_of(made_up(4, 10, seed=seed, reserves=0), "lot")
        found, best = solving.solve(pairs, lifts=()), exact(pairs)
        assert (found is None) == (best is None), seed
        if found is not None:
            assert found.worth == pytest.approx(best, rel=2e-5)
        else:
            why = report(pairs)
            assert why is not None
            assert why.is_exact
            assert all(give.amount > 0 for give in (*why.alone, *why.together))
        answers.append(found is None)
    assert 3 < sum(answers) < 21


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [3, 5])
def test_keeps_every_rule(seed: int, size: int) -> None:
    rules = RoundRules(region_cap=2, outside_percent=60)
    inputs = made_up(10, 40, seed=seed, size=size, rules=rules)
    found = drawing.draw(inputs, f"seed {seed}")
    assert faults(inputs, found.panels) == []
    assert found.worth / 1e6 <= found.bound + 1e-6


def test_the_checker_sees_each_rule_broken() -> None:
    """The checker itself: each tampering is named."""
    panels = dict(drawing.draw(SMALL, "x").panels)
    key, panel = next(iter(panels.items()))
    demand = SMALL.demands[0]
    pool = {each.id: each for each in SMALL.experts}
    assert key == demand.id
    assert faults(SMALL, panels) == []

    def named(changed: Panel, inputs: Inputs = SMALL) -> set[str]:
        return {fault.split(":")[0] for fault in faults(inputs, panels | {key: changed})}

    first = panel.seats[0]
    assert "size" in named(replace(panel, seats=panel.seats[1:]))
    assert "reserves" in named(replace(panel, reserves=()))
    assert "twice" in named(replace(panel, seats=(*panel.seats[1:], panel.seats[1])))
    inside = tuple(each.id for each in SMALL.experts if not each.is_outside)[: len(panel.seats)]
    assert "outside" in named(replace(panel, seats=inside))
    technical = tuple(key for key in panel.seats if not pool[key].is_finance)
    assert "finance" in named(replace(panel, seats=technical))
    foreign = tuple(key for key in pool if key not in demand.in_field)[:5]
    assert "field" in named(replace(panel, seats=foreign))
    assert "conflict" in named(replace(panel, seats=(next(iter(demand.conflicts)), *panel.seats[1:])))
    assert "rotation" in named(replace(panel, seats=(next(iter(demand.judged)), *panel.seats[1:])))

    def with_demand(**changes: Any) -> Inputs:
        return Inputs(SMALL.experts, (replace(demand, **changes), *SMALL.demands[1:]), SMALL.rules)

    def with_expert(**changes: Any) -> Inputs:
        changed = [replace(each, **changes) if each.id == first else each for each in SMALL.experts]
        return Inputs(tuple(changed), SMALL.demands, SMALL.rules)

    left_out = next(each for each in pool if each not in panel.seats)
    assert "exclusion" in named(panel, with_demand(exclusions={first: "why"}))
    assert "pin" in named(panel, with_demand(pins={left_out: "why"}))
    assert "state" in named(panel, with_expert(reasons=("inactive",)))
    assert "ceiling" in named(panel, with_expert(ceiling=0))
    assert "floor" in named(panel, with_expert(floor=99))
    assert "unit" in named(panel, with_expert(unit=pool[panel.seats[1]].unit))
    strict = Inputs(SMALL.experts, SMALL.demands, replace(SMALL.rules, region_cap=0))
    assert "region" in named(panel, strict)
    assert faults(SMALL, {}) == [f"missing: {each.id}" for each in SMALL.demands]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one, two = drawing.draw(SMALL, "a"), drawing.draw(SMALL, "a")
    assert canonical_json(drawing.as_record(SMALL, "a", one)) == canonical_json(
        drawing.as_record(SMALL, "a", two)
    )
    even = Inputs.of(
        SMALL.experts,
        [replace(each, match=dict.fromkeys(each.match, 500)) for each in SMALL.demands],
        SMALL.rules,
    )
    assert len({str(drawing.draw(even, seed).panels) for seed in "abcde"}) > 1


def test_the_order_of_the_inputs_plays_no_part() -> None:
    shuffled = Inputs.of(SMALL.experts[::-1], SMALL.demands[::-1], SMALL.rules)
    assert shuffled.digest == SMALL.digest
    assert drawing.draw(shuffled, "a") == drawing.draw(SMALL, "a")


def test_a_record_is_drawn_again_and_a_tampered_one_is_found() -> None:
    import json

    found = drawing.draw(SMALL, "seed")
    record = json.loads(canonical_json(drawing.as_record(SMALL, "seed", found)))
    verdict = drawing.verify(record)
    assert (verdict.is_same, verdict.has_same_inputs, dict(verdict.libraries)) == (True, True, {})
    assert verdict.panels == found.panels
    assert from_row(as_row(SMALL)) == SMALL

    other = json.loads(json.dumps(record))
    panel = next(iter(other["result"]["panels"].values()))
    panel["seats"], panel["reserves"] = panel["seats"][::-1], panel["reserves"]
    assert not drawing.verify(other).is_same
    other = json.loads(json.dumps(record))
    other["inputs"]["experts"][0]["ceiling"] += 1
    assert not drawing.verify(other).has_same_inputs
    other = json.loads(json.dumps(record)) | {"libraries": {"scipy": "0.1"}}
    assert drawing.verify(other).libraries["scipy"][0] == "0.1"


def test_another_machine_gives_the_same_result() -> None:
    """Written down on the machine where the draw was made first. A new scipy may change it: say so in its commit."""
    assert SMALL.digest == "c77fa2d8bebe931f86487feb978ea83466e69c1c8b23fdcb48b1ff328d318c8a"
    record = drawing.as_record(SMALL, "golden", drawing.draw(SMALL, "golden"))
    assert record["result_digest"] == "2abbb787eaacd9be7f956e7456003396c15baba273a9ce53c84b3990d6e7a2f0"


def test_hash_order_and_threads_play_no_part() -> None:
    code = (
        "from app.core.digests import digest\n"
        "from app.experts.assignment import drawing\n"
        "from tests.experts.assignment.making import made_up\n"
        "inputs = made_up(8, 24, seed=3)\n"
        "print(digest(drawing.as_record(inputs, 'a', drawing.draw(inputs, 'a'))))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ
            | {"PYTHONHASHSEED": hashes, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for hashes, threads in (("1", "1"), ("2", "2"))
    }
    assert len(digests) == 1


def test_pins_sit_and_excluded_do_not() -> None:
    demand = SMALL.demands[0]
    able = [key for key in demand.match if key not in demand.conflicts and key not in demand.judged]
    worst = sorted(able, key=lambda key: demand.match[key])
    best = sorted(able, key=lambda key: -demand.match[key])
    asked = replace(demand, pins={worst[0]: "knows the site"}, exclusions={best[0]: "on leave"})
    inputs = Inputs.of(SMALL.experts, [asked, *SMALL.demands[1:]], SMALL.rules)
    panel = drawing.draw(inputs, "p").panels[demand.id]
    assert worst[0] in panel.seats
    assert best[0] not in (*panel.seats, *panel.reserves)


def test_load_is_spread() -> None:
    flat = [replace(each, match=dict.fromkeys(each.match, 500)) for each in SMALL.demands]
    inputs = Inputs.of(SMALL.experts, flat, replace(SMALL.rules, load_price=50))
    seats = Counter(key for panel in drawing.draw(inputs, "l").panels.values() for key in panel.seats)
    # Forty seats among twenty-four: but for the rules' pull nobody needs more than three.
    assert max(seats.values()) <= 3


def test_who_judged_a_bidder_costs_where_rotation_is_off() -> None:
    demand = SMALL.demands[0]
    best = max(
        (key for key in demand.match if key not in demand.conflicts), key=lambda key: demand.match[key]
    )
    rules = replace(SMALL.rules, rotates=False)
    before = Inputs.of(SMALL.experts, [replace(demand, judged={}), *SMALL.demands[1:]], rules)
    after = Inputs.of(SMALL.experts, [replace(demand, judged={best: 4}), *SMALL.demands[1:]], rules)
    assert best in drawing.draw(before, "r").panels[demand.id].seats
    assert best not in drawing.draw(after, "r").panels[demand.id].seats


def test_a_bidder_met_twice_in_the_round_costs_where_rotation_is_off() -> None:
    pool = [PoolExpert(f"e{n}", f"u{n}", "r", is_finance=True, is_outside=True, ceiling=2) for n in range(6)]
    match = {f"e{n}": 600 if n < 3 else 550 for n in range(6)}
    demands = [PanelDemand(key, 3, 0, match, frozenset(match), frozenset({"b"})) for key in ("d1", "d2")]

    def met_twice(price: int) -> int:
        rules = RoundRules(rotates=False, load_price=0, repeat_price=price, give_percent=0)
        inputs = Inputs.of(pool, demands, rules)
        found = drawing.draw(inputs, "m")
        assert found.worth / 1e6 <= found.bound + 1e-6
        return len(set(found.panels["d1"].seats) & set(found.panels["d2"].seats))

    assert met_twice(0) == 3
    assert met_twice(100) == 0


def test_lifts_the_worst_served_within_what_the_rules_give() -> None:
    """Two demands want the same five good experts; sharing them costs little and helps the second much."""
    pool = [
        PoolExpert(f"e{n}", f"u{n}", f"r{n}", is_finance=True, is_outside=True, ceiling=1) for n in range(10)
    ]
    good = {f"e{n}": 900 for n in range(5)} | {f"e{n}": 300 for n in range(5, 10)}
    other = {key: value - 10 for key, value in good.items() if key < "e5"} | {
        key: 300 for key in good if key >= "e5"
    }
    demands = [
        PanelDemand("d1", 5, 0, good, frozenset(good)),
        PanelDemand("d2", 5, 0, other, frozenset(good)),
    ]
    plain = solving.solve(pairs_of(Inputs.of(pool, demands, RoundRules(give_percent=0)), "w"))
    lifted = solving.solve(pairs_of(Inputs.of(pool, demands, RoundRules(give_percent=2)), "w"))
    assert plain is not None
    assert lifted is not None
    assert plain.worst == 300
    assert lifted.worst > 500
    assert lifted.worth >= plain.worth * 0.98 - 1e-9


def test_a_lottery_makes_no_pair_likelier_than_the_cap() -> None:
    inputs = made_up(6, 40, seed=5, rules=RoundRules(cap_percent=50))
    found = drawing.draw(inputs, "z")
    assert faults(inputs, found.panels) == []
    assert (found.lists, found.most <= 5) == (10, True)
    drawn = [drawing.draw(inputs, seed).panels for seed in ("one", "two", "three", "four")]
    assert len({str(panels) for panels in drawn}) > 1
    assert drawing.draw(inputs, "z") == found


def test_a_lottery_that_cannot_be_says_so() -> None:
    inputs = made_up(3, 14, seed=2, size=7, reserves=0, rules=RoundRules(cap_percent=20, needs_field=False))
    with pytest.raises(RuleBroken) as error:
        drawing.draw(inputs, "z")
    assert error.value.codes == {"draw_cap"}


def changed(inputs: Inputs, **rules: Any) -> Inputs:
    return Inputs(inputs.experts, inputs.demands, replace(inputs.rules, **rules))


def pool_with(inputs: Inputs, change: Mapping[str, Any], *, only: Any = lambda expert: True) -> Inputs:
    experts = tuple(replace(each, **change) if only(each) else each for each in inputs.experts)
    return Inputs(experts, inputs.demands, inputs.rules)


@pytest.mark.parametrize(
    ("inputs", "code", "amount"),
    [
        # Nobody of finance: each of eight panels lacks one.
        (pool_with(SMALL, {"is_finance": False}), "draw_finance", 8),
        # Nobody from outside: four of five are wanted, eight times.
        (pool_with(SMALL, {"is_outside": False}), "draw_outside", 32),
        # Twenty-four experts with one seat each for forty seats.
        (pool_with(SMALL, {"ceiling": 1, "load": 0}), "draw_ceiling", 16),
        # Twenty-four times two seats owed, forty to give.
        (pool_with(SMALL, {"floor": 2, "ceiling": 9, "load": 0}), "draw_floor", 8),
        # One unit: one member a panel, four too many each.
        (pool_with(SMALL, {"unit": "u"}), "draw_unit", 32),
        (changed(pool_with(SMALL, {"region": "r"}), region_cap=4), "draw_region", 8),
    ],
)
def test_says_which_rule_binds_and_by_how_much(inputs: Inputs, code: str, amount: int) -> None:
    with pytest.raises(RuleBroken) as error:
        drawing.draw(inputs, "x")
    found = {refusal.code: str(refusal.wording) for refusal in error.value.refusals}
    assert code in found
    assert f"by {amount}:" in found[code]


def test_names_the_demand_whose_field_nobody_knows() -> None:
    demand = SMALL.demands[2]
    inputs = Inputs(
        SMALL.experts,
        (*SMALL.demands[:2], replace(demand, in_field=frozenset()), *SMALL.demands[3:]),
        SMALL.rules,
    )
    with pytest.raises(RuleBroken) as error:
        drawing.draw(inputs, "x")
    assert [refusal.code for refusal in error.value.refusals] == ["draw_field"]
    assert demand.id in str(error.value.wording)


def test_names_exclusions_and_rotation_that_could_be_lifted() -> None:
    demand = SMALL.demands[0]
    several = dict.fromkeys([key for key in demand.match if key not in demand.conflicts], "why")
    inputs = Inputs(
        SMALL.experts, (replace(demand, exclusions=several, judged={}), *SMALL.demands[1:]), SMALL.rules
    )
    with pytest.raises(RuleBroken) as error:
        drawing.draw(inputs, "x")
    assert "draw_exclusion" in error.value.codes
    repeated = dict.fromkeys(several, 1)
    inputs = Inputs(SMALL.experts, (replace(demand, judged=repeated), *SMALL.demands[1:]), SMALL.rules)
    with pytest.raises(RuleBroken) as error:
        drawing.draw(inputs, "x")
    assert "draw_rotation" in error.value.codes


def test_says_what_several_rules_must_give_together() -> None:
    pins = {each.id: "set" for each in SMALL.experts[:7]}
    demand = replace(SMALL.demands[0], pins=pins, conflicts={}, judged={})
    pool = pool_with(SMALL, {"unit": "u"}).experts
    with pytest.raises(RuleBroken) as error:
        drawing.draw(Inputs(pool, (demand,), SMALL.rules), "x")
    assert all(code.startswith("draw_") for code in error.value.codes)


def test_refuses_inputs_that_contradict_themselves() -> None:
    demand = SMALL.demands[0]
    barred = next(iter(demand.conflicts))
    cases = {
        "draw_even_size": replace(demand, size=4),
        "draw_wrong_pin": replace(demand, pins={barred: "wanted"}),
        "draw_reason_missing": replace(demand, exclusions={"e0001": " "}),
    }
    for code, wrong in cases.items():
        with pytest.raises(RuleBroken) as error:
            Inputs.of(SMALL.experts, [wrong], SMALL.rules)
        assert error.value.codes == {code}
    with pytest.raises(ValueError, match="not in the pool"):
        Inputs.of(SMALL.experts, [replace(demand, pins={"nobody": "?"})], SMALL.rules)
    with pytest.raises(ValueError, match="twice"):
        Inputs.of(SMALL.experts, [demand, demand], SMALL.rules)
    with pytest.raises(ValueError, match="without demands"):
        Inputs.of(SMALL.experts, [], SMALL.rules)


def test_an_empty_pool_lacks_every_member() -> None:
    nobody = Inputs.of([], [PanelDemand("d", 5, 2, {}, frozenset())], RoundRules())
    with pytest.raises(RuleBroken) as error:
        drawing.draw(nobody, "x")
    assert error.value.codes
    assert all("d" in str(refusal.wording) for refusal in error.value.refusals)


def test_seeks_panels_and_lists_together_where_lists_alone_fail() -> None:
    """Only four may serve the second demand, as its three members and its reserve; the first would like two of them."""
    pool = [
        PoolExpert(f"e{n}", f"u{n}", "r", is_finance=True, is_outside=True, ceiling=1) for n in range(7)
    ] + [PoolExpert("e7", "u8", "r", is_finance=True, is_outside=True, ceiling=1)]
    match = {each.id: 500 for each in pool}
    first = PanelDemand("d1", 3, 1, match, frozenset(match), conflicts={"e0": ("x",), "e1": ("x",)})
    barred = {f"e{n}": ("x",) for n in range(4, 8)}
    wanted = PanelDemand("d2", 3, 1, match, frozenset(match), conflicts=barred)
    greedy = replace(first, match=match | {"e2": 900, "e3": 900})
    inputs = Inputs.of(pool, [greedy, wanted], RoundRules(load_price=0))
    found = drawing.draw(inputs, "t")
    assert faults(inputs, found.panels) == []
    assert set(found.panels["d2"].seats) | set(found.panels["d2"].reserves) == {"e0", "e1", "e2", "e3"}
    # Panels drawn by lot may not be moved for the lists.
    lottery = Inputs.of(pool, [greedy, wanted], RoundRules(load_price=0, cap_percent=100))
    with pytest.raises(RuleBroken) as error:
        drawing.draw(lottery, "t")
    assert error.value.codes == {"draw_reserves"}
