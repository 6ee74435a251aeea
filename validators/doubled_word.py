"""A word that stands twice in a row."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import eq

from copydesk.validator import Article, Contract, Hit, Passage, Safety, Validator, fix

QUOTES = "\"'“”‘’„«»"
SIC = re.compile(r"[^.!?\r\n]{0,40}[(\[]sic[)\]!]", re.IGNORECASE)
SINGLE_LETTER = re.compile(r"(?:^|\s)[a-zA-Z](?=\s|$)")


@dataclass
class DoubledWord(Validator):
    """Deletes one of the two where the word never stands twice (`always_wrong`); offers to where it hardly does.

    Only lower case words count: names are doubled on purpose. In a text that holds several different doubled words
    somebody wrote down how people speak; there nothing is certain.
    """

    contract = Contract.WORDS
    cases = ("certain", "likely")
    always_wrong: list[str] = field(default_factory=list)
    hardly_right: list[str] = field(default_factory=list)
    language: str = "en"
    spoken: int = 3
    """How many doubled words make a text one that is spoken."""

    def __post_init__(self) -> None:
        words = sorted({*self.always_wrong, *self.hardly_right}, key=len, reverse=True)
        self._wrong = frozenset(self.always_wrong)
        alternatives = "|".join(map(re.escape, words)) or r"(?!)"
        self._pair = re.compile(
            rf"(?<![\w'’.\-–—/&@#])(?P<word>{alternatives})(?P<gap>[ \t]{{1,8}}|[ \t]{{0,8}}(?:\r\n|\n|\r)[ \t]{{0,8}})"
            r"(?P=word)(?![\w'’\-–—/&@])"
        )

    def check(self, article: Article) -> Iterator[Hit]:
        if article.language != self.language:
            return
        for passage in article.passages:
            words = passage.tokens
            if not any(map(eq, words, words[1:])):
                continue
            found = list(self._pair.finditer(passage.masked))
            doubled = sum(word.isalpha() for word, other in pairwise(words) if word == other)
            for m in found:
                if not (
                    is_stammer(passage.masked, m)
                    or is_letter_among_letters(passage.masked, m)
                    or is_shown(passage.masked, m)
                ):
                    yield self._hit(passage, m, doubled >= self.spoken or is_in_quote(article, passage, m.start()))

    def _hit(self, passage: Passage, m: re.Match[str], is_somebodys: bool) -> Hit:
        word, text = m["word"], passage.masked
        certain = word in self._wrong and not is_somebodys
        start, end = m.start() + len(word), m.end()
        if "\n" in m["gap"] or "\r" in m["gap"]:  # the lines stay lines
            start, end = m.start(), m.end("gap")
            blanks = start
            while blanks and text[blanks - 1] in " \t":
                blanks -= 1
            if blanks and text[blanks - 1] not in "\r\n":
                start, end = blanks, m.end("word")
        before, after = text[max(0, m.start() - 40) : m.start()].split(), text[m.end() : m.end() + 40].split()
        around = " ".join([*before[-2:], word, word, *after[:2]])
        safety = Safety.SAFE if certain else Safety.UNSAFE
        fixes = fix(f"delete one {word}", passage.edit(start, end, ""), safety=safety)
        case = "certain" if word in self._wrong else "likely"
        return Hit(passage.span(m.start(), m.end()), {"word": word, "around": around}, fixes, passage.field, case)


def is_in_quote(article: Article, passage: Passage, at: int) -> bool:
    """Whether the place lies in a block quotation, whose words are somebody else's."""
    if passage.field is not None or not article.lines:
        return False
    at = passage.span(at, at).start
    line = article.lines[bisect_right(article.lines, at, key=lambda x: x.start) - 1]
    return line.kind == "quote"


def is_stammer(text: str, m: re.Match[str]) -> bool:
    """Whether the word stands there a third time: that is meant."""
    word = m["word"]
    return text[m.end() : m.end() + len(word) + 2].split()[:1] == [word]


def is_shown(text: str, m: re.Match[str]) -> bool:
    """Whether the two words alone are quoted, or the author says that they stand so in the original."""
    quoted = text[m.start() - 1 : m.start()] in QUOTES and text[m.end() : m.end() + 1] in QUOTES
    return (m.start() > 0 and quoted and m.end() < len(text)) or SIC.match(text, m.end()) is not None


def is_letter_among_letters(text: str, m: re.Match[str]) -> bool:
    """Whether more single letters stand beside a letter: `a a b b` is a rhyme scheme."""
    if len(m["word"]) > 1:
        return False
    beside = text[max(0, m.start() - 3) : m.start()], text[m.end() : m.end() + 3]
    return any(SINGLE_LETTER.search(x) for x in beside)
