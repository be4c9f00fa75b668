"""What everyone reads: the listings, a listing, its editions."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import NotSeen
from app.demands import queries
from app.demands.completeness import progress
from app.demands.content import sections_of
from app.demands.dialogue import question_cutoff
from app.demands.differences import differences
from app.demands.drafting import EDITABLE
from app.demands.extras import extra_links
from app.demands.files import LABELS
from app.demands.forms.small import ListingFilter
from app.demands.views import blueprint
from app.demands.views.showing import history, page_buttons, road, standing
from app.models.demands import Demand
from app.models.procedure_codes import Visibility
from app.web.access import public
from app.web.actions import may
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate


@blueprint.get("/listings")
@public
def listings() -> ResponseReturnValue:
    """The published listings, searched and filtered."""
    form = ListingFilter(request.args)
    form.use_years(queries.years(db()))
    page = paginate(db(), queries.listings(form.chosen(), now()))
    return render_template("demands/listings.html", form=form, page=page)


@blueprint.get("/demands/<uuid:demand_id>")
@public
def show(demand_id: UUID) -> ResponseReturnValue:
    """A demand for whoever may see it, each in their role."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    is_party = queries.reads_as_party(actor(), demand)
    return render_template(
        "demands/show.html",
        demand=demand,
        is_party=is_party,
        sees_internal=is_party or queries.recommends(actor(), demand),
        offers=page_buttons(demand),
        steps=road(demand),
        entries=history(demand),
        standing=standing(demand),
        links=extra_links(demand),
        gaps=progress(demand, now()) if demand.state in EDITABLE else [],
        may=may,
        **_around(demand, is_party=is_party),
    )


@blueprint.get("/demands/<uuid:demand_id>/editions/<int:number>")
@public
def edition(demand_id: UUID, number: int) -> ResponseReturnValue:
    """One edition of a listing, and what it changed, field by field."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    by_number = {each.number: each for each in demand.editions}
    if number not in by_number:
        raise NotSeen()
    found, before = by_number[number], by_number.get(number - 1)
    return render_template(
        "demands/edition.html",
        demand=demand,
        edition=found,
        changes=differences(before.content, found.content) if before else [],
        sections=list(sections_of(found.content)),
        back=url_for("demands.show", demand_id=demand.id),
        count=len(by_number),
    )


def _around(demand: Demand, *, is_party: bool) -> dict[str, Any]:
    """What hangs on the demand: files, questions, visits, intents, the way to the restricted part."""
    files = attachments_of(db(), demand)
    if not is_party:
        files = [each for each in files if each.visibility is not Visibility.RESTRICTED]
    signups = queries.signups_of(db(), demand)
    own = actor().organisation_id
    return {
        "files": listed(files, LABELS),
        "visits": queries.visits_of(db(), demand),
        "joined": {signup.visit_id for signup, _name in signups if signup.organisation_id == own},
        "visitors": signups if is_party else [],
        "intents": queries.intents_seen_by(db(), demand, actor()) if actor().is_signed_in else [],
        "is_watching": queries.is_watching(db(), demand, actor()),
        "can_read_restricted": queries.may_read_restricted(db(), actor(), demand),
        "cutoff": question_cutoff(demand),
        "relisted_as": _seen(queries.relisted_as(db(), demand)),
    }


def _seen(demand: Demand | None) -> Demand | None:
    """The demand if the reader may see it."""
    if demand is None:
        return None
    return db().scalar(queries.visible_to(actor()).where(Demand.id == demand.id))
