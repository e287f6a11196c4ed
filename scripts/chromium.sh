#!/usr/bin/env bash
# Print the path of a Chromium; install one when there is none. Messages go to stderr.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

find_installed() {
    local name path
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
        path="$(command -v "$name" || true)"
        # Ubuntu's chromium-browser may be a script that only asks for the snap.
        if [ -n "$path" ] && timeout 20 "$path" --version >/dev/null 2>&1; then
            printf '%s\n' "$path"
            return
        fi
    done
    return 1
}

playwright_path() {
    .venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)'
}

find_installed && exit 0
path="$(playwright_path)"
if [ ! -x "$path" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "chromium: installing the package chromium"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends chromium >&2; then
        find_installed && exit 0
    fi
    say "chromium: the package did not bring a usable Chromium"
fi
if [ ! -x "$path" ]; then
    say "chromium: installing Playwright's own"
    .venv/bin/python -m playwright install chromium >&2
fi
printf '%s\n' "$path"
