"""What an objector sees: the form on a running notice, the receipt with the key, and the course of the objection."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import ANONYMOUS
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _
from app.models.awards import Objection
from app.notices import queries as notices
from app.objections import queries, services
from app.objections.forms import Choice, FollowForm, GroundsForm, ObjectionForm
from app.objections.views import blueprint
from app.web.access import public, signed_in, writes
from app.web.attachments import attach
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.timeline import timeline

RECEIPT = "objection_receipt"
FOLLOWED = "objection_followed"


@blueprint.route("/notices/<uuid:notice_id>/object", methods=["GET", "POST"])
@public
@writes
def file(notice_id: UUID) -> ResponseReturnValue:
    """File an objection to a notice, with or without an account."""
    notice = load(db(), notices.visible_to(actor()), notice_id)
    form = ObjectionForm()
    awards = queries.contested(db(), notice)
    form.award_id.use(
        [Choice(str(award.id), f"{award.demand.title} · {award.bid.lead.name}") for award in awards]
    )
    if form.validate_on_submit():
        values = form.values()
        uploads = values.pop("evidence")
        values.pop("is_true")
        chosen = values.pop("award_id")
        try:
            filed, key = services.file_objection(
                db(),
                notice,
                by=actor(),
                now=now(),
                award_id=UUID(chosen.value) if chosen else None,
                **values,
            )
            attach(db(), filed, uploads, "evidence", by=ANONYMOUS, now=now())
            return _receipt(filed, key)
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(
        "objections/file.html",
        notice=notice,
        form=form,
        has_awards=len(awards) > 1,
        is_open=queries.is_in_window(notice, now()),
    )
    return page, 422 if form.is_submitted() else 200


def _receipt(objection: Objection, key: str | None) -> ResponseReturnValue:
    if key is None:
        flash(_("The objection is filed under number %(number)s.", number=objection.number), "success")
        return redirect(url_for("objections.show", objection_id=objection.id))
    session[RECEIPT] = {"number": objection.number, "key": key}
    return redirect(url_for("objections.receipt"))


@blueprint.get("/objections/receipt")
@public
def receipt() -> ResponseReturnValue:
    """Number and key, shown once to whoever has just filed."""
    shown = session.pop(RECEIPT, None)
    if shown is None:
        return redirect(url_for("objections.follow"))
    return render_template("objections/receipt.html", receipt=shown)


@blueprint.route("/objections/follow", methods=["GET", "POST"])
@public
@writes
def follow() -> ResponseReturnValue:
    """Look an objection up by number and key."""
    form = FollowForm()
    if form.validate_on_submit():
        found = db().scalar(queries.followed(services.key_hash(form.key.data)))
        if found is not None and found.number == form.number.data.upper():
            session[FOLLOWED] = found.follow_hash
            return redirect(url_for("objections.followed"))
        form.add_refusals([Refusal("no_match", _("No objection has this number and key."), "key")])
    return render_template("objections/follow.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/objections/followed")
@public
def followed() -> ResponseReturnValue:
    """The objection that the key of this browser opens."""
    objection = db().scalar(queries.followed(session.get(FOLLOWED)))
    if objection is None:
        return redirect(url_for("objections.follow"))
    return render_template("objections/own.html", **own_page(objection), is_followed=True)


@blueprint.route("/objections/followed/reexamination", methods=["GET", "POST"])
@public
@writes
def followed_reexamination() -> ResponseReturnValue:
    """Ask for a re-examination with the key of this browser."""
    objection = db().scalar(queries.followed(session.get(FOLLOWED)))
    if objection is None:
        return redirect(url_for("objections.follow"))
    return _reexamination(objection, url_for("objections.followed"), has_key=True)


@blueprint.route("/objections/<uuid:objection_id>/reexamination", methods=["GET", "POST"])
@signed_in
@writes
def ask_reexamination(objection_id: UUID) -> ResponseReturnValue:
    """Ask for a re-examination as the signed-in objector."""
    own = select(Objection).where(Objection.author_id == actor().user_id)
    objection = load(db(), own, objection_id, lock=request.method == "POST")
    return _reexamination(objection, url_for("objections.show", objection_id=objection.id))


def _reexamination(objection: Objection, back: str, *, has_key: bool = False) -> ResponseReturnValue:
    form = GroundsForm()
    if form.validate_on_submit():
        try:
            services.ask_reexamination(
                db(),
                objection,
                grounds=form.grounds.data,
                by=actor(),
                now=now(),
                follow_hash=session.get(FOLLOWED) if has_key else None,
            )
            flash(_("You have asked for a re-examination."), "success")
            return redirect(back)
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(
        "objections/reexamination.html",
        objection=objection,
        form=form,
        back=back,
        until=queries.reexamination_until(db(), objection),
        is_open=queries.can_be_reexamined(db(), objection, now()),
    )
    return page, 422 if form.is_submitted() else 200


def own_page(objection: Objection) -> dict[str, Any]:
    """What the page of an objector shows of their own objection."""
    return {
        "objection": objection,
        "entries": timeline(db(), objection, hides_who=True),
        "is_overdue": queries.is_overdue(objection, now()),
        "until": queries.reexamination_until(db(), objection),
        "can_ask": queries.can_be_reexamined(db(), objection, now()),
    }
