"""Working days against real notices, against a library day by day, and against years that are not loaded."""

import json
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.workdays import (
    CalendarFileError,
    NoticeStartRule,
    UnknownCalendarYear,
    WorkCalendar,
    days_from,
    read_calendar_file,
)

FOLDER = Path(__file__).resolve().parents[2] / "seed" / "calendar"
YEARS = (2023, 2024, 2025, 2026)
TABLES = {year: read_calendar_file(FOLDER / f"{year}.json") for year in YEARS}
CALENDAR = WorkCalendar.from_years(TABLES.values())
SAME_DAY, NEXT = NoticeStartRule.SAME_DAY, NoticeStartRule.NEXT_WORKING_DAY

REAL_NOTICES = {
    "Rongcheng 2023, over May Day with a Saturday made up": (
        date(2023, 4, 27),
        5,
        SAME_DAY,
        date(2023, 5, 6),
    ),
    "Shanghai 2023, from the document's own day": (date(2023, 7, 31), 5, SAME_DAY, date(2023, 8, 4)),
    "Hubei 2023, from the document's own day": (date(2023, 2, 20), 5, SAME_DAY, date(2023, 2, 24)),
}


@pytest.mark.parametrize(("first", "days", "rule", "last"), REAL_NOTICES.values(), ids=REAL_NOTICES.keys())
def test_notice_window_agrees_with_real_notices(
    first: date, days: int, rule: NoticeStartRule, last: date
) -> None:
    assert CALENDAR.notice_window(first, days, rule) == (first, last)


@pytest.mark.parametrize(
    ("document", "days", "first", "last"),
    [
        (date(2025, 11, 21), 5, date(2025, 11, 24), date(2025, 11, 28)),  # Hainan
        (date(2023, 10, 26), 6, date(2023, 10, 27), date(2023, 11, 3)),  # Jiangmen
        (date(2023, 4, 26), 5, date(2023, 4, 27), date(2023, 5, 6)),  # Rongcheng, dated the day before
        (date(2026, 2, 12), 5, date(2026, 2, 13), date(2026, 2, 26)),
        (date(2026, 2, 13), 5, date(2026, 2, 14), date(2026, 2, 27)),
        (date(2026, 4, 30), 5, date(2026, 5, 6), date(2026, 5, 11)),
        (date(2026, 9, 18), 5, date(2026, 9, 20), date(2026, 9, 24)),
        (date(2026, 9, 24), 5, date(2026, 9, 28), date(2026, 10, 9)),
        (date(2026, 9, 30), 5, date(2026, 10, 8), date(2026, 10, 13)),
    ],
)
def test_notice_window_from_the_next_working_day(document: date, days: int, first: date, last: date) -> None:
    assert CALENDAR.notice_window(document, days, NEXT) == (first, last)


def test_workdays_between_counts_the_seven_days_of_the_hubei_notice_as_five() -> None:
    assert CALENDAR.workdays_between(date(2023, 2, 20), date(2023, 2, 26)) == 5


def test_workdays_between_differs_from_counting_weekdays() -> None:
    first, last = date(2023, 4, 27), date(2023, 5, 6)
    assert sum(day.weekday() < 5 for day in days_from(first, last)) == 7
    assert CALENDAR.workdays_between(first, last) == 5


def test_workdays_between_is_none_when_out_of_order() -> None:
    assert CALENDAR.workdays_between(date(2026, 3, 3), date(2026, 3, 2)) == 0


def test_notice_window_on_a_day_off_starts_with_the_next_working_day_under_both_rules() -> None:
    saturday = date(2026, 3, 7)
    assert CALENDAR.notice_window(saturday, 1, SAME_DAY) == (date(2026, 3, 9), date(2026, 3, 9))
    assert CALENDAR.notice_window(saturday, 1, NEXT) == (date(2026, 3, 9), date(2026, 3, 9))


def test_notice_window_refuses_less_than_a_day() -> None:
    with pytest.raises(ValueError, match="one working day"):
        CALENDAR.notice_window(date(2026, 3, 2), 0, NEXT)


