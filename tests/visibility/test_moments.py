"""The same page before and after the moment that opens it."""

from sqlalchemy.orm import Session

from app.models import Assignment
from app.models.procedure_codes import Visibility
from app.models.records import Attachment, Event
from app.models.states import AssignmentState, BidState, DemandState, SheetState
from tests.browsing import FussyClient
from tests.core.sample_files import PDF
from tests.factories import World, make_bid, make_demand, make_sheet
from tests.reviews.stage import Review
from tests.visibility.stage import planted


def test_opens_the_restricted_part_and_its_file_with_the_pledge(client: FussyClient, world: World) -> None:
    demand = make_demand(world, DemandState.OPEN, interface_constraints=planted("interface"))
    row = world.add(
        Attachment(
            thing_type="demand",
            thing_id=demand.id,
            slot="description",
            visibility=Visibility.RESTRICTED,
            name="说明.pdf",
            media_type="application/pdf",
            size=len(PDF),
            sha256="ef" * 32,
            storage_name="ab" * 16,
            created_at=world.now,
        )
    )
    path = client.application.extensions["files"].path(row.storage_name)
    path.parent.mkdir(parents=True)
    path.write_bytes(PDF)
    client.sign_in(world.bidder)
    pages = (f"/demands/{demand.id}/restricted", f"/files/{row.id}")
    assert [status(client, url) for url in pages] == [404, 404]
    client.submit(f"/demands/{demand.id}/pledge", {"agreed": "y"})
    assert [status(client, url) for url in pages] == [200, 200]
    assert planted("interface") in client.get(pages[0]).get_data(as_text=True)
    client.sign_in(world.other_bidder)
    assert [status(client, url) for url in pages] == [404, 404]


def status(client: FussyClient, url: str) -> int:
    with client.get(url) as answer:
        return answer.status_code


def test_opens_a_bid_to_an_expert_with_the_pledge_and_shuts_it_on_recusal(
    client: FussyClient, world: World, session: Session
) -> None:
    review = Review(world, bids=1)
    seat: Assignment = review.seats[2]
    url = f"/my-reviews/{review.demand.id}/bids/{review.bids[0].id}"
    seat.pledged_at = None
    client.sign_in(seat.expert.user)
    assert client.get(url).status_code == 404
    seat.pledged_at = world.now
    assert client.get(url).status_code == 200
    seat.state = AssignmentState.RECUSED
    assert client.get(url).status_code == 404


def test_opens_a_bid_to_organizer_and_owner_with_the_opening(client: FussyClient, world: World) -> None:
    bid = make_bid(world, BidState.SUBMITTED)
    url = f"/bids/{bid.id}"
    people = (world.organizer, world.owner, world.supervisor, world.bidder)
    assert [client.sign_in(each).get(url).status_code for each in people] == [404, 404, 404, 200]
    bid.state, bid.opened_at, bid.demand.state = BidState.OPENED, world.now, DemandState.SCREENING
    assert [client.sign_in(each).get(url).status_code for each in people] == [200, 200, 200, 200]


def test_opens_sheets_to_organizer_and_colleagues_with_the_last_lock(
    client: FussyClient, world: World
) -> None:
    review = Review(world, bids=1)
    sheets = [
        make_sheet(world, SheetState.SUBMITTED, seat=seat, bid=review.bids[0]) for seat in review.seats[:4]
    ]
    last = make_sheet(world, SheetState.DRAFT, seat=review.seats[4], bid=review.bids[0])
    url = f"/sheets/{sheets[0].id}"
    people = (world.organizer, review.seats[1].expert.user, world.owner, world.bidder)
    assert [client.sign_in(each).get(url).status_code for each in people] == [404, 404, 404, 404]
    last.state, last.submitted_at, last.total = SheetState.SUBMITTED, world.now, 82_00
    assert [client.sign_in(each).get(url).status_code for each in people] == [200, 200, 404, 404]


def test_tells_an_organizer_no_seats_and_conflicts_of_other_rounds(client: FussyClient, world: World) -> None:
    review = Review(world, bids=1)
    title = review.demand.title
    seat = review.seats[1]
    page = f"/experts/{seat.expert_id}"
    shown = {
        name: title in client.sign_in(world.people[name]).get(page).get_data(as_text=True)
        for name in ("organizer", "other_organizer", "supervisor")
    }
    assert shown == {"organizer": True, "other_organizer": False, "supervisor": True}
    assert title in client.sign_in(seat.expert.user).get(page).get_data(as_text=True)


def test_hides_from_timelines_who_read_what(client: FussyClient, world: World, session: Session) -> None:
    bid = make_bid(world, BidState.ELIGIBLE)
    client.sign_in(world.supervisor).get(f"/bids/{bid.id}/text")
    readings = [each.action for each in session.query(Event).filter(Event.thing_id == bid.id)]
    assert readings == ["read_bid"]
    for person in (world.bidder, world.owner, world.organizer):
        text = client.sign_in(person).get(f"/bids/{bid.id}").get_data(as_text=True)
        assert world.supervisor_org.name not in text
