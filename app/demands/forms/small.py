"""The small forms of the stage: choosing, deciding, asking, answering, filtering."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import request
from wtforms import BooleanField, StringField

from app.core.i18n import Lazy, _l
from app.demands.forms.demand import PICTURES
from app.demands.forms.rows import ReturnRow
from app.demands.labels import LABELS, SECTIONS
from app.demands.queries import PUBLIC_STATES
from app.models.base import Rows
from app.models.codes import HUBEI_REGIONS, Category, DemandType, Field, Region
from app.models.demands import Demand, Question
from app.models.rounds import Round
from app.models.states import DemandState
from app.web.choices import CodeField, CodesField
from app.web.fields import LongText, MomentField, ShortText
from app.web.forms import FilterForm, Form
from app.web.rows import RowsField
from app.web.slots import FileSlot
from app.web.validators import Required

SUBMITTED_STATES = tuple(state for state in DemandState if state is not DemandState.DRAFT)


class Option:
    """An entry of a list to choose from: what is sent and what is read."""

    def __init__(self, value: str, label: Lazy) -> None:
        self.value = value
        self.label = label


class RoundForm(Form):
    """The round of a new draft."""

    round_id = CodeField(
        _l("Round of the demand"),
        (),
        [Required()],
        description=_l("Only rounds that collect demands now are listed."),
    )

    def use_rounds(self, rounds: list[Round]) -> None:
        """Offer these rounds; the only one there is stands chosen."""
        self.round_id.use([Option(str(each.id), f"{each.number} {each.title}") for each in rounds])
        if len(rounds) == 1 and not self.is_submitted():
            self.round_id.process_data(str(rounds[0].id))


class BeginForm(RoundForm):
    """What a new draft needs; everything else follows on the long form."""

    title = ShortText(
        LABELS["title"],
        max=60,
        validators=[Required()],
        description=_l(
            "At most 60 characters: object, task, result. For example: assisted reading of pathology slides."
        ),
    )
    demand_type = CodeField(LABELS["demand_type"], DemandType, [Required()])
    field = CodeField(LABELS["field"], Field, [Required()])


class FilesForm(Form):
    """The files of a demand by slot; each slot has its own readers."""

    picture = FileSlot(
        _l("Pictures of the site"),
        types=PICTURES,
        multiple=True,
        description=_l("Public. For example: photographs, a floor plan that may be published."),
    )
    description = FileSlot(
        _l("Detailed description and drawings"),
        multiple=True,
        description=_l(
            "Opened after the pledge. For example: interface lists, drawings, a sample of the data's form."
        ),
    )
    pledge = FileSlot(
        _l("Signed pledges"),
        multiple=True,
        description=_l("Internal. The signed and stamped pledges on credit and truth."),
    )


class RecommendForm(Form):
    """The opinion of the recommending unit."""

    opinion = LongText(
        _l("Recommendation opinion"),
        max=2000,
        validators=[Required()],
        description=_l("For example: the need is real, site and money are there; recommended."),
    )
    letter = FileSlot(
        _l("Recommendation letter"), types=("pdf", "docx", "png", "jpg"), description=_l("Optional.")
    )


class ReturnForm(Form):
    """Why a demand goes back to its owner, field by field."""

    reason = LongText(_l("Reason for the owner"), max=2000, validators=[Required()])
    fields = RowsField(
        ReturnRow,
        _l("Fields to change"),
        description=_l("Shown to the owner with links to the fields."),
        add_label=_l("Add a field"),
        max_rows=30,
    )

    def listed(self) -> Rows:
        """The rows as the demand keeps them."""
        return [
            {"field": row["field"].value if row["field"] else "", "message": row["message"]}
            for row in self.fields.data
        ]

    def offer_fields(self) -> None:
        """Offer every field of the form, in its order."""
        names = [name for section in SECTIONS for name in section.fields]
        skipped = {"owner", "owner_type", "number", "restricted_edition", "closes_at", "is_standing", "files"}
        options = [Option(name, LABELS[name]) for name in names if name not in skipped]
        for entry in self.fields.entries:
            entry.form.field.use(options)


class PublishForm(Form):
    """When a listing is published and when bidding ends."""

    closes_at = MomentField(
        _l("Closing time of bidding"),
        [Required()],
        description=_l("On the clock of Beijing, for example 2026-09-30 17:30."),
    )
    publish_at = MomentField(
        _l("Publish at"),
        description=_l("Leave it empty to publish now; otherwise the site publishes at that time."),
    )


class QuestionForm(Form):
    """A question on a listing."""

    text = LongText(
        _l("Your question"),
        max=1000,
        validators=[Required()],
        lines=3,
        description=_l("Do not name your unit: the question is published without the asker."),
    )
    is_sure = BooleanField(
        _l("The text does not tell who asks"),
        description=_l("Only needed when a word looks like a name and is none."),
    )


class QuestionChoice:
    """An open question as a box to tick."""

    def __init__(self, number: int, question: Question) -> None:
        self.value = str(question.id)
        self.label = f"{number}. {question.text}"


class AnswerForm(Form):
    """An answer to everyone, to one question or several."""

    also = CodesField(
        _l("Also answers"),
        description=_l("Tick questions that ask the same. They are shown together, with this one answer."),
    )
    answer = LongText(
        _l("Your answer"),
        max=2000,
        validators=[Required()],
        lines=4,
        description=_l("Published to everyone, for good."),
    )
    is_correction_due = BooleanField(
        _l("The answer changes the listing"),
        description=_l(
            "What binds is the listing: you are led to the correction, and the answer points to it."
        ),
    )

    @classmethod
    def of(cls, demand: Demand, question: Question) -> "AnswerForm":
        """The form of a question, with the other open ones of the listing to tick."""
        form = cls()
        form.also.use(
            [
                QuestionChoice(number, each)
                for number, each in enumerate(demand.questions, start=1)
                if each.answer is None and each.id != question.id
            ]
        )
        return form

    def chosen(self) -> list[UUID]:
        """The further questions that were ticked."""
        return [UUID(code) for code in self.also.codes]


class SearchForm(FilterForm):
    """A word to look for among questions and answers."""

    q = StringField(_l("Word in question or answer"))


class IntentForm(Form):
    """An intent under match-first."""

    statement = LongText(
        _l("What your unit offers"),
        max=1000,
        validators=[Required()],
        description=_l("Read by the demand owner. For example: experience, approach, whom to call."),
    )


class SignatureForm(Form):
    """A signature under the intent agreement."""

    agreed = BooleanField(_l("We have read the agreement and sign it for our unit"), [Required()])
    scan = FileSlot(
        _l("Stamped scan"),
        types=("pdf", "png", "jpg"),
        description=_l("Optional: the printed agreement with signature and stamp. Its fingerprint is kept."),
    )


class PledgeForm(Form):
    """The pledge for the restricted part."""

    agreed = BooleanField(_l("We have read the pledge and sign it for our unit"), [Required()])


class WithdrawalForm(Form):
    """The owner's request after closing."""

    reason = LongText(_l("Why the listing should be withdrawn"), max=2000, validators=[Required()])


