"""Whole sentences in another language than the article's, outside quotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from copydesk.lexicon import SURE, Lexicon, plain_words
from copydesk.validator import Article, Contract, Hit, Setup, Validator

SENTENCE = re.compile(r"[^.!?…]+[.!?…]{0,3}[\"”’)»]{0,2}")
QUOTES = '"“”„«»'


class Sentences(NamedTuple):
    start: int  # in the line
    end: int
    language: str
    words: int


@dataclass
class ForeignPassage(Validator):
    contract = Contract.REPORT
    scope = "body"
    cases = ("sentence", "paragraph")
    least_words: int = 6
    least_share: float = 0.4
    """Of the words: those that a table of the language has."""
    most_native: float = 0.25
    """Of the words: those that clauses of the article's language are made of."""

    def prepare(self, setup: Setup) -> None:
        self.lexicons = setup.lexicons

    def check(self, article: Article) -> Iterator[Hit]:
        reading = self.lexicons.read(article)
        if reading is None:
            return
        lexicon = reading.lexicon
        sure = {w for w in reading.present if max(lexicon.ranks(w).values(), default=0) >= SURE}
        if len(sure) < 2:
            return
        start = article.body.start
        for line in article.lines:
            if line.kind not in ("paragraph", "list", "heading"):
                continue
            masked = reading.masked[line.start - start : line.end - start]
            found = list(self._sentences(masked, lexicon))
            for n, stretch in enumerate(found):
                whole = n == 0 and len(found) == 1 and len(masked.strip()) <= (stretch.end - stretch.start) * 1.2
                a, b = line.start + stretch.start, line.start + stretch.end
                values = {
                    "excerpt": article.text[a:b].strip()[:80],
                    "language": lexicon.names[stretch.language],
                    "words": stretch.words,
                }
                yield Hit(
                    article.passages[0].span(a - start, b - start), values, case="paragraph" if whole else "sentence"
                )

    def _sentences(self, masked: str, lexicon: Lexicon) -> Iterator[Sentences]:
        """The foreign sentences of a line; those of one language that follow one another as one."""
        current: Sentences | None = None
        for m in SENTENCE.finditer(masked):
            words = [] if any(q in m[0] for q in QUOTES) else plain_words(m[0])
            language = self._language(words, lexicon)
            if language and current and current.language == language:
                current = current._replace(end=m.end(), words=current.words + len(words))
                continue
            if current:
                yield current
                current = None
            if language:
                begin = m.start() + len(m[0]) - len(m[0].lstrip())
                current = Sentences(begin, m.end(), language, len(words))
        if current:
            yield current

    def _language(self, words: list[str], lexicon: Lexicon) -> str | None:
        if len(words) < self.least_words:
            return None
        native = sum(w in lexicon.openers for w in words)
        if native > self.most_native * len(words):
            return None
        shares: dict[str, int] = {}
        certain: dict[str, int] = {}
        for word in words:
            for code, rank in lexicon.ranks(word).items():
                shares[code] = shares.get(code, 0) + 1
                certain[code] = certain.get(code, 0) + (rank >= SURE)
        best = max(shares, key=lambda code: (shares[code], certain[code]), default=None)
        if best is None or shares[best] < self.least_share * len(words) or certain[best] < 2:
            return None
        return best if shares[best] > native else None
