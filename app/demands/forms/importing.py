"""The upload of a sheet of demands."""

from app.core.i18n import _l
from app.demands.forms.small import RoundForm
from app.web.imports import MAX_SHEET_BYTES, SHEET_TYPES
from app.web.slots import FileSlot
from app.web.validators import Required


class ImportForm(RoundForm):
    """Into which round, and the sheet."""

    file = FileSlot(
        _l("Filled-in sheet"),
        [Required()],
        types=SHEET_TYPES,
        max_bytes=MAX_SHEET_BYTES,
        description=_l("A summary sheet as xlsx or csv, or the form of one demand as xlsx."),
    )
