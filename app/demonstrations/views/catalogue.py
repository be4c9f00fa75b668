"""The public catalogue, the page of a project, its pictures; and the list of one's own projects."""

from typing import Any
from uuid import UUID

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.acceptances.queries import certificate_of
from app.access import Permission, grants
from app.core.errors import NotSeen
from app.core.i18n import _l
from app.demonstrations import queries, services
from app.demonstrations.forms import CatalogueFilter, DemonstrationFilter, Year
from app.demonstrations.views.base import blueprint, load_demonstration
from app.models.outcomes import Demonstration
from app.models.procedure_codes import Visibility
from app.models.records import Attachment
from app.models.states import DemonstrationState
from app.web.access import public, signed_in
from app.web.actions import Button, button, buttons, may
from app.web.attachments import check_open
from app.web.context import actor, db, files, now
from app.web.pages import paginate
from app.web.timeline import Entry, describe, timeline
from app.workflow import events_of

# What everyone may read of a project's course.
PUBLIC_COURSE = (
    "list",
    "reexamine",
    "confirm",
    "suspend",
    "suspend_overdue",
    "resume",
    "delist",
    "file_report",
)
PICTURE_SECONDS = 3600


@blueprint.get("/demonstrations")
@public
def catalogue() -> ResponseReturnValue:
    """What was ever listed."""
    form = CatalogueFilter(request.args)
    form.year.use([Year(each) for each in queries.years(db())])
    page = paginate(db(), queries.catalogue(**form.query_arguments()), per_page=12)
    ids = [each.id for each in page.rows]
    return render_template(
        "demonstrations/catalogue.html",
        form=form,
        page=page,
        pictures=queries.pictures_of(db(), ids),
        counts=queries.verified_counts(db(), ids),
    )


@blueprint.get("/demonstrations/mine")
@signed_in
def mine() -> ResponseReturnValue:
    """The projects that one owns, built or organises."""
    form = DemonstrationFilter(request.args)
    page = paginate(db(), queries.demonstration_list(actor(), **form.chosen()))
    return render_template("demonstrations/mine.html", form=form, page=page)


@blueprint.get("/demonstrations/<uuid:demonstration_id>")
@public
def show(demonstration_id: UUID) -> ResponseReturnValue:
    """One project: for everyone what helps to copy it, for those inside also the work on it."""
    demonstration = load_demonstration(demonstration_id)
    is_inside = queries.is_inside(db(), actor(), demonstration)
    return render_template(
        "demonstrations/show.html",
        demonstration=demonstration,
        demand=demonstration.demand,
        lead=demonstration.contract.award.bid.lead,
        certificate=certificate_of(db(), demonstration.acceptance_id),
        pictures=queries.pictures_of(db(), [demonstration.id]).get(demonstration.id, []),
        replications=queries.verified_replications(db(), demonstration),
        is_inside=is_inside,
        is_overdue=queries.is_report_overdue(demonstration, now()),
        due_on=queries.report_due_on(demonstration),
        maxima=services.maxima(demonstration),
        actions=[*_inside_buttons(demonstration), *_adopt_button(demonstration)],
        entries=timeline(db(), demonstration) if is_inside else _public_course(demonstration),
    )


@blueprint.get("/demonstrations/<uuid:demonstration_id>/pictures/<uuid:attachment_id>")
@public
def picture(demonstration_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """A public picture of a project, to be shown in its page."""
    demonstration = load_demonstration(demonstration_id)
    row = db().get(Attachment, attachment_id)
    if (
        row is None
        or row.thing_id != demonstration.id
        or row.slot != queries.PICTURE
        or row.visibility is not Visibility.PUBLIC
        or row.removed_at is not None
    ):
        raise NotSeen()
    check_open(row, is_own=False)
    answer = send_file(files().path(row.storage_name), mimetype=row.media_type, max_age=PICTURE_SECONDS)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _public_course(demonstration: Demonstration) -> list[Entry]:
    return [
        Entry(event.at, describe(event.thing_type, event.action), "")
        for event in events_of(db(), demonstration)
        if event.action in PUBLIC_COURSE
    ]


def _inside_buttons(demonstration: Demonstration) -> list[Button]:
    found = buttons(demonstration)
    here: dict[str, Any] = {"demonstration_id": demonstration.id}
    state = demonstration.state
    is_editing = state is DemonstrationState.EDITING
    if is_editing and may(Permission.DEMONSTRATION_EDIT, demonstration):
        found.insert(
            0, button(_l("Edit the record"), url_for("demonstrations.edit", **here), style="primary")
        )
    if is_editing and may(Permission.DEMONSTRATION_LIST, demonstration):
        found.insert(0, button(_l("Score the project"), url_for("demonstrations.score", **here)))
    if state in queries.REPORTING and may(Permission.DEMONSTRATION_EDIT, demonstration):
        found.insert(0, button(_l("File the effect report"), url_for("demonstrations.report", **here)))
    is_doubted = state in (DemonstrationState.UNDER_REEXAMINATION, DemonstrationState.SUSPENDED)
    if is_doubted and may(Permission.DEMONSTRATION_LIST, demonstration):
        url = url_for("demonstrations.publish_delisting", **here)
        found.append(button(_l("Publish the delisting notice"), url, style="danger"))
    return found


def _adopt_button(demonstration: Demonstration) -> list[Button]:
    """For everyone while the project is listed: visitors are led to sign in first."""
    if demonstration.state is not DemonstrationState.LISTED:
        return []
    who = actor()
    url = url_for("demonstrations.register_interest", demonstration_id=demonstration.id)
    if not who.is_signed_in:
        return [button(_l("I want to adopt this"), url, style="primary")]
    own = queries.own_replication(db(), demonstration, who)
    if own is not None:
        return [button(_l("Our adoption"), url_for("demonstrations.replication", replication_id=own.id))]
    if grants(who, Permission.REPLICATION_REGISTER) and may(Permission.REPLICATION_REGISTER, demonstration):
        return [button(_l("I want to adopt this"), url, style="primary")]
    return []
