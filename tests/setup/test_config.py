"""The environment decides, and what must never serve is refused before anything is served."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config import Config, ConfigError, database_url, is_loopback, is_weak

STRONG = "3f1c9a7e5b2d8046f1e3c5a79b8d2046"


def read(var_dir: Path, **environ: str) -> Config:
    return Config.from_environ({"VAR_DIR": str(var_dir), **environ})


def test_read_makes_a_private_secret_in_demo_mode(tmp_path: Path) -> None:
    config = read(tmp_path / "var", DEMO="1")
    assert not is_weak(config.SECRET_KEY)
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_read_keeps_the_secret_of_the_first_start(tmp_path: Path) -> None:
    assert read(tmp_path, DEMO="1").SECRET_KEY == read(tmp_path, DEMO="1").SECRET_KEY


@pytest.mark.parametrize("secret", ["", "changeme", "a" * 64, "0123456789" * 3])
def test_refuses_weak_secret_outside_demo_mode(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY is missing or weak"):
        read(tmp_path, SECRET_KEY=secret)


def test_reads_secret_and_database_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(STRONG + "\n")
    (tmp_path / "url").write_text("postgresql://jiebang:pa%25ss@database/jiebang\n")
    config = read(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"), DATABASE_URL_FILE=str(tmp_path / "url"))
    assert config.SECRET_KEY == STRONG
    assert config.DATABASE_URL == "postgresql+psycopg://jiebang:pa%25ss@database/jiebang"


def test_refuses_secret_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY_FILE cannot be read"):
        read(tmp_path, SECRET_KEY_FILE=str(tmp_path / "nothing"))


def test_hides_secrets_when_printed(tmp_path: Path) -> None:
    printed = repr(read(tmp_path, SECRET_KEY=STRONG, DATABASE_URL="postgresql://user:hunter2@host/name"))
    assert STRONG not in printed
    assert "hunter2" not in printed


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "example.org"])
def test_refuses_demo_mode_on_public_address(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="will not serve on"):
        read(tmp_path, DEMO="1", HOST=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_serves_demo_mode_on_loopback(tmp_path: Path, host: str) -> None:
    assert is_loopback(host)
    assert read(tmp_path, DEMO="1", HOST=host).DEMO


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "80x"), ("PORT", "-1"), ("DEMO", "maybe"), ("MAIL", "pigeon"), ("PUBLIC_URL", "jiebang")],
)
def test_refuses_value_that_means_nothing(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read(tmp_path, SECRET_KEY=STRONG, **{name: value})


def test_derives_cookies_and_hosts_from_public_url(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        SECRET_KEY=STRONG,
        PUBLIC_URL="https://jiebang.example/",
        TRUSTED_HOSTS="a.example, b.example",
    )
    assert config.PUBLIC_URL == "https://jiebang.example"
    assert config.SESSION_COOKIE_SECURE
    assert config.TRUSTED_HOSTS == (
        "a.example",
        "b.example",
        "jiebang.example",
        "127.0.0.1",
        "localhost",
        "[::1]",
    )
    assert config.MAIL_FROM == "no-reply@jiebang.example"


def test_keeps_cookies_usable_without_https(tmp_path: Path) -> None:
    config = read(tmp_path, DEMO="1")
    assert not config.SESSION_COOKIE_SECURE
    assert config.PUBLIC_URL == "http://127.0.0.1:8000"
    assert f"sqlite:///{tmp_path}/jiebang.sqlite3" == config.DATABASE_URL


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://h/n", "postgresql+psycopg://h/n"),
        ("postgresql://h/n", "postgresql+psycopg://h/n"),
        ("postgresql+psycopg://h/n", "postgresql+psycopg://h/n"),
        ("sqlite:///x", "sqlite:///x"),
    ],
)
def test_names_the_driver_of_postgresql(given: str, used: str) -> None:
    assert database_url(given) == used
