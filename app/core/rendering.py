"""Pages of uploaded documents as pictures, drawn by a process of its own that may fail, hang or grow without harm.

The drawing process gets the open file and nothing else: no address, no environment, bounded memory, time and pixels.
What it draws goes to whoever asked and is stored nowhere.
"""

import io
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from app.core import drawing

SECONDS = 20
AT_A_TIME = BoundedSemaphore(2)
WAIT_SECONDS = 10
MAX_PAGES = 500
"""How many pages of one document are shown; the rest is to be downloaded."""


class NotRendered(Exception):
    """The file cannot be drawn: damaged, too complex, or without such a page."""


class Busy(Exception):
    """Too many drawings are under way."""


def count_pages(path: Path, media_type: str) -> int:
    """How many pages a document has; a picture has one. Raises NotRendered, Busy."""
    if media_type != drawing.PDF:
        return 1
    said = _run(path, "count")
    return int(said) if said.isdigit() else 0


def draw(path: Path, media_type: str, number: int) -> io.BytesIO:
    """One page (from 1) as PNG, at most 1600 pixels wide and 4 million in all. Raises NotRendered, Busy."""
    if not 1 <= number <= (MAX_PAGES if media_type == drawing.PDF else 1):
        raise NotRendered(f"no page {number}")
    return io.BytesIO(_run(path, "draw", media_type, str(number)))


def bare_picture(path: Path, media_type: str) -> io.BytesIO:
    """The picture in its own format and full size, turned upright, without anything else the file held."""
    return io.BytesIO(_run(path, "bare", media_type))


def _run(path: Path, *order: str) -> bytes:
    if not AT_A_TIME.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        with path.open("rb") as file:
            done = subprocess.run(  # noqa: S603 - our own program, no shell; the file is its standard input
                [sys.executable, "-I", str(drawing.PROGRAM), *order],
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=True,
                env={"LANG": "C.UTF-8"},
            )
    except (OSError, subprocess.SubprocessError) as fault:
        raise NotRendered(type(fault).__name__) from fault
    finally:
        AT_A_TIME.release()
    if not done.stdout:
        raise NotRendered("nothing drawn")
    return done.stdout
