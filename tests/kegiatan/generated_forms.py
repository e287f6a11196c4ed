"""Forms and answers made by hypothesis: every kind of question, right and wrong answers alike."""

from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d", "e", "f")
IDS = (
    "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10",
    "9d0f7f55-5d0b-4a53-8a4e-0c46a2a4e0aa",
    "3a3f2f0a-9d3c-4c29-8f5b-4f1f4b0f9e11",
)
CHOICES = [{"value": "1", "text": "satu"}, {"value": "2", "text": "dua"}, 3, "empat|Empat"]

Json = dict[str, Any]

numbers = st.one_of(
    st.integers(-5, 150), st.sampled_from([0.5, 1.25, 1e17, 1e-7, -0.0]), st.just(2**53)
)
texts = st.one_of(
    st.sampled_from(
        ["", " ", "1", "2", "Budi", "2026-11-20", "2010-02-30", "07:30", "a@b.id", "x"]
    ),
    st.text(max_size=12),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
garbage: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "lat", "lon", "_id", "__proto__", "x"]), inner),
    ),
    max_leaves=6,
)
geotags = st.fixed_dictionaries(
    {"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)},
    optional={"accuracy_m": st.integers(0, 200), "at": st.just("2026-11-20T01:02:03Z")},
)


def conditions(row: str) -> st.SearchStrategy[str]:
    """Return expressions over the names of a form; row: "" or "panel." inside a roster."""
    name = st.sampled_from([f"{{{row}{name}}}" for name in NAMES] + ["{a}", "{b}", "{prefilled.p}"])
    value = st.sampled_from(["1", "'1'", "true", "10", "'Budi'", "['1','2']", "today()"])
    operator = st.sampled_from(["=", "<>", ">", "<=", "contains", "anyof"])
    test = st.one_of(
        st.builds(lambda n, o, v: f"{n} {o} {v}", name, operator, value),
        st.builds(lambda n, o: f"{n} {o}", name, st.sampled_from(["empty", "notempty"])),
        st.builds(lambda n, m: f"{n} + {m} > 3", name, name),
    )
    return st.one_of(test, st.builds(lambda x, y: f"{x} and {y}", test, test))


def validators(row: str) -> st.SearchStrategy[list[Json]]:
    rule = st.builds(
        lambda expression, kind: {
            "type": "expression",
            "expression": expression,
            "notificationType": kind,
            "text": f"Periksa {{{row}a}}.",
        },
        conditions(row),
        st.sampled_from(["error", "warning", "info"]),
    )
    others = st.sampled_from(
        [
            {"type": "numeric", "minValue": 1, "maxValue": 9},
            {"type": "text", "minLength": 2, "maxLength": 4},
            {"type": "regex", "regex": "^[a-z0-9]+$"},
            {"type": "email"},
            {"type": "answercount", "minCount": 1, "maxCount": 2},
        ]
    )
    return st.lists(st.one_of(rule, others), max_size=2)


def kinds(depth: int, row: str) -> st.SearchStrategy[Json]:
    """Return what makes a question of one kind, without name and conditions."""
    plain: list[Json] = [
        {"type": "text"},
        {"type": "text", "inputType": "number", "min": 0, "max": 120},
        {"type": "text", "inputType": "number", "step": 0.5, "maxValueExpression": "{a}"},
        {"type": "text", "inputType": "date", "min": "2026-01-01"},
        {"type": "text", "inputType": "time"},
        {"type": "text", "maxLength": 3},
        {"type": "comment"},
        {"type": "boolean"},
        {"type": "boolean", "valueTrue": "y", "valueFalse": "t"},
        {"type": "rating", "rateMax": 5},
        {"type": "ranking", "choices": CHOICES},
        {"type": "imagepicker", "choices": [{"value": "1"}, {"value": "2"}]},
        {"type": "dropdown", "choices": CHOICES},
        {"type": "dropdown", "master": "KBLI"},
        {"type": "radiogroup", "choices": CHOICES, "showOtherItem": True},
        {"type": "checkbox", "choices": CHOICES, "showNoneItem": True, "maxSelectedChoices": 2},
        {"type": "tagbox", "choices": CHOICES},
        {"type": "multipletext", "items": [{"name": "a", "isRequired": True}, {"name": "b"}]},
        {"type": "matrix", "columns": ["1", "2"], "rows": ["a", "b"], "isAllRowRequired": True},
        {
            "type": "matrixdropdown",
            "rows": ["a", "b"],
            "columns": [{"name": "a", "cellType": "text", "isRequired": True}],
        },
        {"type": "geotag", "minAccuracy": 25},
        {"type": "photo", "minCount": 1, "maxCount": 2},
        {"type": "barcode"},
        {"type": "signature"},
        {"type": "file"},
        {"type": "prefilled", "dataKey": "p"},
        {"type": "expression", "expression": f"{{{row}a}} + 1"},
        {"type": "html", "html": "<b>{a}</b>"},
    ]
    made: list[st.SearchStrategy[Json]] = [st.sampled_from(plain)]
    if depth > 0:
        made.append(
            st.builds(
                lambda inner, least: {
                    "type": "paneldynamic",
                    "templateElements": inner,
                    "minPanelCount": least,
                    "maxPanelCount": 3,
                },
                elements(depth - 1, "panel."),
                st.integers(0, 1),
            )
        )
        made.append(
            st.just(
                {
                    "type": "matrixdynamic",
                    "columns": [
                        {"name": "a", "cellType": "text", "isRequired": True},
                        {"name": "b", "cellType": "dropdown", "choices": CHOICES},
                        {
                            "name": "c",
                            "cellType": "text",
                            "inputType": "number",
                            "totalType": "sum",
                            "visibleIf": "{row.a} notempty",
                        },
                    ],
                }
            )
        )
        made.append(
            st.builds(lambda inner: {"type": "panel", "elements": inner}, elements(0, row, "g"))
        )
    return st.one_of(made)


def elements(depth: int, row: str, prefix: str = "") -> st.SearchStrategy[list[Json]]:
    """Return the elements of a page, a panel or a row, with names of their own."""
    options = st.fixed_dictionaries(
        {},
        optional={
            "isRequired": st.booleans(),
            "visibleIf": conditions(row),
            "enableIf": conditions(row),
            "requiredIf": conditions(row),
            "alwaysAsk": st.booleans(),
            "title": st.sampled_from(["Judul", "Judul {a}", {"default": "Judul", "en": "Title"}]),
            "editableBy": st.lists(st.sampled_from(["PPL", "PML", "admin"]), max_size=2),
        },
    )
    one = st.builds(
        lambda kind, option, rules: {**kind, **option, **({"validators": rules} if rules else {})},
        kinds(depth, row),
        options,
        validators(row),
    )
    return st.lists(one, min_size=1, max_size=5).map(
        lambda found: [
            {**element, "name": prefix + name} for element, name in zip(found, NAMES, strict=False)
        ]
    )


@st.composite
def forms(draw: st.DrawFn) -> Json:
    """Return a form that a designer might have drawn up."""
    page = draw(elements(2, ""))
    outcome: Json = {
        "type": "radiogroup",
        "name": "hasil",
        "visitOutcome": True,
        "choices": ["selesai", "menolak"],
    }
    computed = {"name": "hitung", "expression": "{a} + {b}", "includeIntoResult": True}
    return {
        "form_name": "Uji",
        "locale": draw(st.sampled_from(["id", "en"])),
        "assignment_label_template": "{a} - {b} ({c}), {prefilled.p}",
        "calculatedValues": [computed] if draw(st.booleans()) else [],
        "pages": [{"name": "p1", "elements": page + ([outcome] if draw(st.booleans()) else [])}],
    }


def right_answer(element: Json) -> st.SearchStrategy[Any]:
    """Return answers that a phone could send for a question."""
    kind, input_type = element["type"], element.get("inputType")
    if kind == "paneldynamic":
        return rows(element["templateElements"])
    if kind == "matrixdynamic":
        return rows([{**column, "type": column["cellType"]} for column in element["columns"]])
    if kind in ("checkbox", "tagbox", "ranking"):
        return st.lists(st.sampled_from(["1", "2", 3, "empat", "none"]), max_size=3, unique_by=str)
    if kind in ("radiogroup", "dropdown", "imagepicker"):
        return st.sampled_from(["1", "2", 3, "empat", "other", "selesai", "menolak", "01111"])
    if kind == "text" and input_type == "number":
        return numbers
    return {
        "boolean": st.sampled_from([True, False, "y", "t"]),
        "rating": st.integers(0, 6),
        "geotag": geotags,
        "photo": st.lists(st.sampled_from(IDS), max_size=3),
        "multipletext": st.dictionaries(st.sampled_from(["a", "b"]), texts),
        "matrix": st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2", "9"])),
        "matrixdropdown": st.dictionaries(
            st.sampled_from(["a", "b"]), st.fixed_dictionaries({"a": texts})
        ),
    }.get(kind, texts)


def answers_to(found: list[Json]) -> st.SearchStrategy[Json]:
    """Return answers to elements: mostly right, now and then garbage, some unknown names."""
    flat: dict[str, Json] = {}
    for element in found:
        inner = element["elements"] if element["type"] == "panel" else [element]
        flat.update({item["name"]: item for item in inner})
    optional = {
        name: st.one_of(right_answer(element), right_answer(element), garbage)
        for name, element in flat.items()
    }
    foreign = {"lama": garbage, "a-Comment": texts, "_archived": garbage, "hitung": scalars}
    return st.fixed_dictionaries({}, optional={**foreign, **optional})


def rows(found: list[Json]) -> st.SearchStrategy[list[Json]]:
    """Return rows of a roster, with ids, without, and with ids used twice."""
    identity = st.one_of(st.sampled_from(IDS), st.none())
    row = st.builds(
        lambda answers, given: {**answers, **({"_id": given} if given else {})},
        answers_to(found),
        identity,
    )
    return st.lists(row, max_size=4)


@st.composite
def filled_forms(draw: st.DrawFn) -> tuple[Json, Json, Json]:
    """Return a form, answers and a prelist."""
    form = draw(forms())
    answers = draw(answers_to(form["pages"][0]["elements"]))
    prefilled = draw(st.fixed_dictionaries({}, optional={"p": garbage, "a": scalars}))
    return form, answers, prefilled
