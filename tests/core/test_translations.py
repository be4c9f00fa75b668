"""Catalogues: found by their place, compiled when they change, merged, and checked."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import flask_babel
import pytest
from flask import Flask

from app.core import translations
from app.core.i18n import DEFAULT_LOCALE, LOCALES, _, _l, babel_settings, filled, ngettext, pgettext

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A translation folder with two small catalogues."""
    write(tmp_path, "demands", 'msgid "Demand %(no)s"\nmsgstr "榜单%(no)s"')
    write(
        tmp_path,
        "bids",
        'msgid "One bid"\nmsgid_plural "%(num)s bids"\nmsgstr[0] "%(num)s份申报"\n\n'
        'msgctxt "verb"\nmsgid "Object"\nmsgstr "提出异议"\n\nmsgid "Object"\nmsgstr "对象"',
    )
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Iterator[Flask]:
    """An application that reads these catalogues."""
    translations.compile_catalogues(folder)
    app = Flask("sample")
    app.config.update(babel_settings(folder))
    flask_babel.Babel(app)
    with app.app_context():
        yield app


def write(folder: Path, domain: str, text: str, locale: str = DEFAULT_LOCALE) -> Path:
    """A catalogue with the usual header."""
    path = folder / locale / "LC_MESSAGES" / f"{domain}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + text + "\n", encoding="utf-8")
    return path


def source(folder: Path, name: str, text: str) -> Path:
    """A source file in a small application folder, which is returned."""
    path = folder / "app" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder / "app"


# --- wording


def test_messages_of_all_catalogues_are_found(app: Flask) -> None:
    assert _("Demand %(no)s", no=7) == "榜单7"
    assert ngettext("One bid", "%(num)s bids", 1) == "1份申报"
    assert ngettext("One bid", "%(num)s bids", 3) == "3份申报"
    assert (pgettext("verb", "Object"), _("Object")) == ("提出异议", "对象")
    assert app.jinja_env.from_string("{{ _('Demand %(no)s', no=7) }}").render() == "榜单7"


def test_messages_stay_english_for_english_readers(app: Flask) -> None:
    with flask_babel.force_locale("en"):
        assert _("Demand %(no)s", no=7) == "Demand 7"
        assert ngettext("One bid", "%(num)s bids", 3) == "3 bids"


def test_lazy_messages_follow_the_reader(app: Flask) -> None:
    lazy = _l("Demand %(no)s", no=7)
    later = filled(_l("Demand %(no)s"), no=8)
    assert (str(lazy), str(later)) == ("榜单7", "榜单8")
    with flask_babel.force_locale("en"):
        assert (str(lazy), str(later)) == ("Demand 7", "Demand 8")


def test_lazy_messages_are_english_outside_an_application() -> None:
    assert str(filled(_l("Demand %(no)s"), no=8)) == "Demand 8"


def test_babel_settings_find_a_new_catalogue_by_its_place(folder: Path) -> None:
    write(folder, "awards", 'msgid "Award"\nmsgstr "揭榜结果"')
    settings = babel_settings(folder)
    assert settings == {
        "BABEL_DOMAIN": "awards;bids;demands",
        "BABEL_TRANSLATION_DIRECTORIES": f"{folder};{folder};{folder}",
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
    }


def test_babel_settings_of_an_empty_folder_leave_the_source_language(tmp_path: Path) -> None:
    app = Flask("sample")
    app.config.update(babel_settings(tmp_path))
    flask_babel.Babel(app)
    with app.app_context():
        assert _("Demand") == "Demand"


def test_the_default_locale_is_one_that_is_offered() -> None:
    assert DEFAULT_LOCALE in LOCALES


# --- compiling


def test_compile_catalogues_writes_what_changed_and_nothing_else(folder: Path) -> None:
    assert [Path(path).stem for path in translations.compile_catalogues(folder)] == ["bids", "demands"]
    assert translations.compile_catalogues(folder) == []
    path = write(folder, "bids", 'msgid "Bid"\nmsgstr "申报"')
    os.utime(path, ns=(1, 1))
    assert translations.compile_catalogues(folder) == [str(path.with_suffix(".mo"))]
    assert [part.name for part in folder.rglob("*.part")] == []


def test_compile_catalogues_may_run_twice_at_once(folder: Path) -> None:
    for number in range(30):
        write(folder, f"part{number}", f'msgid "Message {number}"\nmsgstr "{number}号"')
    failures: list[BaseException] = []

    def compile_all() -> None:
        try:
            translations.compile_catalogues(folder)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=compile_all) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(list(folder.rglob("*.mo"))) == 32
    assert list(folder.rglob("*.part")) == []
    assert translations.compile_catalogues(folder) == []


