"""The working-day calendar: which years are loaded, and loading another."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, grants
from app.core.errors import Refusal
from app.core.i18n import _, _l
from app.core.workdays import CalendarFileError, read_calendar
from app.rounds import calendar
from app.rounds.forms import CalendarForm
from app.web.access import requires, writes
from app.web.context import actor, db, now

blueprint = Blueprint("calendar", __name__)


@blueprint.route("/calendar", methods=["GET", "POST"])
@requires(Permission.CALENDAR_KEEP, Permission.ROUND_EDIT, Permission.EVENT_READ)
@writes
def index() -> ResponseReturnValue:
    """The loaded years with their days; the operator uploads the table of another year."""
    form = CalendarForm()
    if form.validate_on_submit():
        try:
            upload = form.table.files[0]
            table = read_calendar(upload.read(), upload.filename or "")
            calendar.load_year(db(), table, by=actor(), now=now())
            flash(_("The calendar of %(year)s is loaded.", year=table.year), "success")
            return redirect(url_for("calendar.index"))
        except CalendarFileError as fault:
            wording = _l("The table cannot be used: %(fault)s", fault=str(fault))
            form.add_refusals([Refusal("calendar_file", wording, "table")])
    years = calendar.overview(db())
    loaded = {each.year.year for each in years}
    page = render_template(
        "rounds/calendar.html",
        form=form,
        years=years,
        seeds=[year for year in calendar.seeds() if year not in loaded],
        warnings=calendar.warnings(db(), now()),
        may_load=grants(actor(), Permission.CALENDAR_KEEP),
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/calendar/<int:year>/load")
@requires(Permission.CALENDAR_KEEP)
@writes
def load_seed(year: int) -> ResponseReturnValue:
    """Load a year whose table comes with the product."""
    calendar.load_seed(db(), year, by=actor(), now=now())
    flash(_("The calendar of %(year)s is loaded.", year=year), "success")
    return redirect(url_for("calendar.index"))
