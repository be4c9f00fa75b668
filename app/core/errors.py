"""The four ways in which the site says no, each with its HTTP status."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.i18n import Lazy, _l


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not happen: a stable code, a sentence for the reader, and the form field it concerns."""

    code: str
    wording: Lazy
    field: str | None = None


class ProcedureError(Exception):
    """Something the reader can be told in a sentence. `status` is the HTTP status of the answer."""

    status = 400

    def __init__(self, wording: Lazy) -> None:
        super().__init__(wording)
        self.wording = wording


class RuleBroken(ProcedureError):
    """A rule of the procedure refuses (422). Carries every refusal found, not only the first."""

    status = 422

    def __init__(self, refusals: Sequence[Refusal] | Refusal) -> None:
        self.refusals = [refusals] if isinstance(refusals, Refusal) else list(refusals)
        super().__init__(self.refusals[0].wording)

    @property
    def codes(self) -> set[str]:
        """The codes of all refusals."""
        return {refusal.code for refusal in self.refusals}


class StateMovedOn(ProcedureError):
    """The thing is no longer in a state that allows the action: someone else, or the clock, was faster (409)."""

    status = 409

    def __init__(self, wording: Lazy | None = None) -> None:
        super().__init__(
            wording or _l("This has changed in the meantime. Look at the current state and try again.")
        )


class NotPermitted(ProcedureError):
    """The person may see the thing but not do this to it (403)."""

    status = 403

    def __init__(self, wording: Lazy | None = None) -> None:
        super().__init__(wording or _l("Your role does not permit this action."))


class NotSeen(ProcedureError):
    """The thing does not exist for this person (404), whether or not it exists for others."""

    status = 404

    def __init__(self, wording: Lazy | None = None) -> None:
        super().__init__(wording or _l("There is nothing at this address, or it is not open to you."))
