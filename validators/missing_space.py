"""Sentences that touch: `the pier was closed.The council met`.

Both words must be words of the language, written as the end and the beginning of a sentence are: names of files and
sites, abbreviations and code have dots inside, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from copydesk.sieve import oddities
from copydesk.validator import Article, Contract, Hit, Passage, Safety, SettingError, Setup, Validator, fix

TOUCH = re.compile(r"(?:\.|!|\?)(?=[A-Z])(?<=[a-z)”’\"].)")
BEFORE = re.compile(r"(?:^|[\s(“\"‘—])([a-z]{2,30})[)”’\"]?\Z")
AFTER = re.compile(r"([A-Z](?:[a-z]{1,30})?)(?:['’][a-z]{1,3})?(?=[\s,;:]|\Z)")
FEW = 1  # more of them in one text are names of commands
SENTENCE = 4  # words of the sentence before; fewer may be a name of something


@dataclass
class MissingSpace(Validator):
    """`words` is a list in `rules/`; the words that open sentences stand in `layout/english.yaml`."""

    contract = Contract.SPACE
    cases = ("certain", "likely")
    words: str = "words/english.txt"
    language: str = "en"
    setup: Setup | None = field(default=None, init=False, repr=False)
    known: frozenset[str] = field(default=frozenset(), init=False, repr=False)
    opening: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def prepare(self, setup: Setup) -> None:
        self.setup = setup
        for path, data in setup.data("layout/english.yaml"):
            if not isinstance(data, dict) or "opening" not in data:
                raise SettingError(f"{path}: needs the word class opening")
            self.opening = frozenset(str(data["opening"]).split())

    def check(self, article: Article) -> Iterator[Hit]:
        if article.language != self.language or TOUCH.search(oddities(article.vocabulary)) is None:
            return
        for passage in article.passages:
            places = list(TOUCH.finditer(passage.masked))
            hits = [hit for m in places if (hit := self.judge(passage, m))]
            certain = sum(hit.case == "certain" for hit in hits)
            yield from (hit for hit in hits if hit.case == "certain" or len(places) - certain <= FEW)

    def judge(self, passage: Passage, m: re.Match[str]) -> Hit | None:
        text = passage.masked
        before = BEFORE.search(text[max(0, m.start() - 32) : m.start()])
        after = AFTER.match(text, m.end())
        if before is None or after is None or not self.knows(before[1]) or not is_sentence(text, m.start()):
            return None
        certain = after[1] in self.opening and len(before[1]) > 2
        edit = passage.edit(m.end(), m.end(), " ")
        fixes = fix("put a space between the sentences", edit, safety=Safety.SAFE if certain else Safety.UNSAFE)
        values = {"before": before[1] + m[0], "after": after[1]}
        span = passage.span(m.start() - len(before[1]), m.end() + len(after[1]))
        return Hit(span, values, fixes, passage.field, "certain" if certain else "likely")

    def knows(self, word: str) -> bool:
        if not self.known and self.setup is not None:
            self.known = frozenset(self.setup.lines(self.words))
        return word in self.known


def is_sentence(text: str, stop: int) -> bool:
    """Whether several words stand before a full stop, on its line and behind any other."""
    line = text[max(0, stop - 200) : stop].rpartition("\n")[2]
    words = re.split(r"[.!?](?=\s|[A-Z])", line)[-1].split()
    return len(words) >= SENTENCE
