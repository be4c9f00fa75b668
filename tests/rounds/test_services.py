"""Rounds are made with usual settings, edited in preparation, frozen when open, and copied."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access import Actor
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.codes import AwardMode
from app.models.procedure_codes import OfficerDuty, Role, RubricKind
from app.models.records import Event
from app.models.rounds import Round
from app.models.states import RoundState
from app.rounds import services
from app.workflow import move
from tests.factories import World, make_membership, make_round, make_user
from tests.rounds.conftest import made


def test_make_a_round_with_usual_settings(world: World, draft: Round) -> None:
    assert (draft.number, draft.year, draft.serial) == ("HB-2026-01", 2026, 1)
    assert (draft.organiser_id, draft.author_id, draft.state) == (
        world.organizer_org.id,
        world.organizer.id,
        RoundState.DRAFT,
    )
    assert (draft.notice_wd, draft.panel_size, draft.has_trimmed_mean) == (5, 5, True)
    assert made(world).number == "HB-2026-02"


def test_begin_with_a_rubric_of_every_kind(draft: Round) -> None:
    found = {
        rubric.kind: (rubric.pass_line, sum(each.max_score for each in rubric.criteria))
        for rubric in draft.rubrics
    }
    assert found == {
        RubricKind.DEMAND: (70_00, 100_00),
        RubricKind.BID: (60_00, 100_00),
        RubricKind.DEFENCE: (60_00, 100_00),
        RubricKind.ACCEPTANCE: (70_00, 100_00),
        RubricKind.DEMONSTRATION: (60_00, 100_00),
    }
    demand = draft.rubric(RubricKind.DEMAND)
    assert [(each.code, each.floor_score) for each in demand.criteria if each.floor_score] == [("D5", 6_00)]
    bid = draft.rubric(RubricKind.BID)
    assert [each.code for each in bid.criteria] == ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]


@pytest.mark.parametrize(
    "role", [Role.OPERATOR, Role.SUPERVISOR, Role.DEMAND_OWNER, Role.BIDDER, Role.FINANCE]
)
def test_let_organizers_alone_make_rounds(world: World, role: Role) -> None:
    with pytest.raises(NotPermitted):
        services.create_round(
            world.session,
            by=world.actor(role),
            now=world.now,
            title="x",
            collection_opens_at=world.now,
            collection_closes_at=world.now + timedelta(days=1),
        )


def test_count_the_year_on_the_clocks_of_shanghai(world: World) -> None:
    opens_at = world.now.replace(month=12, day=31, hour=23, minute=30)
    found = made(world, collection_opens_at=opens_at, collection_closes_at=opens_at + timedelta(days=20))
    assert (found.year, found.number) == (2026, "HB-2026-01")
    later = made(
        world,
        collection_opens_at=opens_at + timedelta(hours=1),
        collection_closes_at=opens_at + timedelta(days=20),
    )
    assert (later.year, later.number) == (2027, "HB-2027-01")


BROKEN = [
    ({"panel_size": 6}, {"panel_size"}),
    ({"panel_size": 3}, {"setting_range"}),
    ({"notice_wd": 0}, {"setting_range"}),
    ({"title": " "}, {"setting_missing"}),
    ({"title": "批" * 121}, {"setting_too_long"}),
    ({"lanes": 2}, {"lanes"}),
    ({"award_mode": AwardMode.HORSE_RACE}, {"lanes"}),
    ({"is_split_award": True}, {"split_award_method"}),
    ({"fiscal_total_fen": 1, "fiscal_per_project_fen": 2}, {"fiscal_ceiling"}),
    ({"comment_below_percent": 91}, {"comment_limits"}),
    ({"owner_satisfaction_max": 10_01}, {"setting_range"}),
    ({"panel_reserves": None}, {"setting_missing"}),
    ({"panel_outside_percent": 101, "notice_wd": 61}, {"setting_range"}),
]


@pytest.mark.parametrize(("values", "codes"), BROKEN)
def test_refuse_settings_that_do_not_fit(
    world: World, draft: Round, organizer: Actor, values: dict, codes: set[str]
) -> None:
    former = draft.panel_size, draft.notice_wd, draft.title
    with pytest.raises(RuleBroken) as refused:
        services.edit_round(world.session, draft, by=organizer, now=world.now, values=values)
    assert refused.value.codes == codes
    assert {each.field for each in refused.value.refusals} <= {*values, "lanes", "split_award_method"}
    assert (draft.panel_size, draft.notice_wd, draft.title) == former


def test_refuse_a_window_that_ends_before_it_begins(world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        made(world, collection_closes_at=world.now + timedelta(days=1))
    assert refused.value.codes == {"collection_window"}


def test_refuse_a_setting_that_does_not_exist(world: World, draft: Round, organizer: Actor) -> None:
    with pytest.raises(KeyError):
        services.edit_round(
            world.session, draft, by=organizer, now=world.now, values={"state": RoundState.OPEN}
        )


def test_record_which_settings_changed(world: World, draft: Round, organizer: Actor) -> None:
    services.edit_round(
        world.session,
        draft,
        by=organizer,
        now=world.now,
        values={"notice_wd": 7, "panel_size": 5, "cure_wd": 3},
    )
    event = world.session.scalars(select(Event).where(Event.action == "edit")).one()
    assert sorted(event.data["changed"]) == ["cure_wd", "notice_wd"]
    assert (draft.notice_wd, draft.cure_wd) == (7, 3)


@pytest.mark.parametrize("state", [RoundState.OPEN, RoundState.CLOSED, RoundState.ARCHIVED])
def test_freeze_settings_and_rubrics(world: World, organizer: Actor, state: RoundState) -> None:
    frozen = make_round(world, state)
    with pytest.raises(StateMovedOn):
        services.edit_round(world.session, frozen, by=organizer, now=world.now, values={"notice_wd": 7})
    with pytest.raises(StateMovedOn):
        services.set_rubric(
            world.session, frozen, RubricKind.BID, by=organizer, now=world.now, pass_line=60_00, criteria=[]
        )


def test_keep_other_organizers_out(world: World, draft: Round) -> None:
    stranger = world.actor_of(world.other_organizer)
    with pytest.raises(NotPermitted):
        services.edit_round(world.session, draft, by=stranger, now=world.now, values={"notice_wd": 7})
    with pytest.raises(NotPermitted):
        services.set_officers(world.session, draft, OfficerDuty.CHECK, [], by=stranger, now=world.now)


def row(code: str, points: int, **more) -> dict:
    return {"code": code, "label": f"评分项{code}", "max_score": points * 100} | more


def test_write_a_rubric_anew(world: World, draft: Round, organizer: Actor) -> None:
    rows = [row("R2", 60, anchor_full="满分说明"), row("R1", 40, is_objective=True)]
    services.set_rubric(
        world.session, draft, RubricKind.BID, by=organizer, now=world.now, pass_line=65_00, criteria=rows
    )
    world.session.expire(draft)
    rubric = draft.rubric(RubricKind.BID)
    assert rubric.pass_line == 65_00
    assert [(each.position, each.code, each.max_score, each.is_objective) for each in rubric.criteria] == [
        (1, "R2", 60_00, False),
        (2, "R1", 40_00, True),
    ]


@pytest.mark.parametrize(
    ("kind", "line", "rows", "codes"),
    [
        (RubricKind.BID, 60_00, [row("R1", 50), row("R2", 49)], {"sum_not_100"}),
        (RubricKind.BID, 60_00, [], {"sum_not_100", "code_needed"}),
        (RubricKind.BID, 60_00, [row("R1", 100)], {"code_needed"}),
        (RubricKind.BID, 0, [row("R1", 50), row("R2", 50)], {"line_range"}),
        (RubricKind.BID, 100_01, [row("R1", 50), row("R2", 50)], {"line_range"}),
        (RubricKind.BID, 60_00, [row("R1", 50), row("R2", 25), row("R2", 25)], {"code_twice"}),
        (RubricKind.BID, 60_00, [row("R1", 50), row("R2", 50, floor_score=50_01)], {"floor_range"}),
        (RubricKind.BID, 60_00, [row("R1", 100), row("R2", 0)], {"max_range"}),
        (RubricKind.ACCEPTANCE, 70_00, [row("1A", 100)], {"code_form"}),
        (RubricKind.ACCEPTANCE, 70_00, [row("A1", 100, label=" ")], {"label_missing"}),
        (RubricKind.DEMAND, 70_00, [row("D1", 100)], {"floor_needed"}),
        (RubricKind.DEMONSTRATION, 60_00, [row("benefit", 100)], {"code_needed"}),
    ],
)
def test_refuse_a_rubric_that_cannot_judge(
    world: World,
    draft: Round,
    organizer: Actor,
    kind: RubricKind,
    line: int,
    rows: list[dict],
    codes: set[str],
) -> None:
    before = [each.code for each in draft.rubric(kind).criteria]
    with pytest.raises(RuleBroken) as refused:
        services.set_rubric(
            world.session, draft, kind, by=organizer, now=world.now, pass_line=line, criteria=rows
        )
    assert refused.value.codes == codes
    assert [each.code for each in draft.rubric(kind).criteria] == before


def test_name_officers(world: World, draft: Round, organizer: Actor) -> None:
    people = [world.organizer.id, world.second_organizer.id]
    services.set_officers(world.session, draft, OfficerDuty.OPENING, people, by=organizer, now=world.now)
    services.set_officers(
        world.session, draft, OfficerDuty.OPENING, people[::-1], by=organizer, now=world.now
    )
    assert {(each.user_id, each.duty) for each in draft.officers} == {
        (user_id, OfficerDuty.OPENING) for user_id in people
    }


def test_refuse_officers_who_are_too_few_or_strangers(world: World, draft: Round, organizer: Actor) -> None:
    for people, code in (
        ([world.organizer.id], "officers_too_few"),
        ([world.organizer.id, world.organizer.id], "officers_too_few"),
        ([world.organizer.id, world.other_organizer.id], "officer_unfit"),
    ):
        with pytest.raises(RuleBroken) as refused:
            services.set_officers(
                world.session, draft, OfficerDuty.CHECK, people, by=organizer, now=world.now
            )
        assert refused.value.codes == {code}


def test_name_no_supervisor_an_officer(world: World, draft: Round, organizer: Actor) -> None:
    both = make_user(world, organisation=world.organizer_org, role=Role.ORGANIZER)
    make_membership(world, both, world.supervisor_org, Role.SUPERVISOR)
    with pytest.raises(RuleBroken) as refused:
        services.set_officers(
            world.session,
            draft,
            OfficerDuty.CHECK,
            [world.organizer.id, both.id],
            by=organizer,
            now=world.now,
        )
    assert refused.value.codes == {"officer_unfit"}


def test_open_a_round_that_is_complete(world: World, draft: Round, organizer: Actor) -> None:
    with pytest.raises(RuleBroken) as refused:
        move(world.session, draft, "open", by=organizer, now=world.now)
    assert refused.value.codes == {"officers_missing"}
    for duty in OfficerDuty:
        services.set_officers(
            world.session,
            draft,
            duty,
            [world.organizer.id, world.second_organizer.id],
            by=organizer,
            now=world.now,
        )
    move(world.session, draft, "open", by=organizer, now=world.now)
    assert (draft.state, draft.opened_at) == (RoundState.OPEN, world.now)


def test_copy_last_years_round(world: World, organizer: Actor) -> None:
    former = make_round(world, RoundState.CLOSED, notice_wd=7, has_recommender=False)
    former.officers[0].user_id = world.other_organizer.id
    world.session.flush()
    opens_at = world.now + timedelta(days=300)
    copy = services.copy_round(
        world.session,
        former,
        by=organizer,
        now=world.now,
        title="2027年第一批",
        collection_opens_at=opens_at,
        collection_closes_at=opens_at + timedelta(days=20),
    )
    assert (copy.state, copy.title, copy.copied_from_id) == (RoundState.DRAFT, "2027年第一批", former.id)
    assert (copy.notice_wd, copy.has_recommender, copy.year) == (7, False, 2027)
    assert {
        rubric.kind: [(each.code, each.max_score) for each in rubric.criteria] for rubric in copy.rubrics
    } == {rubric.kind: [(each.code, each.max_score) for each in rubric.criteria] for rubric in former.rubrics}
    assert len(copy.officers) == 3
    assert {officer.user_id for officer in copy.officers} == {world.organizer.id, world.second_organizer.id}
