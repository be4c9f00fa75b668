"""The public list and page of rounds, and the pages on which an organizer makes and runs one."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core import clock
from app.core.errors import NotSeen, RuleBroken
from app.core.i18n import _, _l
from app.models.procedure_codes import OfficerDuty, RubricKind, Visibility
from app.models.records import Attachment
from app.models.rounds import Round
from app.models.states import RoundState
from app.rounds import calendar, queries, services
from app.rounds.forms import CopyForm, OfficersForm, RoundFilter, RubricForm, SettingsForm
from app.rounds.settings import SECTIONS, SETTINGS, Option
from app.web.access import public, requires, writes
from app.web.actions import button, buttons, register_place
from app.web.attachments import attach, attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline
from app.workflow import ROUND, record

blueprint = Blueprint("rounds", __name__)
POLICY_SLOT = "policy"


@blueprint.get("/rounds")
@public
def index() -> ResponseReturnValue:
    """The rounds, newest first."""
    visible = queries.visible_to(actor())
    form = RoundFilter(request.args)
    form.year.use([Option(str(year), str(year)) for year in queries.years(db(), visible)])
    chosen = form.chosen()
    query = queries.in_order(visible)
    if "year" in chosen:
        query = query.where(Round.year == int(chosen["year"].value))
    if "state" in chosen:
        query = query.where(Round.state == chosen["state"])
    page = paginate(db(), query)
    counts = queries.published_counts(db(), page.rows, now())
    return render_template("rounds/index.html", page=page, filter_form=form, counts=counts)


@blueprint.get("/rounds/<uuid:round_id>")
@public
def show(round_id: UUID) -> ResponseReturnValue:
    """Everything that a round lays down: these are the rules."""
    round_ = load(db(), queries.visible_to(actor()), round_id)
    counts = queries.counts_by_state(db(), round_, now())
    return render_template(
        "rounds/show.html",
        round_=round_,
        sections=SECTIONS,
        counts={state: n for state, n in counts.items() if state in queries.PUBLISHED},
        files=listed(attachments_of(db(), round_, POLICY_SLOT)),
        offers=[*buttons(round_), *_further(round_)],
        is_managed=can(actor(), Permission.ROUND_RUN, round_),
        rubrics=_rubrics(round_),
    )


@blueprint.get("/rounds/<uuid:round_id>/manage")
@requires(Permission.ROUND_RUN, Permission.EVENT_READ)
def manage(round_id: UUID) -> ResponseReturnValue:
    """The round's demands by stage, with what is due; what is missing before it can open; its officers."""
    round_ = load(db(), queries.managed_by(actor()), round_id)
    counts = queries.counts_by_state(db(), round_, now())
    stage = next((each for each in queries.STAGES if each.code == request.args.get("stage")), None)
    page = paginate(db(), queries.demands_of(round_, now(), stage))
    return render_template(
        "rounds/manage.html",
        round_=round_,
        stages=[(each, sum(counts.get(state, 0) for state in each.states)) for each in queries.STAGES],
        chosen=stage,
        total=sum(counts.values()),
        page=page,
        due=queries.with_due(db(), round_, page.rows, now()),
        offers=[*buttons(round_), *_further(round_)],
        missing=ROUND.by_action["open"].refusals(round_, now()) if round_.state is RoundState.DRAFT else [],
        officers=[(duty, [o.user for o in round_.officers if o.duty is duty]) for duty in OfficerDuty],
        calendar_warnings=calendar.warnings(db(), now()),
        entries=timeline(db(), round_),
    )


@blueprint.get("/my-rounds")
@requires(Permission.ROUND_EDIT)
def mine() -> ResponseReturnValue:
    """The rounds of the organizer's unit, drafts among them."""
    page = paginate(db(), queries.in_order(queries.managed_by(actor())))
    counts = queries.published_counts(db(), page.rows, now())
    return render_template("rounds/mine.html", page=page, counts=counts)


