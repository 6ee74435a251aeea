"""The marks that version control leaves where two versions of a file could not be merged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Hit, Span, Validator

OURS, BETWEEN, THEIRS = "<<<<<<< ", "=======", ">>>>>>> "


@dataclass
class MergeConflict(Validator):
    """Reports each conflict outside of code: only somebody who knows both versions can resolve it."""

    def check(self, article: Article) -> Iterator[Hit]:
        text = article.text
        if OURS not in text or THEIRS not in text:
            return
        at, opened, divided = 0, -1, False
        for line in text.replace("\r", "\n").split("\n"):
            if line.startswith(OURS):
                opened, divided = at, False
            elif line == BETWEEN:
                divided = True
            elif line.startswith(THEIRS) and opened >= 0 and divided:
                if not is_code(article, opened):
                    values = {
                        "ours": text[opened + 8 : opened + 48].split("\n")[0].strip(),
                        "theirs": line[8:48].strip(),
                    }
                    yield Hit(Span(opened, at + len(line)), values)
                opened = -1
            at += len(line) + 1


def is_code(article: Article, at: int) -> bool:
    """Whether the line that begins at `at` stands in a code block."""
    n = bisect_right(article.lines, at, key=lambda line: line.start) - 1
    return n >= 0 and article.lines[n].kind == "code"
