"""The dictionary of the fairness check, read by those who vet and kept by operators; what its templates share."""

from datetime import datetime
from uuid import UUID

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import Permission, grants
from app.core.errors import RuleBroken
from app.core.i18n import _, _l
from app.demands.fairness import ADVICE, EXAMPLE, WHY, WORDING, open_findings, terms
from app.demands.forms.fairness import TermFilter, TermForm, TryForm
from app.demands.views import blueprint
from app.models.accounts import User
from app.models.demands import Demand
from app.models.fairness import FairnessKind
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.navigation import add_desk_item
from app.web.pages import cut
from app.web.timeline import DONE

P = Permission


@blueprint.route("/fairness", methods=["GET", "POST"])
@requires(P.FAIRNESS_KEEP, P.DEMAND_VET, P.EVENT_READ)
@writes
def dictionary() -> ResponseReturnValue:
    """The terms of the dictionary, a box to try a sentence, and for operators a form to add a term."""
    form, trying = TermForm(), TryForm(request.args)
    if form.validate_on_submit():
        try:
            terms.add_term(db(), **form.values(), by=actor(), now=now())
            flash(_("The term is added. It counts from the next check of a demand on."), "success")
            return redirect(url_for("demands.dictionary"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    filters = TermFilter(request.args)
    sentence = trying.sentence.data or ""
    page = render_template(
        "demands/dictionary.html",
        form=form,
        trying=trying,
        sentence=sentence,
        tried=terms.tried(db(), sentence),
        filters_form=filters,
        page=cut(terms.listed(db(), filters.chosen())),
        may_keep=grants(actor(), P.FAIRNESS_KEEP),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/fairness/switch")
@requires(P.FAIRNESS_KEEP)
@writes
def switch_term() -> ResponseReturnValue:
    """Switch a term on or off."""
    try:
        kind = FairnessKind.of(request.form.get("kind", ""))
    except KeyError:
        abort(404)
    row = terms.switch_term(
        db(),
        kind=kind,
        term=request.form.get("term", ""),
        is_shipped=request.form.get("is_shipped") == "1",
        is_active=request.form.get("is_active") == "1",
        by=actor(),
        now=now(),
    )
    flash(_("The term is switched on.") if row.is_active else _("The term is switched off."), "success")
    return redirect(url_for("demands.dictionary", q=row.term))


def init_fairness(app: Flask) -> None:
    """Give the templates of every stage what they need to show findings, and operators their work area."""
    app.jinja_env.globals.update(
        finding_texts={"wording": WORDING, "why": WHY, "advice": ADVICE, "example": EXAMPLE},
        finding_people=people_of,
        finding_moment=datetime.fromisoformat,
        open_findings=open_findings,
    )
    DONE["fairness_term.add"] = _l("Term added to the dictionary of the fairness check")
    DONE["fairness_term.switch"] = _l("Term of the fairness check switched")
    add_desk_item(
        _l("Demands and listings"),
        _l("Dictionary of the fairness check"),
        "demands.dictionary",
        P.FAIRNESS_KEEP,
        P.DEMAND_VET,
        P.EVENT_READ,
        order=28,
    )


def people_of(demand: Demand) -> dict[str, str]:
    """Who answered findings of the demand: names by id, as the rows keep it."""
    ids = {UUID(row["answered_by"]) for row in demand.findings or [] if row.get("answered_by")}
    if not ids:
        return {}
    rows = db().execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {str(row[0]): row[1] for row in rows}
