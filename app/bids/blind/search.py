"""Searching a blind copy for what names its authors: units and their short forms, people, contact data, properties."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.bids.blind.passages import Passage, Where
from app.bids.content import Content
from app.core.i18n import Lazy, _l
from app.models.base import Coded
from app.models.bids import Bid

AROUND = 12
LEGAL_FORM = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|事务所|合作社|（有限合伙）|\(有限合伙\)|"
    r",?\s*(co\.?,?\s*ltd\.?|ltd\.?|inc\.?|corporation|company|limited))$",
    re.IGNORECASE,
)
BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
REGION = re.compile(
    r"^(中国|湖北省?|[\u4e00-\u9fff]{2,3}(?:省|市|自治州|县|区)|武汉|襄阳|宜昌|黄石|十堰|荆州|荆门|孝感)"
)
INDUSTRY = re.compile(r"(科技|信息|技术|软件|数据|智能|网络|电子|工程|系统|实业|发展|服务|咨询|科学)$")
LEAST_SHORT = 3
"""Characters of a short form that is specific enough to search for."""

MOBILE = r"1[3-9]\d[\s\-·]?\d{4}[\s\-·]?\d{4}"
LANDLINE = r"(?:\(?0\d{2,3}\)?[\s\-]\d{7,8}|0(?:10|2\d|[3-9]\d{2})\d{7,8}|400[\s\-]\d{3}[\s\-]?\d{4})"
PHONE = re.compile(rf"(?<![\d.])(?:\+?86[\s\-]?)?(?:{MOBILE}|{LANDLINE})(?![\d.]\d|\d)")
EMAIL = re.compile(r"[A-Za-z0-9][\w.+\-]*\s?(?:@|\[at\]|\(at\))\s?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
USCC = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])")
URL = re.compile(
    r"(?:https?://|www\.)[^\s，。；、）)]+|\b[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.(?:com|cn|net|org|edu|gov)\b",
    re.IGNORECASE,
)
HARMLESS_AUTHORS = frozenset({"", "admin", "administrator", "user", "author", "匿名", "用户", "作者", "pdf"})


class Kind(Coded):
    """What was found."""

    UNIT = "unit", _l("name of a unit")
    SHORT = "short", _l("short name of a unit")
    PERSON = "person", _l("name of a person")
    PHONE = "phone", _l("phone number")
    EMAIL = "email", _l("e-mail address")
    USCC = "uscc", _l("credit code")
    URL = "url", _l("web address")
    PROPERTY = "property", _l("document property")

    @property
    def blocks(self) -> bool:
        """Whether it keeps the bid from being submitted. Web addresses may be those of tools."""
        return self is not Kind.URL


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not stand in the copy, in the form in which it is searched for."""

    units: frozenset[str]
    shorts: frozenset[str]
    people: frozenset[str]
    codes: frozenset[str]
    domains: frozenset[str]


@dataclass(frozen=True, slots=True)
class Find:
    """One finding: what, where, and a few words around it."""

    kind: Kind
    where: Where
    number: str
    excerpt: str

    @property
    def place(self) -> Lazy:
        """Where it stands, in words."""
        return _l("%(where)s %(number)s", where=self.where.label, number=self.number)


def secrets_of(bid: Bid, content: Content) -> Secrets:
    """Everybody and everything that the bid names: units, people, codes, domains."""
    units = [
        bid.lead.name,
        *(row["name"] for row in content["members"]),
        *(row["unit"] for row in content["team"]),
    ]
    people = [
        content["leader"]["name"],
        content["unit"]["legal_rep"],
        bid.lead.legal_rep,
        *(row["name"] for row in content["team"]),
    ]
    named = {squeezed(each) for each in units if len(squeezed(each)) >= LEAST_SHORT + 1}
    return Secrets(
        units=frozenset(named),
        shorts=frozenset(short for each in units for short in short_forms(each)) - named,
        people=frozenset(squeezed(each) for each in people if len(squeezed(each)) >= 2),
        codes=frozenset([bid.lead.uscc, *(row["uscc"] for row in content["members"])]) - {""},
        domains=frozenset({(bid.lead.email_domain or "").casefold()} - {""}),
    )


def short_forms(name: str) -> set[str]:
    """How people shorten a unit's name: without its legal form, then its region, then its line of business."""
    plain = squeezed(BRACKETS.sub("", name))
    bare = LEGAL_FORM.sub("", LEGAL_FORM.sub("", plain))
    local = REGION.sub("", bare, count=1)
    found = {bare, local}
    while (shorter := INDUSTRY.sub("", local)) != local:
        found.add(shorter)
        local = shorter
    return {each for each in found if len(each) >= LEAST_SHORT and each != squeezed(name)}


def search(passages: Iterable[Passage], secrets: Secrets) -> list[Find]:
    """Every finding in the passages, in their order; the same words in one passage once."""
    found: dict[tuple[Any, ...], Find] = {}
    for each in passages:
        for hit in _search_one(each, secrets):
            found.setdefault((hit.kind, hit.where, hit.number, hit.excerpt), hit)
    return list(found.values())


def squeezed(text: str) -> str:
    """The text in one width, small letters, without blanks and what cannot be seen: `张 三` is 张三."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if not char.isspace() and unicodedata.category(char) != "Cf")


def _search_one(passage: Passage, secrets: Secrets) -> Iterator[Find]:
    where = next(each for each in Where if each.value == passage["kind"])
    text = str(passage["text"])
    if where in (Where.PROPERTY, Where.PICTURE, Where.CHANGE):
        if squeezed(text) not in HARMLESS_AUTHORS:
            yield Find(Kind.PROPERTY, where, passage["place"], text[:60])
        return
    wide = unicodedata.normalize("NFKC", text)
    for kind, hit in (*_patterns(wide, secrets), *_names(wide, secrets)):
        yield Find(kind, where, passage["place"], hit)


def _patterns(text: str, secrets: Secrets) -> Iterator[tuple[Kind, str]]:
    rest = text
    for kind, pattern in ((Kind.EMAIL, EMAIL), (Kind.USCC, USCC), (Kind.URL, URL), (Kind.PHONE, PHONE)):
        for match in pattern.finditer(rest):
            yield kind, match.group().strip()
        rest = pattern.sub(" ", rest)
    for code in secrets.codes:
        if code.casefold() in squeezed(text) and not USCC.search(text):
            yield Kind.USCC, code
    for domain in secrets.domains:
        if re.search(rf"(?<![\w.@-]){re.escape(domain)}", text, re.IGNORECASE):
            yield Kind.UNIT, domain


def _names(text: str, secrets: Secrets) -> Iterator[tuple[Kind, str]]:
    plain = squeezed(text)
    for kind, names in (
        (Kind.UNIT, secrets.units),
        (Kind.SHORT, secrets.shorts),
        (Kind.PERSON, secrets.people),
    ):
        for name in sorted(names, key=len, reverse=True):
            if name.isascii():
                if hit := _latin(name).search(text):
                    yield kind, hit.group()
                continue
            place = plain.find(name)
            if place >= 0:
                yield kind, plain[max(0, place - AROUND) : place + len(name) + AROUND].strip()
            if kind is not Kind.PERSON:
                plain = plain.replace(name, " " * len(name))


def _latin(name: str) -> re.Pattern[str]:
    """A Latin name counts as whole words only, with or without blanks between its letters."""
    letters = r"\s*".join(re.escape(char) for char in name)
    return re.compile(rf"(?<![a-z0-9]){letters}(?![a-z0-9])", re.IGNORECASE)
