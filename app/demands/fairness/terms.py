"""What operators do to the dictionary: add a term of their own, and switch terms on and off, shipped ones too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.access import Actor, Permission, grants
from app.core.errors import NotPermitted, NotSeen, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.text import clean_line, normalize_for_compare
from app.demands.fairness.dictionary import Entry, dictionary_of, entries_of
from app.models.fairness import FairnessKind, FairnessTerm
from app.workflow import record

MIN_LETTERS = 2
MAX_WILDCARDS = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the dictionary with who changed it last; shipped lines that nobody touched have no row."""

    entry: Entry
    row: FairnessTerm | None


def listed(session: Session, filters: Mapping[str, Any]) -> list[Listed]:
    """The lines of the dictionary, the operators' own first. `filters`: meaning, q, is_changed."""
    query = select(FairnessTerm).options(joinedload(FairnessTerm.changed_by))
    rows = {(row.kind, row.term, row.is_shipped): row for row in session.scalars(query)}
    found = [Listed(each, rows.get((each.kind, each.term, each.is_shipped))) for each in entries_of(session)]
    words = str(filters.get("q") or "").casefold()
    return sorted(
        (
            each
            for each in found
            if filters.get("meaning") in (None, each.entry.kind)
            and (words in each.entry.term.casefold() or words in each.entry.note.casefold())
            and (each.row is not None or not filters.get("is_changed"))
        ),
        key=lambda each: (each.entry.is_shipped, each.entry.kind.value, each.entry.term),
    )


def add_term(
    session: Session, *, kind: FairnessKind, term: str, note: str, by: Actor, now: datetime
) -> FairnessTerm:
    """Add a literal term, in which `*` stands for a few characters. Raises RuleBroken for one too short or known."""
    _check_keeper(by)
    term = clean_line(term)
    refusals = _term_refusals(session, kind, term)
    if refusals:
        raise RuleBroken(refusals)
    row = FairnessTerm(kind=kind, term=term, note=clean_line(note), changed_at=now, changed_by_id=by.user_id)
    session.add(row)
    record(session, row, "add", by=by, now=now, data={"kind": kind.value})
    return row


def switch_term(
    session: Session,
    *,
    kind: FairnessKind,
    term: str,
    is_shipped: bool,
    is_active: bool,
    by: Actor,
    now: datetime,
) -> FairnessTerm:
    """Switch a term on or off. For a shipped one the switch is kept apart, so that a new version leaves it alone."""
    _check_keeper(by)
    known = {(each.kind, each.term, each.is_shipped) for each in entries_of(session)}
    if (kind, term, is_shipped) not in known:
        raise NotSeen()
    query = select(FairnessTerm).filter_by(kind=kind, term=term, is_shipped=is_shipped).with_for_update()
    row = session.scalar(query)
    if row is None:
        row = FairnessTerm(kind=kind, term=term, is_shipped=True)
        session.add(row)
    row.is_active, row.changed_at, row.changed_by_id = is_active, now, by.user_id  # type: ignore[assignment]
    data = {"kind": kind.value, "is_active": is_active, "is_shipped": is_shipped}
    record(session, row, "switch", by=by, now=now, data=data)
    return row


def tried(session: Session, sentence: str) -> Sequence[tuple[FairnessKind, str]]:
    """What the dictionary finds in a sentence, read as a condition on bidders."""
    return list(dictionary_of(session).read(sentence, is_condition=True))


def _term_refusals(session: Session, kind: FairnessKind, term: str) -> list[Refusal]:
    if len(normalize_for_compare(term)) < MIN_LETTERS:
        wording = _l("A term needs at least two letters or characters, or it is found everywhere.")
        return [Refusal("term_too_short", wording, "term")]
    if term.startswith("*") or term.endswith("*") or "**" in term or term.count("*") > MAX_WILDCARDS:
        wording = _l("The star stands between words, at most three times, never first, last or doubled.")
        return [Refusal("term_wildcard", wording, "term")]
    if any(each.kind is kind and each.term.casefold() == term.casefold() for each in entries_of(session)):
        wording = _l("The dictionary has this term already. Switch it on if it is off.")
        return [Refusal("term_known", wording, "term")]
    return []


def _check_keeper(by: Actor) -> None:
    if not grants(by, Permission.FAIRNESS_KEEP) or by.user_id is None:
        raise NotPermitted()
