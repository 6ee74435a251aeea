"""The findings as one JSON document: the stable contract that other programs read."""

from __future__ import annotations

from typing import TextIO

from copydesk.excerpt import as_data, findings, to_line
from copydesk.model import Run


def render(run: Run, out: TextIO) -> None:
    """Writes a document with one finding to a line, as they are read."""
    out.write('{"version": 1, "findings": [')
    mark = "\n"
    for record, finding in findings(run):
        out.write(mark + to_line(as_data(record, finding)))
        mark = ",\n"
    out.write("]}\n" if mark == "\n" else "\n]}\n")
