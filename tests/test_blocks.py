"""The blocks and masks of a Markdown text: no fixer is shown code, HTML, a table, a URL."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from copydesk.model import MASK, Article
from copydesk.parse import parse


def article(text: str) -> Article:
    return parse(text, "a.md")


def kinds(text: str) -> list[str]:
    return [line.kind for line in article(text).lines]


def masked(text: str) -> str:
    return article(text).passages[0].masked


def hidden(text: str) -> list[str]:
    """What the mask hides, stretch by stretch."""
    cover = masked(text)
    return [text[m.start() : m.end()] for m in re.finditer(f"{MASK}+", cover)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One\n## Two\ntext", "heading heading paragraph"),
        ("One\ntwo\n===\nthree", "heading heading heading paragraph"),
        ("text\n\n---\n\n***\n_ _ _", "paragraph blank rule blank rule rule"),
        ("- a\n  b\nlazy\n\n  c\n\ntext", "list list list blank list blank paragraph"),
        ("1. a\n2) b", "list list"),
        ("In\n1999. It was", "paragraph paragraph"),
        ("• a\n• b\n\ntext", "list list blank paragraph"),
        ("> a\nlazy\n\ntext", "quote quote blank paragraph"),
        ("```\na\n\nb\n```\ntext", "code code code code code paragraph"),
        ("~~~\n```\n~~~\ntext", "code code code paragraph"),
        ("```\nnever closed\n\n# x", "code code code code"),
        ("- ```\n  a\n\n  b\n  ```\n- c", "code code code code code list"),
        ("> ```\n> a\ntext", "code code paragraph"),
        ("text\n    more", "paragraph paragraph"),
        ("text\n\n    code\n\n\n    code\n\ntext", "paragraph blank code code code code blank paragraph"),
        ("\tcode", "code"),
        ("a | b\n---|---\nc | d\ntext\n\ntext", "table table table table blank paragraph"),
        ("Head | Site\n---\n", "heading heading"),
        ("<div>\ntext\n\ntext", "html html blank paragraph"),
        ("<!-- a\n\nb -->\ntext", "html html html paragraph"),
        ("text <b>bold</b>\n<i>more</i> text", "paragraph paragraph"),
        ("{% highlight py %}\ncode\n\ncode\n{% endhighlight %}\ntext", "code code code code code paragraph"),
        ("{% highlight py %}\ntext", "paragraph paragraph"),
        ("a\n \xa0\nb", "paragraph blank paragraph"),
    ],
)  # fmt: skip
def test_kinds_of_lines(text: str, expected: str) -> None:
    assert " ".join(kinds("\n" + text)[1:]) == expected


def test_blocks_of_one_kind_are_parts_of_their_own() -> None:
    text = "# One\n# Two\n\npara\npara\n\npara\n\n```\na\n```\n```\nb\n```\n"
    assert [(p.kind, text[p.span.start : p.span.end]) for p in article(text).parts if p.kind != "blank"] == [
        ("heading", "# One\n"),
        ("heading", "# Two\n"),
        ("paragraph", "para\npara\n"),
        ("paragraph", "para\n"),
        ("code", "```\na\n```\n"),
        ("code", "```\nb\n```\n"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no `code` here", ["`code`"]),
        ("no ``co`de`` here", ["``co`de``"]),
        ("over `two\nlines` here", ["`two", "lines`"]),
        ("not `over\n\nblank` lines", []),
        ("a lone ` tick", []),
        ("escaped \\`tick` here", []),
        ("see https://example.org/a_(b)?c=d. Then (https://example.org/x).", ["https://example.org/a_(b)?c=d",
        "https://example.org/x"]),
        ("see www.example.org, or example.org", ["www.example.org"]),
        ("a link [text](https://example.org/a_(b) \"title\") more", ["(https://example.org/a_(b) \"title\")"]),
        ("![alt text](a.png){: .wide} more", ["(a.png){: .wide}"]),
        ("a [link][ref] and a note[^1] and [text]", ["[ref]", "[^1]"]),
        ("[ref]: /target 'title'", [" /target 'title'"]),
        ("write to a.b+c@example.co.uk now, @someone", ["a.b+c@example.co.uk"]),
        ("an <b class='x>y'>tag</b> and <https://example.org> but 3 < 4 > 2", ["<b class='x>y'>", "</b>",
        "<https://example.org>"]),
        ("a <!-- comment\nof two lines --> text", ["<!-- comment", "of two lines -->"]),
        ("{{< figure src=\"x\" >}} and {{ site.name }} and {% if x %}", ['{{< figure src="x" >}}', "{{ site.name }}",
        "{% if x %}"]),
        ("sum $$a + b$$ costs $5 and $6", ["$$a + b$$"]),
        ("详见 https://example.org/a。下一句", ["https://example.org/a"]),
    ],
)  # fmt: skip
def test_masks(text: str, expected: list[str]) -> None:
    assert hidden("\n" + text) == expected


# ------------------------------------------------------------------------------------- markdown-it-py is the oracle

marks = [
    "",
    "",
    "",
    "> ",
    ">",
    "- ",
    "  ",
    "    ",
    "1. ",
    "2. ",
    "\t",
    "   ",
    "* ",
    "-   ",
    "-     ",
    "- - ",
    "> - ",
    "- > ",
]
leaves = [
    "", "", "text", "text", "more `code` text", "```", "```", "```py", "~~~", "````", "``` a`b", "---", "===",
    "***", "# head",
    "| a | b |", "|---|---|", "a | b", "---|---", ":-", "|a|", "<div>", "</div>", "<b>", "<!-- c", "-->",
    "<!-- c -->",
    "<pre>", "</pre>", "<script>", "x </script>", "<?php", "?>", "<span class='a'>", "[x]: http://y", "-", "1.",
    "    deep",
    "\tdeep", "* * *", "<a href='x'>foo</a>", "<!X", "<![CDATA[", "]]>", "#", "•  b", "|-", ":-:|", "<del>",
    "\\| x", "`|`",
]  # fmt: skip
markdown = st.lists(
    st.builds(lambda a, b, c: a + b + c, st.sampled_from(marks), st.sampled_from(["", "", "  ", "- "]),
    st.sampled_from(leaves)),
    min_size=1,
    max_size=12,
).map("\n".join)  # fmt: skip
# markdown-it-py leaves CommonMark where a deeply indented line goes on a paragraph from outside its container, and
# where tabs or four blanks stand before a `>`.
_DISPUTED = re.compile(
    r"(?m)> *>|[ \t]{4,}>|\t[ \t]*>|^[ \t]*(?:[>+*-]|[0-9]).*(?:\n.+)*\n(?:\t| {4,})[ \t]*[`~<|+*#0-9-]"
)
oracle = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")


@given(markdown)
@settings(max_examples=300)
def test_no_code_html_or_table_is_shown_to_a_fixer(source: str) -> None:
    assume(not _DISPUTED.search(source))
    a = article("\n" + source)
    for token in oracle.parse(a.text):
        if token.map and token.type in ("fence", "code_block", "html_block", "table_open"):
            for line in a.lines[slice(*token.map)]:
                assert line.kind in ("code", "html", "table") or not line.text.strip(), (line, source)
