"""Two or more spaces between words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from copydesk.validator import MASK, Article, Contract, Hit, Line, Passage, Safety, Validator, fix

GAP = re.compile(r"  (?<=\S  ) *+(?=\S)")  # the blanks first: they are looked for fast
SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]{0,3}$")
ONE_SPACE = re.compile(r"(?<=[.!?]) (?=[A-Z“\"])")
TWO_SPACES = re.compile(r"(?<=[.!?])  (?=[A-Z“\"])")
MARKER = re.compile(r"[ \t>]*+(?:#{1,6}|[-+*•‣◦▪·●–]|\d{1,9}[.)]|\[[ xX]\]|[a-zA-Z][.)]?)?$")
WIDE = 4  # spaces: a gap as wide as this may separate columns, or two texts
WORDS_PER_GAP = 4
PARAGRAPH = 120  # characters; a longer line is no row of a table
COMMENT = re.compile(r"#|//|--\s")
NUMBER = re.compile(r"[-+−]?\d")


@dataclass
class DoubleSpace(Validator):
    """Leaves one space, one fix for each line or value.

    In the body, columns, the gap behind a list marker and a typist's two spaces between sentences are left alone.
    """

    contract = Contract.SPACE

    def check(self, article: Article) -> Iterator[Hit]:
        if "  " not in article.prose:
            return
        for passage in article.passages:
            if "  " not in passage.masked:
                continue
            gaps = [m.span() for m in GAP.finditer(passage.masked)]
            if not gaps:
                continue
            if passage.field is not None:
                lost = passage.field.endswith("title") and any(lost_sign(passage.masked, a, b) for a, b in gaps)
                yield self._hit(passage, gaps, Safety.UNSAFE if lost else Safety.SAFE)
            else:
                yield from self._body(article, passage, gaps)

    def _body(self, article: Article, passage: Passage, gaps: list[tuple[int, int]]) -> Iterator[Hit]:
        text = passage.masked
        starts = [line.start - article.body.start for line in article.lines]
        if has_habit(text):
            gaps = [(a, b) for a, b in gaps if b - a > 2 or not ends_sentence(text, a)]
        numbered = [(bisect_right(starts, a) - 1, a, b) for a, b in gaps]
        by_line = {n: [(a, b) for _, a, b in group] for n, group in groupby(numbered, lambda x: x[0])}
        ragged = {n for n, found in by_line.items() if any(not ends_sentence(text, a) for a, _ in found)}
        for n, found in by_line.items():
            line = article.lines[n]
            if len(line.text) < PARAGRAPH and n in ragged and not ragged.isdisjoint((n - 1, n + 1)):
                continue  # short lines, one below the other, with gaps in the middle of a sentence: a table
            prose = [
                (a, b) for a, b in found if not MARKER.match(line.text, 0, a - starts[n]) and joins_words(text, a, b)
            ]
            if prose and is_prose(line, len(found)):
                certain = all(b - a < WIDE for a, b in prose)
                yield self._hit(passage, prose, Safety.SAFE if certain else Safety.UNSAFE)

    @staticmethod
    def _hit(passage: Passage, gaps: list[tuple[int, int]], safety: Safety) -> Hit:
        before = " ".join(passage.masked[max(0, gaps[0][0] - 40) : gaps[0][0]].replace(MASK, "…").split()[-3:])
        values = {
            "before": before,
            "count": len(gaps),
            "others": f", and {len(gaps) - 1} more" if len(gaps) > 1 else "",
        }
        made = [passage.edit(a + 1, b, "") for a, b in gaps]
        fixes = fix("leave one space", *made, safety=safety)
        return Hit(passage.span(gaps[0][0], gaps[-1][1]), values, fixes, passage.field)


def has_habit(text: str) -> bool:
    """Whether somebody puts two spaces between sentences: twice, and in no less than a quarter of the places."""
    twice = len(TWO_SPACES.findall(text))
    return twice > 1 and twice * 3 >= len(ONE_SPACE.findall(text))


def lost_sign(title: str, start: int, end: int) -> bool:
    """Whether a dash or an ampersand may have stood here: feeds that delete entities leave two spaces in a title."""
    return end - start == 2 and title[start - 1].isalnum() and title[end].isupper()


def ends_sentence(text: str, at: int) -> bool:
    return SENTENCE_END.search(text, max(0, at - 4), at) is not None


def joins_words(text: str, start: int, end: int) -> bool:
    """Whether the gap stands neither between two numbers nor before a comment in code."""
    return not (COMMENT.match(text, end) or (text[start - 1].isdigit() and NUMBER.match(text, end)))


def is_prose(line: Line, gaps: int) -> bool:
    """Whether a line is a sentence with too many spaces, not a row of a table drawn with spaces."""
    if "\t" in line.text.strip():
        return False
    return line.kind in ("paragraph", "list", "quote", "heading") and len(line.text.split()) > gaps * WORDS_PER_GAP
