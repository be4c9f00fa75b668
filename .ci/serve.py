"""What `make run` does once all is installed: migrate, fill an empty demonstration, serve, work beside it.

The web server and the worker are children of this process and end with it, whichever way it ends: Ctrl-C,
TERM, or one of the two giving up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config import Config, ConfigError, is_loopback  # noqa: E402 - found only after the line above

FLASK = [sys.executable, "-m", "flask"]
START_SECONDS = 60
STOP_SECONDS = 25
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Children = dict[str, "subprocess.Popen[bytes]"]


def main() -> int:
    """Serve until stopped; return the exit status."""
    os.chdir(ROOT)
    os.environ["HOST"] = os.environ.get("HOST") or "127.0.0.1"
    os.environ["PORT"] = os.environ.get("PORT") or "8000"
    os.environ.setdefault("DEMO", "1" if is_loopback(os.environ["HOST"]) else "0")
    try:
        config = Config.from_environ()
    except ConfigError as error:
        print(f"run: {error}", file=sys.stderr)
        return 2
    # From here on a signal means: stop the children, then leave.
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    children: Children = {}
    try:
        accounts = prepare(config)
        # In sessions of their own, so that Ctrl-C reaches this process alone and it ends them in good order.
        children["server"] = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app"], start_new_session=True
        )
        children["worker"] = subprocess.Popen([*FLASK, "worker"], start_new_session=True)
        if await_answer(config, children):
            print(f"\n{accounts}\nrun: the site is at {config.PUBLIC_URL}/ (Ctrl-C stops it)", flush=True)
        return await_end(children)
    except _Stopped:
        return 0
    finally:
        end(children)


def prepare(config: Config) -> str:
    """Migrate, and in demonstration mode fill an empty database; return the list of its accounts.

    One process does all three: most of a second start is the time an import takes."""
    if not config.DEMO:
        subprocess.run([*FLASK, "db", "upgrade"], check=True)
        return ""
    print("run: preparing; a first start plays the demonstration, which takes a minute or two", flush=True)
    return subprocess.run([*FLASK, "prepare-demo"], check=True, stdout=subprocess.PIPE, text=True).stdout


def await_answer(config: Config, children: Children) -> bool:
    """Wait until the server answers; False when a child ended first or the time is over."""
    address = f"http://{config.HOST if is_loopback(config.HOST) else '127.0.0.1'}:{config.PORT}/livez"
    for _ in range(START_SECONDS * 5):
        if any(child.poll() is not None for child in children.values()):
            return False
        try:
            with urllib.request.urlopen(address, timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.2)
    print(f"run: nothing answers at {address} yet", file=sys.stderr)
    return False


def await_end(children: Children) -> int:
    """Wait until a child ends, which none should; return its status, or 1 if it says all is well."""
    while True:
        for name, child in children.items():
            status = child.poll()
            if status is not None:
                print(f"run: the {name} ended with status {status}", file=sys.stderr)
                return status if status > 0 else 1
        time.sleep(0.5)


def end(children: Children) -> None:
    """Ask the children to finish what they are doing, and end those that do not."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class _Stopped(BaseException):
    """A signal asked this process to stop."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failed:
        print(f"run: '{' '.join(failed.cmd[1:])}' failed with status {failed.returncode}", file=sys.stderr)
        if failed.stderr:
            print(failed.stderr, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
