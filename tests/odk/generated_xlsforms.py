"""Small XLSForms and answers to them, made from a seed.

Expressions stay clear of what the two engines understand differently on purpose (docs/forms.md,
"Explained differences"): no division by what may be 0, no truth of a bare answer, no calculated
truth value that is read again, sums only of questions that are always answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.odk.agreement import ASKED, Playable
from tests.odk.odk_engine import Set

HEADERS = [
    "type", "name", "label", "relevant", "constraint", "required", "calculation", "choice_filter",
    "repeat_count", "default", "appearance", "parameters",
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label", "induk"],
    *[["warna", name, name.title(), ""] for name in ("merah", "biru", "hijau")],
    *[["angka", name, f"Nomor {name}", ""] for name in ("1", "2", "10")],
    *[
        ["desa", f"{above}_{number}", f"Desa {number}", above]
        for above in ("merah", "biru")
        for number in (1, 2)
    ],
]
LISTS = {"warna": ("merah", "biru", "hijau"), "angka": ("1", "2", "10")}
WORDS = ("a", "Budi", "12", "abc", "a b", "8")
DAYS = ("2010-06-15", "2024-02-29", "2026-11-20", "2026-11-21", "2099-01-01")
ROWS = 3
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A question that expressions after it may read. rosters: names of the repeats around it;
    is_full: always answered."""

    name: str
    kind: str
    rosters: tuple[str, ...] = ()
    list_name: str = ""
    is_full: bool = False


@dataclass(slots=True)
class Generated:
    """A form as tables, and the questions that are always answered."""

    survey: list[list[str]]
    full: set[str]

    @property
    def tables(self) -> dict[str, list[list[str]]]:
        """Return the sheets."""
        return {"survey": self.survey, "choices": CHOICES}


