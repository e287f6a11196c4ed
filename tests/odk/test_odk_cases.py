"""XLSForms made by hand judge answers as ODK's own engine does."""

import pytest

from kegiatan.form.engine import Engine
from tests.kegiatan.xlsform_books import table
from tests.odk.agreement import differences, playable_tables, set_of
from tests.odk.cases import CASES
from tests.odk.odk_engine import ask_odk, needs_odk

pytestmark = needs_odk


def test_forms_made_by_hand_judge_as_odk_does(v8: Engine) -> None:
    forms = [
        playable_tables(survey=table(case.survey), choices=table(case.choices)) for case in CASES
    ]
    assert not [
        fault for form in forms for fault in form.imported.faults if fault.severity == "error"
    ]
    sets = [
        [set_of(form, one) for one in case.answers] for case, form in zip(CASES, forms, strict=True)
    ]
    told = ask_odk([(form.xform, given) for form, given in zip(forms, sets, strict=True)])
    wrong = []
    for case, form, given, found in zip(CASES, forms, sets, told, strict=True):
        assert not isinstance(found, str), (case.name, found)
        assert len({str(one.nodes) for one in found}) > 1, (
            f"{case.name}: nothing depends on answers"
        )
        for number, (answers, one) in enumerate(zip(given, found, strict=True)):
            wrong += [(case.name, number, each) for each in differences(form, answers, one, v8)]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_form_made_by_hand_is_taken_over_whole(case) -> None:  # type: ignore[no-untyped-def]
    form = playable_tables(survey=table(case.survey), choices=table(case.choices))
    assert form.imported.mapped == form.imported.questions
    assert not form.lost
