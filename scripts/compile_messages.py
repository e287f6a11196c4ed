"""The Indonesian catalogue: compile it, and find what the code says that it does not.

    python scripts/compile_messages.py            write django.mo beside each django.po
    python scripts/compile_messages.py --missing  print what is untranslated in PO form; exit 1

Needs Django for reading templates, and no GNU gettext.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1]
APPS = ("cerdas", "satker", "kegiatan", "assignments", "masterdata")
SOURCES = (*APPS, "templates")
_WITHOUT_CONTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURALS = {"ngettext", "ngettext_lazy"}
_WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
_TEMPLATE_CALL = re.compile(r"(?<![A-Za-z])(_|gettext|ngettext|pgettext)\((.*?)\) ")
_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*("(?:[^"\\]|\\.)*")$')

# (context or "", msgid) -> translations, one per plural form
Key = tuple[str, str]


class Message(NamedTuple):
    """A message as the code says it; plural is "" for most."""

    context: str
    text: str
    plural: str = ""


Catalogue = dict[Key, dict[int, str]]


def read_po(path: Path) -> tuple[Catalogue, dict[Key, str]]:
    """Return the translations of a PO file, and the plural of each message that has one.

    Raises ValueError for a line that is no PO, a message given twice, and fuzzy entries.
    """
    catalogue: Catalogue = {}
    plurals: dict[Key, str] = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        fields = _fields(block, path)
        if "msgid" not in fields:
            continue
        key = (fields.get("msgctxt", ""), fields["msgid"])
        if key in catalogue:
            raise ValueError(f"{path}: twice: {key[1]!r}")
        single = fields.get("msgstr", fields.get("msgstr[0]", ""))
        catalogue[key] = {0: single}
        for number in range(1, 4):
            if f"msgstr[{number}]" in fields:
                catalogue[key][number] = fields[f"msgstr[{number}]"]
        if "msgid_plural" in fields:
            plurals[key] = fields["msgid_plural"]
    return catalogue, plurals


def _fields(block: str, path: Path) -> dict[str, str]:
    fields: dict[str, str] = {}
    current = ""
    for line in block.splitlines():
        line = line.strip()
        if line.startswith("#,") and "fuzzy" in line:
            raise ValueError(f"{path}: fuzzy entry: {block}")
        if not line or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"{path}: not PO: {line}")
        current = match[1] or current
        fields[current] = fields.get(current, "") + ast.literal_eval(match[2])
    return fields


def mo_bytes(catalogue: Catalogue, plurals: dict[Key, str]) -> bytes:
    """Return the catalogue in the binary form that Python's gettext reads; empty ones left out."""
    entries: list[tuple[bytes, bytes]] = []
    for (context, message), forms in catalogue.items():
        if not all(forms.values()):
            continue
        key = f"{context}\x04{message}" if context else message
        if (context, message) in plurals:
            key += "\0" + plurals[context, message]
        value = "\0".join(forms[number] for number in sorted(forms))
        entries.append((key.encode(), value.encode()))
    entries.sort()
    count = len(entries)
    offset = 28 + 16 * count
    tables: tuple[list[bytes], list[bytes]] = ([], [])
    strings = b""
    for which in (0, 1):
        for entry in entries:
            tables[which].append(struct.pack("<II", len(entry[which]), offset + len(strings)))
            strings += entry[which] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, offset)
    return header + b"".join(tables[0]) + b"".join(tables[1]) + strings


def used_messages(root: Path = PROJECT, sources: tuple[str, ...] = SOURCES) -> dict[Message, str]:
    """Return every message of the code and templates, with the file it was first seen in."""
    found: dict[Message, str] = {}
    for source in sources:
        for path in sorted((root / source).rglob("*")):
            if "migrations" in path.parts:
                continue
            if path.suffix == ".py":
                messages = python_messages(path.read_text(encoding="utf-8"))
            elif path.suffix in (".html", ".txt") and "templates" in path.parts:
                messages = template_messages(path.read_text(encoding="utf-8"))
            else:
                continue
            for message in messages:
                found.setdefault(message, str(path.relative_to(root)))
    return found


def python_messages(text: str) -> Iterator[Message]:
    """Yield the messages of a Python file: calls of the gettext functions on literals."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        values = [a.value for a in node.args if isinstance(a, ast.Constant)]
        texts = [value for value in values if isinstance(value, str)]
        if name in _WITHOUT_CONTEXT and texts:
            yield Message("", texts[0])
        elif name in _PLURALS and len(texts) > 1:
            yield Message("", texts[0], texts[1])
        elif name in _WITH_CONTEXT and len(texts) > 1:
            yield Message(texts[0], texts[1])


def template_messages(text: str) -> Iterator[Message]:
    """Yield the messages of a Django template."""
    from django.utils.translation.template import templatize

    for match in _TEMPLATE_CALL.finditer(templatize(text)):
        yield from python_messages(f"{match[1]}({match[2]})")


def catalogues(root: Path = PROJECT) -> list[Path]:
    """Return the PO files of the project."""
    return sorted((root / "locale").glob("*/LC_MESSAGES/django.po"))


def missing(root: Path = PROJECT) -> dict[Message, str]:
    """Return the messages that the Indonesian catalogue lacks, with a file that says each."""
    translated, plurals = read_po(root / "locale" / "id" / "LC_MESSAGES" / "django.po")

    def is_there(message: Message) -> bool:
        key = (message.context, message.text)
        return all(translated.get(key, {0: ""}).values()) and (
            not message.plural or plurals.get(key) == message.plural
        )

    return {message: at for message, at in used_messages(root).items() if not is_there(message)}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _po_entry(message: Message, place: str) -> str:
    lines = [f"#: {place}"]
    if message.context:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.text)}")
    if message.plural:
        lines += [f"msgid_plural {_quoted(message.plural)}", 'msgstr[0] ""', ""]
    else:
        lines += ['msgstr ""', ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Run the command line."""
    if arguments == ["--missing"]:
        import django
        from django.conf import settings

        settings.configure()
        django.setup()
        found = missing()
        for message, place in found.items():
            print(_po_entry(message, place))
        return 1 if found else 0
    for path in catalogues():
        path.with_suffix(".mo").write_bytes(mo_bytes(*read_po(path)))
        print(path.with_suffix(".mo").relative_to(PROJECT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
