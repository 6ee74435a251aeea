"""Which relations the fields of a corpus keep to, tried out on its articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

from copydesk.relations import KINDS
from copydesk.survey import Survey
from copydesk.value_types import DATES

MOST = 0.95
"""The share of articles that must keep to a relation; the rest are its exceptions."""
ENOUGH = 20
FEW = 12
"""Different values of a field that may say where a relation does not hold."""

Found = tuple[dict[str, Any], int, int]
"""A relation as a schema has it, and how many of how many articles keep to it."""


def likely_relations(survey: Survey, kinds: Mapping[str, str]) -> Iterator[Found]:
    """The relations between fields outside lists that nearly all articles keep to."""
    flat = {
        path: kind for path, kind in kinds.items() if "[" not in path and survey.columns[path].filled >= ENOUGH // 2
    }
    by = {kind: [p for p, k in flat.items() if k in wanted] for kind, wanted in _WANTED.items()}
    rows = [
        (article, {p: v for p, v in row.items() if isinstance(v, _PYTHON.get(kinds.get(p, ""), str))})
        for article, row in survey.rows
    ]
    survey = replace(survey, rows=rows)
    for flag in by["bool"]:
        yield from _thresholds(rows, flag, by["number"])
    alike: dict[frozenset[str], str] = {}
    for url, other in permutations(by["url"], 2):
        if frozenset((url, other)) in alike:
            continue
        for check, settings in (
            ("amp-cache", {"field": url, "of": other}),
            ("same-url", {"url": url, "as": other}),
            ("same-host", {"url": url, "as": other}),
        ):
            found = list(_tried(survey, check, settings, {}))
            if found and (check == "amp-cache" or _is_derived(survey, url, other)):
                alike[frozenset((url, other))] = url
                yield from found
                break
    for url in by["url"]:
        for domain in by["host"] if url not in alike.values() else ():
            yield from _tried(survey, "host-in-domain", {"url": url, "domain": domain}, {})
    for date in by["date"]:
        hours = next(
            (h for h in ([0], [0, 7, 8]) if list(_tried(survey, "file-date", {"date": date}, {"hours": h}, True))), None
        )
        if hours:
            yield from _tried(survey, "file-date", {"date": date}, {"hours": hours}, True)
        for url in by["url"]:
            yield from _tried(survey, "url-date", {"url": url, "date": date}, {"days": 7}, True)
    for late, early in permutations(by["date"], 2):
        if survey.columns[late].present < survey.columns[early].present:
            yield from _tried(survey, "not-before", {"date": late, "after": early}, {})
    for title in (p for p in by["text"] if p.rpartition(".")[2] == "title"):
        yield from _tried(survey, "file-slug", {"of": title}, {})
        for slug in by["slug"]:
            yield from _tried(survey, "slug", {"field": slug, "of": title}, {})
    for host in by["host"]:
        for name in by["text"]:
            if name.rpartition(".")[0] == host.rpartition(".")[0] != "":
                yield from _one_name(rows, name, host)


_WANTED = {
    "bool": ("bool",),
    "number": ("int",),
    "url": ("url",),
    "host": ("host",),
    "date": DATES,
    "text": ("text",),
    "slug": ("slug",),
}
_PYTHON: Mapping[str, Any] = {"int": int, "number": int | float, "bool": bool, "list": int}
Rows = list[tuple[str, dict[str, Any]]]


def _is_derived(survey: Survey, url: str, other: str) -> bool:
    """Whether the first of two addresses is the less common one; of two that are always there, the later."""
    a, b = survey.columns[url], survey.columns[other]
    order = list(survey.paths())
    return (a.present, -order.index(url)) < (b.present, -order.index(other))


def _tried(
    survey: Survey, check: str, fields: dict[str, str], others: dict[str, Any], telling: bool = False
) -> Iterator[Found]:
    """The relation, if enough articles have its fields and nearly all keep to it.

    `telling` counts only the articles that it can say anything of, such as those with a date in their URL.
    """
    kind = KINDS[check]
    assert kind.contradiction is not None
    says = {**fields, **others}
    seen = 0
    bad: list[Mapping[str, Any]] = []
    for article, row in survey.rows:
        values = {k: row.get(path) for k, path in fields.items()}
        if None in values.values():
            continue
        values["article"] = article
        if telling and not _tells(check, values):
            continue
        seen += 1
        if kind.contradiction(values, says) is not None:
            bad.append(row)
    enough = ENOUGH // 2 if check == "amp-cache" else ENOUGH  # nothing agrees with that by chance
    if seen >= enough and len(bad) <= (1 - MOST) * seen:
        exempt = _exempt(survey, bad)
        left = [row for row in bad if not all(row.get(k) == v for k, v in exempt.items())] if exempt else bad
        seen -= len(bad) - len(left)
        yield {"check": check, **says, **({"unless": exempt} if exempt else {})}, seen - len(left), seen


def _exempt(survey: Survey, bad: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The value of another field that all exceptions share and next to no other article has."""
    if len(bad) < 3:
        return {}
    for path, column in survey.columns.items():
        if "[" in path or column.more or not 2 <= len(column.values) <= FEW:
            continue
        shared = {row.get(path) for row in bad}
        value = next(iter(shared))
        if len(shared) == 1 and value is not None and column.values[value] <= 1.2 * len(bad):
            return {path: value}
    return {}


def _tells(check: str, values: Mapping[str, Any]) -> bool:
    """Whether a date that is far off would be noticed."""
    contradiction = KINDS[check].contradiction
    assert contradiction is not None
    return contradiction({**values, "date": "1900-01-01"}, {"hours": [0], "days": 7, "url": ""}) is not None


def _thresholds(rows: Rows, flag: str, numbers: list[str]) -> Iterator[Found]:
    """A number that says from where on a flag is set."""
    for number in numbers:
        pairs = [(row[number], row[flag]) for _, row in rows if number in row and flag in row]
        on, off = [n for n, f in pairs if f], [n for n, f in pairs if not f]
        if len(on) < 5 or len(off) < 5:
            continue
        best, low = 0, min(on)
        for start in sorted(set(on)):
            good = sum(n >= start for n in on) + sum(n < start for n in off)
            best, low = max((best, low), (good, start), key=lambda x: (x[0], -x[1]))
        below = max((n for n in off if n < low), default=low - 1)
        rounded = next((r for step in (100, 50, 10, 5) for r in [low - low % step] if below < r <= low), low)
        if best >= MOST * len(pairs) and best > max(len(on), len(off)) * 1.05:
            yield {"check": "threshold", "flag": flag, "number": number, "from": rounded}, best, len(pairs)
            return


def _one_name(rows: Rows, name: str, host: str) -> Iterator[Found]:
    """Whether each source bears one name."""
    names: dict[str, dict[str, int]] = {}
    for _, row in rows:
        if name in row and host in row:
            of = names.setdefault(row[host], {})
            of[row[name]] = of.get(row[name], 0) + 1
    seen = sum(sum(of.values()) for of in names.values())
    good = sum(max(of.values()) for of in names.values())
    if seen >= ENOUGH and len(names) >= 3 and good >= MOST * seen:
        yield {"check": "one-name", "field": name, "of": host}, good, seen
