"""Inserting many rows in one statement, each made whole with the defaults of its columns first."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

Row = dict[str, Any]


def insert_rows(session: Session, model: type[Any], rows: list[Row]) -> None:
    """Insert rows by column name. Missing columns get their default, in the row too, so that a digest can cover it."""
    for row in rows:
        for column in model.__table__.columns:
            if column.key not in row:
                row[column.key] = _default(column)
    if rows:
        session.execute(insert(model), rows)


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return column.default.arg(None) if column.default.is_callable else column.default.arg
