"""What was decided of the findings in the present text of an article that is being worked on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from copydesk.decisions import chosen, decided
from copydesk.edits import Origin
from copydesk.fingerprint import Row, as_read, fingerprints, in_order
from copydesk.model import Finding, Fix, Plan, Safety


def follow(
    plan: Plan,
    path: str,
    original: str,
    passes: Sequence[Sequence[tuple[Finding, Fix]]],
    found: Mapping[str, list[Finding]],
    ready: list[tuple[Finding, Fix]],
    last: bool,
) -> list[tuple[Finding, Fix]]:
    """Of the fixes that are `ready`, those that may be made now; `last`, where none is left, the accepted ones.

    Safe ones go first and what was accepted goes last, each on the text that the person had before them. A fix whose
    finding is kept is never made. Of an accepted finding in `found` the chosen fix alone is left.
    """
    judged = judge(plan, path, original, passes, found.values())
    if judged is None:
        return ready
    ready = [(f, fix) for f, fix in ready if id(f) not in judged.kept]
    if ready or not last:
        return [(f, fix) for f, fix in ready if fix.safety is Safety.SAFE] or ready
    accepted = []
    for findings in found.values():
        for n, f in enumerate(findings):
            if id(f) in judged.accepted:
                fix = judged.accepted[id(f)]
                findings[n] = replace(f, fixes=(fix,))
                accepted.append((findings[n], fix))
    return accepted


def concerned(plan: Plan, path: str, found: Iterable[Sequence[Finding]]) -> bool:
    """Whether the decisions may speak of the findings of an article."""
    return decided(plan).speak_of(path, (f.code for of_checker in found for f in of_checker))


class Judgement(NamedTuple):
    """The findings, by `id()`, that are kept as they are, and those of which a fix was accepted."""

    kept: frozenset[int]
    accepted: Mapping[int, Fix]


def judge(
    plan: Plan,
    path: str,
    original: str,
    passes: Sequence[Sequence[tuple[Finding, Fix]]],
    found: Collection[Sequence[Finding]],
) -> Judgement | None:
    """What counts of the decisions for an article; None where they do not speak of it.

    They speak of the file as it was read, so the findings of the present text are told in its terms first.
    """
    if not concerned(plan, path, found):
        return None
    decisions = decided(plan)
    left = [f for of_checker in found for f in of_checker]
    origin = Origin(original)
    rows: list[Row] = []
    for n, made in enumerate(passes):
        rows += [as_read(origin, f) for f, _ in made]
        origin.advance([(f"{n}.{m}", fix.edits) for m, (_, fix) in enumerate(made)])
    begun = len(rows)
    rows += [as_read(origin, f) for f in left]
    order = in_order(rows)
    kept: set[int] = set()
    accepted: dict[int, Fix] = {}
    printed = fingerprints(original, [(rows[i].finding, rows[i].span) for i in order])
    for i, (fingerprint, _) in zip(order, printed, strict=True):
        row = rows[i]
        told = replace(row.finding, span=row.span, fixes=row.fixes, fingerprint=fingerprint)
        decision = decisions.find(path, told, original) if i >= begun else None
        if decision is None:
            continue
        if decision.verdict == "keep":
            kept.add(id(row.finding))
        elif (wanted := chosen(decision, told, original)) is not None:
            same = (fix for fix in row.finding.fixes if origin.edits(fix.edits)[0] == wanted.edits)
            accepted[id(row.finding)] = next(same)
    return Judgement(frozenset(kept), accepted)