@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_the_tables_agrees_with_the_holidays_library(year: int) -> None:
    china = holidays.country_holidays("CN", years=year)
    differing = [
        day
        for day in days_from(date(year, 1, 1), date(year, 12, 31))
        if CALENDAR.is_workday(day) != china.is_working_day(day)
    ]
    assert differing == []
    assert TABLES[year].makeup == {day for day in china.weekend_workdays if day.year == year}


@pytest.mark.parametrize("year", YEARS)
def test_every_table_names_its_source(year: int) -> None:
    table = TABLES[year]
    assert table.title == f"国务院办公厅关于{year}年部分节假日安排的通知"
    assert table.issued_on.year == year - 1
    assert table.document_number.startswith(f"国办发明电〔{year - 1}〕")
    assert set(table.names) == table.off


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 7), 0, date(2026, 3, 9)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 9), -1, date(2026, 3, 6)),
        (date(2026, 2, 24), -1, date(2026, 2, 14)),
        (date(2026, 10, 9), 1, date(2026, 10, 10)),
    ],
)
def test_add_workdays_steps_over_days_off_and_onto_made_up_weekends(
    day: date, count: int, expected: date
) -> None:
    assert CALENDAR.add_workdays(day, count) == expected


@given(st.dates(date(2023, 3, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_add_workdays_agrees_with_workdays_between(day: date, count: int) -> None:
    reached = CALENDAR.add_workdays(day, count)
    assert CALENDAR.is_workday(reached)
    assert CALENDAR.workdays_between(day + timedelta(days=1), reached) == count


@pytest.mark.parametrize(
    ("asked", "year"),
    [
        (lambda: CALENDAR.is_workday(date(2027, 1, 1)), 2027),
        (lambda: CALENDAR.is_workday(date(2022, 12, 31)), 2022),
        (lambda: CALENDAR.add_workdays(date(2026, 12, 30), 5), 2027),
        (lambda: CALENDAR.add_workdays(date(2023, 1, 3), -5), 2022),
        (lambda: CALENDAR.add_workdays(date(2022, 12, 30), 5), 2022),
        (lambda: CALENDAR.add_workdays(date(2027, 3, 1), 0), 2027),
        (lambda: CALENDAR.notice_window(date(2026, 12, 28), 5, NEXT), 2027),
        (lambda: CALENDAR.notice_window(date(2027, 1, 4), 5, SAME_DAY), 2027),
        (lambda: CALENDAR.workdays_between(date(2026, 12, 28), date(2027, 1, 3)), 2027),
    ],
)
def test_a_year_not_loaded_is_refused_at_every_touch(asked: object, year: int) -> None:
    assert callable(asked)
    with pytest.raises(UnknownCalendarYear) as caught:
        asked()
    assert isinstance(caught.value, ValueError)
    assert (caught.value.year, caught.value.codes) == (year, {"calendar_year_unknown"})


def test_last_year_is_the_last_one_loaded() -> None:
    assert CALENDAR.last_year == 2026
    assert WorkCalendar(frozenset(), frozenset(), frozenset()).last_year is None


GOOD = json.loads((FOLDER / "2026.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "change",
    [
        {"year": 2025},
        {"year": "year"},
        {"holidays": []},
        {"holidays": [{"name": "元旦", "first": "2026-01-03", "last": "2026-01-01"}]},
        {"holidays": [*GOOD["holidays"], {"name": "again", "first": "2026-10-07", "last": "2026-10-08"}]},
        {"makeup": ["2026-01-02"]},
        {"makeup": ["2026-03-02"]},
        {"makeup": ["2026-02-30"]},
        {"title": None, "issued_on": None},
    ],
)
def test_read_calendar_file_refuses_a_table_that_contradicts_itself(
    change: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(GOOD | change), encoding="utf-8")
    with pytest.raises(CalendarFileError, match=r"faulty\.json"):
        read_calendar_file(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", "{"])
def test_read_calendar_file_refuses_what_is_no_table(content: str, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CalendarFileError):
        read_calendar_file(path)
