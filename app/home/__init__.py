"""The first page for everyone, the desk of each person, the pages about the site, and its health."""

from flask import Flask

from app.core.i18n import _l
from app.home.views import blueprint
from app.web.navigation import add_desk_item


def init_app(app: Flask) -> None:
    """Register the pages and the desk."""
    app.register_blueprint(blueprint)
    add_desk_item(_l("My work"), _l("What waits for me"), "home.desk", order=10)
