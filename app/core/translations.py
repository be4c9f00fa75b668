"""Catalogues of translations: compiled when they change, compared with the source, checked for contradictions.

`python -m app.core.translations` compiles what has changed and prints the files it wrote.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, PoFileParser

from app.core.i18n import DEFAULT_LOCALE

APP_FOLDER = Path(__file__).resolve().parents[1]
FOLDER = APP_FOLDER / "translations"

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
TEMPLATE_OPTIONS = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]")
LONE_PERCENT = re.compile(r"%(?!\(\w+\)[sdf])")

Key = tuple[str | None, str, bool]
"""What a message is looked up by: its context, its (singular) source text, and whether it has a plural."""


class CatalogueError(ValueError):
    """A catalogue that cannot be read; the text names the file and the line."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something wrong with a message: where it stands, its source text, and what is wrong."""

    place: str
    text: str
    fault: str


class _StrictCatalogue(Catalog):
    def __setitem__(self, id: Any, message: Message) -> None:
        """Adds a message, refusing one that is there already: the library would silently keep one of the two."""
        if id and self.get(id, message.context) is not None:
            raise ValueError(f"line {message.lineno}: {id!r} stands twice")
        super().__setitem__(id, message)


def compile_catalogues(folder: Path = FOLDER) -> list[str]:
    """Compiles every `.po` of the folder whose `.mo` is not of the same moment; returns the files written.

    Safe beside another process that does the same: each file is replaced in one step.
    """
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        changed_at = source.stat().st_mtime_ns
        if not target.exists() or target.stat().st_mtime_ns != changed_at:
            _write(read_catalogue(source), target, changed_at)
            written.append(str(target))
    return written


def read_catalogue(path: Path) -> Catalog:
    """One `.po` file. Raises CatalogueError when it is faulty or names a message twice."""
    catalogue = _StrictCatalogue(locale=path.parts[-3])
    try:
        with path.open("rb") as file:
            PoFileParser(catalogue, abort_invalid=True).parse(file)
    except (PoFileError, ValueError) as fault:
        raise CatalogueError(f"{path}: {fault}") from fault
    return catalogue


def missing(
    folder: Path = FOLDER, app_folder: Path = APP_FOLDER, *, locale: str = DEFAULT_LOCALE
) -> list[Finding]:
    """The messages of the source that no catalogue of the locale translates (or only fuzzily)."""
    translated = {
        _key(message)
        for _, message in _messages(folder, locale)
        if not message.fuzzy and all(_forms(message))
    }
    return sorted(
        {
            Finding(place, key[1], "no translation")
            for place, key in extracted(app_folder)
            if key not in translated
        }
    )


def conflicting(folder: Path = FOLDER, *, locale: str = DEFAULT_LOCALE) -> list[Finding]:
    """The messages that two catalogues of the locale translate differently."""
    seen: dict[Key, tuple[str, object]] = {}
    found = []
    for domain, message in _messages(folder, locale):
        first, string = seen.setdefault(_key(message), (domain, message.string))
        if string != message.string:
            found.append(Finding(domain, _text(message), f"{message.string!r}, but {string!r} in {first}"))
    return found


def mismatched(folder: Path = FOLDER, *, locale: str = DEFAULT_LOCALE) -> list[Finding]:
    """The messages whose translation has other `%(name)s` than the source, or a lone % beside one."""
    return [
        Finding(domain, _text(message), fault)
        for domain, message in _messages(folder, locale)
        for fault in _placeholder_faults(message)
    ]


def unescaped(app_folder: Path = APP_FOLDER) -> list[Finding]:
    """The messages of templates with a lone %, which templates always take for the start of a placeholder."""
    return [
        Finding(place, key[1], "write %% for %")
        for place, key in extracted(app_folder)
        if place.startswith("templates/") and _has_lone_percent(key[1])
    ]


def extracted(app_folder: Path) -> Iterator[tuple[str, Key]]:
    """Every marked message under the folder with the place where it stands. Faulty templates raise."""
    found = extract_from_dir(
        str(app_folder),
        method_map=METHODS,
        options_map={pattern: TEMPLATE_OPTIONS for pattern, method in METHODS if method == "jinja2"},
        keywords=KEYWORDS,
    )
    for filename, line, source, _comments, context in found:
        text = source if isinstance(source, str) else source[0]
        yield f"{filename}:{line}", (context, text, text is not source)


def _write(catalogue: Catalog, target: Path, changed_at: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}.", suffix=".part")
    part = Path(temporary)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write_mo(file, catalogue)
        part.chmod(0o644)
        os.utime(part, ns=(changed_at, changed_at))
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _messages(folder: Path, locale: str) -> Iterator[tuple[str, Message]]:
    """Every message of every catalogue of the locale with the name of its domain."""
    for path in sorted((folder / locale / "LC_MESSAGES").glob("*.po")):
        yield from ((path.stem, message) for message in read_catalogue(path) if message.id)


def _key(message: Message) -> Key:
    return message.context, _text(message), message.pluralizable


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    """The translations of a message by number; one for most, an empty one where there is none."""
    string = message.string
    return (string or "",) if isinstance(string, str) or string is None else tuple(string)


def _has_lone_percent(text: str) -> bool:
    return LONE_PERCENT.search(text.replace("%%", "")) is not None


def _placeholder_faults(message: Message) -> Iterator[str]:
    # Chinese has one form, which is shown for every number: it follows the plural.
    source: str = message.id if isinstance(message.id, str) else message.id[-1]
    wanted = set(PLACEHOLDER.findall(source))
    for form in _forms(message):
        if form and set(PLACEHOLDER.findall(form)) != wanted:
            yield f"placeholders differ: {form}"
        if form and wanted and (_has_lone_percent(source) or _has_lone_percent(form)):
            yield f"a lone % beside a placeholder: {form}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in compile_catalogues())
