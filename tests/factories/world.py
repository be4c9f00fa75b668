"""The people and organisations of every role, made once, and the actors that stand for them."""

from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.access.loading import load_actor
from app.core.passwords import hash_password
from app.models.accounts import Membership, Organisation, User
from app.models.codes import OrganisationType as T
from app.models.codes import Region
from app.models.procedure_codes import ExpertKind, Role
from app.models.reviews import Expert
from app.models.rounds import Round
from tests.factories.accounts import build_expert, build_organisation, build_user
from tests.moments import START, Clock

PASSWORD = "chu-tian-jie-bang-2026"

# name: organisation, its type, region, and what it may do.
ORGANISATIONS: dict[str, tuple[str, T, Region, set[str]]] = {
    "operator": ("湖北省揭榜挂帅平台运营中心", T.INSTITUTION_OTHER, Region.HUBEI, set()),
    "organizer": ("湖北省人工智能场景揭榜工作办公室", T.GOV_AGENCY, Region.HUBEI, {"can_organise"}),
    "recommender": ("武汉市场景创新推荐中心", T.GOV_AGENCY, Region.WUHAN, {"can_recommend"}),
    "owner": ("武汉楚岸医院", T.INSTITUTION_HOSPITAL, Region.WUHAN, {"can_post"}),
    "bidder": ("武汉星野智能科技有限公司", T.ENTERPRISE_PRIVATE, Region.WUHAN, {"can_bid"}),
    "other_bidder": ("襄阳云枢信息技术有限公司", T.ENTERPRISE_PRIVATE, Region.XIANGYANG, {"can_bid"}),
    "third_bidder": ("宜昌江声数据有限公司", T.ENTERPRISE_SOE, Region.YICHANG, {"can_bid"}),
    "adopter": ("荆州市沙岸医院", T.INSTITUTION_HOSPITAL, Region.JINGZHOU, {"can_post", "can_bid"}),
    "supervisor": ("湖北省揭榜挂帅监督组", T.GOV_AGENCY, Region.HUBEI, set()),
    "finance": ("湖北省揭榜挂帅资金管理中心", T.GOV_AGENCY, Region.HUBEI, set()),
    # The same roles elsewhere: what is not theirs they do not reach.
    "other_operator": ("汉江流域平台运营站", T.INSTITUTION_OTHER, Region.XIANGYANG, set()),
    "other_organizer": ("鄂西场景揭榜办公室", T.GOV_AGENCY, Region.ENSHI, {"can_organise"}),
    "other_recommender": ("宜昌市场景推荐中心", T.GOV_AGENCY, Region.YICHANG, {"can_recommend"}),
    "other_owner": ("十堰武当汽车部件厂", T.ENTERPRISE_SOE, Region.SHIYAN, {"can_post"}),
    "other_supervisor": ("鄂西监督组", T.GOV_AGENCY, Region.ENSHI, set()),
    "other_finance": ("鄂西资金管理所", T.GOV_AGENCY, Region.ENSHI, set()),
}

# name: person, organisation, role.
PEOPLE: dict[str, tuple[str, str, Role]] = {
    "operator": ("汪启明", "operator", Role.OPERATOR),
    "organizer": ("邓文昭", "organizer", Role.ORGANIZER),
    "second_organizer": ("祝晓岚", "organizer", Role.ORGANIZER),
    "recommender": ("覃立夏", "recommender", Role.RECOMMENDER),
    "owner": ("游若水", "owner", Role.DEMAND_OWNER),
    "bidder": ("柯北辰", "bidder", Role.BIDDER),
    "other_bidder": ("舒望舒", "other_bidder", Role.BIDDER),
    "third_bidder": ("聂远航", "third_bidder", Role.BIDDER),
    "adopter": ("龚秋实", "adopter", Role.DEMAND_OWNER),
    "adopter_bidder": ("屈怀瑾", "adopter", Role.BIDDER),
    "supervisor": ("裴正清", "supervisor", Role.SUPERVISOR),
    "finance": ("鲁仲宁", "finance", Role.FINANCE),
    "other_operator": ("阮知节", "other_operator", Role.OPERATOR),
    "other_organizer": ("向秉烛", "other_organizer", Role.ORGANIZER),
    "other_recommender": ("毕闻笛", "other_recommender", Role.RECOMMENDER),
    "other_owner": ("尚可期", "other_owner", Role.DEMAND_OWNER),
    "other_supervisor": ("阳明远", "other_supervisor", Role.SUPERVISOR),
    "other_finance": ("别亦难", "other_finance", Role.FINANCE),
}

