"""Every setting of a round, declared once: form, checks and the public page of rules are made from this table."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core import money
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.core.workdays import NoticeStartRule
from app.models.codes import AwardMode, Process
from app.models.procedure_codes import VettingMode


class Kind(StrEnum):
    """How a setting is typed, stored and shown."""

    LINE = "line"
    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    POINTS = "points"
    FLAG = "flag"
    CODE = "code"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Option:
    """A member of a list that carries no wording itself."""

    value: str
    label: Lazy


@dataclass(frozen=True, slots=True)
class Setting:
    """One column of a round. Bounds count in the column's own unit: fen, hundredths of a point, or `unit`."""

    name: str
    label: Lazy
    kind: Kind = Kind.COUNT
    unit: Lazy = ""
    help: Lazy = ""
    minimum: int = 0
    maximum: int = 0
    codes: Sequence[Any] = ()
    is_required: bool = True
    span: int = 4

    @property
    def field(self) -> str:
        """The setting's name on a form, where `process` is a method."""
        return "procedure" if self.name == "process" else self.name


@dataclass(frozen=True, slots=True)
class Section:
    """A named group of settings."""

    code: str
    title: Lazy
    help: Lazy
    settings: tuple[Setting, ...]


DAYS = _l("calendar days")
WORKING_DAYS = _l("working days")
MONTHS = _l("months")
PERCENT = _l("percent")
BIDS = _l("bids")
PEOPLE = _l("people")
TIMES = _l("times")
UNITS = _l("units")

START_RULES = (
    Option(NoticeStartRule.NEXT_WORKING_DAY.value, _l("From the working day after publication")),
    Option(NoticeStartRule.SAME_DAY.value, _l("From the day of publication")),
)


def _count(name: str, label: Lazy, unit: Lazy, low: int, high: int, *, help: Lazy = "") -> Setting:
    return Setting(name, label, Kind.COUNT, unit, help, low, high)


def _flag(name: str, label: Lazy, help: Lazy = "") -> Setting:
    return Setting(name, label, Kind.FLAG, help=help, is_required=False, span=6)


def _text(name: str, label: Lazy, maximum: int, help: Lazy = "") -> Setting:
    return Setting(name, label, Kind.TEXT, help=help, maximum=maximum, is_required=False, span=12)


