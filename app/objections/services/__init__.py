"""Objections: filing and following, handling, and carrying out what follows."""

from app.objections.services.filing import ask_reexamination, file_objection, key_hash
from app.objections.services.handling import admit, answer, assign_handler, decide, let_go
from app.objections.services.remedies import NEXT_STEPS, carry_out_remedy, falling

__all__ = [
    "NEXT_STEPS",
    "admit",
    "answer",
    "ask_reexamination",
    "assign_handler",
    "carry_out_remedy",
    "decide",
    "falling",
    "file_objection",
    "key_hash",
    "let_go",
]
