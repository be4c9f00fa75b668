"""Demonstration projects: record, listing by notice, reports, replication that counts when verified, support."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import add_months, day_of, end_of_day, start_of_day
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.core.numbers import NumberKind, is_number
from app.demonstrations import queries, services
from app.models.codes import Category, Field, Region
from app.models.contracts import Subsidy
from app.models.outcomes import Demonstration
from app.models.procedure_codes import HoldReason, NoticeKind, ReplicationKind, Role
from app.models.states import AcceptanceState
from app.models.states import DemonstrationState as D
from app.models.states import ReplicationState as R
from app.models.states import SubsidyState as S
from app.workflow import move
from app.workflow.holds import lift_hold, set_hold
from app.workflow.ticking import tick
from tests.factories import (
    World,
    make_acceptance,
    make_demonstration,
    make_replication,
    make_subsidy,
)
from tests.factories.outcomes import judge_acceptance

# What follows by itself is registered when the site is put together.
pytestmark = pytest.mark.usefixtures("site")

DAY = timedelta(days=1)
EFFECT = {"indicator": "平均报告时间", "before": "72", "after": "20", "unit": "小时", "measured_by": "第三方"}


def record_values(world: World, **more: Any) -> dict[str, Any]:
    return {
        "title": "病理示范工程",
        "technologies": ["自监督学习"],
        "effects": [EFFECT | {"measured_on": day_of(world.now)}],
    } | more


def listed_by_notice(session: Session, world: World, clock) -> Demonstration:
    demonstration = make_demonstration(world, D.EDITING)
    notice = services.publish_listing(
        session, demonstration, by=world.actor(Role.ORGANIZER), now=world.now, batch="2026-1"
    )
    ends_at = notice.ends_at
    session.commit()
    clock.set(ends_at)
    return demonstration


def test_passed_acceptance_makes_a_candidate_once(session: Session, world: World) -> None:
    from app.acceptances.services import decide

    acceptance = make_acceptance(world, AcceptanceState.IN_REVIEW)
    judge_acceptance(world, acceptance)
    decide(session, acceptance, outcome="pass", by=world.actor(Role.ORGANIZER), now=world.now)
    found = session.scalars(select(Demonstration)).one()
    assert (found.state, found.title, found.problem, found.investment_fen) == (
        D.CANDIDATE,
        acceptance.contract.title,
        acceptance.demand.pain_point,
        acceptance.contract.amount_fen,
    )
    again = services.create_candidate(session, acceptance, by=world.actor(Role.ORGANIZER), now=world.now)
    assert again == found


def test_edit_record_takes_a_candidate_into_work(session: Session, world: World) -> None:
    demonstration = make_demonstration(world)
    owner = world.actor(Role.DEMAND_OWNER)
    services.edit_record(session, demonstration, values=record_values(world), by=owner, now=world.now)
    rows = [EFFECT | {"measured_on": day_of(world.now), "after": str(n)} for n in (18, 19)]
    services.edit_record(
        session, demonstration, values=record_values(world, effects=rows), by=owner, now=world.now
    )
    assert demonstration.state is D.EDITING
    assert [(each.position, each.after) for each in demonstration.effects] == [(1, "18"), (2, "19")]


def test_edit_record_refuses_days_to_come(session: Session, world: World) -> None:
    tomorrow = day_of(world.now) + DAY
    values = record_values(world, started_on=tomorrow, effects=[EFFECT | {"measured_on": tomorrow}])
    with pytest.raises(RuleBroken) as refused:
        services.edit_record(
            session,
            make_demonstration(world, D.EDITING),
            values=values,
            by=world.actor(Role.DEMAND_OWNER),
            now=world.now,
        )
    assert refused.value.codes == {"started_future", "measured_future"}


@pytest.mark.parametrize("state", [D.IN_NOTICE, D.LISTED, D.DELISTED])
def test_edit_record_ends_with_the_notice(session: Session, world: World, state: D) -> None:
    with pytest.raises(StateMovedOn):
        services.edit_record(
            session,
            make_demonstration(world, state),
            values={},
            by=world.actor(Role.DEMAND_OWNER),
            now=world.now,
        )


def test_score_stays_within_the_rubric(session: Session, world: World) -> None:
    demonstration = make_demonstration(world, D.EDITING)
    maxima = services.maxima(demonstration)
    organizer = world.actor(Role.ORGANIZER)
    scores = dict(zip(("benefit", "breadth", "visibility"), maxima, strict=True))
    services.score(session, demonstration, **scores, by=organizer, now=world.now)
    assert demonstration.benefit_score == maxima[0]
    with pytest.raises(RuleBroken) as refused:
        services.score(
            session, demonstration, **(scores | {"breadth": maxima[1] + 1}), by=organizer, now=world.now
        )
    assert [each.field for each in refused.value.refusals] == ["breadth"]


def test_publish_listing_numbers_and_puts_on_notice(session: Session, world: World) -> None:
    demonstration = make_demonstration(world, D.EDITING)
    notice = services.publish_listing(
        session, demonstration, by=world.actor(Role.ORGANIZER), now=world.now, batch="2026-1"
    )
    assert (demonstration.state, demonstration.batch) == (D.IN_NOTICE, "2026-1")
    assert is_number(demonstration.number, NumberKind.DEMONSTRATION)
    assert (notice.kind, notice.annex[0]["number"]) == (NoticeKind.DEMONSTRATION, demonstration.number)


@pytest.mark.parametrize(
    ("months", "days", "listed"),
    [(-6, 0, True), (-6, 1, False)],
    ids=["six months to the day", "a day short"],
)
def test_publish_listing_waits_for_six_months_of_use(
    session: Session, world: World, months: int, days: int, listed: bool
) -> None:
    started_on = add_months(day_of(world.now), months) + days * DAY
    demonstration = make_demonstration(world, D.EDITING, started_on=started_on)
    if listed:
        services.publish_listing(session, demonstration, by=world.actor(Role.ORGANIZER), now=world.now)
        return
    with pytest.raises(RuleBroken) as refused:
        services.publish_listing(session, demonstration, by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"too_young"}
    assert demonstration.number is None


def test_end_of_the_notice_lists_the_project(session: Session, world: World, clock, database) -> None:
    demonstration = listed_by_notice(session, world, clock)
    tick(database, clock.now - timedelta(microseconds=1))
    session.expire_all()
    assert demonstration.state is D.IN_NOTICE
    session.rollback()
    tick(database, clock.now)
    session.expire_all()
    assert demonstration.state is D.LISTED
    assert demonstration.recheck_on == add_months(clock.today, 24)


def test_hold_at_the_end_of_the_notice_lists_when_lifted(
    session: Session, world: World, clock, database
) -> None:
    demonstration = listed_by_notice(session, world, clock)
    supervisor = world.actor(Role.SUPERVISOR)
    set_hold(session, demonstration, HoldReason.INVESTIGATION, by=supervisor, now=clock.now, note="核查数据")
    session.commit()
    tick(database, clock.now)
    session.expire_all()
    assert demonstration.state is D.IN_NOTICE
    lift_hold(session, demonstration, by=supervisor, now=clock.now)
    session.commit()
    tick(database, clock.now)
    session.expire_all()
    assert demonstration.state is D.LISTED


def test_delisting_stands_on_notice_first(session: Session, world: World, clock, database) -> None:
    demonstration = make_demonstration(world, D.SUSPENDED)
    organizer = world.actor(Role.ORGANIZER)
    with pytest.raises(RuleBroken) as refused:
        move(session, demonstration, "delist", by=organizer, now=clock.now, reason="停止运行。")
    assert refused.value.codes == {"delisting_notice_missing"}
    notice = services.publish_delisting(
        session, demonstration, reason="停止运行。", by=organizer, now=clock.now
    )
    assert (notice.kind, notice.annex[0]["reason"]) == (NoticeKind.DELISTING, "停止运行。")
    with pytest.raises(RuleBroken):
        services.publish_delisting(session, demonstration, reason="停止运行。", by=organizer, now=clock.now)
    ends_at = notice.ends_at
    session.commit()
    clock.set(ends_at)
    tick(database, clock.now)
    session.expire_all()
    move(session, demonstration, "delist", by=organizer, now=clock.now, reason="停止运行。")
    assert demonstration.state is D.DELISTED
    assert session.scalars(queries.catalogue()).all() == [demonstration]


def test_confirm_dates_the_next_recheck(session: Session, world: World, clock) -> None:
    demonstration = make_demonstration(world, D.UNDER_REEXAMINATION, recheck_on=clock.today)
    move(
        session, demonstration, "confirm", by=world.actor(Role.ORGANIZER), now=clock.now, reason="运行正常。"
    )
    assert demonstration.recheck_on == add_months(clock.today, 24)


def test_report_is_overdue_after_a_year_and_suspends_after_eighteen_months(
    session: Session, world: World, clock, database
) -> None:
    demonstration = make_demonstration(world, D.LISTED)
    listed_on = day_of(demonstration.listed_at)
    last = add_months(listed_on, 12)
    assert queries.report_due_on(demonstration) == last
    assert not queries.is_report_overdue(demonstration, end_of_day(last) - timedelta(microseconds=1))
    assert queries.is_report_overdue(demonstration, end_of_day(last))
    session.commit()
    over = start_of_day(add_months(listed_on, 18))
    tick(database, over - timedelta(microseconds=1))
    session.expire_all()
    assert demonstration.state is D.LISTED
    session.rollback()
    tick(database, over)
    session.expire_all()
    assert demonstration.state is D.SUSPENDED


def test_file_effect_report_once_a_year(session: Session, world: World, clock) -> None:
    demonstration = make_demonstration(world, D.LISTED)
    values = {"text": "稳定运行。", "rows": [{"indicator": "报告时间", "value": "20", "unit": "小时"}]}
    owner = world.actor(Role.DEMAND_OWNER)
    services.file_effect_report(
        session, demonstration, year=clock.today.year, **values, by=owner, now=clock.now
    )
    assert demonstration.last_report_on == clock.today
    for year, code in ((clock.today.year, "reported_before"), (clock.today.year + 1, "year_range")):
        with pytest.raises(RuleBroken) as refused:
            services.file_effect_report(session, demonstration, year=year, **values, by=owner, now=clock.now)
        assert refused.value.codes == {code}


def test_replication_counts_only_when_verified(session: Session, world: World) -> None:
    demonstration = make_demonstration(world, D.LISTED)
    adopter, organizer = world.actor_of(world.adopter), world.actor(Role.ORGANIZER)
    counts = []

    def count() -> None:
        counts.append(queries.verified_counts(session, [demonstration.id]).get(demonstration.id, 0))

    taken = services.register_interest(
        session, demonstration, by=adopter, now=world.now, statement="本院希望引入。", region=Region.JINGZHOU
    )
    count()
    move(session, taken, "match", by=organizer, now=world.now)
    count()
    values = {"kind": ReplicationKind.PARTIAL, "contract_fen": 800_000_00, "adopted_on": day_of(world.now)}
    services.adopt(session, taken, values=values, by=adopter, now=world.now)
    count()
    with pytest.raises(RuleBroken) as refused:
        move(session, taken, "verify", by=organizer, now=world.now)
    assert refused.value.codes == {"effect_missing"}
    figures = [{"indicator": "报告时间", "before": "120", "after": "36", "unit": "小时"}]
    services.report_effect(session, taken, effect="明显缩短。", rows=figures, by=adopter, now=world.now)
    count()
    move(session, taken, "verify", by=organizer, now=world.now)
    count()
    assert counts == [0, 0, 0, 0, 1]
    assert queries.verified_replications(session, demonstration) == [taken]


@pytest.mark.parametrize("state", [R.INTEREST, R.MATCHED, R.ADOPTED, R.ABANDONED])
def test_replications_in_other_states_do_not_count(session: Session, world: World, state: R) -> None:
    replication = make_replication(world, state)
    assert queries.verified_counts(session, [replication.demonstration_id]) == {}


def test_register_interest_once_and_never_in_ones_own_project(session: Session, world: World) -> None:
    demonstration = make_demonstration(world, D.LISTED)
    values = {"statement": "希望引入。", "region": Region.WUHAN, "now": world.now}
    with pytest.raises(NotPermitted):
        services.register_interest(session, demonstration, by=world.actor(Role.DEMAND_OWNER), **values)
    adopter = world.actor_of(world.adopter)
    services.register_interest(session, demonstration, by=adopter, **values)
    with pytest.raises(RuleBroken) as refused:
        services.register_interest(session, demonstration, by=adopter, **values)
    assert refused.value.codes == {"registered_before"}


@pytest.mark.parametrize("state", [D.IN_NOTICE, D.SUSPENDED, D.DELISTED, D.UNDER_REEXAMINATION])
def test_register_interest_only_while_listed(session: Session, world: World, state: D) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.register_interest(
            session,
            make_demonstration(world, state),
            by=world.actor_of(world.adopter),
            now=world.now,
            statement="希望引入。",
            region=Region.WUHAN,
        )
    assert refused.value.codes == {"not_listed"}


def test_recommend_support_within_the_ceiling_of_the_project(session: Session, world: World) -> None:
    contract = make_acceptance(world, AcceptanceState.PASSED).contract
    ceiling = contract.demand.round.fiscal_per_project_fen
    organizer = world.actor(Role.ORGANIZER)

    def recommend(amount: int) -> Subsidy:
        return services.recommend_support(
            session, contract, amount_fen=amount, basis="验收通过。", by=organizer, now=world.now
        )

    recommend(ceiling - 1)
    with pytest.raises(RuleBroken) as refused:
        recommend(2)
    assert refused.value.codes == {"above_ceiling"}
    recommend(1)


def test_recommend_support_needs_a_passed_acceptance(session: Session, world: World) -> None:
    contract = make_acceptance(world, AcceptanceState.CONCLUDED).contract
    with pytest.raises(RuleBroken) as refused:
        services.recommend_support(
            session, contract, amount_fen=1, basis="x", by=world.actor(Role.ORGANIZER), now=world.now
        )
    assert refused.value.codes == {"not_passed"}


def test_record_support_pays_what_was_approved(session: Session, world: World) -> None:
    subsidy = make_subsidy(world, S.APPROVED)
    finance = world.actor(Role.FINANCE)
    with pytest.raises(RuleBroken):
        services.record_support(
            session,
            subsidy,
            paid_on=day_of(world.now) + DAY,
            voucher_number="CZ-1",
            by=finance,
            now=world.now,
        )
    services.record_support(
        session, subsidy, paid_on=day_of(world.now), voucher_number="CZ-1", by=finance, now=world.now
    )
    assert (subsidy.state, subsidy.voucher_number) == (S.PAID, "CZ-1")
    assert queries.support_totals(session) == {S.PAID: subsidy.amount_fen}


def test_record_support_refuses_what_is_not_approved(session: Session, world: World) -> None:
    subsidy = make_subsidy(world, S.RECOMMENDED)
    with pytest.raises(StateMovedOn):
        services.record_support(
            session,
            subsidy,
            paid_on=day_of(world.now),
            voucher_number="CZ-1",
            by=world.actor(Role.FINANCE),
            now=world.now,
        )
    assert subsidy.paid_on is None


@pytest.mark.both_databases
def test_catalogue_filters_and_sorts(session: Session, world: World) -> None:
    first = make_demonstration(world, D.LISTED, title="甲 影像示范")
    second = make_demonstration(world, D.DELISTED, title="乙 制造示范", benefit_score=40_00)
    make_demonstration(world, D.EDITING, title="丙 未列入")
    make_replication(world, R.VERIFIED, demonstration=second)
    second.demand.field, second.demand.categories, second.demand.region = (
        Field.F01,
        ["A2", "B1"],
        Region.XIANGYANG,
    )
    second.listed_at -= 366 * DAY
    session.flush()

    def found(**chosen: Any) -> list[Demonstration]:
        return list(session.scalars(queries.catalogue(**chosen)).unique())

    assert found() == [first, second]
    assert found(q="影像") == [first]
    assert found(q="%") == []
    assert found(field=Field.F01) == [second]
    assert found(category=Category.B1) == [second]
    assert found(category=Category.C2) == [first]
    assert found(category=Category.A1) == []
    assert found(region=Region.XIANGYANG) == [second]
    assert found(state=D.DELISTED) == [second]
    assert found(year=world.now.year) == [first]
    assert found(sort="replicated") == [second, first]
    assert found(sort="score") == [second, first]
    assert queries.years(session) == [world.now.year, world.now.year - 1]
