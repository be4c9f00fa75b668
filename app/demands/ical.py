"""A site visit as an iCalendar entry (RFC 5545).

The well-kept library for this needs a version of python-dateutil that another library of ours refuses; one entry needs
three rules of the standard only: escaped texts, moments in UTC, lines of at most 75 octets."""

from datetime import UTC, datetime

from app.demands.visits import visit_ends_at
from app.models.demands import SiteVisit

LONGEST_LINE = 75
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_entry(visit: SiteVisit, address: str) -> str:
    """The calendar file of one visit; a visit that was called off is marked so. `address` leads to the listing."""
    demand = visit.demand
    status = "CANCELLED" if visit.cancelled_at else "CONFIRMED"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Jiebang//Site visits//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{visit.id}",
        f"DTSTAMP:{_moment(visit.cancelled_at or visit.created_at)}",
        f"DTSTART:{_moment(visit.starts_at)}",
        f"DTEND:{_moment(visit_ends_at(visit))}",
        f"SEQUENCE:{int(visit.cancelled_at is not None)}",
        f"STATUS:{status}",
        f"SUMMARY:{_text(f'{demand.number} {demand.title}')}",
        f"LOCATION:{_text(visit.place)}",
        f"DESCRIPTION:{_text(visit.note)}",
        f"URL:{address}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    return text.translate(ESCAPES)


def _folded(line: str) -> str:
    """The line broken between signs, never within one, so that no part is longer than the standard allows."""
    parts, size = [""], 0
    for sign in line:
        width = len(sign.encode())
        if size + width > LONGEST_LINE:
            parts.append(" ")
            size = 1
        parts[-1] += sign
        size += width
    return "\r\n".join(parts)
