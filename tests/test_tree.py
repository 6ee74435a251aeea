"""The tree of the front matter: what PyYAML reads, every span right, no header that crashes or never ends."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk import tree
from copydesk.model import FrontMatter, ListNode, MapNode, Node, Scalar, Span
from copydesk.parse import parse
from copydesk.tree import DEPTH, WEIGHT, read_yaml


def meta(text: str) -> FrontMatter:
    found = parse(text, "a.md").meta
    assert found is not None
    return found


# ------------------------------------------------------------------------------------------------------ YAML errors


@pytest.mark.parametrize(
    ("line", "at", "advice"),
    [
        ("title: One: two", ": two", "quotes"),
        ("\ttitle: x", "\t", "tab"),
        ("title: @home", "@", "quotes"),
        ("title: *bold* move", "*", "quotes"),
        ("title: {{ name }}", "}", "quotes"),
        ("title: 'it's'", "s'", "quote"),
        ('title: "open', '"', "never closed"),
        ("tags: [a, b", "[", "not closed"),
        ('path: "C:\\dir"', "\\d", "doubled"),
        ("no colon\nb: 1", "no", "key: value"),
        ("title: a\x01b", "\x01", "U+0001"),
        ("title: a\x00b", "\x00", "U+0000"),
    ],
)
@pytest.mark.parametrize("before", ["---\n", "\ufeff\r\n---\r\n", "---\n# 😀\u2028"])
def test_a_syntax_error_has_its_place_and_advice(line: str, at: str, advice: str, before: str) -> None:
    text = f"{before}ok: 1\n{line}\n---\nBody\n"
    front = meta(text)
    assert front.problem is not None
    assert front.problem.kind == "syntax"
    assert front.problem.span.start == text.index(at, text.index(line))
    assert advice in front.problem.message
    assert "\n" not in front.problem.message
    assert front.root is None
    assert parse(text, "a.md").passages[0].text == "Body\n"


def test_what_is_not_a_mapping() -> None:
    for content in ("- a\n- b", "[a, b]", "title:glued"):
        problem = meta(f"---\n{content}\n---\n").problem
        assert problem is not None
        assert problem.kind == "not-a-mapping"


def test_two_documents_in_one_header() -> None:
    problem = meta("---\na: 1\n--- \u2028b: 2\n---\n").problem
    assert problem is None or problem.kind == "syntax"
    problem = meta("---\na: 1\n--- b\nc: 2\n---\n").problem
    assert problem is not None
    assert "second" in problem.message


# ----------------------------------------------------------------------------------------------------------- guards


def bomb(levels: int, width: int) -> str:
    lines = ["l0: &l0 [x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


def ladder() -> str:
    """Aliases that nest deeper than any line of the text does."""
    half = DEPTH // 2 + 2
    return f"a: &a {'[' * half}x{']' * half}\nb: {'[' * half}*a{']' * half}"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("a: " + "[" * 60_000, "too-deep"),
        ("a: " + "[" * 100_000, "too-large"),
        ("a: " + "{x: " * 15_000, "too-deep"),
        ("a:\n" + "".join(" " * n + "- \n" for n in range(1, 300)), None),
        ("a: " + "- " * 30_000, "syntax"),
        ("a: " + "[" * (DEPTH + 1) + "]" * (DEPTH + 1), "too-deep"),
        (ladder(), "too-deep"),
        (bomb(9, 10), "alias-bomb"),
        (bomb(100, 2), "alias-bomb"),
        ("a: &a {b: 1}\nc:\n  <<: [" + ", ".join(["*a"] * 9000) + "]", "alias-bomb"),
        ("a: &a [*a]", "syntax"),
        ("a: &a\n  b: *a", "syntax"),
        ("a: [" + "1, " * (WEIGHT + 1) + "]", "too-large"),
        ("\n".join(f"{'k' * 900}{n}:" + "\n" + " " * (n + 1) for n in range(60)) + "x: [" + "1," * 4000 + "]", None),
        ("t: " + "x" * 70_000, "too-large"),
        ('t: "\\ud83d"', "syntax"),
    ],
)
def test_guards(content: str, kind: str | None) -> None:
    began = time.process_time()
    front = parse(f"---\n{content}\n---\nBody\n", "a.md").meta
    assert time.process_time() - began < 0.5
    assert front is not None
    if kind is not None:
        assert front.problem is not None
        assert front.problem.kind == kind
        assert front.root is None
    began = time.process_time()
    assert len(front.fields) <= WEIGHT
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "value",
    [
        "2023-02-30", "0000-01-01", "2023-01-01T25:00:00Z", "2023-01-01T00:00:60Z", "0x_", "0b_", "9" * 5000,
        "1:99:99",
        "!!int abc", "!!float abc", "!!bool maybe", "!!timestamp nope", "!!python/object:os.system x", "=",
        "<<", ".inf",
    ],
)  # fmt: skip
def test_nothing_is_constructed(value: str) -> None:
    front = meta(f"---\nk: {value}\n---\n")
    assert front.problem is None
    assert front.value("k") == value.split(" ")[-1]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("no", "bool"), ("NO", "bool"), ("y", "str"), ("on", "bool"), ("12", "int"), ("017", "int"), ("0o17", "str"),
        ("1:30", "int"), ("1.10", "float"), ("1e5", "str"), ("1.0e+5", "float"), ("2024-01-01", "date"),
        ("2024-1-1", "str"), ("2024-01-01T10:00:00Z", "datetime"), ("2024-01-01 1:44:51 -04:00", "datetime"),
        ("2024-01-01 1:44:51 -0400", "str"), ("~", "null"), ("null", "null"), ("", "null"), ("'no'", "str"),
        ('"12"', "str"), ("!!str 12", "str"), ("!!int '12'", "int"), ("! 12", "int"), ("!!binary x", "binary"),
        ("!own x", "other"), ("=", "other"), ("|\n  12", "str"), (".5", "float"), ("-.inf", "float"), ("text", "str"),
    ],
)  # fmt: skip
def test_kinds_are_those_of_yaml_1_1(written: str, kind: str) -> None:
    node = meta(f"---\nk: {written}\n---\n").fields["k"].node
    assert isinstance(node, Scalar)
    assert node.kind == kind


def test_duplicate_keys_and_merges_stay_visible() -> None:
    front = meta("---\nbase: &b {x: 1}\na: 1\na: 2\nc:\n  <<: *b\n  y: 2\n---\n")
    assert front.root is not None
    assert [k.value for k, _ in front.root.pairs] == ["base", "a", "a", "c"]
    assert front.value("a") == "2"
    assert front.fields["c.<<"].key is not None
    assert front.fields["c.<<"].key.kind == "merge"
    assert front.fields["c.<<.x"].node is front.fields["base.x"].node


def test_spans_leave_out_anchors_tags_comments_and_blank_lines() -> None:
    text = "---\na: &x !!str 'one' # two\nb: &l\n  - 1\n  - {c: d}\n\n# end\ne: |\n  text\n\nf: *x\n---\n"
    fields = meta(text).fields
    cut = {p: text[f.node.span.start : f.node.span.end] for p, f in fields.items()}
    assert cut["a"] == "'one'"
    assert cut["b"] == "- 1\n  - {c: d}"
    assert cut["b[1]"] == "{c: d}"
    assert cut["b[1].c"] == "d"
    assert cut["e"] == "|\n  text"
    assert fields["f"].node is fields["a"].node


def test_a_byte_order_mark_inside_the_fence_moves_nothing() -> None:
    for marks in ("\ufeff", "\ufeff\ufeff"):
        text = f"\ufeff---\n{marks}title: Voilà\n---\n"
        key = meta(text).fields["title"].key
        assert key is not None
        assert text[key.span.start : key.span.end] == "title"


# ------------------------------------------------------------------------------------- the tree, against PyYAML's own


def plain_tree(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, ListNode):
        return [plain_tree(n) for n in node.items]
    return [(k.value, plain_tree(v)) for k, v in node.pairs]


def their_tree(node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [their_tree(n) for n in node.value]
    return [(k.value, their_tree(v)) for k, v in node.value]


words = st.text(st.sampled_from("abcdE \n\t'\":#-,[]{}&*!|>%@`?\\é😀\u2028\x85\xa0.0127~=<"), max_size=12)
values = st.recursive(
    words | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
headers = st.builds(
    lambda data, style, flow, width, wide, eol: yaml.dump(
        data, default_style=style, default_flow_style=flow, width=width, allow_unicode=wide, line_break=eol
    ),
    st.dictionaries(words, values, min_size=1, max_size=4),
    st.sampled_from([None, None, "'", '"', "|", ">"]),
    st.sampled_from([False, None, True]),
    st.sampled_from([5, 20, 80]),
    st.booleans(),
    st.sampled_from(["\n", "\n", "\r\n"]),
)


def loaded(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.CBaseLoader)


def check_against_yaml(content: str, before: str) -> None:
    text = before + content
    span = Span(len(before), len(text))
    root, problem = read_yaml(text, span)
    try:
        theirs = loaded(content)
    except yaml.YAMLError:
        assert problem is not None
        assert span.start <= problem.span.start <= problem.span.end <= span.end
        return
    if theirs is None:
        assert root is not None
        assert root.pairs == ()
        return
    if problem is not None:
        assert problem.kind == "not-a-mapping" or "must be a single text" in problem.message
        return
    assert root is not None
    assert plain_tree(root) == their_tree(theirs)
    check_spans(text, root, theirs)


def check_spans(text: str, node: Node, theirs: Any) -> None:
    assert 0 <= node.span.start <= node.span.end <= len(text)
    if isinstance(node, MapNode):
        for (key, value), (their_key, their_value) in zip(node.pairs, theirs.value, strict=True):
            check_spans(text, key, their_key)
            check_spans(text, value, their_value)
    elif isinstance(node, ListNode):
        for item, their_item in zip(node.items, theirs.value, strict=True):
            check_spans(text, item, their_item)
    else:
        written = text[node.span.start : node.span.end]
        if node.style in ("'", '"'):
            assert (written[0], written[-1]) == (node.style, node.style)
            assert loaded(written).value == node.value
        elif node.style == "" and not re.search("[\n\r\x85\u2028\u2029]", written):
            assert written == node.value
        elif node.style == "":
            indented = re.sub("(\r\n|[\n\r\x85\u2028\u2029])", r"\1 ", written)
            assert loaded(f"- {indented}").value[0].value == node.value
        else:
            assert written[0] == node.style


@given(headers, st.sampled_from(["---\n", "\ufeff😀\u2028---\r\n"]))
@settings(max_examples=150)
def test_the_tree_of_a_written_header_is_pyyamls(content: str, before: str) -> None:
    check_against_yaml(content, before)


@given(st.lists(st.sampled_from(
    ["a", "b", ": ", ":", "\n", "\n", "\r\n", "- ", "  ", "    ", "'", '"', "|", ">", ">-\n", "|+\n", "#", " #",
    "[", "]",
     "{", "}", ",", ", ", "&x ", "*x", "!!str ", "! ", "? ", "\t", "\\", "\u2028", "\x85", "é", "😀", "12", "no", "<<",
     "\x07", "%", "...", "\ufeff", "k: v\n", "k: v\n", "l:\n"]), max_size=14).map("".join))  # fmt: skip
@settings(max_examples=600)
def test_any_header_is_read_as_pyyaml_reads_it(content: str) -> None:
    check_against_yaml("k0: v\n" + content, "---\n")


@given(headers)
@settings(max_examples=30)
def test_without_libyaml_the_tree_is_the_same(content: str) -> None:
    ours = read_yaml(content, Span(0, len(content)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "_Parser", yaml.Loader)
        assert read_yaml(content, Span(0, len(content))) == ours


def test_without_libyaml_nothing_crashes_either() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "_Parser", yaml.Loader)
        for content, kind in (
            ("a: " + "[" * 60_000, "too-deep"),
            (bomb(9, 10), "alias-bomb"),
            ("a: b\x00", "syntax"),
            ("a: b: c", "syntax"),
            ('a: "\\ud83d"', "syntax"),
        ):
            problem = meta(f"---\n{content}\n---\n").problem
            assert problem is not None
            assert problem.kind == kind
