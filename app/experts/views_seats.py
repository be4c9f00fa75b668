"""A seat as its expert sees it (invitation, declaration, pledge, work), and the expert's own list of seats."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, can
from app.core.errors import NotPermitted, RuleBroken
from app.core.i18n import Lazy, _, _l
from app.experts import pledge, queries, seats
from app.experts.candidates import subject_of
from app.experts.forms import DeclarationForm, PledgeForm, ReplaceForm, declaration_form
from app.experts.views import blueprint
from app.models.procedure_codes import PanelPurpose
from app.models.reviews import Assignment
from app.models.states import AssignmentState
from app.web.access import requires, signed_in, writes
from app.web.actions import buttons, register_place
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline
from app.workflow import ASSIGNMENT

# Where an expert works once seated: the stages of review and acceptance name their endpoint, which takes assignment_id.
WORK: dict[PanelPurpose, str] = {}


def register_work(purpose: PanelPurpose, endpoint: str) -> None:
    """Say where the sheets of panels of this purpose are filled in. The endpoint takes `assignment_id`."""
    WORK[purpose] = endpoint


@blueprint.get("/my-seats")
@requires(Permission.ASSIGNMENT_ANSWER)
def mine() -> ResponseReturnValue:
    """The expert's own page: invitations to answer, panels at work, history."""
    expert_id = actor().expert_id
    if expert_id is None:
        raise NotPermitted()
    page = paginate(db(), queries.seats_of(expert_id))
    waiting = queries.waiting_seats(db(), expert_id)
    titles = {seat.id: title_of(seat) for seat in {*page.rows, *waiting}}
    return render_template("experts/mine.html", page=page, waiting=waiting, titles=titles)


@blueprint.get("/seats/<uuid:assignment_id>")
@signed_in
def seat(assignment_id: UUID) -> ResponseReturnValue:
    """One seat."""
    return _page(load(db(), queries.seats_visible_to(actor()), assignment_id))


@blueprint.post("/seats/<uuid:assignment_id>/declare")
@requires(Permission.ASSIGNMENT_ANSWER)
@writes
def declare(assignment_id: UUID) -> ResponseReturnValue:
    """The expert declares conflicts with the parties, or that there are none."""
    found = load(db(), queries.seats_visible_to(actor()), assignment_id, lock=True)
    form = _declaration(found)
    if form.validate():
        try:
            conflicts = form.conflicts()
            seats.declare(db(), found, conflicts, by=actor(), now=now())
            flash(
                _("Thank you. Because of the conflict you are off this panel; nothing more is asked of you.")
                if conflicts
                else _("Your declaration is recorded."),
                "success",
            )
            return redirect(url_for("experts.seat", assignment_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _page(found, declaration=form), 422


@blueprint.post("/seats/<uuid:assignment_id>/pledge")
@requires(Permission.ASSIGNMENT_ANSWER)
@writes
def sign_pledge(assignment_id: UUID) -> ResponseReturnValue:
    """The expert signs the pledge."""
    found = load(db(), queries.seats_visible_to(actor()), assignment_id, lock=True)
    form = PledgeForm()
    if form.validate():
        try:
            seats.sign_pledge(db(), found, by=actor(), now=now())
            flash(_("The pledge is signed."), "success")
            return redirect(url_for("experts.seat", assignment_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _page(found, pledge_form=form), 422


@blueprint.route("/seats/<uuid:assignment_id>/replace", methods=["GET", "POST"])
@requires(Permission.PANEL_DRAW)
@writes
def replace(assignment_id: UUID) -> ResponseReturnValue:
    """The organizer replaces an expert by the next reserve."""
    found = load(db(), queries.seats_visible_to(actor()), assignment_id, lock=request.method == "POST")
    form = ReplaceForm()
    if form.validate_on_submit():
        try:
            seats.replace(db(), found, reason=form.reason.data, by=actor(), now=now())
            flash(_("Expert replaced"), "success")
            return redirect(url_for("experts.panel", panel_id=found.panel_id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("experts/replace.html", seat=found, form=form, title=title_of(found)), status


def title_of(found: Assignment) -> str | Lazy:
    """What the seat is for: purpose and demand."""
    demand = subject_of(db(), found.panel).demand
    return f"{found.panel.purpose.label} · {demand.title}"


def _declaration(found: Assignment) -> DeclarationForm:
    subject = subject_of(db(), found.panel)
    return declaration_form(subject.demand.owner.name, queries.party_names(db(), subject.bids(db())))


def _page(
    found: Assignment, *, declaration: DeclarationForm | None = None, pledge_form: PledgeForm | None = None
) -> str:
    is_own = can(actor(), Permission.ASSIGNMENT_ANSWER, found)
    answers = is_own and found.state in (AssignmentState.INVITED, AssignmentState.ACCEPTED)
    endpoint = WORK.get(found.panel.purpose)
    works = is_own and found.state in (AssignmentState.ACCEPTED, AssignmentState.DONE) and endpoint
    offers = buttons(found)
    return render_template(
        "experts/seat.html",
        seat=found,
        title=title_of(found),
        demand=subject_of(db(), found.panel).demand,
        is_own=is_own,
        is_organiser=can(actor(), Permission.PANEL_DRAW, found),
        offers=offers,
        declaration=(declaration or _declaration(found)) if answers else None,
        pledge_form=(pledge_form or PledgeForm()) if answers else None,
        pledge=pledge,
        work_url=url_for(str(endpoint), assignment_id=found.id) if works else None,
        entries=timeline(db(), found, hides_who=True),
        waits_for_chair=found.state is AssignmentState.ACCEPTED and not found.panel.report_signed_at,
        described=_l("The names are in the order of the dictionary and do not tell who sent which bid."),
    )


register_place(
    blueprint,
    ASSIGNMENT,
    show="experts.seat",
    visible_to=queries.seats_visible_to,
    title=title_of,
    plain={"invite", "accept", "decline", "recuse"},
    pages={"replace": "experts.replace"},
)
