"""Articles that name nothing of what the rest of the corpus is about.

A corpus that was collected by a phrase has a few names that come back everywhere: makers, products, places. They are
learnt from the summaries: words that stand in them with a capital in the middle of a sentence, in several articles but
not in most (the phrase itself stands in most). An article whose title and summary have none of them is worth a look,
if its site has few articles (a house's own posts need not name the house) and if such articles are rare.
"""

# ruff: noqa: SIM905 - word lists read better as text

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from copydesk.validator import Article, CorpusValidator, Facts, Hit

_WORD = re.compile(r"[^\W\d_][^\W_]{2,30}")
_CALENDAR = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday spring summer autumn winter".split()
)
_HOST = re.compile(r"https?://(?:www\.)?([^/?#:@\s]{1,253})", re.I)
_LENGTH = 600  # code points of a summary that are read


@dataclass
class OffTopic(CorpusValidator):
    """Evidence: per article its id, its site, and its words; a word that stood there as a name has a `^` before it."""

    scope = "front"
    needs_fact = True
    summaries: tuple[str, ...] = ("excerpt", "summary", "description")
    sites: tuple[str, ...] = ("provider.domain", "originalUrl", "webUrl", "url", "link")
    least_articles: int = 20
    """Articles of small sites, below which nothing is said."""
    most_flagged: float = 0.2
    """The share of them that may lack every name; where more do, the corpus has no common topic."""
    small_site: float = 0.1
    """A site with more than this share of the corpus is its own topic."""
    least_share: float = 0.02
    most_share: float = 0.5
    name_ratio: float = 4
    """How much more often a name is written with a capital than without, in the middle of a sentence."""

    def observe(self, article: Article) -> Any:
        meta = article.meta
        if meta is None or meta.root is None or article.language != "en":
            return None
        title = meta.value("title")
        summary = next((v for key in self.summaries if (v := meta.value(key))), None)
        site = next((v for key in self.sites if (v := meta.value(key))), None)
        if not title or not summary or not site:
            return None
        host = m[1] if (m := _HOST.match(site)) else site
        return [[article.id, host.lower(), " ".join(_words(title, summary[:_LENGTH]))]]

    def merge(self, a: Any, b: Any) -> Any:
        a.extend(b)
        return a

    def conclude(self, evidence: Any) -> Facts:
        """The articles without a name; empty where that says nothing."""
        rows = evidence or []
        per_site = Counter(site for _, site, _ in rows)
        small = {site for site, n in per_site.items() if n <= max(1, self.small_site * len(rows))}
        inspected = [row for row in rows if row[1] in small]
        if len(inspected) < self.least_articles:
            return Facts({})
        names = self._names([row[2] for row in rows])
        without = [row[0] for row in inspected if names.isdisjoint(row[2].replace("^", "").split())]
        if not names or len(without) > self.most_flagged * len(inspected):
            return Facts({})
        return Facts(dict.fromkeys(without, True), ", ".join(self._known(names, rows)))

    def _names(self, texts: list[str]) -> set[str]:
        """Words that are names and stand in some of the articles, not in most."""
        articles: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        for text in texts:
            words = text.split()
            articles.update({w.removeprefix("^") for w in words if not w.startswith("_")})
            capital.update(w for w in words if w[0] in "^_")
        least = max(2.0, self.least_share * len(texts))
        return {
            w
            for w, n in articles.items()
            if least <= n <= self.most_share * len(texts) and capital[f"^{w}"] > self.name_ratio * capital[f"_{w}"]
        } - _CALENDAR

    def _known(self, names: set[str], rows: Any) -> list[str]:
        """The five most frequent names, for the message."""
        n = Counter(w for row in rows for w in set(row[2].replace("^", "").split()) & names)
        return [w.capitalize() for w, _ in sorted(n.items(), key=lambda x: (-x[1], x[0]))[:5]]

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        found = article.meta.fields.get("title") if article.meta else None
        if fact and found is not None:
            yield Hit(found.node.span, {"names": shared}, (), "title")


def _words(title: str, summary: str) -> list[str]:
    """Every word once, in lower case; `^word`: it stood as a name, `_word`: it did not, in the middle of a sentence."""
    title, summary = (html.unescape(t) if "&" in t else t for t in (title, summary))
    words: set[str] = set()
    for token in title.split(" "):
        words.update(_inside(token))
    within = False
    for token in summary.split(" "):
        words.update(_begun(token) if within else _inside(token))
        within = token[-1:].isalnum() or token[-1:] in ("_", ",")  # in the middle of a sentence
    return sorted(words)


@lru_cache(maxsize=50_000)
def _inside(token: str) -> list[str]:
    """The words of what stands between two blanks, in lower case."""
    return _WORD.findall(token.lower())


@lru_cache(maxsize=50_000)
def _begun(token: str) -> list[str]:
    """The same in the middle of a sentence, and how the first of them is written."""
    m = _WORD.match(token)
    return [*_inside(token), ("_" if m[0].islower() else "^") + m[0].lower()] if m else _inside(token)
