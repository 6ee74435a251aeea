"""How many articles of each source, month or folder have a finding of each family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from copydesk.grouping import UNKNOWN
from copydesk.model import Record, Severity

Key: TypeAlias = tuple[str, ...]
ANY = "any"
"""Stands in the place of a family for a finding of whatever family."""


def family(code: str) -> str:
    """`LAY101` is of the family `LAY`."""
    return code.rstrip("0123456789")


@dataclass
class Group:
    """The articles of a source, a month, a folder, or of two of these together."""

    articles: int = 0
    affected: Counter[str] = field(default_factory=Counter)
    """By family: the articles with a finding of it; under ANY those with any finding."""
    findings: Counter[str] = field(default_factory=Counter)

    def rate(self, name: str) -> float:
        return self.affected[name] / self.articles if self.articles else 0.0

    def plus(self, other: Group) -> Group:
        return Group(self.articles + other.articles, self.affected + other.affected, self.findings + other.findings)


@dataclass(frozen=True)
class Rates:
    """The groups in the order to read them in: months one after another, the largest source or folder first."""

    by: Key
    groups: dict[Key, Group]
    whole: Group
    least: Severity
    """The lowest severity of a finding that is counted."""

    @property
    def families(self) -> list[str]:
        """Those that were found, the most frequent first."""
        return sorted((f for f in self.whole.affected if f != ANY), key=lambda f: (-self.whole.affected[f], f))


def measure(
    records: Iterable[Record], by: Sequence[str], group: Callable[[Record], Key], least: Severity = Severity.INFO
) -> Rates:
    """Counts the articles of each group, and those with a finding of each family."""
    groups: dict[Key, Group] = {}
    whole = Group()
    for record in records:
        found = Counter(family(f.code) for f in record.findings if f.severity >= least)
        names = [*found, ANY] if found else []
        for counted in (groups.setdefault(group(record), Group()), whole):
            counted.articles += 1
            counted.affected.update(names)
            counted.findings.update(found)
            counted.findings[ANY] += found.total()
    return Rates(tuple(by), _in_order(groups, by), whole, least)


def _in_order(groups: dict[Key, Group], by: Sequence[str]) -> dict[Key, Group]:
    sizes = [Counter[str]() for _ in by]
    for key, group in groups.items():
        for size, part in zip(sizes, key, strict=True):
            size[part] += group.articles

    def place(key: Key) -> tuple[tuple[int, str], ...]:
        parts = zip(by, sizes, key, strict=True)
        return tuple((int(p == UNKNOWN) if kind == "month" else -size[p], p) for kind, size, p in parts)

    return dict(sorted(groups.items(), key=lambda item: place(item[0])))
