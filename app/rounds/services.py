"""Making and editing rounds: settings, rubrics, officers. All but the officers freezes when the round opens."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import local
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.numbers import round_number
from app.models.procedure_codes import OfficerDuty, RubricKind
from app.models.rounds import Criterion, Round, RoundOfficer, Rubric
from app.models.states import RoundState
from app.rounds.defaults import RUBRICS
from app.rounds.queries import possible_officers
from app.rounds.rubrics import criteria_refusals
from app.rounds.settings import SETTINGS, refusals
from app.workflow import record

REGION_CODE = "HB"


def create_round(session: Session, *, by: Actor, now: datetime, **values: Any) -> Round:
    """A round in preparation, of the actor's organisation, with the default rubrics.

    `values` are settings (app.rounds.settings), of which the title and the collection window must be given; and
    `is_demo`."""
    is_demo = bool(values.pop("is_demo", False))
    round_ = _new(session, values, by=by, now=now)
    round_.is_demo = is_demo
    for kind in RubricKind:
        round_.rubrics.append(default_rubric(kind))
    session.flush()
    record(session, round_, "create", by=by, now=now, data={"number": round_.number})
    return round_


def copy_round(session: Session, round_: Round, *, by: Actor, now: datetime, **values: Any) -> Round:
    """A new round in preparation with the settings, rubrics and officers of another; `values` replace settings.

    Officers who are organizers of the unit no more are left out."""
    settings = {name: getattr(round_, name) for name in SETTINGS} | values
    copy = _new(session, settings, by=by, now=now)
    copy.copied_from_id = round_.id
    for rubric in round_.rubrics:
        copy.rubrics.append(_copied(rubric))
    possible = {user.id for user in possible_officers(session, copy)}
    for officer in round_.officers:
        if officer.user_id in possible:
            copy.officers.append(RoundOfficer(user_id=officer.user_id, duty=officer.duty))
    session.flush()
    record(session, copy, "copy", by=by, now=now, data={"from": round_.number, "number": copy.number})
    return copy


def edit_round(
    session: Session, round_: Round, *, by: Actor, now: datetime, values: Mapping[str, Any]
) -> Round:
    """Change settings of a round in preparation; those not in `values` stay.

    Raises StateMovedOn once the round is open: its rules are frozen then."""
    check_editable(round_, by=by)
    _check_known(values)
    found = refusals({name: getattr(round_, name) for name in SETTINGS} | dict(values))
    if found:
        raise RuleBroken(found)
    changed = [name for name in SETTINGS if name in values and getattr(round_, name) != values[name]]
    for name in changed:
        setattr(round_, name, values[name])
    record(session, round_, "edit", by=by, now=now, data={"changed": changed})
    return round_


def set_rubric(
    session: Session,
    round_: Round,
    kind: RubricKind,
    *,
    by: Actor,
    now: datetime,
    pass_line: int,
    criteria: Sequence[Mapping[str, Any]],
) -> Rubric:
    """Write one rubric anew: the line and the criteria, in hundredths of a point, in their order.

    A criterion has code, label, label_en, max_score, floor_score, is_objective, anchor_low, anchor_mid, anchor_full."""
    check_editable(round_, by=by)
    found = criteria_refusals(kind, pass_line, criteria)
    if found:
        raise RuleBroken(found)
    rubric = round_.rubric(kind)
    if rubric is None:
        rubric = Rubric(kind=kind)
        round_.rubrics.append(rubric)
    rubric.pass_line = pass_line
    rubric.criteria.clear()
    # The old rows leave before new ones with the same codes and positions come.
    session.flush()
    rubric.criteria.extend(
        Criterion(position=position, **_criterion(row)) for position, row in enumerate(criteria, start=1)
    )
    session.flush()
    data = {"kind": kind.value, "pass_line": pass_line, "criteria": len(criteria)}
    record(session, round_, "set_rubric", by=by, now=now, data=data)
    return rubric


def set_officers(
    session: Session,
    round_: Round,
    duty: OfficerDuty,
    user_ids: Iterable[UUID],
    *,
    by: Actor,
    now: datetime,
) -> Round:
    """Name the officers of a duty anew: at least two organizers of the round's unit, none of them a supervisor.

    Possible until the round is archived, since officers change posts; each change is recorded."""
    if not can(by, Permission.ROUND_EDIT, round_):
        raise NotPermitted()
    if round_.state is RoundState.ARCHIVED:
        raise StateMovedOn(_l("The round is archived."))
    wanted = list(dict.fromkeys(user_ids))
    possible = {user.id for user in possible_officers(session, round_)}
    if any(user_id not in possible for user_id in wanted):
        unfit = _l("Only organizers of the round's unit who supervise nowhere can be officers.")
        raise RuleBroken(Refusal("officer_unfit", unfit, duty.value))
    if len(wanted) < 2:
        raise RuleBroken(Refusal("officers_too_few", _l("Name at least two officers."), duty.value))
    kept = {officer.user_id for officer in round_.officers if officer.duty is duty}
    for officer in list(round_.officers):
        if officer.duty is duty and officer.user_id not in wanted:
            round_.officers.remove(officer)
    for user_id in wanted:
        if user_id not in kept:
            round_.officers.append(RoundOfficer(user_id=user_id, duty=duty))
    session.flush()
    data = {"duty": duty.value, "officers": [str(user_id) for user_id in wanted]}
    record(session, round_, "set_officers", by=by, now=now, data=data)
    return round_


def check_editable(round_: Round, *, by: Actor) -> None:
    """Raise unless the actor's unit runs the round and it is still in preparation."""
    if not can(by, Permission.ROUND_EDIT, round_):
        raise NotPermitted()
    if round_.state is not RoundState.DRAFT:
        raise StateMovedOn(_l("The rules of this round froze when it opened. Copy it to make a new one."))
    if round_.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))


