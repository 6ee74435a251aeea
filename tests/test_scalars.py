"""Prose in the front matter: every character in its place, and an edit changes that value and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from copydesk.model import MASK, Article, Edit, FrontMatter, ListNode, Node, Passage, Scalar
from copydesk.parse import parse


def article(text: str, **more: Any) -> Article:
    return parse(text, "a.md", **more)


def meta(text: str) -> FrontMatter:
    found = article(text).meta
    assert found is not None
    return found


def apply(text: str, edit: Edit) -> str:
    assert text[edit.start : edit.end] == edit.old
    return text[: edit.start] + edit.new + text[edit.end :]


def field(a: Article, path: str) -> Passage:
    return next(p for p in a.passages if p.field == path)


def plain_tree(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, ListNode):
        return [plain_tree(n) for n in node.items]
    return [(k.value, plain_tree(v)) for k, v in node.pairs]


def loaded(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.CBaseLoader)


# ---------------------------------------------------------------------------------------------------- prose fields


def written_values() -> st.SearchStrategy[tuple[str, str]]:
    """(value, front matter content with it under `title`), in each way of writing."""
    alphabet = st.sampled_from("aabcdefg hij  k.,:#-'\"\\&;\n\n\té😀\xa0\u2028\x85“—")
    return st.builds(
        _write,
        st.text(alphabet, min_size=1, max_size=40),
        st.sampled_from([None, "'", '"', "|", ">"]),
        st.sampled_from([4, 12, 80]),
        st.booleans(),
        st.sampled_from(["\n", "\r\n"]),
    )


def _write(value: str, style: Any, width: int, wide: bool, eol: str) -> tuple[str, str]:
    data = {"first": "1", "title": value, "zlast": "z"}
    content = yaml.dump(data, width=width, allow_unicode=wide, line_break=eol, sort_keys=False)
    scalar = yaml.dump({"title": value}, default_style=style, width=width, allow_unicode=wide, line_break=eol)
    content = f"first: '1'{eol}title: {scalar.split(':', 1)[1].lstrip(' ')}zlast: z{eol}" if style else content
    return value, content


def check_offsets(p: Passage) -> None:
    """Every character of the value stands where the passage says that it stands."""
    for n, c in enumerate(p.text):
        a, b = p.span(n, n + 1)
        written = p.source[a:b]
        if c in written or (c in " \n" and re.search(r"[\s\\]", written)):
            continue
        assert loaded(f'"{written}"').value == c
    assert p.offsets is None or list(p.offsets) == sorted(p.offsets)


@given(written_values())
@settings(max_examples=300)
def test_every_character_of_a_value_has_its_place(case: tuple[str, str]) -> None:
    value, content = case
    a = article(f"---\n{content}---\nBody\n")
    if a.meta is None or a.meta.value("title") != value:
        assume(False)
    for p in a.passages[1:]:
        assert p.text == value
        if not p.frozen:
            check_offsets(p)


def others(front: FrontMatter) -> list[Any]:
    assert front.root is not None
    return [(k.value, plain_tree(v)) for k, v in front.root.pairs if k.value != "title"]


@given(written_values(), st.data())
@settings(max_examples=400)
def test_an_edit_of_a_value_changes_that_value_and_nothing_else(case: tuple[str, str], data: st.DataObject) -> None:
    value, content = case
    text = f"---\n{content}---\nBody\n"
    a = article(text)
    assume(a.meta is not None and a.meta.value("title") == value and len(a.passages) == 2)
    p = a.passages[1]
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, min(len(value), start + 3)))
    new = data.draw(st.text(st.sampled_from("xY1 :#-'\"\\\n\té\u2028,[]&\ufeff\x07"), max_size=4))
    edit = p.edit(start, end, new)
    if edit is None or (edit.old == edit.new):
        return
    assert a.meta is not None
    after = meta(apply(text, edit))
    assert after.value("title") == value[:start] + new + value[end:]
    assert others(after) == others(a.meta)
    node = after.fields["title"].node
    assert isinstance(node, Scalar)
    assert node.kind == "str"


@pytest.mark.parametrize(
    ("written", "old", "new", "expected"),
    [
        ("Some old title", "old", "new", "Some new title"),
        ("Some old title", "Some", "Any", "Any old title"),
        ("Some  title", "  ", " ", "Some title"),
        ("Some old title", "old", "new: or", None),
        ("Some old title", "Some", "- Some", None),
        ("Some old title", "Some old ", "", "title"),
        ("Some old title", "title", "#1", None),
        ("Some old title", "title", "", None),  # a blank would be left at the end
        ("Some old title", " title", ":", None),
        ("No way", " way", "", None),  # a boolean
        ("A 12", "A ", "", None),  # a number
        ("Some old title # why", "old", "new", "Some new title"),
        ("'It''s old'", "old", "'new'", "It's 'new'"),
        ("'It''s old'", "'s", "", "It old"),
        ("'It''s old'", "old", "a\nb", None),
        ('"A \\"quoted\\" word"', '"quoted"', '"q\\"', 'A "q\\" word'),
        ('"caf\\u00e9 \\x26amp; \\U0001F600 x"', "é &amp; 😀", "e & y", "cafe & y x"),
        ('"one two"', " ", "\n\u2028\t", "one\n\u2028\ttwo"),
        ('"one\n  two"', " ", " - ", "one - two"),
        ('"one\n  two"', "two", " two", None),  # would be folded away
        ('"one\n  two"', "two", "three", "one three"),
        ('"one\n\n  two"', "\n", " ", "one two"),
        ('"one \\\n  two"', "two", " two", None),
        ("one old\n  line two", "old", "new", "one new line two"),
        ("one old\n  line two", "line", "# x", None),
        ("one old\n  line two", "line", "- x", None),
        ("|\n  one\n  two\n", "two", "three", "one\nthree\n"),
        ("|\n  one\n  two\n", "\n", " ", "one two\n"),
        ("|\n  one\n  two\n", "one", " one", None),
        ("|2-\n   one\n  two", "one", "1", " 1\ntwo"),
        ("|\n  one\n  two\n", "two\n", "", None),
        (">\n  one\n  two\n\n  three\n", "two", "2", "one 2\nthree\n"),
        (">-\n  one\n  two\n", " ", "-", "one-two"),
        (">-\n  one\n  two\n", "two", "", None),
        ("[a, {title: one two}]", "two", "three", "one three"),
        ("[a, {title: one two}]", "two", "three, four", None),
        ("&t one two", "two", "three", "one three"),
    ],
)
def test_edits_of_fields(written: str, old: str, new: str, expected: str | None) -> None:
    text = f"---\ntitle: {written}\nlast: 1\n---\n"
    a = article(text)
    p = a.passages[1]
    check_offsets(p)
    start = p.text.index(old)
    edit = p.edit(start, start + len(old), new)
    if expected is None:
        assert edit is None
    else:
        assert edit is not None
        after = article(apply(text, edit))
        assert after.passages[1].text == expected
        assert after.meta is not None
        assert after.meta.value("last") == "1"


def test_which_fields_are_prose() -> None:
    text = (
        "---\ntitle: One\nslug: two\ntitles: [x]\nquality: 12\nexcerpt: 12\nsummary: ''\n"
        "images:\n- title: Three\n  url: u\n"
        "related:\n  deep:\n  - - {title: Four, excerpt: Five}\n---\nSix\n"
    )
    assert [(p.field, p.text) for p in article(text).passages] == [
        (None, "Six\n"),
        ("title", "One"),
        ("images[0].title", "Three"),
        ("related.deep[0][0].title", "Four"),
        ("related.deep[0][0].excerpt", "Five"),
    ]
    assert [p.field for p in article(text, prose=["slug"]).passages] == [None, "slug"]


def test_what_aliases_repeat_is_shown_once_and_frozen() -> None:
    passages = article("---\ntitle: &t One\nexcerpt: *t\n---\n").passages[1:]
    assert [(p.field, p.frozen) for p in passages] == [("title", True)]
    assert passages[0].edit(0, 3, "Two") is None


def test_a_value_is_masked_like_a_text() -> None:
    p = field(article('---\ntitle: "See `x` at https://example.org/a, <b>now</b>"\n---\n'), "title")
    assert p.masked == f"See {MASK * 3} at {MASK * 21}, {MASK * 3}now{MASK * 4}"