class NoteForm(Form):
    """The supervisor's note."""

    note = LongText(_l("Note of the supervisor"), max=2000, validators=[Required()])


class ConfirmForm(Form):
    """Nothing but the token: for acts that need no words."""


class AnswersForm(Form):
    """The findings of the fairness check with a box for each answer; made by `answers_form`."""

    def answers(self) -> dict[int, str]:
        """What was written, by the position of the finding."""
        return {
            int(field.name.removeprefix("answer_")): field.data or ""
            for field in self
            if field.name.startswith("answer_")
        }


def answers_form(findings: Rows, wording: Callable[[dict[str, Any]], Lazy]) -> AnswersForm:
    """The form of these findings; those that can only be mended have no box."""
    boxes = {
        f"answer_{index}": LongText(
            wording(row),
            max=500,
            lines=2,
            default=row.get("answer") or "",
            description=_l("Read by those who vet the demand."),
        )
        for index, row in enumerate(findings)
        if row["code"] != "not_measurable"
    }
    made: AnswersForm = type("AnswersForm", (AnswersForm,), boxes)()
    return made


class ListingFilter(FilterForm):
    """The filters of the public listings."""

    q = StringField(_l("Scenario, unit or number"))
    field = CodeField(LABELS["field"], Field)
    category = CodeField(LABELS["categories"], Category)
    region = CodeField(LABELS["region"], (*HUBEI_REGIONS, Region.HUBEI))
    status = CodeField(_l("Status of the listing"), PUBLIC_STATES)
    year = CodeField(_l("Year of the round"), ())
    sort = CodeField(
        _l("Order"),
        (Option("closing", _l("Closing soonest first")), Option("newest", _l("Newest first"))),
        blank=None,
    )

    def use_years(self, years: list[int]) -> None:
        """Offer these years."""
        self.year.use([Option(str(each), str(each)) for each in years])

    def chosen(self) -> dict[str, Any]:
        """The filters as `queries.listings` takes them."""
        found = super().chosen()
        if "year" in found:
            found["year"] = int(found["year"].value)
        if "sort" in found:
            found["sort"] = found["sort"].value
        return found


class CompareForm(FilterForm):
    """Two editions of a listing, by number."""

    older = CodeField(_l("Earlier edition"), (), blank=None)
    newer = CodeField(_l("Later edition"), (), blank=None)

    @classmethod
    def of(cls, demand: Demand) -> "CompareForm":
        """The form of a listing: the first edition and the one in force, unless others are asked for."""
        form = cls(request.args)
        known = [Option(str(each.number), str(each.number)) for each in demand.editions]
        for field, preset in ((form.older, known[:1]), (form.newer, known[-1:])):
            field.use(known)
            field.data = field.data or next(iter(preset), None)
        return form

    def numbers(self, count: int) -> tuple[int, int]:
        """The numbers of both, the smaller first; those of a listing without editions are 1."""
        chosen = [
            int(field.data.value) if field.data else max(count, 1) for field in (self.older, self.newer)
        ]
        return min(chosen), max(chosen)


class OfficeFilter(FilterForm):
    """The filters of the organiser's list."""

    q = StringField(_l("Scenario, unit or number"))
    status = CodeField(_l("Status of the listing"), SUBMITTED_STATES)
    field = CodeField(LABELS["field"], Field)
    region = CodeField(LABELS["region"], (*HUBEI_REGIONS, Region.HUBEI))
