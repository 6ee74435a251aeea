"""The short way through front matter: where it answers, libyaml's events give the very same tree."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copydesk import simple_yaml
from copydesk.model import MapNode, Problem, Span
from copydesk.simple_yaml import read
from copydesk.tree import read_yaml

GOOD = [
    "",
    "x",
    "two words",
    '"quoted"',
    "'single'",
    "12",
    "2024-01-02",
    "yes",
    "a:b",
    "a#b",
    "[]",
    "http://x.example/?a=b",
]
ODD = [
    *[
        '""',
        "''",
        "'it''s'",
        '"a \\" b"',
        "0x1F",
        "~",
        "null",
        "a: b",
        "a:",
        "a #b",
        "# c",
        "{}",
        "[a]",
        "|",
        "> ",
        "&a x",
    ],
    *[
        "*a",
        "!t x",
        "-",
        "- x",
        "-1",
        "--- x",
        "?",
        "? x",
        ":",
        ":x",
        "x ",
        "'a' b",
        '"a" # c',
        "é 😀",
        "a\tb",
        "%x",
        "@x",
    ],
    *["`x`", "a\u00a0b", "a\u2028b", "a\x85b", "...", "---", "a, b", "x]", "=", "<<"],
]
GOOD_KEYS = ["a:", "b:", "key-two:", "- ", "- a:", "- b:"]
ODD_KEYS = ["", "k_3:", "yes:", "'q':", '"d":', "a b:", "<<:", "1:", "key:x", "-  ", "#", "?"]


def lines(indents: list[int], keys: list[str], gaps: list[str], values: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda indent, key, gap, value: " " * indent + key + (gap if value and key[-1:] != " " else "") + value,
        st.sampled_from(indents),
        st.sampled_from(keys),
        st.sampled_from(gaps),
        st.sampled_from(values),
    )


LINES = st.one_of(
    *[lines([0], GOOD_KEYS[:3], [" "], GOOD)] * 3,
    *[lines([0, 2, 4], GOOD_KEYS, [" "], GOOD)] * 4,
    lines([0, 1, 2, 3, 6], GOOD_KEYS + ODD_KEYS, [" ", "  ", ""], GOOD + ODD),
)


def by_parser(source: str) -> tuple[MapNode | None, Problem | None]:
    with patch.object(simple_yaml, "read", lambda source, shift: None):
        return read_yaml(source, Span(0, len(source)))


@settings(max_examples=2000, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=8), st.sampled_from(["\n", "\n", "\n\n", "\r\n"]))
@example(["a:", "- b: 1", "  c:", "    d: 2", "e:"], "\n")
@example(["a:", "  b:", "- c"], "\n")
@example(["- a: 1", "b: 2"], "\n")
@example(["a: x", "  b: y"], "\n")
@example(["a: x", "  b"], "\n")
@example(["a: 'x", "  b'"], "\n")
@example(["a: - x"], "\n")
@example(["a:", "    - x", "  - y"], "\n")
def test_where_it_answers_the_parser_says_the_same(written: list[str], end: str) -> None:
    source = end.join(written) + end
    tree = read(source, 0)
    if tree is not None:
        assert by_parser(source) == (tree, None)


@pytest.mark.parametrize(
    "source",
    [
        "title: One\n",
        "title: 'One'\nwhen: 2024-01-02\n\n# a comment\ntags:\n- a\n- 'b'\nlist:\n  - x: 1\n    y: 2\n  - x: 3\nno:\n",
        "a:\n  b:\n    c: 1\n  d: 2\ne: []\nf: {}\n",
    ],
)
def test_it_answers_for_what_nearly_all_front_matter_is(source: str) -> None:
    assert read(source, 0) is not None
    assert by_parser(source) == (read(source, 0), None)


@pytest.mark.parametrize(
    "source",
    [
        *["a: |\n  b\n", "a: &x b\n", "a: b\n  c\n", "a: b: c\n", "a: 'b\n", 'a: "\\n"\n', "a:\tb\n", "a: b", "", "\n"],
        *["- a\n", " a: b\nc: d\n"],
    ],
)
def test_it_leaves_everything_else_to_the_parser(source: str) -> None:
    assert read(source, 0) is None


def test_spans_are_moved() -> None:
    root = read('a: "b"\n', 10)
    assert root is not None
    assert root.pairs[0].key.span == (10, 11)
    assert root.pairs[0].value.span == (13, 16)


def test_very_many_lines_and_levels_go_to_the_parser_that_counts_them() -> None:
    assert read("a: b\n" * 3000, 0) is None
    assert read("".join(" " * n + "a:\n" for n in range(40)), 0) is None
