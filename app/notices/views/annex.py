"""The columns an annex can have: a stage names keys in its rows, the page shows those that occur, in this order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.i18n import Lazy, _, _l
from app.models.codes import Field, LaneStatus, Region
from app.models.procedure_codes import EndReason
from app.models.states import AcceptanceState
from app.web.filters import NOTHING, hundredths, wan

Show = Callable[[Any], Any]
EMPTY: tuple[Any, ...] = (None, "", [], ())


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key in the rows, its heading, how it is set (text, number, nowrap), and how a value reads."""

    key: str
    label: Lazy
    kind: str = "text"
    show: Show = str


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex ready for the page: the columns that have a value somewhere, and the cells of each row."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]

    @property
    def headers(self) -> list[dict[str, Any]]:
        """The headers as the table macro takes them, the serial number first."""
        own = [{"label": column.label, "kind": column.kind} for column in self.columns]
        return [{"label": _("No."), "kind": "nowrap"}, *own]


def _wording_of(codes: type[Any]) -> Show:
    """How a code of the list reads."""
    return lambda code: codes(code).label


def _listed(values: Any) -> str:
    return _(", ").join(str(each) for each in values) if isinstance(values, list) else str(values)


def _months(value: Any) -> str:
    return _("%(n)s months", n=value)


def _remark(value: Any) -> str:
    if isinstance(value, str):
        return value
    return _("; ").join(_remark_part(each) for each in value)


def _remark_part(part: dict[str, Any]) -> str:
    code = part.get("code")
    if code == "horse_race":
        lane = _wording_of(LaneStatus)(part["lane"])
        return _("Horse race of %(n)s units, %(lane)s", n=part["n"], lane=lane)
    if code == "ranked_pool":
        lane = _wording_of(LaneStatus)(part["lane"])
        return _("Pool of %(n)s units, %(lane)s", n=part["n"], lane=lane)
    wordings = {
        "only_one": _("The only unit that took part"),
        "next_rank": _("Next rank, in place of a unit that fell away"),
        "out_of_rank": _("Departs from the ranking; reasons on record"),
    }
    return wordings.get(str(code), str(code))


COLUMNS: list[Column] = [
    Column("number", _l("Number of the entry"), "nowrap"),
    Column("demand_number", _l("Listing number"), "nowrap"),
    Column("contract_number", _l("Contract number"), "nowrap"),
    Column("demand_title", _l("Listing")),
    Column("title", _l("Project")),
    Column("owner", _l("Posted by")),
    Column("lead", _l("Taken on by (lead unit)")),
    Column("members", _l("Joint units"), "text", _listed),
    Column("field", _l("Field of the listing"), "text", _wording_of(Field)),
    Column("region", _l("City or prefecture"), "text", _wording_of(Region)),
    Column("score", _l("Review score"), "number", hundredths),
    Column("rank", _l("Review rank"), "number"),
    Column("listed_fen", _l("Listed amount (CNY 10,000)"), "number", wan),
    Column("amount_fen", _l("Award amount (CNY 10,000)"), "number", wan),
    Column("fiscal_fen", _l("Proposed fiscal funds (CNY 10,000)"), "number", wan),
    Column("paid_fen", _l("Paid so far (CNY 10,000)"), "number", wan),
    Column("clawback_fen", _l("To be returned (CNY 10,000)"), "number", wan),
    Column("months", _l("Term"), "nowrap", _months),
    Column("outcome", _l("Acceptance conclusion"), "text", _wording_of(AcceptanceState)),
    Column("certificate_number", _l("Certificate number"), "nowrap"),
    Column("batch", _l("Batch")),
    Column("end_reason", _l("Ground"), "text", _wording_of(EndReason)),
    Column("reason", _l("Reasons given")),
    Column("remark", _l("Remarks"), "text", _remark),
]


def register_column(column: Column, *, before: str = "remark") -> None:
    """Let a later stage add a column of its own annex. Registering a key twice changes nothing."""
    keys = [each.key for each in COLUMNS]
    if column.key not in keys:
        COLUMNS.insert(keys.index(before), column)


def lay_out(rows: Sequence[dict[str, Any]]) -> Annex:
    """The annex as the page shows it; keys without a column (identifiers) are not shown."""
    columns = [each for each in COLUMNS if any(row.get(each.key) not in EMPTY for row in rows)]
    cells = [
        [number, *(_cell(column, row.get(column.key)) for column in columns)]
        for number, row in enumerate(rows, start=1)
    ]
    return Annex(columns, cells)


def _cell(column: Column, value: Any) -> Any:
    return NOTHING if value in EMPTY else column.show(value)
