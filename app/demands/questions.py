"""Questions on a listing (答疑): asked before the cut-off without a name, answered once to everyone."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, NotSeen, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.core.text import normalize_for_compare
from app.demands.dialogue import check_open
from app.demands.telling import concerned, subject
from app.models.accounts import Organisation, User
from app.models.demands import Demand, Question
from app.notifications import audiences as to
from app.notifications.services import notify
from app.workflow import record

P = Permission
BRACKETS = re.compile(r"[（(][^）)]*[）)]")
# What many units are called alike; the rest of the name says who it is.
COMMON = re.compile(
    r"股份有限公司|有限责任公司|有限公司|集团|公司|研究院|大学|co\.?,? ?ltd\.?$|inc\.?$", re.IGNORECASE
)
SHORTEST_NAME = 3
SHORTEST_NUMBER = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its number on the page and that of the one it goes on from."""

    number: int
    question: Question
    follows: int | None


@dataclass(frozen=True, slots=True)
class Thread:
    """Questions that share one answer, the earliest first; most threads hold one."""

    asked: list[Asked]

    @property
    def first(self) -> Question:
        """The question under which the answer stands."""
        return self.asked[0].question


def question_cutoff(demand: Demand) -> datetime | None:
    """The moment from which no more questions are taken: the round's days before closing."""
    if demand.closes_at is None:
        return None
    return demand.closes_at - timedelta(days=demand.round.question_cutoff_days)


def ask_question(
    session: Session,
    demand: Demand,
    *,
    text: str,
    by: Actor,
    now: datetime,
    follows: Question | None = None,
    is_sure: bool = False,
) -> Question:
    """Ask about an open listing, before the cut-off. The owner never learns who asked: no name, no unit, anywhere.

    A text that names its asker is refused. With `is_sure` what only looks like a name is let through: many Chinese
    names are plain words too. `follows` is the question of the same listing that this one goes on from."""
    if not can(by, P.QUESTION_ASK, demand):
        raise NotPermitted()
    check_open(session, demand, now)
    cutoff = question_cutoff(demand)
    if cutoff is not None and now >= cutoff:
        raise RuleBroken(Refusal("questions_closed", _l("The time for questions is over."), "text"))
    if follows is not None and follows.demand_id != demand.id:
        raise NotSeen()
    if refusals := list(_names(session, text, by, is_sure=is_sure)):
        raise RuleBroken(refusals)
    question = Question(
        id=uuid4(),
        demand=demand,
        asker_id=by.user_id,
        text=text.strip(),
        asked_at=now,
        follows_id=follows.id if follows else None,
    )
    session.add(question)
    # The event keeps the person for the audit alone; the unit, which timelines would show, is left out.
    event = record(session, question, "ask", by=replace(by, organisation_id=None), now=now)
    owners = to.owner(session, demand)
    notify(session, owners, "question.ask", now=now, data=subject(demand), thing=demand, event=event)
    return question


def answer_question(
    session: Session,
    question: Question,
    *,
    answer: str,
    by: Actor,
    now: datetime,
    also: Collection[Question] = (),
    is_correction_due: bool = False,
) -> Question:
    """Answer to everyone, once, while the listing is open. `also` are further open questions with the same answer.

    `is_correction_due`: the answer changes the listing, a correction follows. Returns the earliest of the questions,
    under which the answer stands."""
    demand = question.demand
    if not can(by, P.QUESTION_ANSWER, demand):
        raise NotPermitted()
    check_open(session, demand, now)
    group = sorted({question, *also}, key=lambda each: (each.asked_at, str(each.id)))
    if any(each.demand_id != demand.id for each in group):
        raise NotSeen()
    if any(each.answer is not None for each in group):
        raise StateMovedOn(_l("This question has been answered already."))
    if not answer.strip():
        raise RuleBroken(Refusal("answer_missing", _l("Write the answer."), "answer"))
    first = group[0]
    for each in group:
        each.answer, each.answered_at, each.answered_by_id = answer.strip(), now, by.user_id
        each.answered_with_id = first.id if each is not first else None
        each.is_correction_due = is_correction_due
    event = record(session, first, "answer", by=by, now=now, data={"questions": len(group)})
    people = concerned(session, demand) - {by.user_id}
    notify(session, people, "question.answer", now=now, data=subject(demand), thing=demand, event=event)
    return first


def threads(questions: Iterable[Question], text: str = "") -> list[Thread]:
    """The questions of a listing as they are read, those of one answer together; only such as hold the text."""
    numbered = {each.id: number for number, each in enumerate(questions, start=1)}
    grouped: dict[object, list[Asked]] = {}
    for each in questions:
        asked = Asked(numbered[each.id], each, numbered.get(each.follows_id) if each.follows_id else None)
        grouped.setdefault(each.answered_with_id or each.id, []).append(asked)
    wanted = normalize_for_compare(text)
    return [Thread(asked) for asked in grouped.values() if wanted in _words(asked)]


def _words(asked: list[Asked]) -> str:
    texts = [each.question.text for each in asked]
    return normalize_for_compare("\n".join([*texts, asked[0].question.answer or ""]))


def _names(session: Session, text: str, by: Actor, *, is_sure: bool) -> Iterator[Refusal]:
    """What in the text tells who asks."""
    said = normalize_for_compare(text)
    unit = session.get(Organisation, by.organisation_id) if by.organisation_id else None
    person = session.get_one(User, by.user_id)
    if unit is not None and _is_in(BRACKETS.sub("", unit.name), said):
        yield _named(_l("Leave your unit's name out: questions are published without the asker."))
    elif unit is not None and _is_in(unit.uscc, said, SHORTEST_NUMBER):
        yield _named(_l("Leave your unit's credit code out: it tells who asks."))
    elif not is_sure and unit is not None and _is_in(COMMON.sub("", BRACKETS.sub("", unit.name)), said):
        yield _named(
            _l("This looks like your unit's name. Leave it out, or tick below that it is not."), "is_sure"
        )
    numbers = [person.phone, person.email, unit.phone if unit else None]
    if any(_is_in(each, said, SHORTEST_NUMBER) for each in numbers if each):
        yield _named(_l("Leave telephone numbers and addresses of yours out: they tell who asks."))
    if not is_sure and _is_in(BRACKETS.sub("", person.name), said, 2):
        yield _named(
            _l("This looks like your own name. Leave it out, or tick below that it is not."), "is_sure"
        )


def _is_in(name: str, said: str, shortest: int = SHORTEST_NAME) -> bool:
    wanted = normalize_for_compare(name)
    return len(wanted) >= shortest and wanted in said


def _named(wording: Lazy, field: str = "text") -> Refusal:
    return Refusal("names_asker", wording, field)
