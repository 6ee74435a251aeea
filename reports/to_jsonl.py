"""The findings as JSON, one to a line, in the shape of the `json` format."""

from __future__ import annotations

from typing import TextIO

from copydesk.excerpt import as_data, findings, to_line
from copydesk.model import Run


def render(run: Run, out: TextIO) -> None:
    """Writes one object to a line, as they are read; nothing where nothing was found."""
    for record, finding in findings(run):
        out.write(to_line(as_data(record, finding)) + "\n")
