"""The store: names, durability and limits, and file names from strangers."""

import hashlib
import io
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.files import FileStore, SavedFile, Upload, safe_filename
from app.core.refused_files import FileRefused
from tests.core.sample_files import PDF, make_office

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=300)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "var" / "files")


def everything_in(store: FileStore) -> list[Path]:
    """All files on disk, whatever they are called."""
    return [path for path in store.root.rglob("*") if path.is_file()]


class Broken(io.BytesIO):
    """A stream whose sender goes away after the first piece."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError("gone")
        return super().read(size)


def test_save_keeps_content_hash_and_size(store: FileStore) -> None:
    content = os.urandom(200_000)
    saved = store.save(io.BytesIO(content), limit=len(content))
    assert saved == SavedFile(saved.storage_name, hashlib.sha256(content).hexdigest(), 200_000)
    with store.open(saved.storage_name) as file:
        assert file.read() == content
    assert store.exists(saved.storage_name)
    assert list(store.names()) == [saved.storage_name]


def test_save_puts_files_two_folders_deep_and_for_the_owner_only(store: FileStore) -> None:
    name = store.save(io.BytesIO(b"x"), limit=1).storage_name
    path = store.path(name)
    assert path.relative_to(store.root).parts == (name[:2], name[2:4], name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_save_gives_the_same_content_two_names(store: FileStore) -> None:
    first, second = (store.save(io.BytesIO(b"same"), limit=9) for _ in range(2))
    assert first.storage_name != second.storage_name
    assert first.sha256 == second.sha256


def test_save_syncs_the_file_and_every_new_folder(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def recording(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", recording)
    name = store.save(io.BytesIO(b"x"), limit=1).storage_name
    root = store.root
    folders = [root.parent.parent, root.parent, root, root / name[:2]]
    part = root / name[:2] / name[2:4] / f".{name}.part"
    assert synced == [*map(str, folders), str(part), str(part.parent)]


@pytest.mark.parametrize(
    ("content", "limit", "code"), [(b"", 9, "file_empty"), (b"12345", 4, "file_too_large")]
)
def test_save_refuses_nothing_and_too_much_and_leaves_nothing(
    content: bytes, limit: int, code: str, store: FileStore
) -> None:
    with pytest.raises(FileRefused) as caught:
        store.save(io.BytesIO(content), limit=limit)
    assert caught.value.code == code
    assert everything_in(store) == []


def test_save_stops_reading_at_the_limit(store: FileStore) -> None:
    stream = io.BytesIO(bytes(10_000_000))
    with pytest.raises(FileRefused):
        store.save(stream, limit=100_000)
    assert stream.tell() < 300_000


def test_save_leaves_nothing_when_the_sender_goes_away(store: FileStore) -> None:
    with pytest.raises(ConnectionResetError):
        store.save(Broken(bytes(100_000)), limit=1_000_000)
    assert everything_in(store) == []


def test_delete_removes_the_file_and_may_be_repeated(store: FileStore) -> None:
    name = store.save(io.BytesIO(b"x"), limit=1).storage_name
    store.delete(name)
    store.delete(name)
    assert everything_in(store) == []
    assert not store.exists(name)
    with pytest.raises(FileNotFoundError):
        store.open(name)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "/" + "a" * 31]
)
def test_path_refuses_anything_but_a_storage_name(name: str, store: FileStore) -> None:
    for ask in (store.path, store.open, store.delete, store.exists):
        with pytest.raises(ValueError, match="storage name"):
            ask(name)


def test_take_in_stores_and_inspects(store: FileStore) -> None:
    upload = store.take_in(io.BytesIO(PDF), "C:\\报告\\申报书.pdf", limit=10_000)
    digest = hashlib.sha256(PDF).hexdigest()
    assert upload == Upload(upload.storage_name, digest, len(PDF), "application/pdf", "申报书.pdf")
    assert store.exists(upload.storage_name)


def test_take_in_keeps_nothing_of_a_refused_upload(store: FileStore) -> None:
    macros = make_office("docx", {"word/vbaProject.bin": b"code"})
    with pytest.raises(FileRefused) as caught:
        store.take_in(io.BytesIO(macros), "a.docx", limit=100_000)
    assert caught.value.code == "file_macros"
    assert everything_in(store) == []


def test_names_leaves_out_what_is_not_finished(store: FileStore) -> None:
    name = store.save(io.BytesIO(b"x"), limit=1).storage_name
    store.path(name).with_name(f".{'0' * 32}.part").write_bytes(b"half")
    assert list(store.names()) == [name]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("揭榜申报书.docx", "揭榜申报书.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\报告.pdf", "报告.pdf"),
        ("/abs/报告.pdf", "报告.pdf"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u200bhidden\ufeff.pdf", "hidden.pdf"),
        ('a<b>:"c|d?*.pdf', "a_b___c_d__.pdf"),
        ("..", "file"),
        ("", "file"),
        (" . ", "file"),
        ("folder/", "file"),
        (".htaccess", "htaccess"),
        ("name. ", "name"),
        ("CON.pdf", "_CON.pdf"),
        ("nul", "_nul"),
        ("console.pdf", "console.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("   .pdf", "pdf"),
        ("a   b.pdf", "a b.pdf"),
    ],
)
def test_safe_filename_keeps_the_name_and_drops_the_tricks(name: str, safe: str) -> None:
    assert safe_filename(name) == safe


def test_safe_filename_shortens_the_name_and_keeps_its_extension() -> None:
    assert safe_filename("报" * 300 + ".docx") == "报" * 115 + ".docx"
    assert safe_filename("x" * 300) == "x" * 120
    assert safe_filename("a." + "b" * 300) == "a." + "b" * 118


@given(ANY_TEXT)
def test_safe_filename_is_safe_for_any_text(name: str) -> None:
    safe = safe_filename(name)
    assert 1 <= len(safe) <= 120
    assert not set('/\\<>:"|?*\0\n\r\t') & set(safe)
    assert safe.strip(" .") == safe
    assert safe.encode("utf-8")
    assert safe_filename(safe) == safe
