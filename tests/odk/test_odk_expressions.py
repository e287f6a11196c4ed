"""What the corpus of expressions says ODK gives is what ODK's own engine gives."""

from tests.kegiatan.test_xlsform_expressions import CHOICES, CORPUS, SURVEY
from tests.kegiatan.xlsform_books import table
from tests.odk.agreement import is_same, playable_tables, set_of
from tests.odk.odk_engine import Set, ask_odk, needs_odk

pytestmark = needs_odk
AT_ONCE = 25  # expressions in one form
# Where ODK Web Forms, whose engine this is, gives something else; ODK Collect and the specification
# say what Cerdas does, unless stated. docs/forms.md, "Explained differences".
EXPLAINED = {
    "${umur} and ${anak}": "a bare answer counts as true when it is there, also 0",
    "boolean(${umur})": "a bare answer counts as true when it is there, also 0",
    "boolean(${nama})": "a bare answer counts as true, also an empty one",
    "if(${nama}, 1, 0)": "a bare answer counts as true, also an empty one",
    "not(${dewasa})": "the text false counts as true",
    "round(${bobot})": "halves below zero go down",
    "selected-at(${aset}, 0)": "in the order of the list; Cerdas: as it was ticked",
    "jr:itext(instance('air')/root/item[name = ${air}]/itextId)": "no such text with one language",
    "regex(${hp}, '08[0-9]{8,11}')": "a pattern matches a part of the text",
    r"regex(${hp}, '\d+')": "a pattern matches a part of the text",
    "decimal-time(${jam}) < 0.5": "no number for a time without a zone in it",
    "${jam} >= '08:00'": "times have no order; Cerdas: compared as times",
    "date(${waktu})": "the time stays in the text",
    "count(${art}[${umur_art} >= 10])": "${q} in [ ] means any row",
    "count(${art}[${jk_art} = '1' and ${umur_art} < 10])": "${q} in [ ] means any row",
    "sum(${art}[${jk_art} = '1']/umur_art)": "${q} in [ ] means any row",
    "sum(${umur_art})": "no number for the sum of no rows",
}
NOT_TAKEN = {
    "sum(${umur}, ${anak}, 3)",
    "count-non-empty(${nama}, ${hp})",
}  # one set of answers only


def test_the_corpus_says_what_odk_gives() -> None:
    asked = [
        entry for entry in CORPUS
        if entry.get("cases") and not entry.get("at") and entry["xpath"] not in NOT_TAKEN
    ]  # fmt: skip
    survey = [row for row in table(SURVEY) if "pulldata" not in "".join(row)]
    parts = [asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)]
    forms: list[tuple[str, list[Set]]] = []
    for part in parts:
        rows = [["calculate", f"h{n}", "", "", entry["xpath"]] for n, entry in enumerate(part)]
        form = playable_tables(survey=survey + rows, choices=table(CHOICES))
        forms.append((form.xform, [set_of(form, one) for one in _answers(part)]))
    differing, results = {}, 0
    for part, found in zip(parts, ask_odk(forms), strict=True):
        assert not isinstance(found, str), found
        answers = _answers(part)
        for number, entry in enumerate(part):
            for given, ours in entry["cases"]:
                results += 1
                theirs = found[answers.index(given)].nodes[f"/data/h{number}"].value
                if not is_same(ours, theirs):
                    differing[entry["xpath"]] = (given, ours, theirs)
    assert results > 250
    unexplained = {text: found for text, found in differing.items() if text not in EXPLAINED}
    assert not unexplained
    assert differing.keys() == EXPLAINED.keys()


def _answers(
    part: list[dict[str, list[tuple[dict[str, object], object]]]],
) -> list[dict[str, object]]:
    """Return the different answers of some entries."""
    found: list[dict[str, object]] = []
    for entry in part:
        found += [given for given, _result in entry["cases"] if given not in found]
    return found
