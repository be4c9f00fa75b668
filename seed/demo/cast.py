"""The cast of the demonstration: units, their people, and the experts; one of each role can be signed in as."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor
from app.access.loading import load_actor
from app.accounts import services as accounts
from app.core import uscc
from app.experts import services as experts
from app.models.accounts import Organisation, User
from app.models.codes import HUBEI_REGIONS, Field, OrganisationType, Region
from app.models.procedure_codes import ExpertKind, Role
from app.models.reviews import Expert
from seed.demo.demand_text import demand_rows, owner_of
from seed.demo.names import person_name, phone
from seed.demo.schedule import Schedule

PREFIX = {
    OrganisationType.GOV_AGENCY: "11",
    OrganisationType.INSTITUTION_HOSPITAL: "12",
    OrganisationType.INSTITUTION_SCHOOL: "12",
    OrganisationType.INSTITUTION_RESEARCH: "12",
    OrganisationType.INSTITUTION_OTHER: "12",
    OrganisationType.SUBDISTRICT_COMMUNITY: "11",
    OrganisationType.INDUSTRIAL_PARK: "11",
    OrganisationType.SOCIAL_ORG: "51",
}
EXPERTS = 60
EXPERT_UNITS = (
    "东湖数据科学学院（演示）",
    "珞珈软件工程中心（演示）",
    "江汉智能制造研究院（演示）",
    "楚天会计师事务所（演示）",
    "荆楚医学信息学会（演示）",
    "汉江交通规划院（演示）",
    "清江生态环境研究所（演示）",
    "鄂东农业信息中心（演示）",
    "晴川法律服务所（演示）",
    "长江水利信息中心（演示）",
    "知音教育技术研究所（演示）",
    "磁湖工业设计院（演示）",
)


@dataclass
class Unit:
    """An organisation with the one person who acts for it in the demonstration."""

    organisation: Organisation
    person: User


@dataclass
class Cast:
    """Everybody, by key. Actors are built anew for each act, as the site does for each request."""

    session: Session
    units: dict[str, Unit] = field(default_factory=dict)
    officers: list[User] = field(default_factory=list)
    experts: dict[Any, User] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """The person of the unit, acting for it."""
        unit = self.units[key]
        return self.actor_of(unit.person, unit.organisation)

    def officer(self, number: int) -> Actor:
        """One of the organiser's officers."""
        return self.actor_of(self.officers[number % len(self.officers)], self.units["organiser"].organisation)

    def actor_of(self, person: User, organisation: Organisation | None = None) -> Actor:
        """A person's actor; an expert acts for no unit."""
        loaded = load_actor(self.session, person.id, organisation.id if organisation else None)
        if loaded is None:
            raise LookupError(person.email)
        return loaded[0]

    def expert(self, expert_id: Any) -> Actor:
        """The expert with this id."""
        return self.actor_of(self.experts[expert_id])


SYSTEM = Actor(is_system=True)


def gather(schedule: Schedule, password: str) -> Cast:
    """Register everybody at the schedule's present moment."""
    cast = Cast(schedule.session)
    hiring = _Hiring(schedule, password, cast)
    for row in tomllib.loads((Path(__file__).parent / "units.toml").read_text(encoding="utf-8"))["unit"]:
        hiring.unit(
            row["key"], row["name"], OrganisationType.of(row["type"]), Region.of(row["region"]), row["can"]
        )
    hiring.roles()
    for region in HUBEI_REGIONS:
        name = f"{_city(region)}科技创新主管部门（演示）"
        hiring.unit(f"r{region.value}", name, OrganisationType.GOV_AGENCY, region, "r")
    for row in demand_rows().values():
        kind, name = owner_of(row)
        if name not in cast.units:
            hiring.unit(name, name, kind, Region.of(row["region"]), "p")
    for number in range(EXPERTS):
        hiring.expert(number)
    schedule.session.flush()
    return cast


CITIES: dict[Region, str] = dict(
    zip(
        HUBEI_REGIONS,
        [
            "武汉市",
            "黄石市",
            "十堰市",
            "宜昌市",
            "襄阳市",
            "鄂州市",
            "荆门市",
            "孝感市",
            "荆州市",
            "黄冈市",
            "咸宁市",
            "随州市",
            "恩施州",
            "仙桃市",
            "潜江市",
            "天门市",
            "神农架林区",
        ],
        strict=True,
    )
)


def _city(region: Region) -> str:
    return CITIES[region]


