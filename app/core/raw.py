"""A file as one row of bytes: mapped from the disk when it lies there, so that it is never read into memory whole."""

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TypeAlias

Raw: TypeAlias = mmap.mmap | bytes

END_OF_ARCHIVE = b"PK\x05\x06"
END_RECORD_SIZE = 22
MAX_COMMENT = 2**16


@contextmanager
def mapped(file: BinaryIO) -> Iterator[Raw]:
    """The bytes of a file on disk or in memory; not of an empty one."""
    if isinstance(file, io.BytesIO):
        yield file.getvalue()
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        yield whole


def ends_as_archive(raw: Raw) -> bool:
    """Whether the bytes end with the last record of a zip archive: then they are an archive too, whatever precedes."""
    place = raw.rfind(END_OF_ARCHIVE, max(len(raw) - END_RECORD_SIZE - MAX_COMMENT, 0))
    if place < 0 or place + END_RECORD_SIZE > len(raw):
        return False
    comment = int.from_bytes(raw[place + 20 : place + 22], "little")
    return place + END_RECORD_SIZE + comment == len(raw)
