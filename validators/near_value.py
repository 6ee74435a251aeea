"""Titles and excerpts that are nearly those of another article: one story twice, before and after an edit.

What is nearly the same is told by what differs. Small words, forms of one word, a slip of the pen, the halves of a
title turned round, the name of a site behind it, a summary that was cut off earlier: none of them makes another story.
Another number, another day and another name do, and so does one more word in the midst of a title, so that the parts of
a series and what is written to one pattern are left alone. Values that are the same word for word, and articles whose
addresses or texts are alike, have rules of their own.
"""

# ruff: noqa: SIM905 - word lists read better as text

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from copydesk.provenance import DATES, URLS, age, canonical, first_value, top_level
from copydesk.validator import Article, Contract, CorpusValidator, Facts, Hit

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SMALL = frozenset(
    "a an the and or but of to in on at by for from with as is are was were be been has have had will its it his her "
    "their our your this that these those than then so after".split()
)
"""Words that come and go when a sentence is polished."""
_FIXED = re.compile(
    r"\d.*|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth|last|next|"
    r"not|no|never|without|[ivx]+"
)
"""Words that make another story of the same sentence."""
_ENDINGS = frozenset(("", "s", "es", "d", "ed", "ing", "'s", "’s", "e"))
_ADDED = re.compile(r"(?P<front>[^\s:|][^:|]{0,24}): |(?: [|–—-] | \()(?P<back>[^|–—()]{1,40})\)?\Z")
"""A label before a title, or the name of a site behind it."""
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*\Z")
LENGTH = 600  # code points of a value that are read
OFTEN = 40  # a word that stands in more values than this says nothing of any two of them
LIKE = 0.75  # the share of the words of the shorter one that two values have in common at least
PARTNERS = 3  # a value that is like more others follows a pattern


class Row(NamedTuple):
    """What is known of an article."""

    id: str
    asked: bool
    date: str
    url: str
    title: str
    excerpt: str


@dataclass
class NearValue(CorpusValidator):
    """The newer of each two articles whose titles, or else whose excerpts, are nearly the same."""

    contract = Contract.REPORT
    needs_fact: ClassVar[bool] = True
    cases: ClassVar[tuple[str, ...]] = ("title", "excerpt")
    title_fields: tuple[str, ...] = ("title",)
    excerpt_fields: tuple[str, ...] = ("excerpt", "summary", "description")
    least_title: int = 4
    """Words beside the small ones that two titles must share."""
    least_excerpt: int = 12
    """Words that an excerpt must have."""
    most_changed: float = 0.15
    """The share of the words of an excerpt that may differ."""
    body_like: float = 0.4
    """Articles that share more triples of words are one text: that is said of the text."""

    def observe(self, article: Article) -> Any:
        top = top_level(article)
        title, excerpt = first_value(top, self.title_fields), first_value(top, self.excerpt_fields)
        if not title and not excerpt:
            return None
        row = Row(
            article.id,
            article.asked,
            first_value(top, DATES)[:LENGTH],
            first_value(top, URLS)[:LENGTH],
            title[:LENGTH],
            excerpt[:LENGTH],
        )
        return {"rows": [list(row)]}

    def merge(self, a: Any, b: Any) -> Any:
        for key, more in b.items():
            a.setdefault(key, []).extend(more)
        return a

    def pairs(self, evidence: Any) -> list[tuple[str, str]]:
        """Articles, the older one first, of which one value is nearly that of the other."""
        rows = sorted(map(Row._make, evidence.get("rows", ())), key=lambda r: r.id)
        found = dict.fromkeys(_without_patterns(self._near(rows, "title")))
        found |= dict.fromkeys(_without_patterns(self._near(rows, "excerpt")))
        return list(found)

    def _near(self, rows: Sequence[Row], name: str) -> Iterator[tuple[str, str]]:
        stems = [_stems(getattr(row, name)) for row in rows]
        for i, j in _candidates(stems, 4 if name == "title" else 6):
            one, other = rows[i], rows[j]
            if self._difference(one, other, name) and not _is_told(one, other):
                older, newer = sorted((one, other), key=lambda r: (r.asked, age(r.date, r.id), r.id))
                yield older.id, newer.id

    def _difference(self, one: Row, other: Row, name: str) -> str:
        """In what two values differ that are nearly the same; nothing where they are not."""
        if name == "title":
            return difference_of_titles(_read(one.title), _read(other.title), self.least_title)
        akin = _akin(one.title, other.title)
        return difference_of_excerpts(
            _read(one.excerpt), _read(other.excerpt), self.least_excerpt, self.most_changed, akin
        )

    def compare(self, one: Article, other: Article) -> Any:
        a, b = (Row._make(self.observe(x)["rows"][0]) for x in (one, other))
        if _share(_triples(one), _triples(other)) > self.body_like:
            return None
        name = next((name for name in self.cases if self._difference(a, b, name)), "")
        return {"near": [[one.id, other.id, name, self._difference(a, b, name)]]} if name else None

    def conclude(self, evidence: Any) -> Facts:
        facts: dict[str, list[str]] = {}
        for one, other, name, difference in (evidence or {}).get("near", ()):
            facts.setdefault(other, [name, one, difference])  # the oldest of several
        return Facts(facts)

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        name, partner, difference = fact
        top = top_level(article)
        keys = self.title_fields if name == "title" else self.excerpt_fields
        key = next((k for k in keys if k in top and top[k].value.strip()), None)
        if key is not None:
            values = {"partner": partner, "difference": difference, "value": _clip(top[key].value)}
            yield Hit(top[key].span, values, (), key, name)


