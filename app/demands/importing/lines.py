"""Lines of prose made into rows: indicators such as “派单准确率≥92.7%（测试集1万条）”, and conditions on bidders.

What cannot be read is kept as text, with what it lacks: people complete it on the form."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.models.codes import ConditionKind, IndicatorCategory, Operator

MAX_NAME = 120
NUMBERING = re.compile(
    r"^\s*(?:[（(]?\d{1,2}[)）]|\d{1,2}[.、．](?!\d)|[①-⑳]|[（(]?[一二三四五六七八九十]{1,3}[)）、])\s*"
)
BREAKS = re.compile(r"[\n；;]+")
NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
UNIT = r"[^\s，,。（(）):：]{0,12}?"
OPERATORS: tuple[tuple[Operator, str], ...] = (
    (Operator.GE, "≥|>=|不低于|不少于|不小于|大于等于|大于或等于|至少|达到|达|>|超过|高于|大于|优于"),
    (Operator.LE, "≤|<=|不超过|不高于|不大于|不多于|小于等于|小于或等于|至多|控制在|<|低于|少于|小于"),
    (Operator.APPROX, "≈|大约|约"),
    (Operator.EQ, "=|等于"),
    # Changes are promised as at least so much.
    (Operator.GE, "提升|提高|增加|降低|减少|缩短|下降"),
)
WORDS = {word: operator for operator, words in OPERATORS for word in words.split("|")}
CHANGES = frozenset(OPERATORS[-1][1].split("|"))
TOLD = "|".join(sorted((re.escape(word) for word in WORDS), key=len, reverse=True))
END = r"(?=$|[\s，,。（(])"
RANGE = re.compile(rf"(?P<low>{NUMBER})%?\s*(?:-|~|—|–|至|到)\s*(?P<high>{NUMBER})(?P<unit>{UNIT}){END}")
TARGET = re.compile(
    rf"(?P<word>{TOLD})\s*(?P<number>{NUMBER})\s*(?P<unit>{UNIT})(?P<tail>以上|以内|以下|内|左右)?{END}"
)
TAILED = re.compile(rf"(?P<number>{NUMBER})\s*(?P<unit>{UNIT})(?P<tail>以上|以内|以下|之内|左右){END}")
TAILS = {
    "以上": Operator.GE,
    "以内": Operator.LE,
    "以下": Operator.LE,
    "之内": Operator.LE,
    "左右": Operator.APPROX,
}
KINDS = (
    (ConditionKind.REGION, re.compile(r"注册地|本地|省内|市内|所在地|办公场所|驻地")),
    (ConditionKind.EXPERIENCE, re.compile(r"业绩|案例|经验|做过|实施过|承担过|项目")),
    (ConditionKind.TEAM, re.compile(r"团队|人员|博士|负责人|工程师|专家")),
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A line made into the columns of an indicator; `lacks` names what is still needed to measure it."""

    values: dict[str, Any]
    lacks: tuple[str, ...]


def split_lines(text: str) -> list[str]:
    """The lines of a cell without their numbering, empty ones left out."""
    parts = (NUMBERING.sub("", part).strip(" 。\t\u3000") for part in BREAKS.split(text or ""))
    return [part for part in parts if part]


def indicators(text: str) -> list[Indicator]:
    """The indicators of a cell, a line each."""
    return [indicator(line) for line in split_lines(text)]


def indicator(line: str) -> Indicator:
    """Name, operator, number, unit and condition of a line, as far as they stand there."""
    plain = _half_width(line)
    found = _target(plain)
    if found is None:
        values = _values(plain, "") | {
            "operator": Operator.GE,
            "target": None,
            "target_high": None,
            "unit": "",
        }
        return Indicator(values, ("number", "unit", "condition"))
    match, operator = found
    name = plain[: match.start()].strip(" ,，:：")
    if match.groupdict().get("word") in CHANGES:
        name += match["word"]
    parts = match.groupdict()
    unit = "%" if "%" in match[0] and not parts["unit"] else parts["unit"]
    low, high = parts.get("number") or parts.get("low"), parts.get("high")
    condition = plain[match.end() :].strip(" ,，。:：")
    if condition.startswith("(") and condition.endswith(")"):
        condition = condition[1:-1].strip()
    values = _values(name, condition) | {
        "operator": operator,
        "target": _decimal(low),
        "target_high": _decimal(high),
        "unit": unit,
    }
    lacks = [what for what, value in (("name", name), ("unit", unit), ("condition", condition)) if not value]
    return Indicator(values, tuple(lacks))


def conditions(text: str) -> list[dict[str, Any]]:
    """The conditions of a cell, a line each, their kind guessed from their words; none is hard by itself."""
    return [
        {"text": line, "kind": _kind(line).value, "is_hard": False, "why": ""} for line in split_lines(text)
    ]


def _target(plain: str) -> tuple[re.Match[str], Operator] | None:
    if match := RANGE.search(plain):
        return match, Operator.RANGE
    if match := TARGET.search(plain):
        return match, WORDS[match["word"]]
    if match := TAILED.search(plain):
        return match, TAILS[match["tail"]]
    return None


def _values(name: str, condition: str) -> dict[str, Any]:
    # A name that is too long is prose: it stays readable in the condition.
    is_prose = len(name) > MAX_NAME
    return {
        "name": name[:MAX_NAME],
        "category": IndicatorCategory.TECHNICAL,
        "condition": f"{name}\n{condition}".strip() if is_prose else condition,
    }


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text.replace(",", "")) if text else None


def _half_width(line: str) -> str:
    return unicodedata.normalize("NFKC", line).replace("＞", ">").replace("＜", "<").strip()


def _kind(line: str) -> ConditionKind:
    return next((kind for kind, words in KINDS if words.search(line)), ConditionKind.QUALIFICATION)
