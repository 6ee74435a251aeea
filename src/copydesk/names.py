"""The capitalised words of an article, where they stand, and what stands beside them. It knows no name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from copydesk.model import Article, Passage
from copydesk.spelling import NameTable, Usual, without_marks

CAPITAL = "[A-ZÀ-ÖØ-Þ]"
LETTERS = r"[^\W\d_]++(?:-[^\W\d_]++)*+(?![\d_(\-\u00ad])"  # none that goes on behind a line end
SEQUENCE = re.compile(  # the capital first: a search looks for it fast, and behind it for what is before it
    rf"{CAPITAL}(?<!\w.){LETTERS}(?: (?:[A-Z]\. )?{CAPITAL}{LETTERS}){{0,5}}"
)
SIMPLE = re.compile(r"(?:Mac|Mc|De|Di|Du|La|Le)?[^\W\d_][^\W\d_A-ZÀ-ÖØ-Þ]+")  # no ABC, no DigitalOcean, no Jean-Luc
ADDRESS = frozenset("/@-_#")
NAMESAKES = 50  # forms beside one and the same name; more of them are no evidence
INITIAL = re.compile(r" [A-Z]\.")
LEVELS = ("in no table of names", "a rare name", "a known name", "a frequent name")
FREQUENT = (600, 2000)  # of the given names and of the surnames, which come commonest first


@dataclass
class Tables:
    """What is known of names, read when it is first asked for.

    `lists` give the lines of the tables `given`, `surnames` (both commonest first), `words`, `others` and `proper`; the
    files of `rare` are sorted. `house` are words of names that the house list has.
    """

    lists: Mapping[str, Callable[[], Sequence[str]]]
    rare: Sequence[Path]
    house: set[str] = field(default_factory=set)

    @cached_property
    def given_names(self) -> frozenset[str]:
        return frozenset(self.lists["given"]())

    @cached_property
    def known_names(self) -> frozenset[str]:
        return self.given_names.union(self.lists["surnames"]())

    @cached_property
    def english(self) -> frozenset[str]:
        return frozenset(self.lists["words"]())

    @cached_property
    def first_names(self) -> frozenset[str]:
        """Given names that are no common word."""
        return self.given_names - self.english

    @cached_property
    def common(self) -> frozenset[str]:
        """Words that are no known name."""
        return self.english - self.known_names

    @cached_property
    def known_words(self) -> frozenset[str]:
        """What is spelt right as it stands, whatever it is."""
        return self.known_names.union(self.english, self.house, self.lists["others"](), self.lists["proper"]())

    @cached_property
    def usual(self) -> Usual:
        return Usual(sorted(self.known_names))

    @cached_property
    def _frequent(self) -> frozenset[str]:
        given, surnames = (self.lists[key]()[:n] for key, n in zip(("given", "surnames"), FREQUENT, strict=True))
        return frozenset((*given, *surnames))

    @cached_property
    def _rare(self) -> list[NameTable]:
        return [NameTable(path.read_text("utf-8")) for path in self.rare]

    def level(self, name: str) -> int:
        """3 for a frequent name, 2 for a known one (or a word), 1 for a rare one, 0 where no table has it."""
        name = name.lower()
        if name in self._frequent:
            return 3
        if name in self.known_words or without_marks(name) in self.known_words:
            return 2
        return int(any(name in table for table in self._rare))

    def is_given(self, name: str) -> bool:
        """Whether a name, in lower case, may be a first name: the rare ones are not told from surnames."""
        return name in self.given_names or (name not in self.known_words and self.level(name) == 1)


@dataclass
class Forms:
    """The capitalised words of an article: how often each occurs, and which names stand before and behind it."""

    count: Counter[str] = field(default_factory=Counter)
    before: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    behind: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    full: set[str] = field(default_factory=set)

    def add(self, sequence: str, n: int, openers: Collection[str]) -> None:
        count = self.count  # a Counter's own way to count is a call for each new word
        if " " not in sequence:
            count[sequence] = count.get(sequence, 0) + n
            return
        words = (INITIAL.sub("", sequence) if "." in sequence else sequence).split(" ")
        while words and words[0] in openers:
            del words[0]
        for i, word in enumerate(words):
            count[word] = count.get(word, 0) + n
            if i:
                self.before[word].add(words[i - 1])
                self.behind[words[i - 1]].add(word)
        if 2 <= len(words) <= 3:
            self.full.add(" ".join(words))


def is_alternative(article: Article, one: str, other: str) -> bool:
    """Whether the text names one form beside the other on purpose: Gaddafi (or Qaddafi)."""
    for first, second in ((one, other), (other, one)):
        for passage, start in places(article, first):
            gap, found, _ = passage.masked[start + len(first) : start + len(first) + 30].partition(second)
            if found and len(gap) <= 12 and re.search(r"\bor\b|[/(=]|\baka\b|\balso\b", gap):
                return True
    return False


def places(article: Article, word: str) -> Iterator[tuple[Passage, int]]:
    """Where the word stands, as a whole word, in the prose of the article."""
    for passage in article.passages:
        text = passage.masked
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                yield passage, start
            start = text.find(word, end)


def places_of_trust(article: Article, name: str) -> str:
    """Where else the form stands: "f" in the front matter, "a" in an address or a handle."""
    low, text = name.lower(), article.text
    start = text.find(low)
    while start >= 0:
        if text[start - 1 : start] in ADDRESS or text[start + len(low) : start + len(low) + 1] in ("/", "@", "_"):
            break
        start = text.find(low, start + 1)
    in_field = any(p.field is not None and name in p.masked for p in article.passages)
    return "f" * in_field + "a" * (start >= 0)


class Stray(NamedTuple):
    """A full name of one article, the one that others have in its place, and the names that stand beside both."""

    name: str
    best: str
    beside: list[str]


def strays(full: Mapping[str, Any], ratio: int, shortest: int) -> Iterator[Stray]:
    """Full names in one article that differ in one word from a name of several, and begin or end alike.

    `full` gives for each name the number of its articles, one of them, and some names that stand beside it; a common
    name beside both counts as one more article.
    """
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in full:
        words = name.split(" ")
        for i, word in enumerate(words):
            if len(word) > shortest:
                rest = (*words[:i], str(i), *words[i + 1 :])
                groups[(*rest, word[:3])].append(name)
                groups[(*rest, word[0], word[-2:])].append(name)
    for group in groups.values():
        if not 2 <= len(group) <= NAMESAKES:
            continue
        best = max(group, key=lambda n: (full[n][0], n))
        for name in group if full[best][0] > 1 else ():
            beside = sorted({*full[name][2]}.intersection(full[best][2]) - {name, best})
            if full[name][0] == 1 and full[best][0] >= ratio - bool(beside):
                yield Stray(name, best, beside)


def card(values: Mapping[str, Any]) -> str:
    """The evidence in a line: Doumbouya 214×, Doombouya 1×, same first name Moussa."""
    name, right, link = values["name"], values["right"], values.get("link")
    told = [f"{right} {values['right_count']}×, {name} {values['count']}×"] if link else []
    if link is None:
        told = [f"{right} beside {values['shared']} in {values['right_articles']} articles, {name} in 1"]
        told += [f"both also with {' and '.join(values['companions'])}"] if values["companions"] else []
    elif link in SHARED:
        told.append(f"{SHARED[link]} {values['shared']}")
    if link and len(set(values["tables"])) == 2:
        told.append(f"{right} is {values['tables'][1]}, {name} {values['tables'][0]}")
    if link and values["right_articles"] > values["articles"] + 1:
        told.append(f"{values['right_articles']} articles have {right}")
    if link and "a" in values["trust"][1]:
        told.append(f"{right} stands in an address")
    return ", ".join(told)


SHARED = {"beside": "same first name", "family": "same last name"}


def coordinated(text: str, conjunction: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Where the conjunction stands before a capital, and the pattern, which begins with the blank before it, fits."""
    between = f" {conjunction} "
    at = text.find(between)
    while at >= 0:
        m = pattern.match(text, at) if text[at + len(between) : at + len(between) + 1].isupper() else None
        if m:
            yield m
        at = text.find(between, at + 1)
