"""The dictionary of the fairness check: what is shipped in seed/fairness, with what operators added or switched off.

It is compiled once for each version of it, so that a whole demand is read within milliseconds."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demands.fairness.words import sentence_at
from app.models.fairness import FairnessKind, FairnessTerm

FOLDER = Path(__file__).resolve().parents[3] / "seed" / "fairness"
# Kinds that speak of bidders: read in conditions, and in sentences that name the bidder.
OF_BIDDERS = {FairnessKind.REGION, FairnessKind.CAPITAL, FairnessKind.SIZE}
# Kinds that an offer to accept the like makes fair.
OF_PRODUCTS = {FairnessKind.BRAND, FairnessKind.MODEL}
BIDDER = re.compile(
    r"(?:揭榜|投标|承建|承接|承担|承揽|参与|参加|申报|中标|供应|应标|入选|入围|报名|应征|申请|实施|合作|集成)"
    r"(?:方|人|商|单位|企业|机构|公司|者)|供应商|服务商|乙方|联合体"
    r"|\b(?:bidders?|contractors?|applicants?|suppliers?|vendors?|tenderers?)\b",
    re.IGNORECASE,
)
EQUIVALENT = re.compile(
    r"或同等|或相当|或等同|相当于|同等(?:水平|性能|档次|品质|效果)|(?:品牌|型号|厂家|厂商)(?:和型号)?不限|不限(?:定)?(?:品牌|型号|厂家|厂商)"
    r"|\bor\s+(?:an?\s+)?(?:equivalent|equal|comparable|similar)\b|\bany\s+brand\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(?:不|不得|无须|无需|禁止)(?:再)?(?:限(?!于)|指定|要求|设置?|约定)|不(?:得|再|应)?(?:以|将|把)|\b(?:not|without|never)\s",
    re.IGNORECASE,
)
DENIED_AFTER = re.compile(
    r"[^，,。；;！？\n]{0,10}?(?:不限(?!于)|不[作做设](?:为|硬性|任何)*(?:要求|限制|条件|门槛)|(?:均可|都可)|没有(?:要求|限制)|同等对待)"
    r"|\s(?:is|are)\s(?:not|no)\s",
    re.IGNORECASE,
)
# What follows the name of a maker and has a digit after a letter is a model of its: 天宝 R12i.
MODEL_AFTER = re.compile(
    r"(?:[\s-]?(?:(?-i:[A-Z][a-z]+)\s)?|(?:(?![在与和等或及对按需达符支通、])[\u4e00-\u9fff]){1,6}\s?(?:(?-i:[A-Z][a-z]+)\s)?)"
    r"(?<![A-Za-z0-9])(?-i:[A-Z][A-Za-z]{0,5})[- ]?\d{1,5}[A-Za-z0-9-]*",
    re.IGNORECASE,
)
# Full-width letters and digits as their narrow twins, place by place.
WIDE = (0xFF0D, *range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
NARROW = {wide: wide - 0xFEE0 for wide in WIDE}
CLAUSE = re.compile(r"[，,。；;！？\n]")
LATIN = re.compile(r"[A-Za-z0-9](?:[^*]*[A-Za-z0-9])?", re.ASCII)
PART = re.compile(r"\{([a-z]+)\}")
WILDCARD = r"[^，。；,;\n]{0,12}?"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the dictionary. `term` is a literal, or the name of a shipped `regex`."""

    kind: FairnessKind
    term: str
    note: str = ""
    regex: str = ""
    is_for_conditions: bool = False
    is_shipped: bool = True
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything of one kind and reach, as one expression."""

    kind: FairnessKind
    is_for_conditions: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A compiled version of the dictionary."""

    rules: tuple[Rule, ...]
    exceptions: re.Pattern[str] | None

    def read(self, text: str, *, is_condition: bool) -> Iterator[tuple[FairnessKind, str]]:
        """What the dictionary objects to in the text: kind and words, in the order of the rules."""
        plain = text.translate(NARROW)
        spared = [m.span() for m in self.exceptions.finditer(plain)] if self.exceptions else []
        # Two rules of one kind may meet in the same words: one finding asks for one answer.
        taken: set[tuple[FairnessKind, int]] = set()
        for rule in self.rules:
            for match in rule.pattern.finditer(plain):
                for kind, start, end in _meant(rule.kind, match):
                    places = {(kind, at) for at in range(start, end)}
                    if not places.isdisjoint(taken) or _is_spared(kind, plain, (start, end), spared):
                        continue
                    if _objects(rule, plain, start, end, is_condition=is_condition):
                        taken |= places
                        yield kind, text[start:end].strip()


def _meant(kind: FairnessKind, match: re.Match[str]) -> Iterator[tuple[FairnessKind, int, int]]:
    # A match, and the model that follows the maker it names.
    yield kind, *match.span()
    if kind is FairnessKind.BRAND and (model := MODEL_AFTER.match(match.string, match.end())):
        yield FairnessKind.MODEL, *model.span()


