"""What people are told: a message in their inbox and, if they want it, a mail. Written with the act, sent after it."""

from flask import Flask

from app.core.i18n import _l
from app.notifications import rules, views
from app.web.navigation import add_desk_item


def init_app(app: Flask) -> None:
    """Register the inbox, and let every action of the table of rules be heard."""
    app.register_blueprint(views.blueprint)
    rules.register_rules()
    add_desk_item(_l("My work"), _l("My inbox"), "inbox.index", order=20)
