"""Workflow commands for GitHub: annotations at the lines of a pull request.

GitHub shows ten errors and ten warnings of a step and drops the rest without a word; so no more are written: what fails
the run as errors, other errors and warnings as warnings, the gravest first and of as many different rules as possible.
One notice counts what is not shown. What is a matter of judgement is only counted.
"""

from __future__ import annotations

import re
from typing import Literal, TextIO

from copydesk.excerpt import blocks, clickable, count_of, findings, rules_by_code, visible
from copydesk.exchange import advice
from copydesk.model import Finding, Record, Rule, Run, Severity

SHOWN = 10  # errors, and as many warnings
_LINE_END = re.compile(r"\r\n|\r|\n")


def render(run: Run, out: TextIO) -> None:
    """Writes the annotations, the gravest first, and the count of all."""
    rules = rules_by_code(run)
    chosen = {"error": _Choice("error"), "warning": _Choice("warning")}
    total = blocking = articles = repaired = 0
    last = None
    for record, f in findings(run):
        if run.command == "clean" and f.applied:
            repaired += 1
            continue
        total += 1
        blocking += blocks(run, f)
        articles += record.source.id != last
        last = record.source.id
        if blocks(run, f):
            chosen["error"].add(record, f, rules.get(f.code))
        elif f.severity > Severity.INFO:
            chosen["warning"].add(record, f, rules.get(f.code))
    commands = [c for choice in chosen.values() for c in choice.commands()]
    out.write("".join(f"{command}\n" for command in commands))
    what = f"{count_of(total, 'finding')} in {count_of(articles, 'article')}, {blocking:,} blocking"
    said = [f"{count_of(repaired, 'repair')} made"] if repaired else []
    if total > len(commands):
        rest = total - len(commands)
        left = (
            f"{what}. {rest:,} {'is' if rest == 1 else 'are'} only counted here; the summary and the reports have more."
        )
        out.write(f"::notice title=copydesk::{_data('. '.join([*said, left]))}\n")
    else:
        out.write(f"copydesk: {'; '.join([*said, what if total else 'no findings'])}.\n")


class _Choice:
    """The annotations of one kind: the gravest severity first, of each rule one before a second of any."""

    def __init__(self, kind: Literal["error", "warning"]) -> None:
        self.kind = kind
        self.kept: list[tuple[bool, int, int, str]] = []
        self.codes: set[str] = set()
        self.met = 0

    def add(self, record: Record, f: Finding, rule: Rule | None) -> None:
        """Keeps at most ten: those that a later, graver one or one of a new rule does not push out."""
        self.met += 1
        again = f.code in self.codes
        self.codes.add(f.code)
        rank = (again, -f.severity, self.met)
        if len(self.kept) < SHOWN or rank < self.kept[-1][:3]:
            self.kept.append((*rank, _command(self.kind, record, f, rule)))
            self.kept = sorted(self.kept)[:SHOWN]

    def commands(self) -> list[str]:
        return [command for *_, command in sorted(self.kept, key=lambda k: k[1:3])]


def _command(kind: str, record: Record, f: Finding, rule: Rule | None) -> str:
    start = f.location
    covered = record.original[f.span.start : f.span.end].rstrip("\r\n") if record.original else ""
    where = {"file": clickable(record.source.file), "line": str(start.line)}
    if "\n" in covered or "\r" in covered:
        where["endLine"] = str(start.line + len(_LINE_END.findall(covered)))
    else:
        where |= {"col": str(start.column), "endColumn": str(start.column + len(covered))}
    where["title"] = f"{f.code} {f.name}"
    properties = ",".join(f"{key}={_property(value)}" for key, value in where.items())
    return f"::{kind} {properties}::{_data(chr(10).join(advice(f, rule, 'check')))}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
