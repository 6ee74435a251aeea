"""What a producer of articles should hear: which defects come again in its articles, and what bug they look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as setting
from typing import TypeVar

from copydesk.excerpt import clickable, shorten
from copydesk.model import Finding, Record, Rule, Severity, Span

EXAMPLES = 3
LONGEST = 40  # characters of a shape; of a longer match the beginning and the end
CONTEXT = 20  # characters beside a match that is shorter than that
KINDS = 500  # different shapes of a pattern, and values of its evidence, that are told apart

T = TypeVar("T")
_INDEX = re.compile(r"\[\d+\]")
_UNIT = re.compile(
    r"(?P<entity>&(?:#\w{1,8}|\w{2,24});)|(?P<escape>\\[nrt])|(?P<word>[A-Za-z]+)|(?P<number>\d+)|(?P<blank>[ \t\r\n]+)"
)
_WORDS = re.compile(r"w(?:[ -]w)+")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass
class Pattern:
    """The findings of one rule in one field of one producer's articles."""

    rule: Rule
    field: str
    findings: int = 0
    articles: int = 0
    shapes: Counter[str] = setting(default_factory=Counter)
    values: dict[str, Counter[str | int]] = setting(default_factory=dict)
    """By name: the values of the evidence that the rule's `upstream` speaks of."""
    examples: list[tuple[str, str]] = setting(default_factory=list)
    """(file:line, what stands there or else the message), of different articles."""

    @property
    def bug(self) -> str:
        """The bug that it looks like, in plain words; "" where the rule does not know one."""
        return _PLACE.sub(lambda m: _summary(self.values.get(m[1], Counter())) or m[0], self.rule.upstream)


@dataclass
class Producer:
    """A source, and what comes again in its articles, that which looks like a bug and the most frequent first."""

    name: str
    articles: int = 0
    affected: int = 0
    findings: int = 0
    patterns: list[Pattern] = setting(default_factory=list)


def producers(
    records: Iterable[Record], source: Callable[[Record], str], rules: Mapping[str, Rule], least: Severity
) -> list[Producer]:
    """The sources that have findings of that severity or above, the one with most of them first."""
    found: dict[str, Producer] = {}
    patterns: dict[str, dict[tuple[str, str], Pattern]] = {}
    for record in records:
        name = source(record)
        producer = found.setdefault(name, Producer(name))
        producer.articles += 1
        met = [f for f in record.findings if f.severity >= least and f.code in rules]
        producer.affected += bool(met)
        producer.findings += len(met)
        seen: set[tuple[str, str]] = set()
        for f in met:
            key = (f.code, _INDEX.sub("[]", f.field or "body"))
            pattern = patterns.setdefault(name, {}).setdefault(key, Pattern(rules[f.code], key[1]))
            _add(pattern, record, f, key not in seen)
            seen.add(key)
    for name, of in patterns.items():
        found[name].patterns = sorted(
            of.values(), key=lambda p: (not p.rule.upstream, -p.findings, p.rule.code, p.field)
        )
    return sorted((p for p in found.values() if p.findings), key=lambda p: (-p.findings, p.name))


def _add(pattern: Pattern, record: Record, f: Finding, first: bool) -> None:
    text = (record.original or "")[f.span.start : f.span.end]
    pattern.findings += 1
    pattern.articles += first
    if text:
        _count(pattern.shapes, shape(text))
    for name in _PLACE.findall(pattern.rule.upstream):
        value = f.evidence.get(name)
        if isinstance(value, str | int):
            _count(pattern.values.setdefault(name, Counter()), value)
    if first and len(pattern.examples) < EXAMPLES:
        place = f"{clickable(record.source.file)}:{f.location.line}"
        pattern.examples.append((place, _in_context(record.original or "", f.span) or f.message))


def _in_context(text: str, span: Span) -> str:
    """The match; a short one with what stands before and after it on its line."""
    match = text[span.start : span.end]
    if len(match) >= CONTEXT or not text:
        return match
    before = text[max(span.start - CONTEXT, 0) : span.start].rpartition("\n")[2]
    return before + match + text[span.end : span.end + CONTEXT].partition("\n")[0]


def _count(counter: Counter[T], value: T) -> None:
    if value in counter or len(counter) < KINDS:
        counter[value] += 1


def shape(match: str) -> str:
    """What matches have in common: words are `w`, several of them too, numbers are `9`, blanks are one blank or `⏎`;
    entities, escapes, signs and letters beyond ASCII stay.

    `the&nbsp;old dock, 12 m` has the shape `w&nbsp;w, 9 w`.
    """
    if len(match) > 4 * LONGEST:
        match = match[: 2 * LONGEST] + "…" + match[-2 * LONGEST :]

    def unit(m: re.Match[str]) -> str:
        if m.lastgroup == "blank":
            return "⏎" if "\n" in m[0] or "\r" in m[0] else " "
        return {"word": "w", "number": "9"}.get(m.lastgroup or "", m[0])

    return shorten(_WORDS.sub("w", _UNIT.sub(unit, match)), LONGEST).replace("……", "…")


def _summary(values: Counter[str | int]) -> str:
    """`300`; `292 to 304 (most often 303)`; or the three most frequent texts."""
    ordered = [v for v, _ in values.most_common()]
    numbers = [v for v in ordered if isinstance(v, int)]
    if numbers and len(numbers) == len(ordered):
        if len(numbers) == 1:
            return str(numbers[0])
        often = f" (most often {numbers[0]})" if values[numbers[0]] > 1 else ""
        return f"{min(numbers)} to {max(numbers)}{often}"
    return ", ".join(str(v) for v in ordered[:3]) + (", …" if len(ordered) > 3 else "")
