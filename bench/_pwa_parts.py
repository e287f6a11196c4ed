"""The parts of bench/pwa.py: lists, forms, pulling and pushing, each on phones of its own."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser

from bench._pwa_board import Board
from bench._pwa_phone import Phone, phone
from bench._pwa_world import PhoneWorld, phone_world
from bench._rt100 import with_row_ids, workload

LISTED, PULLED, PUSHED, MASTER_ROWS = 10_000, 1_000, 100, 80_000
LIST_MS, TASK_MS, FORM_MS, EDIT_MS, SEARCH_MS = 1_000, 100, 2_000, 130, 200
FRAMES = 240  # of steady scrolling
PAGE_LIMIT = 500  # units of one page of changes, as the app asks for
PUSH_BATCH = 50  # operations of one request, as the app sends them
REST_MS = 1_200  # after an edit: saving, judging
LIST_ROW = ".scroller [role=listitem] .label"
UNIT, QUESTION = ".scroller a.main", ".cerdas-frame"
SEARCHES = ("batik", "industri kopi", "menanam", "jenis 4711", "kapal dan roti", "semen")
PAGES = ("Blok III", "Blok IV")  # fifteen members; housing


def world_make(rounds: int) -> PhoneWorld:
    """Make what the phones find; two phones push in every round."""
    return phone_world(
        listed=LISTED, pulled=PULLED, pushed=PUSHED, pushers=2 * rounds, master_rows=MASTER_ROWS
    )


@contextmanager
def lister(board: Board, browser: Browser, base: str, world: PhoneWorld) -> Iterator[Phone]:
    """Yield a phone that has pulled the long list, the large household and the data set."""
    board.head(f"A phone with {LISTED:,} units and {MASTER_ROWS:,} master rows")
    with phone(browser, base) as made:
        made.signed_in(world.lister)
        made.kept()
        size = made.do("size")
        board.line("IndexedDB", [size["indexedDB"] / 1e6], unit="MB")
        board.line("the app itself, kept for offline", [size["caches"] / 1e6], unit="MB")
        yield made


# Lists and forms ----------------------------------------------------------------------------------


def lists(board: Board, lister: Phone, world: PhoneWorld, rounds: int) -> None:
    """Open and scroll 10,000 units; the phone has been synchronised."""
    board.head(f"List of {LISTED:,} units")
    opened: dict[bool, list[float]] = {True: [], False: []}
    rests: list[float] = []
    for number in range(rounds):
        for is_slow in (True, False) if number % 2 else (False, True):
            lister.slow(cpu=is_slow)
            lister.open(f"k/{world.listing}")
            lister.page.locator("a.go").wait_for()
            lister.calm(2)
            opened[is_slow].append(lister.do("touch", "a.go", LIST_ROW))
            lister.calm()
    lister.slow()
    raw = [lister.do("rawList", world.listing) for _n in range(rounds)]
    _expect(all(one["rows"] == LISTED for one in raw), f"the phone does not have {LISTED} rows")
    base = statistics.median(one["taken"] for one in raw)
    bare = statistics.median(opened[False])
    board.line("from the dashboard", opened[True], target=LIST_MS, baseline=("unthrottled", bare))
    for _n in range(rounds):
        lister.open(f"k/{world.listing}/units")
        rests.append(lister.do("painted", LIST_ROW)["shown"])
        lister.calm(1)
    board.line("from nothing, app started anew", rests, baseline=("IndexedDB alone", base))
    scrolls = [lister.do("scroll", ".scroller", "[role=listitem]", FRAMES) for _n in range(rounds)]
    board.line("longest task while it scrolls", [one["longest"] for one in scrolls], target=TASK_MS)
    board.line("longest wait for a frame", [one["gap"] for one in scrolls])
    board.check("rows in every frame", all(one["blank"] == 0 for one in scrolls))
    found = lister.do(
        "filter", ".search input", ".numbers", ["keluarga 77", "nipah", "keluarga 9", ""]
    )
    board.line("search in the list, per key", found)


def forms(board: Board, lister: Phone, world: PhoneWorld, rounds: int) -> None:
    """Open the large household, edit it, search a code in its data set."""
    board.head(f"Household interview, {world.instances} question instances")
    opened: dict[bool, list[float]] = {True: [], False: []}
    again: list[float] = []
    for number in range(rounds):
        for is_slow in (True, False) if number % 2 else (False, True):
            _listed(lister, world, is_slow)
            opened[is_slow].append(lister.do("touch", UNIT, QUESTION))
            lister.calm(1)
            if is_slow:
                lister.page.go_back()
                lister.page.locator(UNIT).wait_for()
                lister.calm(1)
                again.append(lister.do("touch", UNIT, QUESTION))
                lister.calm(1)
    bare = statistics.median(opened[False])
    board.line(
        "opening it, app started anew", opened[True], target=FORM_MS, baseline=("unthrottled", bare)
    )
    board.line("opening it again", again)
    edits(board, lister, world, rounds)
    searches(board, lister, rounds)


def _listed(lister: Phone, world: PhoneWorld, is_slow: bool) -> None:
    lister.slow(cpu=is_slow)
    lister.open(f"k/{world.household}/units")
    lister.page.locator(UNIT).wait_for()
    lister.calm(1)


def edits(board: Board, lister: Phone, world: PhoneWorld, rounds: int) -> None:
    """Choose and type on the page with fifteen members: everything may depend on everything."""
    made: dict[bool, dict[str, list[float]]] = {}
    for is_slow in (False, True):
        _listed(lister, world, is_slow)
        lister.do("touch", UNIT, QUESTION)
        lister.calm(3)
        pages = []
        for title in PAGES:
            pages.append(lister.page_turned(title))
            lister.calm(2)
            radios = lister.do("edits", max(2, rounds), REST_MS)
            made.setdefault(is_slow, {}).setdefault("taken", []).extend(radios["taken"])
            made[is_slow].setdefault("rests", []).extend(radios["rests"])
            made[is_slow].setdefault("texts", []).extend(lister.do("texts", 2, REST_MS))
        if is_slow:
            board.line("turning to a page (15 members, housing)", pages)
    base = ("unthrottled", statistics.median(made[False]["taken"]))
    board.line("one choice", made[True]["taken"], target=EDIT_MS, baseline=base)
    base = ("unthrottled", statistics.median(made[False]["texts"]))
    board.line("leaving a text", made[True]["texts"], target=EDIT_MS, baseline=base)
    board.line("longest task in the second after it", made[True]["rests"])


def searches(board: Board, lister: Phone, rounds: int) -> None:
    """Type into the list of codes; every round each of the words."""
    lister.slow()
    field, row = lister.code_list_open()
    words = [word for _round in range(rounds) for word in SEARCHES]
    found = lister.do("search", field, row, words)
    raw = lister.do("rawSearch", list(SEARCHES))
    _expect(
        all(one["rows"] >= MASTER_ROWS and one["found"] > 0 for one in raw), "no data set to search"
    )
    base = statistics.median(one["taken"] for one in raw)
    board.line(
        f"search in {MASTER_ROWS:,} master rows",
        found,
        target=SEARCH_MS,
        baseline=("plain loop", base),
    )


# The network --------------------------------------------------------------------------------------


def pulls(board: Board, browser: Browser, base: str, world: PhoneWorld, rounds: int) -> None:
    """From the touch on "Masuk" to "Tersinkron", on slow 3G."""
    board.head(f"Pull of {PULLED:,} units after sign-in, slow 3G")
    for label, email, kegiatan in (
        ("with a prelist, not begun", world.starter, world.listing),
        ("submitted, 300 answers each", world.puller, world.rt100),
    ):
        taken, raw, size = [], [], {}
        for _round in range(rounds):
            with phone(browser, base) as fresh:
                fresh.open()
                fresh.page.get_by_label("Email").wait_for()
                fresh.kept()
                fresh.slow(network=True)
                began = time.perf_counter()
                fresh.sign_in(email)
                fresh.synced()
                taken.append(1_000 * (time.perf_counter() - began))
                raw.append(fresh.do("rawPull", kegiatan, PAGE_LIMIT))
                size = fresh.do("size")
        _expect(all(one["rows"] == PULLED for one in raw), "the baseline pulled another number")
        bare = statistics.median(one["taken"] for one in raw)
        board.line(label, taken, baseline=("bare fetch", bare))
        print(
            f"    {raw[0]['bytes'] / 1e6:.1f} MB of JSON; IndexedDB then"
            f" {size['indexedDB'] / 1e6:.1f} MB"
        )


def pushes(
    board: Board, browser: Browser, base: str, world: PhoneWorld, rounds: int, script: str
) -> None:
    """A day's interviews are in the outbox; from the network's return to an empty outbox."""
    board.head(f"Push of {PUSHED} submissions of 300 answers, slow 3G")
    source = workload()
    answers = [with_row_ids(source.answers(n), n) for n in range(PUSHED)]
    senders = iter(world.pushers)
    taken, raw = [], []
    for _round in range(rounds):
        for is_app in (True, False):
            with phone(browser, base) as sender:
                sender.signed_in(next(senders))
                sender.kept()
                sender.slow(network=True)
                sender.context.set_offline(True)
                sender.page.evaluate(script)
                fill = "([kegiatan, answers]) => cerdasBench.submitAll(kegiatan, answers)"
                queued = sender.page.evaluate(fill, [world.rt100, answers])
                _expect(queued == PUSHED, "not everything was queued")
                bodies = sender.do("waiting", PUSH_BATCH)
                if is_app:
                    taken.append(sender.back_online(PUSHED))
                else:
                    sender.page.goto("about:blank")
                    raw.append(_raw_push(sender, base, world, bodies))
    board.line(
        "by the app, `open` and `submit` of each",
        taken,
        baseline=("bare fetch", statistics.median(raw)),
    )


def _raw_push(sender: Phone, base: str, world: PhoneWorld, bodies: list[str]) -> float:
    """Post the bodies from a page of the server that has no app running."""
    sender.context.set_offline(False)
    sender.slow(cpu=True)
    sender.page.goto(f"{base}/app/icons/icon-192.png")
    sender.slow(network=True)
    done = sender.do("rawPush", world.rt100, bodies)
    _expect(set(done["outcomes"]) == {"applied"}, f"the baseline was not applied: {done}")
    return float(done["taken"])


# What must be so ----------------------------------------------------------------------------------


def _expect(is_so: bool, words: str) -> None:
    if not is_so:
        raise SystemExit(words)
