"""A draft at its end as a record: every finding in lines, columns and fingerprints of the file as it was read."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from re import compile as pattern
from typing import NamedTuple

from copydesk.desk import LEFT_OUT, Desk, Draft, report_unused
from copydesk.edits import Origin
from copydesk.model import Applied, Finding, Fix, Location, Record, Span


class _Row(NamedTuple):
    """A finding, and what is known of it in the file as it was read."""

    finding: Finding
    span: Span
    fixes: tuple[Fix, ...]
    applied: bool
    makers: tuple[str, ...]
    """The rows, by number, whose repairs it builds on."""


def record(desk: Desk, draft: Draft) -> Record:
    """The draft as a record: every finding in lines and columns of the file as it was read."""
    if draft.original is None or draft.text is None:
        prints = _fingerprints(draft.lossy, [(f, f.span) for f in draft.extra])
        found = [replace(f, fingerprint=p, location=at) for f, (p, at) in zip(draft.extra, prints, strict=True)]
        return Record(draft.source, None, None, (), tuple(found))
    report_unused(desk, draft)
    origin = Origin(draft.original)
    rows: list[_Row] = []

    def add(f: Finding, applied: bool) -> None:
        made: dict[str, None] = {} if f.fixes else dict.fromkeys(origin.makers(*f.span))
        fixes = []
        for fix in f.fixes:
            edits, who = origin.edits(fix.edits)
            if edits:
                fixes.append(replace(fix, edits=edits))
                made |= dict.fromkeys(who)
        rows.append(_Row(f, origin.span(*f.span), tuple(fixes), applied, tuple(made)))

    said = dict(zip(range(len(draft.extra)), draft.extra_pass, strict=True))
    journal: list[list[tuple[int, Fix]]] = []
    for n, fixes in enumerate((*draft.passes, [])):
        last = n == len(draft.passes)
        for i, at in said.items():
            if at == n or (last and at > n):
                add(draft.extra[i], applied=False)
        if last:
            break
        journal.append([])
        for f, fix in fixes:
            journal[-1].append((len(rows), fix))
            add(f, applied=True)
        origin.advance([(str(i), fix.edits) for i, fix in journal[-1]])
    for f in _limited(desk, draft):
        add(f, applied=False)
    order = sorted(range(len(rows)), key=lambda i: (rows[i].span, rows[i].finding.code, rows[i].finding.field or "", i))
    printed = list(_fingerprints(draft.original, [(rows[i].finding, rows[i].span) for i in order]))
    names = {str(i): fingerprint for i, (fingerprint, _) in zip(order, printed, strict=True)}
    findings = tuple(
        replace(
            rows[i].finding,
            span=rows[i].span,
            fixes=rows[i].fixes,
            applied=rows[i].applied,
            fingerprint=fingerprint,
            location=location,
            depends_on=tuple(names[w] for w in rows[i].makers),
        )
        for i, (fingerprint, location) in zip(order, printed, strict=True)
    )
    passes = tuple(
        tuple(Applied(names[str(i)], rows[i].finding.code, fix.edits) for i, fix in fixes) for fixes in journal
    )
    return Record(draft.source, draft.original, draft.text, passes, findings)


def _limited(desk: Desk, draft: Draft) -> Iterator[Finding]:
    """What is left in the last text, no more than the limit of each rule; how many were left out is said."""
    most = desk.plan.limits.findings_per_rule
    counts: Counter[str] = Counter()
    for found in draft.found.values():
        for f in found:
            counts[f.code] += 1
            if counts[f.code] <= most:
                yield f
    rule = desk.run.get(LEFT_OUT)
    for code, n in sorted(counts.items()):
        if n > most and rule:
            values = {"code": code, "left_out": n - most, "total": n}
            message = rule.message.format_map(values)
            yield Finding(LEFT_OUT, draft.source.id, Span(0, 0), None, message, rule.severity, (), values, rule.name)


_LINE_END = pattern(r"\r\n|\r|\n")
_INDEX = pattern(r"\[\d+\]")
_json = json.JSONEncoder(default=str).encode  # `dumps` makes an encoder each time
CONTEXT = 24  # code points of the same line on each side that make a fingerprint


def _fingerprints(text: str, findings: Sequence[tuple[Finding, Span]]) -> Iterator[tuple[str, Location]]:
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
            around = _folded(text[max(starts[line - 1], start - CONTEXT) : min(stop, end + CONTEXT)])
            match = _folded(text[start:end])
        field = _INDEX.sub("[]", f.field) if f.field else None
        key = _json([f.code, field, match, around, f.evidence if not text else None])
        seen[key] += 1
        fingerprint = blake2b(f"{key}{seen[key]}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        yield fingerprint, Location(line, start - starts[line - 1] + 1)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
