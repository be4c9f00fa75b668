"""What each finding means, why it matters and by which rule, how to put it otherwise, and an example."""

from app.core.i18n import Lazy, _l
from app.models.fairness import FairnessKind

BLOCKING = "not_measurable"

WORDING: dict[str, Lazy] = {
    **{kind.value: kind.label for kind in FairnessKind if kind is not FairnessKind.EXCEPTION},
    "hard_without_why": _l("A hard condition without a reason"),
    BLOCKING: _l("An indicator that cannot be measured"),
    "similar_title": _l("A published listing has a similar title"),
}
_NO_NAMES = _l(
    "Rule: the main content names no brand, patent, model or sole supplier, so that every able unit can answer."
)
_OPEN_TO_ALL = _l("Rule: listings are open to all units; conditions on place, capital or size need a reason.")
WHY: dict[str, Lazy] = {
    "brand": _NO_NAMES,
    "model": _NO_NAMES,
    "patent": _NO_NAMES,
    "sole_vendor": _l(
        "A text that only one unit can meet makes the listing a sham; it is a usual ground of objections."
    ),
    "region_condition": _OPEN_TO_ALL,
    "capital_condition": _OPEN_TO_ALL,
    "size_condition": _OPEN_TO_ALL,
    "short_window": _l("Only who has prepared before the listing can keep so short a time."),
    "hard_without_why": _l("Rule: each condition says whether it is hard and why it is needed."),
    BLOCKING: _l("Rule: a target without number, operator or test condition cannot be posted."),
    "similar_title": _l("The same task is not paid for twice; bidders ask how the two differ."),
}
ADVICE: dict[str, Lazy] = {
    "brand": _l("Describe the function and performance needed instead, or add “or equivalent” and say why."),
    "patent": _l(
        "Describe the effect needed, not the technology of one owner, or say why there is no other way."
    ),
    "model": _l("Give the performance needed instead of a model, or say why only this one can be connected."),
    "sole_vendor": _l("Open the wording to every able unit, or say why this is needed."),
    "region_condition": _l(
        "Listings are open to all units; say why a place of business is needed, or remove it."
    ),
    "capital_condition": _l(
        "Size says little about ability; say why it is needed, or ask for cases instead."
    ),
    "size_condition": _l(
        "Young and small units are welcome too; ask for the cases or the team that the task needs."
    ),
    "short_window": _l(
        "A short time favours whoever is prepared already; lengthen it, or say why it is needed."
    ),
    "hard_without_why": _l("Say beside the condition why it is needed, or make it a soft one."),
    BLOCKING: _l("Give it a number, a comparison, a unit and a test condition: this cannot be answered."),
    "similar_title": _l("Say how this demand differs from that listing."),
}
EXAMPLE: dict[str, Lazy] = {
    "brand": _l("Instead of “servers of maker X”: “servers with at least 64 cores and 512 GB, any maker”."),
    "patent": _l("Instead of “by the method of patent X”: “settlement within 3 mm, method free”."),
    "model": _l("Instead of “model X-100”: “4 million pixels, night vision to 30 m, GB/T 28181”."),
    "sole_vendor": _l(
        "Instead of “only by the maker of the system”: “interfaces and documents are given to every bidder”."
    ),
    "region_condition": _l("Instead of “registered in this city”: “on site within 4 hours when called”."),
    "capital_condition": _l("Instead of “registered capital of 10 million”: “a bank guarantee on advances”."),
    "size_condition": _l(
        "Instead of “founded five years ago”: “one comparable project in the last three years”."
    ),
    "short_window": _l("Instead of “live 7 days after signing”: “prototype after 2 months, live after 6”."),
    "hard_without_why": _l(
        "For example: “Level 3 protection · hard · because patients' data are processed”."
    ),
    BLOCKING: _l("For example: “detection rate ≥ 95 %, on 10,000 unseen images of three months”."),
    "similar_title": _l("For example: “that listing covered lungs, this one covers stomach and bowel”."),
}
