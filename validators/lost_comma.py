"""A list of names that lost a comma: `Lisbon Madrid and Rome`.

Three well-known names in a row, of which the first two make no name together. It takes more than the row: the first
stands alone elsewhere in the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from copydesk.validator import Article, Contract, Hit, Passage, Safety, Setup, Validator, fix

ROW = re.compile(r"(?<![\w\-’'&.])([A-Z]\w{2,30}) ([A-Z]\w{2,30}),? (?:and|or) ([A-Z]\w{2,30})\b(?! [A-Z])")
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
            for m in ROW.finditer(passage.masked):
                if self.is_list(article, passage, m):
                    edit = passage.edit(m.end(1), m.end(1), ",")
                    fixes = fix(f"put a comma after {m[1]}", edit, safety=Safety.SUGGEST)
                    yield Hit(passage.span(*m.span()), {"text": m[0][:80], "name": m[1]}, fixes, passage.field)

    def is_list(self, article: Article, passage: Passage, m: re.Match[str]) -> bool:
        if not self.known and self.setup is not None:
            self.known = frozenset(self.setup.lines(self.names) + self.setup.lines(self.surnames))
            self.alone = frozenset(self.setup.lines(self.names)) - frozenset(self.setup.lines(self.given))
        first, second, third = (x.lower() for x in m.groups())
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
