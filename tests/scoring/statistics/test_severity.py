"""The gate refuses each case by name, and what passes it is adjusted as the model says."""

import pytest

from app.scoring.statistics.reml import Likelihood, expert_test, fit
from app.scoring.statistics.severity import Adjustment, Conditions, adjust, gate
from app.scoring.statistics.table import ScoreTable
from tests.scoring.statistics.making import simulated, table

ON = Conditions(is_on=True)


def rotated(shift: int = 0) -> ScoreTable:
    """Sixteen bids, six experts, each bid scored by four in turn; expert e00 is severe by 1,500 hundredths."""
    full = simulated(11, 16, 6, bid=500, expert=50, noise=200)
    return ScoreTable(
        {
            (bid, expert): value - (1500 if expert == "e00" else 0) + shift
            for (bid, expert), value in full.scores.items()
            if (int(bid[1:]) + int(expert[1:])) % 6 < 4
        }
    )


def judged(subject: ScoreTable, conditions: Conditions = ON) -> Adjustment:
    likelihood = Likelihood(subject)
    return adjust(subject, fit(likelihood), expert_test(likelihood)[1], conditions)


def codes(subject: ScoreTable, chance: float | None = 0.0, conditions: Conditions = ON) -> set[str]:
    return {refusal.code for refusal in gate(subject, chance, conditions)}


def test_is_off_by_default() -> None:
    assert codes(rotated(), conditions=Conditions()) == {"severity_off"}


def test_lets_a_sound_design_through() -> None:
    assert codes(rotated()) == set()
    assert judged(rotated()).refusals == ()


def test_refuses_few_scores() -> None:
    fewer = {key: value for key, value in rotated().scores.items() if key[0] < "b08" or key[1] != "e02"}
    assert codes(ScoreTable(fewer)) == {"severity_few_scores"}


def test_refuses_a_graph_in_two_parts() -> None:
    left = rotated().scores
    right = {(f"x{bid}", f"x{expert}"): value for (bid, expert), value in left.items()}
    assert codes(ScoreTable(left | right)) == {"severity_unconnected"}


def test_refuses_an_expert_of_one_bid() -> None:
    found = codes(ScoreTable(rotated().scores | {("b00", "guest"): 7000}))
    assert found == {"severity_single_bid", "severity_few_scores"}


def test_refuses_scores_that_others_saw() -> None:
    assert codes(rotated(), conditions=Conditions(is_on=True, has_seen_others=True)) == {"severity_seen"}


def test_refuses_different_sheets() -> None:
    assert codes(rotated(), conditions=Conditions(is_on=True, rubrics=2)) == {"severity_rubrics"}


@pytest.mark.parametrize("chance", [0.01, 0.5, None])
def test_refuses_severity_that_is_not_clear(chance: float | None) -> None:
    assert codes(rotated(), chance) == {"severity_unclear"}


def test_refuses_a_complete_design() -> None:
    assert codes(simulated(1, 12, 5, bid=500, expert=500, noise=200)) == {"severity_complete"}


def test_refuses_a_round_in_which_each_demand_has_one_panel() -> None:
    # Over the round there are gaps, yet every bid was scored by the same experts as its rivals.
    scores = {
        (f"d{demand}b{bid}", f"e{(demand + seat) % 6}"): 5000 + 100 * bid + 7 * seat
        for demand in range(6)
        for bid in range(4)
        for seat in range(3)
    }
    groups = [[f"d{demand}b{bid}" for bid in range(4)] for demand in range(6)]
    assert codes(ScoreTable(scores), conditions=Conditions(is_on=True, groups=groups)) == {
        "severity_complete"
    }
    assert codes(ScoreTable(scores)) == set()


def test_names_every_reason_at_once() -> None:
    few = table(((1, 2), (3, None)))
    conditions = Conditions(is_on=True, has_seen_others=True, rubrics=2)
    assert codes(few, None, conditions) == {
        "severity_few_scores",
        "severity_single_bid",
        "severity_seen",
        "severity_rubrics",
        "severity_unclear",
    }


def test_every_refusal_says_why() -> None:
    for refusal in gate(table(((1, 2), (3, None))), None, Conditions(is_on=True, rubrics=2)):
        assert str(refusal.wording).endswith(".")


def test_lifts_the_bids_of_the_severe_expert() -> None:
    found = judged(rotated())
    severe = {each.key: each.value for each in found.experts}
    assert min(severe, key=lambda key: severe[key]) == "e00"
    assert severe["e00"] < -900
    lifted = {each.bid for each in found.bids if each.adjusted > each.mean}
    assert lifted == {bid for bid, scores in rotated().of_bid.items() if "e00" in scores}


def test_lists_the_pairs_that_change_places_and_no_other() -> None:
    found = judged(rotated())
    place = {each.bid: (each.mean, each.adjusted) for each in found.bids}
    expected = {
        (one, other)
        for one in place
        for other in place
        if place[one][0] > place[other][0] and place[one][1] < place[other][1]
    }
    assert expected
    assert set(found.flips) == expected


def test_a_shift_of_all_scores_moves_all_means_alike() -> None:
    first, second = judged(rotated()), judged(rotated(shift=300))
    assert [each.mean + 300 for each in first.bids] == [each.mean for each in second.bids]
    assert [each.adjusted + 300 for each in first.bids] == pytest.approx(
        [each.adjusted for each in second.bids], abs=1
    )
    assert first.flips == second.flips
