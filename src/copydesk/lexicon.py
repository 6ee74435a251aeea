"""The words of other languages, as texts in one language see them; and which language a text is in.

The tables are data (`rules/words/`): `foreign_LANGUAGE.txt` has the words with a rank each, `openers.txt` what clauses
of each target language are made of, `languages.yaml` what no table can tell, `gloss.yaml` what the words mean in
English. Only the table of the language that an article is in is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from copydesk.model import Article, Line, Passage
from copydesk.sieve import MOST, Sieve

SURE = 5
"""From this rank on a word is evidence by itself: texts in the target language do not use it."""
LIKELY = 4
"""Met in names, titles and quotations."""
SEEN = 3
"""Short and often met, or also a rare word of the target."""
NAME = 2
"""Also a given name; below it the target uses the word itself."""
RANKS = {"sure": 6, "likely": NAME, "shared": 1}
"""The ranks of the classes in a user's list."""
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
FAST_WORD = re.compile(r"[a-zß-\u1fff'\-]+")  # of text in lower case: to see whether there is anything to look at
SHARE = 0.2  # of the words of a text belong to its language's commonest, or its language is not known
CLEARLY = 0.35
CAPITAL_NOUNS = frozenset({"de"})
"""Languages in which a noun has a capital wherever it stands."""
MIXED = 12  # sure foreign words, each counted once
FEW = 20  # words that are looked for one by one; more of them, in one pass over the text
NAME_INSIDE = re.compile(r"(?<=[a-zß-ÿ] )[^\W\d_a-zß-ÿ][^\W\d_]*")  # a capital after a word in lower case
SAMPLE = 200  # words at the beginning that may settle it
SAMPLE_LENGTH = 8 * SAMPLE  # code points in which they nearly always stand
LEAST = 8  # words, to tell a language
MOST_USES = 2  # a foreign word that is used more often is what the text is about
LONG = 7  # letters; a longer word may be known by its ending


class LexiconError(ValueError):
    """A word list that cannot be used; the message names the file."""


class Token(NamedTuple):
    start: int
    end: int
    word: str  # lower case, straight apostrophe


def tokens_of(text: str) -> list[Token]:
    found = WORD.finditer(text.replace("’", "'"))
    return [_new(Token, (*m.span(), m[0].lower())) for m in found]


_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long


def plain_words(text: str) -> list[str]:
    """The words of `tokens_of` alone, at half its cost."""
    return [w.lower() for w in WORD.findall(text.replace("’", "'"))]


Glosses: TypeAlias = Callable[[], Mapping[str, Mapping[str, str]]]
"""What words and phrases of a language mean in English."""
BINDING = frozenset(
    {"although", "though", "because", "since", "as", "if", "when", "while", "whereas", "until", "before", "after"}
    | {"unless", "once", "that", "whether", "where", "as soon as", "as long as", "so that", "even if", "provided that"}
    | {"in order to"}
    | {"despite", "in spite of", "because of", "due to", "thanks to", "according to", "unlike", "instead of", "without"}
    | {"with regard to", "compared with", "in contrast to", "except for", "apart from", "on the basis of", "given"}
)
"""Glosses of words that bind what they open to the clause behind it."""
NEGATIVE = frozenset(
    {"not", "never", "no", "nor", "neither", "none", "nothing", "nobody", "nowhere", "hardly", "rarely", "without"}
)
DOUBTFUL = frozenset(
    {"perhaps", "probably", "possibly", "presumably", "apparently", "supposedly", "allegedly", "reportedly"}
    | {"probability", "maybe"}
)
"""Words of glosses: what they mean must not be lost."""
BOUND = re.compile(r"[^.!?\n]{3,200}, (?:i|he|she|it|we|they|you|there|this|the)\b")
"""The rest of a sentence that has a clause of its own behind a comma."""


