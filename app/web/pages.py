"""Pages of long lists: a number of rows, where one is, and the addresses before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

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
    asked = request.args.get("page", 1, type=int)
    number = min(max(1, asked), max(1, -(-total // size)))
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)


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
