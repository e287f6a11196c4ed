"""Faults of texts: gaps in translations, markup that is shown as it stands, remote addresses."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from kegiatan.form.form_fault import WARNING, FormFault
from kegiatan.form.linting_tree import FormTree, Localized
from kegiatan.form.questions import DEFAULT_LANGUAGE

_REMOTE = re.compile(r"\b(?:https?|ftp|wss?):/{2}|(?:^|[\s\"'(=])//[\w-]+\.\w|\bjavascript:", re.I)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_ACTIVE = re.compile(
    r"<\s*(?:script|iframe|object|embed|form|link|meta|base|style|svg|math)\b|\bon[a-z]+\s*=", re.I
)
_MAY_HOLD_MARKUP = frozenset({"html", "completedHtml", "completedBeforeHtml", "loadingHtml"})
# Properties that make the browser ask another server even without "http" in them.
_REMOTE_PROPERTIES = frozenset({"choicesByUrl", "imageLink", "logo", "backgroundImage"})


def text_faults(tree: FormTree) -> Iterator[FormFault]:
    """Yield the faults of all texts of a form."""
    yield from _translation_gaps(tree)
    for place in tree.texts:
        if place.prop in _MAY_HOLD_MARKUP:
            if _ACTIVE.search(place.text):
                message = _("The HTML holds scripts or other active parts; they are taken out.")
                remedy = _("Use headings, paragraphs, lists, bold and italic only.")
                yield FormFault(place.path, "active_html", message, remedy, WARNING)
        elif _MARKUP.search(place.text):
            message = _("The text holds HTML; it is shown as it is written, not as markup.")
            remedy = _("Take the markup out, or use a question of type html.")
            yield FormFault(place.path, "html_in_text", message, remedy, WARNING)
    yield from _remote(tree)


def _remote(tree: FormTree) -> Iterator[FormFault]:
    told: set[str] = set()
    for path, _prop, text in tree.strings:
        if _REMOTE.search(text) and path not in told:
            told.add(path)
            yield _remote_fault(path)
    for node in tree.nodes:
        for prop in _REMOTE_PROPERTIES & node.element.keys():
            path = f"{node.path}.{prop}"
            is_inline = str(node.element[prop]).startswith("data:image/")
            known = any(place == path or place.startswith(f"{path}.") for place in told)
            if node.element[prop] and not is_inline and not known:
                told.add(path)
                yield _remote_fault(path)


def _remote_fault(path: str) -> FormFault:
    message = _("The form points to another address; phones work offline and load nothing remote.")
    remedy = _("Put lists into master data, and pictures into the form as data:image.")
    return FormFault(path, "remote_url", message, remedy)


def _translation_gaps(tree: FormTree) -> Iterator[FormFault]:
    """Yield a warning for each text that lacks a language which other texts have."""
    default = tree.schema.get("locale")
    default = default if isinstance(default, str) and default else DEFAULT_LANGUAGE
    languages = {
        default if language == "default" else language
        for place in tree.localized
        for language in place.texts
        if language
    }
    if not languages:
        return
    languages.add(default)
    for place in tree.localized:
        missing = sorted(languages - _languages_of(place, default))
        if missing:
            message = _("The text has no %(languages)s, as other texts of this form have.")
            text = message % {"languages": ", ".join(missing)[:100]}
            remedy = _("Write it as {language: text} with every language.")
            yield FormFault(place.path, "translation_missing", text, remedy, WARNING)


def _languages_of(place: Localized, default: str) -> set[str]:
    return {
        default if language in ("", "default") else language
        for language, text in place.texts.items()
        if text.strip()
    }
