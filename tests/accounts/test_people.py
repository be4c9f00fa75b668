"""Registration, confirmation, passwords: single-use tokens, and one answer for known and unknown addresses."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.loading import load_actor
from app.accounts import services
from app.core.errors import NotPermitted, NotSeen, RuleBroken
from app.core.passwords import verify_password
from app.models.accounts import AccountToken, User
from app.models.records import Event, Mail
from tests.factories import PASSWORD, World
from tests.moments import Clock

SECRET = "yellow-crane-tower-1957"


def register(session: Session, clock: Clock, email: str = "New@Test.Example", **more: str) -> User:
    values = {"password": SECRET, "name": "黎砚秋", "locale": "zh_Hans_CN"} | more
    return services.register(session, email=email, now=clock.now, **values)


def mailed(session: Session, kind: str) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.created_at)))


def test_register_keeps_a_lower_case_address_and_only_the_hash_of_the_token(
    session: Session, clock: Clock
) -> None:
    user = register(session, clock)
    mail = mailed(session, "confirm_email")[0]
    token = session.scalars(select(AccountToken)).one()
    assert user.email == "new@test.example"
    assert user.email_confirmed_at is None
    assert mail.data["secret"] not in token.token_hash
    assert load_actor(session, user.id, None) is None


def test_confirm_lets_the_person_act_once(session: Session, clock: Clock) -> None:
    user = register(session, clock)
    secret = mailed(session, "confirm_email")[0].data["secret"]
    assert services.confirm_email(session, secret, now=clock.now, password=SECRET) is user
    assert user.email_confirmed_at == clock.now
    with pytest.raises(NotSeen):
        services.confirm_email(session, secret, now=clock.now)


def test_confirm_refuses_a_password_that_was_not_chosen_at_registration(
    session: Session, clock: Clock
) -> None:
    register(session, clock)
    secret = mailed(session, "confirm_email")[0].data["secret"]
    with pytest.raises(RuleBroken) as refused:
        services.confirm_email(session, secret, now=clock.now, password="somebody-else-1957")
    assert refused.value.codes == {"password_wrong"}


def test_confirm_refuses_a_token_after_a_day(session: Session, clock: Clock) -> None:
    register(session, clock)
    secret = mailed(session, "confirm_email")[0].data["secret"]
    with pytest.raises(NotSeen):
        services.confirm_email(session, secret, now=clock.advance(hours=24))


def test_register_again_before_confirming_takes_the_last_entry_and_voids_the_first_token(
    session: Session, clock: Clock
) -> None:
    first = register(session, clock)
    clock.advance(minutes=1)
    second = register(session, clock, password="other-password-1957", name="黎砚冬")
    early, late = (mail.data["secret"] for mail in mailed(session, "confirm_email"))
    assert (second.id, second.name) == (first.id, "黎砚冬")
    with pytest.raises(NotSeen):
        services.confirm_email(session, early, now=clock.now)
    services.confirm_email(session, late, now=clock.now, password="other-password-1957")


def test_register_leaves_a_known_account_unchanged_and_tells_its_owner(
    session: Session, world: World, clock: Clock
) -> None:
    found = register(session, clock, email=world.owner.email, name="别人")
    assert (found.id, found.name) == (world.owner.id, "游若水")
    assert verify_password(found.password_hash or "", PASSWORD)
    assert [mail.address for mail in mailed(session, "known_address")] == [world.owner.email]
    assert mailed(session, "confirm_email") == []


def test_register_says_why_a_password_may_not_be_chosen(session: Session, clock: Clock) -> None:
    with pytest.raises(RuleBroken) as refused:
        register(session, clock, password="short")
    assert refused.value.codes == {"password_short"}


@pytest.mark.both_databases
def test_reset_sets_the_password_once_and_ends_every_session(
    session: Session, world: World, clock: Clock
) -> None:
    before = world.owner.session_version
    services.request_reset(session, world.owner.email.upper(), now=clock.now)
    secret = mailed(session, "reset_password")[0].data["secret"]
    services.reset_password(session, secret, SECRET, now=clock.now)
    assert world.owner.session_version == before + 1
    assert verify_password(world.owner.password_hash or "", SECRET)
    assert len(mailed(session, "password_changed")) == 1
    with pytest.raises(NotSeen):
        services.reset_password(session, secret, SECRET, now=clock.now)


def test_reset_token_does_not_confirm_and_confirm_token_does_not_reset(
    session: Session, world: World, clock: Clock
) -> None:
    services.request_reset(session, world.owner.email, now=clock.now)
    secret = mailed(session, "reset_password")[0].data["secret"]
    with pytest.raises(NotSeen):
        services.confirm_email(session, secret, now=clock.now)


def test_request_reset_for_an_unknown_address_sends_nothing(session: Session, clock: Clock) -> None:
    services.request_reset(session, "nobody@test.example", now=clock.now)
    assert mailed(session, "reset_password") == []


def test_reset_keeps_the_token_when_the_password_is_refused(
    session: Session, world: World, clock: Clock
) -> None:
    services.request_reset(session, world.owner.email, now=clock.now)
    secret = mailed(session, "reset_password")[0].data["secret"]
    with pytest.raises(RuleBroken):
        services.reset_password(session, secret, "password", now=clock.now)
    services.reset_password(session, secret, SECRET, now=clock.now)


def test_change_password_asks_for_the_present_one(session: Session, world: World, clock: Clock) -> None:
    by = world.actor_of(world.owner)
    with pytest.raises(RuleBroken) as refused:
        services.change_password(session, world.owner, current="wrong", password=SECRET, by=by, now=clock.now)
    assert refused.value.codes == {"current_wrong"}
    services.change_password(session, world.owner, current=PASSWORD, password=SECRET, by=by, now=clock.now)
    assert verify_password(world.owner.password_hash or "", SECRET)


def test_change_nothing_of_another_person(session: Session, world: World, clock: Clock) -> None:
    by = world.actor_of(world.bidder)
    values = {"name": "x", "phone": "", "locale": "en", "wants_mail": False}
    with pytest.raises(NotPermitted):
        services.update_profile(session, world.owner, by=by, now=clock.now, **values)
    with pytest.raises(NotPermitted):
        services.change_password(
            session, world.owner, current=PASSWORD, password=SECRET, by=by, now=clock.now
        )


def test_record_every_change_of_an_account(session: Session, clock: Clock) -> None:
    user = register(session, clock)
    services.confirm_email(session, mailed(session, "confirm_email")[0].data["secret"], now=clock.now)
    by = load_actor(session, user.id, None)
    assert by is not None
    services.update_profile(
        session, user, by=by[0], now=clock.now, name="黎砚秋", phone="", locale="en", wants_mail=False
    )
    services.change_password(session, user, current=SECRET, password=SECRET + "!", by=by[0], now=clock.now)
    actions = list(session.scalars(select(Event.action).where(Event.thing_id == user.id).order_by(Event.seq)))
    assert actions == ["register", "confirm_email", "edit_profile", "change_password"]
