"""Lists and headings that a reader sees and Markdown does not: `• an entry`, a short line between paragraphs.

Only in files that are Markdown: in plain text a bullet is a bullet, and a heading a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from copydesk.validator import Article, Contract, Edit, Hit, Line, Safety, Span, Validator, fix, minimal

BULLETS = "•‣◦▪●"
ENDINGS = (".md", ".markdown")
HEADING = 60  # code points
PARAGRAPH = 160  # code points; a heading stands above real text
FEWEST = 3  # headings: one or two short lines may be anything


@dataclass
class UnmarkedBlock(Validator):
    """Cases: `list`, one finding for each, and `heading`, one for the article."""

    contract = Contract.WORDS
    scope = "body"
    cases = ("list", "heading")

    def check(self, article: Article) -> Iterator[Hit]:
        if not article.id.endswith(ENDINGS):
            return
        lines = article.lines
        if any(b in article.text for b in BULLETS):
            yield from lists(lines)
        short = [line for line in lines if line.kind == "paragraph" and len(line.text) <= HEADING]
        if len(short) >= FEWEST and not any(line.kind in ("heading", "code", "quote") for line in lines):
            yield from headings(lines)


def lists(lines: Sequence[Line]) -> Iterator[Hit]:
    run: list[Line] = []
    for line in [*lines, None]:
        if line is not None and line.kind in ("paragraph", "list") and is_entry(line.text):
            run.append(line)
        elif run and (line is None or line.text.strip()):
            if len(run) > 1:
                yield Hit(*offer(run, [entry(x) for x in run], "write a Markdown list"), case="list")
            run = []


def is_entry(text: str) -> bool:
    text = text.lstrip()
    return text[:1] in BULLETS and len(text) > 1 and text[1].isspace()


def entry(line: Line) -> Edit:
    """`•` and the blanks around it become `- `; two spaces of depth stay two, four would be code."""
    text = line.text.lstrip()
    rest = text[1:].lstrip()
    return minimal(line.start, line.text[: len(line.text) - len(rest)], "- ")


def headings(lines: Sequence[Line]) -> Iterator[Hit]:
    """Short lines without a mark at the end, each between a blank line and a long paragraph."""
    prose = [line for line in lines if line.kind != "blank"]
    found = []
    for before, (a, b) in zip([None, *prose], pairwise(prose), strict=False):
        apart = a.stop < b.start and (before is None or before.stop < a.start)
        if apart and is_heading(a) and b.kind == "paragraph" and len(b.text) >= PARAGRAPH:
            found.append(a)
    if len(found) >= FEWEST:
        edits = [Edit(line.start, "", "## ") for line in found]
        yield Hit(*offer(found, edits, "write Markdown headings"), case="heading")


def is_heading(line: Line) -> bool:
    text = line.text.strip()
    return (
        line.kind == "paragraph"
        and line.text == text
        and 3 <= len(text) <= HEADING
        and text[0].isupper()
        and (text[-1].isalnum() or text[-1] == "?")
        and "](" not in text
    )


def offer(found: Sequence[Line], edits: Sequence[Edit], title: str) -> tuple[Span, dict[str, object], tuple]:  # type: ignore[type-arg]
    values: dict[str, object] = {"text": found[0].text.strip()[:80], "count": len(found)}
    return Span(found[0].start, found[-1].end), values, fix(title, *edits, safety=Safety.SUGGEST)
