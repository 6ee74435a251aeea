"""Where an article comes from: its source, its address, and when it was published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from copydesk.model import Article, Scalar

URLS = ("originalUrl", "canonicalUrl", "canonical", "url", "link", "permalink", "webUrl")
DATES = ("publishedDateTime", "published", "date", "pubDate", "datePublished")

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
_FILE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?![^/]*/)")


def top_level(article: Article) -> dict[str, Scalar]:
    """The scalars of the front matter that stand at its top, nulls left out."""
    if article.meta is None or article.meta.root is None:
        return {}
    return {k.value: v for k, v in article.meta.root.pairs if isinstance(v, Scalar) and v.kind != "null"}


def first_value(top: Mapping[str, Scalar], keys: Sequence[str]) -> str:
    """The first of the keys that is there and not blank; "" where none is."""
    return next((top[k].value for k in keys if k in top and top[k].value.strip()), "")


def source_of(article: Article, field: str = "") -> str:
    """What an article shares with others of its source: the field that the configuration names, else the host of its
    address, else its folder."""
    if field and article.meta is not None and (value := article.meta.value(field)) and value.strip():
        return value.strip()
    url = first_value(top_level(article), URLS) if article.meta is not None else ""
    return (url and _host(url)) or article.id.rpartition("/")[0]


@lru_cache(maxsize=256)
def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


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


@lru_cache(maxsize=256)
def age(date: str, article: str) -> str:
    """A text to sort articles by, oldest first: the date; a date in the file's name stands in for a missing one."""
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
