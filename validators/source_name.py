"""Whether the name of a source fits its domain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Hit, Scalar, Validator

_SECOND_LEVEL = frozenset(
    ("ac", "co", "com", "edu", "gob", "gov", "gouv", "net", "nom", "or", "org", "ltd", "plc", "sch")
)
_ADDITIONS = re.compile(
    r"(?:the|go|get|my)?(?:online|news(?:paper|site)?|daily|weekly|media|magazine|mag|blogs?|hq|apps?|web(?:site)?|site|digital|"
    r"group|inc|corp|ltd|llc|official|world|tv|radio|live|live|today|press|journal|network|net|global|international|usa?|uk|eu|io)?"
)
"""What a domain may have before or behind the whole name."""
_SHARED = 3  # letters in a row that a name and a domain may have in common by chance, less one


@dataclass
class SourceName(Validator):
    """A name that is only the first part of the domain, and one that has nothing to do with it.

    Nothing is said of names in another script than Latin, nor of a domain that may be an abbreviation of the name.
    """

    contract = Contract.REPORT
    scope = "front"
    cases = ("part", "unlike")
    name: str = "provider.name"
    domain: str = "provider.domain"

    def check(self, article: Article) -> Iterator[Hit]:
        meta = article.meta
        if meta is None or meta.root is None:
            return
        found = meta.fields.get(self.name)
        domain = (meta.value(self.domain) or "").lower()
        if found is None or not isinstance(found.node, Scalar) or "." not in domain:
            return
        label, name = label_of(domain), _letters(found.node.value)
        if len(name) < 3 or not name.isascii() or not label.isascii() or len(label) < 3:
            return
        case = _misfit(found.node.value, name, label)
        if case:
            yield Hit(found.node.span, {"value": found.node.value[:80], "domain": domain[:80]}, (), self.name, case)


def label_of(domain: str) -> str:
    """The part of a domain that somebody chose (`example` of `news.example.co.uk`), letters and digits only."""
    parts = domain.strip(".").split(".")
    at = -3 if len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVEL else -2
    return _letters(parts[max(at, -len(parts))])


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if c.isalnum())


def _misfit(written: str, name: str, label: str) -> str:
    if label in name or _letters(written.partition(".")[0]) == label:
        return ""
    if label.startswith(name):
        return "" if _ADDITIONS.fullmatch(label[len(name) :]) else "part"
    core = label.removeprefix("the")
    if name in label or core in name or _abbreviates(core, written.split()):
        return ""
    return "" if _longest_common(name, label) > _SHARED else "unlike"


def _abbreviates(label: str, words: list[str]) -> bool:
    """Whether the label is put together from beginnings of the name's words, in their order; a word may be left out."""
    ways = {0}
    for word in map(_letters, words):
        reached = set(ways)
        for at in ways:
            n = 0
            while n < len(word) and at + n < len(label) and word[n] == label[at + n]:
                n += 1
                reached.add(at + n)
        ways = reached
    return any(at == len(label) or (at >= 2 and _ADDITIONS.fullmatch(label[at:])) for at in ways)


def _longest_common(a: str, b: str) -> int:
    """The length of the longest run of letters in both; both are short."""
    a, b = sorted((a[:64], b[:64]), key=len)
    best = 0
    for start in range(len(a)):
        while start + best < len(a) and a[start : start + best + 1] in b:
            best += 1
    return best
