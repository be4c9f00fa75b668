"""Everything the environment decides, read once at start.

`Config.from_environ()` is what `wsgi.py` uses; tests call `Config.for_tests()`. The fields carry Flask's
own names where Flask has one, so that `app.config.from_object(config)` takes them all.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent

MIN_SECRET_LENGTH = 32
MIN_SECRET_DISTINCT = 10
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
MIB = 1024 * 1024
CLAMD_ADDRESS = re.compile(r"(unix:)?/\S+|(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}")


class ConfigError(Exception):
    """The environment asks for something the site refuses to do; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of one running site.

    Sizes are bytes, folders are absolute. A value that is missing gets the default of demonstration mode or
    of production; a value that is unsafe raises `ConfigError`.
    """

    VAR_DIR: Path
    DATABASE_URL: str = field(repr=False)
    SECRET_KEY: str = field(repr=False)
    DEMO: bool = False
    TESTING: bool = False
    HOST: str = "127.0.0.1"
    PORT: int = 8000
    PUBLIC_URL: str = "http://127.0.0.1:8000"
    TRUSTED_HOSTS: tuple[str, ...] = LOOPBACK_NAMES
    PROXY_COUNT: int = 0
    MAIL: str = "sink"
    MAIL_FROM: str = "no-reply@localhost"
    SESSION_COOKIE_SECURE: bool = False
    SESSION_COOKIE_HTTPONLY: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"
    PERMANENT_SESSION_LIFETIME: timedelta = timedelta(hours=12)
    MAX_CONTENT_LENGTH: int = 64 * MIB
    CLAMD_ADDRESS: str = ""
    CLAMD_SECONDS: int = 5
    UNIT_FILE_BYTES: int = 5 * 1024 * MIB
    MAX_FORM_MEMORY_SIZE: int = 2 * MIB
    MAX_FORM_PARTS: int = 2000
    WTF_CSRF_TIME_LIMIT: int | None = None

    def __post_init__(self) -> None:
        """Refuse combinations that must never serve.

        Raises:
            ConfigError: demonstration accounts on a public address, a weak secret, an unknown mail backend.
        """
        if self.DEMO and not is_loopback(self.HOST):
            raise ConfigError(
                f"Demonstration mode, whose passwords are published, will not serve on {self.HOST}: "
                "set DEMO=0, or HOST=127.0.0.1."
            )
        if not (self.DEMO or self.TESTING) and is_weak(self.SECRET_KEY):
            raise ConfigError(
                f"SECRET_KEY is missing or weak: it needs at least {MIN_SECRET_LENGTH} random characters, in "
                "SECRET_KEY or in the file that SECRET_KEY_FILE names. One way: openssl rand -hex 32"
            )
        if self.MAIL not in ("sink", "console"):
            raise ConfigError(f"MAIL is {self.MAIL!r}; it can be 'sink' or 'console'.")
        if self.CLAMD_ADDRESS and not CLAMD_ADDRESS.fullmatch(self.CLAMD_ADDRESS):
            raise ConfigError(
                f"CLAMD_ADDRESS is {self.CLAMD_ADDRESS!r}; it can be host:port, or the absolute path of a socket."
            )

    @property
    def MAIL_DIR(self) -> Path:  # noqa: N802 - a setting, named like its neighbours
        """Folder that the 'sink' mail backend writes its .eml files into."""
        return self.VAR_DIR / "mail"

    @property
    def FILES_DIR(self) -> Path:  # noqa: N802 - a setting, named like its neighbours
        """Folder of uploaded files, outside every folder that a web server publishes."""
        return self.VAR_DIR / "files"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings from `environ` (the process environment by default).

        Makes `VAR_DIR`, and in demonstration mode a secret inside it.

        Raises:
            ConfigError: for a value that cannot be read or is refused.
        """
        env = os.environ if environ is None else environ
        demo = _flag(env, "DEMO")
        host = env.get("HOST") or "127.0.0.1"
        port = _integer(env, "PORT", 8000)
        var_dir = Path(env.get("VAR_DIR") or ROOT / "var").resolve()
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        public_url = (env.get("PUBLIC_URL") or f"http://{_url_host(host)}:{port}").rstrip("/")
        public = urlsplit(public_url)
        if public.scheme not in ("http", "https") or not public.hostname:
            raise ConfigError(f"PUBLIC_URL is {public_url!r}; it must look like https://example.org")
        return cls(
            VAR_DIR=var_dir,
            DATABASE_URL=database_url(
                _or_file(env, "DATABASE_URL") or f"sqlite:///{var_dir / 'jiebang.sqlite3'}"
            ),
            SECRET_KEY=_or_file(env, "SECRET_KEY") or (_demo_secret(var_dir / "secret_key") if demo else ""),
            DEMO=demo,
            HOST=host,
            PORT=port,
            PUBLIC_URL=public_url,
            TRUSTED_HOSTS=_trusted_hosts(env, public.hostname),
            PROXY_COUNT=_integer(env, "PROXY_COUNT", 0),
            MAIL=env.get("MAIL") or "sink",
            MAIL_FROM=env.get("MAIL_FROM") or _sender(public.hostname),
            SESSION_COOKIE_SECURE=public.scheme == "https",
            MAX_CONTENT_LENGTH=_integer(env, "MAX_CONTENT_LENGTH", 64 * MIB),
            CLAMD_ADDRESS=env.get("CLAMD_ADDRESS", "").strip(),
            CLAMD_SECONDS=_integer(env, "CLAMD_SECONDS", 5),
            UNIT_FILE_BYTES=_integer(env, "UNIT_FILE_BYTES", 5 * 1024 * MIB),
        )

    @classmethod
    def for_tests(cls, var_dir: Path, database_url: str, *, demo: bool = False) -> Self:
        """Settings for a test: a folder and a database of its own, mail into the sink."""
        return cls(
            VAR_DIR=var_dir,
            DATABASE_URL=database_url,
            SECRET_KEY=secrets.token_hex(32),
            TESTING=True,
            DEMO=demo,
            PUBLIC_URL="http://localhost",
        )


