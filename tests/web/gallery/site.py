"""The gallery app. `python -m tests.web.gallery.site PORT` serves it on this machine for looking."""

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

import flask_babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, render_template, request
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined

from app.core.db import Database
from app.core.files import FileStore
from app.models import Base
from app.web.context import close_db, init_sign_in
from app.web.filters import register_filters
from tests.web.gallery import data
from tests.web.gallery.forms import EverythingForm, ListFilter, PasswordForm

ROOT = Path(__file__).parents[3]
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'"
)


def _catalogue() -> str:
    """Compile web.po alone into a folder of its own; the path of the folder."""
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    target = folder / "zh_Hans_CN" / "LC_MESSAGES"
    target.mkdir(parents=True)
    source = ROOT / "app/translations/zh_Hans_CN/LC_MESSAGES/web.po"
    with source.open("rb") as read, (target / "web.mo").open("wb") as write:
        write_mo(write, read_po(read, locale="zh_Hans_CN"))
    return str(folder)


def _locale() -> str:
    return "en" if request.args.get("lang") == "en" else "zh_Hans_CN"


def _context() -> dict[str, Any]:
    english = _locale() == "en"
    actor = Thing(
        is_signed_in="out" not in request.args,
        display_name="欧阳建国",
        organisation_name="武汉市政务服务和大数据管理局",
        roles=["demand_owner"],
        organisations=[
            Thing(id=1, name="武汉市政务服务和大数据管理局"),
            Thing(id=2, name="华中科技大学同济医学院附属协和医院"),
        ],
    )
    return {
        "actor": actor,
        "nav": data.nav(),
        "desk_nav": data.desk_nav(),
        "unread_count": 12,
        "locale": _locale(),
        "other_locale_url": "?lang=zh" if english else "?lang=en",
        "is_demo": True,
        "now": data.NOW,
    }


def create_gallery() -> Flask:
    """The gallery app, with the tokens of forms switched off."""
    app = Flask("gallery", static_folder=str(ROOT / "app/static"), static_url_path="/static")
    app.config.update(
        SECRET_KEY="gallery",
        WTF_CSRF_ENABLED=False,
        BABEL_DOMAIN="web",
        BABEL_TRANSLATION_DIRECTORIES=_catalogue(),
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "app/templates"), FileSystemLoader(Path(__file__).parent / "templates")]
    )
    _give_store(app)
    flask_babel.Babel(app, locale_selector=_locale, default_timezone="Asia/Shanghai")
    CSRFProtect(app)
    register_filters(app)
    app.context_processor(_context)
    app.after_request(_headers)
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/desk", "desk", desk)
    app.add_url_rule("/form", "form", everything, methods=["GET", "POST"])
    app.add_url_rule("/confirm", "confirm", confirm)
    app.add_url_rule("/error", "error", error)
    return app


def _give_store(app: Flask) -> None:
    """A database, a file store and nobody signed in, so that slots keep what they receive."""
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    database = Database(f"sqlite:///{folder / 'gallery.sqlite3'}")
    with database.unit() as session:
        Base.metadata.create_all(session.connection())
    app.extensions.update(database=database, files=FileStore(folder / "files"))
    app.config.update(CLOCK=lambda: data.NOW, CLAMD_ADDRESS="", CLAMD_SECONDS=1, UNIT_FILE_BYTES=2**30)
    init_sign_in(app)
    app.teardown_appcontext(close_db)


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CSP
    return response


def home() -> str:
    """The public layout with hero, figures, list, filters and pages."""
    return render_template("gallery/home.html", data=data, filter_form=ListFilter(request.args))


def desk() -> str:
    """The desk layout with everything about one thing."""
    return render_template("gallery/desk.html", data=data)


def everything() -> str:
    """One field of every kind; what was sent is validated and shown again."""
    form = EverythingForm()
    if request.method == "POST" and not form.row_command():
        form.validate()
    return render_template("gallery/form.html", form=form)


def confirm() -> str:
    """A question before an act, and the same act refused."""
    return render_template("gallery/confirm.html", form=PasswordForm(), refusal=data.OFFERS[-1].refusal)


def error() -> str:
    """An error page."""
    return render_template(
        "errors/error.html", title="找不到页面", sentence="该地址没有内容，或未向您开放。", reference="A1B2C3"
    )


if __name__ == "__main__":
    create_gallery().run(port=int(sys.argv[1]))
