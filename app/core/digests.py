"""One canonical text for a value, its SHA-256, and the commitment that seals a bid.

Whoever holds the value can compute the digest again, in any language: JSON in UTF-8, keys in the order of
their code points, nothing between the tokens, no floating point. Records rest on it: never change it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

COMMITMENT_PREFIX = b"\x00"
NONCE_BYTES = 32


def canonical_json(value: object) -> bytes:
    """The one text of a value made of mappings, sequences, texts, integers, booleans and None.

    Moments become UTC with microseconds and Z, days ISO, decimals and UUIDs texts, enums their values. Raises
    TypeError for any other type (floats and bytes among them), ValueError for a moment without a zone or a
    text that UTF-8 cannot hold.
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8"
    )


def sha256_hex(content: bytes) -> str:
    """The SHA-256 of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest(value: object) -> str:
    """The SHA-256 of the value's canonical text."""
    return sha256_hex(canonical_json(value))


def commitment(content: Mapping[str, Any], file_hashes: Sequence[str], nonce: bytes) -> str:
    """What binds a bidder: SHA-256 over 0x00, the canonical content, the files' hashes in order, the nonce.

    `file_hashes` are SHA-256 in hexadecimal, `nonce` is 32 random bytes, which keep anyone from guessing a
    content from its commitment. The text of a mapping ends itself, so no byte can move from part to part.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError("the nonce has 32 bytes")
    hashes = [bytes.fromhex(text) for text in file_hashes]
    if any(len(raw) != hashlib.sha256().digest_size for raw in hashes):
        raise ValueError("the hash of a file has 32 bytes")
    if not isinstance(content, Mapping):
        raise TypeError("the content of a commitment is a mapping")
    return sha256_hex(b"".join([COMMITMENT_PREFIX, canonical_json(content), *hashes, nonce]))


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        value = value.value
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return [_plain(item) for item in value]
    return _text(value)


def _key(key: object) -> str:
    plain = key.value if isinstance(key, Enum) else key
    if not isinstance(plain, str):
        raise TypeError(f"a canonical key is a text, not {type(key).__name__}")
    return str(plain)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError("a moment without a time zone has no canonical text")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | UUID):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no canonical text")
