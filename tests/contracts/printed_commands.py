"""The command lines that the README and the operations manual print."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
_COMMAND = re.compile(r"(?:^|\s)(?:\S*python )?manage\.py (?P<words>\S.*)$")
_CODE = re.compile(r"`([^`]+)`")


def code_blocks(document: Path, heading: str = "") -> list[list[str]]:
    """Return the lines of each shell block, continued lines joined; below one heading or all."""
    found: list[list[str]] = []
    inside, below = False, not heading
    for line in document.read_text().replace("\\\n", " ").splitlines():
        if line.startswith("#") and not inside and heading:
            below = line == heading
        if line.startswith("```"):
            inside = not inside and line == "```sh"
            if inside and below:
                found.append([])
        elif inside and below and line.strip():
            found[-1].append(line)
    return found


def typed_commands(document: Path) -> Iterator[list[str]]:
    """Give the words after `manage.py` of every command in a shell block."""
    for block in code_blocks(document):
        for line in block:
            for part in re.split(r"&&|;(?![^']*')", line.partition("  #")[0]):
                if match := _COMMAND.search(part.strip()):
                    yield shlex.split(match["words"])


def named_commands(document: Path, known: set[str]) -> Iterator[list[str]]:
    """Give the words of commands in the text and tables: `parked apply ID --reason TEXT`.

    What is in brackets is given, as if it were wanted; an ellipsis says nothing.
    """
    for line in document.read_text().splitlines():
        for code in _CODE.findall(line):
            words = shlex.split(code.replace("[", "").replace("]", "").replace("…", ""))
            words = words[1:] if words[:1] == ["manage.py"] else words
            if words and words[0] in known:
                yield words
