"""Users, organisations, memberships, experts."""

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from app.core.uscc import fictional
from app.models.accounts import Membership, Organisation, User
from app.models.codes import Field, OrganisationType, Region
from app.models.procedure_codes import ExpertKind, Role
from app.models.reviews import Expert
from app.models.states import ExpertState, OrganisationState

if TYPE_CHECKING:
    from tests.factories.world import World

# Numbers of rows that the tests add: far from those of the prepared world.
_serial = count(1001)
# No two units of the prepared world have the same representative or phone: that would tie them to each other.
GIVEN = "远近高低深浅宽广厚薄轻重缓急虚实刚柔动静方圆曲直"


def build_user(name: str, email: str, *, created_at: datetime, **more: Any) -> User:
    """A person with a confirmed address, not yet written."""
    values = {"phone": "027-87650000", "email_confirmed_at": created_at, "created_at": created_at} | more
    return User(id=uuid4(), name=name, email=email, **values)


def build_organisation(
    serial: int, name: str, *, region: Region, created_at: datetime, is_gov: bool = False, **more: Any
) -> Organisation:
    """A verified unit with a code of nobody, not yet written."""
    values: dict[str, Any] = {
        "org_type": OrganisationType.ENTERPRISE_PRIVATE,
        "legal_rep": "盛" + GIVEN[serial // len(GIVEN) % len(GIVEN)] + GIVEN[serial % len(GIVEN)],
        "phone": f"027-8765{serial % 10_000:04d}",
        "address": "湖北省武汉市东湖高新区光谷大道88号",
        "introduction": "从事人工智能场景建设与服务。",
        "state": OrganisationState.VERIFIED,
        "verified_at": created_at,
        "created_at": created_at,
    } | more
    home = region.value if region is not Region.HUBEI else "420000"
    return Organisation(
        id=uuid4(), name=name, region=region, uscc=fictional(home, "11" if is_gov else "91", serial), **values
    )


def build_expert(user: User, number: int, *, created_at: datetime, **more: Any) -> Expert:
    """An expert of the pool, not yet written."""
    values: dict[str, Any] = {
        "unit_name": "江城理工大学",
        "region": Region.WUHAN,
        "title": "教授",
        "kind": ExpertKind.TECHNICAL,
        "fields": [Field.F08.value, Field.F01.value, Field.F10.value],
        "keywords": "医学影像 机器学习",
        "languages": ["zh"],
        "created_at": created_at,
    } | more
    return Expert(id=uuid4(), user_id=user.id, number=f"ZJ{number:05d}", **values)


def make_user(
    world: "World",
    *,
    organisation: Organisation | None = None,
    role: Role | None = None,
    is_admin: bool = False,
    **more: Any,
) -> User:
    """A person, with a membership if an organisation and a role are given."""
    serial = next(_serial)
    name = more.pop("name", "梅疏影")
    email = more.pop("email", f"person{serial}@test.example")
    user = world.add(build_user(name, email, created_at=world.now, **more))
    if organisation is not None and role is not None:
        make_membership(world, user, organisation, role, is_admin=is_admin)
    return user


def make_membership(
    world: "World", user: User, organisation: Organisation, role: Role, **more: Any
) -> Membership:
    """A live membership."""
    values = {"created_at": world.now} | more
    return world.add(Membership(user_id=user.id, organisation_id=organisation.id, role=role, **values))


def make_organisation(
    world: "World", state: OrganisationState = OrganisationState.VERIFIED, **more: Any
) -> Organisation:
    """A unit; verified ones may post and bid unless told otherwise."""
    serial = next(_serial)
    is_verified = state is OrganisationState.VERIFIED
    values: dict[str, Any] = {
        "can_post": is_verified,
        "can_bid": is_verified,
        "wants_post": True,
        "wants_bid": True,
        "state": state,
        "verified_at": world.now if is_verified else None,
    } | more
    name = values.pop("name", f"荆楚第{serial}号智能科技有限公司")
    region = values.pop("region", Region.WUHAN)
    return world.add(build_organisation(serial, name, region=region, created_at=world.now, **values))


def make_expert(world: "World", state: ExpertState = ExpertState.ACTIVE, **more: Any) -> Expert:
    """An expert of the pool with a user of their own, from a unit of their own."""
    serial = next(_serial)
    user = more.pop("user", None) or make_user(world, name="盖承志")
    values = {"unit_name": f"荆楚第{serial}研究所", "state": state} | more
    return world.add(build_expert(user, serial, created_at=world.now, **values))
