#!/usr/bin/env bash
# Every check that needs no running site. All are run, so that one pass shows everything; the last line names what failed.
set -uo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
export PYTHONPATH=$PWD

failed=()
check() {
    local name=$1; shift
    echo "== $name"
    "$@" || failed+=("$name")
}

check "ruff check" ruff check --quiet .
check "ruff format" ruff format --quiet --check .
check "mypy" mypy
check "import contracts" lint-imports --no-logo
check "templates" djlint app/templates --lint --quiet
check "dependencies" deptry .
check "architecture" python -m pytest -q -p no:cacheprovider -m lint tests/architecture

if [ ${#failed[@]} -gt 0 ]; then
    printf 'lint: FAILED:'; printf ' [%s]' "${failed[@]}"; echo
    exit 1
fi
echo "lint: everything passed"
