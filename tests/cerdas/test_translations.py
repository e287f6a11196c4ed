"""The Indonesian catalogue is whole, current and says what the English says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from django.utils import translation

PROJECT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """scripts/compile_messages.py as a module."""
    spec = importlib.util.spec_from_file_location(
        "compile_messages", PROJECT / "scripts" / "compile_messages.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_message_of_the_code_has_an_indonesian_translation(messages: ModuleType) -> None:
    assert len(messages.used_messages()) > 300
    assert messages.missing() == {}


def test_the_compiled_catalogue_is_current(messages: ModuleType) -> None:
    for path in messages.catalogues():
        expected = messages.mo_bytes(*messages.read_po(path))
        assert path.with_suffix(".mo").read_bytes() == expected, (
            "run: python scripts/compile_messages.py"
        )


def test_translations_keep_the_placeholders(messages: ModuleType) -> None:
    for path in messages.catalogues():
        catalogue, _plurals = messages.read_po(path)
        for (_context, text), forms in catalogue.items():
            for translated in forms.values():
                if text:
                    assert sorted(PLACEHOLDER.findall(translated)) == sorted(
                        PLACEHOLDER.findall(text)
                    ), text
                    assert text.endswith(" ") == translated.endswith(" "), text


def test_django_reads_the_compiled_catalogue() -> None:
    with translation.override("id"):
        assert translation.gettext("Approved by PML") == "Disetujui PML"
        one = translation.ngettext(
            "This person still has %(total)d open unit. Give it to somebody else first.",
            "This person still has %(total)d open units. Give them to somebody else first.",
            3,
        )
        assert one.startswith("Orang ini masih punya")
        assert translation.gettext("Log out") == "Keluar"  # Django's own is still there
    with translation.override("en"):
        assert translation.gettext("Approved by PML") == "Approved by PML"


def test_messages_are_found_wherever_they_are_said(messages: ModuleType) -> None:
    python = (
        '_("one " "part")\nngettext("a %d", "b %d", n)\npgettext("where", "what")\n'
        "gettext(name)\nother('no')"
    )
    found = {tuple(message) for message in messages.python_messages(python)}
    assert found == {("", "one part", ""), ("", "a %d", "b %d"), ("where", "what", "")}
    template = (
        '{% load i18n %}{% translate "one" %} {% blocktranslate trimmed with a=b %}\n two {{ a }}\n'
        "{% endblocktranslate %} {{ _('three') }}"
        "{% blocktranslate count n=n %}x{% plural %}y{% endblocktranslate %} end"
    )
    found = {tuple(message) for message in messages.template_messages(template)}
    assert found == {
        ("", "one", ""),
        ("", "two %(a)s", ""),
        ("", "three", ""),
        ("", "x", "y"),
    }


def test_an_untranslated_message_is_reported(messages: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "cerdas").mkdir()
    (tmp_path / "cerdas" / "a.py").write_text('_("Known") + _("Unknown") + _("Empty")')
    catalogue = tmp_path / "locale" / "id" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid "Known"\nmsgstr "Ada"\n\nmsgid "Empty"\nmsgstr ""\n')
    assert {message.text for message in messages.missing(tmp_path)} == {"Unknown", "Empty"}
