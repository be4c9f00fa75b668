"""What must hold at every moment, as SQL that returns no rows: run after every journey in tests, and nightly.

Each statement selects the identifiers of the rows that break it, and runs alike on SQLite and PostgreSQL. It reads the
tables, not the code that fills them, so that a fault in a service shows here."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.workflow.engine import WORKFLOWS, Workflow
from app.workflow.invariant_rules import RULES


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule with a name, a sentence, and the statement that finds what breaks it."""

    name: str
    rule: str
    sql: str


def invariants() -> list[Invariant]:
    """Every invariant: those written by hand, and one for each thing that has a state."""
    written = [Invariant(name, rule, sql) for name, (rule, sql) in RULES.items()]
    return [*written, *(_told_by_events(workflow) for workflow in WORKFLOWS.values())]


def broken(session: Session, *, limit: int = 20) -> dict[str, list[str]]:
    """The names of the invariants that do not hold, each with some of the rows that break it."""
    found = {}
    for each in invariants():
        rows = session.execute(text(each.sql)).fetchmany(limit)
        if rows:
            found[each.name] = [str(row[0]) for row in rows]
    return found


def _told_by_events(workflow: Workflow) -> Invariant:
    first = next(iter(workflow.states)).value
    table = workflow.name
    return Invariant(
        f"{table}_state_is_told_by_events",
        f"The last event of every {table} led to the state it is in; without one it is in the first state.",
        f"""
        SELECT thing.id FROM "{table}" thing
        LEFT JOIN event last ON last.seq = (
            SELECT max(each.seq) FROM event each
            WHERE each.thing_type = '{table}' AND each.thing_id = thing.id AND each.to_state IS NOT NULL)
        WHERE thing.state <> COALESCE(last.to_state, '{first}')
        """,  # noqa: S608 - names of our own tables and states
    )
