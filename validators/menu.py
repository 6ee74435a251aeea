"""Menus: rows of short lines before or after the article, most of them words that menus are made of.

A menu is known by its words, not by its shape: an article's own list of names or places looks the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copydesk.rows import Row, ends_a_sentence, excerpt, places
from copydesk.validator import Article, Contract, Edit, Hit, Setup, Span, Validator, fix

ENTRY = 36  # code points; no entry of a menu is longer
KINDS = ("navigation", "cookies", "legal")


@dataclass
class Menu(Validator):
    contract = Contract.LINES
    scope = "body"
    shortest: int = 6
    """Lines that a menu has at least; of one among paragraphs, twice as many."""
    known: float = 0.4
    """Share of its lines that are words of menus; less of a long one, more of one among paragraphs."""

    def prepare(self, setup: Setup) -> None:
        self._phrases = setup.phrases

    def check(self, article: Article) -> Iterator[Hit]:
        rows = self._phrases.rows(article)
        if len(rows) <= self.shortest or sum(map(bool, (r.marks for r in rows))) < 3:
            return
        prose = [n for n, r in enumerate(rows) if r.prose]
        if not prose:
            return
        for first, stop in self._menus(rows):
            last = first > prose[0] and stop <= prose[-1]
            if self._is_menu(rows, first, stop, among=last):
                yield _deletion(article, rows, first, stop)

    def _menus(self, rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
        """The runs of entries, each from its first word of a menu to its last."""
        n = 0
        while n < len(rows):
            end = n
            while end < len(rows) and _is_entry(rows[end]):
                end += 1
            known = [m for m in range(n, end) if _is_known(rows[m])]
            if known:
                yield known[0], known[-1] + 1
            n = max(end, n + 1)

    def _is_menu(self, rows: Sequence[Row], first: int, stop: int, among: bool) -> bool:
        """Whether a run has enough words of menus in it; `among`: it stands between paragraphs."""
        size, words = stop - first, {r.text.casefold() for r in rows[first:stop] if _is_known(r)}
        known = sum(_is_known(r) for r in rows[first:stop])
        shortest = 2 * self.shortest if among else self.shortest
        share = self.known + 0.1 if among else self.known if size < 2 * self.shortest else 0.6 * self.known
        if size < shortest or len(words) < shortest // 2 or known < share * size:
            return False
        return not (first and rows[first - 1].text.endswith(":"))


def _is_entry(row: Row) -> bool:
    return (
        len(row.text) <= ENTRY
        and row.line.kind in ("paragraph", "list", "heading")
        and (not row.mark("disclosure") or row.is_a("navigation", "run", "beside"))
        and not (ends_a_sentence(row.text) and row.text[-1] != ")")
        and (bool(row.marks) or not row.text[0].isdigit())
    )


def _is_known(row: Row) -> bool:
    return any(m.kind in KINDS and m.where in ("run", "beside", "anywhere", "tail") for m in row.marks)


def _deletion(article: Article, rows: Sequence[Row], first: int, stop: int) -> Hit:
    run = rows[first:stop]
    before, after = rows[first - 1] if first else None, rows[stop] if stop < len(rows) else None
    ((start, end),) = places(article, [run], before, after)
    values = {"text": excerpt(run[0].text), "lines": len(run)}
    edit = Edit(start, article.text[start:end], "")
    return Hit(Span(run[0].line.start, run[-1].line.end), values, fix(f"delete these {len(run)} lines", edit))
