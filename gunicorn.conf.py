"""How gunicorn serves the site; it reads this file by itself when started in this folder."""

import os
import sys
from pathlib import Path
from typing import Any

from config import Config, ConfigError, is_loopback

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
# Imported once, then forked: no connection is opened before the first request.
preload_app = True
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
# Heartbeat files on a disk that is slow to sync would make healthy workers look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of the kernel's, not a name of ours


def on_starting(server: Any) -> None:
    """Refuse demonstration mode on a public address, also when --bind said so and not HOST."""
    try:
        config = Config.from_environ()
    except ConfigError as error:
        sys.exit(f"The site does not start: {error}")
    for address in server.cfg.address:
        if config.DEMO and isinstance(address, tuple) and not is_loopback(address[0]):
            sys.exit(f"Demonstration mode will not serve on {address[0]}: set DEMO=0, or bind to 127.0.0.1.")
