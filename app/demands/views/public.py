"""What everyone reads: the listings, a listing, its editions."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import NotSeen
from app.demands import queries
from app.demands.completeness import progress
from app.demands.content import sections_of
from app.demands.differences import differences
from app.demands.drafting import EDITABLE
from app.demands.extras import extra_links
from app.demands.files import LABELS
from app.demands.forms.small import CompareForm, ListingFilter
from app.demands.material import weighty
from app.demands.questions import question_cutoff, threads
from app.demands.views import blueprint
from app.demands.views.showing import history, page_buttons, road, standing
from app.demands.views.visiting import sights_of
from app.models.demands import Demand, DemandEdition
from app.models.procedure_codes import Visibility
from app.web.access import public
from app.web.actions import may
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate_parts


@blueprint.get("/listings")
@public
def listings() -> ResponseReturnValue:
    """The published listings, searched and filtered."""
    form = ListingFilter(request.args)
    form.use_years(queries.years(db()))
    page = paginate_parts(db(), queries.listings(form.chosen(), now()), loading=queries.LISTED)
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
    found = _edition(demand, number)
    changes = differences(_edition(demand, number - 1).content, found.content) if number > 1 else []
    return render_template(
        "demands/edition.html",
        demand=demand,
        edition=found,
        changes=changes,
        weighty=weighty({change.field for change in changes}) if found.is_material else [],
        sections=list(sections_of(found.content)),
        back=url_for("demands.show", demand_id=demand.id),
        count=len(demand.editions),
    )


@blueprint.get("/demands/<uuid:demand_id>/editions")
@public
def editions(demand_id: UUID) -> ResponseReturnValue:
    """All editions of a listing, and the choice of two to compare."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    return render_template("demands/editions.html", demand=demand, form=CompareForm.of(demand))


@blueprint.get("/demands/<uuid:demand_id>/compare")
@public
def compare(demand_id: UUID) -> ResponseReturnValue:
    """Any two editions side by side; without a choice the first and the one in force."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    form = CompareForm.of(demand)
    older, newer = (_edition(demand, number) for number in form.numbers(len(demand.editions)))
    return render_template(
        "demands/compare.html",
        demand=demand,
        form=form,
        older=older,
        newer=newer,
        changes=differences(older.content, newer.content),
    )


def _edition(demand: Demand, number: int) -> DemandEdition:
    found = next((each for each in demand.editions if each.number == number), None)
    if found is None:
        raise NotSeen()
    return found


def _around(demand: Demand, *, is_party: bool) -> dict[str, Any]:
    """What hangs on the demand: files, questions, visits, intents, the way to the restricted part."""
    files = attachments_of(db(), demand)
    if not is_party:
        files = [each for each in files if each.visibility is not Visibility.RESTRICTED]
    return {
        "files": listed(files, LABELS),
        "visits": sights_of(demand),
        "threads": threads(demand.questions),
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
