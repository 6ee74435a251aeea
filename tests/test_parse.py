"""Parsing: nothing is lost or normalised, fences are found, and no input takes more than linear time."""

from __future__ import annotations

import pickle
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.model import MASK, Article, FrontMatter
from copydesk.parse import parse


def article(text: str, **more: Any) -> Article:
    return parse(text, "a.md", **more)


def meta(text: str) -> FrontMatter:
    found = article(text).meta
    assert found is not None
    return found


def body(text: str) -> str:
    a = article(text)
    return text[a.body.start : a.body.end]


# ---------------------------------------------------------------------------------------------------------- fences


@pytest.mark.parametrize(
    ("text", "start", "expected_body"),
    [
        ("---\ntitle: x\n---\nBody\n", 0, "Body\n"),
        ("\ufeff---\ntitle: x\n---\nBody\n", 1, "Body\n"),
        ("\n \n---\ntitle: x\n---\nBody\n", 3, "Body\n"),
        ("\ufeff\r\n---\r\ntitle: x\r\n---\r\nBody\r\n", 3, "Body\r\n"),
        ("---\rtitle: x\r---\rBody\r", 0, "Body\r"),
        ("--- \t\ntitle: x\n---  \n\nBody", 0, "\nBody"),
        ("---\ntitle: x\n...\nBody\n", 0, "Body\n"),
        ("---\ntitle: x\n---", 0, ""),
        ("---\ntitle: x\n---\n", 0, ""),
        ("---\n---\nBody\n", 0, "Body\n"),
        ("---\n# nothing but a comment\n---\nBody\n", 0, "Body\n"),
        ("---\ntitle: a --- b\nmore: |\n  ---\n---\nBody\n", 0, "Body\n"),
    ],
)
def test_fences(text: str, start: int, expected_body: str) -> None:
    front = meta(text)
    assert front.root is not None
    assert front.problem is None
    assert front.span.start == start
    assert front.span.end == article(text).body.start
    assert text[front.span.start : front.span.start + 3] == "---"
    assert text[front.content.end : front.content.end + 3] in ("---", "...")
    assert body(text) == expected_body


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Only text\n",
        "\ufeffOnly text\n",
        "---",
        "---\n",
        "---\n\nA thematic break opens this text.\n",
        "---\n\nSo it does here, and another one ends the paragraph.\n\n---\n\nText: more of it.\n",
        "---\n*Emphasis* begins a line\n\n---\n",
        "---\nThe first paragraph.\n\nUpdate: it was not the last.\n\n---\n",
        "----\ntitle: x\n----\n",
        "text\n---\ntitle: x\n---\n",
        " ---\ntitle: x\n---\n",
        "+++\nA divider\n+++\n",
        "{ not JSON }\n",
    ],
)
def test_no_front_matter(text: str) -> None:
    a = article(text)
    assert a.meta is None
    assert body(text) == text.removeprefix("\ufeff")
    assert a.body.end == len(text)


def test_an_unclosed_fence_hides_everything() -> None:
    for text in ("---\ntitle: x\n\nBody\n", "\ufeff\n---\n\ntitle:\nBody", "+++\ntitle = 'x'\nBody\n"):
        front = meta(text)
        assert front.problem is not None
        assert front.problem.kind == "unclosed"
        assert front.root is None
        assert body(text) == ""
        assert article(text).lines == ()


def test_toml_is_recognised_and_its_body_is_normal() -> None:
    text = "+++\ntitle = 'x'\n[extra]\na = 1\n+++\nBody `x`\n"
    front = meta(text)
    assert (front.format, front.problem) == ("toml", None)
    assert [(f.path, text[f.node.span.start : f.node.span.end]) for f in front.walk()] == [
        ("title", "'x'"),
        ("extra", "extra]\na = 1"),
        ("extra.a", "1"),
    ]
    assert body(text) == "Body `x`\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_toml_error_has_its_place(newline: str) -> None:
    text = newline.join(["+++", "title = 'x'", "date = ?", "+++", "Body"])
    problem = meta(text).problem
    assert problem is not None
    assert problem.kind == "syntax"
    assert problem.span.start == text.index("?")
    assert "TOML" in problem.message
    assert "line" not in problem.message
    assert body(text) == "Body"


def test_json_front_matter() -> None:
    text = '{\n  "title": "A { b"\n}\n\nBody\n'
    assert meta(text).format == "json"
    assert body(text) == "\nBody\n"


# ------------------------------------------------------------------------------------------------------------ body

fragments = st.sampled_from(
    ["word", "word", " ", "\n", "\n", "\n\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "`", "``", "```", "~~~", "# ",
    "- ", "> ",
     "1. ", "    ", "\t", "|", "|---|", "---", "===", "<div>", "<!--", "-->", "](", ")", "[", "https://a.b", "😀",
     "\ufeff",
     "{{", "}}", "$$", "@", "\xa0", "• ", "{% highlight %}", "{% endhighlight %}", "[^1]", "[x]: y"]
)  # fmt: skip
texts = st.lists(fragments, max_size=25).map("".join)


