"""docs/procedure.md is what `flask procedure` prints, and the diagrams tell the tables."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app.workflow import BID, DEMAND, WORKFLOWS
from app.workflow.diagrams import ORDER, mermaid

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "procedure.md"


@pytest.fixture
def printed(app: Flask) -> str:
    done = app.test_cli_runner().invoke(args=["procedure"])
    assert done.exit_code == 0, done.output
    return done.output


def test_keep_the_document_equal_to_the_tables(printed: str) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == printed, "flask --app wsgi procedure > docs/procedure.md"


def test_tell_every_state_and_every_action(printed: str) -> None:
    for workflow in WORKFLOWS.values():
        section = printed.split(f"· `{workflow.name}`")[1].split("\n## ")[0]
        told = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        assert told == {each.value for each in workflow.states} | set(workflow.by_action)


def test_word_everything_in_both_languages(printed: str) -> None:
    rows = [line.split(" | ") for line in printed.splitlines() if line.startswith("| `")]
    assert len(rows) == sum(len(list(w.states)) + len(w.transitions) for w in WORKFLOWS.values())
    for row in rows:
        assert re.search(r"[\u4e00-\u9fff]", row[2]), row
        assert not re.search(r"[\u4e00-\u9fff]", row[1]), row


def test_draw_every_arrow_once() -> None:
    for workflow in WORKFLOWS.values():
        drawn = re.findall(r"^    (\w+) --> (\w+): (.+)$", mermaid(workflow), re.MULTILINE)
        arrows = {(source, target, action) for source, target, said in drawn for action in said.split(", ")}
        assert arrows == {
            (source.value, each.target.value, each.action)
            for each in workflow.transitions
            for source in each.sources
        }
        assert len({(source, target) for source, target, _said in drawn}) == len(drawn)


def test_begin_and_end_where_the_table_does() -> None:
    assert "[*] --> draft" in mermaid(DEMAND)
    ends = set(re.findall(r"(\w+) --> \[\*\]", mermaid(BID)))
    assert ends == {"declined", "disqualified", "lapsed"}


def test_order_every_thing_by_the_procedure() -> None:
    assert set(ORDER) == {workflow.name for workflow in WORKFLOWS.values()}
