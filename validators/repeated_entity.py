"""A name that a coordination has twice: `Anna and Anna`, `either Port Haven or Port Haven`.

One of the two was meant to be another name; which one, only a person can find out. Nothing is offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from copydesk.names import coordinated
from copydesk.validator import Article, Hit, Setup, Validator

CONJUNCTIONS = frozenset(["and", "or", "und", "oder", "et", "ou", "y", "e", "en"])
PAIR = re.compile(
    rf" (?:{'|'.join(sorted(CONJUNCTIONS))}) "
    r"(?=(?P<name>[A-Z][\w.\-]{1,40}(?: [A-Z][\w\-]{1,40}){0,2}))"
)
ENDS = re.compile(
    r"[;:?!)”]|\.(?!\w)|,(?! [A-Z])|[\r\n]|\Z"
    r"| (?:are|were|is|was|have|had|has|do|did|will|would|can|could|may|might|must|should)\b"
    r"| (?:at|as|by|from|that|which|who)\b"
)  # what may follow a name that is no part of a longer one, as in `Tidal and Tidal for Schools`
IDIOMS = frozenset(["again", "around", "by", "down", "less", "more", "on", "out", "over", "round", "through", "up"])
QUOTES = "\"'“‘«"


@dataclass
class RepeatedEntity(Validator):
    """`surnames` is a list in `rules/`: a firm of two partners of one name is no mistake."""

    surnames: str = "names/surnames.txt"
    setup: Setup | None = field(default=None, init=False, repr=False)
    known: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def prepare(self, setup: Setup) -> None:
        self.setup = setup

    def check(self, article: Article) -> Iterator[Hit]:
        text = article.prose
        if not any(
            repeated(text, m) for word in CONJUNCTIONS & article.vocabulary for m in coordinated(text, word, PAIR)
        ):
            return
        for passage in article.passages:
            text = passage.masked
            for m in PAIR.finditer(text):
                name = repeated(text, m)
                if name and not self.is_meant(text, name, m.end() + len(name)):
                    start, end = m.start() - len(name), m.end() + len(name)
                    values = {"name": name, "text": passage.text[start:end][:80]}
                    yield Hit(passage.span(start, end), values, field=passage.field)

    def is_meant(self, text: str, name: str, end: int) -> bool:
        """Whether two things of one name are spoken of, such as Springfield, Ohio, or `More and More`."""
        word = name.lower()
        if word in IDIOMS or not ENDS.match(text, end):
            return True
        if not self.known and self.setup is not None:
            self.known = frozenset(self.setup.lines(self.surnames))
        return word in self.known


def repeated(text: str, m: re.Match[str]) -> str:
    """The longest beginning of the name after the conjunction that also stands before it; '' for none."""
    name = m["name"].rstrip(".")
    while name:
        start = m.start() - len(name)
        before = text[max(0, start - 2) : start]
        if (
            start >= 0
            and text.startswith(name, start)
            and not before.endswith(("-", "’", "'"))
            and not before[-1:].isalnum()
        ):
            longer = before[-1:] == " " and text[start - 2 : start - 1].isalpha() and is_name_before(text, start - 1)
            return "" if longer else name
        name = name.rpartition(" ")[0]
    return ""


def is_name_before(text: str, at: int) -> bool:
    """Whether the word that ends at a position is capitalised in mid-sentence: the name is longer."""
    begin = at
    while begin and at - begin < 40 and not text[begin - 1].isspace():
        begin -= 1
    return text[begin : begin + 1].isupper() and text[max(0, begin - 2) : begin].strip(" ").isalnum()