@given(st.sampled_from(["", "\ufeff", "---\ntitle: x\n---\n", "\n---\r\ntitle: x\r\n---\r\n"]), texts)
@settings(max_examples=300)
def test_lines_and_parts_cover_the_body(head: str, tail: str) -> None:
    text = head + tail
    a = article(text)
    whole = text[a.body.start : a.body.end]
    assert a.text == text
    assert a.body.end == len(text)
    assert "".join(text[line.start : line.stop] for line in a.lines) == whole
    assert [line.text for line in a.lines] == [text[line.start : line.end] for line in a.lines]
    assert all(not re.search(r"[\r\n]", line.text) for line in a.lines)
    assert all(text[line.end : line.stop] in ("\n", "\r\n", "\r", "") for line in a.lines)
    assert all(line.stop > line.start for line in a.lines)
    assert "".join(text[p.span.start : p.span.end] for p in a.parts) == whole
    by_part = [p.kind for p in a.parts for line in a.lines if p.span.start <= line.start < p.span.end]
    assert by_part == [line.kind for line in a.lines]
    cover = a.passages[0].masked
    assert a.passages[0].text == whole
    assert len(cover) == len(whole)
    assert all(m in (c, MASK) and (c not in "\r\n" or m == c) for c, m in zip(whole, cover, strict=True))


@given(texts, texts, texts, st.sampled_from(["", "---\ntitle: x\n---\n", "---\nexcerpt: 'a `b` c'\n---\n", "---\n"]))
@settings(max_examples=150)
def test_an_earlier_parse_changes_nothing(one: str, two: str, three: str, head: str) -> None:
    old = article(head + one + two)
    for new in (head + one + three + two, head.replace("x", "longer") + one + two, one + two, head + one + two):
        assert article(new, before=old) == article(new)


def test_articles_travel_between_processes() -> None:
    text = "---\ntitle: One\nexcerpt: \"\\x41\"\nsummary: 'a'\ndescription: |\n  b\n---\nText\n"
    a = article(text)
    assert pickle.loads(pickle.dumps(a)) == a


# ----------------------------------------------------------------------------------------------------- linear time

attacks = {
    "brackets": "[", "targets": "](", "targets open": "](a", "nested targets": "](" + "(a)", "references": "][",
    "notes": "[^",
    "ticks": "`", "tick pairs": "` ", "growing ticks": "` `` ``` ", "tags": "<", "open tags": "<a ",
    "quoted tags": "<a b='",
    "double quoted tags": "<a x=\"<a y='", "comments": "<!--", "braces": "{{", "liquid": "{%", "attributes": "{:",
    "math": "$$", "quotes": "> ", "quote lines": "> \n",
    "lists": "- ", "list lines": "- a\n", "nested": "- > ", "numbers": "1. ", "stars": "*", "star words": "*a ",
    "rules": "* ",
    "dashes": "-", "equals": "=", "pipes": "|", "pipe lines": "a|b\n", "delimiters": "|-", "urls": "https://",
    "url brackets": "https://a)",
    "www": "www.", "mails": "a@", "mail dots": "a.b@c.", "ats": "@", "definitions": "[a]: ",
    "definition lines": "[a]: b\n",
    "blank lines": "\n", "blanks": " ", "blank blanks": "  \n", "tabs": "\t", "returns": "\r", "fences": "```\n",
    "html": "<div>\n",
    "highlights": "{% highlight %}\n", "bullets": "• a\n", "keys": "---\na: b\n", "marks": "\ufeff", "letters": "a",
    "words": "a b ",
    "indented": "    a\n\n", "backslashes": "\\", "titles": "[a]: b 'c", "numbers and dots": "1.1.",
}  # fmt: skip


@pytest.mark.parametrize("name", attacks)
@pytest.mark.parametrize(
    "shape", ["{}", "text {}", "x (\n{}", '---\ntitle: "{}"\n---\n', "---\n{}", "`{}", "<a href='{}", "- ```\n  {}"]
)
def test_time_is_linear(name: str, shape: str) -> None:
    unit = attacks[name]
    text = shape.replace("{}", unit * (40_000 // len(unit)))
    began = time.process_time()
    article(text)
    assert time.process_time() - began < 1


def test_broken_json_front_matter_is_told_and_left() -> None:
    article = parse('{"title": "x",\n}\nBody.\n', "a.md")
    assert article.meta is not None
    assert article.meta.problem is not None
    assert article.meta.problem.kind == "syntax"
    assert "JSON" in article.meta.problem.message
    assert article.body == (len(article.text), len(article.text))
    assert parse("{He said so.}\n\nBody.\n", "a.md").meta is None
