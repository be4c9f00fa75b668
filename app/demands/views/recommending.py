"""The desk of recommending units: the work list, several recommendations at once, letters."""

from uuid import UUID

from flask import Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.access import Actor, Permission
from app.core.digests import canonical_json
from app.core.errors import RuleBroken
from app.core.i18n import _, _l, ngettext
from app.demands import queries, recommended, recommending
from app.demands.completeness import gaps
from app.demands.forms.recommending import LetterForm, ScanForm, WorkFilter, together_form
from app.demands.forms.small import Option
from app.demands.views import blueprint
from app.models.codes import Field
from app.models.demands import Demand
from app.models.records import Attachment
from app.models.selection import RecommendationLetter
from app.models.states import DemandState
from app.rounds import queries as rounds
from app.web.access import requires, writes
from app.web.attachments import attach, attachments_of, listed, register_reader
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import DONE

P = Permission
AT_ONCE = 20


@blueprint.get("/desk/recommendations")
@requires(P.DEMAND_RECOMMEND)
def recommendations() -> ResponseReturnValue:
    """The submitted demands of the unit's region, with what waits, what is missing and what the quotas leave."""
    work = recommended.rounds_at_work(db(), actor())
    form = WorkFilter(request.args)
    form.use_rounds([each.round for each in work])
    page = paginate(db(), recommended.work_list(actor(), form.chosen()))
    return render_template(
        "demands/recommendations.html",
        form=form,
        page=page,
        work=work,
        missing={demand.id: len(gaps(demand, now())) for demand in page.rows},
        waiting=DemandState.SUBMITTED,
        letters=recommended.letters_of(db(), actor()),
    )


@blueprint.route("/desk/recommendations/together", methods=["GET", "POST"])
@requires(P.DEMAND_RECOMMEND)
@writes
def recommend_together() -> ResponseReturnValue:
    """Recommend the demands that were ticked, each with its opinion: all of them or none."""
    ids = request.args.getlist("demand", type=UUID)[:AT_ONCE]
    query = queries.visible_to(actor()).where(Demand.id.in_(ids), Demand.state == DemandState.SUBMITTED)
    chosen = list(db().scalars(query.order_by(Demand.submitted_at, Demand.id)))
    form = together_form(chosen)
    if chosen and form.validate_on_submit():
        try:
            opinions = list(zip(chosen, form.opinions(len(chosen)), strict=True))
            recommending.recommend_together(db(), opinions, by=actor(), now=now())
            done = ngettext("%(num)d demand recommended", "%(num)d demands recommended", len(chosen))
            flash(done, "success")
            return redirect(url_for("demands.recommendations"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/recommend_together.html", form=form, chosen=chosen)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/rounds/<uuid:round_id>/letter", methods=["GET", "POST"])
@requires(P.DEMAND_RECOMMEND)
@writes
def issue_letter(round_id: UUID) -> ResponseReturnValue:
    """Issue a letter on demands of a round that the unit has recommended."""
    round_ = load(db(), rounds.visible_to(actor()), round_id)
    free = recommended.unlettered(db(), round_, actor())
    form = LetterForm()
    form.demands.use([Option(str(each.id), f"{each.title} · {each.owner.name}") for each in free])
    if not form.is_submitted():
        form.demands.data = list(form.demands.members.values())
    if form.validate_on_submit():
        try:
            chosen = [each for each in free if str(each.id) in form.demands.codes]
            letter = recommending.issue_letter(
                db(), round_, chosen, opinion=form.opinion.data or "", by=actor(), now=now()
            )
            flash(
                _(
                    "The letter %(number)s is issued. Print it, stamp it, and add the scan.",
                    number=letter.number,
                )
            )
            return redirect(url_for("demands.letter", letter_id=letter.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/recommend_letter_issue.html", form=form, round=round_, free=free)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/letters/<uuid:letter_id>", methods=["GET", "POST"])
@requires(P.DEMAND_RECOMMEND, P.DEMAND_VET, P.EVENT_READ)
@writes
def letter(letter_id: UUID) -> ResponseReturnValue:
    """A letter as it was issued, for printing; its unit adds the scan with the stamp."""
    found = load(db(), recommended.letters_visible_to(actor()), letter_id)
    is_own = found.organisation_id == actor().organisation_id
    form = ScanForm()
    if is_own and form.validate_on_submit():
        try:
            attach(db(), found, form.scan.files, "scan", by=actor(), now=now())
            flash(_("The scan is kept with the letter."), "success")
            return redirect(url_for("demands.letter", letter_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(
        "demands/recommend_letter.html",
        letter=found,
        form=form if is_own else None,
        is_genuine=recommending.is_genuine(found),
        scans=listed(attachments_of(db(), found)),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/letters/<uuid:letter_id>/content.json")
@requires(P.DEMAND_RECOMMEND, P.DEMAND_VET, P.EVENT_READ)
def letter_content(letter_id: UUID) -> ResponseReturnValue:
    """The frozen content as the canonical text whose SHA-256 the letter shows."""
    found: RecommendationLetter = load(db(), recommended.letters_visible_to(actor()), letter_id)
    return Response(canonical_json(found.content), mimetype="application/json")


def init_letters(app: Flask) -> None:
    """Say who reads the scans of letters, how their events read, and what the code of a field means in them."""
    app.jinja_env.globals["letter_field"] = lambda code: Field.of(code).label
    register_reader("recommendation_letter", _may_read)
    DONE["recommendation_letter.issue"] = _l("Recommendation letter issued")
    DONE["recommendation_letter.attach_files"] = _l("Scan of the recommendation letter added")


def _may_read(session: Session, reader: Actor, attachment: Attachment) -> bool:
    query = recommended.letters_visible_to(reader)
    return session.scalar(query.where(RecommendationLetter.id == attachment.thing_id)) is not None
