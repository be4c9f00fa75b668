"""Forms of the pool, of a declaration, and of what an organizer does with a panel."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField

from app.core.i18n import Lazy, _, _l
from app.models.bids import Bid
from app.models.codes import Field, Region
from app.models.procedure_codes import ConflictReason, ExpertKind
from app.models.states import ExpertState
from app.rounds.settings import Option
from app.web.fields import CodeField, CodesField, CountField, LongText, ShortText, UsccField
from app.web.forms import FilterForm, Form
from app.web.validators import Email, Required

LANGUAGES = (
    Option("zh", _l("Chinese")),
    Option("en", _l("English")),
    Option("other", _l("Another language")),
)


class ExpertForm(Form):
    """The profile of an expert."""

    unit_name = ShortText(_l("Unit"), 120, [Required()])
    unit_uscc = UsccField(
        _l("Credit code of the unit"), description=_l("If known: it tells units apart surely.")
    )
    region = CodeField(_l("Region"), Region, [Required()])
    title = ShortText(_l("Professional title"), 80)
    kind = CodeField(_l("Kind of expert"), ExpertKind, [Required()])
    fields = CodesField(_l("Fields"), Field, [Required()])
    keywords = LongText(_l("Research and keywords"), 1000, lines=3)
    languages = CodesField(_l("Languages"), LANGUAGES)
    max_load = CountField(_l("Panels in a year, at most"), [Required()], minimum=1, maximum=100, default=12)

    def profile(self) -> dict[str, Any]:
        """The columns as the service takes them."""
        return {
            "unit_name": self.unit_name.data,
            "unit_uscc": self.unit_uscc.data,
            "region": self.region.data,
            "title": self.title.data or "",
            "kind": self.kind.data,
            "fields": self.fields.codes,
            "keywords": self.keywords.data or "",
            "languages": self.languages.codes,
            "max_load": self.max_load.data,
        }


class EnrollForm(ExpertForm):
    """The profile and whose it is."""

    email = ShortText(
        _l("E-mail of the account"),
        254,
        [Required(), Email()],
        description=_l("The expert has registered with it and confirmed it."),
    )


class ExpertFilter(FilterForm):
    """Filters of the pool."""

    q = ShortText(_l("Name, unit, number or keyword"), 60)
    kind = CodeField(_l("Kind of expert"), ExpertKind)
    field = CodeField(_l("Field"), Field)
    region = CodeField(_l("Region"), Region)
    state = CodeField(_l("State"), ExpertState)


class DeclarationForm(Form):
    """One line for the owner and one for each bid: no conflict, or which. `declaration_form` adds the lines."""

    is_true = BooleanField(
        _l("I have read the list above; what I declare is complete and true."), [Required()]
    )
    lines: Sequence[tuple[str, UUID | None, str]] = ()

    def conflicts(self) -> list[dict[str, Any]]:
        """The lines with a conflict as `seats.declare` takes them."""
        return [
            {"bid_id": bid_id, "reason": self[f"reason_{key}"].data, "note": self[f"note_{key}"].data or ""}
            for key, bid_id, _name in self.lines
            if self[f"reason_{key}"].data is not None
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Another conflict needs a word of explanation, and a note without a reason says too little."""
        is_valid = bool(super().validate(extra_validators))
        for key, _bid_id, _name in self.lines:
            reason, note = self[f"reason_{key}"], self[f"note_{key}"]
            if reason.data is ConflictReason.OTHER and not (note.data or "").strip():
                note.errors = [*note.errors, _("Say in a few words what the other conflict is.")]
                is_valid = False
            if reason.data is None and (note.data or "").strip():
                reason.errors = [*reason.errors, _("Choose which conflict you mean")]
                is_valid = False
        return is_valid


class PledgeForm(Form):
    """The signature under the pledge."""

    is_signed = BooleanField(_l("I have read this pledge and sign it."), [Required()])


class ReplaceForm(Form):
    """Why an expert is replaced."""

    reason = LongText(_l("Reason"), 1000, [Required()])


def declaration_form(owner_name: str, bids: Sequence[tuple[Bid, str]]) -> DeclarationForm:
    """The form for these parties; lines are (key, bid or None, name of the units)."""
    lines: list[tuple[str, UUID | None, str]] = [("owner", None, owner_name)]
    lines += [(f"bid{number}", bid.id, name) for number, (bid, name) in enumerate(bids, start=1)]
    none: Lazy = _l("No conflict")
    fields: dict[str, Any] = {"lines": lines}
    for key, _bid_id, name in lines:
        fields[f"reason_{key}"] = CodeField(name, ConflictReason, blank=none)
        fields[f"note_{key}"] = ShortText(_l("In a few words"), 300)
    made: Any = type("PartiesDeclarationForm", (DeclarationForm,), fields)
    form: DeclarationForm = made()
    return form
