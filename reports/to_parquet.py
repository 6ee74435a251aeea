"""Parquet, a row a finding, with the columns and the nesting of the JSON contract; evidence is a JSON text.

It is opened only where it is asked for, and before anything runs: pyarrow is heavy, and not everybody has it.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, TextIO

from copydesk.excerpt import as_data, blocks, findings, to_line
from copydesk.exchange import ReportError
from copydesk.model import Run

try:
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet
except ImportError as e:
    raise ImportError("the parquet format needs pyarrow: pip install pyarrow") from e

ROWS = 10_000  # in a group
_TEXT, _INT, _TRUTH = arrow.string(), arrow.int64(), arrow.bool_()
_EDIT = arrow.struct([("start", _INT), ("old", _TEXT), ("new", _TEXT)])
_FIX = arrow.struct([("title", _TEXT), ("safety", _TEXT), ("edits", arrow.list_(_EDIT))])
COLUMNS = arrow.schema(
    [
        *((name, _TEXT) for name in ("code", "name", "article", "path", "field")),
        *((name, _INT) for name in ("start", "end", "line", "column")),
        *((name, _TEXT) for name in ("severity", "message", "evidence", "fingerprint")),
        ("depends_on", arrow.list_(_TEXT)),
        ("fixes", arrow.list_(_FIX)),
        ("applied", _TRUTH),
        ("blocks", _TRUTH),
    ],
    metadata={"copydesk.findings": "1"},
)


def render(run: Run, out: TextIO) -> None:
    """Writes the rows in groups, as they are read. Raises ReportError where text is wanted, as on a terminal."""
    binary = getattr(out, "buffer", None)
    if binary is None or out.isatty():
        raise ReportError("parquet is not text; give it a file: --format parquet=findings.parquet")
    rows = (_row(as_data(record, f), blocks(run, f)) for record, f in findings(run))
    with parquet.ParquetWriter(binary, COLUMNS) as writer:
        while group := list(islice(rows, ROWS)):
            writer.write_table(arrow.Table.from_pylist(group, schema=COLUMNS))


def _row(data: dict[str, Any], blocking: bool) -> dict[str, object]:
    flat = {**data, **data["span"], **data["location"], "evidence": to_line(data["evidence"]), "blocks": blocking}
    return {name: _sayable(flat[name]) for name in COLUMNS.names}


def _sayable(value: object) -> object:
    """The value, with an escape for half of a surrogate pair, which UTF-8 cannot say."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {k: _sayable(v) for k, v in value.items()}
    return [_sayable(v) for v in value] if isinstance(value, list) else value