# -------------------------------------------------------------------------------------------------------- candidates


def _stems(value: str) -> frozenset[str]:
    """The beginnings of its words, the small ones left out; and the first words of a long one, as it may be cut off."""
    words = (html.unescape(value) if "&" in value else value).casefold().split()
    stems = set(map(_stem, words))
    stems.discard("")
    return frozenset((*stems, " ".join(words[:8])) if len(words) > 12 else stems)


@lru_cache(maxsize=50_000)
def _stem(written: str) -> str:
    found = _WORD.search(written)
    word = found[0] if found else ""
    return "" if len(word) < 3 or word in _SMALL or _FIXED.fullmatch(word) else word[:5]


def _candidates(stems: Sequence[frozenset[str]], least: int) -> Iterator[tuple[int, int]]:
    """Values that share one of their rarest words; two that share most of their words always do.

    A word that many have is not followed, so that the work grows with the number of values and no faster.
    """
    often = Counter(stem for found in stems for stem in found)
    holders: dict[str, list[int]] = defaultdict(list)
    for n, found in enumerate(stems):
        if len(found) < least:
            continue
        rare = sorted(sorted(found), key=often.__getitem__)[: len(found) // 3 + 1]
        near = dict.fromkeys(i for stem in rare for i in holders[stem])
        yield from ((i, n) for i in near if len(found & stems[i]) >= LIKE * min(len(found), len(stems[i])))
        for stem in rare:
            if often[stem] <= OFTEN:
                holders[stem].append(n)


def _without_patterns(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    pairs = list(pairs)
    partners = Counter(article for pair in pairs for article in pair)
    return [pair for pair in pairs if max(partners[pair[0]], partners[pair[1]]) <= PARTNERS]


def _is_told(one: Row, other: Row) -> bool:
    """Whether another rule says of two articles that they are the same."""
    if any(a and _bare(a) == _bare(b) for a, b in ((one.title, other.title), (one.excerpt, other.excerpt))):
        return True
    url = canonical(one.url)
    return url != "" and url == canonical(other.url)


def _bare(value: str) -> str:
    return " ".join(re.findall(r"\w+", _read(value).casefold()))


def _akin(one: str, other: str) -> bool:
    """Whether two titles speak of one thing."""
    a, b = _stems(one), _stems(other)
    return 2 * len(a & b) >= max(1, min(len(a), len(b)))


def _triples(article: Article) -> set[tuple[str, str, str]]:
    words = _WORD.findall(article.text[article.body.start :].casefold())[:20_000]
    return set(zip(words, words[1:], words[2:], strict=False))


def _share(one: set[Any], other: set[Any]) -> float:
    return 2 * len(one & other) / max(1, len(one) + len(other))


# ------------------------------------------------------------------------------------------------------- differences


def _read(value: str) -> str:
    return " ".join((html.unescape(value) if "&" in value else value).replace("\xad", "").split())


def _clip(value: str) -> str:
    return value if len(value) <= 80 else value[:79] + "…"


def difference_of_titles(one: str, other: str, least: int) -> str:
    """Why two titles are nearly the same, in words; nothing where they are not."""
    ways = [(one, other, "")]
    ways += [(bare, other, added) for bare, added in _without_addition(one)]
    ways += [(one, bare, added) for bare, added in _without_addition(other)]
    for a, b, added in ways:
        words, others = _folded(a), _folded(b)
        if len(set(_content(words)) & set(_content(others))) < least and not _alike(words, others, least):
            continue
        told = _changes(words, others)
        if told is None and _is_turned(_content(words), _content(others)):
            told = ["the same words, turned round"]
        if told is not None and (told or added):
            return "; ".join([*told, f"{added!r} is added"] if added else told)
    return ""


def _without_addition(title: str) -> Iterator[tuple[str, str]]:
    """A title without what was put before or behind it, and what that is; a day or a number is no addition."""
    for m in _ADDED.finditer(title):
        bare = title[m.end() :] if m["front"] else title[: m.start()]
        added = m["front"] or m["back"]
        at_edge = m.start() == 0 if m["front"] else m.end() == len(title)
        if at_edge and not any(map(_FIXED.fullmatch, _folded(added))):
            yield bare, _clip(added.strip())


def _is_turned(words: list[str], others: list[str]) -> bool:
    """Whether one half of a title went before the other; that two names changed places makes another story."""
    return len(words) == len(others) >= 4 and any(words[n:] + words[:n] == others for n in range(1, len(words)))


def _alike(words: Sequence[str], others: Sequence[str], least: int) -> bool:
    """Whether so many words in a row are forms of one another."""
    a, b = _content(words), _content(others)
    return len(a) == len(b) >= least and all(map(_is_form, a, b))


def difference_of_excerpts(one: str, other: str, least: int, most: float, akin: bool) -> str:
    """The same for excerpts: one may be cut off earlier, and if the titles are akin, some small letters may change."""
    words, others = (_WORD.findall(_CUT.sub("", v)) for v in (one, other))
    if min(len(words), len(others)) < least:
        return ""
    short, long = sorted((words, others), key=len)
    if len(short) < len(long) and (long[: len(short)] == short or long[: len(short) - 1] == short[:-1]):
        begun = long[len(short) - 1].startswith(short[-1])
        return f"one of them ends after {len(short)} of {len(long)} words" if begun else ""
    steps = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    changed = [(words[a:b], others[c:d]) for tag, a, b, c, d in steps if tag != "equal"]
    told = []
    for gone, new in changed:
        plain = _changes([w.casefold() for w in gone], [w.casefold() for w in new])
        if plain is None:
            free = akin and all(w.islower() and not _FIXED.fullmatch(w) for w in (*gone, *new))
            plain = [f"{' '.join(gone) or '–'} → {' '.join(new) or '–'}"] if free else None
        if plain is None:
            return ""
        told += plain
    if sum(max(len(gone), len(new)) for gone, new in changed) > max(2.0, most * len(long)):
        return ""
    return "; ".join(told[:3])


def _folded(value: str) -> list[str]:
    return [w.casefold().replace("’", "'") for w in _WORD.findall(value)]


def _content(words: Iterable[str]) -> list[str]:
    return [w for w in words if w not in _SMALL]


def _changes(words: Sequence[str], others: Sequence[str]) -> list[str] | None:
    """What differs between two rows of words that say the same; None where they do not."""
    told = []
    for tag, a, b, c, d in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, new = _content(words[a:b]), _content(others[c:d])
        if "".join(gone) != "".join(new) and not (len(gone) == len(new) and all(map(_is_form, gone, new))):
            return None
        told.append(f"{' '.join(words[a:b]) or '–'} → {' '.join(others[c:d]) or '–'}")
    return told


def _is_form(one: str, other: str) -> bool:
    """Whether two words are forms of one word, or one is a slip of the other."""
    if one == other:
        return True
    if _FIXED.fullmatch(one) or _FIXED.fullmatch(other) or one[0] != other[0]:
        return False
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    if common >= 4 and one[common:] in _ENDINGS and other[common:] in _ENDINGS:
        return True
    if min(len(one), len(other)) < 6:
        return False
    from rapidfuzz.distance import OSA

    return bool(OSA.distance(one, other) <= 1)
