"""A review under way, and the steps through it."""

from app.access import Actor
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.reviews import Assignment, Panel, Sheet
from app.models.rounds import Round
from app.models.states import BidState, DemandState, SheetState
from app.reviews import queries, services
from app.reviews.queries import Board
from tests.factories import make_bid, make_demand, make_panel, make_sheet
from tests.factories.world import World


class Review:
    """A demand in review with bids of bidder, other_bidder and third_bidder, and a panel of five that is seated."""

    def __init__(self, world: World, *, bids: int = 3, round_: Round | None = None, **more: object) -> None:
        self.world = world
        self.demand: Demand = make_demand(world, DemandState.REVIEWING, round_=round_, **more)
        self.panel: Panel = make_panel(world, demand=self.demand)
        self.bids: list[Bid] = [
            make_bid(
                world, BidState.ELIGIBLE, demand=self.demand, number=f"{self.demand.number}-B{serial:02d}"
            )
            for serial in range(1, bids + 1)
        ]

    @property
    def organiser(self) -> Actor:
        return self.world.actor(Role.ORGANIZER)

    @property
    def seats(self) -> list[Assignment]:
        return [seat for seat in self.panel.assignments if not seat.is_reserve]

    def member(self, number: int) -> Actor:
        """The expert of the seat, counted from 0; 0 is the chair."""
        return self.world.actor_of(self.seats[number].expert.user)

    @property
    def board(self) -> Board:
        self.world.session.flush()
        self.world.session.expire_all()
        board = queries.board_of(self.world.session, self.demand)
        assert board is not None
        return board

    def lock(self, *rows: list[int]) -> list[list[Sheet]]:
        """Lock all sheets: per bid the percentage that each seat gives on every criterion."""
        return [
            [
                make_sheet(self.world, SheetState.SUBMITTED, seat=seat, bid=bid, percent=percent)
                for seat, percent in zip(self.seats, row, strict=True)
            ]
            for bid, row in zip(self.bids, rows, strict=True)
        ]

    def compute(self) -> None:
        services.compute_totals(self.world.session, self.demand, by=self.organiser, now=self.world.now)

    def draft(self, text: str = "专家组认真评审，推荐排名第一的单位。") -> str:
        opinions = {bid.id: "方案可行，建议细化数据安全措施。" for bid in self.board.bids}
        return services.draft_report(
            self.world.session,
            self.panel,
            text=text,
            opinions=opinions,
            by=self.member(0),
            now=self.world.now,
        )

    def sign(self, numbers: range = range(5), dissent: str | None = None) -> None:
        for number in numbers:
            services.sign_report(
                self.world.session, self.panel, by=self.member(number), now=self.world.now, dissent=dissent
            )

    def conclude(self) -> bool:
        return services.conclude_review(
            self.world.session, self.demand, by=self.organiser, now=self.world.now
        )

    def through(self, *rows: list[int]) -> "Review":
        """From the first sheet to the conclusion."""
        self.lock(*rows)
        self.compute()
        self.draft()
        self.sign()
        self.conclude()
        return self


HIGH, MIDDLE, LOW = [90] * 5, [75] * 5, [40] * 5
