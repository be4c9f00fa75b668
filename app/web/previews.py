"""Looking into a PDF or picture without downloading it: one page after the other, drawn anew by the site."""

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from app.core import rendering
from app.core.errors import NotSeen
from app.core.i18n import _l
from app.web.context import files

PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})
PREVIEWED = PICTURES | {"application/pdf"}
Address = Callable[[int], str]


def send_page(row: Any, number: int) -> ResponseReturnValue:
    """One page of a PDF (from 1), or the picture itself, drawn anew as PNG: nothing of the file is passed on.

    `row` is an Attachment or BidFile that the actor may read."""
    try:
        drawn = rendering.draw(files().path(row.storage_name), row.media_type, number)
    except rendering.NotRendered as fault:
        raise NotSeen(_l("This page cannot be shown. Download the file instead.")) from fault
    except rendering.Busy as fault:
        raise ServiceUnavailable(retry_after=5) from fault
    return guarded(send_file(drawn, mimetype="image/png", conditional=False))


def viewer(row: Any, *, page_url: Address, view_url: Address, download_url: str) -> ResponseReturnValue:
    """The page around one page of a file, with links to the others; it tells no more than the list of files does."""
    if row.media_type not in PREVIEWED:
        raise NotSeen()
    try:
        count = rendering.count_pages(files().path(row.storage_name), row.media_type)
    except rendering.NotRendered:
        count = 0
    except rendering.Busy as fault:
        raise ServiceUnavailable(retry_after=5) from fault
    shown = min(count, rendering.MAX_PAGES)
    number = min(max(request.args.get("page", 1, type=int), 1), max(shown, 1))
    return render_template(
        "files/view.html",
        file=row,
        number=number,
        count=count,
        shown=shown,
        page_url=page_url,
        view_url=view_url,
        download_url=download_url,
    )


def guarded(answer: Response) -> Response:
    """The answer with content of a file: never cached, and no browser runs anything of it."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
