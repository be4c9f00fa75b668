"""The board of a review: seats, bids and sheets in one picture, with the figures that follow from them.

Statistics here inform the chair; the decision rests on the raw totals alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.i18n import Lazy, _l
from app.models.bids import Bid
from app.models.codes import AwardMode
from app.models.demands import Demand
from app.models.reviews import Assignment, Expert, Panel, Score, Sheet
from app.models.rounds import Criterion, Rubric
from app.models.states import AssignmentState, BidState, DemandState, SheetState
from app.scoring import totals

SEATED = frozenset({AssignmentState.ACCEPTED, AssignmentState.DONE})
LOCKED = frozenset({SheetState.SUBMITTED, SheetState.FINAL})
# Bids that take part in the review, or took part in it.
UNDER_REVIEW = frozenset(
    {
        BidState.ELIGIBLE,
        BidState.SCORED,
        BidState.SHORTLISTED,
        BidState.RECOMMENDED,
        BidState.RESERVE,
        BidState.NOT_SELECTED,
        BidState.AWARDED,
        BidState.DECLINED,
    }
)
# Of these a running review judges all.
IN_WORK = frozenset({BidState.ELIGIBLE, BidState.SCORED})
# Code of a tie note: the panel's recorded vote decided.
VOTE = "vote"
# A score further from the median than this share (percent) of the range is shown as an outlier.
OUTLIER_PERCENT = 20


@dataclass(frozen=True)
class BidLine:
    """One bid's row of the board. `sheets` stand in the order of the seats; None where there is none yet."""

    bid: Bid
    sheets: tuple[Sheet | None, ...]
    maximum: int
    trim_from: int | None

    @cached_property
    def values(self) -> list[int | None]:
        """The total of each sheet in hundredths, None where it is not locked."""
        return [sheet_total(sheet) if is_locked(sheet) else None for sheet in self.sheets]

    @property
    def known(self) -> list[int]:
        """The totals that are there."""
        return [value for value in self.values if value is not None]

    @property
    def aggregate(self) -> int | None:
        """The panel's total for the bid in hundredths, or None while a sheet is missing."""
        if not self.sheets or len(self.known) < len(self.sheets):
            return None
        return totals.aggregate(self.known, trim_from=self.trim_from)

    @property
    def spread(self) -> int | None:
        """The distance from the lowest to the highest total."""
        return max(self.known) - min(self.known) if self.known else None

    @property
    def outliers(self) -> list[bool]:
        """Of each sheet, whether its total lies more than a fifth of the range from the median."""
        return outliers(self.values, self.maximum)

    @cached_property
    def criterion_scores(self) -> dict[str, int]:
        """The panel's score for each criterion, by its code, made as the total is made."""
        locked = [sheet for sheet in self.sheets if sheet is not None and is_locked(sheet)]
        return totals.by_criterion(locked, trim_from=self.trim_from)

    def values_of(self, criterion: Criterion) -> list[int | None]:
        """The scores of one criterion in the order of the seats."""
        found: list[int | None] = []
        for sheet in self.sheets:
            score = sheet.current_scores().get(criterion.id) if sheet and is_locked(sheet) else None
            found.append(score.value if score else None)
        return found


@dataclass(frozen=True)
class Board:
    """A demand's review at one glance."""

    demand: Demand
    panel: Panel
    bids: tuple[Bid, ...]
    sheets: dict[tuple[UUID, UUID], Sheet]

    @cached_property
    def seats(self) -> list[Assignment]:
        """The experts who sit on the panel, in the order of their seats: number one is the first."""
        return [each for each in self.panel.assignments if not each.is_reserve and each.state in SEATED]

    @property
    def chair(self) -> Assignment | None:
        """The chair's seat."""
        return next((seat for seat in self.seats if seat.is_chair), None)

    @cached_property
    def lines(self) -> list[BidLine]:
        """One row per bid, in the order of the bids' numbers."""
        trim_from = totals.trim_from(self.demand.round)
        maximum = rubric_maximum(self.panel.rubric)
        return [
            BidLine(bid, tuple(self.sheets.get((bid.id, seat.id)) for seat in self.seats), maximum, trim_from)
            for bid in self.bids
        ]

    @cached_property
    def is_complete(self) -> bool:
        """Whether every seat is taken and every sheet is locked: only then do others' scores open."""
        is_full = len(self.seats) >= self.panel.size and bool(self.bids)
        return is_full and all(is_locked(sheet) for line in self.lines for sheet in line.sheets)

    @property
    def has_totals(self) -> bool:
        """Whether totals stand and are those of the sheets as they are now."""
        return self.is_complete and all(
            line.bid.total is not None and line.bid.total == self.total_of(line) for line in self.lines
        )

    @property
    def is_satisfaction_open(self) -> bool:
        """Whether the owner's score is still missing for some bid."""
        return self.demand.round.owner_satisfaction_max > 0 and any(
            bid.satisfaction is None for bid in self.bids
        )

    def total_of(self, line: BidLine) -> int | None:
        """The panel's total and the owner's score together."""
        return None if line.aggregate is None else line.aggregate + (line.bid.satisfaction or 0)

    def line_of(self, bid: Bid) -> BidLine | None:
        """The row of one bid."""
        return next((line for line in self.lines if line.bid.id == bid.id), None)

    def locked_by(self, seat: Assignment) -> int:
        """How many of the seat's sheets are locked."""
        return sum(is_locked(self.sheets.get((bid.id, seat.id))) for bid in self.bids)

    def sheet_of(self, bid: Bid, seat: Assignment) -> Sheet | None:
        """The seat's sheet on the bid, if it was begun."""
        return self.sheets.get((bid.id, seat.id))

    def number_of(self, seat: Assignment) -> int:
        """The number by which the expert of the seat is called, from one."""
        return self.seats.index(seat) + 1


