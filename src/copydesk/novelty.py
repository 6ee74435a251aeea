"""Which findings are new: those that an article did not have before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from copydesk.model import Record

Known: TypeAlias = Mapping[str, frozenset[str]]
"""Fingerprints by article id. A finding that repeats has a fingerprint of its own each time, so a set is enough."""


def fingerprints(records: Iterable[Record]) -> dict[str, frozenset[str]]:
    """What was found in each article."""
    return {r.source.id: frozenset(f.fingerprint for f in r.findings) for r in records if r.findings}


@dataclass(frozen=True, slots=True)
class NewOnly:
    """The records without the findings that are known; iterated again and again, like those that it reads.

    What was applied stays applied: only the telling is left out, and the journal is not read from here.
    """

    records: Iterable[Record]
    known: Known

    def __iter__(self) -> Iterator[Record]:
        for record in self.records:
            known = self.known.get(record.source.id)
            if known:
                record = replace(record, findings=tuple(f for f in record.findings if f.fingerprint not in known))
            yield record

    def left_out(self) -> int:
        """How many findings are not shown."""
        return sum(
            f.fingerprint in self.known[r.source.id]
            for r in self.records
            if r.source.id in self.known
            for f in r.findings
        )
