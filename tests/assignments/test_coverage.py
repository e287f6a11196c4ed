"""The coverage validator: form of codes, prefixes, levels that are free."""

import pytest

from assignments.coverage import (
    OutsideWilayah,
    RegionFormat,
    as_levels,
    check_coverage,
    check_levels,
    codes_outside,
    is_covered,
    level_sources,
    master_code_of,
    region_code_of,
    split_region_code,
)

ALL_MASTER = ("master",) * 6
FIELD = as_levels(["61", "04", "080", "001", "0001", "00"])


def test_a_full_code_is_split_into_its_parts() -> None:
    assert split_region_code("6104080001000100") == FIELD
    assert split_region_code("61040800010001") == as_levels(["61", "04", "080", "001", "0001"])
    assert split_region_code("61") == as_levels(["61"])


@pytest.mark.parametrize("code", ["", "610", "61040", "61040800010001001", "61O4", "٦١٠٤", " 6104"])
def test_a_full_code_of_another_form_is_refused(code: str) -> None:
    with pytest.raises(RegionFormat):
        split_region_code(code)


def test_the_region_code_is_the_longest_code_without_a_gap() -> None:
    assert region_code_of(FIELD) == "6104080001000100"
    assert region_code_of(as_levels(["61", "04", None, "0408"])) == "6104"
    assert region_code_of(as_levels([])) is None


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        (["61", "4"], "level_2_code"),
        (["61", "04", None, "001"], "level_4_code"),
        (["61", "04", "080", "001", "RT 1"], "level_5_code"),
        (["6104"], "level_1_code"),
    ],
)
def test_levels_of_the_wrong_form_name_the_level(levels: list[str | None], level: str) -> None:
    with pytest.raises(RegionFormat) as refused:
        check_levels(as_levels(levels), sources=ALL_MASTER)
    assert refused.value.details["level"] == level
    assert level in refused.value.message


def test_levels_below_a_free_one_are_free() -> None:
    sources = level_sources({"level_sources": {"level_5_code": "free"}})
    assert sources == ("master",) * 4 + ("free",) * 2
    check_levels(as_levels(["61", "04", "080", "001", "PETAK 7", "b"]), sources=sources)
    with pytest.raises(RegionFormat):
        check_levels(as_levels(["61", "04", "080", "001", "x" * 33]), sources=sources)
    plots = as_levels(["61", "04", "080", "001", "PETAK 7"])
    assert master_code_of(plots, sources=sources) == "6104080001"


def test_without_sources_every_level_is_of_the_region_master() -> None:
    assert level_sources(None) == ALL_MASTER
    assert level_sources({"level_sources": "free"}) == ALL_MASTER


def test_a_code_is_covered_by_the_beginning_of_its_own_digits_only() -> None:
    assert is_covered("6104080", ["6104"])
    assert is_covered("6104", ["6104"])
    assert not is_covered("61", ["6104"])
    assert not is_covered("6105", ["6104", "6171"])
    assert not is_covered("6104", [])
    assert is_covered("9999", ["*"])


def test_the_refusal_names_the_code_and_the_allowed_prefixes() -> None:
    with pytest.raises(OutsideWilayah) as refused:
        check_coverage(region_code="6105080", prefixes=["6104", "6171"])
    assert refused.value.code == "outside_wilayah"
    assert "6105080" in refused.value.message
    assert "6104, 6171" in refused.value.message
    assert refused.value.details == {"region_code": "6105080", "prefixes": ["6104", "6171"]}


def test_a_unit_without_region_needs_both_the_kegiatan_and_an_office_that_covers_everything() -> (
    None
):
    check_coverage(region_code=None, prefixes=["*"], allow_without_region=True)
    for prefixes, allowed in ((["*"], False), (["6104"], True), ([], True)):
        with pytest.raises(OutsideWilayah):
            check_coverage(region_code=None, prefixes=prefixes, allow_without_region=allowed)


def test_many_codes_are_judged_as_one_is() -> None:
    codes = ["61", "6104", "6104080", "6105", "61040800010001", "7104", "6104080001PETAK"]
    for prefixes in ([], ["6104"], ["6104080", "71"], ["*"], ["61", "6104"]):
        one_by_one = {code for code in codes if not is_covered(code, prefixes)}
        assert codes_outside(codes, prefixes) == one_by_one
