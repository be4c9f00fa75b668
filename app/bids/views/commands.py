"""What `flask import credit-list` asks for beside the file: which list, and the day it bears."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from app.bids.credit import CreditList

CREDIT_OPTIONS = (
    click.option(
        "--list", "list_code", required=True, type=click.Choice([each.value for each in CreditList])
    ),
    click.option("--dated", type=click.DateTime(["%Y-%m-%d"]), help="The day that the list bears."),
)


def credit_options(_session: Session, *, list_code: str, dated: datetime | None) -> dict[str, Any]:
    """The options as arguments of the upload."""
    return {"list_code": list_code, "listed_on": dated.date() if dated else None}
