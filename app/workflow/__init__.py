"""The procedure as data: one table per thing that has a state, and the one door through which states change."""

from app.workflow.accounts import EXPERT, ORGANISATION
from app.workflow.awards import AWARD, NOTICE, OBJECTION
from app.workflow.bids import BID
from app.workflow.contracts import CHANGE, CONTRACT, MILESTONE, PAYMENT, SUBSIDY
from app.workflow.demands import DEMAND
from app.workflow.engine import (
    WORKFLOWS,
    Offer,
    Transition,
    Workflow,
    listen,
    move,
    offered,
    settle,
    state_at,
    workflow_of,
)
from app.workflow.events import events_of, record
from app.workflow.outcomes import ACCEPTANCE, DEMONSTRATION, REPLICATION
from app.workflow.reviews import ASSIGNMENT, SHEET
from app.workflow.rounds import ROUND

__all__ = [
    "ACCEPTANCE",
    "ASSIGNMENT",
    "AWARD",
    "BID",
    "CHANGE",
    "CONTRACT",
    "DEMAND",
    "DEMONSTRATION",
    "EXPERT",
    "MILESTONE",
    "NOTICE",
    "OBJECTION",
    "ORGANISATION",
    "PAYMENT",
    "REPLICATION",
    "ROUND",
    "SHEET",
    "SUBSIDY",
    "WORKFLOWS",
    "Offer",
    "Transition",
    "Workflow",
    "events_of",
    "listen",
    "move",
    "offered",
    "record",
    "settle",
    "state_at",
    "workflow_of",
]
