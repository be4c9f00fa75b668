"""The credit lists: what is on file, and the import of a new copy."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import credit, queries
from app.bids.credit_sheets import COLUMNS, EXAMPLE, NOTES
from app.bids.forms.checking import CreditListForm
from app.bids.views.site import blueprint
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _, _l
from app.core.inspection import kind_of
from app.documents.writing import writing
from app.models.procedure_codes import SheetKind
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.imports import latest, send_sheet, sheet_file, take_sheet


@blueprint.route("/credit-lists", methods=["GET", "POST"])
@requires(Permission.CREDIT_IMPORT)
@writes
def credit_lists() -> ResponseReturnValue:
    """The local copies with their dates; a new one replaces the old one of its kind as a whole."""
    form = CreditListForm()
    if form.is_submitted() and form.validate():
        try:
            return redirect(_take(form))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    known = queries.credit_lists(db())
    former = latest(db(), actor(), SheetKind.CREDIT)
    lists = [
        (
            each,
            *known.get(each.value, (None, 0)),
            each.value in known and credit.is_old(known[each.value][0], now()),
        )
        for each in credit.CreditList
    ]
    status = 422 if request.method == "POST" else 200
    days = credit.listed_days(db())
    page = render_template("bids/credit_lists.html", form=form, lists=lists, days=days, former=former)
    return page, status


@blueprint.get("/credit-lists/template")
@requires(Permission.CREDIT_IMPORT)
def credit_template() -> ResponseReturnValue:
    """An empty sheet for a list."""
    file = sheet_file()
    with writing(file) as book:
        book.sheet("信用名单", COLUMNS, (), examples=[EXAMPLE], is_form=True)
        book.notes(NOTES)
    return send_sheet(file, "信用名单导入表.xlsx")


def _take(form: CreditListForm) -> str:
    """Import a list at once; a spreadsheet is checked first, on a page of its own. Returns where to go on."""
    values = form.values()
    if kind_of(values["file"].filename) == "xlsx":
        sheet = take_sheet(
            values["file"],
            SheetKind.CREDIT,
            list_code=values["list_code"].value,
            listed_on=values["listed_on"],
        )
        return url_for("imports.show", sheet_import_id=sheet.id)
    rows = credit.read_rows(_text(values["file"].read()))
    count = credit.import_list(
        db(), values["list_code"], rows, by=actor(), now=now(), listed_on=values["listed_on"]
    )
    flash(_("Imported: %(count)s rows.", count=count), "success")
    return url_for("bids.credit_lists")


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleBroken(Refusal("list_unreadable", _l("The list cannot be read."), "file"))
