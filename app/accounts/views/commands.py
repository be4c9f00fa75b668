"""Commands about accounts."""

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app.accounts.services import appoint_operator
from app.accounts.services.people import find_user
from app.core import uscc as codes
from app.core.clock import utcnow
from app.core.db import Database
from app.core.errors import RuleBroken
from app.models.accounts import Organisation


@click.command("appoint-operator")
@click.argument("email")
@click.argument("uscc")
@with_appcontext
def appoint_operator_command(email: str, uscc: str) -> None:
    """Make the person with EMAIL operator of the site, in the organisation with the credit code USCC.

    Both must exist: register and confirm the account, and register the organisation, on the site first."""
    database: Database = current_app.extensions["database"]
    with database.unit() as session:
        person = find_user(session, email)
        unit = session.scalar(select(Organisation).where(Organisation.uscc == codes.normalize(uscc)))
        if person is None or person.email_confirmed_at is None or unit is None:
            raise click.ClickException("no confirmed account or no organisation like that")
        try:
            appoint_operator(session, person, unit, now=utcnow())
        except RuleBroken as error:
            raise click.ClickException(", ".join(sorted(error.codes))) from error
    click.echo(f"{email} is operator now")
