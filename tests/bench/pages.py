"""The pages under load, with their budgets."""

from __future__ import annotations

from sqlalchemy import select

from app.models.awards import Notice
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.outcomes import Demonstration
from app.models.rounds import Round
from app.models.states import BidState, DemandState
from tests.bench.client import Request
from tests.bench.data import BIDDER
from tests.bench.registry import CORE, Load, Skip, page
from tests.bench.scene import Scene, get

COMMON, SELECTIVE = "%E6%99%BA%E8%83%BD", "%E6%9D%BE%E5%B2%AD%E5%B2%AD%E6%9D%BE"  # 智能, 松岭岭松
ORGANIZER, OWNER = "organizer@example.com", "owner@example.com"
WRITES, SAVES = 400, 120
WRITE_FLOOR = "write floor"


@page(CORE)
def core(_scene: Scene) -> Load:
    """A Jinja page of 20 rows by one query: the unit."""
    return Load([get("/-floor/page")])


@page("home", budget=2.5, statements=6)
def home(_scene: Scene) -> Load:
    """The public first page."""
    return Load([get("/")])


@page("home, unchanged", budget=0.6, statements=1)
def home_unchanged(scene: Scene) -> Load:
    """The first page again, by a browser that has it."""
    tag = scene.get("/").headers.get("etag")
    if tag is None:
        raise Skip("the page has no ETag")
    return Load([Request("/", headers=(("If-None-Match", tag),))], expected=304)


@page("listings", budget=2.5, statements=6)
def listings(_scene: Scene) -> Load:
    """The first page of the public listings."""
    return Load([get("/listings")])


@page("listings, filtered", budget=2.5, statements=6)
def listings_filtered(_scene: Scene) -> Load:
    """By field and by state."""
    return Load(
        [get("/listings?field=F01"), get("/listings?status=open"), get("/listings?field=F08&sort=newest")]
    )


@page("listings, deep page", budget=2.5, statements=6)
def listings_deep(scene: Scene) -> Load:
    """Nine tenths of the way to the end."""
    return Load([get(f"/listings?page={scene.prepared.size * 9 // 10 // 20}")])


@page("search, selective", budget=2.5, statements=6)
def search_selective(_scene: Scene) -> Load:
    """A four-character term in one of 400 titles."""
    return Load([get(f"/listings?q={SELECTIVE}")])


@page("search, common", budget=2.5, statements=6)
def search_common(_scene: Scene) -> Load:
    """A two-character term in every second title."""
    return Load([get(f"/listings?q={COMMON}")])


@page("demand", budget=3, statements=10)
def demand(scene: Scene) -> Load:
    """Open and completed demands."""
    found = [*scene.demand_ids(DemandState.OPEN, 25), *scene.demand_ids(DemandState.COMPLETED, 25)]
    return Load([get(f"/demands/{each}") for each in found])


@page("notices", budget=2.5, statements=6)
def notices(_scene: Scene) -> Load:
    """The list of notices."""
    return Load([get("/notices")])


@page("notice", budget=3, statements=10)
def notice(scene: Scene) -> Load:
    """Published notices."""
    found = scene.ids(select(Notice.id).where(Notice.published_at.is_not(None)).order_by(Notice.id))
    return Load([get(f"/notices/{each}") for each in found])


@page("catalogue", budget=2.5, statements=6)
def catalogue(_scene: Scene) -> Load:
    """The catalogue of demonstration projects."""
    return Load([get("/demonstrations")])


@page("demonstration", budget=3, statements=10)
def demonstration(scene: Scene) -> Load:
    """Projects in the catalogue."""
    found = scene.ids(
        select(Demonstration.id).where(Demonstration.listed_at.is_not(None)).order_by(Demonstration.id)
    )
    return Load([get(f"/demonstrations/{each}") for each in found])


@page("desk, organizer", budget=6, statements=12)
def desk_organizer(scene: Scene) -> Load:
    """What waits for an organizer with hundreds of demands in sight."""
    return Load([get("/desk", scene.cookie(ORGANIZER))])


@page("desk, owner", budget=6, statements=12)
def desk_owner(scene: Scene) -> Load:
    """What waits for a demand owner."""
    return Load([get("/desk", scene.cookie(OWNER))])


@page("organizer's list", budget=8, statements=10)
def organizers_list(scene: Scene) -> Load:
    """The demands of the rounds one runs, a page of them."""
    return Load([get("/desk/listings", scene.cookie(ORGANIZER))])


@page(WRITE_FLOOR)
def write_floor(scene: Scene) -> Load:
    """One transaction of a bid, five rows that hang on it, and an event."""
    rows = scene.session.execute(select(Bid.demand_id, Bid.lead_id, Bid.author_id).limit(50))
    return Load([Request(f"/-floor/write/{row[0]}/{row[1]}/{row[2]}", form=()) for row in rows])


@page("bid, section saved", budget=3, statements=None, unit=WRITE_FLOOR)
def section_saved(scene: Scene) -> Load:
    """The section of a bid with all indicators answered, sent again with a word changed."""
    requests = []
    for bid_id in _drafts(scene, 0)[:SAVES]:
        path = f"/bids/{bid_id}/sections/basics"
        requests.append(scene.form(path, BIDDER, title="面向业务现场的智能识别与处置方案"))
    return Load(requests, expected=302, is_once=True)


@page("bid, submitted", budget=2, statements=None, unit=WRITE_FLOOR)
def submitted(scene: Scene) -> Load:
    """A finished bid checked, sealed and submitted; its files were uploaded before."""
    drafts = _drafts(scene, WRITES)
    requests = [scene.form(f"/bids/{drafts[0]}/submit", BIDDER)]
    path, form = requests[0].path, requests[0].form
    return Load(
        [Request(path.replace(str(drafts[0]), str(each)), requests[0].cookie, form) for each in drafts],
        expected=302,
        is_once=True,
    )


def _drafts(scene: Scene, skipped: int) -> list[str]:
    """Drafts of the account's unit on open listings."""
    query = (
        select(Bid.id)
        .join(Demand, Bid.demand_id == Demand.id)
        .join(Round, Demand.round_id == Round.id)
        .where(Bid.state == BidState.DRAFT, Demand.state == DemandState.OPEN)
        .order_by(Bid.id)
    )
    found = scene.ids(query.offset(skipped), WRITES)
    if not found:
        raise Skip("too few drafts: take a larger size")
    return [str(each) for each in found]