@dataclass(slots=True)
class _Maker:
    chance: Random
    rows: list[Cells] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)  # repeats of the unit that nothing hides
    fixed: set[str] = field(default_factory=set)  # of these, with a fixed number of rows
    number: int = 0

    def name(self, start: str) -> str:
        self.number += 1
        return f"{start}{self.number}"

    def near(self, rosters: tuple[str, ...], *kinds: str) -> list[Known]:
        """Return what an expression in these rows may read by name: of the row and around it, at
        most one repeat further out."""
        return [
            one for one in self.known
            if one.kind in kinds
            and one.rosters == rosters[: len(one.rosters)]
            and (not one.rosters or len(rosters) - len(one.rosters) <= 1)
        ]  # fmt: skip

    # Conditions

    def condition(self, rosters: tuple[str, ...], depth: int = 2) -> str:
        chance = self.chance
        if depth and chance.random() < 0.4:
            one, other = (self.condition(rosters, depth - 1) for _side in range(2))
            return chance.choice([f"({one}) and ({other})", f"{one} or {other}", f"not({one})"])
        tests: list[Callable[[tuple[str, ...]], str]] = [
            self.of_numbers, self.of_numbers, self.of_choice, self.of_choices, self.of_text,
            self.of_day, self.of_nothing,
        ]  # fmt: skip
        for test in chance.sample(tests, len(tests)):
            if text := test(rosters):
                return text
        return chance.choice(["1 = 1", "true()", "3 < 2"])

    def of_numbers(self, rosters: tuple[str, ...]) -> str:
        left = self.numeric(rosters, 0)
        sign = self.chance.choice(["=", "!=", "<", "<=", ">", ">="])
        right = self.numeric(rosters, 0) if self.chance.random() < 0.3 else self.literal()
        return f"{left} {sign} {right}" if "$" in left else ""

    def of_choice(self, rosters: tuple[str, ...]) -> str:
        if not (found := self.near(rosters, "select_one")):
            return ""
        one = self.chance.choice(found)
        value = self.chance.choice([*LISTS.get(one.list_name, ("merah_1", "biru_2")), "lain"])
        ref = f"${{{one.name}}}"
        return self.chance.choice(
            [f"{ref} = '{value}'", f"{ref} != '{value}'", f"selected({ref}, '{value}')"]
        )

    def of_choices(self, rosters: tuple[str, ...]) -> str:
        if not (found := self.near(rosters, "select_multiple")):
            return ""
        one = self.chance.choice(found)
        value = self.chance.choice(LISTS[one.list_name])
        ref = f"${{{one.name}}}"
        return self.chance.choice(
            [f"selected({ref}, '{value}')", f"not(selected({ref}, '{value}'))",
             f"count-selected({ref}) >= 2", f"{ref} = '{value}'"]
        )  # fmt: skip

    def of_text(self, rosters: tuple[str, ...]) -> str:
        if not (found := self.near(rosters, "text")):
            return ""
        ref = f"${{{self.chance.choice(found).name}}}"
        return self.chance.choice(
            [f"{ref} = 'Budi'", f"{ref} != 'a'", f"string-length({ref}) > 2",
             f"contains({ref}, 'b')", f"starts-with({ref}, 'a')", f"regex({ref}, '^[a-z]+$')",
             f"{ref} = '12'", f"concat({ref}, 'x') = 'ax'", f"substr({ref}, 0, 1) = 'a'"]
        )  # fmt: skip

    def of_day(self, rosters: tuple[str, ...]) -> str:
        if not (found := self.near(rosters, "date")):
            return ""
        ref, other = (f"${{{self.chance.choice(found).name}}}" for _side in range(2))
        return self.chance.choice(
            [f"{ref} <= today()", f"{ref} > today()", f"{ref} < date('2024-02-29')",
             f"{ref} >= {other}", f"format-date({ref}, '%Y') = '2010'",
             f"int((today() - {ref}) div 365.25) >= 10"]
        )  # fmt: skip

    def of_nothing(self, rosters: tuple[str, ...]) -> str:
        kinds = ("integer", "decimal", "text", "select_one", "select_multiple", "date", "geopoint")
        if not (found := self.near(rosters, *kinds)):
            return ""
        return f"${{{self.chance.choice(found).name}}} {self.chance.choice(['=', '!='])} ''"

    # Values

    def literal(self) -> str:
        return self.chance.choice(["0", "1", "2", "5", "10", "2.5", "-1"])

    def numeric(self, rosters: tuple[str, ...], depth: int = 2) -> str:
        chance = self.chance
        if depth and chance.random() < 0.5:
            one, other = (self.numeric(rosters, depth - 1) for _side in range(2))
            return chance.choice(
                [f"({one} + {other})", f"({one} - {other})", f"({one} * {other})", f"({one} div 4)",
                 f"({one} mod 3)", f"round({one}, 1)", f"abs({one})",
                 f"int({one})", f"if({self.condition(rosters, 0)}, {one}, {other})"]
            )  # fmt: skip
        plain = [f"${{{one.name}}}" for one in self.near(rosters, "integer", "decimal", "number")]
        found = [*plain]
        if plain and chance.random() < 0.2:
            found.append(f"coalesce({chance.choice(plain)}, {chance.choice([*plain, '7'])})")
        found += [f"string-length(${{{one.name}}})" for one in self.near(rosters, "text")]
        found += [
            f"count-selected(${{{one.name}}})" for one in self.near(rosters, "select_multiple")
        ]
        if not rosters:
            found += [f"count(${{{name}}})" for name in sorted(self.shown)]
            found += [
                f"{chance.choice(['sum', 'min', 'max'])}(${{{one.name}}})"
                for one in self.known
                if one.is_full and len(one.rosters) == 1 and one.rosters[0] in self.fixed
            ]
        return chance.choice(found) if found else self.literal()

    def words(self, rosters: tuple[str, ...]) -> str:
        texts = [f"${{{one.name}}}" for one in self.near(rosters, "text", "integer")] or ["'x'"]
        made = [
            f"concat({self.chance.choice(texts)}, '-', {self.chance.choice(texts)})",
            f"if({self.condition(rosters, 1)}, 'ya', 'tidak')",
        ]
        for one in self.near(rosters, "select_one"):
            if one.list_name in LISTS:
                made.append(f"jr:choice-name(${{{one.name}}}, '${{{one.name}}}')")
        return self.chance.choice(made)

    # Rows

    def row(self, **cells: str) -> None:
        self.rows.append({key: text for key, text in cells.items() if text})

    def maybe(self, rosters: tuple[str, ...], share: float) -> str:
        return self.condition(rosters) if self.chance.random() < share else ""

    def question(self, rosters: tuple[str, ...]) -> None:
        chance = self.chance
        kind = chance.choice(
            ["integer", "integer", "decimal", "text", "select_one", "select_one", "select_multiple",
             "date", "geopoint", "acknowledge", "note", "calculate", "calculate", "cascade",
             "range"]
        )  # fmt: skip
        name = self.name("q")
        if kind == "calculate":
            self.calculation(name, rosters)
            return
        cells: Cells = {"name": name, "label": f"Tanya {name}"}
        list_name = ""
        cells["relevant"] = self.maybe(rosters, 0.35)
        is_full = kind == "integer" and not cells["relevant"] and chance.random() < 0.5
        if kind == "cascade":
            self.cascade(cells, rosters)
            return
        if kind in ("select_one", "select_multiple"):
            list_name = chance.choice(list(LISTS))
        if kind != "note":
            cells["required"] = chance.choice(["", "", "yes", self.condition(rosters, 1)])
        if kind in ("integer", "decimal", "range"):
            cells["constraint"] = chance.choice(
                ["", f". >= {self.literal()}", f". < 10 and . != {self.literal()}",
                 f". <= {self.numeric(rosters)} or {self.condition(rosters, 1)}"]
            )  # fmt: skip
        if kind == "text":
            cells["constraint"] = chance.choice(
                ["", "string-length(.) > 2", "regex(., '^[0-9]+$')", ". != 'a'"]
            )
        if kind == "date":
            cells["constraint"] = chance.choice(["", ". <= today()", ". > date('2020-01-01')"])
        if kind == "select_multiple":
            value = LISTS[list_name][0]
            cells["constraint"] = chance.choice(
                [
                    "",
                    "count-selected(.) <= 2",
                    f"not(selected(., '{value}') and count-selected(.) > 1)",
                ]
            )
        if kind == "range":
            cells["parameters"] = "start=0 end=10 step=1"
        self.row(type=f"{kind} {list_name}".strip(), **cells)
        self.known.append(Known(name, kind, rosters, list_name, is_full))

    def cascade(self, cells: Cells, rosters: tuple[str, ...]) -> None:
        """Ask for a choice whose list hangs on another answer."""
        above = [one for one in self.near(rosters, "select_one") if one.list_name == "warna"]
        if not above:
            self.row(type="text", **cells)
            return
        parent = self.chance.choice(above)
        cells["choice_filter"] = self.chance.choice(
            [
                f"induk = ${{{parent.name}}}",
                f"induk = ${{{parent.name}}} or {self.condition(rosters, 0)}",
            ]
        )
        self.row(type="select_one desa", **cells)
        self.known.append(Known(cells["name"], "select_one", rosters, "desa"))

    def calculation(self, name: str, rosters: tuple[str, ...]) -> None:
        kind = self.chance.choice(["number", "number", "words", "truth"])
        text = {"number": self.numeric, "words": self.words, "truth": self.condition}[kind](rosters)
        cells = {"relevant": self.maybe(rosters, 0.2)} if self.chance.random() < 0.5 else {}
        self.row(type="calculate", name=name, calculation=text, **cells)
        if kind == "number":
            self.known.append(Known(name, "number", rosters))

    def block(
        self, rosters: tuple[str, ...], depth: int, length: int, *, is_shown: bool = True
    ) -> None:
        for _turn in range(length):
            roll = self.chance.random()
            if depth and roll < 0.12:
                self.row(
                    type="begin group", name=self.name("g"), label="Grup",
                    relevant=self.maybe(rosters, 0.6),
                )  # fmt: skip
                self.block(rosters, depth - 1, 2, is_shown=False)
                self.row(type="end group")
            elif depth and roll < 0.3 and len(rosters) < 2:
                self.repeat(rosters, depth, is_shown=is_shown and not rosters)
            else:
                self.question(rosters)

    def repeat(self, rosters: tuple[str, ...], depth: int, *, is_shown: bool) -> None:
        name = self.name("r")
        count = self.chance.choice(["", "2", "number"])
        if count == "number":
            whole = [one for one in self.near(rosters, "integer") if one.rosters == rosters]
            count = f"${{{self.chance.choice(whole).name}}}" if whole else ""
        relevant = self.maybe(rosters, 0.3)
        if is_shown and not relevant:
            self.shown.add(name)
            self.fixed |= {name} if count == "2" else set()
        self.row(
            type="begin repeat", name=name, label="Ulang", relevant=relevant, repeat_count=count
        )
        self.question((*rosters, name))
        self.block((*rosters, name), depth - 1, 2)
        self.row(type="text", name=self.name("q"), label="Akhir")
        self.row(type="end repeat")


