"""`a hour`, `an boat`: the article that does not fit the sound of the next word.

Only where the letters leave no doubt: a known word in lower case, and none of those that begin with another sound than
letter (`hour`, `university`, `one`, `historic`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from copydesk.validator import Article, Contract, Hit, Passage, Safety, Setup, Validator, fix

REST = (
    r"(?:(?P<n>n) (?=[bcdfgjklmnpqrstvwyz]|uni(?![nmd])|use|usu|euro)"
    r"| (?=[aeio]|hour|honest|hono|heir|ug|ul|um|un|up|ur))"
)
SMALL = re.compile(r" (?P<a>a)" + REST)  # the literals at the beginning make the search fast
CAPITAL = re.compile(r"(?P<a>A)(?<![\w'’.\-/&+*=]A)" + REST)
WORD = re.compile(r"[a-z]{3,30}(?![\w'’/]|\.\w)")
LIKE_YOU = re.compile(r"eu|ewe|uni(?![nmd])|unan|ura(?!b)|one(?!r)|once|ouija|urin|ukul")
NO_NOUN = frozenset(re.findall(r"\w+", """
    about above after again against all also although and any are else equals even ever into its itself off once only
    onto our out over unless until upon
"""))  # fmt: skip


@dataclass
class IndefiniteArticle(Validator):
    """`words` is a list in `rules/`; a letter after `a` that begins no word of the language says nothing."""

    contract = Contract.NAME
    words: str = "words/english.txt"
    language: str = "en"
    setup: Setup | None = field(default=None, init=False, repr=False)
    known: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def prepare(self, setup: Setup) -> None:
        self.setup = setup

    def check(self, article: Article) -> Iterator[Hit]:
        if article.language != self.language or not (SMALL.search(article.prose) or CAPITAL.search(article.prose)):
            return
        for passage in article.passages:
            text = passage.masked
            for m in chain(SMALL.finditer(text), CAPITAL.finditer(text)):
                word = WORD.match(text, m.end())
                if word is None or word[0] in NO_NOUN or not self.knows(word[0]) or is_letter(text, m.start("a")):
                    continue
                if m["n"] or not LIKE_YOU.match(word[0]):
                    yield hit(passage, m, word)

    def knows(self, word: str) -> bool:
        if not self.known and self.setup is not None:
            self.known = frozenset(self.setup.lines(self.words))
        return word in self.known


def hit(passage: Passage, m: re.Match[str], word: re.Match[str]) -> Hit:
    start, end, new = (m.start("n"), m.end("n"), "") if m["n"] else (m.end("a"), m.end("a"), "n")
    edit = passage.edit(start, end, new)
    right = m["a"] + ("" if m["n"] else "n")
    values = {"before": m[0].strip(), "after": word[0], "right": right}
    fixes = fix(f"write {right} {word[0]}", edit, safety=Safety.UNSAFE)
    return Hit(passage.span(m.start("a"), word.end()), values, fixes, passage.field)


def is_letter(text: str, at: int) -> bool:
    """Whether a capital A stands in mid-sentence, as in `vitamin A and`: a letter, a grade, an initial."""
    before = text[max(0, at - 3) : at].rstrip(' "“‘(')
    return text[at] == "A" and bool(before) and before[-1] not in ".!?:\r\n"