def database_url(url: str) -> str:
    """Return `url` with the PostgreSQL driver named that this site installs."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def is_loopback(host: str) -> bool:
    """Tell whether a server bound to `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_weak(secret: str) -> bool:
    """Tell whether `secret` is too short or too uniform to sign sessions with."""
    return len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_SECRET_DISTINCT


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value in ("", "0", "false", "no", "off"):
        return False
    if value in ("1", "true", "yes", "on"):
        return True
    raise ConfigError(f"{name} is {value!r}; it can be 1 or 0.")


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name) or str(default)
    if not value.isascii() or not value.isdigit():
        raise ConfigError(f"{name} is {value!r}; it must be a whole number.")
    return int(value)


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _sender(public_host: str) -> str:
    return "no-reply@localhost" if is_loopback(public_host) else f"no-reply@{public_host}"


def _trusted_hosts(env: Mapping[str, str], public_host: str) -> tuple[str, ...]:
    listed = [name.strip() for name in env.get("TRUSTED_HOSTS", "").split(",") if name.strip()]
    # The loopback names stay in: health checks ask from the same machine, and mail links use PUBLIC_URL.
    return tuple(dict.fromkeys([*listed, _url_host(public_host), *LOOPBACK_NAMES]))


def _or_file(env: Mapping[str, str], name: str) -> str:
    """Return the variable's value, or the content of the file that `<name>_FILE` names, or nothing."""
    if env.get(name):
        return env[name]
    path = env.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}_FILE cannot be read: {error}") from error


def _demo_secret(path: Path) -> str:
    """Return the secret kept in `path`, made on first use; two processes that start at once agree on one."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
