"""What makes a finding the same one in another run: a fingerprint in terms of the file as it was read."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from re import compile as pattern

from copydesk.edits import Origin
from copydesk.model import Finding, Location

_LINE_END = pattern(r"\r\n|\r|\n")
_INDEX = pattern(r"\[\d+\]")
CONTEXT = 24  # code points of the same line on each side that make a fingerprint


def as_read(origin: Origin, f: Finding, applied: bool = False) -> tuple[Finding, tuple[str, ...]]:
    """A finding of the present text as one of the file as it was read, and who made the text that it builds on."""
    made: dict[str, None] = {} if f.fixes else dict.fromkeys(origin.makers(*f.span))
    fixes = []
    for fix in f.fixes:
        edits, who = origin.edits(fix.edits)
        if edits:
            fixes.append(replace(fix, edits=edits))
            made |= dict.fromkeys(who)
    return replace(f, span=origin.span(*f.span), fixes=tuple(fixes), applied=applied), tuple(made)


def fingerprinted(text: str, findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings with location and fingerprint.

    A fingerprint is made of rule, field (without the places in its lists), matched text and what stands around it in
    its line, white space and case folded, and, where these repeat in the article, of a count: it survives moved lines,
    renamed files and edits elsewhere. Of a field that is not there nothing but its name counts.
    """
    starts = [0, *(m.end() for m in _LINE_END.finditer(text))] if findings else [0]
    seen: Counter[str] = Counter()
    for f in findings:
        start, end = f.span
        line = bisect_right(starts, start)
        around = match = ""
        if start < end or f.field is None:
            stop = starts[bisect_right(starts, end)] if end < starts[-1] else len(text)
            around = folded(text[max(starts[line - 1], start - CONTEXT) : min(stop, end + CONTEXT)])
            match = folded(text[start:end])
        key = json.dumps([f.code, placeless(f.field), match, around, f.evidence if not text else None], default=str)
        seen[key] += 1
        print_ = blake2b(f"{key}{seen[key]}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        yield replace(f, fingerprint=print_, location=Location(line, start - starts[line - 1] + 1))


def in_order(findings: Sequence[Finding]) -> list[int]:
    """The indexes of the findings in the order in which repeated ones are counted."""
    return sorted(range(len(findings)), key=lambda i: (findings[i].span, findings[i].code, findings[i].field or "", i))


def placeless(field: str | None) -> str | None:
    """A field's path without the places in its lists."""
    return _INDEX.sub("[]", field) if field else None


def folded(text: str) -> str:
    """A text as it is compared: white space and case do not count."""
    return " ".join(text.split()).casefold()
