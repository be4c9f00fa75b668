"""The blueprint that the pages of this stage share."""

from flask import Blueprint

blueprint = Blueprint("milestones", __name__)
