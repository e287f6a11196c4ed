"""What survey-core alone takes for a good answer, and what stops it here.

tests/let_through.json: question, value, the code with which the shape check refuses it in the
request, the code of the engine's error; null where that one has nothing against it. That
survey-core alone accepts every row without an error: pwa/tests/engine/survey-core-alone.test.ts.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kegiatan.form import elements as el
from kegiatan.form.canonical import accept_answers
from kegiatan.form.engine import engine
from kegiatan.form.shape import compile_shape

ROWS = json.loads((Path(__file__).parents[1] / "let_through.json").read_text())
UNIT = UUID(int=1)
# Types of which survey-core alone knows nothing, or whose answers nobody sends.
NOT_ITS_OWN = el.OWN_TYPES | el.COMPUTED_TYPES | el.DISPLAY_TYPES | {"panel"}


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_what_survey_core_lets_through_is_refused(row: dict[str, Any]) -> None:
    form = {"form_name": "Uji", "pages": [{"elements": [{**row["question"], "name": "q"}]}]}
    answers = {"q": row["value"]}
    accepted = accept_answers(answers, shape=compile_shape(form), assignment_id=UNIT)
    verdict = engine().evaluate(form, answers)
    assert [fault.code for fault in accepted.faults] == [row["shape"]] * (row["shape"] is not None)
    found = {finding.code for finding in verdict.errors}
    assert found == ({row["verdict"]} if row["verdict"] else set())
    assert row["shape"] or row["verdict"], "nothing would stop this"


def test_the_table_has_every_type_that_survey_core_brings() -> None:
    assert {row["question"]["type"] for row in ROWS} == el.ELEMENT_TYPES - NOT_ITS_OWN
    assert len({row["name"] for row in ROWS}) == len(ROWS)
