"""A questionnaire as PDF: A4, blocks, boxes for codes, rosters as tables, skips in words.

Made from the same variables as the codebook; no answer is ever in it.
"""

import html
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, SimpleDocTemplate, Spacer, Table, TableStyle

from kegiatan.form import elements as el
from kegiatan.form.exporting.languages import form_in_language
from kegiatan.form.exporting.variables import Variable, form_variables
from kegiatan.form.linting_tree import FormTree, Node
from kegiatan.form.paper.answers import answer_space, flat_table
from kegiatan.form.paper.boxes import Boxes, Lines
from kegiatan.form.paper.rosters import roster_tables
from kegiatan.form.paper.said import Sayings
from kegiatan.form.paper.sheets import numbered_canvas
from kegiatan.form.paper.styles import Writing
from kegiatan.form.questions import level_names

MARGIN = 14 * mm
WIDTH = A4[0] - 2 * MARGIN
QUESTION = WIDTH * 0.48
_ROW = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, "#999999"),
        ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)  # fmt: skip
_BLOCK = TableStyle(
    [("BACKGROUND", (0, 0), (-1, -1), "#dddddd"), ("BOX", (0, 0), (-1, -1), 0.5, "black")]
)
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Cover:
    """What stands on top. office: "" leaves a line; version: `version 3`, `draft`."""

    activity: str
    version: str
    office: str = ""


def paper_bytes(
    schema: Mapping[str, Any],
    cover: Cover,
    language: str,
    progress: Callable[[int, int], None] | None = None,
) -> bytes:
    """Return a form that passed `check_envelope` as PDF, its texts in one language.

    Words between them are Indonesian, for any other language English. progress: told (done, total)
    on the way; may raise to stop.
    """
    with override("id" if language == "id" else "en"):
        return _Paper(schema, cover, language, progress or (lambda _done, _total: None)).run()


class _Paper:
    def __init__(
        self,
        schema: Mapping[str, Any],
        cover: Cover,
        language: str,
        progress: Callable[[int, int], None],
    ) -> None:
        self.cover = cover
        self.progress = progress
        self.form = form_in_language(schema, language)
        self.tree = FormTree(self.form)
        self.variables: dict[str, Variable] = {}
        for variable in form_variables(schema, language):
            self.variables.setdefault(variable.path, variable)
        self.writing = Writing()
        self.sayings = Sayings(self.tree, self.variables)
        self.story: list[Any] = []

    def run(self) -> bytes:
        nodes = [node for node in self.tree.nodes if node.names is self.tree.root]
        for number, node in enumerate(nodes):
            self.progress(number, 2 * len(nodes))
            self._node(node)
        self.story = [*self._top(), *self.story]  # knows by now whether a letter was missing
        target = io.BytesIO()
        name = el.localized(self.form.get("title"), str(self.form.get("form_name") or ""))
        document = SimpleDocTemplate(
            target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=18 * mm,
            bottomMargin=16 * mm, title=name or self.cover.activity, author=self.cover.office,
            invariant=1,
        )  # fmt: skip
        document.setProgressCallBack(self._setting(len(nodes)))
        plain = self.writing.plain
        head = plain(f"{self.cover.activity} · {self.cover.version}", 90)
        document.build(self.story, canvasmaker=numbered_canvas(head, plain(self.cover.office, 40)))
        return target.getvalue()

    def _setting(self, nodes: int) -> Callable[[str, int], None]:
        """Return what the library calls while it sets the pages: the second half of the work.

        It takes a step back where it divides a block between two pages.
        """
        size, reached = max(len(self.story), 1), 0

        def told(what: str, value: int) -> None:
            nonlocal reached
            if what == "PROGRESS":
                reached = max(reached, min(value, size))
                self.progress(nodes + nodes * reached // size, 2 * nodes)

        return told

    def _top(self) -> list[Any]:
        writing = self.writing
        name = el.localized(self.form.get("title"), str(self.form.get("form_name") or ""))
        office = self.cover.office
        rows = [
            [writing.small(_("Office")), writing.small(office) if office else Lines()],
            [writing.small(_("Activity")), writing.small(self.cover.activity)],
            [writing.small(_("Questionnaire")), writing.small(self.cover.version)],
        ]
        for key, level in level_names(self.form).items():
            digits = {"level_1_code": 2, "level_2_code": 2, "level_5_code": 4, "level_6_code": 2}
            rows.append([writing.small(level), Boxes(digits.get(key, 3))])
        rows += [[writing.small(word), Lines()] for word in (_("Enumerator"), _("Supervisor"))]
        made = [writing.title(name or self.cover.activity), Spacer(1, 2 * mm)]
        made += [flat_table(rows, [45 * mm, WIDTH - 45 * mm]), Spacer(1, 3 * mm)]
        if writing.lettering.has_unknown:
            words = _("Letters that the font of this print lacks are printed as ?.")
            made.append(writing.note(words))
        return made

    def _node(self, node: Node) -> None:
        if node.kind in ("page", "panel"):
            self._block(node)
        elif node.kind == "html":
            words = html.unescape(_TAGS.sub(" ", el.localized(node.element.get("html"))))
            self.story += [self.writing.text(words), Spacer(1, 2 * mm)]
        elif node.kind == "image" or not node.key:
            return
        elif node.kind in el.ROSTER_TYPES:
            self._roster(node)
        else:
            self._question(node)

    def _block(self, node: Node) -> None:
        title = el.localized(node.element.get("title"))
        parts = [self.writing.block(title)] if title else []
        parts += [self.writing.note(said) for said in self.sayings.above(node)]
        if not parts:
            return
        table = Table([[parts]], colWidths=[WIDTH], style=_BLOCK if node.kind == "page" else None)
        self.story += [Spacer(1, 3 * mm), KeepTogether([table]), Spacer(1, 1 * mm)]

    def _question(self, node: Node) -> None:
        variable = self.variables.get(node.full_key)
        if variable is None:
            return
        left = self._asked(node, variable)
        right = answer_space(variable, WIDTH - QUESTION - 2 * mm, self.writing)
        right += [self.writing.skip(said) for said in self.sayings.skips(node)]
        widths = [QUESTION, WIDTH - QUESTION]
        row = Table([[left, right]], colWidths=widths, style=_ROW, splitInRow=1)
        self.story.append(KeepTogether([row]))

    def _asked(self, node: Node, variable: Variable) -> list[Any]:
        made = [self.writing.note(said) for said in self.sayings.above(node)]
        made.append(self.writing.text(variable.label))
        if variable.description:
            made.append(self.writing.note(variable.description))
        return [*made, *(self.writing.note(said) for said in self.sayings.below(node))]

    def _roster(self, node: Node) -> None:
        roster = self.variables.get(node.full_key)
        if roster is None or node.rows is None:
            return
        self.story += [Spacer(1, 2 * mm), *self._asked(node, roster), Spacer(1, 1 * mm)]
        inside = [inner for inner in self.tree.nodes if inner.names is node.rows]
        said = self.sayings
        columns = [
            (self.variables[inner.full_key], [*said.above(inner), *said.skips(inner)])
            for inner in inside
            if inner.full_key in self.variables and inner.kind not in el.ROSTER_TYPES
        ]
        self.story += roster_tables(roster, columns, WIDTH, self.writing)
        for inner in inside:
            if inner.kind in el.ROSTER_TYPES:
                self._roster(inner)
