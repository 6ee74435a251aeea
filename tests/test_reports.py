"""The reports, each from runs built by hand: no engine, no file, no network."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from copydesk.edits import apply, minimal
from copydesk.excerpt import (
    Page,
    Piece,
    as_data,
    cleaning,
    in_order,
    next_command,
    one_line,
    plain,
    rows,
    shown,
    standing,
    tally,
    to_line,
    visible,
)
from copydesk.model import (
    Applied,
    Edit,
    Finding,
    Fix,
    Location,
    Plan,
    Record,
    Rule,
    Run,
    Safety,
    Severity,
    Source,
    Span,
)

ROOT = Path(__file__).resolve().parent.parent
FORMATS = ("console", "diff", "github", "html", "json", "jsonl", "markdown")
HOSTILE = (
    "<script>alert(1)</script></style><!-- --> <img src=x onerror=alert(1)> | `a` ``b`` ```c``` *d* _e_ [f](http://x.y) "
    "@somebody #12 ::error::forged ##[add-mask]x \u202egnp.exe\u2066 \u2028 \u0085 \x1b[31mred \x07 \\| &amp; %0A"
)


def rule(code: str, name: str, severity: Severity = Severity.WARNING, ask: str = "", why: str = "It is dirt.") -> Rule:
    return Rule(code, name, "{message}", why, severity, Safety.SAFE, uses="x", ask=ask)


RULES = (
    rule("LAY101", "split-at-link", ask="Do these lines belong to one sentence?", why="Scrapers break lines at links."),
    rule("ENC101", "mojibake", why="The text was decoded with the wrong encoding."),
    rule("BOI101", "sharing-label", ask="Is this line part of the article?"),
    rule("NAM201", "name-variant", Severity.INFO, ask="Is this the same person?"),
    rule("FM101", "missing-field", Severity.ERROR, ask="What is the title of this article?"),
)


def finding(
    text: str,
    code: str,
    old: str,
    new: str | Sequence[str] | None = None,
    safety: Safety = Safety.SAFE,
    severity: Severity = Severity.WARNING,
    field: str | None = None,
    message: str = "",
    applied: bool | None = None,
) -> Finding:
    """A finding at the first `old` of a text; `new` makes a fix of it, several make several."""
    start = text.index(old)
    ways = [] if new is None else [new] if isinstance(new, str) else list(new)
    fixes = tuple(Fix((minimal(start, old, way),), safety, f"write {way!r}") for way in ways)
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Finding(
        code=code,
        article="",
        span=Span(start, start + len(old)),
        field=field,
        message=message or f"{old!r} is wrong",
        severity=severity,
        fixes=fixes,
        evidence={"before": old[:40]},
        name=next((r.name for r in RULES if r.code == code), "some-rule"),
        location=Location(line, column),
        fingerprint=f"{code}-{start:04x}",
        applied=len(fixes) == 1 and safety == Safety.SAFE if applied is None else applied,
    )


def record(path: str, text: str | None, found: Sequence[Finding] = ()) -> Record:
    after, passes = text, ()
    if text is not None:
        applied = [Applied(f.fingerprint, f.code, f.fixes[0].edits) for f in found if f.applied]
        after = apply(text, [e for a in applied for e in a.edits])
        passes = (tuple(applied),) if applied else ()
    return Record(Source(str(Path.cwd() / path), path, path), text, after, passes, tuple(found))


ONE = """---
title: Guin\u00c3\u00a9e votes
url: https://example.org/a
---

The comic was first published in
The Daily Bugle
.
Mamady Doumbouya won. Later Mamadi Doumbouya spoke.

Share this article

It rained all day ; nobody came.
"""
TWO = "A short piece about rain.\n\nNothing in it is wrong.\n"
THREE = "The \u202ehidden\u202c word stands here.\nNo end of line"


def a_run(command: str = "check", **details: object) -> Run:
    one = [
        finding(ONE, "ENC101", "Guin\u00c3\u00a9e", "Guin\u00e9e", field="title", message="mojibake in the title"),
        finding(ONE, "FM101", "---", None, severity=Severity.ERROR, message="the field 'author' is missing"),
        finding(ONE, "LAY101", "in\nThe Daily Bugle\n.", "in The Daily Bugle.", message="a link was torn out"),
        finding(ONE, "BOI101", "Share this article\n\n", "", Safety.UNSAFE, message="a label of the page"),
        finding(ONE, "NAM201", "Mamadi", ["Mamady", "Mamadou"], Safety.SUGGEST, severity=Severity.INFO),
        finding(ONE, "TXT101", "day ;", "day;", Safety.SAFE),
    ]
    three = [
        finding(THREE, "ENC201", "\u202e", "", Safety.SUGGEST, message="an invisible character \u202e here"),
        finding(THREE, "LAY901", "line", "line\n"),
    ]
    records = [record("drop/one.md", ONE, one), record("drop/three.md", THREE, three), record("drop/two.md", TWO)]
    return Run(
        Plan(str(Path.cwd()), RULES, ()),
        Streamed(records),
        command,
        ("schema: news (recognised)",),
        (command, "drop/"),
        "cleaned" if command == "clean" else None,
        details,
    )


class Streamed:
    """Records that are made anew at every reading; a report that holds more than a few of them is caught."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records

    def __iter__(self) -> Iterator[Record]:
        yield from self.records


def render(name: str, run: Run) -> str:
    path = ROOT / "reports" / f"to_{name}.py"
    spec = importlib.util.spec_from_file_location(f"report_{name}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out = io.StringIO()
    module.render(run, out)
    return out.getvalue()
