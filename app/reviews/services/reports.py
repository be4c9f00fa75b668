"""The panel's report: drafted by the chair, signed by every member with dissent recorded, then never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.digests import digest
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.reviews import Panel
from app.notifications.services import notify
from app.reviews import queries
from app.reviews.queries import Board
from app.reviews.services.panels import lock
from app.reviews.services.totals import open_board, open_ties
from app.workflow import record

# What of panel.report outlives a draft: withdrawn reports, and the panel's votes on ties.
LASTING = ("history", "votes")


def draft_report(
    session: Session, panel: Panel, *, text: str, opinions: Mapping[UUID, str], by: Actor, now: datetime
) -> str:
    """The chair writes the report and an opinion on each bid. Drafting again takes back the signatures given.

    Returns the digest that the members sign: it covers the text, every opinion, and totals and ranks."""
    demand = _demand_of(panel)
    lock(session, demand)
    board = open_board(session, demand)
    if board.chair is None or not can(by, Permission.REPORT_DRAFT, board.chair):
        raise NotPermitted()
    if refusals := _draft_refusals(board, text, opinions):
        raise RuleBroken(refusals)
    if panel.report_drafted_at is not None:
        withdraw_report(session, panel, because="drafted_again", by=by, now=now)
    for bid in board.bids:
        bid.panel_opinion = opinions[bid.id].strip()
    body: dict[str, Any] = {
        "demand": demand.number,
        "text": text.strip(),
        "opinions": {str(bid.id): bid.panel_opinion for bid in board.bids},
        "ranking": [
            {
                "bid": bid.number,
                "total": bid.total,
                "satisfaction": bid.satisfaction,
                "rank": bid.rank,
                "is_above_line": bid.is_above_line,
                "tie": bid.tie_note,
            }
            for bid in board.bids
        ],
    }
    panel.report_text = body["text"]
    panel.report = lasting(panel) | body
    panel.report_digest = digest(body)
    panel.report_drafted_at = now
    record(session, panel, "draft_report", by=by, now=now, data={"digest": panel.report_digest})
    data = {"title": demand.title, "number": demand.number}
    for seat in board.seats:
        notify(session, [seat.expert.user_id], "panel.draft_report", now=now, data=data, thing=seat)
    return panel.report_digest


def sign_report(
    session: Session, panel: Panel, *, by: Actor, now: datetime, dissent: str | None = None
) -> None:
    """A member signs the report as it stands, with a dissent if any. The last signature closes it."""
    demand = _demand_of(panel)
    lock(session, demand)
    board = open_board(session, demand)
    seat = queries.my_seat_on(by, board)
    if seat is None or not can(by, Permission.REPORT_SIGN, seat):
        raise NotPermitted()
    if panel.report_drafted_at is None:
        raise RuleBroken(Refusal("report_missing", _l("The chair has not drafted the report yet.")))
    if not board.has_totals:
        raise RuleBroken(
            Refusal("totals_missing", _l("The totals do not stand: a sheet has been opened again."))
        )
    if seat.signed_at is not None:
        raise StateMovedOn(_l("You have signed this report already."))
    seat.signed_at = now
    seat.signed_digest = panel.report_digest
    seat.dissent = (dissent or "").strip() or None
    data = {"digest": panel.report_digest, "has_dissent": seat.dissent is not None}
    record(session, seat, "sign_report", by=by, now=now, data=data)
    if all(each.signed_at is not None for each in board.seats):
        panel.report_signed_at = now
        signed = record(session, panel, "close_report", by=by.as_system(), now=now)
        officers = queries.staff(session, demand.organiser_id, Role.ORGANIZER)
        told = {"title": demand.title, "number": demand.number}
        notify(session, officers, "panel.close_report", now=now, data=told, thing=demand, event=signed)


def withdraw_report(session: Session, panel: Panel, *, because: str, by: Actor, now: datetime) -> None:
    """Take the report back into the panel's history, with the signatures it had. `because` is a code."""
    if panel.report_drafted_at is None:
        return
    report = dict(panel.report or {})
    entry = {name: value for name, value in report.items() if name not in LASTING}
    entry |= {
        "digest": panel.report_digest,
        "drafted_at": panel.report_drafted_at.isoformat(),
        "signed_at": panel.report_signed_at.isoformat() if panel.report_signed_at else None,
        "withdrawn_at": now.isoformat(),
        "because": because,
        "signatures": [
            {
                "seat": str(seat.id),
                "at": seat.signed_at.isoformat(),
                "digest": seat.signed_digest,
                "dissent": seat.dissent,
            }
            for seat in panel.assignments
            if seat.signed_at is not None
        ],
    }
    panel.report = lasting(panel) | {"history": [*report.get("history", []), entry]}
    panel.report_text = None
    panel.report_digest = None
    panel.report_drafted_at = None
    panel.report_signed_at = None
    for seat in panel.assignments:
        seat.signed_at = seat.signed_digest = seat.dissent = None
    record(session, panel, "withdraw_report", by=by, now=now, data={"because": because})


def lasting(panel: Panel) -> dict[str, Any]:
    """The part of panel.report that a new draft keeps."""
    return {name: value for name, value in (panel.report or {}).items() if name in LASTING}


def _draft_refusals(board: Board, text: str, opinions: Mapping[UUID, str]) -> list[Refusal]:
    if not board.has_totals:
        return [Refusal("totals_missing", _l("The totals must be recorded first."))]
    found = []
    if open_ties(board.bids):
        found.append(Refusal("tie_open", _l("Record the panel's vote on bids that share a place first.")))
    if not text.strip():
        found.append(Refusal("report_missing", _l("Write the panel's report."), "text"))
    for bid in board.bids:
        if not opinions.get(bid.id, "").strip():
            wording = _l("Write the opinion on bid %(number)s.", number=bid.number)
            found.append(Refusal("opinion_missing", wording, f"opinion_{bid.id.hex}"))
    return found


def _demand_of(panel: Panel) -> Demand:
    if panel.demand is None:
        raise ValueError("only a review panel has a review report")
    return panel.demand
