"""`make bench`: measure pages and figures, print a table, and keep the numbers in var/bench."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from tests.bench.running import main


def _stop(number: int, _frame: FrameType | None) -> None:
    # Leaves through the context managers, so that the server and the copies do not outlive the run.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(sys.argv[1:]))
