"""The credit lists: what is on file, and the import of a new copy."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import credit, queries
from app.bids.forms.checking import CreditListForm
from app.bids.views.site import blueprint
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _, _l
from app.web.access import requires, writes
from app.web.context import actor, db, now


@blueprint.route("/credit-lists", methods=["GET", "POST"])
@requires(Permission.CREDIT_IMPORT)
@writes
def credit_lists() -> ResponseReturnValue:
    """The local copies with their dates; a new one replaces the old one of its kind as a whole."""
    form = CreditListForm()
    if form.is_submitted() and form.validate():
        try:
            count = _import(form)
            flash(_("Imported: %(count)s rows.", count=count), "success")
            return redirect(url_for("bids.credit_lists"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    known = queries.credit_lists(db())
    lists = [
        (
            each,
            *known.get(each.value, (None, 0)),
            each.value in known and credit.is_old(known[each.value][0], now()),
        )
        for each in credit.CreditList
    ]
    status = 422 if request.method == "POST" else 200
    return render_template("bids/credit_lists.html", form=form, lists=lists), status


def _import(form: CreditListForm) -> int:
    values = form.values()
    rows = credit.read_rows(_text(values["file"].read()))
    return credit.import_list(db(), values["list_code"], rows, by=actor(), now=now())


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleBroken(Refusal("list_unreadable", _l("The list cannot be read."), "file"))
