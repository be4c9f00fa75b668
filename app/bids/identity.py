"""The project leader's identity number: kept as a salted hash only, so that it can be compared but never read."""

import hashlib
import re
from uuid import UUID

from app.core.text import clean_line

HASH = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"[0-9A-Z]{6,20}")
RESIDENT = re.compile(r"\d{17}[0-9X]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARS = "10X98765432"


def normalize(typed: str) -> str:
    """The number in capitals without blanks and hyphens."""
    return re.sub(r"[\s\-]", "", clean_line(typed)).upper()


def is_valid(number: str) -> bool:
    """Whether a normal form can be a number: a resident's (GB 11643) by its check character, others by their shape."""
    if RESIDENT.fullmatch(number):
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
        return number[17] == CHECK_CHARS[total % 11]
    return len(number) != 18 and NUMBER.fullmatch(number) is not None


def identity_hash(number: str, demand_id: UUID) -> str:
    """64 hexadecimal digits. Slow on purpose, and salted with the listing: the same person in two bids on it can be
    found, across listings nobody can be followed."""
    salt = demand_id.bytes
    return hashlib.scrypt(normalize(number).encode(), salt=salt, n=2**14, r=8, p=1, dklen=32).hex()


def kept(typed: str, before: str, demand_id: UUID) -> str:
    """What the content keeps for what was typed: its hash; nothing typed leaves what was kept before."""
    if HASH.fullmatch(typed):
        return typed
    return identity_hash(typed, demand_id) if typed.strip() else before