# Person, unit, kind; the first is the chair where a panel needs one, the last sits on no panel.
EXPERTS: tuple[tuple[str, str, ExpertKind], ...] = (
    ("冉维桢", "江城理工大学", ExpertKind.TECHNICAL),
    ("谌思齐", "荆楚医科大学", ExpertKind.TECHNICAL),
    ("操正则", "长江中游人工智能研究院", ExpertKind.TECHNICAL),
    ("幸如许", "三峡会计师事务所", ExpertKind.FINANCE),
    ("但明月", "东湖医疗器械协会", ExpertKind.INDUSTRY),
    ("占鹤鸣", "江汉科技大学", ExpertKind.TECHNICAL),
    ("付长歌", "随州智能装备研究所", ExpertKind.TECHNICAL),
    ("库文渊", "黄石财经学院", ExpertKind.FINANCE),
    ("寇怀安", "恩施信息工程院", ExpertKind.TECHNICAL),
)

PERSON_OF = {
    Role.OPERATOR: "operator",
    Role.ORGANIZER: "organizer",
    Role.RECOMMENDER: "recommender",
    Role.DEMAND_OWNER: "owner",
    Role.BIDDER: "bidder",
    Role.SUPERVISOR: "supervisor",
    Role.FINANCE: "finance",
}


def people_the_world(session: Session) -> None:
    """Write everybody into an empty database."""
    password_hash = hash_password(PASSWORD)
    organisations = {
        key: build_organisation(
            number,
            name,
            org_type=kind,
            region=region,
            is_gov=kind is T.GOV_AGENCY,
            created_at=START,
            **dict.fromkeys(can, True),
        )
        for number, (key, (name, kind, region, can)) in enumerate(ORGANISATIONS.items(), start=1)
    }
    people = {
        key: build_user(name, f"{key}@test.example", password_hash=password_hash, created_at=START)
        for key, (name, _organisation, _role) in PEOPLE.items()
    }
    session.add_all([*organisations.values(), *people.values()])
    session.flush()
    session.add_all(
        Membership(
            user_id=people[key].id,
            organisation_id=organisations[organisation].id,
            role=role,
            is_admin=key != "second_organizer",
            created_at=START,
        )
        for key, (_name, organisation, role) in PEOPLE.items()
    )
    for number, (name, unit, kind) in enumerate(EXPERTS, start=1):
        user = build_user(name, f"expert{number}@test.example", password_hash=password_hash, created_at=START)
        session.add(user)
        session.flush()
        session.add(build_expert(user, number, unit_name=unit, kind=kind, created_at=START))
    session.flush()


class World:
    """Everybody by name: `world.owner` is a User, `world.owner_org` the Organisation; `world.experts` are Experts.

    Names: operator, organizer, second_organizer, recommender, owner, bidder, other_bidder, third_bidder, adopter,
    adopter_bidder, supervisor, finance, and the same roles elsewhere as other_operator, other_organizer, ..."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.clock = clock

    @property
    def now(self) -> Any:
        """The moment of the test's clock."""
        return self.clock.now

    @cached_property
    def people(self) -> dict[str, User]:
        """Every person by name."""
        by_email = {user.email: user for user in self.session.scalars(select(User))}
        return {key: by_email[f"{key}@test.example"] for key in PEOPLE}

    @cached_property
    def orgs(self) -> dict[str, Organisation]:
        """Every organisation by name."""
        by_name = {each.name: each for each in self.session.scalars(select(Organisation))}
        return {key: by_name[values[0]] for key, values in ORGANISATIONS.items()}

    @cached_property
    def experts(self) -> list[Expert]:
        """The expert pool: nine people of nine units, two of them for finance."""
        return list(self.session.scalars(select(Expert).order_by(Expert.number)))

    @cached_property
    def round(self) -> Round:
        """The open round in which demands are made when a factory is not told another."""
        from tests.factories.rounds import make_round

        return make_round(self)

    def __getattr__(self, name: str) -> Any:
        if name.endswith("_org") and name[:-4] in ORGANISATIONS:
            return self.orgs[name[:-4]]
        if name in PEOPLE:
            return self.people[name]
        raise AttributeError(name)

    def user(self, role: Role) -> User:
        """The person of a role; for a panel chair the first expert, for an expert the second."""
        if role is Role.PANEL_CHAIR:
            return self.experts[0].user
        if role is Role.EXPERT:
            return self.experts[1].user
        return self.people[PERSON_OF[role]]

    def stranger(self, role: Role) -> User:
        """A person of the same role elsewhere. For a bidder it is the third one, for experts the last of the pool."""
        if role in (Role.EXPERT, Role.PANEL_CHAIR):
            return self.experts[-1].user
        return self.people["third_bidder" if role is Role.BIDDER else f"other_{PERSON_OF[role]}"]

    def actor(self, role: Role) -> Actor:
        """The person of a role as an actor, built from the database as a request does."""
        return self.actor_of(self.user(role))

    def actor_of(self, person: User, organisation: Organisation | None = None) -> Actor:
        """Any person as an actor, acting for the organisation or for their first one."""
        self.session.flush()
        found = load_actor(self.session, person.id, organisation.id if organisation else None)
        assert found is not None, f"{person.email} cannot act"
        return found[0]

    def add(self, thing: Any) -> Any:
        """Write a row and give it back."""
        self.session.add(thing)
        self.session.flush()
        return thing
