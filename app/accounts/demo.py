"""The demonstration accounts: shown on the sign-in page and by a command, in demonstration mode alone."""

from dataclasses import dataclass

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.i18n import Lazy
from app.models.accounts import Membership, Organisation, User
from app.models.procedure_codes import Role
from app.models.reviews import Assignment, Expert
from app.models.states import ExpertState, OrganisationState

DEMO_PASSWORD = "Jiebang-Demo-2026"  # noqa: S105 - published on purpose, refused outside demonstration mode
SEATED = (Role.EXPERT, Role.PANEL_CHAIR)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account per role: who it is, and how to sign in."""

    role: Role
    name: str
    email: str
    organisation: str
    password: str = DEMO_PASSWORD

    @property
    def label(self) -> Lazy:
        """The role in the reader's language."""
        return self.role.label


def demo_accounts(session: Session) -> list[DemoAccount]:
    """The first demonstration person of each role, in the order of the roles."""
    found = {**_members(session), **_experts(session)}
    return [found[role] for role in Role if role in found]


def _members(session: Session) -> dict[Role, DemoAccount]:
    rows = session.execute(
        select(Membership.role, User.name, User.email, Organisation.name)
        .join(User, Membership.user_id == User.id)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(
            User.is_demo,
            User.disabled_at.is_(None),
            Membership.ended_at.is_(None),
            Organisation.state == OrganisationState.VERIFIED,
        )
        .order_by(User.created_at, User.email)
    )
    found: dict[Role, DemoAccount] = {}
    taken: set[str] = set()
    for role, name, email, organisation in rows:
        # A person of two roles stands for the first one, if another can be found for the second.
        if role not in found and email not in taken:
            found[role] = DemoAccount(role, name, email, organisation)
            taken.add(email)
    return found


def _experts(session: Session) -> dict[Role, DemoAccount]:
    pool = select(User.name, User.email, Expert.unit_name).join(Expert, Expert.user_id == User.id)
    pool = pool.where(User.is_demo, User.disabled_at.is_(None), Expert.state == ExpertState.ACTIVE)
    chairs = pool.join(Assignment, Assignment.expert_id == Expert.id).where(Assignment.is_chair)
    found: dict[Role, DemoAccount] = {}
    chair = session.execute(chairs.order_by(Expert.number).limit(1)).first()
    if chair is not None:
        found[Role.PANEL_CHAIR] = DemoAccount(Role.PANEL_CHAIR, chair[0], chair[1], chair[2])
        pool = pool.where(User.email != chair[1])
    expert = session.execute(pool.order_by(Expert.number).limit(1)).first()
    if expert is not None:
        found[Role.EXPERT] = DemoAccount(Role.EXPERT, expert[0], expert[1], expert[2])
    return found


@click.command("demo-accounts")
@with_appcontext
def demo_accounts_command() -> None:
    """List the demonstration accounts with their password. Says nothing outside demonstration mode."""
    if not current_app.config["DEMO"]:
        return
    database: Database = current_app.extensions["database"]
    with database.reading() as session:
        accounts = demo_accounts(session)
    if not accounts:
        return
    click.echo(f"Demonstration accounts, password {DEMO_PASSWORD}:")
    for account in accounts:
        click.echo(f"  {account.role.value:14} {account.email:32} {account.name} · {account.organisation}")
