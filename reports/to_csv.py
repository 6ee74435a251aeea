"""A table for a spreadsheet: a row a finding, the columns of the JSON contract.

No cell is taken for a formula (see `exchange.cell`).
"""

from __future__ import annotations

import csv
import json
from typing import TextIO

from copydesk.excerpt import as_data, blocks, findings, to_line
from copydesk.exchange import LONGEST_CELL, cell
from copydesk.model import Finding, Record, Run

COLUMNS = (
    "severity", "code", "name", "path", "line", "column", "field", "message", "fix", "safety", "applied", "blocks",
    "start", "end", "fingerprint", "article", "depends_on", "evidence", "fixes",
)  # fmt: skip
_MARK = "\ufeff"  # tells a spreadsheet that this is UTF-8


def render(run: Run, out: TextIO) -> None:
    """Writes a head and the rows as they are read."""
    out.write(_MARK)
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for record, f in findings(run):
        table.writerow([cell(v) for v in _row(run, record, f)])


def _row(run: Run, record: Record, f: Finding) -> tuple[object, ...]:
    data = as_data(record, f)
    one = f.fixes[0] if len(f.fixes) == 1 else None
    return (
        str(f.severity), f.code, f.name, record.source.id, f.location.line, f.location.column, f.field or "",
        f.message, one.title if one else "", one.safety if one else "", "yes" if f.applied else "no",
        "yes" if blocks(run, f) else "no", f.span.start, f.span.end, f.fingerprint, record.source.article,
        " ".join(f.depends_on), _json(data["evidence"]), _json(data["fixes"]),
    )  # fmt: skip


def _json(value: object) -> str:
    text = to_line(value)
    if len(text) > LONGEST_CELL:
        return json.dumps({"left out": f"{len(text):,} characters, which the json format has"})
    return text
