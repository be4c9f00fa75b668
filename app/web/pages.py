"""Pages of long lists: a number of rows, where one is, and the addresses before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

PER_PAGE = 20
PER_PAGE_MAX = 100


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. `first` and `last` are the positions of its rows in the whole list, from one."""

    rows: Sequence[Any]
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """Position of the first row shown; 0 when there is none."""
        return (self.number - 1) * self.per_page + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Position of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def prev_url(self) -> str | None:
        """The address of the page before, keeping all filters."""
        return _address(self.number - 1) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        """The address of the page after, keeping all filters."""
        return _address(self.number + 1) if self.number < self.pages else None


def paginate(session: Session, query: Select[Any], *, per_page: int = PER_PAGE) -> Page:
    """The page of the query that the request asks for by `page`. The query must have a total order."""
    size = min(per_page, PER_PAGE_MAX)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number = _asked(total, size)
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)


def paginate_parts(
    session: Session,
    parts: Sequence[Select[Any]],
    *,
    loading: Sequence[ExecutableOption],
    per_page: int = PER_PAGE,
) -> Page:
    """The page of one list that is made of several queries over the same table, one after the other.

    For long lists of wide rows: each part can follow an index of its own, and of what is skipped only the keys are
    read. Every query selects one model and has a total order; `loading` says what comes with the rows of the page."""
    size = min(per_page, PER_PAGE_MAX)
    model = parts[0].column_descriptions[0]["entity"]
    narrow = [each.with_only_columns(model.id, maintain_column_froms=True) for each in parts]
    totals = [
        session.scalar(select(func.count()).select_from(each.order_by(None).subquery())) or 0
        for each in narrow
    ]
    number = _asked(sum(totals), size)
    start, keys = (number - 1) * size, list[Any]()
    for each, total in zip(narrow, totals, strict=True):
        if start < total and len(keys) < size:
            keys += session.scalars(each.limit(size - len(keys)).offset(start)).all()
        start = max(0, start - total)
    rows = session.scalars(select(model).where(model.id.in_(keys)).options(*loading)) if keys else ()
    return Page(sorted(rows, key=lambda row: keys.index(row.id)), number, size, sum(totals))


def _asked(total: int, size: int) -> int:
    wanted = request.args.get("page", 1, type=int)
    return min(max(1, wanted), max(1, -(-total // size)))


def cut(rows: Sequence[Any], *, per_page: int = PER_PAGE) -> Page:
    """The page that the request asks for of rows that are all at hand."""
    asked = request.args.get("page", 1, type=int)
    number = min(max(1, asked), max(1, -(-len(rows) // per_page)))
    return Page(rows[(number - 1) * per_page : number * per_page], number, per_page, len(rows))


def _address(number: int) -> str:
    arguments: dict[str, Any] = {
        **(request.view_args or {}),
        **request.args.to_dict(flat=False),
        "page": number,
    }
    return url_for(str(request.endpoint), **arguments)
