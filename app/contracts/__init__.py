"""Contracts and task books: copied from the bid that won, signed by both parties, and ended with them."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import SYSTEM, Actor
from app.access import Permission as P
from app.contracts import queries, services, views
from app.core.i18n import _l
from app.models.contracts import Contract
from app.models.demands import Demand
from app.models.records import Attachment, Event
from app.models.states import DemandState
from app.web.actions import register_place
from app.web.attachments import register_reader
from app.web.context import db
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import AWARD, CONTRACT, listen
from app.workflow.demand_rules import next_rank_is_left
from app.workflow.ticking import register_job


def contract_signed(session: Session, contract: Any, _event: Event, by: Actor, now: datetime) -> None:
    """The last contract that was missing completes the demand."""
    services.complete_demand(session, contract.award.demand, by=by, now=now)


def award_gone(session: Session, award: Any, _event: Event, by: Actor, now: datetime) -> None:
    """When an award falls away and nobody is left to take its place, the others may complete the demand."""
    session.expire(award.demand, ["awards", "bids"])
    if next_rank_is_left(award.demand, now):
        services.complete_demand(session, award.demand, by=by, now=now)


def complete_waiting(session: Session, now: datetime) -> int:
    """The clock's part: demands whose last contract was signed while they were on hold."""
    waiting = select(Demand).where(Demand.state == DemandState.AWARDED, Demand.hold_since_at.is_(None))
    demands = session.scalars(waiting.order_by(Demand.id)).all()
    return sum(services.complete_demand(session, demand, by=SYSTEM, now=now) for demand in demands)


def may_read_files(session: Session, actor: Actor, attachment: Attachment) -> bool:
    """The files of a contract are for those who may read it."""
    visible = queries.visible_to(actor).where(Contract.id == attachment.thing_id)
    return session.scalar(visible) is not None


def contract_terms(demand: Demand) -> list[Contract]:
    """For the public result of a demand: its signed contracts, of which the template shows key terms only."""
    return queries.public_terms(db(), demand)


def init_app(app: Flask) -> None:
    """Register pages, the place of contracts, their files, and what follows from signatures."""
    register_place(
        views.blueprint,
        CONTRACT,
        show="contracts.show",
        visible_to=queries.visible_to,
        title=lambda contract: contract.title,
        plain={"send_for_signature", "take_back", "close", "terminate", "revoke"},
        pages={"cancel": "contracts.cancel"},
    )
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals["contract_terms"] = contract_terms
    register_reader("contract", may_read_files)
    listen(CONTRACT, "activate", contract_signed)
    listen(AWARD, "cancel", award_gone)
    listen(AWARD, "decline", award_gone)
    register_job(complete_waiting)
    DONE.update(
        {
            "contract.draft": _l("Contract drafted from the bid"),
            "contract.edit": _l("Contract draft changed"),
            "contract.sign": _l("Contract signed by a party"),
            "contract.set_end": _l("Early end of the contract prepared"),
            "contract.attach_files": _l("Scan added"),
        }
    )
    add_desk_item(
        _l("Contracts and execution"),
        _l("Contracts and task books"),
        "contracts.index",
        P.CONTRACT_DRAFT,
        P.CONTRACT_SIGN,
        P.CONTRACT_END,
        P.EVENT_READ,
        P.SUBSIDY_PAY,
        order=60,
    )
