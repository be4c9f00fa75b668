"""The two kinds of sheet that demands come in, as the shared import takes them."""

from typing import Any
from zipfile import BadZipFile, ZipFile

from app.access import Permission
from app.demands.importing.columns import FORM_SHEET
from app.demands.importing.form import check_form, form_tables
from app.demands.importing.summary import check_summary, summary_tables
from app.demands.importing.writing import may_import, prepare_demands, write_demands
from app.documents.imports import Importer
from app.models.procedure_codes import SheetKind

MOST_TO_LOOK_AT = 100_000

SUMMARY = Importer(
    SheetKind.DEMANDS,
    Permission.DEMAND_IMPORT,
    may_import,
    summary_tables,
    check_summary,
    write_demands,
    "demands.import_sheet",
    "home.desk",
    prepare_demands,
)
FORM = Importer(
    SheetKind.DEMAND_FORM,
    Permission.DEMAND_IMPORT,
    may_import,
    form_tables,
    check_form,
    write_demands,
    "demands.import_sheet",
    "home.desk",
    prepare_demands,
)


def kind_of_upload(upload: Any) -> SheetKind:
    """Which of the two an uploaded file is, by the names of its sheets; whatever cannot be told is a summary."""
    stream = getattr(upload, "stream", upload)
    try:
        with ZipFile(stream) as archive, archive.open("xl/workbook.xml") as part:
            names = part.read(MOST_TO_LOOK_AT).decode("utf-8", "replace")
    except (BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError):
        names = ""
    finally:
        stream.seek(0)
    return SheetKind.DEMAND_FORM if f'name="{FORM_SHEET}"' in names else SheetKind.DEMANDS
