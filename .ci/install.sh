#!/usr/bin/env bash
# Make .venv and install the pinned, hashed packages into it: `.ci/install.sh run` or `.ci/install.sh dev`.
# Does nothing when the lock file has not changed since. uv is used where it can be had, pip otherwise.
# Bytecode is compiled here: some machines forbid Python to write it later, and each start would take twice as long.
set -euo pipefail
cd "$(dirname "$0")/.."

list=${1:?run or dev}
case $list in
    run) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    *) echo "install: unknown list $list" >&2; exit 2 ;;
esac

# Packages of the dev list include those of the run list at the same versions.
for stamp in ".venv/.installed-$list" .venv/.installed-dev; do
    name=requirements.txt; [ "${stamp##*-}" = dev ] && name=requirements-dev.txt
    if [ -x .venv/bin/python ] && cmp -s "$stamp" "$name"; then
        exit 0
    fi
done

python=${PYTHON:-}
if [ -z "$python" ]; then
    python=$(command -v python3.11 || command -v python3 || true)
fi
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
    echo "install: Python 3.11 is needed (set PYTHON to its path); found: ${python:-none}" >&2
    exit 1
fi

if [ ! -x .venv/bin/python ]; then
    echo "install: making .venv"
    "$python" -m venv .venv || { rm -rf .venv; echo "install: 'python3.11 -m venv' failed (Debian: package python3.11-venv)" >&2; exit 1; }
fi

# The lock file holds uv too, with its hash: cut its entry out, and no unpinned thing is ever installed.
if [ ! -x .venv/bin/uv ]; then
    awk '/^uv==/ {on=1} on {print} on && !/\\$/ {exit}' requirements-dev.txt > .venv/uv.txt
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt || true
fi

echo "install: $lock"
if [ -x .venv/bin/uv ] && .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "$lock"; then
    :
else
    echo "install: uv did not work here, using pip"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
fi
cp "$lock" ".venv/.installed-$list"