SECTIONS: tuple[Section, ...] = (
    Section(
        "basics",
        _l("The round"),
        _l("What the round calls for, on which policy, and how people reach you."),
        (
            Setting("title", _l("Title of the round"), Kind.LINE, maximum=120, span=12),
            Setting(
                "collection_opens_at",
                _l("Demands are collected from"),
                Kind.MOMENT,
                help=_l("Twenty calendar days are usual."),
                span=6,
            ),
            Setting("collection_closes_at", _l("Demands are collected until"), Kind.MOMENT, span=6),
            Setting(
                "process",
                _l("Kind of process"),
                Kind.CODE,
                help=_l("Match first: bidder and owner sign an intent before the bid."),
                codes=tuple(Process),
                span=6,
            ),
            Setting(
                "has_recommender",
                _l("A recommending unit passes on each demand first"),
                Kind.FLAG,
                is_required=False,
                span=6,
            ),
            _count(
                "recommend_quota",
                _l("Demands that one unit may recommend"),
                _l("demands"),
                0,
                999,
                help=_l("Nought means no limit."),
            ),
            Setting(
                "demand_vetting",
                _l("Demands are vetted by"),
                Kind.CODE,
                codes=tuple(VettingMode),
                span=8,
            ),
            _flag(
                "has_selection_notice",
                _l("The selection of demands is put on public notice"),
                _l("Listings are then published after the clean end of that notice."),
            ),
            _text("policy_text", _l("Policy text"), 20_000),
            _text("legal_basis", _l("Legal basis"), 2_000, _l("Quoted in every public notice.")),
            _text(
                "contact_public",
                _l("Contact for questions"),
                500,
                _l("An office and its telephone, no person."),
            ),
            _text(
                "supervision_contact",
                _l("Contact for supervision"),
                500,
                _l("Where objections are received."),
            ),
        ),
    ),
    Section(
        "listing",
        _l("Listing and bidding"),
        _l("Clocks from publication to the formal check."),
        (
            _count("bid_window_min_days", _l("Shortest time for bidding"), DAYS, 1, 365),
            _count("question_cutoff_days", _l("Questions end before closing by"), DAYS, 0, 180),
            _count(
                "amend_extend_min_days",
                _l("A material correction moves closing by at least"),
                DAYS,
                0,
                180,
            ),
            _count(
                "cure_wd",
                _l("Time to cure a bid"),
                WORKING_DAYS,
                1,
                60,
                help=_l("One cure window for each bid."),
            ),
            _count(
                "min_valid_bids",
                _l("Fewest valid bids"),
                BIDS,
                1,
                9,
                help=_l("With fewer, the listing ends without award."),
            ),
            _count("no_award_choice_wd", _l("Without award, the owner decides within"), WORKING_DAYS, 1, 90),
            _count("max_list_rounds", _l("A demand is listed at most"), TIMES, 1, 9),
            _count("max_members", _l("Consortium members beside the lead"), UNITS, 0, 20),
            _count(
                "max_bids_per_unit",
                _l("Bids of one unit in this round"),
                BIDS,
                1,
                50,
                help=_l("Counted as lead and as member."),
            ),
            _count("max_active_projects", _l("Running projects of one unit"), _l("projects"), 1, 50),
        ),
    ),
    Section(
        "notice",
        _l("Public notice and objection"),
        _l("Working days follow the published calendar of holidays."),
        (
            _count("notice_wd", _l("Public notice stands for"), WORKING_DAYS, 1, 60),
            Setting(
                "notice_start_rule",
                _l("The notice counts"),
                Kind.CODE,
                codes=START_RULES,
                span=8,
            ),
            _count("objection_reply_wd", _l("An objection is answered within"), WORKING_DAYS, 1, 90),
            _count("reexam_request_wd", _l("A re-examination is asked for within"), WORKING_DAYS, 1, 90),
            _count("next_rank_wd", _l("The next rank answers within"), WORKING_DAYS, 1, 90),
        ),
    ),
    Section(
        "contract",
        _l("Contract, acceptance and demonstration"),
        _l("Clocks from the result to the demonstration list."),
        (
            _count("contract_sign_days", _l("The contract is signed within"), DAYS, 1, 365),
            _count("project_max_months", _l("A project lasts at most"), MONTHS, 1, 120),
            _count("extension_max_months", _l("One extension of at most"), MONTHS, 0, 60),
            _count("rework_max", _l("Rework of one milestone"), TIMES, 0, 9),
            _count(
                "acceptance_apply_days",
                _l("Acceptance is asked for within"),
                DAYS,
                1,
                730,
                help=_l("Counted from the due day."),
            ),
            _count("rectify_months", _l("One rectification of at most"), MONTHS, 1, 24),
            _count(
                "acceptance_notice_wd", _l("The acceptance result stands on notice for"), WORKING_DAYS, 1, 60
            ),
            _count(
                "demonstration_min_run_months",
                _l("Running before it may become a demonstration"),
                MONTHS,
                0,
                60,
            ),
        ),
    ),
    Section(
        "money",
        _l("Money"),
        _l("What the public purse adds, and where from. Nought means that no amount is set."),
        (
            Setting(
                "fiscal_total_fen", _l("Fiscal funds of the round"), Kind.MONEY, maximum=money.MAX_FEN, span=6
            ),
            Setting(
                "fiscal_per_project_fen",
                _l("Ceiling for one project"),
                Kind.MONEY,
                maximum=money.MAX_FEN,
                span=6,
            ),
            _text("money_sources", _l("Sources of money"), 2_000),
        ),
    ),
    Section(
        "award",
        _l("Choice of winners"),
        _l("How many take a demand on, and who chooses among those the experts name."),
        (
            Setting("award_mode", _l("Way of selection"), Kind.CODE, codes=tuple(AwardMode), span=8),
            _count("lanes", _l("Winners at most"), UNITS, 1, 20, help=_l("One for a single winner.")),
            _flag(
                "is_split_award",
                _l("Review and award are separate"),
                _l(
                    "The experts name finalists without rank; the owner decides by the method announced here."
                ),
            ),
            _text("split_award_method", _l("Method of the owner's decision"), 2_000),
        ),
    ),
    Section(
        "panel",
        _l("Panel and scoring"),
        _l("How the experts are drawn and how their scores become a total."),
        (
            _count(
                "panel_size",
                _l("Members of a panel"),
                PEOPLE,
                5,
                25,
                help=_l("An odd number, at least five."),
            ),
            _count("panel_reserves", _l("Experts on the reserve list"), PEOPLE, 0, 20),
            _count(
                "panel_outside_percent", _l("From outside the organizing unit, at least"), PERCENT, 0, 100
            ),
            _count("panel_max_load", _l("Panels of one expert in a year, at most"), _l("panels"), 1, 100),
            _flag("has_trimmed_mean", _l("The highest and the lowest total are left out of the mean")),
            _count("trim_from_size", _l("Left out from this number of sheets on"), _l("sheets"), 3, 25),
            _count(
                "comment_below_percent",
                _l("A comment is due below"),
                PERCENT,
                0,
                100,
                help=_l("Of the criterion's maximum."),
            ),
            _count(
                "comment_above_percent",
                _l("A comment is due above"),
                PERCENT,
                0,
                100,
                help=_l("Of the criterion's maximum."),
            ),
            Setting(
                "owner_satisfaction_max",
                _l("The owner's satisfaction counts up to"),
                Kind.POINTS,
                _l("points"),
                _l("Shown apart from the panel's total. Nought: the owner gives no score."),
                maximum=10_00,
            ),
            _count(
                "defence_percent",
                _l("Weight of the defence in the total"),
                PERCENT,
                0,
                100,
                help=_l("Nought: there is no defence."),
            ),
            _flag(
                "is_blind", _l("The written stage is anonymous"), _l("Bids then carry a copy without names.")
            ),
        ),
    ),
    Section(
        "publication",
        _l("What is published"),
        _l("In the notice of the proposed award, beside what the law asks for."),
        (
            _flag("is_publishing_scores", _l("Totals are published")),
            _flag("is_publishing_ranking", _l("The ranking is published")),
            _flag("is_publishing_experts", _l("The names of the experts are published")),
        ),
    ),
)
SETTINGS: dict[str, Setting] = {each.name: each for section in SECTIONS for each in section.settings}