def _is_spared(
    kind: FairnessKind, text: str, span: tuple[int, int], spared: Sequence[tuple[int, int]]
) -> bool:
    # A finding within an exception; and a model whose every digit is of a standard: 采用 CGCS2000.
    if any(first <= span[0] and span[1] <= last for first, last in spared):
        return True
    digits = [at for at in range(*span) if text[at].isdigit()] if kind is FairnessKind.MODEL else []
    return bool(digits) and all(any(first <= at < last for first, last in spared) for at in digits)


def _objects(rule: Rule, text: str, start: int, end: int, *, is_condition: bool) -> bool:
    # Neither a sentence that is not about bidders, nor one that accepts the like, nor a clause that denies.
    sentence = sentence_at(text, start, end)
    if rule.is_for_conditions and not is_condition and not BIDDER.search(sentence):
        return False
    if rule.kind in OF_PRODUCTS and EQUIVALENT.search(sentence):
        return False
    return not (DENIED.search(_clause(text, start, end)) or DENIED_AFTER.match(text, end))


def dictionary_of(session: Session | None) -> Dictionary:
    """The dictionary in force; without a session, as it is shipped."""
    return compiled(entries_of(session))


def entries_of(session: Session | None) -> tuple[Entry, ...]:
    """Every line: the shipped ones as they are switched, then the operators' own."""
    if session is None:
        return shipped()
    with session.no_autoflush:
        rows = session.execute(
            select(
                FairnessTerm.kind,
                FairnessTerm.term,
                FairnessTerm.note,
                FairnessTerm.is_shipped,
                FairnessTerm.is_active,
            ).order_by(FairnessTerm.term)
        ).all()
    switched = {(row[0], row[1]): row[4] for row in rows if row[3]}
    own = [
        Entry(
            row[0],
            row[1],
            row[2],
            is_for_conditions=row[0] in OF_BIDDERS,
            is_shipped=False,
            is_active=row[4],
        )
        for row in rows
        if not row[3]
    ]
    known = [
        each if (each.kind, each.term) not in switched else _switched(each, switched[each.kind, each.term])
        for each in shipped()
    ]
    return (*known, *own)


@cache
def shipped() -> tuple[Entry, ...]:
    """The lines that come with the product, by file."""
    found: list[Entry] = []
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    parts = {name: part for table in tables for name, part in table.get("parts", {}).items()}
    for table in tables:
        for group in table.get("terms", []):
            kind = FairnessKind.of(group["code"])
            found += [Entry(kind, term, group["note"]) for term in group["list"]]
        for row in table.get("patterns", []):
            found.append(
                Entry(
                    FairnessKind.of(row["code"]),
                    row["name"],
                    row["note"],
                    _filled(row["regex"], parts),
                    is_for_conditions=row.get("scope") == "conditions",
                )
            )
    return tuple(found)


@lru_cache(maxsize=8)
def compiled(entries: Sequence[Entry]) -> Dictionary:
    """The entries that are switched on, as expressions: one for each kind and reach."""
    groups: dict[tuple[FairnessKind, bool], list[Entry]] = {}
    for entry in entries:
        if entry.is_active:
            groups.setdefault((entry.kind, entry.is_for_conditions), []).append(entry)
    rules = [Rule(kind, reach, _pattern(found)) for (kind, reach), found in groups.items()]
    spared = groups.get((FairnessKind.EXCEPTION, False))
    return Dictionary(
        tuple(rule for rule in rules if rule.kind is not FairnessKind.EXCEPTION),
        _pattern(spared) if spared else None,
    )


def expression(term: str) -> str:
    """The regular expression of a literal term: Latin letters as whole words, `*` as a short stretch of a clause."""
    inner = WILDCARD.join(re.escape(part) for part in term.split("*"))
    before = r"(?<![A-Za-z0-9])" if term[:1].isascii() and term[:1].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if term[-1:].isascii() and term[-1:].isalnum() else ""
    return f"{before}{inner}{after}"


def _pattern(entries: Sequence[Entry]) -> re.Pattern[str]:
    # Longer terms first: 阿里云 would otherwise be found as part of itself.
    literals = sorted((each.term for each in entries if not each.regex), key=len, reverse=True)
    # One look at the border of a word serves all Latin terms: a thousand makers are read in a few milliseconds.
    latin = [re.escape(term) for term in literals if LATIN.fullmatch(term)]
    parts = [f"(?<![A-Za-z0-9])(?=[A-Za-z0-9])(?:{'|'.join(latin)})(?![A-Za-z0-9])"] if latin else []
    parts += [expression(term) for term in literals if not LATIN.fullmatch(term)]
    parts += [each.regex for each in entries if each.regex]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)


def _filled(regex: str, parts: Mapping[str, str]) -> str:
    # Twice, as a part may hold other parts.
    for _round in range(2):
        regex = PART.sub(lambda match: parts[match[1]], regex)
    return regex


def _switched(entry: Entry, is_active: bool) -> Entry:
    return Entry(
        entry.kind, entry.term, entry.note, entry.regex, entry.is_for_conditions, is_active=is_active
    )


def _clause(text: str, start: int, end: int) -> str:
    first = max((m.end() for m in CLAUSE.finditer(text, 0, start)), default=0)
    return text[first:end]
