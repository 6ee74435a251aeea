"""A paragraph in which a quotation begins and does not end, or the other way round.

A quotation that goes on in the next paragraph, which then begins with a quotation mark, is no mistake; inches, minutes
and apostrophes are no quotation marks. Where the mark belongs only a person can say: nothing is offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copydesk.validator import MASK, Article, Hit, Part, Span, Validator

MARKS = re.compile(r"[“”\"]")
INCH = re.compile(r"\d[ \t]?\Z")
OPENING = "“\"‘'«„"
PARAGRAPH = 40  # code points; of a shorter one too little is seen


@dataclass
class UnpairedQuote(Validator):
    """Cases: `open`, a quotation that nothing ends, and `closed`, an end without a beginning."""

    scope = "body"
    cases = ("open", "closed")

    def check(self, article: Article) -> Iterator[Hit]:
        masked, at = article.passages[0].masked, article.body.start
        marks = [mark for mark in '“”"' if mark in masked]
        if not marks or "„" in masked or "»" in masked:
            return
        prose = [p for p in article.parts if p.kind in ("paragraph", "list")]
        for n, part in enumerate(prose):
            if all(masked.find(mark, part.span.start - at, part.span.end - at) < 0 for mark in marks):
                continue
            for start, end in lines_of(masked, part, at):
                hit = judge(masked, start, end)
                if hit is None or (hit[1] == "open" and goes_on(masked, end, prose, n, at)):
                    continue
                place, case = hit
                if case == "closed" and n and is_left_open(masked, prose[n - 1], at):
                    continue
                text = article.text[at + place : at + min(end, place + 40)]
                if case == "closed":
                    text = article.text[at + max(start, place - 40) : at + place + 1]
                yield Hit(Span(at + place, at + place + 1), {"text": text}, case=case)


def lines_of(masked: str, part: Part, at: int) -> Iterator[tuple[int, int]]:
    """A part as one stretch; where its lines are long, each is a paragraph of its own."""
    start, end = part.span.start - at, part.span.end - at
    text = masked[start:end]
    if text.count("\n") * 200 > len(text):
        yield start, end
        return
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def judge(masked: str, start: int, end: int) -> tuple[int, str] | None:
    """Where in a paragraph the mark stands that has no partner, and which one is missing."""
    if end - start < PARAGRAPH:
        return None
    technical = masked.find(MASK, start, end) >= 0 or masked.find("\t", start, end) >= 0
    opened: list[int] = []
    straight: list[int] = []
    for m in MARKS.finditer(masked, start, end):
        if m[0] == '"':
            if technical:
                return None  # code, in which one mark may stand alone
            if len(straight) % 2 or not INCH.search(masked, max(start, m.start() - 2), m.start()):
                straight.append(m.start())
        elif m[0] == "“":
            opened.append(m.start())
        elif opened:
            opened.pop()
        elif not straight:
            return m.start(), "closed"
    if opened and straight:
        return None  # “ and " may be partners
    if opened:
        return opened[0], "open"
    if len(straight) % 2 == 0 or (len(straight) > 1 and "”" in masked[start:end]):
        return None
    return straight[-1], "open" if masked[straight[-1] + 1 : straight[-1] + 2].isalnum() else "closed"


def goes_on(masked: str, end: int, prose: Sequence[Part], n: int, at: int) -> bool:
    """Whether the next paragraph begins with a quotation mark."""
    rest = masked[end : end + 200].lstrip()
    if n + 1 < len(prose):
        follow = prose[n + 1].span.start - at
        rest = rest or masked[follow : follow + 20].lstrip()
    return rest[:1] in OPENING if rest else False


def is_left_open(masked: str, part: Part, at: int) -> bool:
    """Whether a quotation of the paragraph before is still open."""
    text = masked[part.span.start - at : part.span.end - at]
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1
