"""Bodies and values that no phone of ours sends."""

import json
from typing import Any

from hypothesis import strategies as st

from assignments.models import OperationType

MIB = 2**20
SURROGATE = "\\" + "ud800"


BODIES = {
    "nothing": b"",
    "white space": b"  \n ",
    "half an object": b'{"operations": [',
    "5,000 open brackets": b"[" * 5000,
    "5,000 open brackets inside": b'{"operations":' + b"[" * 5000,
    "2,000 levels of lists": b'{"operations":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "2,000 levels of objects": b'{"a":' * 2000 + b"1" + b"}" * 2000,
    "not UTF-8": b'{"operations": ["\xff\xfe"]}',
    "UTF-16": '{"operations": []}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"operations": []}',
    "a raw NUL": b'{"operations": ["\x00"]}',
    "single quotes": b"{'operations': []}",
    "a comment": b'{"operations": [] /* x */}',
    "two values": b'{"operations": []} {}',
    "null": b"null",
    "a number": b"1",
    "a text": b'"operations"',
    "a list": b"[]",
    "an empty object": b"{}",
    "operations null": b'{"operations": null}',
    "operations an object": b'{"operations": {}}',
    "operations a text": b'{"operations": "x"}',
    "operations a number": b'{"operations": 1e30}',
    "a second key that is no list": b'{"operations": [], "operations": 1}',
    "201 operations": json.dumps({"operations": [{}] * 201}).encode(),
    "10 MiB of spaces": b" " * (10 * MIB),
    "10 MiB of text": b'{"operations": ["' + b"x" * (10 * MIB) + b'"]}',
}
# Strict readers refuse these; the operations in them are judged one by one all the same.
ODD_BODIES = {
    "a lone surrogate": f'{{"operations": ["{SURROGATE}"]}}'.encode(),
    "NaN": b'{"operations": [NaN]}',
    "infinity": b'{"operations": [Infinity, -Infinity]}',
    "a number beyond all": b'{"operations": [1e999]}',
}
CONTENT_TYPES = [
    "text/plain",
    "text/html",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "x" * 500,
    "application/octet-stream",
    "application/json/json",
    "x",
    "",
]
# Junk for every field. Texts of JSON that Python's own encoder would not write stand apart.
JUNK: list[Any] = [
    None, True, 0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 10**40, 1e308, "", " ", "x", "\x00",
    "a\x00b", "x" * 70_000, "\u202e\ufffe\U0010ffff", "<script>alert(1)</script>", "=1+1|cmd",
    "00000000-0000-0000-0000-000000000000", "'; DROP TABLE assignments; --", "%s %(x)s {0}", [],
    {}, [[]], [None], {"": ""}, {"\x00": "\x00"}, {"__proto__": {"a": 1}}, [{}], [1, "x"],
    {"a": {"b": [1, {"c": None}]}}, "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z",
]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), inner,
                      max_size=4),
    max_leaves=15,
)  # fmt: skip
garbage = st.fixed_dictionaries(
    {},
    optional={
        "id": st.uuids().map(str) | json_values,
        "type": st.sampled_from(OperationType.values) | json_values,
        "assignment": st.just("own") | st.uuids().map(str) | json_values,
        "base_version": st.just(1) | json_values,
        "after": st.uuids().map(str) | json_values,
        "at": st.datetimes().map(lambda at: at.isoformat() + "Z") | json_values,
        "data": json_values
        | st.dictionaries(
            st.sampled_from(["responses", "notes", "comments", "assignment", "label", "verdict",
                             "form_version_used", "visit_outcome", "engine"]),
            json_values,
        ),
    },
)  # fmt: skip