def test_compile_catalogues_leaves_fuzzy_translations_out(folder: Path) -> None:
    write(folder, "fuzzy", '#, fuzzy\nmsgid "Perhaps"\nmsgstr "也许"')
    translations.compile_catalogues(folder)
    app = Flask("sample")
    app.config.update(babel_settings(folder))
    flask_babel.Babel(app)
    with app.app_context():
        assert _("Perhaps") == "Perhaps"


@pytest.mark.parametrize(
    "text",
    [
        'msgid "One"\nmsgstr "一"\n\nmsgid "One"\nmsgstr "壹"',
        'msgid "One"\nmsgstr "一"\n\nmsgid "One"\nmsgid_plural "%(num)s"\nmsgstr[0] "一"',
        "msgid One",
        "nonsense",
    ],
)
def test_read_catalogue_names_a_faulty_file(text: str, folder: Path) -> None:
    write(folder, "faulty", text)
    with pytest.raises(translations.CatalogueError, match=r"faulty\.po"):
        translations.compile_catalogues(folder)


def test_the_module_compiles_as_a_program() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "app.core.translations"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert translations.compile_catalogues() == []


# --- checking


def test_missing_lists_what_no_catalogue_translates(folder: Path) -> None:
    app_folder = source(
        folder,
        "bids/views.py",
        "_('Demand %(no)s', no=1)\n_l('Bid')\nngettext('One bid', '%(num)s bids', n)\n"
        "ngettext('Demand %(no)s', '%(num)s demands', n)\npgettext('noun', 'Object')\n_('Object')\n",
    )
    source(
        folder,
        "templates/bids/page.html",
        "{{ _('Object') }} {{ pgettext('verb', 'Object') }} {{ _('Draft') }}{% trans %}Line{% endtrans %}",
    )
    found = translations.missing(folder, app_folder)
    assert [(finding.place, finding.text) for finding in found] == [
        ("bids/views.py:2", "Bid"),
        ("bids/views.py:4", "Demand %(no)s"),
        ("bids/views.py:5", "Object"),
        ("templates/bids/page.html:1", "Draft"),
        ("templates/bids/page.html:1", "Line"),
    ]


@pytest.mark.parametrize(
    "entry",
    ['msgid "Bid"\nmsgstr ""', '#, fuzzy\nmsgid "Bid"\nmsgstr "申报"', '#~ msgid "Bid"\n#~ msgstr "申报"'],
)
def test_missing_does_not_count_empty_fuzzy_and_obsolete_entries(entry: str, folder: Path) -> None:
    app_folder = source(folder, "bids/views.py", "_('Bid')")
    write(folder, "later", entry)
    assert [finding.text for finding in translations.missing(folder, app_folder)] == ["Bid"]
    write(folder, "later", 'msgid "Bid"\nmsgstr "申报"')
    assert translations.missing(folder, app_folder) == []


def test_conflicting_lists_what_two_catalogues_translate_differently(folder: Path) -> None:
    write(folder, "awards", 'msgid "Object"\nmsgstr "对象"')
    assert translations.conflicting(folder) == []
    write(folder, "notices", 'msgid "Object"\nmsgstr "异议"')
    assert [(finding.place, finding.text) for finding in translations.conflicting(folder)] == [
        ("notices", "Object")
    ]


@pytest.mark.parametrize(
    ("entry", "faults"),
    [
        ('msgid "By %(day)s"\nmsgstr "%(day)s前"', 0),
        ('msgid "By %(day)s"\nmsgstr "届时"', 1),
        ('msgid "By %(day)s"\nmsgstr "%(date)s前"', 1),
        ('msgid "By"\nmsgstr "%(day)s前"', 1),
        ('msgid "%(share)s %% of it"\nmsgstr "其中%(share)s%%"', 0),
        ('msgid "%(share)s %% of it"\nmsgstr "其中%(share)s%"', 1),
        ('msgid "100 %"\nmsgstr "百分之百"', 0),
        ('msgid "One day"\nmsgid_plural "%(num)s days"\nmsgstr[0] "%(num)s天"', 0),
        ('msgid "One day"\nmsgid_plural "%(num)s days"\nmsgstr[0] "一天"', 1),
    ],
)
def test_mismatched_lists_translations_with_other_blanks(entry: str, faults: int, folder: Path) -> None:
    write(folder, "checked", entry)
    assert len(translations.mismatched(folder)) == faults


def test_unescaped_lists_templates_that_would_take_a_percent_for_a_placeholder(folder: Path) -> None:
    app_folder = source(
        folder, "templates/page.html", "{{ _('100 % done') }}{{ _('100 %% done') }}{{ _('%(a)s') }}"
    )
    source(folder, "views.py", "_('50 % done')")
    assert [finding.text for finding in translations.unescaped(app_folder)] == ["100 % done"]
