#!/usr/bin/env bash
# Lock requirements*.in with hashes, for all platforms, from Python 3.11 on.
#   scripts/lock.sh [further options of `uv pip compile`, such as --upgrade-package django]
set -euo pipefail
cd "$(dirname "$0")/.."

uv="$(command -v uv || true)"
[ -n "$uv" ] || { [ -x .venv/bin/uv ] && uv=.venv/bin/uv; } || {
    echo "lock: needs uv: .venv/bin/python -m pip install uv" >&2
    exit 1
}
for name in requirements requirements-dev requirements-node; do
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links "$@" "$name.in" -o "$name.txt" >/dev/null
done
scripts/check_lock.sh
