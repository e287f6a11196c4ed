"""Every command that the documentation prints can be typed: its parser takes the words."""

import argparse
import shlex
from collections.abc import Iterator

import pytest
from django.core.management import get_commands, load_command_class

from tests.contracts.printed_commands import ROOT, named_commands, typed_commands

DOCUMENTS = [ROOT / "README.md", ROOT / "docs" / "operations.md"]
OUR_APPS = ("cerdas", "satker", "kegiatan", "assignments", "masterdata")
KNOWN = get_commands()
OURS = {name for name, app in KNOWN.items() if app in OUR_APPS}
# What stands in the manual for a value.
ANY_ID = "0190a1b2-0000-7000-8000-000000000001"  # the same in every process of pytest
VALUES = {"ID": ANY_ID, "DATE": "2026-01-01", "VERSION": "2020", "SUPER_ADMIN": "a@b.id"}


def printed() -> Iterator[tuple[str, list[str]]]:
    """Give (document, words) of every command."""
    for document in DOCUMENTS:
        for words in typed_commands(document):
            yield document.name, words
        for words in named_commands(document, OURS):
            # a name alone speaks of the command, it does not say how to type it
            if len(words) > 1:
                yield document.name, [VALUES.get(word, word) for word in words]


CASES = [pytest.param(words, id=f"{where}: {shlex.join(words)[:70]}") for where, words in printed()]


def parse(words: list[str]) -> argparse.Namespace:
    """Parse a command as manage.py would. Raises SystemExit."""
    name, *arguments = words
    assert name in KNOWN, f"there is no command {name}"
    app = KNOWN[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    parser = command.create_parser("manage.py", name)
    parser.called_from_command_line = True
    takes_actor = any("--actor" in action.option_strings for action in parser._actions)
    if takes_actor and "--actor" not in arguments:  # the manual says it once, above its table
        arguments += ["--actor", "a@b.id"]
    return parser.parse_args(arguments)


@pytest.mark.parametrize("words", CASES)
def test_a_printed_command_can_be_typed(words: list[str]) -> None:
    parse(words)


def test_the_documents_print_commands() -> None:
    found = [words for _where, words in printed()]
    assert len(found) > 30
    assert {"parked", "create_kegiatan", "import_assignments", "migrate"} <= {w[0] for w in found}
    assert ["parked", "list", "--actor", "admin@example.id"] in found


def test_a_command_that_cannot_be_typed_is_found() -> None:
    with pytest.raises(SystemExit):
        parse(["parked", "lists", "--actor", "a@b.id"])
    with pytest.raises(AssertionError):
        parse(["no_such_command"])


@pytest.mark.parametrize("action", [["list"], ["discard", ANY_ID, "--reason", "x"]])
@pytest.mark.parametrize("place", ["before", "after", "both"])
def test_who_acts_is_said_before_or_after_the_subcommand(action: list[str], place: str) -> None:
    who = ["--actor", "a@b.id", "--satker", "6104", "--json"]
    orders = {
        "before": [*who, *action],
        "after": [*action, *who],
        "both": [*who[:2], *action, *who[2:]],
    }
    options = parse(["parked", *orders[place]])
    assert (options.actor, options.satker, options.as_json) == ("a@b.id", "6104", True)
