"""The command: which benches, how large, how long; prints the tables and writes var/bench/latest.json."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.core.clock import utcnow
from tests.bench import data, figures, pages
from tests.bench.measuring import Number, Options, Taken, measure_figures, measure_pages
from tests.bench.registry import CORE, REGISTRY, Figure, Page
from tests.bench.scene import Scene
from tests.bench.serving import served
from tests.databases import find_server

DEFAULT_SIZE = 10_000
HEADINGS = (
    "page",
    "CPU ms",
    "x unit",
    "budget",
    "SQL",
    "budget",
    "p50 ms",
    "p95 ms",
    "sent KB",
    "raw KB",
    "",
)
KB = 1000

assert pages and figures  # imported for what they register


def main(arguments: list[str]) -> int:
    """Run what was asked for; 0 whatever was found, other than 0 when something broke."""
    asked = _arguments(arguments)
    chosen, taken_figures = _chosen(asked.benches)
    options = Options(asked.seconds, asked.runs, asked.connections)
    results: list[dict[str, Any]] = []
    is_broken = False
    for kind in asked.database or ("sqlite", "postgresql"):
        server = find_server() if kind == "postgresql" else None
        if kind == "postgresql" and server is None:
            _say("no PostgreSQL to make databases on: measured on SQLite ALONE")
            continue
        with _scene(kind, server, asked.size) as scene:
            _say(f"{kind}, {asked.size:,} demands, {options.runs} runs of {options.seconds:g} s, in turn")
            found = measure_pages(scene, chosen, options, _say)
            numbers = measure_figures(scene, taken_figures, _say)
        _print_pages(found)
        _print_figures(numbers)
        is_broken = is_broken or any(each.broke or each.wrong for each in found)
        results.append(_result(kind, asked.size, options, found, numbers))
    _keep(results)
    return int(is_broken)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("benches", nargs="*", help="parts of the names of what to measure; all without any")
    parser.add_argument("--size", type=int, default=DEFAULT_SIZE, help="demands in the database")
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one run of one page")
    parser.add_argument("--runs", type=int, default=5, help="how often each page is measured")
    parser.add_argument("--connections", type=int, default=6, choices=range(1, 9), help="clients at a time")
    return parser.parse_args(arguments)


def _chosen(words: list[str]) -> tuple[list[Page], list[Figure]]:
    """What the words name; the units of the chosen pages come along."""
    known, singles = REGISTRY.pages, list(REGISTRY.figures.values())
    if not words:
        return list(known.values()), singles
    picked = {name for name in known if any(word in name for word in words)}
    picked |= {known[name].unit for name in picked} | {CORE}
    return (
        [known[name] for name in known if name in picked],
        [each for each in singles if any(word in each.name for word in words)],
    )


@contextmanager
def _scene(kind: str, server: str | None, size: int) -> Iterator[Scene]:
    # Server on one processor, client on the other, where there are two.
    cores = sorted(os.sched_getaffinity(0))
    own, its = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    data.KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data.KEPT) as name:
        folder = Path(name)
        copy = (
            data.postgres_copy(server, size, folder, _say) if server else data.sqlite_copy(size, folder, _say)
        )
        with copy as prepared, served(prepared, its) as running:
            if own is not None:
                os.sched_setaffinity(0, {own})
            scene = Scene(prepared, running)
            try:
                yield scene
            finally:
                scene.close()
                os.sched_setaffinity(0, cores)


def _print_pages(found: list[Taken]) -> None:
    rows = [HEADINGS]
    for each in found:
        page = each.page
        verdict = "" if page.budget is None and page.statements is None else "OVER" if each.is_over else "ok"
        if each.broke or each.wrong:
            verdict = f"BROKE: {each.broke or each.wrong}"
        rows.append(
            (
                page.name,
                f"{each.cpu_ms:.2f}",
                "" if each.ratio is None else f"{each.ratio:.1f}",
                "" if page.budget is None else f"{page.budget:g}",
                str(each.statements),
                "" if page.statements is None else str(page.statements),
                f"{each.quantile(0.5):.0f}",
                f"{each.quantile(0.95):.0f}",
                f"{each.sent / KB:.1f}",
                f"{each.raw / KB:.1f}",
                verdict,
            )
        )
    _print_table(rows)


def _print_figures(numbers: list[Number]) -> None:
    rows = [("figure", "value", "budget", "unit", "")]
    for each in numbers:
        budget = each.figure.budget
        verdict = "" if budget is None else "OVER" if each.is_over else "ok"
        rows.append(
            (
                each.figure.name,
                f"{each.value:.3g}",
                "" if budget is None else f"{budget:g}",
                each.figure.unit,
                verdict,
            )
        )
    _print_table(rows)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    if len(rows) < 2:
        return
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    print()
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    print(flush=True)


def _result(
    kind: str, size: int, options: Options, found: list[Taken], numbers: list[Number]
) -> dict[str, Any]:
    return {
        "database": kind,
        "size": size,
        "seconds": options.seconds,
        "runs": options.runs,
        "connections": options.connections,
        "pages": [each.as_data() for each in found],
        "figures": [each.as_data() for each in numbers],
    }


def _keep(results: list[dict[str, Any]]) -> None:
    moment = utcnow().astimezone()
    text = json.dumps(
        {"at": moment.isoformat(timespec="seconds"), "results": results}, ensure_ascii=False, indent=1
    )
    for name in (f"{moment:%Y%m%d-%H%M%S}", "latest"):
        (data.KEPT / f"{name}.json").write_text(text, encoding="utf-8")
    _say(f"kept in {data.KEPT.relative_to(data.ROOT)}/latest.json")


def _say(line: str) -> None:
    print(f"bench: {line}", flush=True)
