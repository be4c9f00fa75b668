"""What each field makes of what is typed, and what it says of what it cannot read."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace as Thing
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict

from app.core import uscc
from app.web import fields, forms, slots
from app.web.validators import Email, Length, Pattern, Phone, Required, RequiredIf, SameAs
from tests.core.sample_files import PDF
from tests.web.gallery.forms import EverythingForm, IndicatorRow, Kind, ListFilter, PasswordForm

pytestmark = pytest.mark.usefixtures("asked")


def filled(field: Any, *texts: Any) -> Any:
    """The field, bound to a form that was sent with these texts, and validated."""

    class One(forms.Row):
        value = field

    form = One(MultiDict([("value", text) for text in texts]))
    form.validate()
    return form.value


def errors(field: Any) -> list[str]:
    return [str(wording) for wording in field.errors]


@pytest.mark.parametrize(
    ("field", "text", "data"),
    [
        (fields.MoneyField("Sum"), "350.5", 350_500_000),
        (fields.MoneyField("Sum"), " １,２３４.００ ", 1_234_000_000),
        (fields.MoneyField("Sum"), "0", 0),
        (fields.HundredthsField("Score"), "87.5", 8750),
        (fields.HundredthsField("Score"), "100", 10_000),
        (fields.HundredthsField("Share"), "30%", 3000),
        (fields.CountField("Months"), "12", 12),
        (fields.CountField("Months"), "１２", 12),
        (fields.ExactField("Target"), "0.850", Decimal("0.850")),
        (fields.ExactField("Target"), "-3", Decimal(-3)),
        (fields.DayField("Day"), "2026-09-30", date(2026, 9, 30)),
        (fields.DayField("Day"), "2026/09/30", date(2026, 9, 30)),
        (fields.MomentField("Moment"), "2026-12-15T17:30", datetime(2026, 12, 15, 9, 30, tzinfo=UTC)),
        (fields.MomentField("Moment"), "2026-12-15 00:00", datetime(2026, 12, 14, 16, 0, tzinfo=UTC)),
        (fields.UsccField("Code"), "91420100xxx000019h", "91420100XXX000019H"),
        (fields.UsccField("Code"), "12420100 XXX00003 5C", "12420100XXX000035C"),
        (fields.CodeField("Kind", Kind), "tech_rd", Kind.RESEARCH),
        (fields.ShortText("Title"), "  a\u202e \t b\n c ", "a b c"),
        (fields.LongText("Text"), " a\r\nb\x00 \n", "a\nb"),
    ],
)
def test_read_gives_data_of_the_services(field: Any, text: str, data: Any) -> None:
    bound = filled(field, text)
    assert (bound.data, errors(bound)) == (data, [])


@pytest.mark.parametrize(
    ("field", "text", "wording"),
    [
        (fields.MoneyField("Sum"), "12.345", "An amount in 10,000 yuan has at most two decimals."),
        (fields.MoneyField("Sum"), "much", "Enter an amount in 10,000 yuan, for example 120.50."),
        (fields.MoneyField("Sum", minimum=1_000_000), "0.99", "Sum must be at least 1.00"),
        (fields.MoneyField("Sum", maximum=1_000_000), "1.01", "Sum must be at most 1.00"),
        (fields.HundredthsField("Score"), "100.01", "Score must be at most 100.00"),
        (
            fields.HundredthsField("Score"),
            "NaN",
            "Enter a number with at most two decimals, such as 87.50",
        ),
        (
            fields.HundredthsField("Score"),
            "1e999999",
            "Enter a number with at most two decimals, such as 87.50",
        ),
        (fields.CountField("Months", maximum=36), "37", "Months must be at most 36"),
        (fields.CountField("Months"), "1.5", "Enter a whole number"),
        (fields.CountField("Months"), "9" * 5000, "Enter a whole number"),
        (fields.ExactField("Target"), "Infinity", "Enter a number, such as 95 or 0.85"),
        (fields.ExactField("Target"), "1e999999999", "Enter a number, such as 95 or 0.85"),
        (fields.DayField("Day"), "2026-02-30", "Enter a day as YYYY-MM-DD, such as 2026-09-30"),
        (fields.MomentField("Moment"), "tomorrow", "Enter day and time, such as 2026-09-30 17:30"),
        (
            fields.MomentField("Moment"),
            "2026-01-01T00:00+00:00",
            "Enter day and time, such as 2026-09-30 17:30",
        ),
        (
            fields.UsccField("Code"),
            "91420100",
            "A unified social credit code has 18 characters; this one has 8",
        ),
        (
            fields.UsccField("Code"),
            "91420100XXX000019J",
            "A unified social credit code has 18 characters; check each of them",
        ),
        (fields.CodeField("Kind", Kind), "other", "Choose one of the list"),
        (fields.CodesField("Kinds", Kind), "other", "Choose from the list only"),
        (fields.ShortText("Title", 3), "四个汉字", "Title may have at most 3 characters; it has 4"),
        (fields.ShortText("Title", validators=[Length(min=2)]), "a", "Title needs at least 2 characters"),
        (fields.ShortText("Title", validators=[Required()]), " \u200e ", "Fill in Title"),
        (
            fields.ShortText("Mail", validators=[Email()]),
            "a@",
            "This is not an e-mail address, such as name@example.cn",
        ),
        (
            fields.ShortText("Phone", validators=[Phone()]),
            "12800000000",
            "A mobile number has 11 digits, such as 13800000000",
        ),
        (fields.ShortText("No.", validators=[Pattern("[A-Z]+", "Capitals only")]), "a", "Capitals only"),
        (fields.CodeField("Kind", Kind, [Required()]), "", "Choose Kind"),
        (fields.MoneyField("Sum", [Required()]), "", "Fill in Sum"),
    ],
)
def test_refuse_says_why(field: Any, text: str, wording: str) -> None:
    assert errors(filled(field, text)) == [wording]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (fields.MoneyField("Sum"), "12.345"),
        (fields.DayField("Day"), "soon"),
        (fields.UsccField("Code"), "9142"),
    ],
)
def test_keep_what_was_typed_when_unreadable(field: Any, text: str) -> None:
    assert f'value="{text}"' in str(filled(field, text)())


@pytest.mark.parametrize(
    ("field", "data", "text"),
    [
        (fields.MoneyField("Sum"), 1_234_500_000, "1234.50"),
        (fields.HundredthsField("Score"), 8750, "87.50"),
        (fields.MomentField("Moment"), datetime(2026, 12, 15, 9, 30, tzinfo=UTC), "2026-12-15T17:30"),
        (fields.DayField("Day"), date(2026, 9, 30), "2026-09-30"),
        (fields.ExactField("Target"), Decimal("1E+2"), "100"),
    ],
)
def test_show_data_as_it_is_typed(field: Any, data: Any, text: str) -> None:
    class One(forms.Row):
        value = field

    assert f'value="{text}"' in str(One(formdata=None, data={"value": data}).value())


def test_accept_mail_addresses_of_examples() -> None:
    for address in ("name@example.cn", "name@example.com", "王@example.org"):
        assert errors(filled(fields.ShortText("Mail", validators=[Email()]), address)) == []


def test_choose_codes_in_the_order_of_the_list() -> None:
    bound = filled(fields.CodesField("Kinds", Kind), "open_test", "tech_rd")
    assert (bound.data, bound.codes) == ([Kind.RESEARCH, Kind.PILOT], ["tech_rd", "open_test"])


def test_use_another_list_of_codes() -> None:
    bound = filled(fields.CodeField("Kind", [Kind.PILOT]), "tech_rd")
    bound.use(Kind)
    assert bound.data is Kind.RESEARCH


def test_require_only_when_the_other_field_says_so() -> None:
    class Two(forms.Row):
        other = fields.CodeField("Kind", Kind)
        reason = fields.ShortText("Reason", 50, [RequiredIf("other", Kind.PILOT)])

    needed, spared = Two(MultiDict({"other": "open_test"})), Two(MultiDict({"other": "tech_rd"}))
    assert (needed.validate(), errors(needed.reason)) == (False, ["Fill in Reason"])
    assert (spared.validate(), errors(spared.reason)) == (True, [])


def test_leave_passwords_as_typed() -> None:
    form = PasswordForm(MultiDict({"password": " a b ", "again": " a b"}))
    assert form.password.data == " a b "
    assert (form.validate(), errors(form.again)) == (False, ["The two passwords are not the same"])
    assert SameAs("password", "different").other == "password"


def upload(name: str, content: bytes = b"x") -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


@pytest.mark.parametrize(
    ("sent", "wording"),
    [
        ([upload("plan.exe")], "“plan.exe” is not of a permitted kind (pdf, docx)"),
        ([upload("pdf")], "“pdf” is not of a permitted kind (pdf, docx)"),
        ([upload("..\\..\\plan.svg")], "“plan.svg” is not of a permitted kind (pdf, docx)"),
        ([upload("plan.pdf", b"")], "“plan.pdf” is empty"),
        ([upload("plan.pdf", b"x" * (1024 * 1024 + 1))], "“plan.pdf” is larger than 1 MB"),
        ([upload(name, PDF) for name in ("a.pdf", "b.pdf", "c.pdf")], "At most 2 files may be added here"),
        (
            [upload("plan.docx", PDF)],
            "“plan.docx”: The content of the file does not match its name. Save it again in the right format.",
        ),
        ([upload("")], "Add a file: Plan"),
    ],
)
def test_refuse_upload_by_kind_size_and_number(sent: list[FileStorage], wording: str) -> None:
    slot = slots.FileSlot(
        "Plan", [Required()], types=("pdf", "docx"), max_bytes=1024 * 1024, multiple=True, max_files=2
    )
    assert errors(filled(slot, *sent)) == [wording]


def test_hand_over_upload_from_its_start() -> None:
    bound = filled(slots.FileSlot("Plan", types=("pdf",)), upload("Plan.PDF", PDF))
    with bound.data.stream as stored:
        assert (errors(bound), stored.read()) == ([], PDF)


def rows_form(**cells: str) -> EverythingForm:
    return EverythingForm(
        MultiDict({f"indicators-{key.replace('__', '-')}": value for key, value in cells.items()})
    )


def test_drop_blank_rows_and_keep_their_order() -> None:
    form = rows_form(
        **{
            "7__name": "准确率",
            "7__target": "95",
            "7__category": "tech_rd",
            "3__name": " ",
            "9__name": "时长",
        }
    )
    assert [(row["name"], row["target"]) for row in form.indicators.data] == [
        ("准确率", Decimal(95)),
        ("时长", None),
    ]


def test_validate_only_filled_rows_and_count_them() -> None:
    form = rows_form(**{"0__name": "", "1__name": "准确率", "1__target": "high"})
    form.validate()
    assert [str(item.wording) for item in form.error_list() if item.anchor.startswith("indicators")] == [
        "考核指标: at least 2 rows are needed",
        "Choose 类别",
        "Enter a number, such as 95 or 0.85",
    ]


def test_count_an_unreadable_cell_as_filled() -> None:
    assert len(rows_form(**{"0__target": "high"}).indicators.filled) == 1


def test_refuse_more_rows_than_allowed() -> None:
    form = rows_form(**{f"{n}__name": "名" for n in range(5)})
    form.validate()
    assert [str(wording) for wording in form.indicators.row_errors] == [
        "考核指标: at most 4 rows are possible"
    ]


def test_offer_blank_rows_on_a_new_form_and_data_on_an_old_one() -> None:
    fresh = EverythingForm(formdata=None)
    old = EverythingForm(
        formdata=None, data={"indicators": [{"name": n, "target": Decimal(1)} for n in "甲乙丙"]}
    )
    assert (len(fresh.indicators.entries), fresh.indicators.data) == (2, [])
    assert [row["name"] for row in old.indicators.data] == ["甲", "乙", "丙"]


def command(gallery: Flask, **sent: str) -> tuple[bool, list[tuple[str, str]]]:
    """Whether a command was carried out, and name and first cell of the rows after it."""
    with gallery.test_request_context("/?lang=en", method="POST", data=sent):
        form = EverythingForm()
        done = form.row_command()
        return done, [(entry.name, entry.form["name"].data or "") for entry in form.indicators.entries]


def test_add_and_remove_rows_on_command(gallery: Flask) -> None:
    two = {"indicators-1-name": "甲", "indicators-4-name": "乙"}
    both = [("indicators-0", "甲"), ("indicators-1", "乙")]
    assert command(gallery, **two) == (False, both)
    assert command(gallery, **two, add_row="indicators") == (True, [*both, ("indicators-2", "")])
    assert command(gallery, **two, remove_row="indicators-1") == (True, [("indicators-0", "乙")])
    assert command(gallery, **two, remove_row="indicators-4") == (True, [("indicators-0", "甲")])
    assert command(gallery, **two, remove_row="indicators-9") == (True, both)
    assert command(gallery, **two, remove_row="title-1") == (True, both)
    assert command(gallery, **two, add_row="csrf_token") == (True, both)


@pytest.mark.parametrize("number", ["²", "9" * 5000, "x", "-1", ""])
def test_ignore_rows_with_impossible_numbers(gallery: Flask, number: str) -> None:
    assert command(gallery, **{f"indicators-{number}-name": "甲"}, remove_row=f"indicators-{number}")[1] == []


def test_stop_adding_rows_at_the_maximum(gallery: Flask) -> None:
    full = {f"indicators-{n}-name": "名" for n in range(4)}
    assert len(command(gallery, **full, add_row="indicators")[1]) == 4


def test_put_refusals_beside_their_fields() -> None:
    form = rows_form(**{"2__name": "甲", "5__name": "乙"})
    form.add_refusals(
        [
            Thing(code="a", wording="title", field="title"),
            Thing(code="b", wording="cell", field="indicators.1.target"),
            Thing(code="c", wording="rows", field="indicators"),
            Thing(code="d", wording="beyond", field="indicators-8-target"),
            Thing(code="e", wording="top", field=None),
            Thing(code="f", wording="unknown", field="nowhere"),
        ]
    )
    assert [(item.anchor, item.wording) for item in form.error_list()] == [
        ("", "top"),
        ("", "unknown"),
        ("title", "title"),
        ("indicators", "rows"),
        ("indicators", "beyond"),
        ("indicators-1-target", "cell"),
    ]


def test_keep_only_filters_that_can_be_read() -> None:
    chosen = ListFilter(MultiDict({"q": " 热线 ", "region": "420100", "kind": "none", "year": "x"})).chosen()
    assert [(name, getattr(data, "value", data)) for name, data in chosen.items()] == [
        ("q", "热线"),
        ("region", "420100"),
    ]


def test_give_values_without_the_token(gallery: Flask) -> None:
    assert list(PasswordForm(MultiDict({"password": "a", "again": "a"})).values()) == ["password", "again"]
    assert IndicatorRow.Meta.csrf is False


def test_agree_with_the_credit_codes_of_the_core() -> None:
    assert filled(fields.UsccField("Code"), uscc.fictional("420100", "91", 7)).errors == []
