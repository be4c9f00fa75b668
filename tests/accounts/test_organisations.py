"""Organisations: registered, edited, verified; what looks odd about a credit code."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries, services
from app.core.errors import NotPermitted, RuleBroken
from app.core.uscc import fictional
from app.models.accounts import Membership, Organisation
from app.models.codes import OrganisationType, Region
from app.models.procedure_codes import Role
from app.models.records import Event, Message
from app.models.states import OrganisationState
from tests.factories import World, make_membership, make_organisation, make_user
from tests.moments import Clock

CODE = fictional("420100", "91", 77777)


def register(world: World, **more: object) -> Organisation:
    person = more.pop("person", None) or make_user(world)
    values = {
        "name": "武汉长风智造科技有限公司",
        "uscc": CODE,
        "org_type": OrganisationType.ENTERPRISE_PRIVATE,
        "region": Region.WUHAN,
        "legal_rep": "章台柳",
        "wants_post": False,
        "wants_bid": True,
    } | more
    return services.create_organisation(world.session, by=world.actor_of(person), now=world.now, **values)


def roles(session: Session, organisation: Organisation) -> list[tuple[Role, bool]]:
    rows = session.scalars(select(Membership).where(Membership.organisation_id == organisation.id))
    return sorted((row.role, row.is_admin) for row in rows)


def test_register_makes_an_administrator_whose_role_waits_for_verification(
    session: Session, world: World
) -> None:
    person = make_user(world)
    made = register(world, person=person)
    assert made.state is OrganisationState.REGISTERED
    assert roles(session, made) == [(Role.BIDDER, True)]
    assert world.actor_of(person).roles == frozenset()
    services.verify_organisation(
        session, made, by=world.actor(Role.OPERATOR), now=world.now, can_post=False, can_bid=True
    )
    assert world.actor_of(person).roles == {Role.BIDDER}


def test_register_tells_the_operators(session: Session, world: World) -> None:
    made = register(world)
    told = set(session.scalars(select(Message.user_id).where(Message.thing_id == made.id)))
    assert told == {world.operator.id, world.other_operator.id}


def test_register_takes_a_code_with_blanks_and_small_letters(world: World) -> None:
    assert register(world, uscc=f" {CODE[:8].lower()} {CODE[8:].lower()}").uscc == CODE


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"uscc": "91420100MA4XXXXXX0"}, "uscc_invalid"),
        ({"uscc": "9142"}, "uscc_invalid"),
        ({"wants_bid": False}, "no_wish"),
    ],
)
def test_refuse_to_register(world: World, more: dict[str, object], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        register(world, **more)
    assert refused.value.codes == {code}


def test_refuse_a_code_that_is_taken(world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        register(world, uscc=world.owner_org.uscc)
    assert refused.value.codes == {"uscc_taken"}


@pytest.mark.parametrize(
    ("prefix", "org_type", "count"),
    [
        ("91", OrganisationType.ENTERPRISE_SOE, 0),
        ("11", OrganisationType.GOV_AGENCY, 0),
        ("12", OrganisationType.INSTITUTION_HOSPITAL, 0),
        ("91", OrganisationType.INSTITUTION_HOSPITAL, 0),
        ("12", OrganisationType.ENTERPRISE_PRIVATE, 1),
        ("91", OrganisationType.GOV_AGENCY, 1),
    ],
)
def test_warn_when_the_code_does_not_fit_the_type(
    prefix: str, org_type: OrganisationType, count: int
) -> None:
    assert len(queries.code_warnings(fictional("420100", prefix, 5), org_type)) == count


def test_edit_the_identity_until_verified_and_the_profile_afterwards(session: Session, world: World) -> None:
    person = make_user(world)
    made = register(world, person=person)
    by = world.actor_of(person)
    services.edit_organisation(
        session,
        made,
        by=by,
        now=world.now,
        values={"name": "武汉长风智能科技有限公司", "phone": "027-87650001"},
    )
    assert made.name == "武汉长风智能科技有限公司"
    services.verify_organisation(
        session, made, by=world.actor(Role.OPERATOR), now=world.now, can_post=False, can_bid=True
    )
    services.edit_organisation(
        session, made, by=by, now=world.now, values={"name": "别的名称", "phone": "027-87650002"}
    )
    assert (made.name, made.phone) == ("武汉长风智能科技有限公司", "027-87650002")


def test_refuse_to_edit_another_organisation(session: Session, world: World) -> None:
    with pytest.raises(NotPermitted):
        services.edit_organisation(
            session,
            world.owner_org,
            by=world.actor(Role.BIDDER),
            now=world.now,
            values={"phone": "027-87650003"},
        )


@pytest.mark.parametrize("role", [Role.BIDDER, Role.DEMAND_OWNER, Role.SUPERVISOR, Role.FINANCE])
def test_refuse_to_verify_without_the_office(session: Session, world: World, role: Role) -> None:
    made = register(world)
    with pytest.raises(NotPermitted):
        services.verify_organisation(
            session, made, by=world.actor(role), now=world.now, can_post=True, can_bid=True
        )


def test_let_only_the_operator_open_the_running_of_rounds(session: Session, world: World) -> None:
    made = register(world)
    values = {"now": world.now, "can_post": False, "can_bid": True, "can_organise": True}
    with pytest.raises(RuleBroken) as refused:
        services.verify_organisation(session, made, by=world.actor(Role.ORGANIZER), **values)
    assert refused.value.codes == {"organise_reserved"}
    services.verify_organisation(session, made, by=world.actor(Role.OPERATOR), **values)
    assert made.can_organise


def test_change_capabilities_of_a_verified_organisation_at_once(session: Session, world: World) -> None:
    assert world.actor_of(world.owner).roles == {Role.DEMAND_OWNER}
    services.verify_organisation(
        session,
        world.owner_org,
        by=world.actor(Role.OPERATOR),
        now=world.now,
        can_post=False,
        can_bid=True,
    )
    assert world.actor_of(world.owner).roles == frozenset()
    last = session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()
    assert (last.action, last.data["can_post"]) == ("set_capabilities", False)


@pytest.mark.parametrize("state", list(OrganisationState))
def test_see_organisations_by_state_and_membership(
    session: Session, world: World, clock: Clock, state: OrganisationState
) -> None:
    made = make_organisation(world, state, state_reason="材料不全")
    member = make_user(world)
    make_membership(world, member, made, Role.BIDDER)
    seen = {
        name: session.scalar(queries.visible_to(actor).where(Organisation.id == made.id)) is not None
        for name, actor in {
            "member": world.actor_of(member),
            "stranger": world.actor(Role.BIDDER),
            "operator": world.actor(Role.OPERATOR),
            "supervisor": world.actor(Role.SUPERVISOR),
        }.items()
    }
    is_public = state in (OrganisationState.VERIFIED, OrganisationState.SUSPENDED)
    assert seen == {"member": True, "stranger": is_public, "operator": True, "supervisor": True}
