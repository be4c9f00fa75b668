"""Memberships and invitations: who gives which role, duties kept apart, and rights that act at once."""

from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import SYSTEM
from app.accounts import services
from app.accounts.services.memberships import SEPARATE
from app.core.errors import NotPermitted, NotSeen, RuleBroken, StateMovedOn
from app.models.accounts import Membership, User
from app.models.procedure_codes import Role
from app.models.records import Event, Mail
from tests.factories import World, make_membership, make_user

ORGANISATION_OF = {
    Role.OPERATOR: "operator_org",
    Role.ORGANIZER: "organizer_org",
    Role.SUPERVISOR: "supervisor_org",
    Role.FINANCE: "finance_org",
}


def membership_of(session: Session, person: User, role: Role) -> Membership:
    return session.scalars(
        select(Membership).where(Membership.user_id == person.id, Membership.role == role)
    ).one()


@pytest.mark.parametrize(("first", "second"), list(permutations(sorted(SEPARATE), 2)))
def test_keep_operator_organizer_and_supervisor_apart(
    session: Session, world: World, first: Role, second: Role
) -> None:
    person = make_user(world)
    operator = world.actor(Role.OPERATOR)
    unit = getattr(world, ORGANISATION_OF[first])
    services.grant_membership(session, person, unit, first, by=operator, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        services.grant_membership(
            session, person, getattr(world, ORGANISATION_OF[second]), second, by=operator, now=world.now
        )
    assert refused.value.codes == {"duties_separate"}


def test_allow_a_separate_duty_after_the_other_has_ended(session: Session, world: World) -> None:
    person = make_user(world)
    operator = world.actor(Role.OPERATOR)
    held = services.grant_membership(
        session, person, world.supervisor_org, Role.SUPERVISOR, by=operator, now=world.now
    )
    services.end_membership(session, held, by=operator, now=world.now)
    services.grant_membership(
        session, person, world.organizer_org, Role.ORGANIZER, by=operator, now=world.now
    )
    assert world.actor_of(person).roles == {Role.ORGANIZER}


def test_keep_duties_apart_for_the_system_too(session: Session, world: World) -> None:
    with pytest.raises(RuleBroken):
        services.grant_membership(
            session, world.supervisor, world.organizer_org, Role.ORGANIZER, by=SYSTEM, now=world.now
        )


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ORGANIZER, Role.SUPERVISOR, Role.FINANCE])
def test_let_only_the_operator_give_an_office(session: Session, world: World, role: Role) -> None:
    unit = getattr(world, ORGANISATION_OF[role])
    administrator = make_user(world, organisation=unit, role=Role.FINANCE, is_admin=True)
    with pytest.raises(NotPermitted):
        services.grant_membership(
            session, make_user(world), unit, role, by=world.actor_of(administrator), now=world.now
        )


def test_let_administrators_give_roles_of_their_organisation_alone(session: Session, world: World) -> None:
    by = world.actor_of(world.owner)
    made = services.grant_membership(
        session, make_user(world), world.owner_org, Role.DEMAND_OWNER, by=by, now=world.now
    )
    assert made.granted_by_id == world.owner.id
    with pytest.raises(RuleBroken) as refused:
        services.grant_membership(
            session, make_user(world), world.owner_org, Role.BIDDER, by=by, now=world.now
        )
    assert refused.value.codes == {"role_not_open"}
    with pytest.raises(NotPermitted):
        services.grant_membership(
            session, make_user(world), world.bidder_org, Role.BIDDER, by=by, now=world.now
        )


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PANEL_CHAIR])
def test_never_give_an_experts_role_by_membership(session: Session, world: World, role: Role) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.grant_membership(
            session, make_user(world), world.owner_org, role, by=world.actor(Role.OPERATOR), now=world.now
        )
    assert refused.value.codes == {"role_by_seat"}


def test_refuse_a_role_to_oneself_or_twice(session: Session, world: World) -> None:
    operator = world.actor(Role.OPERATOR)
    with pytest.raises(RuleBroken) as own:
        services.grant_membership(
            session, world.operator, world.finance_org, Role.FINANCE, by=operator, now=world.now
        )
    with pytest.raises(RuleBroken) as twice:
        services.grant_membership(
            session, world.finance, world.finance_org, Role.FINANCE, by=operator, now=world.now
        )
    assert (own.value.codes, twice.value.codes) == ({"own_role"}, {"held_already"})


def test_end_a_membership_at_once_and_keep_it_as_history(session: Session, world: World) -> None:
    person = make_user(world, organisation=world.owner_org, role=Role.DEMAND_OWNER)
    held = membership_of(session, person, Role.DEMAND_OWNER)
    services.end_membership(session, held, by=world.actor_of(world.owner), now=world.now)
    assert world.actor_of(person).roles == frozenset()
    assert held.ended_at == world.now
    with pytest.raises(StateMovedOn):
        services.end_membership(session, held, by=world.actor_of(world.owner), now=world.now)


def test_let_everyone_leave_but_the_last_administrator(session: Session, world: World) -> None:
    own = membership_of(session, world.owner, Role.DEMAND_OWNER)
    with pytest.raises(RuleBroken) as refused:
        services.end_membership(session, own, by=world.actor_of(world.owner), now=world.now)
    assert refused.value.codes == {"last_administrator"}
    make_user(world, organisation=world.owner_org, role=Role.DEMAND_OWNER, is_admin=True)
    services.end_membership(session, own, by=world.actor_of(world.owner), now=world.now)
    assert own.ended_at == world.now


