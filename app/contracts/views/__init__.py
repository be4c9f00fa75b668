"""Pages of contracts."""

from flask import Blueprint

blueprint = Blueprint("contracts", __name__)

from app.contracts.views import acting, reading  # noqa: E402, F401 - they add their pages to the blueprint
