"""Letters of another script that look like Latin ones, inside a Latin word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Hit, Passage, Safety, Validator, fix

LATIN_OF = dict(
    zip(
        "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅԌ" + "οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijshdqwABEKMHOPCTYXIJSG" + "oABEZHIKMNOPTYX",
        strict=True,
    )
)
FOREIGN_OF: dict[str, str] = {}
for foreign, latin in LATIN_OF.items():
    FOREIGN_OF.setdefault(latin, foreign)  # Cyrillic first: a Greek word with a Latin letter is only reported
ALIKE = re.escape("".join(LATIN_OF))
ASCII = bytes(range(0x80))
ANY_ALIKE = re.compile(f"[{ALIKE}]")
SCREEN = re.compile(rf"[A-Za-z][{ALIKE}]|[{ALIKE}][A-Za-z]")
WORD = re.compile(r"[^\W\d_]{2,64}")
"""Longer runs of letters are no words."""


def may_mix(text: str) -> bool:
    """Whether there is any letter of the other scripts at all; many times faster than to look for it in place."""
    unusual = text.encode("utf-8", "surrogatepass").translate(None, ASCII)
    return ANY_ALIKE.search(unusual.decode("utf-8", "surrogatepass")) is not None


@dataclass
class LookAlikeLetter(Validator):
    """Offers the letter of the script that the rest of the word is written in."""

    contract = Contract.NAME

    def check(self, article: Article) -> Iterator[Hit]:
        if article.prose.isascii() or not may_mix(article.prose):
            return
        for passage in article.passages:
            text = passage.masked
            if text.isascii() or not may_mix(text) or SCREEN.search(text) is None:
                continue
            for m in WORD.finditer(text):
                word = m[0]
                if not word.isascii() and SCREEN.search(word):
                    found = self._hit(passage, m.start(), word)
                    if found:
                        yield found

    @staticmethod
    def _hit(passage: Passage, start: int, word: str) -> Hit | None:
        latin = [c for c in word if c < "\u0250"]
        other = [c for c in word if c >= "\u0250"]
        if len(latin) > len(other):
            table, strangers = LATIN_OF, other
        else:
            table, strangers = FOREIGN_OF, latin
        if not all(c in table for c in strangers):
            return None  # two scripts on purpose: a unit, a formula, a foreign ending
        meant = "".join(table[c] if c in strangers else c for c in word)
        edits = [passage.edit(start + n, start + n + 1, table[c]) for n, c in enumerate(word) if c in strangers]
        names = ", ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in strangers))
        values = {"word": word, "meant": meant, "characters": names, "count": len(strangers)}
        fixes = fix(f"write {meant} in one script", *edits, safety=Safety.SUGGEST)
        return Hit(passage.span(start, start + len(word)), values, fixes, passage.field)
