"""Who an article comes from, and when it was published: what a corpus is divided by."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime

from copydesk import provenance
from copydesk.model import Article, Plan, Record
from copydesk.parse import parse

KINDS = ("source", "month", "folder")
UNKNOWN = "unknown"
"""The month of an article that says no date."""

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])(?!\d)")


def grouping(plan: Plan, kinds: Sequence[str]) -> Callable[[Record], tuple[str, ...]]:
    """Gives the group of an article: what it is of each of the kinds, all of them among KINDS."""
    field = plan.options.get("source")
    named = field if isinstance(field, str) else ""

    def find(record: Record) -> tuple[str, ...]:
        article = parse(record.original or "", record.source.id, plan.prose, plan.language)
        values = {"source": lambda: provenance.source_of(article, named), "month": lambda: month_of(article)}
        folder = article.id.rpartition("/")[0]
        return tuple((values[kind]() if kind in values else folder) or "." for kind in kinds)

    return find


def source_of(plan: Plan) -> Callable[[Record], str]:
    """Gives the source of an article (see `provenance.source_of`)."""
    find = grouping(plan, ("source",))
    return lambda record: find(record)[0]


def month_of(article: Article) -> str:
    """The month of publication, such as `2024-05`, from the front matter or the file's name; else `unknown`."""
    meta = article.meta
    values = [(meta.value(key) or "").strip() for key in provenance.DATES] if meta else []
    for value in (*values, article.id.rpartition("/")[2]):
        m = _MONTH.match(value)
        if m:
            return m[0]
        if value[:1].isalpha() and ":" in value:  # as feeds write it: Mon, 06 May 2024 10:00:00 GMT
            try:
                return parsedate_to_datetime(value).strftime("%Y-%m")
            except ValueError:
                continue
    return UNKNOWN
