"""Uploaded files: stored under random names outside every web root, complete on disk before a row names them."""

import contextlib
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.core.inspection import DOCUMENTS, format_megabytes, inspect
from app.core.refused_files import FileRefused
from app.core.text import clean_line

PIECE = 2**16
STORAGE_NAME = re.compile(r"[0-9a-f]{32}")
MAX_FILENAME = 120
MAX_EXTENSION = 10
FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*]')
DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file in the store: its storage name, SHA-256 in hexadecimal, and size in bytes."""

    storage_name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was stored and found acceptable, with what a row about it needs."""

    storage_name: str
    sha256: str
    size: int
    media_type: str
    filename: str


class FileStore:
    """A folder of files named at random, two levels deep: the user's name never reaches the disk."""

    def __init__(self, root: Path) -> None:
        """The root is made on first use."""
        self.root = root

    def save(self, stream: BinaryIO, *, limit: int) -> SavedFile:
        """Stores what the stream holds; on return it is on disk for good.

        Raises FileRefused for nothing (`file_empty`) and for more than `limit` bytes (`file_too_large`), OSError
        when the disk is full. Nothing is left behind then.
        """
        storage_name = secrets.token_hex(16)
        target = self.path(storage_name)
        _make_folders(target.parent)
        part = self.part(storage_name)
        try:
            sha256, size = _write(part, stream, limit)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return SavedFile(storage_name, sha256, size)

    def take_in(
        self, stream: BinaryIO, original_name: str, *, limit: int, allowed: Collection[str] = DOCUMENTS
    ) -> Upload:
        """Stores and inspects an upload; one that is refused leaves nothing behind. Raises FileRefused."""
        saved = self.save(stream, limit=limit)
        try:
            media_type = inspect(self.path(saved.storage_name), original_name, limit=limit, allowed=allowed)
        except BaseException:
            self.delete(saved.storage_name)
            raise
        return Upload(saved.storage_name, saved.sha256, saved.size, media_type, safe_filename(original_name))

    def begin(self) -> str:
        """The storage name of a file that will arrive in chunks."""
        storage_name = secrets.token_hex(16)
        self.restart(storage_name)
        return storage_name

    def restart(self, storage_name: str) -> None:
        """Makes an empty part of this name, whatever arrived before."""
        part = self.part(storage_name)
        _make_folders(part.parent)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))

    def append(self, storage_name: str, chunk: bytes, *, offset: int) -> int:
        """Writes a chunk at its place; what lies behind it from a broken attempt is dropped. Returns the new length.

        On return it is on disk for good. Raises FileNotFoundError when the part is gone, ValueError when it is
        shorter than `offset`."""
        with self.part(storage_name).open("r+b") as file:
            if file.seek(0, os.SEEK_END) < offset:
                raise ValueError("a gap")
            file.truncate(offset)
            file.seek(offset)
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return offset + len(chunk)

    def finish(self, storage_name: str) -> None:
        """Makes a whole file of what arrived in chunks; once more does no harm. Raises FileNotFoundError."""
        target = self.path(storage_name)
        if not target.exists():
            self.part(storage_name).replace(target)
            _sync_folder(target.parent)

    def part(self, storage_name: str) -> Path:
        """Where a file lies while it arrives."""
        target = self.path(storage_name)
        return target.with_name(f".{storage_name}.part")

    def open(self, storage_name: str) -> BinaryIO:
        """The stored file for reading. Raises FileNotFoundError."""
        return self.path(storage_name).open("rb")

    def path(self, storage_name: str) -> Path:
        """Where the file lies. Raises ValueError for anything but a storage name."""
        if not STORAGE_NAME.fullmatch(storage_name):
            raise ValueError("not a storage name")
        return self.root / storage_name[:2] / storage_name[2:4] / storage_name

    def exists(self, storage_name: str) -> bool:
        """Whether the store holds the file."""
        return self.path(storage_name).is_file()

    def delete(self, storage_name: str) -> None:
        """Removes the file for good, whole or in part; one that is gone already is no error."""
        for path in (self.path(storage_name), self.part(storage_name)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                _sync_folder(path.parent)

    def names(self) -> Iterator[str]:
        """Every storage name in the store, in no order, for the comparison with the rows that name them."""
        return (path.name for path in self.root.glob("??/??/*") if STORAGE_NAME.fullmatch(path.name))

    def settled_names(self, before: float) -> Iterator[str]:
        """The storage names, those of parts too, whose file last changed before a time in seconds since 1970."""
        for path in self.root.glob("??/??/*"):
            name = path.name.removeprefix(".").removesuffix(".part")
            if STORAGE_NAME.fullmatch(name) and _changed_at(path) < before:
                yield name


def safe_filename(name: str) -> str:
    """A user's file name fit to be shown and offered for download: Chinese stays, paths and tricks go.

    At most 120 characters, the extension kept; `file` when nothing is left.
    """
    line = clean_line(name).replace("\\", "/").rpartition("/")[2]
    visible = "".join(char for char in line if unicodedata.category(char) not in ("Cc", "Cf", "Cn", "Co"))
    plain = FORBIDDEN_IN_NAMES.sub("_", visible).strip(" .")
    if DEVICE_NAME.match(plain):
        plain = f"_{plain}"
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > MAX_EXTENSION:
        return plain[:MAX_FILENAME].rstrip(" .") or "file"
    return f"{stem[: MAX_FILENAME - len(extension) - 1].rstrip(' .') or 'file'}.{extension}"


def _changed_at(path: Path) -> float:
    """When the file last changed, in seconds since 1970; endlessly late when it has gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, stream: BinaryIO, limit: int) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > limit:
                raise FileRefused("file_too_large", limit=format_megabytes(limit))
            hashed.update(piece)
            file.write(piece)
        if size == 0:
            raise FileRefused("file_empty")
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest(), size


def _make_folders(folder: Path) -> None:
    """Makes the folder and what is missing above it, each of them on disk for good."""
    missing = [folder, *folder.parents]
    for path in reversed([path for path in missing if not path.exists()]):
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
