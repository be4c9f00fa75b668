"""A closed loop over kept-alive connections: each sends its next request when the last is answered."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlencode

TIMEOUT_SECONDS = 120
NO_ANSWER = 0
"""Stands for the status of a request that got none in time."""
TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Request:
    """One request; `form` makes it a POST. `cookie` says who asks."""

    path: str
    cookie: str = ""
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def encode(self, host: str) -> bytes:
        """The bytes on the wire."""
        lines = [f"{'GET' if self.form is None else 'POST'} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        body = b""
        if self.form is not None:
            body = urlencode(self.form).encode()
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name (the cookies joined), and the body as sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def token(self) -> str:
        """The form token on the page."""
        found = TOKEN.search(self.body)
        if found is None:
            raise LookupError("the page has no form")
        return found[1].decode()


@dataclass
class Run:
    """What came of a loop: seconds per answer, and answers of another status than expected."""

    seconds: list[float] = field(default_factory=list)
    wrong: dict[int, int] = field(default_factory=dict)


class Connection:
    """One kept-alive connection to the server; opened anew when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._socket: socket.socket | None = None

    def send(self, request: Request) -> Answer:
        """Ask and wait for the whole answer. A connection that the server had closed is opened anew, once."""
        data = request.encode(f"{self.host}:{self.port}")
        is_kept = self._socket is not None
        try:
            return self._exchange(data)
        except (ConnectionError, EOFError):
            self.close()
            if not is_kept:
                raise
            return self._exchange(data)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, data: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection((self.host, self.port), timeout=TIMEOUT_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(data)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, body = received.partition(b"\r\n\r\n")
        status, headers = _parse(head)
        size = int(headers.get("content-length", 0))
        chunks = [body]
        missing = size - len(body)
        while missing > 0:
            chunks.append(self._receive())
            missing -= len(chunks[-1])
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, b"".join(chunks))

    def _receive(self) -> bytes:
        assert self._socket is not None
        data = self._socket.recv(262_144)
        if not data:
            raise EOFError("the server hung up")
        return data


def loop(
    host: str, port: int, requests: Iterator[Request], *, expected: int, seconds: float, connections: int
) -> Run:
    """Keep the connections busy until the time is over or the requests are."""
    run, lock = Run(), threading.Lock()
    end = time.perf_counter() + seconds

    def work() -> None:
        connection = Connection(host, port)
        while time.perf_counter() < end:
            with lock:
                request = next(requests, None)
            if request is None:
                break
            began = time.perf_counter()
            status = _status(connection, request)
            took = time.perf_counter() - began
            with lock:
                run.seconds.append(took)
                if status != expected:
                    run.wrong[status] = run.wrong.get(status, 0) + 1
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return run


def _status(connection: Connection, request: Request) -> int:
    try:
        return connection.send(request).status
    except OSError:
        connection.close()
        return NO_ANSWER


def endless(requests: list[Request]) -> Iterator[Request]:
    """The requests over and over."""
    return cycle(requests)


def _parse(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.lower()
        joined = f"{headers[key]}; " if key == "set-cookie" and key in headers else ""
        headers[key] = joined + value.strip().split(";")[0] if key == "set-cookie" else value.strip()
    return int(first.split()[1]), headers
