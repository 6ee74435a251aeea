"""Dates and large numbers that a translation left in the words of another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.lexicon import words_of
from copydesk.sieve import Sieve
from copydesk.validator import Article, Contract, Hit, Safety, Setup, Validator, fix, minimal

MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June", "July", "August", "September")
MONTHS += ("October", "November", "December")
DAY = re.compile(
    r"\d(?<![\w.,/].)\d?(?P<gap>(?:\.|er|º|°|\.º)?[ \u00a0](?:de |di |d')?)(?P<month>[^\W\d_]{3,14})\b(?!-)"
    r"(?:(?P<year>[ \u00a0](?:de |del )?)(?=\d{4}\b))?"
)
MANY = re.compile(r"\d(?<![\w.,/].)[\d.,]{0,12}[ \u00a0](?P<scale>[^\W\d_]{3,16})\b(?:(?P<of>[ \u00a0]de)(?= \w))?")
NATIVE = frozenset({"million", "millions", "mille", "bin"})
"""English has these words too."""


@dataclass
class ForeignDate(Validator):
    contract = Contract.NAME
    scope = "body"
    cases = ("date", "number")

    def prepare(self, setup: Setup) -> None:
        self._lexicons = setup.lexicons
        self._months: dict[str, tuple[int, str]] = {}
        self._scale: dict[str, tuple[str, str]] = {}
        for entry in setup.lexicons.languages.values():
            for n, month in enumerate(str(entry.get("months", "")).split()):
                self._months.setdefault(month, (n, entry["name"]))
            for pair in str(entry.get("scale", "")).split():
                word, _, gloss = pair.partition("=")
                self._scale.setdefault(word, (gloss, entry["name"]))
        for month in MONTHS:
            self._months.pop(month.lower(), None)
        self._scale = {w: found for w, found in self._scale.items() if w.lower() not in NATIVE}
        any_of = frozenset(self._months) | {w.lower() for w in self._scale}
        self._sieve = Sieve(lambda token: not any_of.isdisjoint(words_of(token)))

    def check(self, article: Article) -> Iterator[Hit]:
        if not self._sieve(article.passages[0].vocabulary):
            return
        masked = article.passages[0].masked
        dates = [m for m in DAY.finditer(masked) if m["month"].lower() in self._months]
        numbers = [m for m in MANY.finditer(masked) if m["scale"] in self._scale or m["scale"].lower() in self._scale]
        if not (dates or numbers) or self._lexicons.language_of(article) != "en":
            return
        passage = article.passages[0]
        for m in dates:
            n, language = self._months[m["month"].lower()]
            start, end = m.start("gap"), m.end()
            old = article.text[passage.start + start : passage.start + end]
            new = f" {MONTHS[n]}" + (" " if m["year"] else "")
            edit = minimal(passage.start + start, old, new)
            values = {"word": m[0].strip(), "language": language, "gloss": MONTHS[n]}
            yield Hit(
                passage.span(*m.span()), values, fix(f"write {MONTHS[n]}", edit, safety=Safety.SUGGEST), None, "date"
            )
        for m in numbers:
            gloss, language = self._scale.get(m["scale"]) or self._scale[m["scale"].lower()]
            old = masked[m.start("scale") : m.end()]
            edit = minimal(passage.start + m.start("scale"), old, gloss)
            values = {"word": m[0], "language": language, "gloss": gloss}
            yield Hit(
                passage.span(*m.span()), values, fix(f"write {gloss}", edit, safety=Safety.SUGGEST), None, "number"
            )
