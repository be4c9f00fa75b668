"""Compile every gettext catalogue that changed: app/translations/<locale>/LC_MESSAGES/<domain>.po -> .mo.

One process for all domains, because starting pybabel once per file takes longer than compiling it. A
translation that drops or invents a placeholder would fail on the page that uses it, so it fails here, with
file and line.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parents[1] / "app" / "translations"


def main() -> int:
    """Compile what is out of date; return 0, or 1 when a catalogue has errors."""
    errors: list[str] = []
    compiled = 0
    for source in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        catalogue = _read(source, errors)
        if catalogue is not None:
            _write(catalogue, target, made_at_ns=source.stat().st_mtime_ns)
            compiled += 1
    for orphan in TRANSLATIONS.glob("*/LC_MESSAGES/*.mo"):
        if not orphan.with_suffix(".po").exists():
            orphan.unlink()
    if compiled:
        print(f"translations: {compiled} compiled")
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


def _read(source: Path, errors: list[str]) -> Catalog | None:
    with source.open("rb") as file:
        try:
            catalogue = read_po(file, locale=source.parents[1].name, domain=source.stem, abort_invalid=True)
        except (ValueError, UnicodeDecodeError) as error:
            errors.append(f"{source}: {error}")
            return None
    faults = [
        f"{source}:{message.lineno}: {fault}" for message, found in catalogue.check() for fault in found
    ]
    faults += [
        f"{source}:{message.lineno}: marked fuzzy" for message in catalogue if message.id and message.fuzzy
    ]
    errors.extend(faults)
    return None if faults else catalogue


def _write(catalogue: Catalog, target: Path, *, made_at_ns: int) -> None:
    # A reader sees the old file or the new one, never half of it. Its time is the source's: equal is fresh.
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, catalogue)
    os.utime(fresh, ns=(made_at_ns, made_at_ns))
    fresh.replace(target)


if __name__ == "__main__":
    sys.exit(main())
