"""Words that a hyphen cuts at the end of a line: `infor-` over `mation`, `well-` over `known`.

Whether the hyphen belongs to the word is decided by the article itself, which often has the same word whole, then by a
word list. Where neither knows, both readings are offered. A blank line is never crossed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from copydesk.validator import MASK, Article, Contract, Fix, Hit, Safety, Setup, Span, Validator, fix, minimal

SOFT = "\u00ad"
HYPHENS = "-\u2010" + SOFT
HEAD = re.compile(r"(?:[^\W\d_]+[-\u2010])*[^\W\d_]+\Z")
TAIL = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
PART = re.compile(r"[-\u2010]")
PREFIXES = frozenset(["anti", "co", "counter", "de", "inter", "multi", "non", "over", "post", "pre", "re", "sub", "un"])
HELD = frozenset(["and", "or", "to", "nor"])  # `pre- and post-war`: the hyphen waits for a later word
LONGEST = 60  # code points of a word that are looked at


@dataclass
class Hyphenation(Validator):
    """`words` names the list in `rules/` that knows the language's words; it is read when the first hyphen is met."""

    contract = Contract.SPACE
    scope = "body"
    cases = ("known", "unknown")
    words: str = "words/english.txt"
    language: str = "en"
    setup: Setup | None = field(default=None, init=False, repr=False)
    known: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def prepare(self, setup: Setup) -> None:
        self.setup = setup

    def check(self, article: Article) -> Iterator[Hit]:
        own: dict[str, int] | None = None
        lines = article.lines
        for n in range(len(lines) - 1):
            text = lines[n].text.rstrip()
            if not text or text[-1] not in HYPHENS or lines[n].kind not in ("paragraph", "list"):
                continue
            below = lines[n + 1].text.lstrip()
            if lines[n + 1].kind != lines[n].kind or not below[:1].isalpha():
                continue
            head, tail = HEAD.search(text[-LONGEST:-1]), TAIL.match(below[:LONGEST])
            if not head or not tail or is_masked(article, lines[n].start + len(text) - 1):
                continue
            if own is None:
                own = count_words(article)
            start = lines[n].start + len(text) - 1
            stop = lines[n + 1].start + len(lines[n + 1].text) - len(below)
            yield self.judge(article, Span(start, stop), head[0], tail[0], own)

    def judge(self, article: Article, span: Span, head: str, tail: str, own: dict[str, int]) -> Hit:
        """The hit on a cut word; `span` runs from the hyphen to the first letter of the line below."""
        old = article.text[span.start : span.end]
        readings = self.readings(article, old[0], head, tail, own)
        fixes: tuple[Fix, ...] = ()
        for new, word, safety in readings:
            safety = min(safety, Safety.SUGGEST) if len(readings) > 1 else safety
            fixes += fix(f"write {word!r}", minimal(span.start, old, new), safety=safety)
        known = len(fixes) == 1 and fixes[0].safety is Safety.SAFE
        values = {"before": head + old[0], "after": tail, "readings": [word for _, word, _ in readings]}
        return Hit(span, values, fixes, case="known" if known else "unknown")

    def readings(
        self, article: Article, hyphen: str, head: str, tail: str, own: dict[str, int]
    ) -> list[tuple[str, str, Safety]]:
        """What may stand for the hyphen and the line break, with the word that it makes; the best first."""
        whole, kept = ("", head + tail, Safety.SAFE), (hyphen, f"{head}{hyphen}{tail}", Safety.SAFE)
        if hyphen == SOFT:
            return [whole]
        before, after = PART.split(head.lower()), PART.split(tail.lower())
        a, b = before[-1], after[0]
        if tail.lower() in HELD and not self.knows(article, a + b):
            return [(f"{hyphen} ", f"{head}{hyphen} {tail}", Safety.SAFE)]
        together, apart = own.get(a + b, 0), own.get(f"{a}-{b}", 0)
        if together and not apart:
            return [whole]
        if apart and not together:
            return [kept]
        if tail[0].isupper() and not head.isupper():
            return [(*kept[:2], Safety.UNSAFE)]  # Austria-Hungary; but a title may begin here
        if together or article.language != self.language:
            return [whole, kept]
        if len(a) == 1:
            return [kept]  # e-mail; no word is cut after one letter
        words = a not in PREFIXES and self.knows(article, a) and self.knows(article, b)
        if self.knows(article, a + b):
            return [kept, whole] if words and len(before) > 1 else [whole]  # day-to-day, and today
        if words:
            return [kept]
        return [kept, whole] if self.knows(article, b) else [whole, kept]

    def knows(self, article: Article, word: str) -> bool:
        if not self.known and self.setup is not None:
            self.known = frozenset(self.setup.lines(self.words))
        return article.language == self.language and word in self.known


def is_masked(article: Article, at: int) -> bool:
    return article.passages[0].masked[at - article.body.start] == MASK


def count_words(article: Article) -> dict[str, int]:
    """How often the article has each word, with and without hyphens, in lower case; not those that a line end cuts."""
    out = Counter(WORD.findall(article.text[article.body.start : article.body.end].lower()))
    for word, n in [(word, n) for word, n in out.items() if "-" in word]:
        for a, b in pairwise(word.split("-")):
            out[f"{a}-{b}"] += n
    return out
