"""What a WSGI server loads: `gunicorn wsgi:app`. The `flask` command finds it here as well."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from app import create_app
from config import ROOT, Config, ConfigError

if TYPE_CHECKING:
    from wsgiref.headers import Headers

STATIC = ROOT / "app" / "static"
AN_HOUR = 3600


def _harden(headers: Headers, path: str, url: str) -> None:  # noqa: ARG001 - the signature is WhiteNoise's
    headers["X-Content-Type-Options"] = "nosniff"


try:
    config = Config.from_environ()
except ConfigError as error:
    sys.exit(f"The site does not start: {error}")
app = create_app(config)
app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
    app.wsgi_app,
    root=STATIC,
    prefix="static/",
    max_age=AN_HOUR,
    allow_all_origins=False,
    add_headers_function=_harden,
)
if config.PROXY_COUNT:
    # Only as many hops as were configured: a header that a visitor wrote is never believed.
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=config.PROXY_COUNT, x_proto=config.PROXY_COUNT, x_host=config.PROXY_COUNT
    )
