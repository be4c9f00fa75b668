"""Run all tests with everything this machine can offer; what was missing stands in the last lines.

Arguments go to pytest: `.venv/bin/python .ci/test.py tests/core -k money`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import FrameType

import machine


def main(arguments: list[str]) -> int:
    """Return pytest's exit status."""
    notes: list[str] = []
    apt = machine.Apt()
    environ = dict(os.environ)
    environ.pop("DATABASE_URL", None)
    environ.pop("TEST_DATABASE_URL", None)
    chromium = machine.browser(apt, notes.append)
    if chromium:
        environ["CHROMIUM"] = chromium
    with machine.postgres(apt, notes.append) as address:
        if address:
            environ["TEST_DATABASE_URL"] = address
            print(f"test: PostgreSQL at {address.rpartition('@')[2]}, Chromium at {chromium}", flush=True)
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
        status = subprocess.run(command, env=environ, check=False).returncode
    for note in notes:
        print(f"test: NOTE: {note}", flush=True)
    return status


def _stop(number: int, _frame: FrameType | None) -> None:
    # Leaves through the context managers, so that a private server does not outlive the tests.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(sys.argv[1:]))
