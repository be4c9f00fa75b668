"""The malware scanner: a clamd that is asked over TCP or a local socket, by stream, and never waited for too long.

It is no filter for archives that expand (clamd calls them clean): those are refused before it is asked.
"""

import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path

PIECE = 2**16
MAX_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner said: `clean`, `infected` with what it found, or `pending` with why it could not tell."""

    code: str
    detail: str = ""


class Scanner:
    """A clamd at `host:port` or at the path of a socket. An empty address means that there is none."""

    def __init__(self, address: str = "", *, seconds: float = 5.0) -> None:
        """`seconds` is how long one question may take in all."""
        self.address = address.removeprefix("unix:")
        self.seconds = seconds

    @property
    def is_configured(self) -> bool:
        """Whether there is a scanner to ask."""
        return bool(self.address)

    def scan(self, path: Path) -> Verdict:
        """What the scanner says of a file. It never raises for what the scanner does or fails to do."""
        try:
            with path.open("rb") as file, self._connected() as line:
                line.send(b"zINSTREAM\0")
                try:
                    while piece := file.read(PIECE):
                        line.send(struct.pack("!L", len(piece)) + piece)
                    line.send(struct.pack("!L", 0))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # It has heard enough, for example more than it takes; the answer says so.
                return _verdict(line.answer())
        except OSError as fault:
            return Verdict("pending", type(fault).__name__)

    def is_up(self) -> bool:
        """Whether the scanner answers."""
        try:
            with self._connected() as line:
                line.send(b"zPING\0")
                return line.answer() == "PONG"
        except OSError:
            return False

    def _connected(self) -> "_Line":
        return _Line(self.address, self.seconds)


def _verdict(answer: str) -> Verdict:
    _stream, _colon, said = answer.partition(": ")
    if said == "OK":
        return Verdict("clean")
    if said.endswith(" FOUND"):
        return Verdict("infected", said.removesuffix(" FOUND")[:120])
    return Verdict("pending", answer[:120])


class _Line:
    """A connection that ends when its time is up, however the other side drips."""

    def __init__(self, address: str, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        if address.startswith("/"):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self._socket.settimeout(seconds)
                self._socket.connect(address)
            except BaseException:
                self._socket.close()
                raise
        else:
            host, _colon, port = address.rpartition(":")
            self._socket = socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_fault: object) -> None:
        self._socket.close()

    def send(self, content: bytes) -> None:
        self._wait_no_longer()
        self._socket.sendall(content)

    def answer(self) -> str:
        """What came up to the first NUL or the end, at most a few thousand characters."""
        said = b""
        while b"\0" not in said and len(said) < MAX_ANSWER:
            self._wait_no_longer()
            piece = self._socket.recv(MAX_ANSWER)
            if not piece:
                break
            said += piece
        return said.partition(b"\0")[0].decode("utf-8", "replace").strip()

    def _wait_no_longer(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
