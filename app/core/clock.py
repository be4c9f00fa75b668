"""Time: the only place that asks the machine for it, and the one zone in which people count days.

Stored moments are aware and in UTC; days, deadlines and everything shown are in Asia/Shanghai.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.i18n import TIMEZONE

SHANGHAI = ZoneInfo(TIMEZONE)


def utcnow() -> datetime:
    """The present moment, aware, in UTC. Rules never call it: they receive `now` as an argument."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the clocks of Shanghai. A moment without a zone raises ValueError."""
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(SHANGHAI)


def day_of(moment: datetime) -> date:
    """The day in Shanghai on which the moment falls."""
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """The first moment of a Shanghai day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The first moment after a Shanghai day, in UTC: `start <= moment < end` for every moment of it."""
    return start_of_day(day + timedelta(days=1))


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (earlier if negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
