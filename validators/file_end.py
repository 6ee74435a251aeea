"""The ends of a file: blank lines before the first line, and the line end after the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Edit, Hit, Span, Validator, fix


@dataclass
class FileEnd(Validator):
    """Cases: `leading`, blank lines at the head of an article without front matter; `final`, no line end at the end."""

    contract = Contract.SPACE
    cases = ("leading", "final")

    def check(self, article: Article) -> Iterator[Hit]:
        text = article.text
        if article.meta is None:
            yield from self.leading(article)
        elif article.meta.problem is not None:
            return  # the block could not be read: nothing near it is changed
        if text.strip("\ufeff") and text[-1] not in "\r\n":
            edit = Edit(len(text), "", line_end(text))
            yield Hit(Span(len(text), len(text)), {}, fix("add the line end", edit), case="final")

    def leading(self, article: Article) -> Iterator[Hit]:
        lines = article.lines
        n = 0
        while n < len(lines) and not lines[n].text.strip():
            n += 1
        if 0 < n < len(lines):
            start, stop = lines[0].start, lines[n].start
            edit = Edit(start, article.text[start:stop], "")
            yield Hit(Span(start, stop), {"lines": n}, fix("delete the blank lines", edit), case="leading")


def line_end(text: str) -> str:
    """The line end that the file uses first; LF where it has none."""
    at = min((i for i in (text.find("\n"), text.find("\r")) if i >= 0), default=-1)
    return text[at : at + 2] if text[at : at + 2] == "\r\n" else text[at] if at >= 0 else "\n"
