"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters with a check character.

One character for the registering department, one for the kind of entity, six digits of region, nine of
subject (an organisation code of GB 11714, whose last is its own check), one check character over all these.
"""

import re
import unicodedata
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u200b\ufeff]+")
SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


class EntityKind(StrEnum):
    """What kind of body a code was given to, as far as the product distinguishes them."""

    ENTERPRISE = "enterprise"
    PUBLIC_INSTITUTION = "public_institution"
    GOVERNMENT_ORGAN = "government_organ"
    SOCIAL_ORGANISATION = "social_organisation"


KIND_OF_PREFIX = {
    "91": EntityKind.ENTERPRISE,
    "12": EntityKind.PUBLIC_INSTITUTION,
    "11": EntityKind.GOVERNMENT_ORGAN,
    "51": EntityKind.SOCIAL_ORGANISATION,
    "52": EntityKind.SOCIAL_ORGANISATION,
    "53": EntityKind.SOCIAL_ORGANISATION,
}


def normalize(text: str) -> str:
    """What was typed, in half-width capitals without blanks and hyphens. It may still be no code."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_char(first_seventeen: str) -> str:
    """The eighteenth character for seventeen given ones. Raises ValueError for any outside the alphabet."""
    if len(first_seventeen) != len(WEIGHTS):
        raise ValueError("seventeen characters are needed")
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Whether a code in its normal form (see `normalize`) has the right shape and check character."""
    return SHAPE.fullmatch(code) is not None and check_char(code[:17]) == code[17]


def organisation_check_char(first_eight: str) -> str:
    """The ninth character of an organisation code (GB 11714) for eight given digits or capitals."""
    values = (int(char, 36) for char in first_eight)
    rest = 11 - sum(value * weight for value, weight in zip(values, ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def has_valid_organisation_code(code: str) -> bool:
    """Whether the inner organisation code checks too: a warning at most, since some issued codes fail it."""
    return is_valid(code) and organisation_check_char(code[8:16]) == code[16]


def entity_kind(code: str) -> EntityKind | None:
    """The kind of body that the first two characters stand for; None for a kind the product does not know."""
    return KIND_OF_PREFIX.get(code[:2])


def fictional(region: str, prefix: str, serial: int) -> str:
    """A valid code of nobody, for tests and demonstration data: subject codes from XXX on are never issued.

    `region` is six digits (GB/T 2260), `prefix` the characters of department and kind, `serial` 0 to 99,999.
    """
    if not 0 <= serial <= 99_999:
        raise ValueError("the serial has five digits")
    subject = f"XXX{serial:05d}"
    body = f"{prefix}{region}{subject}{organisation_check_char(subject)}"
    code = body + check_char(body)
    if not is_valid(code):
        raise ValueError(f"no code can be made of {prefix!r} and {region!r}")
    return code
