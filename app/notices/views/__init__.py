"""Pages of notices: the public list, the notice itself, and its publication after a preview."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.access import Permission, can
from app.core.clock import day_of
from app.core.digests import canonical_json
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _
from app.core.workdays import UnknownCalendarYear
from app.demands import queries as demands
from app.models.awards import Notice
from app.models.procedure_codes import NoticeKind
from app.models.rounds import Round
from app.notices import queries, services
from app.notices.forms import NoticeFilter, NoticeForm
from app.notices.services.texts import standard_body, standard_title
from app.notices.views.annex import lay_out
from app.rounds import queries as rounds
from app.rounds.calendar import work_calendar
from app.web.access import public, requires, writes
from app.web.actions import buttons
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate_parts
from app.web.timeline import timeline
from app.workflow import offered, state_at

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
@public
def index() -> ResponseReturnValue:
    """The public list of notices."""
    form = NoticeFilter(request.args)
    form.use_years(queries.years(db()))
    page = paginate_parts(db(), queries.public_list(now(), **form.query_arguments()), loading=queries.LISTED)
    states = {notice.id: state_at(notice, now()) for notice in page.rows}
    return render_template("notices/index.html", form=form, page=page, states=states)


@blueprint.get("/notices/<uuid:notice_id>")
@public
def show(notice_id: UUID) -> ResponseReturnValue:
    """One notice as it was frozen."""
    notice = load(db(), queries.visible_to(actor()), notice_id)
    return render_template(
        "notices/show.html",
        notice=notice,
        state=state_at(notice, now()),
        annex=lay_out(notice.annex),
        buttons=buttons(notice),
        entries=timeline(db(), notice),
        superseded_by=queries.superseding(db(), notice),
    )


@blueprint.get("/notices/<uuid:notice_id>/content.json")
@public
def content(notice_id: UUID) -> ResponseReturnValue:
    """The frozen content as the canonical text whose SHA-256 the page shows."""
    notice = load(db(), queries.visible_to(actor()), notice_id)
    return Response(canonical_json(queries.frozen_content(notice)), mimetype="application/json")


@blueprint.route("/demands/<uuid:demand_id>/award-notice", methods=["GET", "POST"])
@requires(Permission.NOTICE_PUBLISH)
@writes
def publish_award(demand_id: UUID) -> ResponseReturnValue:
    """Preview and publish the award notice of a demand."""
    demand = load(db(), demands.visible_to(actor()), demand_id, lock=request.method == "POST")
    if not can(actor(), Permission.NOTICE_PUBLISH, demand):
        abort(403)
    return _publish_page(
        demand.round,
        NoticeKind.AWARD,
        annex=services.award_annex(demand, services.pending_awards(demand)),
        publish=lambda values: services.publish_award_notice(db(), demand, by=actor(), now=now(), **values),
        back=url_for("demands.show", demand_id=demand.id),
        about=demand.title,
        blocked=_award_refusal(demand),
    )


@blueprint.route("/rounds/<uuid:round_id>/demand-notice", methods=["GET", "POST"])
@requires(Permission.NOTICE_PUBLISH)
@writes
def publish(round_id: UUID) -> ResponseReturnValue:
    """Preview and publish the notice on the demands chosen for listing."""
    round_ = load(db(), rounds.visible_to(actor()), round_id, lock=request.method == "POST")
    if not can(actor(), Permission.NOTICE_PUBLISH, round_):
        raise NotFound()
    chosen = list(db().scalars(queries.selected_demands(round_.id)))
    nothing = Refusal("annex_empty", _("No demand of this round is approved for listing yet."))
    return _publish_page(
        round_,
        NoticeKind.DEMAND_SELECTION,
        annex=services.demand_annex(chosen),
        publish=lambda values: services.publish_demand_notice(
            db(), round_, chosen, by=actor(), now=now(), **values
        ),
        back=url_for("rounds.show", round_id=round_.id),
        about=round_.title,
        blocked=None if chosen else nothing,
    )


def _award_refusal(demand: Any) -> Refusal | None:
    if not services.pending_awards(demand):
        return Refusal("award_not_decided", _("Record the decision first."))
    offers = {offer.action: offer.refusal for offer in offered(demand, actor(), now())}
    return offers.get("publish_notice")


def _publish_page(
    round_: Round,
    kind: NoticeKind,
    *,
    annex: list[dict[str, Any]],
    publish: Callable[[dict[str, Any]], Notice],
    back: str,
    about: str,
    blocked: Refusal | None,
) -> ResponseReturnValue:
    form = NoticeForm(
        data={
            "title": standard_title(kind, round_),
            "working_days": services.days_of(round_, kind),
            **standard_body(kind, round_),
        }
    )
    if form.validate_on_submit():
        try:
            notice = publish(form.values())
            flash(_("The notice is published."), "success")
            return redirect(url_for("notices.show", notice_id=notice.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    window, problem = _window(round_, form.working_days.data or services.days_of(round_, kind))
    page = render_template(
        "notices/publish.html",
        form=form,
        kind=kind,
        about=about,
        back=back,
        window=window,
        annex=lay_out(annex),
        blocked=blocked or problem,
    )
    return page, 422 if form.is_submitted() else 200


def _window(round_: Round, working_days: int) -> tuple[Any, Refusal | None]:
    """The window if the notice were published now, or why it cannot be computed."""
    try:
        calendar = work_calendar(db())
        return calendar.notice_window(day_of(now()), working_days, round_.notice_start_rule), None
    except UnknownCalendarYear as error:
        return None, error.refusals[0]
