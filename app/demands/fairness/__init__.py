"""The fairness check (公平性检查): wording and terms that narrow a competition, found before anyone has bid.

A finding asks the author for an answer, which vetters read. Only an indicator that cannot be measured blocks.
`dictionary` holds what is looked for, `checking` reads a demand with it, `answers` keeps what authors said."""

from app.demands.fairness.answers import answered, keep_answers, open_findings
from app.demands.fairness.checking import check_fairness, found_in
from app.demands.fairness.texts import ADVICE, BLOCKING, EXAMPLE, WHY, WORDING
from app.demands.fairness.words import Finding

__all__ = [
    "ADVICE",
    "BLOCKING",
    "EXAMPLE",
    "WHY",
    "WORDING",
    "Finding",
    "answered",
    "check_fairness",
    "found_in",
    "keep_answers",
    "open_findings",
]
