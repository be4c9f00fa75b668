"""Pages of acceptances and certificates."""

from app.acceptances.views import certificates, deciding, judging, requests
from app.acceptances.views.base import blueprint
from app.acceptances.views.requests import acceptance_buttons

__all__ = ["acceptance_buttons", "blueprint", "certificates", "deciding", "judging", "requests"]
