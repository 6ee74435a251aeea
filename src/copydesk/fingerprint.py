"""What makes a finding the same one in another run: a fingerprint in terms of the file as it was read."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from re import compile as pattern
from typing import NamedTuple

from copydesk.edits import Origin
from copydesk.model import Finding, Fix, Location, Span

_LINE_END = pattern(r"\r\n|\r|\n")
_INDEX = pattern(r"\[\d+\]")
_json = json.JSONEncoder(default=str).encode  # `dumps` makes an encoder each time
CONTEXT = 24  # code points of the same line on each side that make a fingerprint


class Row(NamedTuple):
    """A finding, and what is known of it in the file as it was read."""

    finding: Finding
    span: Span
    fixes: tuple[Fix, ...]
    applied: bool
    makers: tuple[str, ...]
    """The rows, by number, whose repairs it builds on."""


def as_read(origin: Origin, f: Finding, applied: bool = False) -> Row:
    """A finding of the present text in the terms of the file as it was read."""
    made: dict[str, None] = {} if f.fixes else dict.fromkeys(origin.makers(*f.span))
    fixes = []
    for fix in f.fixes:
        edits, who = origin.edits(fix.edits)
        if edits:
            fixes.append(replace(fix, edits=edits))
            made |= dict.fromkeys(who)
    return Row(f, origin.span(*f.span), tuple(fixes), applied, tuple(made))


def in_order(rows: Sequence[Row]) -> list[int]:
    """The numbers of the rows as they stand in the file: so repeated ones are counted."""
    return sorted(range(len(rows)), key=lambda i: (rows[i].span, rows[i].finding.code, rows[i].finding.field or "", i))


def fingerprints(text: str, findings: Sequence[tuple[Finding, Span]]) -> Iterator[tuple[str, Location]]:
    """The fingerprint and the location of each finding, whose span in `text` is given.

    A fingerprint is made of rule, field (without the places in its lists), matched text and what stands around it in
    its line, white space and case folded, and, where these repeat in the article, of a count: it survives moved lines,
    renamed files and edits elsewhere. Of a field that is not there nothing but its name counts.
    """
    starts = [0, *(m.end() for m in _LINE_END.finditer(text))] if findings else [0]
    seen: Counter[str] = Counter()
    for f, (start, end) in findings:
        line = bisect_right(starts, start)
        around = match = ""
        if start < end or f.field is None:
            stop = starts[bisect_right(starts, end)] if end < starts[-1] else len(text)
            around = folded(text[max(starts[line - 1], start - CONTEXT) : min(stop, end + CONTEXT)])
            match = folded(text[start:end])
        field = placeless(f.field)
        key = _json([f.code, field, match, around, f.evidence if not text else None])
        seen[key] += 1
        fingerprint = blake2b(f"{key}{seen[key]}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        yield fingerprint, Location(line, start - starts[line - 1] + 1)


def placeless(field: str | None) -> str | None:
    """A field's path without the places in its lists."""
    return _INDEX.sub("[]", field) if field else None


def folded(text: str) -> str:
    """A text as it is compared: white space and case do not count."""
    return " ".join(text.split()).casefold()
