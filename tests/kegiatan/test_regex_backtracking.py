"""Regular expressions of forms: which explode, told without running them."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kegiatan.form.regex_backtracking import Growth, regex_growth
from kegiatan.form.regex_syntax import RegexFaulty, inverse, normal

EXPONENTIAL = [
    r"^(a+)+$", r"(a*)*b", r"(a|a)*b", r"^(\w+\s?)*$", r"(a{1,30}){1,30}$", r"(x+x+)+y",
    r"^(a?a?)+$", r"^(a?){30}a{30}$", r"(a|a){30}", r"(?=(a+)+b)a", r"^(([a-z])+.)+[A-Z]$",
    r"(?:a|b|[^c])+$", r"^([^,]*,?)*$", r"(.|\s)+$", r"((ab)*)*$", r"^(\d|\w)+$",
]  # fmt: skip
POLYNOMIAL = [r"^\d+\d+$", r".*,.*", r"^\s*[A-Z ]+\s*$", r"a*b*a*b*c?a*$"]
LINEAR = [
    r"^[A-Z]{2}\d{4}$", r"^\d{16}$", r"^08\d{8,12}$", r"^(\+62|0)8[1-9][0-9]{6,10}$",
    r"^[a-zA-Z' .]{3,100}$", r"^([a-z0-9]+)(-[a-z0-9]+)*$", r"^(\d{3}){2,20}$", r"(\d{16})+",
    r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", r"^(a|ab)*c$", r"^(ya|tidak)$", r"", r"a{,3}", r"x{", r"]",
    r"^(?<tahun>\d{4})-\k<tahun>$", r"^\p$", r"[]", r"[^]", r"\u0041\x41\cA\0", r"(a)\1\2",
]  # fmt: skip
FAULTY = [
    "(", "a**", "[z-a]", "a{3,1}", "(?<1>a)", "*a", ")", "[a", "\\", "(?P<n>a)", "^*", "a|*", "[\\",
]  # fmt: skip


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_what_explodes_is_found(pattern: str) -> None:
    assert regex_growth(pattern) is Growth.EXPONENTIAL


@pytest.mark.parametrize("pattern", POLYNOMIAL)
def test_what_gets_slow_is_found(pattern: str) -> None:
    assert regex_growth(pattern) is Growth.POLYNOMIAL


@pytest.mark.parametrize("pattern", LINEAR)
def test_what_is_harmless_is_left_alone(pattern: str) -> None:
    assert regex_growth(pattern) is Growth.LINEAR


@pytest.mark.parametrize("pattern", FAULTY)
def test_what_no_browser_compiles_is_refused(pattern: str) -> None:
    with pytest.raises(RegexFaulty):
        regex_growth(pattern)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"^(a|a)*$", r"^(a?){30}a{30}$"])
def test_the_verdict_is_that_of_a_real_matcher(pattern: str) -> None:
    """Forty letters take a matcher longer than it gets; Python's backtracks as V8's does."""
    code = f"import re; re.search({pattern!r}, 'a' * 29 + '!')"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", code], timeout=1, check=True)


def test_sets_of_characters_are_joined_and_turned_round() -> None:
    assert normal([(5, 9), (1, 3), (4, 4), (20, 30)]) == ((1, 9), (20, 30))
    assert inverse(inverse([(5, 9), (65, 70)])) == ((5, 9), (65, 70))
    assert inverse([]) == ((0, 0xFFFF),)


@settings(max_examples=400, deadline=None)
@given(pattern=st.text(alphabet="ab()[]{}|*+?\\^$.,-0123dwsbBk<>:=!", max_size=24))
def test_no_text_breaks_the_reader(pattern: str) -> None:
    try:
        regex_growth(pattern)
    except RegexFaulty:
        return


@settings(max_examples=200, deadline=None)
@given(pattern=st.text(alphabet="ab()|*+?.", max_size=12))
def test_what_python_compiles_is_read(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error:
        return
    if any(possessive in pattern for possessive in ("*+", "++", "?+", "(?")):
        return  # of Python alone
    regex_growth(pattern)
