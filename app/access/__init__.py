"""Who may do what to which thing. Deny by default; state belongs to the workflow, not here."""

from app.access.actor import ANONYMOUS, SYSTEM, Actor
from app.access.permissions import ROLES, Permission
from app.access.policies import can, grants

__all__ = ["ANONYMOUS", "ROLES", "SYSTEM", "Actor", "Permission", "can", "grants"]
