#!/usr/bin/env bash
# Make .venv and install what requirements.txt (with --dev also requirements-dev.txt) locks, then build
# the form engine and the phone app (scripts/node.sh). Does nothing when the files are the same as at the last time.
#   PYTHON=/path/to/python3.11 scripts/bootstrap.sh [--dev]
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "bootstrap: $*"; exit 1; }

files=(requirements.txt)
[ "${1:-}" = "--dev" ] && files+=(requirements-dev.txt)

stamp_of() { # what the installation of one file depends on
    { cat "$1"; .venv/bin/python -c 'import sys; print(sys.version, sys.prefix)'; } \
        | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d' ' -f1
}

is_current() {
    local file
    .venv/bin/python -c '' 2>/dev/null || return 1
    for file in "${files[@]}"; do
        [ "$(cat ".venv/$file.sha256" 2>/dev/null)" = "$(stamp_of "$file")" ] || return 1
    done
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    die "needs Python 3.11 or newer; install it, or name it: PYTHON=/path/to/python3.11 make demo"
}

make_venv() {
    local python version
    python="$(find_python)"
    say "bootstrap: making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 && return
    rm -rf .venv # a half-made one stays behind where ensurepip is missing
    version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null \
        || die "'$python -m venv' does not work; on Debian and Ubuntu: apt-get install python$version-venv"
    say "bootstrap: installing python$version-venv, which this Python lacks"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    apt-get install -y -qq "python$version-venv" >&2 || apt-get install -y -qq python3-venv >&2
    "$python" -m venv .venv >&2 || die "'$python -m venv .venv' failed, see above"
}

finish() { # the lock is let go: node.sh has its own
    exec 9>&-
    exec scripts/node.sh "$@"
}

is_current && finish "$@"
if command -v flock >/dev/null; then # two makes at once
    mkdir -p .local
    exec 9>.local/bootstrap.lock
    flock 9
    is_current && finish "$@"
fi
.venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
arguments=()
for file in "${files[@]}"; do arguments+=(-r "$file"); done
say "bootstrap: installing ${files[*]}"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes "${arguments[@]}" >&2
for file in "${files[@]}"; do stamp_of "$file" >".venv/$file.sha256"; done
finish "$@"
