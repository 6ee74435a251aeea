"""Conditions on a whole drop, such as `rate(ENC) > 0.5%` or `count(FM2) >= 10 per source`: `--fail-on`."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from copydesk.config import ConfigError
from copydesk.folders import suggestion
from copydesk.model import Record, Rule

_FORM = re.compile(
    r"\s*(?P<measure>\w+)\((?P<selector>[^()]*)\)\s*(?P<sign>>=|>)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<percent>%?)"
    r"\s*(?P<per>per source)?\s*"
)
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Condition:
    """`rate`: the share of the articles with such a finding. `count`: how many such findings there are."""

    text: str
    measure: str
    codes: frozenset[str]
    sign: str
    number: float
    per_source: bool


def read_condition(text: str, rules: Mapping[str, Rule]) -> Condition:
    """Raises ConfigError for a condition that cannot be read, or names no rule."""
    m = _FORM.fullmatch(text)
    if m is None or m["measure"] not in ("rate", "count") or (m["measure"] == "rate") != bool(m["percent"]):
        forms = "'rate(ENC) > 0.5%' or 'count(FM2) >= 10', with 'per source' behind it if you like"
        raise ConfigError(f"--fail-on {text!r}: write {forms}")
    word = m["selector"].strip()
    names = {r.name: r.code for r in rules.values()}
    codes = {names[word]} if word in names else {c for c in rules if c.startswith(word.upper())}
    if not codes:
        raise ConfigError(f"--fail-on {text!r}: no rule is called {word!r}{suggestion(word, [*rules, *names])}")
    number = float(m["number"]) / (100 if m["percent"] else 1)
    return Condition(text.strip(), m["measure"], frozenset(codes), m["sign"], number, bool(m["per"]))


def broken(conditions: Iterable[Condition], records: Iterable[Record], source: Callable[[Record], str]) -> list[str]:
    """A sentence for every condition that is met, and for every source that meets it where it is asked by source."""
    conditions = list(conditions)
    if not conditions:
        return []
    articles: Counter[str] = Counter()
    hit: dict[Condition, Counter[str]] = {c: Counter() for c in conditions}
    by_source = any(c.per_source for c in conditions)
    for record in records:
        group = source(record) if by_source else ""
        articles[group] += 1
        for condition in conditions:
            n = sum(f.code in condition.codes for f in record.findings)
            hit[condition][group] += min(n, 1) if condition.measure == "rate" else n
    return [said for c in conditions for said in _said(c, hit[c], articles)]


def _said(condition: Condition, hit: Counter[str], articles: Counter[str]) -> Iterable[str]:
    groups = sorted(articles) if condition.per_source else [""]
    for group in groups:
        n = hit[group] if condition.per_source else hit.total()
        of = articles[group] if condition.per_source else articles.total()
        value = n / of if condition.measure == "rate" and of else n
        if of and _SIGNS[condition.sign](value, condition.number):
            where = f" in {group}" if group else ""
            what = f"{value:.2%} ({n} of {of} articles)" if condition.measure == "rate" else f"{n}"
            yield f"fails on {condition.text!r}: it is {what}{where}"
