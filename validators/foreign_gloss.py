"""Words of another language that a sentence needs: inside it, or binding its first clause to the next one.

To delete them would leave a hole; what they mean in English is offered in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copydesk.lexicon import SURE, Lexicon, Reading, Stretch, Token
from copydesk.validator import MASK, Article, Contract, Hit, Line, Safety, Setup, Validator, fix, minimal

LONGEST = 4  # words of a phrase
REACH = 4_000  # characters on either side that are looked at
NEAR = 8  # words on either side in which a hint says that the words are meant
BOUNDARY = re.compile(r"(?:[.!?…][\"”’)\]]?\s{1,4}|[,;:] |\s[–—-] |^[ \t\-*•>]{0,8})\Z")


@dataclass
class ForeignGloss(Validator):
    contract = Contract.NAME
    scope = "body"

    def prepare(self, setup: Setup) -> None:
        self.lexicons = setup.lexicons

    def check(self, article: Article) -> Iterator[Hit]:
        reading = self.lexicons.read(article)
        if reading is None or not reading.found or reading.lexicon.target != "en":
            return
        for stretch in reading.lines:
            yield from self._line(article, stretch, reading)

    def _line(self, article: Article, stretch: Stretch, reading: Reading) -> Iterator[Hit]:
        tokens = stretch.tokens
        near = {j for n, t in enumerate(tokens) if t.word in reading.found for j in range(n - LONGEST + 1, n + 1)}
        done = 0
        for i in sorted(near):
            if i < done or not reading.lexicon.ranks(tokens[i].word):
                continue
            for last in range(min(i + LONGEST, len(tokens) - 1), i, -1):
                words = [t.word for t in tokens[i:last]]
                language = _language(words, reading)
                if language and self._fits(stretch.masked, tokens, i, last, language, reading.lexicon):
                    done = last
                    a, b = tokens[i].start, tokens[last - 1].end
                    yield self._hit(article, stretch.line, a, b, words, language, reading.lexicon)
                    break

    def _fits(self, masked: str, tokens: list[Token], first: int, last: int, language: str, lexicon: Lexicon) -> bool:
        """Whether English stands on both sides, and nothing says that the words are meant."""
        a, b = tokens[first].start, tokens[last - 1].end
        head, tail = masked[max(0, a - REACH) : a], masked[b : b + REACH]
        if MASK in head[-2:] + tail[:2] or _quoted(head) or head[-1:] in ("*", "_", "(", "[") or tail[:1] in ("*", "_"):
            return False
        if not all(_joined(masked, tokens, n) for n in range(first + 1, last)) or lexicon.rank(
            tokens[last].word, language
        ):
            return False
        words = [t.word for t in tokens[first:last]]
        if BOUNDARY.search(head[-8:]):
            if tail[:1] == "," or not lexicon.binds(language, words, tail):
                return False
        elif not self._inside(masked, tokens, first, last, language, lexicon):
            return False
        around = [t.word for t in [*tokens[max(0, first - NEAR) : first], *tokens[last : last + NEAR]]]
        closest = [t.word for t in tokens[max(0, first - 6) : first]]
        return (
            lexicon.foreign(around) < 1
            and lexicon.languages.isdisjoint(around)
            and lexicon.gloss.isdisjoint(closest)
            and " ".join(words) not in lexicon.loans
        )

    def _inside(self, masked: str, tokens: list[Token], first: int, last: int, language: str, lexicon: Lexicon) -> bool:
        if first == 0 or not _joined(masked, tokens, first) or masked[tokens[first].start].isupper():
            return False
        before, after = tokens[first - 1], tokens[last]
        if lexicon.rank(before.word, language) or not self._plain(masked, before, lexicon):
            return False
        gap = masked[tokens[last - 1].end : after.start]
        return gap in (" ", ", ") and self._plain(masked, after, lexicon)

    def _plain(self, masked: str, token: Token, lexicon: Lexicon) -> bool:
        """Whether the word is an English one and no name."""
        if token.word in lexicon.openers:
            return True
        return masked[token.start].islower() and token.word in self.lexicons.english

    def _hit(
        self, article: Article, line: Line, a: int, b: int, words: list[str], language: str, lexicon: Lexicon
    ) -> Hit:
        start, end = line.start + a, line.start + b
        old = article.text[start:end]
        gloss = lexicon.gloss_of(language, words) or ""
        new = gloss[:1].upper() + gloss[1:] if old[0].isupper() else gloss
        edit = minimal(start, old, new)
        name = lexicon.names[language]
        values = {"word": old[:80], "language": name, "gloss": gloss}
        span = article.passages[0].span(start - article.body.start, end - article.body.start)
        return Hit(span, values, fix(f"write {gloss}", edit, safety=Safety.SUGGEST))


def _language(words: list[str], reading: Reading) -> str | None:
    """The language in which the words have a gloss, where they are sure to be of it."""
    lexicon = reading.lexicon
    if reading.found.isdisjoint(words):
        return None
    for code in lexicon.ranks(words[0]):
        if lexicon.is_phrase(code, words):
            return code
        if len(words) == 1 and lexicon.rank(words[0], code) >= SURE and lexicon.gloss_of(code, words):
            return code
    return None


def _joined(masked: str, tokens: Sequence[Token], i: int) -> bool:
    return i > 0 and masked[tokens[i - 1].end : tokens[i].start] == " "


def _quoted(head: str) -> bool:
    """Whether quotation marks are open where `head` ends."""
    return head.count('"') % 2 == 1 or head.rfind("“") > head.rfind("”") or head.rfind("„") > head.rfind("“")
