"""Blanks at the ends of lines that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Edit, Hit, Span, Validator, fix

PROSE = frozenset({"paragraph", "heading", "list", "quote", "rule", "blank"})


@dataclass
class TrailingBlank(Validator):
    """One finding for the whole body: nobody reads a list of line ends.

    Two spaces and more before another line of the same paragraph are a line break of Markdown.
    """

    contract = Contract.SPACE
    scope = "body"

    def check(self, article: Article) -> Iterator[Hit]:
        text = article.text
        ends = " \n" in text or text.endswith((" ", "\t")) or ("\t" in text and ("\t\n" in text or "\t\r" in text))
        if not ends and not ("\r" in text and " \r" in text):
            return
        edits = []
        for n, line in enumerate(article.lines):
            if line.text[-1:] not in (" ", "\t") or line.kind not in PROSE:
                continue
            kept = line.text.rstrip(" \t")
            blanks = line.text[len(kept) :]
            goes_on = n + 1 < len(article.lines) and article.lines[n + 1].kind == line.kind
            if kept.endswith(("\u00a0", "\u202f", "\\")) or (kept and goes_on and blanks.endswith("  ")):
                continue
            edits.append(Edit(line.start + len(kept), blanks, ""))
        if edits:
            values = {"count": len(edits), "lines": "line ends" if len(edits) == 1 else "lines end"}
            span = Span(edits[0].start, edits[0].end)
            yield Hit(span, values, fix("delete the blanks at the line ends", *edits))
