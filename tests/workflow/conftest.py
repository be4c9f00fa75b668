"""The tables alone: what later stages do when something moves has its tests with those stages."""

import pytest

from app.workflow import engine


@pytest.fixture(autouse=True)
def tables_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stage listens."""
    monkeypatch.setattr(engine, "_LISTENERS", {})
