"""A list of names that lost a comma: `Lisbon Madrid and Rome`.

Three well-known names in a row, of which the first two make no name together. It takes more than the row: the first
stands alone elsewhere in the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from copydesk.names import coordinated
from copydesk.validator import Article, Contract, Hit, Passage, Safety, Setup, Validator, fix

AND = re.compile(r" (?:and|or) (?=([A-Z]\w{2,30})\b(?! [A-Z]))")
PAIR = re.compile(r"(?<![\w\-’'&.])([A-Z]\w{2,30}) ([A-Z]\w{2,30}),?\Z")
LONGEST = 66  # code points of two names
DESCRIBES = ("an", "ese", "ish", "i", "ch", "st", "rn")  # German, Chinese, British, Saudi, French, East, Northern


@dataclass
class LostComma(Validator):
    """`names`, `given` and `surnames` are lists in `rules/`: names that stand alone, and those of persons."""

    contract = Contract.WORDS
    names: str = "names/known.txt"
    given: str = "names/given.txt"
    surnames: str = "names/surnames.txt"
    setup: Setup | None = field(default=None, init=False, repr=False)
    alone: frozenset[str] = field(default=frozenset(), init=False, repr=False)
    known: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def prepare(self, setup: Setup) -> None:
        self.setup = setup

    def check(self, article: Article) -> Iterator[Hit]:
        for passage in article.passages:
            text = passage.masked
            for last in sorted((m for word in ("and", "or") for m in coordinated(text, word, AND)), key=re.Match.start):
                m = PAIR.search(text, max(0, last.start() - LONGEST), last.start())
                if m and self.is_list(article, passage, m, last[1]):
                    edit = passage.edit(m.end(1), m.end(1), ",")
                    fixes = fix(f"put a comma after {m[1]}", edit, safety=Safety.SUGGEST)
                    values = {"text": text[m.start() : last.end(1)], "name": m[1]}
                    yield Hit(passage.span(m.start(), last.end(1)), values, fixes, passage.field)

    def is_list(self, article: Article, passage: Passage, m: re.Match[str], name: str) -> bool:
        if not self.known and self.setup is not None:
            self.known = frozenset(self.setup.lines(self.names) + self.setup.lines(self.surnames))
            self.alone = frozenset(self.setup.lines(self.names)) - frozenset(self.setup.lines(self.given))
        first, second, third = m[1].lower(), m[2].lower(), name.lower()
        if not ({first, second} <= self.alone and third in self.known) or first.endswith(DESCRIBES):
            return False
        if follows_name(passage.masked, m.start()):
            return False
        text = article.passages[0].masked
        if text.count(f"{m[1]} {m[2]}") > (passage.field is None):
            return False  # it says so twice: a name of two words
        return any(not follows_name(text, x.start()) for x in re.finditer(rf"\b{m[1]}\b(?! [A-Z])", text))


def follows_name(text: str, at: int) -> bool:
    """Whether a capitalised word, other than the first of a sentence, stands right before a position."""
    *earlier, last = text[max(0, at - 40) : at].split(" ")
    if last or len(earlier) < 2 or not earlier[-1][:1].isupper():
        return False
    return not any(word.endswith((".", "!", "?", ":")) for word in earlier[-2:])
