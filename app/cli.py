"""The commands of the site: `flask --app wsgi ...`."""

import signal
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from app.accounts.demo import demo_accounts_command
from app.core import migrate
from app.core.db import Database
from app.core.i18n import DEFAULT_LOCALE, Lazy
from app.web.access import declared
from app.workflow import diagrams
from app.workflow.invariants import broken
from app.workflow.invariants import invariants as all_invariants
from app.workflow.ticking import tick as run_tick

database_commands = AppGroup("db", help="Tables: upgrade, downgrade, check, revision.")
WORKER_PAUSE_SECONDS = 30


def init_cli(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(database_commands)
    for command in (tick, worker, list_access, procedure, invariants, seed, prepare_demo):
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
    """Tick and deliver mail, again and again. TERM ends it after the round at hand."""
    from app.notifications.delivery import deliver

    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    while True:
        run_tick(_database(), current_app.config["CLOCK"]())
        deliver(current_app, current_app.config["CLOCK"]())
        if once or stopping.wait(WORKER_PAUSE_SECONDS):
            return


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