def generated(seed: int) -> Generated:
    """Return the form of a seed."""
    maker = _Maker(Random(seed))
    maker.question(())
    maker.block((), 2, maker.chance.randint(4, 9))
    survey = [HEADERS, *[[row.get(header, "") for header in HEADERS] for row in maker.rows]]
    return Generated(survey, {one.name for one in maker.known if one.is_full})


def answers_to(form: Playable, made: Generated, chance: Random) -> Set:
    """Return answers to a form: mostly some, in up to three rows of each repeat."""
    given = Set({})
    rows: dict[str, list[str]] = {"": [""]}
    for path, item in form.items.items():
        around = max(
            (one for one in form.repeats if path.startswith(f"{one}/")), key=len, default=""
        )
        places = [row + path.removeprefix(around) for row in rows[around]]
        if item.kind == "repeat":
            rows[path] = []
            for place in places:
                count = chance.randint(0, ROWS)
                if not item.cell("repeat_count"):
                    given.counts[place] = count
                rows[path] += [f"{place}[{number}]" for number in range(1, ROWS + 1)]
            continue
        for place in places:
            if item.type in ASKED and (item.name in made.full or chance.random() < 0.75):
                given.answers[place] = answer_to(item.type, item.list_name, chance)
    return given


def answer_to(kind: str, list_name: str, chance: Random) -> Any:
    """Return an answer as ODK's engine takes it."""
    if kind == "select_one":
        return chance.choice(LISTS.get(list_name, ("merah_1", "merah_2", "biru_1", "biru_2")))
    if kind == "select_multiple":
        values = LISTS[list_name]
        return chance.sample(values, chance.randint(1, len(values)))
    if kind == "acknowledge":
        return True
    if kind == "geopoint":
        return {"latitude": 0.5, "longitude": 109.25, "altitude": None, "accuracy": 5}
    given: dict[str, tuple[str, ...]] = {
        "integer": ("0", "1", "2", "3", "5", "12", "-1"), "decimal": ("0.5", "2.5", "-1.2", "10"),
        "range": ("0", "1", "5", "10"), "date": DAYS, "text": WORDS,
    }  # fmt: skip
    return chance.choice(given[kind])
