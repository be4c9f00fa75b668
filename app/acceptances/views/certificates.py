"""Certificates, which anyone can verify by their number."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.acceptances import queries
from app.acceptances.forms import LookupForm
from app.acceptances.views.base import WORDING, blueprint
from app.core.errors import NotSeen
from app.web.access import public
from app.web.context import db


@blueprint.get("/certificates")
@public
def lookup() -> ResponseReturnValue:
    """Find a certificate by its number."""
    form = LookupForm(request.args)
    number = str(form.chosen().get("number", "")).strip().upper()
    if number and queries.certificate_by_number(db(), number) is not None:
        return redirect(url_for("acceptances.certificate", number=number))
    return render_template("acceptances/lookup.html", form=form, number=number), 404 if number else 200


@blueprint.get("/certificates/<number>")
@public
def certificate(number: str) -> ResponseReturnValue:
    """One certificate as it was issued, and whether its content still gives its digest."""
    found = queries.certificate_by_number(db(), number)
    if found is None:
        raise NotSeen()
    return render_template(
        "acceptances/certificate.html",
        certificate=found,
        paper=found.content,
        is_genuine=queries.is_genuine(found),
        **WORDING,
    )
