#!/usr/bin/env bash
# Check by hand that a fresh clone works: clone HEAD into a directory that nobody else can enter,
# `make demo`, sign in, stop with SIGINT, start again, find the data, and clean everything up.
#   scripts/fresh_clone_check.sh [REPOSITORY]
set -euo pipefail
cd "$(dirname "$0")/.."
repository="$(cd "${1:-.}" && pwd)"
unset DATABASE_URL DATABASE_OWNER_URL DJANGO_SETTINGS_MODULE CERDAS_LOCAL_DIR VIRTUAL_ENV

work="$(mktemp -d)"
chmod 700 "$work"
clone="$work/clone"
log="$work/demo.log"
demo=""

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

fail() {
    say "FAILED: $*"
    [ -f "$log" ] && { echo "--- last lines of the demo:"; tail -n 40 "$log"; }
    exit 1
}

cleanup() {
    if [ -n "$demo" ] && kill -0 "$demo" 2>/dev/null; then
        kill -TERM -- "-$demo" 2>/dev/null || true
        for _ in $(seq 60); do kill -0 "$demo" 2>/dev/null && sleep 1 || break; done
    fi
    [ -x "$clone/.venv/bin/python" ] && (cd "$clone" && .venv/bin/python -m cerdas.embedded_postgres remove) || true
    rm -rf "$work"
}
trap cleanup EXIT

start_demo() { # in a session of its own, so that a signal reaches all of it
    : >"$log"
    setsid make --no-print-directory -C "$clone" demo PORT="$port" >"$log" 2>&1 </dev/null &
    demo=$!
    local begin=$SECONDS
    until api ready 2>/dev/null; do
        kill -0 "$demo" 2>/dev/null || fail "make demo ended before it was ready"
        [ $((SECONDS - begin)) -lt 900 ] || fail "not ready after 15 minutes"
        sleep 1
    done
    say "ready after $((SECONDS - begin)) s"
}

stop_demo() {
    kill -INT -- "-$demo"
    local code=0
    for _ in $(seq 60); do kill -0 "$demo" 2>/dev/null && sleep 1 || break; done
    kill -0 "$demo" 2>/dev/null && fail "still running 60 s after SIGINT"
    wait "$demo" || code=$?
    [ "$code" = 0 ] || fail "make demo exited with $code after SIGINT"
    demo=""
    (cd "$clone" && .venv/bin/python -m cerdas.embedded_postgres status >/dev/null) \
        && fail "PostgreSQL is still running"
    say "stopped with SIGINT"
}

# What a client sees: `ready`, `sign-in EMAIL PASSWORD` (prints a token), `seen TOKEN`.
api() {
    [ -x "$clone/.venv/bin/python" ] || return 1
    "$clone/.venv/bin/python" - "$port" "$@" <<'PYTHON'
import http.client, json, sys

def call(method, path, body=None, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection.request(method, path, json.dumps(body) if body else None, headers)
    response = connection.getresponse()
    text = response.read().decode()
    if response.status not in (200, 201):
        sys.exit(f"{method} {path}: {response.status} {text[:300]}")
    return text

action, *rest = sys.argv[2:]
if action == "ready":
    call("GET", "/readyz")
elif action == "sign-in":
    body = {"email": rest[0], "password": rest[1], "device_name": "fresh clone check"}
    print(json.loads(call("POST", "/api/v1/auth/token/", body))["token"])
else:
    me = json.loads(call("GET", "/api/v1/me/", token=rest[0]))
    found = json.loads(call("GET", "/api/v1/kegiatan/", token=rest[0]))["results"]
    counts = sorted((item["id"], item["name"], sorted(item["counts"].items())) for item in found)
    if not counts:
        sys.exit("no kegiatan")
    print(json.dumps([me["email"], counts], sort_keys=True))
PYTHON
}

port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
say "cloning into $work (mode 0700), port $port"
git clone -q "$repository" "$clone"

start_demo
account="$(grep -oE 'ppl1\.[^ ]+@[^ ]+ +[^ ]+' "$log" | head -n 1)" || fail "no PPL among the accounts"
read -r email password <<<"$account"
token="$(api sign-in "$email" "$password")" || fail "cannot sign in as $email"
before="$(api seen "$token")" || fail "$email sees no kegiatan"
say "signed in as $email"
stop_demo

start_demo
after="$(api seen "$token")" || fail "the token of before does not work any more"
[ "$before" = "$after" ] || fail "the data differ: $before / $after"
say "the second start has the data of the first"
stop_demo
[ -z "$(git -C "$clone" status --porcelain)" ] || fail "files that git does not ignore: $(git -C "$clone" status --porcelain)"
say "passed"
