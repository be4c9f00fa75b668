"""What awards do by itself is registered by the application."""

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _registered(site: Flask) -> None:
    """Listeners hear in tests without a page too."""
