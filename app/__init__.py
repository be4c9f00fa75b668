"""The application, put together: floors first, then the stages in the order of the procedure."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect

from app.cli import init_cli
from app.core.clock import utcnow
from app.core.db import Database
from app.core.files import FileStore
from app.core.i18n import DEFAULT_LOCALE, babel_settings, hasten
from app.documents.imports import register_jobs
from app.web.access import check_endpoints, init_access
from app.web.attachments import blueprint as files_blueprint
from app.web.context import init_sign_in
from app.web.errors import init_errors
from app.web.filters import register_filters
from app.web.frame import choose_locale, init_frame
from app.web.imports import blueprint as imports_blueprint
from app.web.staging import init_staging
from app.web.storage import drop_expired, look_after
from app.web.uploads import blueprint as uploads_blueprint
from app.workflow.ticking import register_chore
from config import Config

STAGES = (
    "notifications",
    "accounts",
    "rounds",
    "experts",
    "scoring",
    "demands",
    "vetting",
    "bids",
    "reviews",
    "awards",
    "notices",
    "objections",
    "contracts",
    "milestones",
    "acceptances",
    "demonstrations",
    "home",
)


def create_app(config: Config | None = None, *, clock: Callable[[], datetime] = utcnow) -> Flask:
    """The site. `clock` gives the moment of each request; tests and the demonstration loader pass their own."""
    settings = config or Config.from_environ()
    app = Flask(__name__)
    app.config.from_object(settings)
    app.config.update(babel_settings(Path(app.root_path) / "translations"))
    app.config["CLOCK"] = clock
    app.extensions["database"] = Database(settings.DATABASE_URL)
    app.extensions["files"] = FileStore(settings.FILES_DIR)
    babel = Babel(
        app, default_locale=DEFAULT_LOCALE, default_timezone="Asia/Shanghai", locale_selector=choose_locale
    )
    hasten(app, babel)
    CSRFProtect(app)
    init_sign_in(app)
    init_access(app)
    init_frame(app)
    init_errors(app)
    register_filters(app)
    init_staging(app)
    app.register_blueprint(files_blueprint)
    app.register_blueprint(imports_blueprint)
    register_jobs()
    app.register_blueprint(uploads_blueprint)
    register_chore(drop_expired)
    register_chore(look_after)
    for name in STAGES:
        if find_spec(f"app.{name}") is not None and hasattr(
            stage := import_module(f"app.{name}"), "init_app"
        ):
            stage.init_app(app)
    init_cli(app)
    check_endpoints(app)
    return app
