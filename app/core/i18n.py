"""Wording in two languages: the functions that mark it, and the settings that find its catalogues.

Source strings are English, so only Chinese needs catalogues: one `.po` for each package under
`app/translations/<locale>/LC_MESSAGES/`. A new file there is found by its place, no list names it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import flask_babel
from babel.support import NullTranslations
from flask_babel.speaklater import LazyString
from markupsafe import Markup

# A lazy string is translated when it is shown, not when it is written. It answers every question a `str`
# answers (but fails `isinstance`), and the stubs of the form library ask for `str`: hence the alias.
Lazy: TypeAlias = str

DEFAULT_LOCALE = "zh_Hans_CN"
LOCALES: Mapping[str, str] = {"zh_Hans_CN": "中文", "en": "English"}
TIMEZONE = "Asia/Shanghai"

LANGUAGE_TAGS: Mapping[str, str] = {"zh_Hans_CN": "zh-Hans-CN", "en": "en"}
"""What stands in the `lang` attribute of a page for each locale (BCP 47)."""


def _(message: str, **variables: Any) -> str:
    """The message in the reader's language, now; `%(name)s` in it is filled from the variables."""
    return str(flask_babel.gettext(message, **variables))


def _l(message: str, **variables: Any) -> Lazy:
    """The message in the language of whoever reads it later: for everything written at import time."""
    lazy: Lazy = flask_babel.lazy_gettext(message, **variables)
    return lazy


def filled(wording: Lazy, **variables: Any) -> Lazy:
    """A lazy message whose `%(name)s` are filled later than it was written, still translated when shown."""
    lazy: Lazy = LazyString(lambda: str(wording) % variables)
    return lazy


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """One of two messages by the number, which is also the variable `%(num)s`."""
    return str(flask_babel.ngettext(singular, plural, num, **variables))


def pgettext(context: str, message: str, **variables: Any) -> str:
    """The message under a context, for an English word that needs two Chinese ones."""
    return str(flask_babel.pgettext(context, message, **variables))


def catalogue_domains(folder: Path) -> list[str]:
    """The gettext domains of a translation folder: the names of its `.po` files in any locale, sorted."""
    return sorted({path.stem for path in folder.glob("*/LC_MESSAGES/*.po")})


def babel_settings(folder: Path) -> dict[str, str]:
    """Settings for `app.config`, before Flask-Babel is initialised, that merge all catalogues of the folder.

    Flask-Babel loads the n-th domain from the n-th folder and merges them, so the one folder is repeated. The
    compiled catalogues must exist: see `app.core.translations.compile_catalogues`.
    """
    domains = catalogue_domains(folder) or ["messages"]
    return {
        "BABEL_DOMAIN": ";".join(domains),
        "BABEL_TRANSLATION_DIRECTORIES": ";".join([str(folder)] * len(domains)),
        "BABEL_DEFAULT_LOCALE": DEFAULT_LOCALE,
        "BABEL_DEFAULT_TIMEZONE": TIMEZONE,
    }


class _Wordings(flask_babel.Domain):
    """All catalogues, each found by its locale itself: the library spells the locale's name for every message."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)
        self._loaded: dict[Any, NullTranslations] = {}
        self._marked: dict[Any, dict[str, Markup]] = {}

    def get_translations(self) -> NullTranslations:
        """The catalogue in the reader's language."""
        locale = flask_babel.get_locale()
        if locale is None:
            return NullTranslations()
        if locale not in self._loaded:
            self._loaded[locale] = super().get_translations()
        return self._loaded[locale]

    def in_template(self, message: str, **variables: Any) -> Markup:
        """The message as a template shows it: its own text is markup, the variables are escaped."""
        known = self._marked.setdefault(flask_babel.get_locale(), {})
        marked = known.get(message)
        if marked is None:
            marked = known[message] = Markup(self.get_translations().ugettext(message))  # noqa: S704 - our own wording
        return marked % variables


def hasten(app: Any, babel: flask_babel.Babel) -> None:
    """Find wordings by a shorter way than the library's, which is walked some hundred times for a page."""
    wordings = _Wordings(app.config["BABEL_DOMAIN"])
    babel.domain_instance = wordings
    app.jinja_env.globals["_"] = wordings.in_template
