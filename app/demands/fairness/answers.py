"""Findings as a demand keeps them, and the author's answers: kept while the sentence stands, else asked anew.

A row is {code, field, text, answer}, with `sentence` around the words, who answered and when, and `former`: what was
answered before the sentence changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.access import Actor
from app.demands.fairness.words import Finding, sentence_of
from app.models.base import Rows
from app.models.demands import Demand

ANSWER = ("answer", "answered_by", "answered_at")


def keep_answers(demand: Demand, findings: Iterable[Finding]) -> Rows:
    """The findings as rows, each once for a field, with the answer that the same finding had on the same sentence."""
    known = {_key(row["code"], row["field"], row["text"]): row for row in demand.findings or []}
    rows: Rows = []
    seen = set()
    for code, path, text in findings:
        key = _key(code, path, text)
        if key not in seen:
            seen.add(key)
            rows.append(_row(demand, code, path, text, known.get(key, {})))
    return rows


def answered(findings: Rows, answers: Mapping[int, str], *, by: Actor, now: datetime) -> Rows:
    """The rows with what was answered, by position; only an answer that differs gets a new author and moment."""
    rows: Rows = []
    for index, row in enumerate(findings):
        given = answers.get(index, row.get("answer") or "").strip()
        if given == (row.get("answer") or ""):
            rows.append(row)
        else:
            kept = {name: value for name, value in row.items() if name not in ANSWER}
            signed = {"answered_by": str(by.user_id), "answered_at": now.isoformat()} if given else {}
            rows.append({**kept, "answer": given, **signed})
    return rows


def open_findings(demand: Demand) -> int:
    """How many findings of the demand have no answer."""
    return sum(not str(row.get("answer") or "").strip() for row in demand.findings or [])


def _row(demand: Demand, code: str, path: str, text: str, before: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"code": code, "field": path, "text": text, "answer": ""}
    sentence = sentence_of(demand, path, text)
    if sentence:
        row["sentence"] = sentence
    # A row written before sentences were kept answers for the same words.
    if before.get("sentence", sentence) == sentence:
        return row | {name: before[name] for name in (*ANSWER, "former") if before.get(name)}
    if former := before.get("answer") or before.get("former"):
        row["former"] = former
    return row


def _key(code: str, path: str, text: str) -> tuple[str, str, str]:
    # Rows move when one above is taken out: the field counts, not the row's number.
    return code, path.partition(".")[0], text
