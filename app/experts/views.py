"""The expert pool as organizers keep it: list, profile, enrolment."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import _, _l
from app.experts import queries, services
from app.experts.forms import LANGUAGES, EnrollForm, ExpertFilter, ExpertForm
from app.models.codes import Field
from app.models.states import ExpertState
from app.web.access import requires, signed_in, writes
from app.web.actions import button, buttons, may, register_place
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline
from app.workflow import EXPERT

blueprint = Blueprint("experts", __name__)


@blueprint.get("/experts")
@requires(Permission.EXPERT_KEEP, Permission.EVENT_READ)
def index() -> ResponseReturnValue:
    """The pool."""
    form = ExpertFilter(request.args)
    page = paginate(db(), queries.pool(actor(), form.chosen()))
    return render_template(
        "experts/index.html",
        page=page,
        filter_form=form,
        loads=queries.loads(db(), list(page.rows)),
        fields=_names(),
    )


@blueprint.get("/experts/<uuid:expert_id>")
@signed_in
def show(expert_id: UUID) -> ResponseReturnValue:
    """One expert: profile, seats, conflicts on record."""
    expert = load(db(), queries.visible_to(actor()), expert_id)
    offers = buttons(expert)
    is_kept = may(Permission.EXPERT_KEEP, expert)
    if is_kept and expert.state is not ExpertState.RETIRED:
        offers.insert(0, button(_l("Edit the profile"), url_for("experts.edit", expert_id=expert.id)))
    return render_template(
        "experts/show.html",
        expert=expert,
        offers=offers,
        is_kept=is_kept,
        fields=_names(),
        languages={each.value: each.label for each in LANGUAGES},
        seats=paginate(db(), queries.seats_shown(expert, actor())),
        conflicts=queries.conflicts_of(db(), expert, actor()),
        entries=timeline(db(), expert),
    )


@blueprint.route("/experts/new", methods=["GET", "POST"])
@requires(Permission.EXPERT_KEEP)
@writes
def enroll() -> ResponseReturnValue:
    """Take a registered person into the pool."""
    form = EnrollForm()
    if form.validate_on_submit():
        try:
            user = services.user_by_email(db(), form.email.data)
            expert = services.enroll_expert(db(), user, by=actor(), now=now(), **form.profile())
            flash(_("The expert is in the pool."), "success")
            return redirect(url_for("experts.show", expert_id=expert.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("experts/form.html", form=form, expert=None), status


@blueprint.route("/experts/<uuid:expert_id>/edit", methods=["GET", "POST"])
@requires(Permission.EXPERT_KEEP)
@writes
def edit(expert_id: UUID) -> ResponseReturnValue:
    """Change the profile."""
    expert = load(db(), queries.visible_to(actor()), expert_id, lock=request.method == "POST")
    form = ExpertForm(data={name: getattr(expert, name) for name in services.PROFILE})
    if form.validate_on_submit():
        try:
            services.edit_expert(db(), expert, by=actor(), now=now(), values=form.profile())
            flash(_("Saved."), "success")
            return redirect(url_for("experts.show", expert_id=expert.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("experts/form.html", form=form, expert=expert), status


def _names() -> dict[str, object]:
    return {each.value: each.label for each in Field}


register_place(
    blueprint,
    EXPERT,
    show="experts.show",
    visible_to=queries.visible_to,
    title=lambda expert: f"{expert.user.name}（{expert.number}）",
    plain={"suspend", "reinstate", "retire"},
)
