"""Random numbers of a recorded seed: the same on every machine, whatever becomes a library's default."""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.random import Generator


def generator(seed: str) -> "Generator":
    """The numbers that a seed's text stands for: PCG64 on its SHA-256."""
    from numpy.random import PCG64, Generator

    return Generator(PCG64(int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")))
