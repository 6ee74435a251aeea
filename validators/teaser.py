"""Titles of other stories among the paragraphs, under words that announce them, such as "Read more:"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copydesk.rows import Row, cuts_a_sentence, ends_a_sentence, excerpt, is_headline, places
from copydesk.validator import Article, Contract, Edit, Hit, Setup, Span, Validator, fix

LONGEST = 160  # code points of a title
BLOCK = 12  # titles under a heading of other stories
STORY = 200  # code points of running text, from which on there is a story before such a block

_WORD = re.compile(r"\w{4,}")
_STOPS = re.compile(r"[.!?…][\"”’»]?\)?$")
_TAG = re.compile(
    r"\W{0,2}\[?(?:VIDEO|PHOTOS?|PICTURES?|PICS|INSIGHT|ANALYSIS|REVEALED|REACTION|WARNING|NEWS|COMMENT|LATEST|UPDATE|"
    r"[|\]\[ ]){1,3}\]?\W{0,2}$"
)


@dataclass
class Teaser(Validator):
    contract = Contract.LINES
    scope = "body"
    most: int = 4
    """Titles under one announcement."""

    def prepare(self, setup: Setup) -> None:
        self._phrases = setup.phrases

    def check(self, article: Article) -> Iterator[Hit]:
        rows = self._phrases.rows(article)
        stop = 0
        for n, row in enumerate(rows):
            if n < stop or (not row.marks and ":" not in row.text[:24]):
                continue
            if row.mark("lead") and not (row.line.kind == "list" or cuts_a_sentence(rows, n)):
                stop = self._titles(rows, n)
            elif row.mark("marker", "weak-marker") and not cuts_a_sentence(rows, n):
                stop = _block(rows, n)
            elif self._announces(row) and n and rows[n - 1].at + 1 <= row.at:
                stop = n + 1
            if stop > n and any(r.prose for r in rows[:n]):
                yield _deletion(article, rows, n, stop)

    def _announces(self, row: Row) -> bool:
        """Whether one line has both the announcement and the title: "Read more: Night train starts in autumn"."""
        head, colon, title = row.text.partition(":")
        title = title.strip()
        if (
            not colon
            or not title
            or not head.strip()
            or len(row.text) > LONGEST
            or row.line.kind in ("list", "table", "code", "quote")
        ):
            return False
        known = any(m.where == "lead" for m in self._phrases.marks(head))
        return known and head.count(" ") > 0 and is_headline(title.rstrip(")]")) and not _STOPS.search(title)

    def _titles(self, rows: Sequence[Row], n: int) -> int:
        """Where the titles under an announcement end; `n` where there are none, or where it may head something else."""
        end = n + 1
        titles = 0
        while end < len(rows) and titles < self.most:
            row = rows[end]
            if _TAG.match(row.text):
                end += 1
                continue
            if (
                (row.prose and ends_a_sentence(row.text))
                or not is_headline(row.text)
                or len(row.text) > LONGEST
                or row.marks
            ):
                break
            titles += 1
            end += 1
        if not titles or (end < len(rows) and not (rows[end].prose or rows[end].marks)):
            return n
        if end < len(rows) and rows[end].text[0].islower():
            return n  # the last title is the beginning of a sentence
        announced = rows[n].text.endswith(":") or rows[n + 1].at == rows[n].at + 1 or rows[n].line.kind != "heading"
        return end if announced else n


def _block(rows: Sequence[Row], n: int) -> int:
    """Where the titles under a heading of other stories end, if three or more of them stand there before prose."""
    end = n + 1
    while end < len(rows) and end - n <= BLOCK and _is_title(rows[end]) and rows[end].at == rows[end - 1].at + 1:
        end += 1
    titles = rows[n + 1 : end]
    if len(titles) < 3 or end == len(rows) or not (rows[end].prose and ends_a_sentence(rows[end].text)):
        return n
    if sum(len(r.text) for r in rows[:n] if r.prose) < STORY or sum(r.text[0].isdigit() for r in titles) * 3 > len(
        titles
    ):
        return n
    story = {w for r in (*rows[:n], *rows[end:]) for w in _WORD.findall(r.text.casefold())}
    words = {w for r in titles for w in _WORD.findall(r.text.casefold())}
    return n if 2 * len(words & story) > len(words) else end


def _is_title(row: Row) -> bool:
    return (
        not row.marks
        and row.line.kind == "paragraph"
        and len(row.text) <= LONGEST
        and is_headline(row.text)
        and not (row.prose and ends_a_sentence(row.text))
    )


def _deletion(article: Article, rows: Sequence[Row], first: int, stop: int) -> Hit:
    run = rows[first:stop]
    before, after = rows[first - 1] if first else None, rows[stop] if stop < len(rows) else None
    ((start, end),) = places(article, [run], before, after)
    values = {"text": excerpt(run[0].text), "lines": len(run)}
    edit = Edit(start, article.text[start:end], "")
    return Hit(Span(run[0].line.start, run[-1].line.end), values, fix(f"delete these {len(run)} lines", edit))
