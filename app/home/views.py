"""The first page, the desk, the pages about the site, and the two addresses that machines ask."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from app.home import health, queries
from app.home.advice import next_steps, standing
from app.home.steps import STAGES
from app.home.tables import machines
from app.home.waiting import waiting
from app.models.accounts import Organisation
from app.web.access import public, signed_in
from app.web.context import actor, database, db, now
from app.web.staging import scanner
from app.workflow import state_at

blueprint = Blueprint("home", __name__)
HUNDRED_MILLION_YUAN = 10  # powers of ten of fen


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    """The first page: figures, newest listings, running notices, newest demonstrations, the way of a demand."""
    figures = queries.figures(db())
    return render_template(
        "home/index.html",
        figures=figures,
        contracted=Decimal(figures.contracted_fen).scaleb(-HUNDRED_MILLION_YUAN).quantize(Decimal("0.01")),
        listings=queries.newest_listings(db()),
        state_of=lambda thing: state_at(thing, now()),
        notices=queries.running_notices(db(), now()),
        demonstrations=queries.newest_demonstrations(db()),
        calls=queries.open_calls(db(), now()),
        stages=STAGES,
        link=link,
    )


@blueprint.get("/desk")
@signed_in
def desk() -> ResponseReturnValue:
    """What waits for the person who is signed in."""
    who = actor()
    organisation = db().get(Organisation, who.organisation_id) if who.organisation_id else None
    groups = waiting(db(), who, now(), known=current_app.view_functions)
    return render_template(
        "home/desk.html",
        groups=groups,
        open_count=sum(group.open_count for group in groups),
        organisation=organisation,
        standing=standing(organisation, who),
        advices=next_steps(who),
        link=link,
    )


@blueprint.get("/about")
@public
def about() -> ResponseReturnValue:
    """What the platform is for."""
    return render_template("home/about.html", stages=STAGES, link=link)


@blueprint.get("/procedure")
@public
def procedure() -> ResponseReturnValue:
    """The whole procedure: in nine steps, and every state of every thing from the tables that run the site."""
    return render_template("home/procedure.html", stages=STAGES, machines=machines())


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is kept about people, why, for how long, and who reads it."""
    return render_template("home/privacy.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """How the site can be used by everyone."""
    return render_template("home/accessibility.html")


@blueprint.get("/livez")
@public
def livez() -> ResponseReturnValue:
    """Whether the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Whether the site can do its work; 503 names what is wrong, `warnings` what soon will be.

    `scanner` is none, up or down: without it uploads are taken in, and said to be not scanned."""
    failed = health.failures(database(), Path(current_app.config["FILES_DIR"]), now())
    if failed:
        return jsonify(status="not ready", failed=failed), 503
    soon = health.warnings(database(), now())
    scanning = health.scanner(scanner())
    return jsonify(status="ok", scanner=scanning, **({"warnings": soon} if soon else {}))


def link(endpoint: str | None, **values: Any) -> str | None:
    """The address of an endpoint, or None on a site that does not have it."""
    known = endpoint is not None and endpoint in current_app.view_functions
    return url_for(endpoint, **values) if endpoint is not None and known else None
