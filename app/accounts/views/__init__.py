"""The pages of accounts, on one blueprint."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
