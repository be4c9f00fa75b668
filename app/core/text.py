"""Texts that people typed: made safe to store, alike to compare, and masked where they are personal."""

import re
import unicodedata

LINE_BREAKS = re.compile(r"\r\n?|\u0085|\u2028|\u2029")
INVISIBLE = re.compile(
    "["
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but not tab and line feed
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks and overrides of direction: they make a text lie
    r"\ufeff\ufffe\uffff\ufdd0-\ufdef"  # byte order mark and non-characters, which documents cannot hold
    r"\ud800-\udfff"  # lone surrogates, which no encoding can hold
    "]"
)
MASK = "*"


def clean(text: str) -> str:
    """The text as it is stored: composed (NFC), plain line ends, without what cannot be seen, trimmed."""
    return unicodedata.normalize("NFC", INVISIBLE.sub("", LINE_BREAKS.sub("\n", text))).strip()


def clean_line(text: str) -> str:
    """The text as one line: as `clean`, with every run of blanks and line ends made one blank."""
    return " ".join(clean(text).split())


def normalize_for_compare(text: str) -> str:
    """What two texts have in common when a person would call them the same: letters and digits only.

    Full width becomes half width, capitals small, and punctuation, symbols and blanks go.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LMN")


def mask_phone(phone: str) -> str:
    """A telephone number with its first three and last four characters, a short one with its last two."""
    return _masked(phone, keep_first=3, keep_last=4) if len(phone) >= 11 else _masked(phone, keep_last=2)


def mask_email(address: str) -> str:
    """An e-mail address with the first letter of the name and the whole domain."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}{MASK * 3}@{domain}" if at else MASK * 3


def mask_name(name: str) -> str:
    """A person's name with its first character: 张三丰 is 张**. A Latin name keeps that of each word."""
    return " ".join(_masked(word, keep_first=1) for word in name.split())


def mask_id(number: str) -> str:
    """An identity or account number with its first three and last four characters; a short one keeps none."""
    return _masked(number, keep_first=3, keep_last=4) if len(number) >= 11 else MASK * len(number)


def _masked(text: str, *, keep_first: int = 0, keep_last: int = 0) -> str:
    hidden = max(len(text) - keep_first - keep_last, 0)
    if not hidden:
        return MASK * len(text) if keep_last else text[:1] + MASK
    return text[:keep_first] + MASK * hidden + text[len(text) - keep_last :]
