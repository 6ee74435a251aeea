"""The same article twice in a corpus: by its body, its address, its title, its excerpt.

What is compared is hashes, so that the evidence of an article is a few numbers. The finding stands on the newer of the
two and names the older one; nothing is deleted here. Titles and excerpts that a series repeats on purpose ("Weekly
update") are a case of their own, and what is said of a pair by body or address is not said again by title or excerpt.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from copydesk.validator import Article, CorpusValidator, Facts, Hit, Scalar, Scope, Span

_WORD = re.compile(r"\w+")
_TRACKING = re.compile(
    r"(?:utm|elq|pk|piwik|matomo|hsa|oly|vero|itm|spm|mkt|trk|guce)_?\w*|mc_[ce]id|_(?:mc|ga|gl|ke|hs\w*)|fbclid|gclid|dclid|"
    r"gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|ncid|ocid|icid|smid|cmpid|ref_src|guccounter|s_kwcid|ns_\w+|at_\w+|"
    r"sr_share|taid",
    re.I,
)
_OFTEN_TRACKING = re.compile(
    r"mid|cid|cmp|campaign|ref|referrer|source|src|share|rss|feed|partner|amp|via|from|fr|sh|smtyp", re.I
)
_SLUG = re.compile(r"/[^/]*[^/-]-[^/-]+-[^/]*$")  # a path that ends in three or more words names one article by itself
_VARIABLE = re.compile(
    r"\d+|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter)\b"
)
_SERIES = re.compile(
    r"\b(?:daily|weekly|monthly|quarterly|annual|update|updates|digest|roundup|round-up|recap|briefing|bulletin|"
    r"newsletter|open thread|week in review|this week|today|editorial|corrections?|letters|news in brief|in brief|"
    r"release notes|changelog|podcast|episode|obituar(?:y|ies)|weather|horoscope|crossword|quiz)\b"
)
_FILE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?![^/]*/)")

Row = Sequence[
    Any
]  # id, order, then the hashes of body, url, title and excerpt, the title's series, and how serial it sounds
BODY, URL, TITLE, EXCERPT, SERIES, SERIAL = range(2, 8)


@dataclass
class Duplicate(CorpusValidator):
    scope: ClassVar[Scope] = "all"
    needs_fact: ClassVar[bool] = True
    cases: ClassVar[tuple[str, ...]] = ("body", "url", "title", "excerpt", "series")
    body_length: int = 200
    excerpt_length: int = 60
    url_fields: tuple[str, ...] = ("originalUrl", "canonicalUrl", "canonical", "url", "link", "permalink", "webUrl")
    title_fields: tuple[str, ...] = ("title",)
    excerpt_fields: tuple[str, ...] = ("excerpt", "summary", "description")
    date_fields: tuple[str, ...] = ("publishedDateTime", "published", "date", "pubDate", "datePublished")

    def observe(self, article: Article) -> list[Row] | None:
        """One row of hashes, 0 where there is nothing to compare; None where all are."""
        top = _top_level(article)
        title = _plain(_first(top, self.title_fields))
        excerpt = _plain(_first(top, self.excerpt_fields))
        url = canonical(_first(top, self.url_fields))
        body = article.text[article.body.start :]
        body = " ".join(body.split()) if len(body) >= self.body_length else ""
        series = _VARIABLE.sub("#", title) if title else ""
        row = (
            article.id,
            _order(_first(top, self.date_fields), article.id),
            _hash(body) if len(body) >= self.body_length else 0,
            _hash(url) if url else 0,
            _hash(title) if title else 0,
            _hash(excerpt) if len(excerpt) >= self.excerpt_length else 0,
            _hash(series) if series else 0,
            2 if title.count(" ") < 6 and _SERIES.search(title) else int(title.count(" ") < 3),
        )
        return [row] if any(row[BODY:SERIES]) else None

    def merge(self, a: list[Row], b: list[Row]) -> list[Row]:
        a.extend(b)
        return a

    def conclude(self, evidence: list[Row] | None) -> Facts:
        """For each article that repeats an older one: what is repeated → (the older one's id, how many share it)."""
        facts: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
        told: set[tuple[str, str]] = set()
        rows = sorted(evidence or (), key=lambda r: (r[1], r[0]))
        for key, name in ((BODY, "body"), (URL, "url"), (TITLE, "title"), (EXCERPT, "excerpt")):
            groups: dict[int, list[Row]] = defaultdict(list)
            for row in rows:
                if row[key]:
                    groups[row[key]].append(row)
            for group in groups.values():
                first = group[0]
                for row in group[1:]:
                    pair = (row[0], first[0])
                    if key in (BODY, URL):
                        told.add(pair)
                    elif pair in told:
                        continue
                    else:
                        told.add(pair)
                    case = name
                    if key in (TITLE, EXCERPT) and _is_series(key, first, row, len(group)):
                        case = f"series {name}"
                    facts[row[0]][case] = (first[0], len(group))
        return Facts(dict(facts))

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        known: Mapping[str, tuple[str, int]] = fact or {}
        fields = {"url": self.url_fields, "title": self.title_fields, "excerpt": self.excerpt_fields}
        top = _top_level(article)
        for said, (partner, count) in known.items():
            series, _, name = said.rpartition(" ")
            what = {"url": "address"}.get(name, name)
            values = {"partner": partner, "articles": count, "what": what}
            if name == "body":
                yield Hit(_first_line(article), values, case="body")
                continue
            key = next((k for k in fields[name] if k in top and top[k].value.strip()), None)
            if key is not None:
                values["value"] = _excerpt(top[key].value)
                yield Hit(top[key].span, values, field=key, case=series or name)


def _is_series(key: int, first: Row, row: Row, count: int) -> bool:
    """Whether two articles share a title or excerpt as the parts of a series do."""
    if count > 2:
        return True
    if key == TITLE:
        return bool(row[SERIAL])
    same_series = row[SERIES] and row[SERIES] == first[SERIES] and row[TITLE] != first[TITLE]
    return bool(same_series) or row[SERIAL] == first[SERIAL] == 2


def canonical(url: str) -> str:
    """An address without what does not change where it leads: scheme, `www.`, tracking, fragment, last slash.

    "" for what is no web address, and for the address of a whole site.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    path, query = parts.path.rstrip("/"), ""
    if parts.query:
        kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(k)]
        if _SLUG.search(path):
            kept = [(k, v) for k, v in kept if not _OFTEN_TRACKING.fullmatch(k)]
        query = urlencode(sorted(kept))
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    if not (path or query or fragment):
        return ""
    return f"{host}{port}{path}?{query}#{fragment}"


def _top_level(article: Article) -> dict[str, Scalar]:
    if article.meta is None or article.meta.root is None:
        return {}
    return {k.value: v for k, v in article.meta.root.pairs if isinstance(v, Scalar) and v.kind != "null"}


def _first(top: Mapping[str, Scalar], keys: Sequence[str]) -> str:
    return next((top[k].value for k in keys if k in top and top[k].value.strip()), "")


def _plain(text: str) -> str:
    """Words only, in one case: quotes, dashes and spaces differ between copies of one title."""
    if "&" in text:
        text = html.unescape(text)
    return " ".join(_WORD.findall(text.casefold()))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _order(date: str, article: str) -> str:
    """By date, then by file name; a date in the file's name stands in for a missing or unreadable one."""
    try:
        when = datetime.fromisoformat(date.strip())
    except ValueError:
        found = _FILE_DATE.search(article)
        return found[0] if found else "9999"
    if when.tzinfo is not None:
        try:
            when = when.astimezone(UTC)
        except OverflowError:
            return date
    return when.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)


def _first_line(article: Article) -> Span:
    line = next((x for x in article.lines if x.text.strip()), None)
    return Span(line.start, line.end) if line else article.body


def _excerpt(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
