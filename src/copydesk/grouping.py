"""Who an article comes from, and when it was published: what a corpus is divided by."""

from __future__ import annotations

import re
from collections.abc import Callable

from copydesk.model import Article, Plan, Record
from copydesk.parse import parse

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
DATES = ("publishedDateTime", "date", "published", "pubDate", "datePublished")


def parsed(record: Record, plan: Plan) -> Article:
    """The article as it was read."""
    return parse(record.original or "", record.source.id, plan.prose, plan.language)


def source_of(plan: Plan) -> Callable[[Record], str]:
    """Gives the source of an article: the field that the configuration names, or else its folder."""
    field = plan.options.get("source")

    def find(record: Record) -> str:
        if isinstance(field, str):
            meta = parsed(record, plan).meta
            found = meta.value(field) if meta else None
            if found:
                return found
        return record.source.id.rpartition("/")[0] or "."

    return find


def month_of(plan: Plan) -> Callable[[Record], str]:
    """Gives the month of publication, such as `2024-05`, from the front matter or the file's name; `unknown` else."""

    def find(record: Record) -> str:
        meta = parsed(record, plan).meta
        values = [meta.value(key) or "" for key in DATES] if meta else []
        for value in (*values, record.source.id.rpartition("/")[2]):
            m = _MONTH.match(value)
            if m:
                return m[0]
        return "unknown"

    return find
