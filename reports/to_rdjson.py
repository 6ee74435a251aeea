"""Diagnostics for reviewdog, with suggestions from the fixes.

Columns count the bytes of UTF-8, and the message is Markdown: what comes from an article stands in it as code.
"""

from __future__ import annotations

from typing import TextIO

from copydesk.excerpt import Page, clickable, findings, rules_by_code, to_line
from copydesk.exchange import Region, as_one, between_bytes, code_span, offer, page_of, question, told
from copydesk.model import Edit, Finding, Rule, Run, Severity

SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}
TALLEST = 10  # lines; a longer suggestion is not read in a review
CHOICES = 3


def render(run: Run, out: TextIO) -> None:
    """Writes one result, a diagnostic to a line."""
    rules = rules_by_code(run)
    out.write('{"source": {"name": "copydesk"}, "diagnostics": [')
    mark = "\n"
    last, page = "", None
    for record, f in findings(run):
        if record.source.file != last:
            last, page = record.source.file, page_of(record)
        where = {"path": clickable(record.source.file), "range": _range(_place(page, f))}
        data: dict[str, object] = {
            "message": _message(run, f, rules.get(f.code)),
            "location": where,
            "severity": "INFO" if _repaired(run, f) else SEVERITIES[f.severity],
            "code": {"value": f.code},
            "original_output": f.fingerprint,
        }
        suggestions = _suggestions(run, f, page)
        out.write(mark + to_line({**data, "suggestions": suggestions} if suggestions else data))
        mark = ",\n"
    out.write("]}\n" if mark == "\n" else "\n]}\n")


def _repaired(run: Run, f: Finding) -> bool:
    return f.applied and run.command == "clean"


def _message(run: Run, f: Finding, rule: Rule | None) -> str:
    way = offer(f).partition(": ")[0]
    lines = [f"**{f.name}** {code_span(told(f, run.command))}"]
    lines += [f"{way}: {code_span(f.fixes[0].title)}"] if way else []
    asked = question(f, rule)
    return "\n\n".join([*lines, asked] if asked else lines)


def _place(page: Page | None, f: Finding) -> Region:
    if page is None:
        return Region(f.location.line, 1, f.location.line, 1)
    return between_bytes(page, f.span.start, f.span.end)


def _suggestions(run: Run, f: Finding, page: Page | None) -> list[dict[str, object]]:
    """What each fix would write; nothing of what `clean` has done already."""
    if page is None or _repaired(run, f):
        return []
    edits = [as_one(page.text, fix.edits) for fix in f.fixes[:CHOICES] if fix.edits]
    return [_suggestion(page, e) for e in edits if max(e.old.count("\n"), e.new.count("\n")) < TALLEST]


def _suggestion(page: Page, e: Edit) -> dict[str, object]:
    return {"range": _range(between_bytes(page, e.start, e.end)), "text": e.new}


def _range(r: Region) -> dict[str, object]:
    return {"start": {"line": r.line, "column": r.column}, "end": {"line": r.end_line, "column": r.end_column}}
