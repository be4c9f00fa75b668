"""What the tests need from the machine: packages of the distribution, a browser, a font, a PostgreSQL server.

Nothing here is required: whatever cannot be had is reported, and the tests that need it are left out.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
TRIED_ADDRESSES = ("postgresql:///test", "postgresql:///postgres", "postgresql://postgres@127.0.0.1/postgres")

Note = Callable[[str], None]


class Apt:
    """The distribution's packages, where this user may install them (root, or sudo without a password)."""

    def __init__(self) -> None:
        self._is_fresh = False
        self._prefix = self._find_prefix()

    @property
    def may_install(self) -> bool:
        """Whether installing is possible at all."""
        return self._prefix is not None

    @staticmethod
    def _find_prefix() -> list[str] | None:
        if shutil.which("apt-get") is None:
            return None
        if os.geteuid() == 0:
            return []
        if shutil.which("sudo") and _succeeds(["sudo", "-n", "true"]):
            return ["sudo", "-n"]
        return None

    def install(self, *packages: str) -> bool:
        """Install packages and return whether that worked; refreshes the package lists before the first."""
        if self._prefix is None:
            return False
        # RUNLEVEL=1 keeps package scripts from starting services: what the tests need they start themselves.
        apt = [*self._prefix, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "-qq"]
        if not self._is_fresh:
            self._is_fresh = _succeeds([*apt, "update"])
        print(f"test: installing {' '.join(packages)}", flush=True)
        return _succeeds([*apt, "install", "-y", "--no-install-recommends", *packages])


def browser(apt: Apt, note: Note) -> str | None:
    """Return the path of a Chromium, installed if need be, and see to a font with Chinese characters."""
    path = _which(BROWSERS)
    if path is None and apt.install("chromium"):
        path = _which(BROWSERS)
    if path is None:
        note("no Chromium here and none could be installed: the browser tests were left out")
        return None
    if not _has_chinese_font():
        apt.install("fontconfig", "fonts-wqy-microhei")
        if not _has_chinese_font():
            note("no font with Chinese characters here: screenshots show boxes")
    return path


@contextmanager
def postgres(apt: Apt, note: Note) -> Iterator[str | None]:
    """Yield the address of a PostgreSQL server on which tests may create databases, or None.

    First choice is TEST_DATABASE_URL, then a server on this machine, then a private one.
    """
    wanted = os.environ.get("TEST_DATABASE_URL")
    if wanted and not _may_create(wanted):
        note("TEST_DATABASE_URL does not answer or may not create databases: looked elsewhere")
    for address in (wanted, *TRIED_ADDRESSES):
        if address and _may_create(address):
            yield address
            return
    tools = _server_tools()
    if tools is None and apt.install("postgresql"):
        tools = _server_tools()
    if tools is None:
        note("no PostgreSQL here and none could be installed: everything ran on SQLite ALONE")
        yield None
        return
    with _private_server(tools) as address:
        if address is None:
            note("a private PostgreSQL did not start: everything ran on SQLite ALONE")
        yield address


@contextmanager
def _private_server(tools: Path) -> Iterator[str | None]:
    """Run a server that only a socket reaches; it is stopped, and its data removed, at the end."""
    # A socket's path may have about 100 characters, so the folder is not below a long TMPDIR.
    folder = Path(tempfile.mkdtemp(prefix="jiebang-pg-", dir="/tmp"))
    data = folder / "data"
    as_owner = _as_postgres_owner(folder)
    control = [*as_owner, str(tools / "pg_ctl"), "-D", str(data)]
    options = (
        f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    )
    create = ["initdb", "-D", str(data), "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    try:
        is_up = _succeeds([*as_owner, f"{tools}/{create[0]}", *create[1:], "--no-sync"]) and _succeeds(
            [*control, "-w", "-l", str(folder / "log"), "-o", options, "start"]
        )
        yield f"postgresql://tests@/postgres?host={folder}" if is_up else None
    finally:
        _succeeds([*control, "-w", "-m", "immediate", "stop"], is_quiet=True)
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres_owner(folder: Path) -> list[str]:
    """Return the words that run a command as somebody other than root, whom the server refuses."""
    if os.geteuid() != 0:
        return []
    name = "postgres" if _has_user("postgres") else "nobody"
    shutil.chown(folder, name)
    return ["runuser", "-u", name, "--"]


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _server_tools() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _may_create(address: str) -> bool:
    try:
        with psycopg.connect(address.replace("+psycopg", ""), connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def _which(names: tuple[str, ...]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _succeeds(command: list[str], *, is_quiet: bool = False) -> bool:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
        )
    except OSError as error:
        print(f"test: {command[0]}: {error}", flush=True)
        return False
    if done.returncode and not is_quiet:
        print(f"test: {' '.join(command)} failed:\n{done.stdout[-2000:]}", flush=True)
    return done.returncode == 0
