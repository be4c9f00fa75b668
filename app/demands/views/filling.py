"""What the small pages of a listing share: one form, one act, and back to the listing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import NotSeen, RuleBroken
from app.demands import queries
from app.models.demands import Demand
from app.web.context import actor, db
from app.web.forms import Form
from app.web.loading import load


def filled_in(
    demand: Demand,
    form: Form,
    template: str,
    act: Callable[[], Any],
    *,
    done: str,
    anchor: str | None = None,
    to: str | None = None,
    **more: Any,
) -> ResponseReturnValue:
    """A page with one form: do the act when it is sent and right, else show it (again), with all that was typed.

    Afterwards back to the listing at `anchor`, or on to the address `to`."""
    if form.validate_on_submit():
        try:
            act()
            flash(done, "success")
            return redirect(to or back_to(demand, anchor))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(template, demand=demand, form=form, **more)
    return page, 422 if form.is_submitted() else 200


def back_to(demand: Demand, anchor: str | None = None) -> str:
    """The address of the listing, at one of its cards."""
    return url_for("demands.show", demand_id=demand.id, _anchor=anchor)


def load_demand(demand_id: UUID) -> Demand:
    """The demand if the reader may see it; held for whoever is about to write."""
    return load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")


def part_of(demand: Demand, model: type[Any], thing_id: UUID) -> Any:
    """A question, visit or the like of this demand, or NotSeen."""
    found = db().get(model, thing_id)
    if found is None or found.demand_id != demand.id:
        raise NotSeen()
    return found
