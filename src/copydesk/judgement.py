"""What was decided of the findings in the present text of an article that is being worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from copydesk.decisions import Decisions, chosen
from copydesk.edits import Origin
from copydesk.fingerprint import as_read, fingerprinted, in_order
from copydesk.model import Finding, Fix


class Judgement(NamedTuple):
    """The findings, by `id()`, that are kept as they are, and those of which a fix was accepted."""

    kept: frozenset[int]
    accepted: Mapping[int, Fix]


def judge(
    decisions: Decisions,
    path: str,
    original: str,
    passes: Sequence[Sequence[tuple[Finding, Fix]]],
    found: Sequence[Finding],
) -> Judgement | None:
    """What counts of the decisions for an article; None where they do not speak of it.

    They speak of the file as it was read, so the findings of the present text are told in its terms first.
    """
    if not decisions.speak_of(path, (f.code for f in found)):
        return None
    origin = Origin(original)
    rows: list[Finding] = []
    for n, made in enumerate(passes):
        rows += [as_read(origin, f)[0] for f, _ in made]
        origin.advance([(f"{n}.{m}", fix.edits) for m, (_, fix) in enumerate(made)])
    begun = len(rows)
    rows += [as_read(origin, f)[0] for f in found]
    order = in_order(rows)
    kept: set[int] = set()
    accepted: dict[int, Fix] = {}
    for i, told in zip(order, fingerprinted(original, [rows[i] for i in order]), strict=True):
        decision = decisions.find(path, told, original) if i >= begun else None
        if decision is None:
            continue
        present = found[i - begun]
        if decision.verdict == "keep":
            kept.add(id(present))
            continue
        wanted = chosen(decision, told, original)
        if wanted is not None:
            accepted[id(present)] = next(x for x in present.fixes if origin.edits(x.edits)[0] == wanted.edits)
    return Judgement(frozenset(kept), accepted)