def test_refuse_to_end_the_membership_of_another_organisation(session: Session, world: World) -> None:
    held = membership_of(session, world.owner, Role.DEMAND_OWNER)
    with pytest.raises(NotPermitted):
        services.end_membership(session, held, by=world.actor_of(world.bidder), now=world.now)


def test_refuse_administrators_to_end_an_office(session: Session, world: World) -> None:
    administrator = make_user(world, organisation=world.organizer_org, role=Role.RECOMMENDER, is_admin=True)
    held = membership_of(session, world.second_organizer, Role.ORGANIZER)
    with pytest.raises(NotPermitted):
        services.end_membership(session, held, by=world.actor_of(administrator), now=world.now)


def test_change_a_role_by_ending_one_membership_and_beginning_another(session: Session, world: World) -> None:
    person = make_user(world, organisation=world.adopter_org, role=Role.DEMAND_OWNER)
    by = world.actor_of(world.adopter)
    held = membership_of(session, person, Role.DEMAND_OWNER)
    made = services.change_membership(session, held, role=Role.BIDDER, is_admin=True, by=by, now=world.now)
    assert (held.ended_at, made.role, made.is_admin) == (world.now, Role.BIDDER, True)
    assert world.actor_of(person).roles == {Role.BIDDER}


def invite(world: World, email: str, role: Role = Role.DEMAND_OWNER) -> str:
    services.invite(
        world.session,
        world.owner_org,
        email=email,
        role=role,
        by=world.actor_of(world.owner),
        now=world.now,
    )
    newest = select(Mail).where(Mail.kind == "invitation").order_by(Mail.created_at.desc()).limit(1)
    return str(world.session.scalars(newest).one().data["secret"])


@pytest.mark.both_databases
def test_join_by_an_invitation_once_and_only_as_the_person_invited(session: Session, world: World) -> None:
    person = make_user(world)
    secret = invite(world, person.email.upper())
    with pytest.raises(NotSeen):
        services.accept_invitation(session, secret, by=world.actor_of(world.bidder), now=world.now)
    services.accept_invitation(session, secret, by=world.actor_of(person), now=world.now)
    assert world.actor_of(person).roles == {Role.DEMAND_OWNER}
    with pytest.raises(NotSeen):
        services.accept_invitation(session, secret, by=world.actor_of(person), now=world.now)


def test_refuse_an_invitation_after_seven_days_or_taken_back(session: Session, world: World) -> None:
    person = make_user(world)
    secret = invite(world, person.email)
    world.clock.advance(days=7)
    with pytest.raises(NotSeen):
        services.accept_invitation(session, secret, by=world.actor_of(person), now=world.now)
    fresh = invite(world, person.email)
    from app.accounts.services.invitations import find_invitation

    invitation = find_invitation(session, fresh, by=world.actor_of(person), now=world.now)
    services.revoke_invitation(session, invitation, by=world.actor_of(world.owner), now=world.now)
    with pytest.raises(NotSeen):
        services.accept_invitation(session, fresh, by=world.actor_of(person), now=world.now)


def test_refuse_to_invite_into_an_office_or_a_closed_role(session: Session, world: World) -> None:
    with pytest.raises(NotPermitted):
        invite(world, "a@test.example", Role.SUPERVISOR)
    with pytest.raises(RuleBroken) as refused:
        invite(world, "a@test.example", Role.BIDDER)
    assert refused.value.codes == {"role_not_open"}


def test_refuse_to_invite_without_being_an_administrator(session: Session, world: World) -> None:
    person = make_user(world, organisation=world.owner_org, role=Role.DEMAND_OWNER)
    with pytest.raises(NotPermitted):
        services.invite(
            session,
            world.owner_org,
            email="b@test.example",
            role=Role.DEMAND_OWNER,
            by=world.actor_of(person),
            now=world.now,
        )


def test_check_duties_again_when_an_invitation_is_accepted(session: Session, world: World) -> None:
    person = make_user(world)
    make_membership(world, person, world.owner_org, Role.DEMAND_OWNER, ended_at=world.now)
    secret = invite(world, person.email)
    world.owner_org.can_post = False
    with pytest.raises(RuleBroken) as refused:
        services.accept_invitation(session, secret, by=world.actor_of(person), now=world.now)
    assert refused.value.codes == {"role_not_open"}


def test_record_what_happens_to_memberships(session: Session, world: World) -> None:
    person = make_user(world)
    secret = invite(world, person.email)
    services.accept_invitation(session, secret, by=world.actor_of(person), now=world.now)
    held = membership_of(session, person, Role.DEMAND_OWNER)
    services.end_membership(session, held, by=world.actor_of(person), now=world.now)
    rows = session.execute(select(Event.thing_type, Event.action).order_by(Event.seq)).all()
    assert [tuple(row) for row in rows] == [
        ("invitation", "invite"),
        ("invitation", "accept"),
        ("membership", "grant"),
        ("membership", "end"),
    ]


def test_appoint_the_first_operator_of_a_site(session: Session, world: World) -> None:
    person = make_user(world)
    services.appoint_operator(session, person, world.owner_org, now=world.now)
    assert world.actor_of(person).roles == {Role.OPERATOR}
