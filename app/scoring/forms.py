"""The score sheet as a form, built from a rubric: one number and one comment per criterion, and the texts."""

from collections.abc import Sequence
from typing import Any

from app.core.i18n import _, _l
from app.models.procedure_codes import RescoreReason, SheetAdvice
from app.models.reviews import Sheet
from app.models.rounds import Rubric
from app.rounds.forms import criterion_label
from app.web.fields import CodeField, HundredthsField, LongText
from app.web.forms import Form
from app.web.validators import Required

TEXTS = ("strengths", "weaknesses", "advice_text", "advice")


class SheetForm(Form):
    """The fields that every sheet may have; `sheet_form` adds those of the rubric and leaves out what is not asked."""

    strengths = LongText(_l("Strengths"), max=2000, lines=3)
    weaknesses = LongText(_l("Weaknesses"), max=2000, lines=3)
    advice_text = LongText(_l("Opinion and advice"), max=2000, lines=4)
    advice = CodeField(_l("Conclusion"), SheetAdvice, radio=True)

    def scores(self) -> dict[str, tuple[int, str]]:
        """What was scored: value in hundredths and comment by criterion code."""
        found = {}
        for name, field in self._fields.items():
            if name.startswith("score_") and field.data is not None:
                code = name.removeprefix("score_")
                found[code] = (int(field.data), str(self[f"comment_{code}"].data or ""))
        return found

    def texts(self) -> dict[str, Any]:
        """The other arguments of `save_sheet`, of those fields that this form has."""
        return {
            name: self[name].data if name == "advice" else (self[name].data or "")
            for name in TEXTS
            if name in self
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """A comment without its number would be lost, so it is asked for."""
        is_valid = super().validate(extra_validators)
        for name, field in self._fields.items():
            if not name.startswith("comment_") or not field.data:
                continue
            score = self[name.replace("comment_", "score_", 1)]
            if score.data is None and not score.errors:
                score.errors = [*score.errors, _("Give a score together with the comment")]
                is_valid = False
        return bool(is_valid)


class ReturnForm(Form):
    """Why the chair opens a sheet again."""

    return_reason = CodeField(_l("Lawful reason"), RescoreReason, [Required()], radio=True)
    reason = LongText(
        _l("What is to be corrected"),
        max=1000,
        validators=[Required()],
        description=_l("The expert reads this. It stays in the record."),
    )


def sheet_form(rubric: Rubric, sheet: Sheet | None = None, *, texts: Sequence[str] = TEXTS) -> SheetForm:
    """A form for the rubric, filled from the sheet when there is one. `texts` are the further fields it shows."""
    fields: dict[str, Any] = {name: None for name in TEXTS if name not in texts}
    for criterion in rubric.criteria:
        fields[f"score_{criterion.code}"] = HundredthsField(
            criterion_label(criterion), minimum=0, maximum=criterion.max_score
        )
        fields[f"comment_{criterion.code}"] = LongText(_l("Comment"), max=1000, lines=2)
    made: Any = type("RubricSheetForm", (SheetForm,), fields)
    form: SheetForm = made(data=_content(sheet) if sheet is not None else None)
    return form


def _content(sheet: Sheet) -> dict[str, Any]:
    content: dict[str, Any] = {name: getattr(sheet, name) for name in TEXTS}
    codes = {criterion.id: criterion.code for criterion in sheet.rubric.criteria}
    for criterion_id, score in sheet.current_scores().items():
        content[f"score_{codes[criterion_id]}"] = score.value
        content[f"comment_{codes[criterion_id]}"] = score.comment
    return content
