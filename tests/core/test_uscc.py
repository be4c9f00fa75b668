"""Credit codes against known vectors, a second implementation and arbitrary text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as reference

from app.core import uscc

FICTIONAL = [
    "91420100XXX000019H",
    "91420600XXX0000276",
    "12420100XXX000035C",
    "11420000XXX0000435",
    "51420000XXX000051U",
    "12420500XXX00006XE",
    "91429004XXX000078Q",
]


@pytest.mark.parametrize("code", FICTIONAL)
def test_is_valid_accepts_known_codes(code: str) -> None:
    assert uscc.is_valid(code)
    assert uscc.has_valid_organisation_code(code)
    assert reference.is_valid(code)


@pytest.mark.parametrize(("serial", "code"), list(enumerate(FICTIONAL, start=1)))
def test_fictional_gives_the_known_codes(serial: int, code: str) -> None:
    assert uscc.fictional(code[2:8], code[:2], serial) == code


@pytest.mark.parametrize("code", FICTIONAL)
def test_is_valid_refuses_every_other_check_character(code: str) -> None:
    accepted = [char for char in uscc.ALPHABET if uscc.is_valid(code[:17] + char)]
    assert accepted == [code[17]]


@pytest.mark.parametrize("letter", "IOSVZ")
def test_is_valid_refuses_letters_outside_the_alphabet(letter: str) -> None:
    for position in range(18):
        code = FICTIONAL[0]
        assert not uscc.is_valid(code[:position] + letter + code[position + 1 :])


@pytest.mark.parametrize(
    "code",
    [
        "",
        FICTIONAL[0][:17],
        FICTIONAL[0] + "0",
        FICTIONAL[0].lower(),
        " " + FICTIONAL[0],
        FICTIONAL[0] + "\n",
        "9142010AXXX000019H",
        "91420100XXX00001²H",
        "９1420100XXX000019H",
        "000000000000000000"[:17] + "1",
    ],
)
def test_is_valid_refuses_what_is_not_in_normal_form(code: str) -> None:
    assert not uscc.is_valid(code)


@pytest.mark.parametrize(
    "typed",
    [
        "91420100xxx000019h",
        " 9142 0100 XXX0 0001 9H\n",
        "91420100-XXX00001-9H",
        "９１４２０１００ＸＸＸ００００１９Ｈ",
        "91420100—XXX000019H\u3000",
        "\ufeff91420100\u200bXXX000019H",
    ],
)
def test_normalize_undoes_how_people_type_codes(typed: str) -> None:
    assert uscc.normalize(typed) == FICTIONAL[0]


@given(st.text(max_size=30))
def test_is_valid_never_fails_on_any_text(text: str) -> None:
    for code in (text, uscc.normalize(text)):
        assert not uscc.is_valid(code) or reference.is_valid(code)


@given(st.text(uscc.ALPHABET, min_size=2, max_size=2), st.from_regex(r"[0-9]{6}", fullmatch=True), st.data())
def test_is_valid_agrees_with_a_second_implementation(prefix: str, region: str, data: st.DataObject) -> None:
    body = prefix + region + data.draw(st.text(uscc.ALPHABET, min_size=9, max_size=9))
    code = body + uscc.check_char(body)
    assert uscc.is_valid(code)
    assert reference.calc_check_digit(body) == code[17]


@given(st.sampled_from(sorted(uscc.KIND_OF_PREFIX)), st.integers(0, 99_999))
def test_fictional_codes_are_valid_and_of_nobody(prefix: str, serial: int) -> None:
    code = uscc.fictional("420100", prefix, serial)
    assert reference.is_valid(code)
    assert uscc.has_valid_organisation_code(code)
    assert code[8:11] == "XXX"


@pytest.mark.parametrize(
    ("region", "prefix", "serial"),
    [
        ("42010", "91", 1),
        ("42010A", "91", 1),
        ("420100", "9I", 1),
        ("420100", "91", -1),
        ("420100", "91", 100_000),
    ],
)
def test_fictional_refuses_impossible_parts(region: str, prefix: str, serial: int) -> None:
    with pytest.raises(ValueError):
        uscc.fictional(region, prefix, serial)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (FICTIONAL[0], uscc.EntityKind.ENTERPRISE),
        (FICTIONAL[2], uscc.EntityKind.PUBLIC_INSTITUTION),
        (FICTIONAL[3], uscc.EntityKind.GOVERNMENT_ORGAN),
        (FICTIONAL[4], uscc.EntityKind.SOCIAL_ORGANISATION),
        (uscc.fictional("420000", "52", 1), uscc.EntityKind.SOCIAL_ORGANISATION),
        (uscc.fictional("420000", "53", 1), uscc.EntityKind.SOCIAL_ORGANISATION),
        (uscc.fictional("420000", "92", 1), None),
        ("", None),
    ],
)
def test_entity_kind_follows_the_prefix(code: str, kind: uscc.EntityKind | None) -> None:
    assert uscc.entity_kind(code) == kind


def test_has_valid_organisation_code_is_a_check_of_its_own() -> None:
    body = "91420100XXX000010"
    code = body + uscc.check_char(body)
    assert uscc.is_valid(code)
    assert not uscc.has_valid_organisation_code(code)
