"""The pages of the stage, by theme. One blueprint holds them all."""

from flask import Blueprint

from app.demands import queries
from app.web.actions import register_place
from app.workflow import DEMAND

blueprint = Blueprint("demands", __name__)

register_place(
    blueprint,
    DEMAND,
    show="demands.show",
    visible_to=queries.visible_to,
    title=lambda demand: demand.title,
    plain={"discard", "decline_recommendation", "withdraw", "withdraw_after_closing"},
    pages={
        "submit": "demands.submit",
        "recommend": "demands.recommend",
        "return_to_owner": "demands.return_to_owner",
        "publish": "demands.publish",
        "send_back": "vetting.send_back",
        "approve": "vetting.approve",
        "reject": "vetting.reject",
        "merge": "vetting.merge",
        "open_bids": "bids.open_bids",
        "start_review": "reviews.start_review",
        "conclude_review": "reviews.conclude_review",
        "reopen_review": "reviews.reopen_review",
        "reopen_check": "reviews.reopen_check",
        "publish_notice": "notices.publish_award",
        "invite_next_rank": "awards.invite_next_rank",
        "record_no_award": "awards.record_no_award",
    },
)

from app.demands.views import (  # noqa: E402
    after,
    authoring,
    correcting,
    dialogue,
    following,
    imports,
    intents,
    office,
    public,
    questions,
    visits,
)

__all__ = [
    "after",
    "authoring",
    "blueprint",
    "correcting",
    "dialogue",
    "following",
    "imports",
    "intents",
    "office",
    "public",
    "questions",
    "visits",
]
