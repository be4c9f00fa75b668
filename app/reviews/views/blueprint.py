"""The blueprint that all pages of the review share, and what they all do."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.core.errors import NotSeen, RuleBroken
from app.models.demands import Demand
from app.reviews import queries
from app.reviews.queries import Board
from app.web.context import actor, db
from app.web.forms import Form
from app.web.loading import load
from app.web.reasons import ReasonForm

blueprint = Blueprint("reviews", __name__)


def desk_demand(demand_id: UUID) -> Demand:
    """A demand whose review the actor conducts or watches."""
    return load(db(), queries.desks(actor()), demand_id, lock=request.method == "POST")


def seated_board(demand_id: UUID) -> Board:
    """The board of a demand on whose panel the actor sits."""
    demand = load(db(), queries.panels_sat_on(actor()), demand_id, lock=request.method == "POST")
    board = queries.board_of(db(), demand)
    if board is None:
        raise NotSeen()
    return board


def try_to(form: Form, act: Callable[[], Any]) -> bool:
    """Whether the form was sent and the act succeeded; what a rule refused stands in the form."""
    if not form.validate_on_submit():
        return False
    try:
        act()
    except RuleBroken as error:
        form.add_refusals(error.refusals)
        return False
    return True


def ask(
    form: Form | None,
    *,
    title: str,
    sentence: str,
    back: str,
    consequences: tuple[str, ...] = (),
    style: str = "primary",
    blocked: object = None,
) -> ResponseReturnValue:
    """The page that asks before something is done."""
    page = render_template(
        "reviews/ask.html",
        form=form,
        page_title=title,
        sentence=sentence,
        consequences=consequences,
        back=back,
        style=style,
        blocked=blocked,
        has_reason=isinstance(form, ReasonForm),
    )
    return page, 422 if request.method == "POST" else 200


def to(url: str) -> Response:
    """On to the next page."""
    return redirect(url)
