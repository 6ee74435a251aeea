"""The lines of the front matter as such: what stands before its fence, line ends of two kinds, blanks at line ends.

None of it changes what YAML reads; but some readers want the fence at the very beginning of the file, and the rest
shows up as a change in every comparison of versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Edit, FrontMatter, Hit, Scalar, Span, Validator, fix

_LINE_END = re.compile(r"\r?\n")
_BLANKS = re.compile(r"(?<=[^ \t\r\n])[ \t]++(?=\r?\n|\Z)|(?<=[\r\n])[ \t]++(?=\r?\n)")


@dataclass
class FrontMatterLayout(Validator):
    """Each of the lines of the block, the two fences included."""

    contract = Contract.SPACE
    scope = "front"
    cases = ("mark", "blank-before", "line-end", "blank-at-end")

    def check(self, article: Article) -> Iterator[Hit]:
        meta = article.meta
        if meta is None or meta.root is None or meta.format == "json":
            return
        text = article.text
        if meta.span.start > 0:
            yield from _before(text, meta.span.start)
        head = text[meta.span.start : meta.span.end]
        if "\r" in head:
            yield from _line_ends(head, meta.span.start)
        if " \n" in head or "\t\n" in head or "\r" in head:
            yield from _blanks(head, meta)


def _before(text: str, fence: int) -> Iterator[Hit]:
    mark = 1 if text[0] == "\ufeff" else 0
    if mark:
        yield Hit(Span(0, 1), {}, fix("delete it", Edit(0, text[0], "")), case="mark")
    if fence > mark:
        yield Hit(
            Span(mark, fence),
            {"count": text.count("\n", mark, fence) or 1},
            fix("delete what stands before it", Edit(mark, text[mark:fence], "")),
            case="blank-before",
        )


def _line_ends(head: str, start: int) -> Iterator[Hit]:
    """The rarer of the two kinds becomes the other; of as many, the first line's stays."""
    ends = [m.span() for m in _LINE_END.finditer(head)]
    long = [(a, b) for a, b in ends if b - a == 2]
    short = [(a, b) for a, b in ends if b - a == 1]
    if not long or not short:
        return
    to_short = len(short) > len(long) or (len(short) == len(long) and ends[0] == short[0])
    rare = long if to_short else short
    edits = [Edit(start + a, "\r", "") if to_short else Edit(start + a, "", "\r") for a, _ in rare]
    values = {"count": len(rare), "rare": "CRLF" if to_short else "LF", "other": "LF" if to_short else "CRLF"}
    span = Span(start + rare[0][0], start + rare[0][1])
    yield Hit(span, values, fix(f"end every line with {values['other']}", *edits), case="line-end")


def _blanks(head: str, meta: FrontMatter) -> Iterator[Hit]:
    found = [(meta.span.start + m.start(), meta.span.start + m.end()) for m in _BLANKS.finditer(head)]
    if not found:
        return
    several = [(n.span.start, n.span.end) for n in _scalars(meta)]
    made = [(a, b) for a, b in found if not any(start < b and a < end for start, end in several)]
    if made:
        at = meta.span.start
        edits = [Edit(a, head[a - at : b - at], "") for a, b in made]
        yield Hit(Span(*made[0]), {"count": len(made)}, fix("delete them", *edits), case="blank-at-end")


def _scalars(meta: FrontMatter) -> list[Scalar]:
    """The values that may go over several lines; a blank at the end of a line inside them may be theirs."""
    return [f.node for f in meta.walk() if isinstance(f.node, Scalar)]
