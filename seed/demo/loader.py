"""Loading the demonstration: everything in one transaction, and nothing when it is there already."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.demo import DEMO_PASSWORD
from app.core import passwords
from app.core.clock import start_of_day
from app.core.db import Database
from app.core.files import FileStore
from app.models.codes import AwardMode
from app.models.procedure_codes import OfficerDuty
from app.models.records import Mail, Message
from app.models.rounds import CalendarYear, Round
from app.rounds import calendar
from app.rounds import services as rounds
from app.workflow import move
from seed.demo.cast import gather
from seed.demo.courses import course
from seed.demo.plans import R24, R25, R26A, R26B, plans
from seed.demo.play import Play
from seed.demo.schedule import Schedule, Story

BEGIN = datetime(2023, 12, 4, 1, 0, tzinfo=UTC)
# The last day whose working days are known well enough for every clock that is still running then.
LATEST_END = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
# round: title, first and last day of the collection of demands
ROUNDS = {
    R24: (
        "2024年湖北省人工智能应用场景揭榜挂帅（第一批）",
        datetime(2024, 1, 8, 1, tzinfo=UTC),
        datetime(2024, 3, 22, 9, tzinfo=UTC),
    ),
    R25: (
        "2025年湖北省人工智能应用场景揭榜挂帅（第一批）",
        datetime(2025, 1, 13, 1, tzinfo=UTC),
        datetime(2025, 3, 28, 9, tzinfo=UTC),
    ),
    R26A: (
        "2026年湖北省人工智能应用场景揭榜挂帅（第一批）",
        datetime(2026, 1, 12, 1, tzinfo=UTC),
        datetime(2026, 3, 31, 9, tzinfo=UTC),
    ),
    R26B: (
        "2026年湖北省人工智能应用场景揭榜挂帅（第二批）",
        datetime(2026, 7, 6, 1, tzinfo=UTC),
        datetime(2026, 12, 31, 9, tzinfo=UTC),
    ),
}
# Days before its publication on which a demand is first written.
LEAD_DAYS = 42


def is_loaded(session: Session) -> bool:
    """Whether the demonstration is there."""
    return session.scalar(select(func.count()).select_from(Round).where(Round.is_demo)) != 0


def load_demo(app: Flask, now: datetime) -> int:
    """Load the demonstration into the application's database. Returns the number of bids; 0 when it is there already.

    Nothing of a loading that fails or is killed stays in the database; files it had stored are removed on failure."""
    database: Database = app.extensions["database"]
    files: FileStore = app.extensions["files"]
    with database.unit() as session:
        if is_loaded(session):
            return 0
        schedule = Schedule(session, BEGIN, min(now, LATEST_END))
        play: Play | None = None
        passwords.configure(passwords.Profile.CHEAP)
        try:
            play = Play(schedule, gather(schedule, DEMO_PASSWORD), files)
            _load_calendar(play)
            _plan_rounds(play)
            schedule.play()
            _quieten(session, schedule.now)
            session.flush()
        except BaseException:
            for name in play.uploaded if play else ():
                files.delete(name)
            raise
        finally:
            passwords.configure(passwords.Profile.STANDARD)
        return play.bid_count


def _load_calendar(play: Play) -> None:
    """The published working days, unless they are loaded."""
    known = set(play.session.scalars(select(CalendarYear.year)))
    for year in sorted(set(calendar.seeds()) - known):
        calendar.load_seed(play.session, year, by=play.cast.actor("operator"), now=play.now)


def _plan_rounds(play: Play) -> None:
    """Put every round and every demand that is not a re-listing on the schedule."""
    for key, (title, opens_at, closes_at) in ROUNDS.items():
        play.schedule.add(_round(play, key, title, opens_at, closes_at), opens_at - timedelta(days=10))
    for plan in plans():
        start = start_of_day(plan.publish_on - timedelta(days=LEAD_DAYS)) + timedelta(hours=9)
        play.schedule.add(course(play, plan), max(start, ROUNDS[plan.round_key][1] + timedelta(days=2)))


def _round(play: Play, key: str, title: str, opens_at: datetime, closes_at: datetime) -> Story:
    by = play.cast.officer(0)
    made = rounds.create_round(
        play.session,
        by=by,
        now=play.now,
        title=title,
        collection_opens_at=opens_at,
        collection_closes_at=closes_at,
        policy_text="面向全省企事业单位、政府机关、街道社区和产业园区征集人工智能应用场景需求，面向全国公开揭榜。",
        legal_basis="《湖北省人工智能应用场景揭榜挂帅工作规程（演示）》",
        contact_public="业务咨询：027-00000000（演示）",
        supervision_contact="监督电话：027-00000001（演示）",
        money_sources="发榜方出资为主，财政资金以奖代补。",
        fiscal_per_project_fen=500_0000_00,
        fiscal_total_fen=5000_0000_00,
        award_mode=AwardMode.SINGLE,
        max_bids_per_unit=12,
        max_active_projects=12,
        panel_max_load=30,
        is_demo=True,
    )
    play.rounds[key] = made
    people = [person.id for person in play.cast.officers]
    for duty in OfficerDuty:
        rounds.set_officers(play.session, made, duty, people, by=by, now=play.now)
    yield opens_at
    move(play.session, made, "open", by=by, now=play.now)
    yield closes_at + timedelta(days=3)
    move(play.session, made, "close", by=by, now=play.now)


def _quieten(session: Session, end: datetime) -> None:
    """Nobody in the demonstration gets mail, and only the last weeks are unread."""
    session.execute(delete(Mail))
    recent = end - timedelta(days=21)
    session.execute(update(Message).where(Message.created_at < recent).values(read_at=Message.created_at))
