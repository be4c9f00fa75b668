"""Every sentence a person can read is there in Chinese, once, with the same blanks to fill."""

import pytest

from app.core import translations

pytestmark = pytest.mark.lint


def listed(findings: list[translations.Finding]) -> str:
    """The findings one a line."""
    return "\n".join(f"{finding.place}: {finding.text!r}: {finding.fault}" for finding in findings)


def test_every_message_of_the_source_has_a_chinese_translation() -> None:
    found = translations.missing()
    assert not found, (
        f"Write these into app/translations/zh_Hans_CN/LC_MESSAGES/<package>.po:\n{listed(found)}"
    )


def test_no_message_is_translated_in_two_ways() -> None:
    found = translations.conflicting()
    assert not found, f"Agree on one translation, or tell the two apart with pgettext:\n{listed(found)}"


def test_every_translation_fills_the_same_blanks() -> None:
    found = translations.mismatched()
    assert not found, f"Repeat each %(name)s of the source, and double a % beside one:\n{listed(found)}"


def test_no_template_takes_a_percent_for_a_placeholder() -> None:
    found = translations.unescaped()
    assert not found, listed(found)
