"""Signing in: the wait grows for the pair of account and source, and nobody else is kept out."""

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.core import passwords
from app.core.errors import RuleBroken
from app.models.accounts import User
from tests.factories import PASSWORD, World, make_user
from tests.moments import Clock

HERE, THERE = "198.51.100.7", "203.0.113.9"


def attempt(
    session: Session, clock: Clock, email: str, password: str = PASSWORD, source: str = HERE
) -> User | set[str]:
    """The person, or the codes of the refusal."""
    try:
        return services.authenticate(session, email, password, source=source, now=clock.now)
    except RuleBroken as refused:
        return refused.codes


def test_sign_in_with_address_in_any_case(session: Session, world: World, clock: Clock) -> None:
    assert attempt(session, clock, " Owner@TEST.example ") == world.owner


def test_answer_alike_for_unknown_wrong_and_disabled(session: Session, world: World, clock: Clock) -> None:
    world.bidder.disabled_at = clock.now
    assert attempt(session, clock, "nobody@test.example") == {"sign_in_failed"}
    assert attempt(session, clock, world.owner.email, "wrong") == {"sign_in_failed"}
    assert attempt(session, clock, world.bidder.email) == {"sign_in_failed"}


def test_spend_one_hash_whether_or_not_the_account_exists(
    session: Session, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[str] = []
    hasher = passwords._Current.hasher

    class Counting:
        def hash(self, password: bytes) -> str:
            spent.append("hash")
            return hasher.hash(password)

        def verify(self, stored: str, password: bytes) -> bool:
            spent.append("verify")
            return hasher.verify(stored, password)

        def check_needs_rehash(self, stored: str) -> bool:
            return hasher.check_needs_rehash(stored)

    monkeypatch.setattr(passwords._Current, "hasher", Counting())
    attempt(session, clock, "nobody@test.example", "wrong")
    attempt(session, clock, world.owner.email, "wrong")
    assert spent == ["hash", "verify"]


@pytest.mark.both_databases
def test_make_the_source_wait_after_five_failures_longer_each_time(
    session: Session, world: World, clock: Clock
) -> None:
    for _ in range(5):
        assert attempt(session, clock, world.owner.email, "wrong") == {"sign_in_failed"}
    assert attempt(session, clock, world.owner.email) == {"wait"}
    clock.advance(seconds=4.9)
    assert attempt(session, clock, world.owner.email) == {"wait"}
    clock.advance(seconds=0.1)
    assert attempt(session, clock, world.owner.email, "wrong") == {"sign_in_failed"}
    clock.advance(seconds=9)
    assert attempt(session, clock, world.owner.email) == {"wait"}
    clock.advance(seconds=1)
    assert attempt(session, clock, world.owner.email) == world.owner
    assert attempt(session, clock, world.owner.email, "wrong") == {"sign_in_failed"}


def test_wait_alike_for_an_account_that_does_not_exist(session: Session, world: World, clock: Clock) -> None:
    for _ in range(5):
        attempt(session, clock, "nobody@test.example")
    assert attempt(session, clock, "nobody@test.example") == {"wait"}


def test_never_lock_out_the_owner_who_comes_from_elsewhere(
    session: Session, world: World, clock: Clock
) -> None:
    for _ in range(40):
        attempt(session, clock, world.owner.email, "wrong")
        clock.advance(minutes=20)
    assert attempt(session, clock, world.owner.email, source=THERE) == world.owner


def test_never_wait_longer_than_a_quarter_of_an_hour(session: Session, world: World, clock: Clock) -> None:
    for _ in range(30):
        attempt(session, clock, world.owner.email, "wrong")
        clock.advance(minutes=15)
    assert attempt(session, clock, world.owner.email) == world.owner


def test_send_the_link_again_to_who_knows_the_password_of_an_unconfirmed_account(
    session: Session, world: World, clock: Clock
) -> None:
    person = make_user(world, email_confirmed_at=None, password_hash=passwords.hash_password(PASSWORD))
    assert attempt(session, clock, person.email, "wrong") == {"sign_in_failed"}
    assert attempt(session, clock, person.email) == {"not_confirmed"}