def default_rubric(kind: RubricKind) -> Rubric:
    """A new rubric of the kind with the default criteria."""
    line, rows = RUBRICS[kind]
    rubric = Rubric(kind=kind, pass_line=line * 100)
    rubric.criteria = [
        Criterion(
            position=position,
            code=code,
            label=label,
            label_en=label_en,
            max_score=points * 100,
            floor_score=None if floor is None else floor * 100,
            anchor_low=low,
            anchor_mid=mid,
            anchor_full=full,
        )
        for position, (code, label, label_en, points, floor, low, mid, full) in enumerate(rows, start=1)
    ]
    return rubric


def _new(session: Session, values: Mapping[str, Any], *, by: Actor, now: datetime) -> Round:
    _check_known(values)
    if by.organisation_id is None:
        raise NotPermitted()
    # A setting that is not given takes the column's default, which the database would fill in too late to be checked.
    columns = Round.__table__.columns
    settings: dict[str, Any] = {
        name: columns[name].default.arg for name in SETTINGS if columns[name].default is not None
    } | dict(values)
    found = refusals(settings)
    if found:
        raise RuleBroken(found)
    year = local(settings["collection_opens_at"]).year
    serial = (session.scalar(select(func.max(Round.serial)).where(Round.year == year)) or 0) + 1
    round_ = Round(
        number=round_number(REGION_CODE, year, serial),
        year=year,
        serial=serial,
        organiser_id=by.organisation_id,
        author_id=by.user_id,
        created_at=now,
        **settings,
    )
    if not can(by, Permission.ROUND_EDIT, round_):
        raise NotPermitted()
    session.add(round_)
    session.flush()
    return round_


def _check_known(values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(SETTINGS)
    if unknown:
        raise KeyError(f"a round has no settings {sorted(unknown)}")


def _copied(rubric: Rubric) -> Rubric:
    copy = Rubric(kind=rubric.kind, pass_line=rubric.pass_line)
    names = [*CRITERION, "position"]
    copy.criteria = [
        Criterion(**{name: getattr(criterion, name) for name in names}) for criterion in rubric.criteria
    ]
    return copy


CRITERION = (
    "code",
    "label",
    "label_en",
    "max_score",
    "floor_score",
    "is_objective",
    "anchor_low",
    "anchor_mid",
    "anchor_full",
)


def _criterion(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in CRITERION if row.get(name) is not None}
