"""A clamd for tests, on loopback: it speaks the real protocol and answers what it is told to."""

import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def eicar() -> bytes:
    """The harmless text that every scanner takes for a virus, put together here so that no file holds it."""
    parts = ("X5O!P%@AP[4", "\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!", "$H+H*")
    return "".join(parts).encode()


class Clamd(socketserver.ThreadingTCPServer):
    """`mood` is well, slow, broken, gone or limited; `heard` is what was streamed to it last."""

    allow_reuse_address = True
    daemon_threads = True
    mood = "well"
    heard = b""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        command = self._word()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
            return
        assert command == b"zINSTREAM", command
        if self.server.mood == "gone":
            return
        self.server.heard = self._stream()
        answers = {
            "well": b"stream: Eicar-Signature FOUND\0" if eicar() in self.server.heard else b"stream: OK\0",
            "broken": b"\xff\xfe nonsense OK and more\0",
            "limited": b"INSTREAM size limit exceeded. ERROR\0",
        }
        if self.server.mood == "slow":
            time.sleep(3)
        else:
            self.wfile.write(answers[self.server.mood])

    def _word(self) -> bytes:
        said = b""
        while not said.endswith(b"\0"):
            piece = self.rfile.read(1)
            if not piece:
                break
            said += piece
        return said.rstrip(b"\0")

    def _stream(self) -> bytes:
        heard = b""
        while (size := struct.unpack("!L", self.rfile.read(4))[0]) > 0:
            heard += self.rfile.read(size)
        return heard


@contextmanager
def running_clamd() -> Iterator[Clamd]:
    """A clamd on a free port of loopback."""
    with Clamd(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