def board_of(session: Session, demand: Demand) -> Board | None:
    """The board of the demand's live panel, or None while no panel is drawn. Four statements, whatever its size."""
    panel = live_panel(session, demand)
    if panel is None:
        return None
    bids = judged_bids(session, demand)
    query = (
        select(Sheet)
        .join(Assignment, Sheet.assignment_id == Assignment.id)
        .where(
            Assignment.panel_id == panel.id,
            Sheet.rubric_id == panel.rubric_id,
            Sheet.bid_id.is_not(None),
            Sheet.is_void.is_(False),
        )
        .options(selectinload(Sheet.scores).joinedload(Score.criterion))
    )
    sheets = {
        (sheet.bid_id, sheet.assignment_id): sheet
        for sheet in session.scalars(query)
        if sheet.bid_id and sheet.assignment_id
    }
    return Board(demand, panel, tuple(bids), sheets)


def live_panel(session: Session, demand: Demand) -> Panel | None:
    """The demand's panel in force, with its seats and the people on them."""
    query = (
        select(Panel)
        .where(Panel.demand_id == demand.id, Panel.is_live)
        .options(
            selectinload(Panel.assignments).joinedload(Assignment.expert).joinedload(Expert.user),
            joinedload(Panel.rubric).selectinload(Rubric.criteria),
        )
    )
    return session.scalar(query)


def judged_bids(session: Session, demand: Demand) -> list[Bid]:
    """The bids that take part in the review, in the order of their numbers. While it runs, those it judges now: in a
    second review a bid that won and declined is out."""
    states = IN_WORK if demand.state is DemandState.REVIEWING else UNDER_REVIEW
    query = select(Bid).where(Bid.demand_id == demand.id, Bid.state.in_(states))
    return list(session.scalars(query.options(joinedload(Bid.lead)).order_by(Bid.number, Bid.id)))


def is_locked(sheet: Sheet | None) -> bool:
    """Whether the sheet is locked and counts."""
    return sheet is not None and not sheet.is_void and sheet.state in LOCKED


def sheet_total(sheet: Sheet | None) -> int | None:
    """The sum of the sheet's present scores, in hundredths: the maxima of the criteria are their weights."""
    return None if sheet is None else sum(score.value for score in sheet.current_scores().values())


def rubric_maximum(rubric: Rubric) -> int:
    """The highest total a sheet can have."""
    return sum(criterion.max_score for criterion in rubric.criteria)


def outliers(values: Sequence[int | None], maximum: int) -> list[bool]:
    """Of each value, whether it lies more than OUTLIER_PERCENT of the range from the median. Two values have none."""
    known = sorted(value for value in values if value is not None)
    if len(known) < 3:
        return [False] * len(values)
    middle = len(known) // 2
    # Twice the median, so that it stays a whole number.
    twice = 2 * known[middle] if len(known) % 2 else known[middle - 1] + known[middle]
    return [
        value is not None and abs(2 * value - twice) * 100 > 2 * maximum * OUTLIER_PERCENT for value in values
    ]


def winning_places(demand: Demand) -> int:
    """How many winners the demand has at most: one, or its lanes."""
    return 1 if demand.award_mode is AwardMode.SINGLE else max(1, demand.lanes)


def tie_wording(code: str | None) -> Lazy | None:
    """How a tie was settled, or that it is open; None where there was none."""
    if not code:
        return None
    if code == VOTE:
        return _l("Same in every respect: placed by the panel's recorded vote")
    return next((rule.label for rule in totals.TieRule if rule.value == code), None)


def is_open_tie(bid: Bid) -> bool:
    """Whether the bid shares its place with another and the panel has not voted."""
    return bool(bid.tie_note == totals.TieRule.OPEN.value)
