"""Forms made by chance judge chance answers as ODK's own engine does.

ODK_FORMS=500 plays more of them, ODK_SEED=1000 others.
"""

import os
from random import Random

import pytest

from kegiatan.form.engine import Engine
from tests.odk.agreement import Playable, differences, plain_path, playable_tables
from tests.odk.generated_xlsforms import answers_to, generated
from tests.odk.odk_engine import Set, Told, ask_odk, needs_odk

pytestmark = [needs_odk, pytest.mark.slow]
FORMS = int(os.environ.get("ODK_FORMS", "12"))
SEED = int(os.environ.get("ODK_SEED", "0"))
SETS = 2
AT_ONCE = 100  # forms in one Node


def test_forms_made_by_chance_judge_as_odk_does(v8: Engine) -> None:
    compared, wrong = 0, []
    for start in range(SEED, SEED + FORMS, AT_ONCE):
        seeds = range(start, min(start + AT_ONCE, SEED + FORMS))
        for seed, form, given, found in _played(seeds):
            compared += len(found.nodes)
            wrong += [
                (seed, each, form.items[plain_path(each.reference)].row.cells)
                for each in differences(form, given, found, v8)
            ]
    assert compared > FORMS * 10
    assert not wrong, "\n".join(map(str, wrong[:20]))


def _played(seeds: range) -> list[tuple[int, Playable, Set, Told]]:
    """Return each set of answers to each form with what ODK says."""
    forms = []
    for seed in seeds:
        made = generated(seed)
        form = playable_tables(**made.tables)
        errors = [fault for fault in form.imported.faults if fault.severity == "error"]
        assert not errors, (seed, errors)
        chance = Random(seed)
        forms.append((seed, form, [answers_to(form, made, chance) for _turn in range(SETS)]))
    told = ask_odk([(form.xform, sets) for _seed, form, sets in forms])
    found = []
    for (seed, form, sets), answers in zip(forms, told, strict=True):
        assert not isinstance(answers, str), (seed, answers)
        found += [(seed, form, given, one) for given, one in zip(sets, answers, strict=True)]
    return found
