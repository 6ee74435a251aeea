"""A draft at its end as a record: every finding in lines, columns and fingerprints of the file as it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from copydesk.desk import LEFT_OUT, Desk, Draft, report_unused
from copydesk.edits import Origin
from copydesk.fingerprint import Row, as_read, fingerprints, in_order
from copydesk.model import Applied, Finding, Fix, Record, Safety, Span


def record(desk: Desk, draft: Draft) -> Record:
    """The draft as a record: every finding in lines and columns of the file as it was read."""
    if draft.original is None or draft.text is None:
        prints = fingerprints(draft.lossy, [(f, f.span) for f in draft.extra])
        found = [replace(f, fingerprint=p, location=at) for f, (p, at) in zip(draft.extra, prints, strict=True)]
        return Record(draft.source, None, None, (), tuple(found))
    report_unused(desk, draft)
    origin = Origin(draft.original)
    rows: list[Row] = []

    def add(f: Finding, applied: bool) -> None:
        rows.append(as_read(origin, f, applied))

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
    order = in_order(rows)
    printed = list(fingerprints(draft.original, [(rows[i].finding, rows[i].span) for i in order]))
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
    trusted = Safety.UNSAFE if desk.plan.unsafe else Safety.SAFE
    passes = tuple(
        tuple(Applied(names[str(i)], rows[i].finding.code, fix.edits, fix.safety < trusted) for i, fix in fixes)
        for fixes in journal
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
