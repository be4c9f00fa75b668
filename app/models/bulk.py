"""Inserting many rows in one statement. They are made complete before, outside of any transaction."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

Row = dict[str, Any]


def complete(model: type[Any], rows: list[Row]) -> list[Row]:
    """The rows, by column name, with what is missing filled in by the defaults of the columns."""
    for row in rows:
        for column in model.__table__.columns:
            if column.key not in row:
                row[column.key] = _default(column)
    return rows


def insert_rows(session: Session, model: type[Any], rows: list[Row]) -> None:
    """Insert complete rows in one statement."""
    if rows:
        session.execute(insert(model), rows)


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return column.default.arg(None) if column.default.is_callable else column.default.arg
