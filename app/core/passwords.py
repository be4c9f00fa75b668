"""Passwords: Argon2id hashes, constant work, and the rules for choosing one.

Any Unicode is welcome; a password is brought to NFKC first, so that the input methods of two machines agree.
"""

import functools
import unicodedata
from enum import Enum
from pathlib import Path

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import Refusal
from app.core.i18n import _l

MIN_LENGTH = 12
MAX_LENGTH = 128
FEWEST_CHARACTERS = 3
COMMON_LIST = Path(__file__).resolve().parents[2] / "seed" / "passwords" / "common.txt"


class Profile(Enum):
    """How much work a hash costs: `STANDARD` is RFC 9106's for 64 MiB, `CHEAP` is for tests and nothing else."""

    STANDARD = profiles.RFC_9106_LOW_MEMORY
    CHEAP = profiles.CHEAPEST


class _Current:
    hasher = PasswordHasher.from_parameters(Profile.STANDARD.value)


def configure(profile: Profile) -> None:
    """Chooses the cost of every hash from now on, in this process."""
    _Current.hasher = PasswordHasher.from_parameters(profile.value)


def hash_password(password: str) -> str:
    """The hash to store, with its salt and parameters in it. Raises ValueError for a text that is no Unicode."""
    return _Current.hasher.hash(_bytes(password))


def verify_password(stored: str, password: str) -> bool:
    """Whether the password belongs to the stored hash; a hash that is none costs the same work and is False."""
    try:
        return _Current.hasher.verify(stored, _bytes(password))
    except InvalidHashError:
        verify_nothing()
        return False
    except (VerificationError, UnicodeEncodeError):
        return False


def verify_nothing() -> None:
    """Spends what `verify_password` spends, for an account that does not exist."""
    _Current.hasher.hash(b"nobody's password")


def needs_new_hash(stored: str) -> bool:
    """Whether the hash was made at another cost than today's, and is to be made again at the next sign-in."""
    try:
        return _Current.hasher.check_needs_rehash(stored)
    except InvalidHashError:
        return True


def problems(password: str, *, email: str = "", field: str = "password") -> list[Refusal]:
    """Why the password may not be chosen, for the form field named; nothing when it may."""
    plain = unicodedata.normalize("NFKC", password)
    found = []
    if len(plain) < MIN_LENGTH:
        wording = _l("Use at least %(count)s characters.", count=MIN_LENGTH)
        found.append(Refusal("password_short", wording, field))
    elif len(plain) > MAX_LENGTH:
        wording = _l("Use at most %(count)s characters.", count=MAX_LENGTH)
        found.append(Refusal("password_long", wording, field))
    elif _is_common(plain.casefold()):
        wording = _l("This password is among the first that attackers try. Choose another one.")
        found.append(Refusal("password_common", wording, field))
    if not _is_unicode(plain):
        wording = _l("The password holds a broken character. Type it again.")
        found.append(Refusal("password_broken", wording, field))
    if _repeats_address(plain.casefold(), email.casefold()):
        wording = _l("Do not use your e-mail address in the password.")
        found.append(Refusal("password_email", wording, field))
    return found


@functools.cache
def common_passwords() -> frozenset[str]:
    """The shipped list of passwords that are too common, in small letters."""
    lines = COMMON_LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8")


def _is_unicode(password: str) -> bool:
    return not any(unicodedata.category(char) == "Cs" for char in password)


def _is_common(folded: str) -> bool:
    return len(set(folded)) < FEWEST_CHARACTERS or folded in common_passwords()


def _repeats_address(folded: str, address: str) -> bool:
    """Whether little is left of the password without the address or the name before its @."""
    name = address.partition("@")[0]
    return any(
        len(part) >= 4 and part in folded and len(folded.replace(part, "")) < MIN_LENGTH // 2
        for part in (address, name)
    )
