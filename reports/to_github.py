"""Workflow commands for GitHub: annotations at the lines of a pull request.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word; so no more are
written, the gravest and as many different rules as possible, and a last notice counts what is not shown.
"""

from __future__ import annotations

import re
from typing import TextIO

from copydesk.excerpt import blocks, clickable, count_of, findings, one_line, rules_by_code, tier, visible
from copydesk.model import Finding, Record, Run, Safety, Severity

SHOWN = {Severity.ERROR: 10, Severity.WARNING: 10, Severity.INFO: 9}  # one notice is kept for the count
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}

_LINE_END = re.compile(r"\r\n|\r|\n")


def render(run: Run, out: TextIO) -> None:
    """Writes the annotations, the gravest severity first, and the count of all."""
    asks = {code: rule.ask for code, rule in rules_by_code(run).items()}
    chosen = {severity: _Choice(most) for severity, most in SHOWN.items()}
    total = blocking = articles = 0
    last = None
    for record, f in findings(run):
        if run.command == "clean" and f.applied:
            continue
        total += 1
        blocking += blocks(run, f)
        articles += record.source.id != last
        last = record.source.id
        chosen[f.severity].add(record, f, asks)
    written = 0
    for severity in reversed(Severity):
        for command in chosen[severity].commands():
            out.write(command + "\n")
            written += 1
    what = f"{count_of(total, 'finding')} in {count_of(articles, 'article')}, {blocking:,} blocking"
    if total > written:
        text = f"{what}. {total - written:,} are not shown here: a step can have no more annotations."
        out.write(f"::notice title=copydesk::{_data(text)}\n")
    else:
        out.write(f"copydesk: {what if total else 'no findings'}.\n")


class _Choice:
    """The annotations of one severity: of each rule the first, and others while there is room."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.first: list[tuple[int, str]] = []
        self.others: list[tuple[int, str]] = []
        self.codes: set[str] = set()
        self.met = 0

    def add(self, record: Record, f: Finding, asks: dict[str, str]) -> None:
        place = self.others if f.code in self.codes else self.first
        self.met += 1
        if len(place) < self.most:
            self.codes.add(f.code)
            place.append((self.met, _command(record, f, asks.get(f.code, ""))))

    def commands(self) -> list[str]:
        kept = [*self.first, *self.others[: self.most - len(self.first)]]
        return [command for _, command in sorted(kept)]


def _command(record: Record, f: Finding, ask: str) -> str:
    start = f.location
    covered = record.original[f.span.start : f.span.end].rstrip("\r\n") if record.original else ""
    where = {"file": clickable(record.source.file), "line": str(start.line)}
    if "\n" in covered or "\r" in covered:
        where["endLine"] = str(start.line + len(_LINE_END.findall(covered)))
    else:
        where |= {"col": str(start.column), "endColumn": str(start.column + len(covered))}
    where["title"] = f"{f.code} {f.name}"
    properties = ",".join(f"{key}={_property(value)}" for key, value in where.items())
    lines = [one_line(f.message, 400)]
    if f.fixes:
        lines.append(f"{_offer(f)}: {one_line(f.fixes[0].title)}")
    if ask and tier(f) < Safety.SAFE:
        lines.append(one_line(ask))
    return f"::{LEVELS[f.severity]} {properties}::{_data(chr(10).join(lines))}"


def _offer(f: Finding) -> str:
    return {
        Safety.SAFE: "Safe fix (copydesk clean)",
        Safety.UNSAFE: "Unsafe fix (copydesk clean --unsafe)",
        Safety.SUGGEST: "Perhaps",
    }[tier(f)]


def _data(text: str) -> str:
    """A message as the runner decodes it; `%` first."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
