"""The parts of the long form, section by section, with help and an example at each field."""

from wtforms import BooleanField

from app.core.i18n import Lazy, _l
from app.demands.forms import rows
from app.demands.labels import LABELS
from app.models.codes import (
    HUBEI_REGIONS,
    AcceptanceMethod,
    AwardMode,
    Category,
    DemandType,
    Field,
    IpOwnership,
    Process,
    ProcurementRoute,
    Region,
    Replicability,
    SafetyRequirement,
)
from app.web.fields import CodeField, CodesField, CountField, DayField, LongText, MoneyField, ShortText
from app.web.forms import Form
from app.web.validators import Email, Pattern, Required

ANY_PHONE = r"[0-9+()（） -]{6,40}"
LANDLINE = _l("Digits with hyphens, for example 027-87650000")


def _label(name: str) -> Lazy:
    return LABELS[name]


class WhoPart(Form):
    """Owner and contact."""

    region = CodeField(
        _label("region"),
        (*HUBEI_REGIONS, Region.HUBEI),
        blank=None,
        description=_l(
            "Where the scenario lies; the recommending unit of this region reads the demand first."
        ),
    )
    public_phone = ShortText(
        _label("public_phone"),
        max=40,
        validators=[Pattern(ANY_PHONE, LANDLINE)],
        description=_l("Published. A switchboard, no personal number, for example 027-87650000."),
    )
    legal_rep = ShortText(
        _label("legal_rep"), max=80, description=_l("Not published. For example: 文若谷, as on the licence.")
    )
    contact_name = ShortText(
        _label("contact_name"),
        max=80,
        description=_l("Not published. Who answers for the demand, for example 游若水."),
    )
    contact_title = ShortText(
        _label("contact_title"),
        max=80,
        description=_l("Not published. For example: head of the information centre."),
    )
    contact_phone = ShortText(
        _label("contact_phone"),
        max=40,
        validators=[Pattern(ANY_PHONE, LANDLINE)],
        description=_l(
            "Not published; only the offices that handle the demand see it. For example 13800000000."
        ),
    )
    contact_email = ShortText(
        _label("contact_email"),
        max=254,
        validators=[Email()],
        description=_l("Not published. For example name@example.cn."),
    )


class WhatPart(Form):
    """The scenario."""

    title = ShortText(
        _label("title"),
        max=60,
        validators=[Required()],
        description=_l(
            "At most 60 characters: object, task, result. For example: assisted reading of pathology slides."
        ),
    )
    demand_type = CodeField(
        _label("demand_type"),
        DemandType,
        [Required()],
        blank=None,
        description=_l("Technology research also has to say why the problem cannot be solved in-house."),
    )
    field = CodeField(
        _label("field"),
        Field,
        [Required()],
        blank=None,
        description=_l("The one that fits best; it enters the number."),
    )
    categories = CodesField(
        _label("categories"), Category, description=_l("One or more of the 2025 headings.")
    )
    site = LongText(
        _label("site"),
        max=1000,
        lines=3,
        description=_l(
            "Where, who uses it, how much a day. For example: pathology department, 60,000 slides a year."
        ),
    )
    pain_point = LongText(
        _label("pain_point"),
        max=2000,
        description=_l(
            "With present figures. For example: a report takes 72 hours on average, 12% of difficult cases are missed."
        ),
    )
    goal = LongText(
        _label("goal"),
        max=2000,
        description=_l(
            "What is different afterwards. For example: first screening of common tumours within one hour."
        ),
    )
    content_required = LongText(
        _label("content_required"),
        max=5000,
        lines=8,
        description=_l(
            "Functions and performance, without brand, patent, model or wording that suits one supplier only. "
            "For example: analysis for stomach, bowel and lung, connected to the present information system."
        ),
    )
    out_of_scope = LongText(
        _label("out_of_scope"),
        max=1000,
        lines=2,
        description=_l("What nobody should offer. For example: no new scanners are bought."),
    )
    novelty = LongText(
        _label("novelty"),
        max=2000,
        lines=4,
        description=_l(
            "Needed for technology research. For example: products on the market cannot read the scanner's format, "
            "and there is no algorithm team in-house."
        ),
    )


class TargetsPart(Form):
    """Indicators, deliverables, acceptance, milestones."""

    indicators = rows.list_of(
        rows.IndicatorRow,
        _label("indicators"),
        _l("At least three. Each needs a number, a comparison, a unit and a test condition."),
        _l("Add an indicator"),
        shown=3,
    )
    deliverables = rows.list_of(
        rows.DeliverableRow,
        _label("deliverables"),
        _l("Everything that is handed over in the end, with its quantity."),
        _l("Add a deliverable"),
    )
    acceptance_methods = CodesField(
        _label("acceptance_methods"), AcceptanceMethod, description=_l("How the results will be judged.")
    )
    acceptance_note = LongText(
        _label("acceptance_note"),
        max=1000,
        lines=2,
        description=_l("For example: test report of an accredited laboratory and ninety days of trial run."),
    )
    milestones = rows.list_of(
        rows.MilestoneRow,
        _label("milestones"),
        _l("Optional. Points that every bid must keep, in order of time."),
        _l("Add a milestone"),
    )