class _Hiring:
    """Registers people and units through the services, numbering them as it goes."""

    def __init__(self, schedule: Schedule, password: str, cast: Cast) -> None:
        self.schedule = schedule
        self.session = schedule.session
        self.password = password
        self.cast = cast
        self.number = 0

    def person(self, email: str, *, is_demo: bool = False) -> User:
        """A registered person with a confirmed address."""
        self.number += 1
        person = accounts.register(
            self.session,
            email=email,
            password=self.password,
            name=person_name(self.number),
            locale="zh_Hans_CN",
            now=self.schedule.now,
            phone=phone(self.number),
        )
        person.email_confirmed_at = self.schedule.now
        person.wants_mail = False
        person.is_demo = is_demo
        return person

    def unit(self, key: str, name: str, kind: OrganisationType, region: Region, can: str) -> Unit:
        """A verified organisation with one member in the roles that its capabilities open."""
        demo_email = DEMO_UNITS.get(key)
        email = demo_email or f"u{self.number + 1}@example.com"
        person = self.person(email, is_demo=demo_email is not None)
        organisation = accounts.create_organisation(
            self.session,
            by=Actor(user_id=person.id),
            now=self.schedule.now,
            name=name,
            uscc=uscc.fictional(region.value, PREFIX.get(kind, "91"), self.number),
            org_type=kind,
            region=region,
            legal_rep=person_name(2000 + self.number),
            wants_post="b" not in can,
            wants_bid="b" in can,
            address=f"{name.removesuffix('（演示）')}办公地址（演示）",
            introduction="演示单位，仅用于展示平台功能。",
        )
        organisation.is_demo = True
        accounts.verify_organisation(
            self.session,
            organisation,
            by=self.officer(),
            now=self.schedule.now,
            can_post="p" in can,
            can_bid="b" in can,
            can_recommend="r" in can,
            can_organise="o" in can,
        )
        if "r" in can:
            self.replace_role(person, organisation, Role.RECOMMENDER)
        unit = Unit(organisation, person)
        self.cast.units[key] = unit
        return unit

    def officer(self) -> Actor:
        """Whoever verifies: the operator once there is one, the site itself for the very first units."""
        known = self.cast.units.get("operator")
        roles = frozenset({Role.OPERATOR})
        return Actor(user_id=known.person.id if known else None, roles=roles)

    def grant(self, person: User, organisation: Organisation, role: Role) -> None:
        """A membership given by the operator."""
        accounts.grant_membership(
            self.session, person, organisation, role, by=self.officer(), now=self.schedule.now, is_admin=True
        )

    def replace_role(self, person: User, organisation: Organisation, role: Role) -> None:
        """The role of a unit that runs the programme, in place of the one it registered with."""
        first = next(each for each in person.memberships if each.ended_at is None)
        if role is Role.OPERATOR:
            accounts.appoint_operator(self.session, person, organisation, now=self.schedule.now)
        else:
            self.grant(person, organisation, role)
        accounts.end_membership(self.session, first, by=self.officer(), now=self.schedule.now)

    def roles(self) -> None:
        """The people who run the programme: two officers, an operator, a supervisor, a finance officer."""
        units = self.cast.units
        for key, role in PROGRAMME.items():
            self.replace_role(units[key].person, units[key].organisation, role)
        second = self.person("organizer2@example.com")
        self.grant(second, units["organiser"].organisation, Role.ORGANIZER)
        self.cast.officers = [units["organiser"].person, second]

    def expert(self, number: int) -> None:
        """An expert of the pool; the first is the one to sign in as."""
        kind = (
            ExpertKind.TECHNICAL,
            ExpertKind.INDUSTRY,
            ExpertKind.TECHNICAL,
            ExpertKind.FINANCE,
            ExpertKind.TECHNICAL,
        )[number % 5]
        unit = EXPERT_UNITS[number % len(EXPERT_UNITS)]
        person = self.person(
            "expert@example.com" if number == 0 else f"expert{number}@example.com", is_demo=True
        )
        codes = [field.value for field in Field]
        expert: Expert = experts.enroll_expert(
            self.session,
            person,
            by=self.cast.officer(0),
            now=self.schedule.now,
            unit_name=f"{unit.removesuffix('（演示）')}第{number // len(EXPERT_UNITS) + 1}分部（演示）",
            unit_uscc=None,
            region=HUBEI_REGIONS[number % len(HUBEI_REGIONS)],
            title="教授级高级工程师" if number % 3 else "研究员",
            kind=kind,
            fields=[codes[(number * 3 + step) % 16] for step in range(6)],
            keywords="人工智能；场景应用；项目管理",
            languages=["zh", "en"] if number % 2 else ["zh"],
            max_load=30,
        )
        expert.is_demo = True
        self.cast.experts[expert.id] = person


PROGRAMME = {
    "organiser": Role.ORGANIZER,
    "operator": Role.OPERATOR,
    "supervisor": Role.SUPERVISOR,
    "finance": Role.FINANCE,
}
DEMO_UNITS = {
    "organiser": "organizer@example.com",
    "operator": "operator@example.com",
    "supervisor": "supervisor@example.com",
    "finance": "finance@example.com",
    "b01": "bidder@example.com",
    "r420100": "recommender@example.com",
    "江汉政务热线服务中心（演示）": "owner@example.com",
}
