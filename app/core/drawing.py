"""A program, run by `rendering.py`: draws one page of the document on its standard input to its standard output.

It imports nothing of the site, and limits itself before it looks at the document.
"""

import io
import resource
import sys
from pathlib import Path
from typing import BinaryIO

PROGRAM = Path(__file__)
PDF = "application/pdf"
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
MAX_MEMORY = 1536 * 2**20
MAX_SECONDS = 15
MAX_WIDTH = 1600
MAX_PIXELS = 4_000_000
MAX_PICTURE_PIXELS = 50_000_000
POINTS_PER_INCH = 72
SHARP = 150 / POINTS_PER_INCH


def main(order: str, media_type: str = PDF, number: str = "1") -> bytes:
    """What the order gives: `count` pages as text, `draw` a page as PNG, a `bare` picture in its own format."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with open(0, "rb", closefd=False) as document:
        if order == "count":
            return _count(document)
        if order == "bare":
            return _bare(document, FORMATS[media_type])
        return _page(document, int(number)) if media_type == PDF else _picture(document, FORMATS[media_type])


def _count(document: BinaryIO) -> bytes:
    import pypdfium2  # type: ignore[import-untyped]

    return str(len(pypdfium2.PdfDocument(document))).encode()


def _page(document: BinaryIO, number: int) -> bytes:
    import pypdfium2

    page = pypdfium2.PdfDocument(document)[number - 1]
    width, height = page.get_size()
    scale = min(SHARP, MAX_WIDTH / width, (MAX_PIXELS / (width * height)) ** 0.5)
    out = io.BytesIO()
    page.render(scale=scale, may_draw_forms=False).to_pil().save(out, "PNG")
    return out.getvalue()


def _picture(document: BinaryIO, kind: str) -> bytes:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    picture = Image.open(document, formats=[kind])
    picture.draft("RGB", (MAX_WIDTH, MAX_WIDTH))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((MAX_WIDTH, MAX_WIDTH))
    out = io.BytesIO()
    (upright if upright.mode in ("RGB", "RGBA", "L", "P") else upright.convert("RGB")).save(out, "PNG")
    return out.getvalue()


def _bare(document: BinaryIO, kind: str) -> bytes:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    upright = ImageOps.exif_transpose(Image.open(document, formats=[kind]))
    upright.load()
    # Colours and transparency belong to the picture; what else a camera or program wrote does not.
    upright.info = {
        name: upright.info[name] for name in ("icc_profile", "transparency") if name in upright.info
    }
    out = io.BytesIO()
    upright.save(out, kind, **({} if kind == "PNG" else {"quality": 92}))
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(main(*sys.argv[1:]))
