#!/usr/bin/env bash
# Write requirements.txt and requirements-dev.txt from pyproject.toml. `.ci/lock.sh --upgrade` takes newer versions.
# No index address is written: the locks work with whatever index a machine is set to.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
        --custom-compile-command "make lock" pyproject.toml "$@"
}
compile -o requirements.txt "$@"
compile --group dev -c requirements.txt -o requirements-dev.txt "$@"
