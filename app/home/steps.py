"""The way of a demand in nine steps, for readers who have not seen one: on the home page and the procedure page."""

from dataclasses import dataclass

from app.core.i18n import Lazy, _l


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: its name, what happens, and who does it."""

    label: Lazy
    text: Lazy
    who: Lazy


STAGES: tuple[Stage, ...] = (
    Stage(
        _l("Demand collection"),
        _l("Organisations describe a scenario, its targets, its time and its money while a round is open."),
        _l("Demand owners; recommending units of the region"),
    ),
    Stage(
        _l("Vetting of demands"),
        _l("Demands are scored against a public rubric: needed, feasible, measurable, open to everyone."),
        _l("Organizer"),
    ),
    Stage(
        _l("Publication of listings"),
        _l("Vetted demands are published as listings. Questions are answered for everyone to read."),
        _l("Organizer; demand owners"),
    ),
    Stage(
        _l("Bidding"),
        _l(
            "Units bid alone or together. A bid is sealed when it is submitted; nobody reads it before the opening."
        ),
        _l("Bidders"),
    ),
    Stage(
        _l("Opening and formal check"),
        _l("After the deadline two officers open all bids at once, then two check each of them for form."),
        _l("Officers named by the round"),
    ),
    Stage(
        _l("Expert review"),
        _l("Experts drawn by lot, free of conflicts of interest, score every bid and sign a report."),
        _l("Expert panel"),
    ),
    Stage(
        _l("Decision and public notice"),
        _l(
            "The result stands on public notice for the round's working days. Anyone may object with a real name."
        ),
        _l("Organizer; the public"),
    ),
    Stage(
        _l("Contract and delivery"),
        _l("Contract and task book are signed; milestones are delivered, confirmed and paid."),
        _l("Demand owner and winner"),
    ),
    Stage(
        _l("Acceptance and demonstration"),
        _l(
            "A panel compares what was measured with what was promised. What passes is shown to the whole province."
        ),
        _l("Acceptance panel; organizer"),
    ),
)
