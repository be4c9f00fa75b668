"""The listeners of the stages are registered when the site is made."""

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _listening(site: Flask) -> None:
    """What follows by itself follows in these tests too."""
