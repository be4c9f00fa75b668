"""Run the benchmark with the databases this machine can offer; arguments go to `tests.bench`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import FrameType

import machine


def main(arguments: list[str]) -> int:
    """Return the benchmark's exit status: 0 whatever was found, unless something broke."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    notes: list[str] = []
    with machine.postgres(machine.Apt(), notes.append) as address:
        if address:
            environ["TEST_DATABASE_URL"] = address
        command = [sys.executable, "-m", "tests.bench", *arguments]
        with subprocess.Popen(command, env=environ) as running:
            try:
                status = running.wait()
            except BaseException:
                # Asked and not killed: it has a server of its own to stop.
                running.terminate()
                raise
    for note in notes:
        print(f"bench: NOTE: {note}", flush=True)
    return status


def _stop(number: int, _frame: FrameType | None) -> None:
    # Leaves through the context managers, so that a private server does not outlive the run.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(sys.argv[1:]))
