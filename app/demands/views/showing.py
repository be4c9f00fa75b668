"""What the page of a demand shows beside its text: where it stands, what one can do, what has happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from app.access import Permission
from app.core.i18n import Lazy, _l
from app.demands import queries
from app.demands.drafting import EDITABLE
from app.demands.extras import extra_buttons
from app.models.demands import Demand
from app.models.states import DemandState as S
from app.web.actions import Button, button, buttons, may
from app.web.context import actor, db, now
from app.web.filters import day
from app.web.timeline import Entry, timeline
from app.workflow import state_at
from app.workflow.demands import WITHDRAWABLE

SOON = timedelta(days=7)
P = Permission

# The main road as the reader follows it: label, the column that dates it, the states in which one stands there.
ROAD: tuple[tuple[Lazy, str, frozenset[S]], ...] = (
    (
        _l("Submission of the demand"),
        "submitted_at",
        frozenset({S.DRAFT, S.RETURNED, S.SUBMITTED, S.NOT_RECOMMENDED}),
    ),
    (_l("Vetting"), "approved_at", frozenset({S.VETTING, S.REJECTED, S.MERGED})),
    (_l("Publication of the listing"), "published_at", frozenset({S.APPROVED})),
    (_l("Bidding"), "closes_at", frozenset({S.OPEN})),
    (_l("Opening and formal check"), "review_started_at", frozenset({S.CLOSED, S.SCREENING})),
    (_l("Expert review"), "review_concluded_at", frozenset({S.REVIEWING})),
    (_l("Decision and public notice"), "awarded_at", frozenset({S.RECOMMENDED, S.IN_NOTICE})),
    (_l("Contracts"), "ended_at", frozenset({S.AWARDED})),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a demand stands at the moment of the request."""

    state: Any
    is_open: bool
    is_soon: bool
    moment: datetime


def standing(demand: Demand) -> Standing:
    """The state that is true now, and whether bidding ends soon."""
    state = state_at(demand, now())
    is_open = state is S.OPEN
    is_soon = is_open and demand.closes_at is not None and demand.closes_at - now() <= SOON
    return Standing(state, is_open, is_soon, now())


def page_buttons(demand: Demand) -> list[Button]:
    """Everything the actor can do with the demand: acts of the workflow, those of this stage, those of later ones."""
    return [*own_buttons(demand), *buttons(demand), *extra_buttons(demand)]


def own_buttons(demand: Demand) -> list[Button]:
    """The acts of this stage that move no state."""
    state = state_at(demand, now())
    offers = (
        (state in EDITABLE and may(P.DEMAND_EDIT, demand), _l("Edit the demand"), "edit", "primary"),
        (state in EDITABLE and may(P.DEMAND_EDIT, demand), _l("Fairness check"), "findings", "secondary"),
        (
            state in EDITABLE and may(P.DEMAND_EDIT, demand),
            _l("Files of the demand"),
            "manage_files",
            "secondary",
        ),
        (
            state is S.OPEN and may(P.DEMAND_CORRECT, demand),
            _l("Publish a correction"),
            "correct",
            "secondary",
        ),
        (
            state is S.OPEN and may(P.VISIT_KEEP, demand),
            _l("Announce a site visit"),
            "plan_visit",
            "secondary",
        ),
        (
            state is S.NO_AWARD and may(P.DEMAND_RELIST, demand),
            _l("Choose how to go on"),
            "relist",
            "primary",
        ),
        (
            state in WITHDRAWABLE
            and may(P.DEMAND_WITHDRAW, demand)
            and demand.withdrawal_requested_at is None,
            _l("Ask for withdrawal"),
            "request_withdrawal",
            "danger",
        ),
        (
            state in WITHDRAWABLE
            and may(P.SUPERVISOR_NOTE, demand)
            and demand.withdrawal_requested_at is not None
            and not demand.supervisor_note,
            _l("Note the request for withdrawal"),
            "note_withdrawal",
            "primary",
        ),
        (
            may(P.DEMAND_EDIT, demand) and state not in EDITABLE,
            _l("Copy into a new draft"),
            "copy",
            "secondary",
        ),
    )
    return [
        button(label, url_for(f"demands.{endpoint}", demand_id=demand.id), style=style)
        for is_offered, label, endpoint, style in offers
        if is_offered
    ]


def road(demand: Demand) -> list[dict[str, Any]]:
    """The steps of the main road for `progress_steps`; a demand that ended beside it shows its end as the last step."""
    state = state_at(demand, now())
    steps: list[dict[str, Any]] = []
    for label, column, states in ROAD:
        moment = getattr(demand, column)
        if state in states:
            steps.append({"label": label, "date": day(moment) if moment else None, "state": "current"})
        elif state is S.COMPLETED or _is_past(steps, demand, column):
            steps.append({"label": label, "date": day(moment) if moment else None, "state": "done"})
        else:
            steps.append({"label": label, "date": None, "state": "todo"})
    if state in (S.NO_AWARD, S.WITHDRAWN):
        steps = [step for step in steps if step["state"] == "done"]
        steps.append({"label": state.label, "date": day(demand.ended_at), "state": "current"})
    return steps


def history(demand: Demand) -> list[Entry]:
    """The timeline: strangers see it from publication on; savings of a draft in a row are one line."""
    entries = timeline(db(), demand)
    if not queries.reads_as_party(actor(), demand) and demand.published_at is not None:
        entries = [each for each in entries if each.at >= demand.published_at]
    kept: list[Entry] = []
    for each in entries:
        if kept and str(kept[-1].wording) == str(each.wording) and kept[-1].who == each.who:
            kept.pop()
        kept.append(each)
    return kept


def _is_past(steps: list[dict[str, Any]], demand: Demand, column: str) -> bool:
    has_passed_current = any(step["state"] == "current" for step in steps)
    moment = getattr(demand, column)
    return not has_passed_current and moment is not None and moment <= now()
