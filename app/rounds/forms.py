"""Forms for a round: its settings (made from their table), a rubric, the officers, a copy; the filter of the list."""

from typing import Any

from flask_babel import get_locale
from wtforms import BooleanField, Field

from app.core.i18n import _l
from app.core.workdays import NoticeStartRule
from app.models.procedure_codes import OfficerDuty
from app.models.rounds import Criterion
from app.models.states import RoundState
from app.rounds.rubrics import CODE
from app.rounds.settings import SETTINGS, Kind, Option, Setting
from app.web.fields import (
    CodeField,
    CodesField,
    CountField,
    HundredthsField,
    LongText,
    MomentField,
    MoneyField,
    ShortText,
)
from app.web.forms import FilterForm, Form, Row
from app.web.rows import RowsField
from app.web.slots import FileSlot
from app.web.validators import Pattern, Required


def criterion_label(criterion: Criterion) -> str:
    """The criterion's wording in the reader's language, in Chinese where there is no English one. A template filter."""
    is_chinese = str(get_locale()).startswith("zh")
    return criterion.label if is_chinese or not criterion.label_en else criterion.label_en


def _field(setting: Setting) -> Field:
    needed = [Required()] if setting.is_required else []
    common: dict[str, Any] = {"description": setting.help}
    bounds = {"minimum": setting.minimum, "maximum": setting.maximum}
    if setting.kind is Kind.LINE:
        return ShortText(setting.label, setting.maximum, needed, **common)
    if setting.kind is Kind.TEXT:
        return LongText(setting.label, setting.maximum, needed, lines=3, **common)
    if setting.kind is Kind.COUNT:
        return CountField(setting.label, needed, **bounds, **common)
    if setting.kind is Kind.MONEY:
        return MoneyField(setting.label, needed, **bounds, **common)
    if setting.kind is Kind.POINTS:
        return HundredthsField(setting.label, needed, **bounds, **common)
    if setting.kind is Kind.CODE:
        return CodeField(setting.label, setting.codes, needed, radio=len(setting.codes) < 4, **common)
    if setting.kind is Kind.MOMENT:
        return MomentField(setting.label, needed, **common)
    return BooleanField(setting.label, **common)


class SettingsForm(Form):
    """All settings of a round, and files of the policy."""

    policy_files = FileSlot(
        _l("Policy documents"),
        multiple=True,
        description=_l("The notice of the call and its annexes. They are public once the round opens."),
    )

    def settings(self) -> dict[str, Any]:
        """The settings as a service takes them."""
        values = {name: self[setting.field].data for name, setting in SETTINGS.items()}
        for name, value in values.items():
            if isinstance(value, Option):
                values[name] = NoticeStartRule(value.value)
            elif SETTINGS[name].kind in (Kind.LINE, Kind.TEXT):
                values[name] = value or ""
        return values


for _setting in SETTINGS.values():
    setattr(SettingsForm, _setting.field, _field(_setting))


class CriterionRow(Row):
    """One criterion of a rubric."""

    code = ShortText(
        _l("Code"),
        20,
        [
            Required(),
            Pattern(CODE.pattern, _l("A code begins with a letter and has letters and digits only.")),
        ],
    )
    label = ShortText(_l("Criterion (Chinese)"), 80, [Required()])
    label_en = ShortText(_l("Criterion (English)"), 120)
    max_score = HundredthsField(_l("Maximum"), [Required()], minimum=1)
    floor_score = HundredthsField(_l("Floor"), description=_l("Below it, nothing goes on."))
    is_objective = BooleanField(_l("Objective item"))
    anchor_low = LongText(_l("Low score"), 300, lines=2)
    anchor_mid = LongText(_l("Middle score"), 300, lines=2)
    anchor_full = LongText(_l("Full score"), 300, lines=2)


class RubricForm(Form):
    """A rubric: its line and its criteria."""

    pass_line = HundredthsField(_l("Line to be reached"), [Required()], minimum=1)
    criteria = RowsField(
        CriterionRow, _l("Criteria"), min_rows=1, max_rows=20, add_label=_l("Add a criterion")
    )


class OfficersForm(Form):
    """Who opens the bids and who checks them: a list of people for each duty."""

    opening = CodesField(OfficerDuty.OPENING.label, (), description=_l("Two of them agree to every opening."))
    check = CodesField(
        OfficerDuty.CHECK.label, (), description=_l("Two of them check each bid, each without the other.")
    )


class CopyForm(Form):
    """What a copy of a round needs anew."""

    title = ShortText(SETTINGS["title"].label, SETTINGS["title"].maximum, [Required()])
    collection_opens_at = MomentField(SETTINGS["collection_opens_at"].label, [Required()])
    collection_closes_at = MomentField(SETTINGS["collection_closes_at"].label, [Required()])


class CalendarForm(Form):
    """A year's table of holidays as a file."""

    table = FileSlot(_l("Table of a year (JSON)"), [Required()], types=("json",), max_bytes=1024 * 1024)


class RoundFilter(FilterForm):
    """Filters of the list of rounds; the years depend on what there is."""

    year = CodeField(_l("Year"), ())
    state = CodeField(_l("State"), tuple(state for state in RoundState if state is not RoundState.DRAFT))
