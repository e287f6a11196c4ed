#!/usr/bin/env bash
# Fail when a lock file names a download host or a path of the machine, or lacks a hash.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
for file in requirements.txt requirements-dev.txt requirements-node.txt; do
    if grep -nE '[a-z]+://|--(extra-)?index-url|--find-links|--trusted-host| @ |(-r|-c) /' "$file"; then
        echo "check_lock: $file names a host or a path of a machine (lines above)" >&2
        status=1
    fi
    pinned=$(grep -cE '^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==' "$file")
    hashed=$(grep -A1 -E '^[a-z0-9].*==' "$file" | grep -cE '^ +--hash=sha256:[0-9a-f]{64}')
    if [ "$pinned" -eq 0 ] || [ "$pinned" -ne "$hashed" ]; then
        echo "check_lock: $file pins $pinned packages, $hashed of them with a hash" >&2
        status=1
    fi
done
if grep -nE '"resolved"' pwa/package-lock.json; then
    echo "check_lock: pwa/package-lock.json names download hosts (lines above)" >&2
    status=1
fi
exit $status
