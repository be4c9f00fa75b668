"""`flask import`: sheets taken in from the command line, as somebody of the site, with the checks of the pages."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs
from app.access import Actor, grants
from app.access.loading import load_actor
from app.core.db import Database
from app.core.errors import ProcedureError
from app.core.i18n import DEFAULT_LOCALE
from app.documents import imports
from app.documents.columns import Fault
from app.models.accounts import Membership, User
from app.models.jobs import Job, SheetImport
from app.models.procedure_codes import SheetKind
from app.web.context import job_tools
from app.web.imports import failure_of, fault_line, kept_file, refusal_of

DONE, FAULTS, REFUSED, BUSY = 0, 1, 2, 3
"""Exit codes: all is well; cells must be mended; the sheet or the person is refused; a worker was faster."""

import_commands = AppGroup("import", help="Take spreadsheets in: demands, experts, credit-list.")

Options = dict[str, Any]


def run_import(
    file: Path,
    kind: SheetKind,
    email: str,
    *,
    is_dry: bool,
    options: Callable[[Session], Options] = lambda _session: {},
) -> int:
    """Upload, check and, unless it is a dry run, write a sheet. Returns the exit code; what is wrong goes to stderr."""
    tools = job_tools(current_app._get_current_object())  # type: ignore[attr-defined]
    with force_locale(DEFAULT_LOCALE if sys.stdout.encoding.lower().startswith("utf") else "en"):
        try:
            sheet_id, job_id = _uploaded(tools, file, kind, email, options)
            status = _done(tools, job_id, "check") or _reported(tools.database, sheet_id)
            if status != DONE or is_dry:
                return status
            with tools.database.unit() as session:
                sheet = session.get_one(SheetImport, sheet_id)
                by = acting(session, email, kind)
                job_id = imports.ask_write(session, sheet, by=by, now=tools.clock()).id
            return _done(tools, job_id, "write") or _written(tools.database, sheet_id)
        except ProcedureError as refused:
            click.echo(str(refused.wording), err=True)
            return REFUSED


def acting(session: Session, email: str, kind: SheetKind) -> Actor:
    """The person of this address, acting for the organisation in which they may import such sheets."""
    permission = imports.importer_of(kind).permission
    person = session.scalar(select(User).where(User.email == email.strip().lower()))
    units = select(Membership.organisation_id).where(Membership.user_id == (person.id if person else None))
    for unit in session.scalars(units.order_by(Membership.created_at)):
        found = load_actor(session, person.id, unit) if person is not None else None
        if found is not None and grants(found[0], permission):
            return found[0]
    raise click.ClickException(f"{email} may not import this")


def _uploaded(
    tools: jobs.Tools, file: Path, kind: SheetKind, email: str, options: Callable[[Session], Options]
) -> tuple[Any, Any]:
    with file.open("rb") as stream:
        kept = kept_file(tools.files, stream, file.name)
    with tools.database.unit() as session:
        by = acting(session, email, kind)
        sheet = imports.upload_sheet(session, kind, kept, by=by, now=tools.clock(), **options(session))
        return sheet.id, sheet.check_job_id


def _done(tools: jobs.Tools, job_id: Any, label: str) -> int:
    """Do the job here, with a bar; 0 when it went well."""
    with click.progressbar(length=100, label=label, file=sys.stderr, show_eta=False) as bar:

        def watch(done: int, total: int | None, _step: str) -> None:
            if total:
                bar.update(max(done * 100 // total - bar.pos, 0))

        if not jobs.run_here(tools, job_id, watch):
            click.echo("a worker is at it already", err=True)
            return BUSY
        bar.update(100 - bar.pos)
    with tools.database.reading() as session:
        failure = failure_of(session.get_one(Job, job_id))
    if failure is not None:
        click.echo(str(failure), err=True)
        return REFUSED
    return DONE


def _reported(database: Database, sheet_id: Any) -> int:
    with database.reading() as session:
        sheet = session.get_one(SheetImport, sheet_id)
        if sheet.refusal is not None:
            click.echo(str(refusal_of(sheet)), err=True)
            return REFUSED
        report = sheet.report or {}
    for fault in report["faults"]:
        click.echo(fault_line(Fault(**fault)), err=True)
    click.echo(f"{report['rows']} rows, {report['fault_count']} faults, {report['note_count']} remarks")
    return FAULTS if report["fault_count"] else DONE


def _written(database: Database, sheet_id: Any) -> int:
    with database.reading() as session:
        sheet = session.get_one(SheetImport, sheet_id)
        written = (sheet.write_job.result or {}).get("written") if sheet.write_job else None
    click.echo(f"{written} written")
    return DONE


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def import_command(name: str, kind: SheetKind, *more: Any, options: Any = None) -> None:
    """Add `flask import NAME FILE --as EMAIL [--dry-run]`; `more` are further click options.

    `options(session, **values)` turns their values into arguments of `upload_sheet`."""

    def command(file: Path, email: str, is_dry: bool, **values: Any) -> None:
        status = run_import(
            file,
            kind,
            email,
            is_dry=is_dry,
            options=lambda session: options(session, **values) if options else {},
        )
        raise SystemExit(status)

    made: Any = with_appcontext(command)
    for decorate in (
        click.option("--dry-run", "is_dry", is_flag=True, help="Check only, write nothing."),
        click.option("--as", "email", required=True, help="The address of whoever imports."),
        *more,
        click.argument("file", type=FILE),
    ):
        made = decorate(made)
    made.__doc__ = (
        f"Take in a sheet ({kind.value}). Exits 0 well, 1 with faulty cells, 2 refused, 3 taken by a worker."
    )
    import_commands.add_command(click.command(name, help=made.__doc__)(made))
