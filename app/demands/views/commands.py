"""`flask import demands`: a summary sheet or the form of one demand, into a round by its number."""

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.procedure_codes import SheetKind
from app.models.rounds import Round
from app.web.commands import import_command

ROUND = click.option("--round", "number", required=True, help="The number of the round, such as HB-2026-01.")


def _round(session: Session, number: str) -> dict[str, Any]:
    found = session.scalar(select(Round).where(Round.number == number))
    if found is None:
        raise click.ClickException(f"there is no round {number}")
    return {"round_": found}


def register_commands() -> None:
    """Add the commands that bring demands in."""
    import_command("demands", SheetKind.DEMANDS, ROUND, options=_round)
    import_command("demand-form", SheetKind.DEMAND_FORM, ROUND, options=_round)
