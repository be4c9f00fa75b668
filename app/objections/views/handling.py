"""The register, the page of an objection for each kind of reader, and the steps of supervisor and handler."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, can
from app.core.errors import NotSeen, RuleBroken
from app.core.i18n import _
from app.core.text import mask_name
from app.models.awards import Objection
from app.models.states import ObjectionState
from app.objections import queries, services
from app.objections.forms import Choice, DecisionForm, HandlerForm, RegisterFilter, ReplyForm
from app.objections.views import blueprint
from app.objections.views.objector import own_page
from app.web.access import requires, signed_in, writes, writes_on_get
from app.web.actions import button, buttons
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.reasons import ReasonForm
from app.web.timeline import timeline
from app.workflow import OBJECTION, record

DECISIONS = {
    "uphold": ObjectionState.UPHELD,
    "partly_uphold": ObjectionState.PARTLY_UPHELD,
    "dismiss": ObjectionState.DISMISSED,
}


@blueprint.get("/objections")
@signed_in
def index() -> ResponseReturnValue:
    """The register of objections, without names."""
    form = RegisterFilter(request.args)
    chosen = form.chosen()
    only = chosen.get("only")
    page = paginate(
        db(),
        queries.register_list(actor(), now(), state=chosen.get("state"), only=only.value if only else None),
    )
    overdue = {each.id for each in page.rows if queries.is_overdue(each, now())}
    return render_template("objections/index.html", form=form, page=page, overdue=overdue)


@blueprint.get("/objections/<uuid:objection_id>")
@signed_in
def show(objection_id: UUID) -> ResponseReturnValue:
    """One objection, as much of it as the reader may know."""
    objection = load(db(), queries.visible_to(actor()), objection_id)
    view = queries.view_of(actor(), objection)
    if view is queries.View.OWN:
        return render_template("objections/own.html", **own_page(objection), is_followed=False)
    is_full = view is queries.View.FULL
    return render_template(
        "objections/show.html",
        objection=objection,
        is_full=is_full,
        masked={"name": mask_name(objection.objector_name)},
        buttons=[*_steps(objection), *buttons(objection)] if is_full else [],
        files=listed(attachments_of(db(), objection, "evidence")) if is_full else [],
        entries=timeline(db(), objection, hides_who=True),
        is_overdue=queries.is_overdue(objection, now()),
    )


def _steps(objection: Objection) -> list[Any]:
    """Steps that move no state: naming the handler, and the remedy."""
    found = []
    if objection.state in queries.OPEN and can(actor(), Permission.OBJECTION_ASSIGN, objection):
        label = _("Name the handler") if objection.handler_id is None else _("Name another handler")
        found.append(button(label, url_for("objections.assign", objection_id=objection.id), style="primary"))
    is_due = objection.remedy is not None and objection.remedied_at is None
    if is_due and objection.is_open and can(actor(), Permission.OBJECTION_HANDLE, objection):
        found.append(
            button(
                _("Carry out the remedy"),
                url_for("objections.remedy", objection_id=objection.id),
                style="primary",
            )
        )
    return found


@blueprint.get("/objections/<uuid:objection_id>/identity")
@signed_in
@writes_on_get
def identity(objection_id: UUID) -> ResponseReturnValue:
    """Who objects, unmasked for handler and supervisor; the reading is recorded."""
    objection = load(db(), queries.visible_to(actor()), objection_id)
    if queries.view_of(actor(), objection) is not queries.View.FULL:
        raise NotSeen()
    record(db(), objection, "read_identity", by=actor(), now=now())
    return render_template("objections/identity.html", objection=objection)


@blueprint.route("/objections/<uuid:objection_id>/assign", methods=["GET", "POST"])
@requires(Permission.OBJECTION_ASSIGN)
@writes
def assign(objection_id: UUID) -> ResponseReturnValue:
    """Name the handler."""
    objection = _load(objection_id)
    form = HandlerForm()
    people = queries.handlers(db(), objection)
    form.handler_id.use([Choice(str(person.id), f"{person.name} · {unit.name}") for person, unit in people])
    return _step(
        objection,
        form,
        "objections/assign.html",
        lambda: services.assign_handler(
            db(), objection, handler_id=UUID(form.values()["handler_id"].value), by=actor(), now=now()
        ),
        _("The handler is named."),
        has_people=bool(people),
    )


@blueprint.route("/objections/<uuid:objection_id>/admit", methods=["GET", "POST"])
@requires(Permission.OBJECTION_HANDLE)
@writes
def admit(objection_id: UUID) -> ResponseReturnValue:
    """Admit the objection."""
    objection = _load(objection_id)
    return _step(
        objection,
        ReasonForm(),
        "objections/admit.html",
        lambda: services.admit(db(), objection, by=actor(), now=now()),
        OBJECTION.by_action["admit"].done,
        days=objection.notice.round.objection_reply_wd,
    )


def _decision_page(action: str) -> Callable[[UUID], ResponseReturnValue]:
    def decide(objection_id: UUID) -> ResponseReturnValue:
        objection = _load(objection_id)
        form = DecisionForm(obj=objection)
        outcome = DECISIONS[action]
        if outcome is ObjectionState.DISMISSED:
            del form.remedy
        return _step(
            objection,
            form,
            "objections/decide.html",
            lambda: services.decide(db(), objection, outcome=outcome, by=actor(), now=now(), **form.values()),
            OBJECTION.by_action[action].done,
            transition=OBJECTION.by_action[action],
        )

    return requires(Permission.OBJECTION_HANDLE)(writes(decide))


for _action in DECISIONS:
    blueprint.add_url_rule(
        f"/objections/<uuid:objection_id>/{_action.replace('_', '-')}",
        _action,
        _decision_page(_action),
        methods=["GET", "POST"],
    )


@blueprint.route("/objections/<uuid:objection_id>/remedy", methods=["GET", "POST"])
@requires(Permission.OBJECTION_HANDLE)
@writes
def remedy(objection_id: UUID) -> ResponseReturnValue:
    """Carry out the remedy of an upheld objection."""
    objection = _load(objection_id)
    if objection.remedy is None or objection.remedied_at is not None:
        return redirect(url_for("objections.show", objection_id=objection.id))
    return _step(
        objection,
        ReasonForm(),
        "objections/remedy.html",
        lambda: services.carry_out_remedy(db(), objection, by=actor(), now=now()),
        _("The remedy is carried out."),
        falling=services.falling(db(), objection),
        next_step=services.NEXT_STEPS[objection.remedy],
    )


@blueprint.route("/objections/<uuid:objection_id>/answer", methods=["GET", "POST"])
@requires(Permission.OBJECTION_HANDLE)
@writes
def answer(objection_id: UUID) -> ResponseReturnValue:
    """Send the written reply."""
    objection = _load(objection_id)
    form = ReplyForm(obj=objection)
    return _step(
        objection,
        form,
        "objections/answer.html",
        lambda: services.answer(db(), objection, reply=form.reply.data, by=actor(), now=now()),
        OBJECTION.by_action["answer"].done,
    )


def _load(objection_id: UUID) -> Objection:
    """The objection for a step of its handling: only for those who know all of it."""
    objection = load(db(), queries.visible_to(actor()), objection_id, lock=request.method == "POST")
    if queries.view_of(actor(), objection) is not queries.View.FULL:
        raise NotSeen()
    return objection


def _step(
    objection: Objection,
    form: Any,
    template: str,
    act: Callable[[], None],
    done: Any,
    **shown: Any,
) -> ResponseReturnValue:
    """Show the form of a step; sent, do it and go back to the objection, or say beside the field why not."""
    if form.validate_on_submit():
        try:
            act()
            flash(done, "success")
            return redirect(url_for("objections.show", objection_id=objection.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(template, objection=objection, form=form, **shown)
    return page, 422 if form.is_submitted() else 200