class MeansPart(Form):
    """Data, computing power, site, safety; and the part behind the pledge."""

    data_provided = rows.list_of(
        rows.DataRow,
        _label("data_provided"),
        _l(
            "Of data that is not public, volume, period and legal basis are shown only after the pledge. "
            "Describe the data; never upload it here."
        ),
        _l("Add data"),
    )
    compute_provided = rows.list_of(
        rows.ComputeRow, _label("compute_provided"), _l("Optional."), _l("Add computing power")
    )
    test_environment = LongText(
        _label("test_environment"),
        max=1000,
        lines=3,
        description=_l("For example: a test ward with two workstations, open on working days from 9 to 17."),
    )
    safety_requirements = CodesField(
        _label("safety_requirements"),
        SafetyRequirement,
        description=_l(
            "What the finished system must have or pass; tick “no special requirement” if there is none."
        ),
    )
    safety_note = LongText(
        _label("safety_note"),
        max=1000,
        lines=2,
        description=_l("For example: protection level three, data stay on site."),
    )
    interface_constraints = LongText(
        _label("interface_constraints"),
        max=2000,
        lines=4,
        description=_l(
            "Opened only to units that signed the pledge. For example: interface list of the hospital system."
        ),
    )


class MoneyPart(Form):
    """Amount, sources, payment."""

    budget_fen = MoneyField(
        _label("budget_fen"),
        description=_l("All sources together, in units of 10,000 yuan, for example 300.00."),
    )
    is_budget_hidden = BooleanField(
        _label("is_budget_hidden"), description=_l("The amount is then shown only after the pledge.")
    )
    budget_band = ShortText(
        _label("budget_band"),
        max=40,
        description=_l("Needed when the amount is hidden. For example: 2 to 4 million yuan."),
    )
    fundings = rows.list_of(
        rows.FundingRow,
        _label("fundings"),
        _l("The sources add up to the listed amount."),
        _l("Add a source"),
        shown=2,
    )
    pay_schedule = rows.list_of(
        rows.PayRow,
        _label("pay_schedule"),
        _l("The shares add up to 100%."),
        _l("Add a payment point"),
        shown=3,
    )
    is_public_money = BooleanField(
        _label("is_public_money"),
        description=_l(
            "Then this competition alone does not award a contract: choose the lawful procurement route."
        ),
    )
    procurement_route = CodeField(
        _label("procurement_route"),
        ProcurementRoute,
        blank=None,
        description=_l("For example: private contract, when only the unit's own money is spent."),
    )
    purchase_commitment = LongText(
        _label("purchase_commitment"),
        max=1000,
        lines=2,
        description=_l(
            "Optional. For example: five more departments will buy it within a year after acceptance."
        ),
    )


class TermsPart(Form):
    """Terms."""

    deadline_months = CountField(
        _label("deadline_months"), maximum=120, description=_l("From the signed contract, for example 12.")
    )
    finish_by = DayField(
        _label("finish_by"),
        description=_l(
            "Optional, when a season or a policy sets the day. For example: before the flood season, 2027-04-30."
        ),
    )
    ip_ownership = CodeField(
        _label("ip_ownership"), IpOwnership, blank=None, description=_l("Who owns what the project makes.")
    )
    ip_clause = LongText(
        _label("ip_clause"),
        max=1000,
        lines=3,
        description=_l("For example: the bidder owns the model, the owner uses it free of charge for good."),
    )
    benefit_sharing = LongText(
        _label("benefit_sharing"),
        max=1000,
        lines=2,
        description=_l("Optional. For example: five per cent of sales to other hospitals for three years."),
    )
    conditions = rows.list_of(
        rows.ConditionRow,
        _label("conditions"),
        _l(
            "As few as possible. Conditions on place or capital of the bidder need an answer in the fairness check."
        ),
        _l("Add a condition"),
    )
    is_consortium_allowed = BooleanField(
        _label("is_consortium_allowed"), description=_l("Untick it only for a reason you can publish.")
    )
    max_members = CountField(
        _label("max_members"),
        maximum=20,
        description=_l("Beside the lead; the round sets the upper limit. For example 4."),
    )
    award_mode = CodeField(
        _label("award_mode"),
        AwardMode,
        blank=None,
        description=_l("One winner, several by rank, or parallel lanes."),
    )
    lanes = CountField(_label("lanes"), maximum=9, description=_l("1 with one winner, otherwise 2 to 9."))
    min_valid_bids = CountField(
        _label("min_valid_bids"),
        maximum=9,
        description=_l("With fewer the listing ends without award. For example 1."),
    )
    # WTForms keeps the name `process` for itself.
    procedure = CodeField(
        _label("process"),
        Process,
        blank=None,
        description=_l("Match first asks each bidder for an intent agreed with you."),
    )
    is_related_party_banned = BooleanField(
        _label("is_related_party_banned"),
        description=_l("Shares, offices and close relatives count as relations."),
    )


class ValuePart(Form):
    """Expected value."""

    expected_benefit = LongText(
        _label("expected_benefit"),
        max=2000,
        lines=4,
        description=_l(
            "For example: two million yuan of outside consultations saved a year, reports a day earlier."
        ),
    )
    benefits = rows.list_of(
        rows.BenefitRow,
        _label("benefits"),
        _l("Figures that can be looked at again later."),
        _l("Add a figure"),
        shown=2,
    )
    replicability = CodeField(
        _label("replicability"),
        Replicability,
        blank=None,
        description=_l("How far the finished solution could be used."),
    )
    replicability_note = LongText(
        _label("replicability_note"),
        max=1000,
        lines=3,
        description=_l("For example: county hospitals of the province with the same scanners."),
    )