def refusals(values: dict[str, Any]) -> list[Refusal]:
    """What is wrong with the settings of a round: bounds first, then what must fit together."""
    found = [refusal for name, setting in SETTINGS.items() if (refusal := _bound(setting, values.get(name)))]
    for is_wrong, code, wording, name in _fits(values):
        if is_wrong:
            found.append(Refusal(code, wording, name))
    return found


def _bound(setting: Setting, value: Any) -> Refusal | None:
    if setting.kind in (Kind.LINE, Kind.TEXT):
        text = str(value or "")
        if setting.is_required and not text.strip():
            return Refusal("setting_missing", _l("Missing: %(field)s.", field=setting.label), setting.field)
        if len(text) > setting.maximum:
            wording = _l(
                "%(name)s is too long: at most %(n)s characters.", name=setting.label, n=setting.maximum
            )
            return Refusal("setting_too_long", wording, setting.field)
        return None
    if value is None:
        return Refusal("setting_missing", _l("Missing: %(field)s.", field=setting.label), setting.field)
    if (
        setting.kind in (Kind.COUNT, Kind.MONEY, Kind.POINTS)
        and not setting.minimum <= value <= setting.maximum
    ):
        return Refusal(
            "setting_range", _l("%(name)s lies outside its range.", name=setting.label), setting.field
        )
    return None


def _fits(values: dict[str, Any]) -> list[tuple[bool, str, Lazy, str]]:
    opens, closes = values.get("collection_opens_at"), values.get("collection_closes_at")
    size, mode, lanes = values.get("panel_size") or 5, values.get("award_mode"), values.get("lanes") or 1
    total, per_project = values.get("fiscal_total_fen") or 0, values.get("fiscal_per_project_fen") or 0
    low, high = values.get("comment_below_percent") or 0, values.get("comment_above_percent") or 100
    return [
        (
            bool(opens and closes and opens >= closes),
            "collection_window",
            _l("The collection must end after it begins."),
            "collection_closes_at",
        ),
        (
            size % 2 == 0,
            "panel_size",
            _l("A panel needs an odd number of members, at least five."),
            "panel_size",
        ),
        (
            mode is AwardMode.SINGLE and lanes != 1,
            "lanes",
            _l("A single winner means one winner at most."),
            "lanes",
        ),
        (
            mode in (AwardMode.RANKED_POOL, AwardMode.HORSE_RACE) and lanes < 2,
            "lanes",
            _l("Several winners need at least two places."),
            "lanes",
        ),
        (
            bool(values.get("is_split_award")) and not str(values.get("split_award_method") or "").strip(),
            "split_award_method",
            _l("Announce the method by which the owner decides."),
            "split_award_method",
        ),
        (
            bool(total) and per_project > total,
            "fiscal_ceiling",
            _l("The ceiling for one project exceeds the funds of the round."),
            "fiscal_per_project_fen",
        ),
        (
            low > high,
            "comment_limits",
            _l("The lower limit for comments lies above the upper one."),
            "comment_below_percent",
        ),
    ]
