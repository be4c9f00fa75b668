"""The calendar: loaded from the tables, replaced as a whole, and missed aloud."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from app.access import SYSTEM, Actor
from app.core.errors import NotPermitted, NotSeen
from app.core.workdays import UnknownCalendarYear, read_calendar_file
from app.models.procedure_codes import Role
from app.models.records import Event
from app.models.rounds import CalendarDay
from app.rounds import calendar
from tests.factories import World


@pytest.fixture
def operator(world: World) -> Actor:
    return world.actor(Role.OPERATOR)


def test_read_the_calendar_from_the_database(world: World) -> None:
    found = calendar.work_calendar(world.session)
    assert found.years == frozenset({2025, 2026})
    assert found.is_workday(date(2026, 2, 14)) is True
    assert found.is_workday(date(2026, 2, 16)) is False
    assert found.add_workdays(date(2026, 2, 13), 1) == date(2026, 2, 14)
    with pytest.raises(UnknownCalendarYear):
        found.is_workday(date(2027, 1, 4))


def test_load_a_year(world: World, operator: Actor) -> None:
    calendar.load_seed(world.session, 2024, by=operator, now=world.now)
    assert 2024 in calendar.work_calendar(world.session).years
    event = world.session.scalars(select(Event).where(Event.action == "load_calendar")).one()
    assert (event.thing_id, event.data["year"]) == (world.operator_org.id, 2024)


def test_replace_a_year_as_a_whole(world: World, operator: Actor) -> None:
    table = read_calendar_file(calendar.seeds()[2026])
    former = world.session.scalar(select(func.count()).where(CalendarDay.year == 2026))
    world.add(CalendarDay(day=date(2026, 3, 18), year=2026, is_workday=False, name="误录"))
    calendar.load_year(world.session, table, by=operator, now=world.now)
    assert world.session.scalar(select(func.count()).where(CalendarDay.year == 2026)) == former
    assert calendar.work_calendar(world.session).is_workday(date(2026, 3, 18)) is True


def test_load_for_the_site_itself(world: World) -> None:
    calendar.load_seed(world.session, 2023, by=SYSTEM, now=world.now)
    assert 2023 in calendar.work_calendar(world.session).years


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.SUPERVISOR, Role.BIDDER])
def test_let_the_operator_alone_load(world: World, role: Role) -> None:
    with pytest.raises(NotPermitted):
        calendar.load_seed(world.session, 2024, by=world.actor(role), now=world.now)


def test_know_no_table_of_a_far_year(world: World, operator: Actor) -> None:
    with pytest.raises(NotSeen):
        calendar.load_seed(world.session, 2099, by=operator, now=world.now)


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        (datetime(2026, 3, 16, tzinfo=UTC), ["info"]),
        (datetime(2026, 11, 1, tzinfo=UTC), ["warning"]),
        (datetime(2026, 12, 31, 17, tzinfo=UTC), ["danger", "info"]),
        (datetime(2025, 12, 1, tzinfo=UTC), []),
    ],
)
def test_warn_of_what_is_missing(world: World, now: datetime, kinds: list[str]) -> None:
    assert [kind for kind, _sentence in calendar.warnings(world.session, now)] == kinds


def test_show_holidays_as_runs(world: World) -> None:
    year = calendar.overview(world.session)[0]
    assert year.year.year == 2026
    assert [(each.name, each.first, each.last) for each in year.holidays][:2] == [
        ("元旦", date(2026, 1, 1), date(2026, 1, 3)),
        ("春节", date(2026, 2, 15), date(2026, 2, 23)),
    ]
    assert [each.day for each in year.makeup][:2] == [date(2026, 1, 4), date(2026, 2, 14)]
