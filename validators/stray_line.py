"""Lines that hold nothing but words of another language, left behind by a translation that works piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copydesk.lexicon import NAME, SEEN, SURE, WORD, Lexicon, Reading, tokens_of
from copydesk.validator import Article, Contract, Edit, Hit, Line, Safety, Setup, Validator, fix

SENTENCE_END = re.compile(r"[.!?:…][\"”’)\]*_]{0,2}\Z")
ALONE = re.compile(r"[\s,:;.…]*")  # all that may stand on the line beside the words
MEANS = frozenset({"means", "meaning", "meant", "translates", "translated"})
EXPLAINED = 4  # words of the next line in which one of these explains the line
PROSE = 5  # words; a shorter line may be a heading, a list entry, a label
MOST_LINES = 2  # of foreign words under one another; more are a list of words


@dataclass
class StrayLine(Validator):
    contract = Contract.LINES
    scope = "body"
    cases = ("line", "doubt")
    most_words: int = 5

    def prepare(self, setup: Setup) -> None:
        self.lexicons = setup.lexicons

    def check(self, article: Article) -> Iterator[Hit]:
        reading = self.lexicons.read(article)
        if reading is not None:
            yield from self._lines(article, reading)

    def _lines(self, article: Article, reading: Reading) -> Iterator[Hit]:
        start = article.body.start
        for n, line in enumerate(article.lines):
            if line.kind not in ("paragraph", "list") or line.end - line.start > 20 * self.most_words:
                continue
            masked = reading.masked[line.start - start : line.end - start]
            lower = masked.lower()
            if any(b in lower for b in reading.begins):
                words = self._words(masked, reading)
                hit = self._hit(article, n, words, reading.lexicon) if words else None
                if hit:
                    yield hit

    def _words(self, masked: str, reading: Reading) -> list[str]:
        """The words of the line, where it is nothing but a few words that may be foreign."""
        words = [t.word for t in tokens_of(masked)]
        if not words or len(words) > self.most_words or masked.isupper() or not ALONE.fullmatch(WORD.sub("", masked)):
            return []
        return words if not reading.found.isdisjoint(words) else []

    def _hit(self, article: Article, n: int, words: list[str], lexicon: Lexicon) -> Hit | None:
        language = lexicon.language(words)
        if language is None or _hyphenated(article.lines, n):
            return None
        line = article.lines[n]
        safety = self._safety(words, language, line, lexicon)
        context = self._context(article.lines, n, lexicon)
        if line.kind != "paragraph" or context is None:
            if safety < Safety.SAFE or max(lexicon.rank(w, language) for w in words) < SURE:
                return None
            safety = Safety.SUGGEST
        elif (not context and max(lexicon.rank(w, language) for w in words) < SURE) or (
            line.text.lstrip()[0].isupper() and _runs_on(article.lines, n)
        ):
            safety = min(safety, Safety.UNSAFE)
        start, end = _with_blank_line(article, n)
        edit = Edit(start, article.text[start:end], "")
        tokens = tokens_of(line.text)
        a, b = line.start + tokens[0].start, line.start + tokens[-1].end
        values = {"word": article.text[a:b][:80], "language": lexicon.names[language], "where": "line"}
        span = article.passages[0].span(a - article.body.start, b - article.body.start)
        case = "line" if safety == Safety.SAFE else "doubt"
        return Hit(span, values, fix("delete the line", edit, safety=safety), None, case)

    def _safety(self, words: list[str], language: str, line: Line, lexicon: Lexicon) -> Safety:
        """How sure the words are, whatever stands around the line."""
        ranks = [lexicon.rank(w, language) for w in words]
        capitals = [w[0].isupper() for w in line.text.split() if w[0].isalpha()]
        if all((language, w) in lexicon.doubt for w in words) or (len(words) > 1 and all(capitals)):
            return Safety.UNSAFE
        if min(ranks) == 0 or max(ranks) < SEEN:
            return Safety.UNSAFE
        return Safety.SAFE

    def _context(self, lines: Sequence[Line], n: int, lexicon: Lexicon) -> bool | None:
        """Whether one sentence ends above and another begins below; None where the lines around are no prose.

        A list of words, a poem, or a sentence around a link is no such prose.
        """
        before, skipped = self._prose(lines, n, -1, lexicon)
        after, more = self._prose(lines, n, 1, lexicon)
        around = [x for x in (before, after) if x is not None]
        lengths = [len(x.text.split()) for x in around]
        if skipped + more + 1 > MOST_LINES or max(lengths, default=0) < PROSE:
            return None
        if skipped + more and min(lengths) < PROSE:
            return None
        for line in around:
            words = [t.word for t in tokens_of(line.text)]
            if len(words) > self.most_words and lexicon.foreign(words) * 4 > len(words):
                return None
            if line is after and not MEANS.isdisjoint(words[:EXPLAINED]):
                return None
        ends = before is None or SENTENCE_END.search(before.text.rstrip()[-3:]) is not None
        begins = after is None or not after.text.lstrip()[0].islower()
        if (
            not begins
            and before is not None
            and before.text.rstrip()[-1].isalnum()
            and lines[n].text.lstrip()[0].isupper()
        ):
            return None  # a name that was a link
        return ends and begins

    def _prose(self, lines: Sequence[Line], n: int, step: int, lexicon: Lexicon) -> tuple[Line | None, int]:
        """The nearest line above (-1) or below (1) that is not of the same kind, and how many of that kind come first."""
        skipped = 0
        n += step
        while 0 <= n < len(lines) and skipped < MOST_LINES:
            line = lines[n]
            if line.text.strip():
                words = [t.word for t in tokens_of(line.text[: 20 * self.most_words])]
                if not words or len(words) > self.most_words or lexicon.language(words) is None:
                    return line, skipped
                if max(lexicon.rank(w, code) for w in words for code in lexicon.ranks(w)) < NAME:
                    return line, skipped
                skipped += 1
            n += step
        return None, skipped


def _runs_on(lines: Sequence[Line], n: int) -> bool:
    """Whether line n stands right under a line that ends within a sentence."""
    if n == 0:
        return False
    last = lines[n - 1].text.rstrip()[-1:]
    return last.isalnum() or last in (",", "-")


def _hyphenated(lines: Sequence[Line], n: int) -> bool:
    """Whether the first word of line n is the second half of a word that was cut at the line end."""
    n -= 1
    while n >= 0 and not lines[n].text.strip():
        n -= 1
    return n >= 0 and lines[n].text.rstrip()[-1] in "-\u00ad\u2010"


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
