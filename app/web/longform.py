"""Long forms that people finish: a scratch of what is being typed, and two texts side by side when two people write.

A view of one section needs four lines, in this order: `scratch = Scratch(thing, part)`; answer what `scratch.answer()`
gives; make the form with `**scratch.given`; and `scratch.settle()` once the section is saved."""

from typing import Any
from uuid import uuid4

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.i18n import _
from app.core.text import clean
from app.models.unsaved import UnsavedText
from app.web.context import actor, db, now
from app.workflow.ticking import register_chore
from app.workflow.unsaved import sweep

# Names that a long form sends beside its fields.
AUTOSAVE = "autosave"
DISCARD = "discard_unsaved"
GOES_ON = "goes_on"
KEEP = "keep-"
# What the address says when the scratch is to be filled in.
RESUME = "unsaved"
# Identity numbers are kept by their services as a hash alone: no scratch holds one.
NOT_KEPT = {"csrf_token", AUTOSAVE, DISCARD, GOES_ON, "add_row", "remove_row", "leader_identity"}
MOST_CHARACTERS = 500_000


class Scratch:
    """The actor's unsaved text for one part of a thing, in this request. Check first that the actor may write there."""

    def __init__(self, thing: Any, part: str) -> None:
        self.thing = thing
        self.part = part
        self.row = db().scalar(_own(thing).where(UnsavedText.part == part))

    @property
    def is_resumed(self) -> bool:
        """Whether the page is asked to show the unsaved text instead of what is saved."""
        return self.row is not None and request.method == "GET" and RESUME in request.args

    @property
    def is_waiting(self) -> bool:
        """Whether there is unsaved text that the page does not show: it is neither overwritten nor dropped."""
        if self.row is None:
            return False
        return GOES_ON not in request.form if request.method == "POST" else not self.is_resumed

    @property
    def given(self) -> dict[str, Any]:
        """What to make the form with: the unsaved text when it is resumed, else nothing."""
        if not self.is_resumed or self.row is None:
            return {}
        pairs = [(name, value) for name, values in self.row.data.items() for value in values]
        return {"formdata": MultiDict(pairs)}

    def answer(self) -> ResponseReturnValue | None:
        """The answer to "keep this" or "discard it"; None for every other request."""
        if request.method != "POST":
            return None
        if AUTOSAVE in request.form:
            return self._keep()
        if DISCARD in request.form:
            self._drop()
            flash(_("The unsaved text is gone; this is what is saved."), "info")
            return redirect(url_for(str(request.endpoint), **(request.view_args or {})))
        return None

    def settle(self) -> None:
        """The section is saved: forget the scratch, unless it holds other text that still waits."""
        if not self.is_waiting:
            self._drop()

    def _keep(self) -> ResponseReturnValue:
        data = {
            name: [clean(value) for value in values]
            for name, values in request.form.lists()
            if name not in NOT_KEPT
        }
        if (
            self.is_waiting
            or sum(len(value) for values in data.values() for value in values) > MOST_CHARACTERS
        ):
            return jsonify(kept=None), 422
        if self.row is None:
            self.row = UnsavedText(
                id=uuid4(),
                thing_type=self.thing.__tablename__,
                thing_id=self.thing.id,
                part=self.part,
                user_id=actor().user_id,
            )
            db().add(self.row)
        self.row.data, self.row.base, self.row.saved_at = data, (data.get("base") or [""])[0], now()
        return jsonify(kept=clock.local(now()).strftime("%H:%M"))

    def _drop(self) -> None:
        if self.row is not None:
            db().delete(self.row)
            self.row = None


def unsaved_parts(thing: Any) -> set[str]:
    """The parts of a thing of which the actor has unsaved text."""
    return {row.part for row in db().scalars(_own(thing))}


register_chore(sweep)


def take_theirs(form: Any, saved: dict[str, Any]) -> None:
    """Put the saved value into each field for which the writer chose "take theirs". `saved` is by field name."""
    for name, value in saved.items():
        if name in form and request.form.get(f"{KEEP}{name}") == "theirs":
            form[name].process(None, value)


def _own(thing: Any) -> Any:
    return select(UnsavedText).where(
        UnsavedText.thing_type == thing.__tablename__,
        UnsavedText.thing_id == thing.id,
        UnsavedText.user_id == actor().user_id,
    )
