"""Lines that hold nothing but words of another language, left behind by a translation that works piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from copydesk.lexicon import CAPITAL_NOUNS, NAME, SEEN, SURE, WORD, Lexicon, Reading, Stretch, plain_words, tokens_of
from copydesk.pieces import is_hyphenated, runs_on
from copydesk.validator import Article, Contract, Edit, Hit, Line, Safety, Setup, Validator, fix, minimal

SENTENCE_END = re.compile(r"[.!?:…][\"”’)\]*_]{0,2}\Z")
ALONE = re.compile(r"[\s,:;.…]*")  # all that may stand on the line beside the words
LONE = re.compile(r"^[ \t]{0,3}(?:([a-zß-ÿ]{2,20})[,:]?|([^\W\d_]{2,20}),)[ \t]{0,3}$", re.MULTILINE)
"""A line of one word that begins no sentence, or ends none."""
LABEL = 40  # characters
LABEL_MARKS = " \t:>»›→….<«-*•[]"
URL = ("http://", "https://", "www.")
MEANS = frozenset({"means", "meaning", "meant", "translates", "translated"})
EXPLAINED = 4  # words of the next line in which one of these explains the line
PROSE = 5  # words; a shorter line may be a heading, a list entry, a label
MOST_LINES = 2  # of foreign words under one another; more are a list of words


@dataclass
class StrayLine(Validator):
    contract = Contract.LINES
    scope = "body"
    contracts: ClassVar[Mapping[str, Contract]] = {"hedge": Contract.NAME}
    cases = ("line", "doubt", "label", "hedge")
    most_words: int = 5

    def prepare(self, setup: Setup) -> None:
        self.lexicons = setup.lexicons
        self._interface: dict[str, str] = {}
        for code, entry in setup.lexicons.languages.items():
            for label in str(entry.get("interface", "")).split(","):
                if label.strip():
                    self._interface.setdefault(label.strip(), code)

    def check(self, article: Article) -> Iterator[Hit]:
        reading = self.lexicons.read(article)
        if reading is not None:
            yield from self._lines(article, reading)
        short = [(n, line) for n, line in enumerate(article.lines) if 1 < line.end - line.start < LABEL]
        if short:
            yield from self._lone(article, short)
            yield from self._labels(article, short)

    def _labels(self, article: Article, short: Sequence[tuple[int, Line]]) -> Iterator[Hit]:
        """Labels of web pages in another language."""
        labels = [(n, label) for n, line in short if (label := self._label(line)) in self._interface]
        if not labels:
            return
        language = self.lexicons.language_of(article)
        for n, label in labels:
            code = self._interface[label]
            lexicon = self.lexicons.lexicon(language) if language and language != code else None
            if lexicon is not None and article.lines[n].kind in ("paragraph", "list") and tokens_of(label):
                yield self._found(article, n, code, Safety.UNSAFE, lexicon, "label")

    @staticmethod
    def _label(line: Line) -> str:
        return line.text.strip(LABEL_MARKS).lower()

    def _lone(self, article: Article, short: Sequence[tuple[int, Line]]) -> Iterator[Hit]:
        """Lines of one word that both languages have, where no sentence has room for it."""
        lexicon = self.lexicons.lexicon("en")
        if lexicon is None:
            return
        masked, start = article.passages[0].masked, article.body.start
        for n, line in short:
            m = LONE.match(masked, line.start - start, line.end - start) if line.kind == "paragraph" else None
            word = (m[1] or m[2]).lower() if m else ""
            if m is None or word in lexicon.openers or word in lexicon.loans:
                continue
            ranks = lexicon.ranks(word)
            shared = ranks and max(ranks.values()) == 1 and self.lexicons.language_of(article) == "en"
            if shared and self._context(article.lines, n, lexicon) == "sentences":
                yield self._found(article, n, next(iter(ranks)), Safety.SUGGEST, lexicon)

    def _lines(self, article: Article, reading: Reading) -> Iterator[Hit]:
        for stretch in reading.lines:
            words = self._words(stretch)
            hit = self._hit(article, stretch.number, words, reading) if words else None
            if hit:
                yield hit

    def _words(self, stretch: Stretch) -> list[str]:
        """The words of the line, where it holds nothing but a few of them."""
        masked = stretch.masked
        if len(stretch.tokens) > self.most_words or masked.isupper() or not ALONE.fullmatch(WORD.sub("", masked)):
            return []
        return [t.word for t in stretch.tokens]

    def _hit(self, article: Article, n: int, words: list[str], reading: Reading) -> Hit | None:
        lexicon = reading.lexicon
        language = lexicon.language(words)
        if language is None or is_hyphenated(article.lines, n) or self._label(article.lines[n]) in self._interface:
            return None  # a label of a page is another case
        if " ".join(words) in lexicon.loans and (article.lines[n].text[:1].isupper() or len(words) > 1):
            return None
        line = article.lines[n]
        ranks = [lexicon.rank(w, language) for w in words]
        rank = SURE if lexicon.is_phrase(language, words) else max(ranks)
        if rank < NAME and (rank or _is_title(line.text)):
            return None
        safety = Safety.SAFE if rank >= SEEN and (min(ranks) > 0 or rank >= SURE) else Safety.UNSAFE
        hedge = lexicon.doubt_of(language, words)
        unclear = hedge is None and all((language, w) in lexicon.doubt for w in words)
        nouns = language in CAPITAL_NOUNS and lexicon.is_phrase(language, words)
        if unclear or (_is_title(line.text) and not nouns) or reading.mixed:
            safety = Safety.UNSAFE
        if rank == SEEN and len(words) == 1 and line.text.lstrip()[0].isupper() and words[0] in self.lexicons.english:
            safety = Safety.UNSAFE  # perhaps a heading without a mark
        context = self._context(article.lines, n, lexicon)
        if context == "list":
            return None
        if rank == 0 and context != "sentences":
            return None
        if line.kind != "paragraph" or context == "labels":
            if safety < Safety.SAFE or rank < SURE:
                return None
            safety = Safety.SUGGEST
        elif (context != "sentences" and rank < SURE) or (
            line.text.lstrip()[0].isupper() and runs_on(article.lines, n)
        ):
            safety = min(safety, Safety.UNSAFE)
        if hedge is not None and safety == Safety.SAFE:
            return self._translated(article, n, language, hedge, lexicon)
        return self._found(article, n, language, safety, lexicon)

    @staticmethod
    def _translated(article: Article, n: int, language: str, hedge: str, lexicon: Lexicon) -> Hit:
        """The line in English: without the word the text would say more than it did."""
        line = article.lines[n]
        tokens = tokens_of(line.text)
        a, b = line.start + tokens[0].start, line.start + tokens[-1].end
        old = article.text[a:b]
        values = {"word": old[:80], "language": lexicon.names[language], "where": "line", "gloss": hedge}
        span = article.passages[0].span(a - article.body.start, b - article.body.start)
        edit = minimal(a, old, hedge.capitalize() if old[0].isupper() else hedge)
        return Hit(span, values, fix(f"write {hedge}", edit, safety=Safety.SAFE), None, "hedge")

    @staticmethod
    def _found(article: Article, n: int, language: str, safety: Safety, lexicon: Lexicon, case: str = "") -> Hit:
        line = article.lines[n]
        start, end = _with_blank_line(article, n)
        edit = Edit(start, article.text[start:end], "")
        tokens = tokens_of(line.text)
        a, b = line.start + tokens[0].start, line.start + tokens[-1].end
        values = {"word": article.text[a:b][:80], "language": lexicon.names[language], "where": "line"}
        gloss = lexicon.gloss_of(language, [t.word for t in tokens])
        if gloss:
            values["gloss"] = gloss
        span = article.passages[0].span(a - article.body.start, b - article.body.start)
        case = case or ("line" if safety == Safety.SAFE else "doubt")
        return Hit(span, values, fix("delete the line", edit, safety=safety), None, case)

    def _context(self, lines: Sequence[Line], n: int, lexicon: Lexicon) -> str:
        """What the lines around are: `sentences` where one ends above and another begins below, other `prose`,
        short `labels`, or a `list` of words, a poem, a text about the word."""
        before, skipped = self._prose(lines, n, -1, lexicon)
        after, more = self._prose(lines, n, 1, lexicon)
        around = [x for x in (before, after) if x is not None]
        lengths = [len(x.text.split()) for x in around]
        if skipped + more + 1 > MOST_LINES:
            return "list"
        if max(lengths, default=0) < PROSE or (skipped + more and min(lengths) < PROSE):
            return "labels"
        for line in around:
            words = plain_words(line.text)
            if len(words) > self.most_words and lexicon.foreign(words) * 4 > len(words):
                return "list"
            if line is after and not MEANS.isdisjoint(words[:EXPLAINED]):
                return "list"
        ends = before is None or SENTENCE_END.search(before.text.rstrip()[-3:]) is not None
        begins = after is None or not after.text.lstrip()[0].islower() or after.text.lstrip().startswith(URL)
        if (
            not begins
            and before is not None
            and before.text.rstrip()[-1].isalnum()
            and lines[n].text.lstrip()[0].isupper()
        ):
            return "labels"  # a name that was a link
        return "sentences" if ends and begins else "prose"

    def _prose(self, lines: Sequence[Line], n: int, step: int, lexicon: Lexicon) -> tuple[Line | None, int]:
        """The nearest line above (-1) or below (1) that is of another kind, and how many are passed over."""
        skipped = 0
        n += step
        while 0 <= n < len(lines) and skipped < MOST_LINES:
            line = lines[n]
            if line.text.strip():
                words = plain_words(line.text[: 20 * self.most_words])
                if not words or len(words) > self.most_words or lexicon.language(words) is None:
                    return line, skipped
                if max(lexicon.rank(w, code) for w in words for code in lexicon.ranks(w)) < NAME:
                    return line, skipped
                skipped += 1
            n += step
        return None, skipped


def _is_title(text: str) -> bool:
    """Whether there are several words, and each has a capital."""
    capitals = [w[0].isupper() for w in text.split() if w[0].isalpha()]
    return len(capitals) > 1 and all(capitals)


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
