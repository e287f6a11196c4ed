"""Cerdas Mobile in Chromium as a cheap phone has it: 4x CPU throttling, slow 3G, 360x800.

    python bench/pwa.py [--rounds 5] [--part first lists forms sync]

The app is built as `make demo` builds it, or taken from MOBILE_APP_DIR, and served by granian from
a scratch database. Phones fill themselves by real pulls. Times are taken inside the page, from the
touch to the frame after the one that shows the outcome; the CPU is throttled throughout, the
network (2 s until an answer begins, 50 kB/s, "Slow 3G" of the developer tools) where something is
fetched. Baselines in the same run: the same without throttling; IndexedDB alone reading the rows of
the list; a plain loop searching the rows of the data set; bare `fetch` of the same pages, kept
nowhere, and of the same bodies.

Targets: JavaScript of sign-in and home 220 kB gzip with the engine in chunks of its own; opening a
list of 10,000 units 1 s, no task over 100 ms while it scrolls; opening a household interview 2 s;
an edit at 430 question instances 130 ms; a search in 80,000 master rows 200 ms. Ends with 1 when
one is missed. Throttling multiplies what other work on the machine takes: the load stands beside.
"""

import argparse
import gzip
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._pwa_board import Board
from bench._rt100 import workload
from bench._scratch import ROOT, scratch_database

DATABASE = "cerdas_bench_pwa"
JS_TARGET_BYTES = 220_000
PARTS = ("first", "lists", "forms", "sync")
_IMPORTS = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")


# What the app loads -------------------------------------------------------------------------------


def sizes(board: Board, app: Path) -> None:
    """JavaScript that the page names, with what that imports: sign-in and home come from it."""
    board.head("JavaScript, gzip")
    page = (app / "index.html").read_text(encoding="utf-8")
    wanted = re.findall(r'(?:src|href)="/app/assets/([\w.-]+\.js)"', page)
    first: dict[str, int] = {}
    while wanted:
        name = wanted.pop()
        if name in first:
            continue
        content = (app / "assets" / name).read_bytes()
        first[name] = len(gzip.compress(content, 9))
        wanted += _IMPORTS.findall(content.decode())
    board.line("sign-in and home", [sum(first.values())], target=JS_TARGET_BYTES, unit="B")
    for name, size in sorted(first.items(), key=lambda item: -item[1])[:5]:
        print(f"    {name:<44}{size:>8} B")
    engines = [
        path for path in (app / "assets").glob("*.js") if b"paneldynamic" in path.read_bytes()
    ]
    board.check(
        "the engine is in chunks of its own",
        engines != [] and not any(p.name in first for p in engines),
    )
    worker = next(app.glob("sw.*js")).read_text(encoding="utf-8")
    board.check("and precached", all(path.name in worker for path in engines))


def first_views(board: Board, browser: Any, base: str, rounds: int) -> None:
    """From the address to the sign-in screen on a phone that has never seen the app."""
    from bench._pwa_phone import phone

    board.head("First view: sign-in, nothing cached")
    ways = {"throttled": (True, True), "without throttling": (False, False)}
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, (cpu, network) in ways.items():
            with phone(browser, base) as cold:
                cold.slow(cpu=cpu, network=network)
                cold.open()
                seen[name].append(cold.do("painted", "form .go"))
    bare = {
        key: statistics.median(one[key] for one in seen["without throttling"])
        for key in ("first", "shown")
    }
    for key, label in (("first", "first pixels"), ("shown", "sign-in screen")):
        board.line(
            label, [one[key] for one in seen["throttled"]], baseline=("unthrottled", bare[key])
        )


# Around it ----------------------------------------------------------------------------------------


def _app_folder() -> Path:
    given = os.environ.get("MOBILE_APP_DIR")
    if given:
        return Path(given)
    subprocess.run([ROOT / "scripts" / "node.sh"], check=True)
    return ROOT / "pwa" / "dist"


def _store_script() -> str:
    """Build the app's store alone, to be given to a page."""
    with tempfile.TemporaryDirectory() as folder:
        node = [str(ROOT / "scripts" / "node.sh"), "run", "node", "node_modules/vite/bin/vite.js"]
        config = ["build", "--config", "tests/bench/vite.config.ts", "--logLevel", "warn"]
        subprocess.run([*node, *config, "--outDir", folder, "--emptyOutDir"], check=True)
        return (Path(folder) / "phone.js").read_text(encoding="utf-8")


def main() -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    app, script = _app_folder(), _store_script()
    board = Board()
    with scratch_database(DATABASE) as environment:
        os.environ.update(environment)
        from bench._pwa_parts import world_make
        from bench._server import running_server

        world = world_make(options.rounds)
        print(f"{workload().source}; {options.rounds} rounds, medians, {os.cpu_count()} cores")
        with running_server() as port:
            _measure(board, options, f"http://127.0.0.1:{port}", world, app, script)
    return 0 if board.good else 1


def _measure(board: Board, options: Any, base: str, world: Any, app: Path, script: str) -> None:
    from bench import _pwa_parts as parts
    from bench._pwa_phone import chromium

    rounds = options.rounds
    with chromium() as browser:
        if "first" in options.part:
            sizes(board, app)
            first_views(board, browser, base, rounds)
        if {"lists", "forms"} & set(options.part):
            with parts.lister(board, browser, base, world) as lister:
                if "lists" in options.part:
                    parts.lists(board, lister, world, rounds)
                if "forms" in options.part:
                    parts.forms(board, lister, world, rounds)
        if "sync" in options.part:
            parts.pulls(board, browser, base, world, max(1, rounds // 2))
            parts.pushes(board, browser, base, world, max(1, rounds // 2), script)


if __name__ == "__main__":
    sys.exit(main())
