"""Forms of the review: the owner's satisfaction, the report with its opinions, the signature, a tie, the chair."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField

from app.core.i18n import _l
from app.models.bids import Bid
from app.models.procedure_codes import SheetAdvice
from app.reviews.queries import Board, is_locked
from app.web.fields import CountField, HundredthsField, LongText
from app.web.forms import Form
from app.web.validators import Required

MAX_REPORT = 20_000


class SatisfactionForm(Form):
    """One score per bid, added by `satisfaction_form`."""

    def given(self, bids: Sequence[Bid]) -> list[tuple[Bid, int]]:
        """The bids that were scored, each with its score in hundredths."""
        found = [(bid, self[f"value_{bid.id.hex}"].data) for bid in bids]
        return [(bid, value) for bid, value in found if value is not None]


class ReportForm(Form):
    """The panel's report; `report_form` adds an opinion per bid."""

    text = LongText(
        _l("Report of the panel"),
        max=MAX_REPORT,
        lines=10,
        validators=[Required()],
        description=_l(
            "How the review went, what the panel found, whom it recommends and why. No names of experts."
        ),
    )

    def opinions(self, bids: Sequence[Bid]) -> dict[UUID, str]:
        """The opinion on each bid."""
        return {bid.id: self[f"opinion_{bid.id.hex}"].data or "" for bid in bids}


class SignForm(Form):
    """A member's signature."""

    has_read = BooleanField(
        _l("I have read the report and the totals as they stand and sign them"), [Required()]
    )
    dissent = LongText(
        _l("Dissent"),
        max=4000,
        lines=4,
        description=_l("Leave empty if you agree. A dissent is kept with your signature."),
    )


class TieForm(Form):
    """How the panel voted; `tie_form` adds the place of each bid."""

    note = LongText(_l("How the panel voted"), max=2000, lines=3, validators=[Required()])

    def order(self, bids: Sequence[Bid]) -> list[UUID]:
        """The bids from the best; equal places give an order that the service refuses."""
        places = {bid.id: self[f"place_{bid.id.hex}"].data or 0 for bid in bids}
        if sorted(places.values()) != list(range(1, len(bids) + 1)):
            return []
        return sorted(places, key=lambda each: places[each])


def satisfaction_form(bids: Sequence[Bid], maximum: int) -> SatisfactionForm:
    """A form with a field for each bid, filled with what was given before."""
    fields = {
        f"value_{bid.id.hex}": HundredthsField(_l("Satisfaction"), minimum=0, maximum=maximum) for bid in bids
    }
    made: Any = type("BidSatisfactionForm", (SatisfactionForm,), fields)
    form: SatisfactionForm = made(data={f"value_{bid.id.hex}": bid.satisfaction for bid in bids})
    return form


def report_form(board: Board) -> ReportForm:
    """A form with an opinion per bid: the former ones, or a digest of what the sheets say, without names."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"text": board.panel.report_text or _last_text(board)}
    for line in board.lines:
        key = f"opinion_{line.bid.id.hex}"
        fields[key] = LongText(_l("Opinion on this bid"), max=4000, lines=6, validators=[Required()])
        data[key] = line.bid.panel_opinion or gathered(line.sheets)
    made: Any = type("BidReportForm", (ReportForm,), fields)
    form: ReportForm = made(data=data)
    return form


def tie_form(bids: Sequence[Bid]) -> TieForm:
    """A form with the place of each bid of the tie."""
    fields = {
        f"place_{bid.id.hex}": CountField(_l("Place by vote"), [Required()], minimum=1, maximum=len(bids))
        for bid in bids
    }
    made: Any = type("BidTieForm", (TieForm,), fields)
    form: TieForm = made()
    return form


def gathered(sheets: Sequence[Any]) -> str:
    """What the sheets say of a bid, line by line, for the chair to work on. Nobody is named."""
    locked = [sheet for sheet in sheets if is_locked(sheet)]
    parts = []
    for attribute in ("strengths", "weaknesses", "advice_text"):
        lines = [getattr(sheet, attribute).strip() for sheet in locked]
        parts += [line for line in dict.fromkeys(lines) if line]
    return "\n".join(parts)


def advice_count(sheets: Sequence[Any]) -> dict[SheetAdvice, int]:
    """How many of the locked sheets advise what."""
    found = dict.fromkeys(SheetAdvice, 0)
    for sheet in sheets:
        if is_locked(sheet) and sheet.advice is not None:
            found[sheet.advice] += 1
    return {advice: number for advice, number in found.items() if number}


def _last_text(board: Board) -> str:
    history = (board.panel.report or {}).get("history") or []
    return str(history[-1].get("text") or "") if history else ""
