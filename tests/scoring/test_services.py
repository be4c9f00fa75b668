"""Sheets are written by their author alone, locked with their sum, and never edited after."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import SYSTEM
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.procedure_codes import RescoreReason, Role, RubricKind, SheetAdvice
from app.models.records import Event
from app.models.reviews import Score, Sheet
from app.models.states import AssignmentState, DemandState, SheetState
from app.scoring import services
from app.workflow import move
from tests.factories import World, make_demand, make_sheet
from tests.scoring.conftest import full_scores


@pytest.fixture
def sheet(world: World, review: SimpleNamespace) -> Sheet:
    """A draft of the second member on the first bid."""
    seat = review.seats[1]
    return services.sheet_for(
        world.session,
        rubric=review.panel.rubric,
        author_id=seat.expert.user_id,
        now=world.now,
        assignment=seat,
        bid=review.bids[0],
    )


@pytest.fixture
def author(world: World, review: SimpleNamespace):
    return world.actor_of(review.seats[1].expert.user)


@pytest.fixture
def chair(world: World, review: SimpleNamespace):
    return world.actor_of(review.seats[0].expert.user)


def test_give_the_same_sheet_twice(world: World, review: SimpleNamespace, sheet: Sheet) -> None:
    seat = review.seats[1]
    again = services.sheet_for(
        world.session,
        rubric=review.panel.rubric,
        author_id=seat.expert.user_id,
        now=world.now,
        assignment=seat,
        bid=review.bids[0],
    )
    assert again is sheet


def test_refuse_a_sheet_for_somebody_elses_seat(world: World, review: SimpleNamespace) -> None:
    with pytest.raises(NotPermitted):
        services.sheet_for(
            world.session,
            rubric=review.panel.rubric,
            author_id=world.organizer.id,
            now=world.now,
            assignment=review.seats[1],
            bid=review.bids[0],
        )


def test_refuse_a_sheet_on_a_bid_without_a_seat(world: World, review: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="seat"):
        services.sheet_for(
            world.session,
            rubric=review.panel.rubric,
            author_id=world.organizer.id,
            now=world.now,
            bid=review.bids[0],
        )


def test_refuse_a_sheet_on_two_things(world: World, review: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="one subject"):
        services.sheet_for(
            world.session,
            rubric=review.panel.rubric,
            author_id=world.organizer.id,
            now=world.now,
            bid=review.bids[0],
            demand=review.demand,
        )


def test_keep_a_draft_as_it_is_typed(world: World, sheet: Sheet, author) -> None:
    services.save_sheet(
        world.session,
        sheet,
        by=author,
        now=world.now,
        scores={"R1": (15_50, "依据充分"), "R2": (20_00, "")},
        strengths="路线清楚",
        advice=SheetAdvice.CONDITIONAL,
    )
    services.save_sheet(world.session, sheet, by=author, now=world.now, scores={"R1": (12_00, "改评")})
    stored = [(score.criterion.code, score.value, score.comment) for score in sheet.current_scores().values()]
    assert stored == [("R1", 12_00, "改评")]
    assert (sheet.strengths, sheet.advice, sheet.state) == ("", None, SheetState.DRAFT)


def test_refuse_to_write_on_the_sheet_of_another(world: World, sheet: Sheet, chair) -> None:
    with pytest.raises(NotPermitted):
        services.save_sheet(world.session, sheet, by=chair, now=world.now, scores={})


@pytest.mark.parametrize(("value", "code"), [(20_01, {"score_range"}), (-1, {"score_range"})])
def test_refuse_a_score_outside_its_range(
    world: World, sheet: Sheet, author, value: int, code: set[str]
) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.save_sheet(world.session, sheet, by=author, now=world.now, scores={"R1": (value, "")})
    assert refused.value.codes == code
    assert [each.field for each in refused.value.refusals] == ["score_R1"]
    assert sheet.scores == []


def test_refuse_a_criterion_that_the_rubric_does_not_have(world: World, sheet: Sheet, author) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.save_sheet(world.session, sheet, by=author, now=world.now, scores={"X9": (1, "")})
    assert refused.value.codes == {"criterion_unknown"}


def test_refuse_writing_before_the_pledge(
    world: World, review: SimpleNamespace, sheet: Sheet, author
) -> None:
    review.seats[1].pledged_at = None
    with pytest.raises(RuleBroken) as refused:
        services.save_sheet(world.session, sheet, by=author, now=world.now, scores={})
    assert refused.value.codes == {"seat_not_ready"}


def test_lock_with_the_sum_of_the_scores(world: World, sheet: Sheet, author) -> None:
    services.save_sheet(world.session, sheet, by=author, now=world.now, scores=full_scores(sheet))
    services.submit_sheet(world.session, sheet, by=author, now=world.now)
    assert (sheet.state, sheet.total, sheet.submitted_at) == (SheetState.SUBMITTED, 80_00, world.now)
    with pytest.raises(StateMovedOn):
        services.save_sheet(world.session, sheet, by=author, now=world.now, scores={})


def test_lock_nothing_while_a_score_is_missing(world: World, sheet: Sheet, author) -> None:
    scores = full_scores(sheet)
    del scores["R3"]
    services.save_sheet(world.session, sheet, by=author, now=world.now, scores=scores)
    with pytest.raises(RuleBroken) as refused:
        services.submit_sheet(world.session, sheet, by=author, now=world.now)
    assert [each.field for each in refused.value.refusals] == ["score_R3"]
    assert (sheet.state, sheet.total) == (SheetState.DRAFT, None)


@pytest.mark.parametrize(
    ("percent", "comment", "is_refused"),
    [
        (59, "", True),
        (60, "", False),
        (90, "", False),
        (91, "", True),
        (59, "偏低", False),
        (91, "优", False),
    ],
)
def test_ask_for_a_comment_beyond_the_limits(
    world: World, sheet: Sheet, author, percent: int, comment: str, is_refused: bool
) -> None:
    services.save_sheet(
        world.session, sheet, by=author, now=world.now, scores=full_scores(sheet, percent, comment)
    )
    if not is_refused:
        services.submit_sheet(world.session, sheet, by=author, now=world.now)
        assert sheet.state is SheetState.SUBMITTED
        return
    with pytest.raises(RuleBroken) as refused:
        services.submit_sheet(world.session, sheet, by=author, now=world.now)
    assert refused.value.codes == {"comment_missing"}


def locked(world: World, review: SimpleNamespace, position: int = 1) -> Sheet:
    return make_sheet(world, seat=review.seats[position], bid=review.bids[0])


def test_return_keeps_the_former_scores_beside_a_copy(
    world: World, review: SimpleNamespace, chair, author
) -> None:
    sheet = locked(world, review)
    services.return_sheet(
        world.session, sheet, reason=RescoreReason.OUTLIER, note="请复核技术分", by=chair, now=world.now
    )
    assert (sheet.state, sheet.revision, sheet.total) == (SheetState.RETURNED, 2, None)
    assert (sheet.return_reason, sheet.state_reason) == (RescoreReason.OUTLIER, "请复核技术分")
    scores = full_scores(sheet, 70)
    services.save_sheet(world.session, sheet, by=author, now=world.now, scores=scores)
    services.submit_sheet(world.session, sheet, by=author, now=world.now)
    stored = world.session.execute(
        select(Score.revision, Score.value).where(Score.sheet_id == sheet.id).order_by(Score.revision)
    ).all()
    assert sum(value for revision, value in stored if revision == 1) == 82_00
    assert sum(value for revision, value in stored if revision == 2) == sheet.total == 70_00


def test_return_needs_the_chair(world: World, review: SimpleNamespace, author) -> None:
    sheet = locked(world, review)
    with pytest.raises(NotPermitted):
        services.return_sheet(
            world.session, sheet, reason=RescoreReason.SUM_ERROR, note="x", by=author, now=world.now
        )
    assert (sheet.revision, sheet.return_reason, sheet.total) == (1, None, 82_00)


def test_return_nothing_once_the_report_is_signed(world: World, review: SimpleNamespace, chair) -> None:
    sheet = locked(world, review)
    review.panel.report_signed_at = world.now
    with pytest.raises(RuleBroken) as refused:
        services.return_sheet(
            world.session, sheet, reason=RescoreReason.SUM_ERROR, note="x", by=chair, now=world.now
        )
    assert refused.value.codes == {"report_signed"}
    assert (sheet.revision, sheet.state) == (1, SheetState.SUBMITTED)


def test_void_what_a_recused_expert_scored(world: World, review: SimpleNamespace, author) -> None:
    sheet, other = locked(world, review), locked(world, review, 2)
    move(world.session, review.seats[1], "recuse", by=author, now=world.now, reason="新发现利害关系")
    assert (sheet.is_void, sheet.void_reason) == (True, "recuse")
    assert other.is_void is False
    event = world.session.scalars(select(Event).where(Event.thing_id == sheet.id)).one()
    assert (event.action, event.data) == ("void", {"reason": "recuse"})


def test_void_nothing_for_strangers(world: World, review: SimpleNamespace) -> None:
    locked(world, review)
    with pytest.raises(NotPermitted):
        services.void_sheets(
            world.session, review.seats[1], reason="replace", by=world.actor(Role.BIDDER), now=world.now
        )


def test_reopen_raises_the_revision(world: World, review: SimpleNamespace) -> None:
    sheet = locked(world, review)
    services.reopen_sheet(world.session, sheet, by=SYSTEM, now=world.now)
    assert (sheet.state, sheet.revision, sheet.total) == (SheetState.RETURNED, 2, None)
    assert len(sheet.current_scores()) == len(sheet.rubric.criteria)


def test_score_a_demand_without_a_seat(world: World, session: Session) -> None:
    demand = make_demand(world, DemandState.VETTING)
    officer = world.actor(Role.ORGANIZER)
    sheet = services.sheet_for(
        session,
        rubric=demand.round.rubric(RubricKind.DEMAND),
        author_id=officer.user_id,
        now=world.now,
        demand=demand,
    )
    services.save_sheet(session, sheet, by=officer, now=world.now, scores=full_scores(sheet, 95))
    services.submit_sheet(session, sheet, by=officer, now=world.now)
    assert (sheet.total, sheet.assignment_id) == (95_00, None)


def test_leave_the_seat_of_others_alone(world: World, review: SimpleNamespace, author) -> None:
    locked(world, review)
    move(world.session, review.seats[1], "recuse", by=author, now=world.now, reason="利害关系")
    assert [seat.state for seat in review.seats[2:]] == [AssignmentState.ACCEPTED] * 3
