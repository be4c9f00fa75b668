"""The site under gunicorn as `make run` serves it, and what its processes cost: CPU seconds and memory, from /proc."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.client import Connection, Request
from tests.bench.data import ROOT, Prepared

HOST = "127.0.0.1"
START_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A running site. `backends` asks PostgreSQL which processes work for it; None where there is none to see."""

    port: int
    pid: int
    backends: psycopg.Connection | None
    memory_at_start_mib: float = 0.0

    def connection(self) -> Connection:
        """A connection to the site."""
        return Connection(HOST, self.port)

    def cpu_seconds(self) -> float:
        """CPU seconds that the site's processes, and the database's for it, have used."""
        return sum(_cpu(pid) for pid in [*self.processes(), *self._backend_pids()])

    def memory_mib(self) -> float:
        """Memory of the site's processes, what they share counted once, in MiB."""
        return sum(_pss_kib(pid) for pid in self.processes()) / 1024

    def processes(self) -> list[int]:
        """The server and its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def _backend_pids(self) -> Iterable[int]:
        if self.backends is None:
            return []
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [row[0] for row in self.backends.execute(query) if Path(f"/proc/{row[0]}").exists()]


@contextmanager
def served(prepared: Prepared, core: int | None) -> Iterator[Server]:
    """Serve the prepared database until the end of the block, on one processor of its own if there is one."""
    port = _free_port()
    environ = dict(os.environ) | {
        "BENCH_MOMENT": prepared.moment.isoformat(),
        "DATABASE_URL": prepared.url,
        "VAR_DIR": str(prepared.folder),
        "HOST": HOST,
        "PORT": str(port),
        "DEMO": "1",
    }
    log = prepared.folder / "server.log"
    command = [sys.executable, "-m", "gunicorn", "tests.bench.server:application"]
    with log.open("wb") as out, _backends(prepared) as backends:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out)
        try:
            _await_answer(process, port, log)
            server = Server(port, process.pid, backends)
            server.memory_at_start_mib = server.memory_mib()
            if core is not None:
                for pid in server.processes():
                    _pin(pid, core)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=25)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _backends(prepared: Prepared) -> Iterator[psycopg.Connection | None]:
    if prepared.kind != "postgresql":
        yield None
        return
    with psycopg.connect(prepared.url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            break
        try:
            Connection(HOST, port).send(Request("/livez"))
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server does not answer:\n{log.read_text(errors='replace')[-3000:]}")


def _pin(pid: int, core: int) -> None:
    # Threads of the worker that are there already keep their own mask, so each is told.
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pss_kib(pid: int) -> int:
    """Proportional size, less the pages of a SQLite file: the kernel keeps those and drops them when it likes."""
    total, is_counted = 0, True
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            is_counted = not line.endswith((".sqlite3", ".sqlite3-shm"))
        elif name == "Pss:" and is_counted:
            total += int(rest[0])
    return total
