"""Lines as a validator of boilerplate weighs them: their shape, their neighbours, and how they are deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from copydesk.model import Article, Line, Safety

PROSE = 80  # code points; a line from this length on is prose; from SENTENCE on where it ends like a sentence
SENTENCE = 40
FAR = 12  # lines that are looked at above or below a label
ENDS = ".!?…。！？؟।\"'”’»)"
GLYPHS = frozenset("×✕✖╳☰≡›‹»«❯❮▾▼▸▶⋮⋯")
_ABBREVIATION = re.compile(r"(?:\b\w\.){2}$")
_UNFINISHED = re.compile(r"\b(?:an?|and|at|by|for|from|in|of|on|or|that|the|to|via|with)$")


class Mark(NamedTuple):
    """What a phrase pack says of a line that reads like one of its phrases."""

    kind: str
    where: str
    heads: bool


@dataclass(slots=True)
class Row:
    """A line that is not blank, as a reader sees it; `kind` is what it was recognised as, "" for content."""

    at: int
    line: Line
    text: str
    marks: tuple[Mark, ...]
    prose: bool
    kind: str = ""
    safety: Safety = Safety.SAFE

    def mark(self, *where: str) -> Mark | None:
        """The first of its marks that counts in one of these places."""
        return next((m for m in self.marks if m.where in where), None)

    def is_a(self, kind: str, *where: str) -> bool:
        """Whether a pack knows it as this kind in one of these places."""
        return any(m.kind == kind and m.where in where for m in self.marks)


def is_prose(text: str) -> bool:
    """Whether a line is long enough to be running text, or ends as a sentence does."""
    return len(text) >= PROSE or (len(text) >= SENTENCE and ends_a_sentence(text))


def ends_a_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does, and not in an abbreviation of single letters."""
    return text[-1] in ENDS and not _ABBREVIATION.search(text[-8:])


def is_headline(text: str) -> bool:
    """Whether a line reads like the title of a story: some words, a capital or digit first, no full stop."""
    if not 3 <= text.count(" ") <= 24 or text[0].islower():
        return False
    return text[-1] not in ".,;:" or _ABBREVIATION.search(text[-8:]) is not None


def excerpt(text: str, length: int = 80) -> str:
    """The beginning of a text, as evidence and messages show it."""
    return text if len(text) <= length else text[: length - 1] + "…"


def cuts_a_sentence(rows: Sequence[Row], n: int) -> bool:
    """Whether the line looks like a piece of a sentence that was split: the text of a link, a word before a glyph."""
    row = rows[n]
    below = rows[n + 1] if n + 1 < len(rows) and rows[n + 1].at == row.at + 1 else None
    if (
        below
        and not below.marks
        and below.text not in GLYPHS
        and (below.text[0].islower() or below.text[0] in ",.;:)@")
    ):
        return True
    if _goes_on_below(rows, n) or (below and below.text.startswith("{{")):
        return True
    above = rows[n - 1] if n and rows[n - 1].at == row.at - 1 else None
    return bool(
        above
        and not above.marks
        and above.line.kind == "paragraph"
        and (
            above.text[-1] in ",;("
            or (len(above.text) >= SENTENCE and above.text[-1] not in ENDS + ":")
            or _UNFINISHED.search(above.text)
        )
    )


def _goes_on_below(rows: Sequence[Row], n: int) -> bool:
    """Whether the sentence above the labels around line `n` goes on below them, as where it speaks of them."""
    above = next((r for r in reversed(rows[max(0, n - FAR) : n]) if not r.marks and r.text not in GLYPHS), None)
    below = next((r for r in rows[n + 1 : n + 1 + FAR] if not r.marks and r.text not in GLYPHS), None)
    return bool(
        above
        and below
        and above.line.kind == below.line.kind == "paragraph"
        and above.text.count(" ") > 1
        and above.text[-1].isalnum()
        and below.text[0].islower()
    )


# ------------------------------------------------------------------------------------------------------- deletions


def places(
    article: Article, runs: Sequence[Sequence[Row]], before: Row | None, after: Row | None
) -> Iterator[tuple[int, int]]:
    """From where to where each run is deleted; the runs stand together, `before` and `after` are what stays.

    One blank line is left between paragraphs, none at the file's ends. At the end of the file the last line that stays
    keeps the line end that the file had, or had not.
    """
    lines = article.lines
    if after is None:
        start = before.line.end if before else runs[0][0].line.start
        for run in runs:
            end = lines[-1].end if run is runs[-1] else run[-1].line.end
            yield start, end
            start = end
        return
    start, end = runs[0][0].line.start, runs[-1][-1].line.stop
    blank_above = before is not None and runs[0][0].at - before.at > 1
    if before is None or blank_above:
        end = after.line.start
        if before is not None and runs[0][0].at - before.at > 2:
            start = lines[before.at + 2].start
    elif after.at - runs[-1][-1].at > 2:
        end = lines[after.at - 1].start
    for following in (*runs[1:], None):
        stop = following[0].line.start if following else end
        yield start, stop
        start = stop
