"""`make bench`: measure pages and figures, print a table, and keep the numbers in var/bench."""

from __future__ import annotations

import sys

from tests.bench.running import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
