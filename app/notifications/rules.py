"""The table of who is told of what. One line per action; what is not here is told to nobody.

The person who acted is never told of it. Messages lead to the thing itself, or to what `about` makes of it: a party to
an award hears of an objection to the notice, never of the objection."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor
from app.models.records import Event
from app.notifications import audiences as to
from app.notifications.audiences import Audience
from app.notifications.services import notify
from app.notifications.subjects import subject
from app.workflow import WORKFLOWS, Workflow, listen


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom to tell, and which thing the message leads to."""

    audiences: tuple[Audience, ...]
    about: Callable[[Any], Any] = lambda thing: thing


def _tell(*audiences: Audience) -> tuple[Rule, ...]:
    return (Rule(audiences),)


def _of_notice(objection: Any) -> Any:
    return objection.notice


def _objection(*audiences: Audience, tells_parties: bool = False) -> tuple[Rule, ...]:
    own = Rule(audiences)
    return (own, Rule((to.contested_parties,), _of_notice)) if tells_parties else (own,)


PUBLISHED = _tell(to.owner, to.watchers)
JUDGED = _tell(to.parties)

RULES: dict[str, dict[str, tuple[Rule, ...]]] = {
    "organisation": dict.fromkeys(("verify", "reject", "suspend", "reinstate"), _tell(to.administrators)),
    "expert": dict.fromkeys(("suspend", "reinstate", "retire"), _tell(to.expert)),
    "round": {
        "open": _tell(to.posters_and_recommenders),
        "close": _tell(to.organisers),
        "archive": _tell(to.organisers),
    },
    "demand": {
        "submit": _tell(to.first_readers),
        "recommend": _tell(to.organisers, to.owner),
        "return_to_owner": _tell(to.owner),
        "decline_recommendation": _tell(to.owner),
        "send_back": _tell(to.owner),
        "approve": _tell(to.owner),
        "reject": _tell(to.owner),
        "merge": _tell(to.owner),
        "publish": PUBLISHED,
        "publish_on_time": _tell(to.owner, to.watchers, to.organisers),
        "withdraw": _tell(to.owner, to.organisers, to.bidders, to.watchers),
        "close": _tell(to.owner, to.organisers, to.bidders),
        "open_bids": _tell(to.owner, to.organisers, to.bidders),
        "start_review": _tell(to.owner, to.bidders),
        "conclude_review": _tell(to.organisers),
        "reopen_review": _tell(to.organisers),
        "reopen_check": _tell(to.organisers),
        "take_back": _tell(to.owner, to.organisers, to.bidders),
        "award": _tell(to.owner, to.organisers, to.watchers),
        "invite_next_rank": _tell(to.owner, to.organisers),
        "complete": _tell(to.owner, to.organisers, to.watchers),
        "record_no_award": _tell(to.owner, to.bidders, to.watchers),
        "fail": _tell(to.owner, to.organisers, to.bidders, to.watchers),
        "withdraw_after_closing": _tell(to.owner, to.bidders, to.watchers),
    },
    "bid": {
        # Before the opening only the bidder's own people hear of a bid; its place in the ranking waits for the notice.
        "submit": _tell(to.lead),
        "replace": _tell(to.lead),
        "withdraw": _tell(to.lead),
        "lapse": _tell(to.lead),
        "ask_cure": _tell(to.lead),
        "cure": _tell(to.organisers),
        "miss_cure": _tell(to.lead, to.organisers),
        "pass_check": _tell(to.lead),
        "fail_check": _tell(to.lead),
        "readmit": _tell(to.lead),
        "promote": _tell(to.lead),
        "win": _tell(to.lead),
        "disqualify": _tell(to.lead, to.organisers),
    },
    "assignment": {
        "invite": _tell(to.expert),
        "call": _tell(to.expert, to.organisers),
        "accept": _tell(to.organisers),
        "decline": _tell(to.organisers),
        "recuse": _tell(to.organisers),
        "take_off": _tell(to.expert, to.organisers),
        "replace": _tell(to.expert),
        "resume": _tell(to.expert),
    },
    "sheet": {"return": _tell(to.author), "reopen": _tell(to.author)},
    "award": {
        # The bidder hears of the upheld objection through notice and demand: a fallen proposal is not shown to it.
        "fall": _tell(to.owner, to.organisers),
        "cancel": _tell(to.lead, to.owner),
        "decline": _tell(to.owner, to.organisers),
    },
    "notice": {
        "publish": _tell(to.demand_owner, to.demand_bidders, to.demand_watchers, to.noticed_parties),
        "end_clean": _tell(to.organisers, to.demand_owner, to.noticed_parties),
        "end_with_objection": _tell(to.organisers, to.demand_owner, to.noticed_parties),
        "supersede": _tell(to.demand_owner, to.demand_bidders, to.noticed_parties),
        "revoke": _tell(to.demand_owner, to.demand_bidders, to.noticed_parties),
    },
    "objection": {
        "not_admit": _objection(to.author, to.supervisors),
        "admit": _objection(to.author, to.supervisors, tells_parties=True),
        "uphold": _objection(to.author, to.supervisors, tells_parties=True),
        "partly_uphold": _objection(to.author, to.supervisors, tells_parties=True),
        "dismiss": _objection(to.author, to.supervisors, tells_parties=True),
        "ask_reexamination": _objection(to.handler, to.supervisors),
        "answer": _objection(to.author, to.supervisors),
    },
    "contract": {
        "send_for_signature": _tell(to.parties),
        "take_back": _tell(to.parties),
        "activate": _tell(to.parties, to.organisers),
        **dict.fromkeys(("cancel", "close", "terminate", "revoke"), JUDGED),
    },
    "milestone": {
        "submit": _tell(to.owner),
        "meet": _tell(to.lead),
        "meet_partly": _tell(to.lead, to.organisers),
        "miss": _tell(to.lead, to.organisers),
    },
    "payment_line": {"request": _tell(to.owner, to.finance), "pay": _tell(to.lead)},
    "change_request": dict.fromkeys(("approve", "refuse"), JUDGED),
    "subsidy": dict.fromkeys(("approve", "pay"), _tell(to.parties, to.organisers)),
    "acceptance": {
        **dict.fromkeys(
            ("start_review", "pass", "require_rectification", "conclude", "fail", "fail_unrectified"), JUDGED
        ),
        "resubmit": _tell(to.owner, to.organisers),
    },
    "demonstration": {
        "start_editing": _tell(to.organisers),
        "suspend_overdue": _tell(to.owner, to.organisers),
        **dict.fromkeys(
            (
                "publish_notice",
                "return_to_editing",
                "list",
                "reexamine",
                "confirm",
                "suspend",
                "resume",
                "delist",
            ),
            JUDGED,
        ),
    },
    "replication": {
        "match": _tell(to.adopter, to.parties),
        "adopt": _tell(to.organisers, to.parties),
        "verify": _tell(to.adopter, to.parties),
        "abandon": _tell(to.organisers, to.parties),
    },
}


def register_rules() -> None:
    """Listen to every action of the table. Registering twice changes nothing."""
    by_name: dict[str, Workflow] = {each.name: each for each in WORKFLOWS.values()}
    for name, actions in RULES.items():
        for action in actions:
            listen(by_name[name], action, tell)


def tell(session: Session, thing: Any, event: Event, by: Actor, now: datetime) -> None:
    """Tell whom the table names, once each, and never the person who acted."""
    told = {by.user_id}
    for rule in RULES[event.thing_type][event.action]:
        wanted = set().union(*(audience(session, thing) for audience in rule.audiences)) - told
        about = rule.about(thing)
        kind = f"{event.thing_type}.{event.action}"
        notify(session, wanted, kind, now=now, data=subject(about), thing=about, event=event)
        told |= wanted
