"""GitLab's code quality report: what its merge request widget compares between two branches.

GitLab tells findings apart by their fingerprints alone, so one that repeats is numbered.
"""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from copydesk.excerpt import blocks, clickable, findings, rules_by_code, to_line
from copydesk.exchange import advice, page_of, region
from copydesk.model import Finding, Run, Severity

SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(run: Run, out: TextIO) -> None:
    """Writes one array, a finding to a line."""
    rules = rules_by_code(run)
    met: Counter[str] = Counter()
    mark = "["
    last, page = "", None
    for record, f in findings(run):
        if record.source.file != last:
            last, page = record.source.file, page_of(record)
        met[f.fingerprint] += 1
        number = f"-{met[f.fingerprint]}" if met[f.fingerprint] > 1 else ""
        where = region(page, f)
        data = {
            "description": " · ".join(advice(f, rules.get(f.code), run.command)),
            "check_name": f"{f.code} {f.name}",
            "fingerprint": f.fingerprint + number,
            "severity": _severity(run, f),
            "location": {
                "path": clickable(record.source.file),
                "lines": {"begin": where.line, "end": max(where.line, where.end_line - (where.end_column == 1))},
            },
        }
        out.write(f"{mark}\n{to_line(data)}")
        mark = ","
    out.write("[]\n" if mark == "[" else "\n]\n")


def _severity(run: Run, f: Finding) -> str:
    if f.applied and run.command == "clean":
        return "info"
    return "blocker" if blocks(run, f) else SEVERITIES[f.severity]
