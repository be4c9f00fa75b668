"""The services of the stage under one name; each is written and explained in the module of its theme."""

from app.demands.corrections import correct_demand, on_correction, propose_correction
from app.demands.dialogue import unwatch, watch
from app.demands.drafting import answer_findings, copy_demand, create_demand, edit_demand, submit_demand
from app.demands.fairness import check_fairness
from app.demands.intents import (
    confirm_intent,
    decline_intent,
    register_intent,
    sign_agreement,
    withdraw_intent,
)
from app.demands.pledges import read_restricted, sign_restricted_pledge
from app.demands.publication import (
    note_withdrawal,
    publish_demand,
    request_withdrawal,
    return_to_owner,
)
from app.demands.questions import answer_question, ask_question, question_cutoff
from app.demands.recommending import issue_letter, recommend_demand, recommend_together
from app.demands.relisting import leave_ended, relist_demand, relist_unchanged
from app.demands.visits import cancel_visit, join_visit, leave_visit, plan_visit, publish_minutes
from app.demands.writing import save_section

__all__ = [
    "answer_findings",
    "answer_question",
    "ask_question",
    "cancel_visit",
    "check_fairness",
    "confirm_intent",
    "copy_demand",
    "correct_demand",
    "create_demand",
    "decline_intent",
    "edit_demand",
    "issue_letter",
    "join_visit",
    "leave_ended",
    "leave_visit",
    "note_withdrawal",
    "on_correction",
    "plan_visit",
    "propose_correction",
    "publish_demand",
    "publish_minutes",
    "question_cutoff",
    "read_restricted",
    "recommend_demand",
    "recommend_together",
    "register_intent",
    "relist_demand",
    "relist_unchanged",
    "request_withdrawal",
    "return_to_owner",
    "save_section",
    "sign_agreement",
    "sign_restricted_pledge",
    "submit_demand",
    "unwatch",
    "watch",
    "withdraw_intent",
]