@blueprint.route("/rounds/new", methods=["GET", "POST"])
@requires(Permission.ROUND_EDIT)
@writes
def create() -> ResponseReturnValue:
    """Make a round from nothing but the defaults."""
    form = SettingsForm(data=_defaults())
    if form.validate_on_submit():
        try:
            round_ = services.create_round(db(), by=actor(), now=now(), **form.settings())
            _take_files(round_, form)
            flash(
                _("The round is in preparation. Look at the rubrics and name the officers next."), "success"
            )
            return redirect(url_for("rounds.manage", round_id=round_.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("rounds/form.html", form=form, sections=SECTIONS, round_=None, files=[]), status


@blueprint.route("/rounds/<uuid:round_id>/edit", methods=["GET", "POST"])
@requires(Permission.ROUND_EDIT)
@writes
def edit(round_id: UUID) -> ResponseReturnValue:
    """Change the settings while the round is in preparation."""
    round_ = _own(round_id)
    services.check_editable(round_, by=actor())
    form = SettingsForm(data={each.field: getattr(round_, name) for name, each in SETTINGS.items()})
    if form.validate_on_submit():
        try:
            services.edit_round(db(), round_, by=actor(), now=now(), values=form.settings())
            _take_files(round_, form)
            flash(_("Saved."), "success")
            return redirect(url_for("rounds.manage", round_id=round_.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    files = attachments_of(db(), round_, POLICY_SLOT)
    return (
        render_template("rounds/form.html", form=form, sections=SECTIONS, round_=round_, files=files),
        status,
    )


@blueprint.post("/rounds/<uuid:round_id>/files/<uuid:attachment_id>/remove")
@requires(Permission.ROUND_EDIT)
@writes
def remove_file(round_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Take a policy document off a round in preparation."""
    round_ = _own(round_id)
    services.check_editable(round_, by=actor())
    row = next((each for each in attachments_of(db(), round_, POLICY_SLOT) if each.id == attachment_id), None)
    if row is None:
        raise NotSeen()
    row.removed_at = now()
    record(db(), round_, "remove_file", by=actor(), now=now(), data={"sha256": row.sha256})
    flash(_("The document was taken off."), "success")
    return redirect(url_for("rounds.edit", round_id=round_.id))


@blueprint.route("/rounds/<uuid:round_id>/copy", methods=["GET", "POST"])
@requires(Permission.ROUND_EDIT)
@writes
def copy(round_id: UUID) -> ResponseReturnValue:
    """Make a new round from this one, a year later unless other dates are given."""
    round_ = load(db(), queries.visible_to(actor()), round_id)
    form = CopyForm(
        data={
            "title": round_.title,
            "collection_opens_at": _a_year_later(round_.collection_opens_at),
            "collection_closes_at": _a_year_later(round_.collection_closes_at),
        }
    )
    if form.validate_on_submit():
        try:
            made = services.copy_round(db(), round_, by=actor(), now=now(), **form.values())
            flash(_("The copy is in preparation. Check every setting before it opens."), "success")
            return redirect(url_for("rounds.edit", round_id=made.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("rounds/copy.html", form=form, round_=round_), status


@blueprint.route("/rounds/<uuid:round_id>/rubrics/<kind>", methods=["GET", "POST"])
@requires(Permission.ROUND_EDIT)
@writes
def rubric(round_id: UUID, kind: str) -> ResponseReturnValue:
    """Edit one of the five rubrics."""
    round_ = _own(round_id)
    services.check_editable(round_, by=actor())
    chosen = next((each for each in RubricKind if each.value == kind), None)
    if chosen is None:
        raise NotSeen()
    form = RubricForm(obj=round_.rubric(chosen) or services.default_rubric(chosen))
    if request.method == "POST" and form.row_command():
        return render_template("rounds/rubric.html", form=form, round_=round_, kind=chosen)
    if form.validate_on_submit():
        try:
            services.set_rubric(db(), round_, chosen, by=actor(), now=now(), **form.values())
            flash(_("Rubric saved."), "success")
            return redirect(url_for("rounds.manage", round_id=round_.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("rounds/rubric.html", form=form, round_=round_, kind=chosen), status


@blueprint.route("/rounds/<uuid:round_id>/officers", methods=["GET", "POST"])
@requires(Permission.ROUND_EDIT)
@writes
def officers(round_id: UUID) -> ResponseReturnValue:
    """Name who opens the bids and who checks them."""
    round_ = _own(round_id)
    people = [Option(str(user.id), user.name) for user in queries.possible_officers(db(), round_)]
    named = {duty.value: [str(o.user_id) for o in round_.officers if o.duty is duty] for duty in OfficerDuty}
    form = OfficersForm()
    for duty in OfficerDuty:
        form[duty.value].use(people)
        if request.method == "GET":
            form[duty.value].process_data(named[duty.value])
    if form.validate_on_submit():
        try:
            for duty in OfficerDuty:
                chosen = [UUID(code) for code in form[duty.value].codes]
                services.set_officers(db(), round_, duty, chosen, by=actor(), now=now())
            flash(_("Officers named."), "success")
            return redirect(url_for("rounds.manage", round_id=round_.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("rounds/officers.html", form=form, round_=round_, people=people), status


def may_read_file(session: Session, who: Actor, row: Attachment) -> bool:
    """The files of a round are read by whoever may see the round."""
    return session.scalar(queries.visible_to(who).where(Round.id == row.thing_id)) is not None


def _own(round_id: UUID) -> Round:
    return load(db(), queries.managed_by(actor()), round_id, lock=request.method == "POST")


def _further(round_: Round) -> list[Any]:
    if not can(actor(), Permission.ROUND_EDIT, round_):
        return []
    offers = [button(_l("Copy this round"), url_for("rounds.copy", round_id=round_.id))]
    if round_.state is not RoundState.ARCHIVED:
        offers.insert(0, button(_l("Name the officers"), url_for("rounds.officers", round_id=round_.id)))
    if round_.state is RoundState.DRAFT:
        offers.insert(0, button(_l("Edit the settings"), url_for("rounds.edit", round_id=round_.id)))
    return offers


def _rubrics(round_: Round) -> list[Any]:
    shown = [kind for kind in RubricKind if kind is not RubricKind.DEFENCE or round_.defence_percent]
    return [found for kind in shown if (found := round_.rubric(kind)) is not None]


def _defaults() -> dict[str, Any]:
    defaults = {name: Round.__table__.columns[name].default for name in SETTINGS}
    return {SETTINGS[name].field: each.arg for name, each in defaults.items() if each is not None}


def _a_year_later(moment: Any) -> Any:
    then = clock.local(moment)
    return then.replace(
        **{part: getattr(clock.add_months(then.date(), 12), part) for part in ("year", "month", "day")}
    )


def _take_files(round_: Round, form: SettingsForm) -> None:
    attach(
        db(),
        round_,
        form.policy_files.files,
        POLICY_SLOT,
        by=actor(),
        now=now(),
        visibility=Visibility.PUBLIC,
    )


register_place(
    blueprint,
    ROUND,
    show="rounds.show",
    visible_to=queries.visible_to,
    title=lambda round_: round_.title,
    plain={"open", "close", "archive"},
)
