"""Words of another language that a translation left behind in English text.

A word counts only where nothing but a leftover explains it: alone on its line, at the start of a sentence, or after a
comma, followed by words that English clauses open with. Whatever hints at a purpose (quotation marks, emphasis, a
gloss, a foreign neighbour, frequent use) takes the certainty away, or the finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from copydesk.validator import MASK, Article, Contract, Edit, Hit, Line, Safety, SettingError, Setup, Validator, fix

SURE, LIKELY, SHARED = 3, 2, 1
CLASSES = (("sure", SURE), ("likely", LIKELY), ("shared", SHARED))

WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
FAST_WORD = re.compile(r"[a-zß-\u1fff'\-]+")  # of text in lower case: to see whether there is anything to look at
ALONE = re.compile(r"[\s,:;.…]*")  # all that may stand on the line beside the words
SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]?\s{1,4}\Z")
CLAUSE_END = re.compile(r"(?:[,;:]|\s[–—-]) \Z")
OPENING_MARKS = " \t-*•>"
EXPLANATION = re.compile(
    r"((?:the|an?|his|her|its|our|their|my|another|one of) [^,.;:!?()]{1,60}), (\w+)", re.IGNORECASE
)
PERSONS = frozenset({"i", "he", "she", "they", "we"})
SPEECH = frozenset({"says", "said", "asks", "asked", "replies", "replied", "adds", "added", "writes", "wrote", "cried"})
MEANS = frozenset({"means", "meaning", "meant", "translates", "translated"})
EXPLAINED = 4  # words of the next line in which one of these explains the line
NEAR = 8  # words on either side in which a hint takes the certainty away
PROSE = 5  # words; a shorter line may be a heading, a list entry, a label


class Token(NamedTuple):
    start: int  # in the line
    end: int
    word: str  # lower case, straight apostrophe


class Place(NamedTuple):
    """Words of one language side by side, tokens[first:last] of a line."""

    line: Line
    masked: str
    tokens: Sequence[Token]
    first: int
    last: int
    language: str

    @property
    def start(self) -> int:
        return self.tokens[self.first].start

    @property
    def end(self) -> int:
        return self.tokens[self.last - 1].end

    @property
    def words(self) -> list[str]:
        return [t.word for t in self.tokens[self.first : self.last]]

    @property
    def around(self) -> list[str]:
        """The words near the place."""
        near = [*self.tokens[max(0, self.first - NEAR) : self.first], *self.tokens[self.last : self.last + NEAR]]
        return [t.word for t in near]


@dataclass
class StrayWord(Validator):
    contract = Contract.WORDS
    scope = "body"
    cases = ("line", "start", "clause", "doubt")
    words: str = "words/discourse*.yaml"
    most_words: int = 5
    most_uses: int = 2
    english_share: float = 0.2

    def prepare(self, setup: Setup) -> None:
        self.names: dict[str, str] = {}
        self.lexicon: dict[str, dict[str, int]] = {}
        self.endings: dict[str, tuple[str, ...]] = {}
        self.english: frozenset[str] = frozenset()
        self.verbs: frozenset[str] = frozenset()
        self.gloss: frozenset[str] = frozenset()
        for path, data in setup.data(self.words):
            if not isinstance(data, dict):
                raise SettingError(f"{path}: a mapping of language codes was expected")
            for code, entry in data.items():
                if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                    raise SettingError(f"{path}: {code}: a mapping with a `name` was expected")
                self._add(code, entry)
        known = {w for w, by in self.lexicon.items() if max(by.values()) >= LIKELY}
        self.triggers = frozenset(known - self.english)
        self.tails = tuple(e for endings in self.endings.values() for e in endings)
        self.languages = frozenset(name.lower() for name in self.names.values()) | {"language", "latin"}
        self.last_letters = frozenset(tail[-4:] for tail in self.tails)

    def _add(self, code: str, entry: Mapping[str, Any]) -> None:
        self.names[code] = entry["name"]
        self.english |= frozenset(entry.get("function", "").split())
        self.verbs |= frozenset(entry.get("verbs", "").split())
        self.gloss |= frozenset(entry.get("gloss", "").split())
        for key, rank in CLASSES:  # the weaker class wins, so that a user's list can take the certainty from a word
            for word in entry.get(key, "").split():
                self.lexicon.setdefault(word, {})[code] = rank
        if "endings" in entry:
            self.endings[code] = tuple(entry["endings"])

    def check(self, article: Article) -> Iterator[Hit]:
        if article.language != "en":
            return
        masked = article.passages[0].masked
        words = FAST_WORD.findall(masked.lower().replace("’", "'"))
        unique = set(words)
        found = self.triggers & unique
        found |= {w for w in unique if w[-4:] in self.last_letters and self._ends(w)}
        if not found or sum(w in self.english for w in words) < self.english_share * len(words):
            return
        wanted = {w for w in found if words.count(w) <= self.most_uses and not _is_name(masked, w)}
        if wanted:
            yield from self._lines(article, masked, wanted)

    def _lines(self, article: Article, body: str, wanted: set[str]) -> Iterator[Hit]:
        begins = tuple({w[:4] for w in wanted})
        for n, line in enumerate(article.lines):
            if line.kind not in ("paragraph", "list"):
                continue
            masked = body[line.start - article.body.start : line.end - article.body.start]
            lower = masked.lower()
            if not any(b in lower for b in begins):
                continue
            tokens = [Token(m.start(), m.end(), m[0].lower().replace("’", "'")) for m in WORD.finditer(masked)]
            if not any(t.word in wanted for t in tokens) or _hyphenated(article.lines, n):
                continue
            if len(tokens) <= self.most_words and ALONE.fullmatch(WORD.sub("", masked)):
                language = self._language([t.word for t in tokens])
                if language and not masked.isupper():
                    hits = [self._line_hit(article, n, Place(line, masked, tokens, 0, len(tokens), language))]
                else:
                    hits = []
            else:
                hits = [self._inner_hit(article, n, place) for place in self._places(line, masked, tokens, wanted)]
            yield from (hit for hit in hits if hit is not None)

    # -------------------------------------------------------------------------------------------------- the words

    def _ranks(self, word: str) -> Mapping[str, int]:
        ranks = self.lexicon.get(word)
        if ranks is None and word[-4:] in self.last_letters and self._ends(word):
            return {code: SURE for code, endings in self.endings.items() if word.endswith(endings)}
        return ranks or {}

    def _ends(self, word: str) -> bool:
        """Whether the word ends as none of English does."""
        return len(word) > 7 and word.endswith(self.tails)

    def _language(self, words: Sequence[str]) -> str | None:
        """The language that has all the words, the one that is surest of them; None where there is none."""
        totals: dict[str, int] = {}
        for code in self._ranks(words[0]):
            ranks = [self._ranks(w).get(code, 0) for w in words]
            if min(ranks):
                totals[code] = sum(ranks)
        return max(totals, key=totals.__getitem__, default=None)

    def _rank(self, place: Place) -> int:
        return max(self._ranks(w).get(place.language, 0) for w in place.words)

    def _weight(self, place: Place) -> int:
        return sum(self._ranks(w).get(place.language, 0) for w in place.words)

    def _foreign(self, words: Sequence[str]) -> float:
        """How many of the words are foreign; one that may also be a name counts half, a single letter nothing."""
        ranks = [max(self._ranks(w).values(), default=0) for w in words if len(w) > 1 and w not in self.english]
        return ranks.count(SURE) + ranks.count(LIKELY) / 2

    # --------------------------------------------------------------------------------------- a line of its own

    def _line_hit(self, article: Article, n: int, place: Place) -> Hit | None:
        sure = self._rank(place) == SURE
        safety = Safety.SAFE if sure else Safety.UNSAFE
        if place.line.kind != "paragraph" or not self._fits(article.lines, n, place):
            if not sure:
                return None
            safety = Safety.SUGGEST
        elif place.masked.strip()[0].isupper() and _runs_on(article.lines, n):
            safety = min(safety, Safety.UNSAFE)
        start, end = _with_blank_line(article, n)
        return self._hit(article, place, "line", safety, Edit(start, article.text[start:end], ""))

    def _fits(self, lines: Sequence[Line], n: int, place: Place) -> bool:
        """Whether the lines around are prose of the article, and no list of words, poem or sentence around a link."""
        before, after = _neighbour(lines, n, -1), _neighbour(lines, n, 1)
        around = [x for x in (before, after) if x is not None]
        if max((len(x.text.split()) for x in around), default=0) < PROSE:
            return False
        for line in around:
            words = [w.lower() for w in WORD.findall(line.text)]
            if words and len(words) <= self.most_words and self._language(words) == place.language:
                return False
            if len(words) > self.most_words and self._foreign(words) * 4 > len(words):
                return False
            if line is after and not MEANS.isdisjoint(words[:EXPLAINED]):
                return False
        if before is None or after is None or not place.masked.strip()[0].isupper():
            return True
        return not (before.text.rstrip()[-1].isalnum() and after.text.lstrip()[0].islower())  # a name that was a link

    # --------------------------------------------------------------------------------------- inside a sentence

    def _places(self, line: Line, masked: str, tokens: list[Token], wanted: set[str]) -> Iterator[Place]:
        done = 0
        for i, token in enumerate(tokens):
            if i < done or token.word not in wanted:
                continue
            best: Place | None = None
            for code in self._ranks(token.word):
                place = Place(line, masked, tokens, *self._widest(masked, tokens, i, done, code), code)
                if best is None or self._weight(place) > self._weight(best):
                    best = place
            if best is not None:
                done = best.last
                yield best

    def _widest(self, masked: str, tokens: list[Token], i: int, floor: int, code: str) -> tuple[int, int]:
        """The words of the language around token i; an English word at either edge is left to the sentence."""
        first, last = i, i + 1
        while first > floor and _joined(masked, tokens, first) and code in self._ranks(tokens[first - 1].word):
            first -= 1
        while last < len(tokens) and _joined(masked, tokens, last) and code in self._ranks(tokens[last].word):
            last += 1
        while first < i and tokens[first].word in self.english:
            first += 1
        while last > i + 1 and tokens[last - 1].word in self.english:
            last -= 1
        return first, last

    def _inner_hit(self, article: Article, n: int, place: Place) -> Hit | None:
        masked, first, last = place.masked, place.first, place.last
        if last - first > self.most_words or last == len(place.tokens):
            return None
        head, text, tail = masked[: place.start], masked[place.start : place.end], masked[place.end :]
        if head[-1:] in ("*", "_", "(", "[") or tail[0] in "*_)]" or MASK in head[-2:] + tail[:2]:
            return None
        if any(len(w) > 1 and w.isupper() for w in text.split()):
            return None
        capital = text[0].isupper()
        first_of_line = not head.strip(OPENING_MARKS)
        if first_of_line or SENTENCE_END.search(head[-6:]):
            where = "start"
        elif CLAUSE_END.search(head[-3:]) and not capital:
            where = "clause"
        else:
            return None
        comma = tail.startswith(",")
        b = place.end + comma + 1
        if masked[b - 1] != " " or masked[b : place.tokens[last].start].strip("\"“‘'"):
            return None
        safety = self._start_safety(place, comma) if where == "start" else self._clause_safety(place)
        if safety is None:
            return None
        doubtful = place.line.kind != "paragraph" or self._rank(place) < SURE or (where == "start" and not capital)
        doubtful |= first_of_line and _runs_on(article.lines, n)
        if doubtful or _quoted(head) or head.count("(") > head.count(")") or self._hinted(place):
            safety = min(safety, Safety.SUGGEST)
        return self._hit(article, place, where, safety, _without(article, place, b, capital))

    def _start_safety(self, place: Place, comma: bool) -> Safety | None:
        """How surely a sentence begins after the words; None: they are no leftover."""
        if self._names_what_follows(place, comma):
            return Safety.SUGGEST
        after = place.tokens[place.last]
        next_word = place.masked[after.start : after.end]
        behind = [t.word for t in place.tokens[place.last : place.last + NEAR]]
        if not any(w in self.english for w in behind):
            return None
        if after.word in self.verbs:
            return Safety.SUGGEST if next_word[0].isupper() or comma else None
        if comma or (after.word in self.english and after.word not in ("and", "or", "of")):
            return Safety.SAFE
        if self._rank(place) < SURE:
            return None
        return Safety.UNSAFE if next_word[0].isupper() and len(place.words[0]) > 3 else Safety.SUGGEST

    def _clause_safety(self, place: Place) -> Safety | None:
        after = place.tokens[place.last].word
        if after not in self.english:
            return None
        return Safety.SUGGEST if after in self.verbs or after == "of" else Safety.SAFE

    def _names_what_follows(self, place: Place, comma: bool) -> bool:
        """Whether the words are a name with its explanation (`X, the song, was`), or speech (`X, she says`)."""
        words = [t.word for t in place.tokens[place.last : place.last + 2]]
        if comma and len(words) > 1 and words[0] in PERSONS and words[1] in SPEECH:
            return True
        explained = EXPLANATION.match(place.masked, place.tokens[place.last].start)
        if explained is None or not self.verbs.isdisjoint(explained[1].lower().split()):
            return False
        follows = explained[2].lower()
        return follows in self.verbs or follows.endswith("ed") or (not comma and follows in PERSONS)

    def _hinted(self, place: Place) -> bool:
        """Whether the words around say that the foreign word is meant."""
        closest = [t.word for t in place.tokens[max(0, place.first - 6) : place.last + 2]]
        around = place.around
        return self._foreign(around) >= 1 or not self.languages.isdisjoint(around) or not self.gloss.isdisjoint(closest)

    def _hit(self, article: Article, place: Place, where: str, safety: Safety, edit: Edit) -> Hit:
        start, end = place.line.start + place.start, place.line.start + place.end
        language = self.names[place.language]
        values = {"word": article.text[start:end][:80], "language": language, "where": where}
        what = "line" if where == "line" else f"{language} word{'s' if place.last - place.first > 1 else ''}"
        span = article.passages[0].span(start - article.body.start, end - article.body.start)
        case = where if safety == Safety.SAFE else "doubt"
        return Hit(span, values, fix(f"delete the {what}", edit, safety=safety), None, case)


def _is_name(masked: str, word: str) -> bool:
    """Whether the word stands with a capital after a word in lower case, somewhere in the text."""
    name = " " + word[0].upper() + word[1:]
    at = masked.find(name)
    while at > 0:
        if masked[at - 1].islower() and not masked[at + len(name) : at + len(name) + 1].isalnum():
            return True
        at = masked.find(name, at + 1)
    return False


def _joined(masked: str, tokens: Sequence[Token], i: int) -> bool:
    """Whether one blank is all that stands before token i."""
    return masked[tokens[i - 1].end : tokens[i].start] == " "


def _runs_on(lines: Sequence[Line], n: int) -> bool:
    """Whether line n stands right under a line that ends within a sentence."""
    if n == 0:
        return False
    last = lines[n - 1].text.rstrip()[-1:]
    return last.isalnum() or last in (",", "-")


def _hyphenated(lines: Sequence[Line], n: int) -> bool:
    """Whether the first word of line n is the second half of a word that was cut at the line end."""
    before = _neighbour(lines, n, -1)
    return before is not None and before.text.rstrip()[-1] in "-\u00ad\u2010"


def _neighbour(lines: Sequence[Line], n: int, step: int) -> Line | None:
    """The nearest line with text above (-1) or below (1)."""
    n += step
    while 0 <= n < len(lines):
        if lines[n].text.strip():
            return lines[n]
        n += step
    return None


def _with_blank_line(article: Article, n: int) -> tuple[int, int]:
    """What goes with line n: its line end, and one of two blank lines that would meet."""
    lines = article.lines
    line = lines[n]
    bare = n == 0 or not lines[n - 1].text.strip()
    if n + 1 < len(lines):
        after = lines[n + 1]
        return line.start, after.stop if bare and not after.text.strip() else line.stop
    if n and bare:
        return lines[n - 1].start, line.stop
    if n and line.stop == line.end:  # the file ends without a line end, and still does
        return lines[n - 1].end, line.stop
    return line.start, line.stop


def _without(article: Article, place: Place, b: int, capital: bool) -> Edit:
    """Takes out the words and what follows them up to `b`; the word behind takes over the capital."""
    start, end = place.line.start + place.start, place.line.start + b
    follow = place.tokens[place.last]
    word = place.masked[follow.start : follow.end]
    if capital and follow.start == b and word.islower():
        return Edit(start, article.text[start : end + 1], word[0].upper())
    return Edit(start, article.text[start:end], "")


def _quoted(head: str) -> bool:
    """Whether quotation marks are open where `head` ends."""
    return head.count('"') % 2 == 1 or head.rfind("“") > head.rfind("”") or head.rfind("„") > head.rfind("“")
