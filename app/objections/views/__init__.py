"""Pages of objections: those of the objector, and those of supervisor, handler and organiser."""

from flask import Blueprint

blueprint = Blueprint("objections", __name__)

from app.objections.views import handling, objector  # noqa: E402, F401 - they add their pages to the blueprint