class Lexicon:
    """The foreign words of texts in one language, the target."""

    def __init__(
        self, target: str, lines: Iterable[str], languages: Mapping[str, Mapping[str, Any]], glosses: Glosses
    ) -> None:
        self.target = target
        self._glosses = glosses
        self.names: dict[str, str] = {code: entry["name"] for code, entry in languages.items()}
        self._entries: dict[str, str] = {}
        self._known: dict[str, Mapping[str, int]] = {}
        self._weights: dict[str, float] = {}
        triggers: list[str] = []
        self.openers: frozenset[str] = frozenset()
        entries = self._entries
        for line in lines:
            head, *words = line.split()
            if head == "function":
                self.openers = frozenset(words)
                continue
            if head == "phrases":
                triggers += words
                continue
            for word in words:
                entries[word] = entries.get(word, "") + head
            if head[-1] != "1":
                triggers += words
        self.endings = {c: tuple(e["endings"]) for c, e in languages.items() if "endings" in e and c != target}
        self.tails = tuple(e for endings in self.endings.values() for e in endings)
        self.last_letters = frozenset(tail[-4:] for tail in self.tails)
        self.doubt = {(c, w) for c, e in languages.items() for w in str(e.get("doubt", "")).split()}
        self.negations = self.doubt | {(c, w) for c, e in languages.items() for w in str(e.get("negation", "")).split()}
        here = languages.get(target, {})
        self.openers |= frozenset(here.get("function", "").split())
        self.loans = frozenset(here.get("loans", ()))
        self.verbs = frozenset(here.get("verbs", "").split())
        self.gloss = frozenset(here.get("gloss", "").split())
        self._adjust(languages)
        self.triggers = frozenset(triggers).union(*self._raised(languages)) - self.openers
        self.languages = frozenset(n.lower() for name in self.names.values() for n in name.split() if n != "or")
        self.languages |= {"language", "latin"}

    def _adjust(self, languages: Mapping[str, Mapping[str, Any]]) -> None:
        """The classes of a user's list go over the ranks of the table; the weaker class wins."""
        for code, entry in languages.items():
            for key, rank in RANKS.items():
                for word in str(entry.get(key, "")).split():
                    self._known[word] = {**self.ranks(word), code: rank}

    @staticmethod
    def _raised(languages: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
        return [str(e.get(key, "")).split() for e in languages.values() for key in ("sure", "likely")]

    def is_phrase(self, language: str, words: Sequence[str]) -> bool:
        """Whether the words are a listed phrase of the language, which no English text has by chance."""
        return len(words) > 1 and not self.openers.issuperset(words) and self.gloss_of(language, words) is not None

    def changes_meaning(self, language: str, words: Sequence[str]) -> bool:
        """Whether a sentence says something else without the words: a negation, a doubt.

        A listed phrase is judged by its gloss, because `no obstante` and `sin embargo` deny nothing.
        """
        if self.is_phrase(language, words):
            gloss = (self.gloss_of(language, words) or "").split()
            return not (NEGATIVE | DOUBTFUL).isdisjoint(gloss)
        return any((language, w) in self.negations for w in words)

    def doubt_of(self, language: str, words: Sequence[str]) -> str | None:
        """The English adverb for words that only express a doubt; None for others, and where several may be meant."""
        if len(words) == 1 and (language, words[0]) not in self.doubt:
            return None
        gloss = self.gloss_of(language, words)
        return gloss if gloss in DOUBTFUL else None

    def ranks(self, word: str) -> Mapping[str, int]:
        """The rank of the word in each language that has it, the likeliest language first."""
        known = self._known.get(word)
        if known is None:
            entry = self._entries.get(word)
            if entry:
                known = {entry[i : i + 2]: int(entry[i + 2]) for i in range(0, len(entry), 3)}
            elif word[-4:] in self.last_letters and self.ends_foreign(word):
                known = {code: SURE for code, endings in self.endings.items() if word.endswith(endings)}
            else:
                return {}
            self._known[word] = known
        return known

    def ends_foreign(self, word: str) -> bool:
        """Whether the word ends as none of the target does."""
        return len(word) > LONG and word not in self._entries and word.endswith(self.tails)

    def rank(self, word: str, language: str) -> int:
        return self.ranks(word).get(language, 0)

    def found(self, words: frozenset[str]) -> frozenset[str]:
        """Those of the words that need a look."""
        found = words & self.triggers
        found |= {w for w in words if len(w) > LONG and w[-4:] in self.last_letters and self.ends_foreign(w)}
        return found

    def language(self, words: Sequence[str]) -> str | None:
        """The language that has all the words, the one that is surest of them; None where there is none."""
        totals: dict[str, int] = {}
        for code in self.ranks(words[0]):
            ranks = [self.ranks(w).get(code) for w in words]
            if None not in ranks:
                totals[code] = sum(r or 0 for r in ranks)
        return max(totals, key=totals.__getitem__, default=None)

    def gloss_of(self, language: str, words: Sequence[str]) -> str | None:
        """What the words mean in English, where the text is English and they are listed."""
        return self._glosses().get(language, {}).get(" ".join(words)) if self.target == "en" else None

    def binds(self, language: str, words: Sequence[str], rest: str) -> bool:
        """Whether the words make what follows a clause of the sentence, which would not stand without them."""
        return self.gloss_of(language, words) in BINDING and BOUND.match(rest.lower()) is not None

    def foreign(self, words: Iterable[str]) -> float:
        """How many of the words are foreign; one that may also be a name counts half, a single letter nothing."""
        weights = self._weights
        return sum([weights[w] if w in weights else self._weigh(w) for w in words])

    def _weigh(self, word: str) -> float:
        rank = max(self.ranks(word).values(), default=0) if len(word) > 1 and word not in self.openers else 0
        if len(self._weights) > MOST:
            self._weights.clear()
        weight = self._weights[word] = 1.0 if rank >= SURE else 0.5 if rank == LIKELY else 0.0
        return weight


class Stretch(NamedTuple):
    """A line of the body with words that may be foreign."""

    number: int
    line: Line
    masked: str
    tokens: list[Token]


class Reading(NamedTuple):
    """What the words of an article's body say."""

    lexicon: Lexicon
    masked: str
    present: frozenset[str]  # words that may be foreign
    found: frozenset[str]  # words that may be left over: no name, and used once or twice
    lines: Sequence[Stretch]  # those with such words
    mixed: bool  # much of the text is in another language: nothing in it is certain


class Lexicons:
    """Opens the lexicon of the language that an article is in."""

    def __init__(self, lines: Callable[[str], list[str]], data: Callable[[str], Sequence[tuple[Path, Any]]]) -> None:
        self._lines, self._data = lines, data
        self._open: dict[str, Lexicon | None] = {}
        self._sieves: dict[str, Sieve] = {}
        self._last: tuple[Article, Reading | None] | None = None
        self._spoken: tuple[Article, str | None] | None = None

    @cached_property
    def languages(self) -> Mapping[str, Mapping[str, Any]]:
        """What is known of each language, a user's additions included. Raises LexiconError."""
        merged: dict[str, dict[str, Any]] = {}
        for path, content in [*self._data("words/languages.yaml"), *self._data("words/discourse*.yaml")]:
            if not isinstance(content, dict):
                raise LexiconError(f"{path}: a mapping of language codes was expected")
            for code, entry in content.items():
                if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                    raise LexiconError(f"{path}: {code}: a mapping with a `name` was expected")
                merged.setdefault(code, {}).update(entry)
        return merged

    @cached_property
    def english(self) -> frozenset[str]:
        """The words of an English dictionary."""
        return frozenset(self._lines("words/english.txt"))

    @cached_property
    def glosses(self) -> Mapping[str, Mapping[str, str]]:
        """By language: what its discourse words and phrases mean in English."""
        merged: dict[str, dict[str, str]] = {}
        for path, content in self._data("words/gloss*.yaml"):
            if not isinstance(content, dict):
                raise LexiconError(f"{path}: a mapping of language codes was expected")
            for code, pairs in content.items():
                entries = (pair.lower().replace("_", " ").partition("=") for pair in str(pairs).split())
                merged.setdefault(code, {}).update({word: gloss for word, _, gloss in entries if gloss})
        return merged

    def lexicon(self, target: str) -> Lexicon | None:
        """The lexicon for texts in a language; None where there is no table for it."""
        if target not in self._open:
            lines = self._lines(f"words/foreign_{target}.txt")
            self._open[target] = Lexicon(target, lines, self.languages, lambda: self.glosses) if lines else None
        return self._open[target]

    @cached_property
    def openers(self) -> Mapping[str, frozenset[str]]:
        """The commonest words of each target language."""
        lists = {line.split()[0]: frozenset(line.split()[1:]) for line in self._lines("words/openers.txt")}
        return {**lists, "en": frozenset(str(self.languages.get("en", {}).get("function", "")).split())}

    def main_language(self, text: str, expected: str = "en") -> str | None:
        """The language whose commonest words make up most of the text; None where it is in none of them.

        The expected language is left only where another one is at least twice as present.
        """
        words = words_of(text[:SAMPLE_LENGTH])
        if len(words) <= SAMPLE < len(text):
            words = words_of(text)
        if len(words) < LEAST:
            return None
        common = self.openers.get(expected, frozenset())
        head = words[:SAMPLE]
        if len([w for w in head if w in common]) >= CLEARLY * len(head):
            return expected
        words = words_of(text)
        least = SHARE * len(words)
        usual = len([w for w in words if w in common])
        shares = {code: sum(w in common for w in words) for code, common in self.openers.items()}
        best = max(shares, key=shares.__getitem__)
        if usual >= least and shares[best] < 2 * usual:
            return expected
        return best if shares[best] >= least else None

    def language_of(self, article: Article) -> str | None:
        """The main language of an article; the last answer is kept."""
        if self._spoken is None or self._spoken[0] is not article:
            self._spoken = article, self.main_language(article.passages[0].masked, article.language)
        return self._spoken[1]

    def read(self, article: Article) -> Reading | None:
        """What the words of the body say; None where none is foreign, or the language is unknown.

        The rules of the family ask one after the other: the last answer is kept.
        """
        if self._last is None or self._last[0] is not article:
            self._last = (article, self._read(article))
        return self._last[1]

    def _read(self, article: Article) -> Reading | None:
        body = article.passages[0]
        lexicon = self.lexicon("en")
        if lexicon is not None and not self._suspects(lexicon, body):
            return None  # before the language is known, which takes longer: most articles are English
        language = self.language_of(article)
        lexicon = self.lexicon(language) if language is not None else None
        suspects = self._suspects(lexicon, body) if lexicon is not None else frozenset()
        if lexicon is None or not suspects:
            return None
        masked = body.masked
        words = words_of(" ".join([t for t in body.tokens if t in suspects]))
        found = lexicon.found(frozenset(words))
        wanted = _wanted(masked, words, found)
        sure = [w for w in found if max(lexicon.ranks(w).values(), default=0) >= SURE] if len(found) >= MIXED else []
        return Reading(lexicon, masked, found, wanted, list(_stretches(article, masked, wanted)), len(sure) >= MIXED)

    def _suspects(self, lexicon: Lexicon, body: Passage) -> frozenset[str]:
        """The tokens of a body with words that may be foreign to its language."""
        if lexicon.target not in self._sieves:
            self._sieves[lexicon.target] = Sieve(lambda token: lexicon.found(frozenset(words_of(token))))
        return frozenset(self._sieves[lexicon.target](body.vocabulary))


def _wanted(masked: str, words: list[str], found: frozenset[str]) -> frozenset[str]:
    """Those that are no name and not what the text is about."""
    if len(found) <= FEW:
        return frozenset(w for w in found if words.count(w) <= MOST_USES and not _is_name(masked, w))
    counts = Counter(words)
    names = {name.lower() for name in NAME_INSIDE.findall(masked)}
    return frozenset(w for w in found if counts[w] <= MOST_USES and w not in names)


def words_of(text: str) -> list[str]:
    """The words in lower case, many times faster than `tokens_of`."""
    return FAST_WORD.findall(text.lower().replace("’", "'"))


def _stretches(article: Article, masked: str, wanted: frozenset[str]) -> Iterator[Stretch]:
    """The lines that hold one of the words; tables, code and headings never do."""
    lower = masked.lower().replace("’", "'")
    if len(lower) != len(masked):  # a letter that becomes two
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in masked).replace("’", "'")
    if len(wanted) <= FEW:
        at = sorted(m for word in wanted for m in _positions(lower, word))
    else:
        at = [m.start() for m in FAST_WORD.finditer(lower) if m[0] in wanted]
    start, lines = article.body.start, article.lines
    done = -1
    for position in at:
        n = bisect_right(lines, position + start, key=lambda line: line.start) - 1
        if n > done and lines[n].kind in ("paragraph", "list"):
            done = n
            part = masked[lines[n].start - start : lines[n].end - start]
            yield Stretch(n, lines[n], part, tokens_of(part))


def _positions(lower: str, word: str) -> Iterator[int]:
    """Where the word stands as a word."""
    at = lower.find(word)
    while at >= 0:
        end = at + len(word)
        if not lower[at - 1 : at].isalnum() and not lower[end : end + 1].isalnum():
            yield at
        at = lower.find(word, end)


def _is_name(masked: str, word: str) -> bool:
    """Whether the word stands with a capital after a word in lower case, somewhere in the text."""
    name = " " + word[0].upper() + word[1:]
    at = masked.find(name)
    while at > 0:
        if masked[at - 1].islower() and not masked[at + len(name) : at + len(name) + 1].isalnum():
            return True
        at = masked.find(name, at + 1)
    return False
