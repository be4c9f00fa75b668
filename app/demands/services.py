"""The services of the stage under one name; each is written and explained in the module of its theme."""

from app.demands.corrections import correct_demand, on_correction
from app.demands.dialogue import (
    answer_question,
    ask_question,
    confirm_intent,
    join_visit,
    leave_visit,
    plan_visit,
    question_cutoff,
    register_intent,
    unwatch,
    watch,
)
from app.demands.drafting import answer_findings, copy_demand, create_demand, edit_demand, submit_demand
from app.demands.fairness import check_fairness
from app.demands.pledges import read_restricted, sign_restricted_pledge
from app.demands.publication import (
    note_withdrawal,
    publish_demand,
    recommend_demand,
    request_withdrawal,
    return_to_owner,
)
from app.demands.relisting import leave_ended, relist_demand, relist_unchanged
from app.demands.writing import save_section

__all__ = [
    "answer_findings",
    "answer_question",
    "ask_question",
    "check_fairness",
    "confirm_intent",
    "copy_demand",
    "correct_demand",
    "create_demand",
    "edit_demand",
    "join_visit",
    "leave_ended",
    "leave_visit",
    "note_withdrawal",
    "on_correction",
    "plan_visit",
    "publish_demand",
    "question_cutoff",
    "read_restricted",
    "recommend_demand",
    "register_intent",
    "relist_demand",
    "relist_unchanged",
    "request_withdrawal",
    "return_to_owner",
    "save_section",
    "sign_restricted_pledge",
    "submit_demand",
    "unwatch",
    "watch",
]
