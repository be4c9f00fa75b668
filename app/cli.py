"""The commands of the site: `flask --app wsgi ...`."""

import signal
import time
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale
from sqlalchemy import or_, select

from app import jobs
from app.accounts.demo import demo_accounts_command
from app.core import migrate
from app.core.db import Database
from app.core.i18n import DEFAULT_LOCALE, Lazy
from app.models.jobs import Job
from app.web.access import declared
from app.web.commands import import_commands
from app.web.context import job_tools
from app.workflow import diagrams
from app.workflow.invariants import broken
from app.workflow.invariants import invariants as all_invariants
from app.workflow.ticking import keep_house
from app.workflow.ticking import tick as run_tick

database_commands = AppGroup("db", help="Tables: upgrade, downgrade, check, revision.")
# How often a worker records what time has made due and sends mail, and how often it looks for work that somebody
# may be watching.
TICK_SECONDS = 30.0
CHORES_SECONDS = 600.0
JOBS_SECONDS = 1.0


def init_cli(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(database_commands)
    app.cli.add_command(import_commands)
    for command in (tick, worker, list_jobs, list_access, procedure, invariants, seed, prepare_demo):
        app.cli.add_command(command)


def _database() -> Database:
    found: Database = current_app.extensions["database"]
    return found


@database_commands.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the tables up to REVISION."""
    migrate.upgrade(current_app.config["DATABASE_URL"], revision)


@database_commands.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the tables back to REVISION."""
    migrate.downgrade(current_app.config["DATABASE_URL"], revision)


@database_commands.command("check")
def check() -> None:
    """Fail when models and tables differ."""
    migrate.check(current_app.config["DATABASE_URL"])
    click.echo("models and tables agree")


@database_commands.command("revision")
@click.argument("message")
def revision(message: str) -> None:
    """Write the next migration from the difference between models and tables."""
    migrate.revision(current_app.config["DATABASE_URL"], message)


@click.command()
@with_appcontext
def tick() -> None:
    """Record what time has made due. May run late, twice, or twice at once."""
    moved = run_tick(_database(), current_app.config["CLOCK"]())
    click.echo(f"{moved} recorded")


@click.command()
@click.option("--once", is_flag=True, help="One round, then stop.")
@with_appcontext
def worker(once: bool) -> None:
    """Tick, deliver mail, do background work and chores, again and again. TERM ends it after the job at hand."""
    from app.notifications.delivery import deliver

    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    tools, clock = job_tools(current_app), current_app.config["CLOCK"]
    ticked: float | None = None
    tidied: float | None = None
    while True:
        if ticked is None or time.monotonic() - ticked >= TICK_SECONDS:
            run_tick(_database(), clock())
            deliver(current_app, clock())
            ticked = time.monotonic()
        if tidied is None or time.monotonic() - tidied >= CHORES_SECONDS:
            keep_house(_database(), clock())
            tidied = time.monotonic()
        done = jobs.run_due(tools, is_stopping=stopping.is_set)
        if done:
            deliver(current_app, clock())
        if once or stopping.wait(JOBS_SECONDS):
            return


@click.command("jobs")
@click.option("--all", "is_all", is_flag=True, help="Finished ones too, of the last fifty.")
@with_appcontext
def list_jobs(is_all: bool) -> None:
    """List background work: waiting, under way and failed."""
    query = select(Job).order_by(Job.created_at.desc()).limit(50)
    if not is_all:
        query = query.where(or_(Job.finished_at.is_(None), Job.fault.is_not(None)))
    with _database().reading() as session:
        for job in session.scalars(query):
            amount = f"{job.done}/{'?' if job.total is None else job.total}"
            click.echo(
                f"{job.created_at:%Y-%m-%d %H:%M} {job.state.value:8} {job.kind:28} {amount:12} {job.fault or ''}"
            )


@click.command("access")
@with_appcontext
def list_access() -> None:
    """List every address with who may call it."""
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda each: each.rule):
        access = declared(current_app.view_functions[rule.endpoint])
        who = (
            "-"
            if access is None
            else "public"
            if access.is_public
            else ", ".join(access.permissions) or "signed in"
        )
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        click.echo(f"{methods:9} {rule.rule:60} {who}")


@click.command()
@with_appcontext
def procedure() -> None:
    """Print the procedure as Markdown: every state and transition, with a diagram for each thing."""
    click.echo(diagrams.procedure(_words), nl=False)


def _words(wording: Lazy) -> tuple[str, str]:
    """The wording in English and in Chinese."""
    with force_locale("en"):
        english = str(wording)
    with force_locale(DEFAULT_LOCALE):
        return english, str(wording)


@click.command()
@with_appcontext
def invariants() -> None:
    """Check what must always hold. Exits 1 with the names and some rows of what does not."""
    with _database().reading() as session:
        found = broken(session)
    for name, rows in found.items():
        click.echo(f"{name}: {', '.join(rows)}")
    click.echo(f"{len(all_invariants())} invariants, {len(found)} broken")
    if found:
        raise SystemExit(1)


@click.command()
@click.option(
    "--demo", is_flag=True, required=True, help="The demonstration; loading it twice changes nothing."
)
@with_appcontext
def seed(demo: bool) -> None:  # noqa: ARG001 - asked for, so that nobody loads it by accident
    """Load what the site starts with."""
    from seed.demo.loader import load_demo

    bids = load_demo(current_app._get_current_object(), current_app.config["CLOCK"]())  # type: ignore[attr-defined]
    click.echo(f"demonstration loaded, {bids} bids" if bids else "the demonstration is loaded already")


@click.command("prepare-demo")
@with_appcontext
@click.pass_context
def prepare_demo(context: click.Context) -> None:
    """Bring the tables up, load the demonstration if it is missing, and list its accounts, in one process."""
    context.invoke(upgrade, revision="head")
    context.invoke(seed, demo=True)
    context.invoke(demo_accounts_command)
