"""Single figures: start, memory, bytes of a first visit, and work that no page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from app.demands.fairness.checking import check_fairness
from app.models.demands import Demand
from app.models.states import DemandState
from tests.bench.data import ROOT
from tests.bench.registry import figure
from tests.bench.scene import Scene, get

HEAVY = ("scipy", "weasyprint", "docx", "numpy", "openpyxl", "fitz")
"""Nothing of these may be imported by the start."""
ASSET = re.compile(rb'(?:href|src)="(/static/[^"]+\.(?:css|js|svg|woff2|png))"')
KB = 1000


def seconds(work: Callable[[], object], *, times: int = 3) -> float:
    """The median of some runs' wall seconds, in this process."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


@figure("import and start, CPU", budget=2, unit="s")
def start(scene: Scene) -> float:
    """CPU seconds until the application is made, median of three starts."""
    taken = []
    for _ in range(3):
        before = _children_seconds()
        _python(scene, "import wsgi")
        taken.append(_children_seconds() - before)
    return median(taken)


@figure("heavy libraries imported at start", budget=0, unit="")
def heavy_imports(scene: Scene) -> float:
    """How many of the heavy libraries the start imports."""
    return float(_python(scene, f"import sys, wsgi; print(sum(name in sys.modules for name in {HEAVY}))"))


@figure("memory of all processes, at start", budget=160, unit="MiB")
def memory_at_start(scene: Scene) -> float:
    """After the first answer."""
    return scene.server.memory_at_start_mib


@figure("memory of all processes, loaded", budget=200, unit="MiB")
def memory_loaded(scene: Scene) -> float:
    """After all pages were measured."""
    return scene.server.memory_mib()


@figure("fairness check of a whole demand", budget=50, unit="ms")
def fairness(scene: Scene) -> float:
    """Every text of a demand and its conditions, each demand by itself; the mean of some."""
    found = [scene.session.get_one(Demand, each) for each in scene.demand_ids(DemandState.OPEN, 10)]
    for demand in found:
        check_fairness(demand)
    taken = seconds(lambda: [check_fairness(demand) for demand in found])
    return 1000 * taken / len(found)


@figure("first visit, sent", budget=150, unit="KB")
def first_visit(scene: Scene) -> float:
    """The first page and every file of the site that it names."""
    page = scene.connection.send(get("/"))
    plain = scene.get("/").body
    sizes = [len(page.body)]
    for path in sorted({found.decode() for found in ASSET.findall(plain)}):
        sizes.append(len(scene.connection.send(get(path)).body))
    return sum(sizes) / KB


@figure("later page, sent", budget=15, unit="KB")
def later_page(scene: Scene) -> float:
    """The public listings by a browser that has the site's files."""
    return len(scene.connection.send(get("/listings")).body) / KB


def _python(scene: Scene, code: str) -> str:
    environ = dict(os.environ) | {
        "DATABASE_URL": scene.prepared.url,
        "VAR_DIR": str(scene.prepared.folder),
        "DEMO": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    return done.stdout


def _children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system
