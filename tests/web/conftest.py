"""The gallery app and a client of it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.gallery.site import create_gallery


@pytest.fixture(scope="session")
def gallery() -> Flask:
    """The app that shows every component."""
    return create_gallery()


@pytest.fixture
def shown(gallery: Flask) -> FlaskClient:
    """A client of the gallery."""
    return gallery.test_client()


@pytest.fixture
def asked(gallery: Flask) -> Iterator[None]:
    """A request of an English reader, for forms made outside a page."""
    with gallery.test_request_context("/?lang=en", method="POST"):
        yield
