"""Values of articles as typed tables, and schemas as pandera schemas that decide on them.

What passed its type becomes a cell of a table, one for the articles and one for each list, in nullable dtypes. The
tables are only read: a corpus is never written from them. pandas, pandera and re2 are imported where they are needed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from copydesk.relations import CONDITIONS, KINDS, bare_url
from copydesk.schema import FieldSpec, Reading, Relation, Schema, general
from copydesk.value_types import DATES, instant

Cells: TypeAlias = Sequence[tuple[str, Any]]
"""The path of each value of an article, and the value as JSON has it (dates as texts)."""

DTYPES = {"int": "Int64", "list": "Int64", "number": "Float64", "bool": "boolean"}
TEXT = "string[python]"
"""Not the Arrow kind: its regular expressions are others."""
MOMENT = "datetime64[us, UTC]"


def load_pandera() -> None:
    """Imports pandas and pandera without what they would use if it is installed, and a check does not: 0.2 s less.

    For a process that is ours alone: in it pandas has no Arrow, and pandera makes no examples with hypothesis.
    """
    spared = [name for name in ("hypothesis", "pyarrow") if name not in sys.modules and "pandas" not in sys.modules]
    for name in spared:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails, as where it is not installed
    try:
        import pandera.pandas
        import pandera.strategies.base_strategies  # noqa: F401 - it would be imported with the first check
    finally:
        for name in spared:
            del sys.modules[name]


class Table(NamedTuple):
    """Rows of one kind: whose each is, the path that it has in its article (`images[0]`), and the cells by column."""

    name: str
    articles: list[str]
    paths: list[str]
    cells: dict[str, list[Any]]


def columns_of(schema: Schema) -> dict[str, FieldSpec]:
    """The fields that are columns: all that have a value, and the lists, by the number of their items."""
    return {path: spec for path, spec in schema.fields.items() if spec.type not in ("record", "any")}


def constrained(schema: Schema) -> dict[str, FieldSpec]:
    """The columns that some constraint looks at, by every path that they may have; keys that others refer to, too."""
    targets = {str(s.constraints.get("refers-to")) for s in schema.fields.values()}
    out = {}
    for path, spec in schema.known.items():
        above = schema.fields.get(spec.path.removesuffix("[]")) if spec.path.endswith("[]") else None
        items = above is not None and bool(above.constraints.get("unique-items"))
        if (spec.constraints or items or spec.path in targets) and spec.type not in ("record", "any"):
            out[path] = spec
    return out


class Wanted(dict[str, bool]):
    """Whether a path of an article, such as `images[0].url`, is that of one of these fields; told once for each."""

    MOST = 20_000

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = frozenset(fields)

    def __missing__(self, path: str) -> bool:
        wanted = general(path) in self.fields
        if len(self) < self.MOST:
            self[path] = wanted
        return wanted


def cells_of(reading: Reading, wanted: Wanted) -> list[list[Any]]:
    """[[path, value], ...] of the fields that are wanted and passed their type, by their own names."""
    return [cell for cell in reading.cells if wanted[cell[0]]]


def place(path: str) -> tuple[str, str]:
    """The table and the column of a field: `images[].width` is `width` of `images[]`, `topics[]` its own `value`."""
    table, bracket, column = path.rpartition("[]")
    return table + bracket, column.removeprefix(".") or "value"


def path_of(row: str, column: str) -> str:
    """The path of a column in a row (or in a table): `images[0].width`."""
    if not row:
        return column
    return row if column == "value" else f"{row}.{column}"


def tables_of(
    articles: Iterable[tuple[str, Cells]], names: Iterable[str] = (), every: bool = False
) -> dict[str, Table]:
    """The tables of articles; at least those in `names`. What has no value of its own has None there.

    An article without any value has a row in the table of the articles only with `every`.
    """
    tables: dict[str, Table] = {name: Table(name, [], [], {}) for name in names}
    spots: dict[str, tuple[tuple[str, str], str]] = {}  # by path: its table, the row in its article, and its column
    for article, cells in articles:
        rows: dict[tuple[str, str], int] = {}
        if every:
            rows["", ""] = len(tables[""].articles)
            tables[""].articles.append(article)
            tables[""].paths.append("")
        for path, value in cells:
            spot = spots.get(path)
            if spot is None:
                name, column = place(general(path))
                spot = spots[path] = (name, path[: path.rfind("]") + 1]), column
                if name not in tables:
                    tables[name] = Table(name, [], [], {})
            row, column = spot
            table = tables[row[0]]
            n = rows.get(row, -1)
            if n < 0:
                n = rows[row] = len(table.articles)
                table.articles.append(article)
                table.paths.append(row[1])
            column_cells = table.cells.get(column)
            if column_cells is None:
                column_cells = table.cells[column] = []
            if len(column_cells) <= n:
                column_cells.extend([None] * (n - len(column_cells)))
                column_cells.append(value)
    for table in tables.values():
        for column_cells in table.cells.values():
            column_cells.extend([None] * (len(table.articles) - len(column_cells)))
    return tables


def dtype_of(spec: FieldSpec | None) -> Any:
    """The dtype of a column: nullable, so that a hole makes no floats."""
    if spec is None:
        return TEXT
    return MOMENT if spec.type in DATES else DTYPES.get(spec.type, TEXT)


def array_of(values: Sequence[Any], spec: FieldSpec | None) -> Any:
    """A column of typed values."""
    import pandas as pd

    if spec is not None and spec.type in DATES:
        moments = [None if v is None else instant(v) for v in values]
        return pd.array(
            [None if m is None else m.replace(tzinfo=None) for m in moments], dtype="datetime64[us]"
        ).tz_localize("UTC")
    dtype: Any = dtype_of(spec)
    return pd.array(list(values), dtype=dtype)


def frame_of(schema: Schema, table: Table, columns: Iterable[str] | None = None) -> Any:
    """A table as a frame: `article`, `path`, and the values; `columns` that no article has are all null."""
    import pandas as pd

    text: Any = TEXT
    data: dict[str, Any] = {"article": pd.array(table.articles, dtype=text), "path": pd.array(table.paths, dtype=text)}
    for column in table.cells if columns is None else columns:
        values = table.cells.get(column) or [None] * len(table.articles)
        data[column] = array_of(values, schema.fields[path_of(table.name, column)])
    return pd.DataFrame(data)


# ------------------------------------------------------------------------------------------------ schemas for pandera


def compile_schema(
    schema: Schema, columns: Mapping[str, FieldSpec], keys: Mapping[str, frozenset[Any]] | None = None
) -> dict[str, Any]:
    """The pandera schema of each table; `""` is the table of the articles, `images[]` that of their images.

    `keys` are the values that `refers-to` of each path may have; without them references are not checked.
    """
    import pandera.pandas as pa

    found: dict[str, dict[str, Any]] = {}
    checks: dict[str, list[Any]] = {}
    for spec in columns.values():
        table, column = place(spec.path)
        found.setdefault(table, {})[column] = _column(pa, spec, (keys or {}).get(spec.path))
        if spec.constraints.get("unique-items"):
            checks.setdefault(spec.path + "[]", []).append(pa.Check(_unique_in_list, name="unique_items"))
    return {
        table: pa.DataFrameSchema(cells, checks=checks.get(table, []), name=table or "articles")
        for table, cells in found.items()
    }


def _unique_in_list(frame: Any) -> Any:
    lists = [f"{a}\n{p[: p.rfind('[')]}" for a, p in zip(frame["article"], frame["path"], strict=True)]
    return ~frame.assign(path=lists).duplicated(["path", "value"])


def _column(pa: Any, spec: FieldSpec, keys: frozenset[Any] | None) -> Any:
    says, checks = spec.constraints, []
    if "values" in says:
        checks.append(pa.Check.isin(allowed_values=says["values"]))
    for key in ("pattern", "not-pattern"):
        if key in says:
            checks.append(pa.Check(_matcher(says[key], key), name=key, statistics={"pattern": says[key]}))
    if "min-length" in says or "max-length" in says:
        checks.append(pa.Check.str_length(min_value=says.get("min-length"), max_value=says.get("max-length")))
    for key, bound in (("min", "ge"), ("min-items", "ge"), ("max", "le"), ("max-items", "le")):
        if key in says:
            limit = _stamp(says[key]) if spec.type in DATES else says[key]
            checks.append(getattr(pa.Check, bound)(**{f"{key[:3]}_value": limit}))
    if "max-uses" in says:
        most = says["max-uses"]
        seldom = pa.Check(lambda s: s.map(s.value_counts()) <= most, name="max_uses", statistics={"max_uses": most})
        checks.append(seldom)
    if says.get("unique") == "url":
        checks.append(pa.Check(lambda s: ~s.map(bare_url).duplicated(), name="unique_url"))
    elif says.get("unique"):  # not Column(unique=True), for which two missing values are the same
        checks.append(pa.Check(lambda s: ~s.duplicated(), name="unique"))
    if keys is not None:
        checks.append(pa.Check(lambda s: s.isin(keys), name="refers_to", statistics={"to": says["refers-to"]}))
    return pa.Column(dtype_of(spec), checks, nullable=True, required=False)


def _stamp(value: str) -> Any:
    import pandas as pd

    return pd.Timestamp(instant(value) or value)


def _matcher(pattern: str, key: str) -> Any:
    """A check that every value matches a pattern from end to end (or that no value does), in linear time."""
    import re2

    compiled, wanted = re2.compile(pattern), key == "pattern"

    def matches(series: Any) -> Any:
        verdict = {v: (compiled.fullmatch(v) is not None) is wanted for v in series.unique()}
        return series.map(verdict)

    return matches


# -------------------------------------------------------------------------------------------------- relations as frames


class Row(NamedTuple):
    """The values of one article (or one item of a list) by the relation's settings, and the paths they stand at."""

    article: str
    values: dict[str, Any]
    paths: dict[str, str]


def rows_of(schema: Schema, relation: Relation, articles: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Row]:
    """The rows of a relation that have all its values and are not exempt; cells are by path.

    A field that is missing has its default, but for the one that the relation would be told of.
    """
    kind, says = KINDS[relation.check], relation.settings
    originals: dict[str, Any] = {}
    if relation.check == "copies":
        articles = list(articles)
        originals = {c[says["own"]]: c.get(says["field"]) for _, c in articles if says["own"] in c}
    conditional = any(key in says for key in CONDITIONS)
    inside = f"{says['list']}[]." if "list" in says else ""
    columns = [(k, says[k], schema.fields[says[k] if k == "own" else inside + says[k]].default) for k in kind.fields]
    defaults = {k: None if k == kind.on else default for k, _, default in columns}
    flat: dict[str, str] = {k: path for k, path, _ in columns}
    rows = []
    for article, cells in articles:
        if conditional and not _concerns(schema, says, cells):
            continue
        for prefix in _items(says["list"], cells) if inside else ("",):
            paths = {k: path if k == "own" else prefix + path for k, path in flat.items()} if prefix else flat
            values: dict[str, Any] = {k: cells.get(path) for k, path in paths.items()}
            if None in values.values():
                values = {k: defaults[k] if v is None else v for k, v in values.items()}
                if None in values.values():
                    continue
            if relation.check == "copies":
                values["original"] = originals.get(values["url"])
                if values["original"] is None:
                    continue
            rows.append(Row(article, values, paths))
    return rows


def _concerns(schema: Schema, says: Mapping[str, Any], cells: Mapping[str, Any]) -> bool:
    """Whether the conditions of a relation hold for an article; a field that is missing has its default."""

    def value(path: str) -> Any:
        found = cells.get(path)
        return schema.fields[path].default if found is None else found

    for path, wanted in (says.get("when") or {}).items():
        if value(path) not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    for path, exempt in (says.get("unless") or {}).items():
        if value(path) in (exempt if isinstance(exempt, list) else [exempt]):
            return False
    return all(value(path) is not None and value(path) >= least for path, least in (says.get("while") or {}).items())


def _items(name: str, cells: Mapping[str, Any]) -> list[str]:
    """`related[0].` and so on, in order."""
    start = name + "["
    return list(dict.fromkeys(path[: path.index("]") + 1] + "." for path in cells if path.startswith(start)))


def relation_frame(schema: Schema, relation: Relation, rows: Sequence[Row]) -> Any:
    """The rows of a relation as a frame, a column for each of its settings; dates as they are written."""
    import pandas as pd

    data: dict[str, Any] = {"article": [r.article for r in rows]}
    for key in rows[0].values if rows else ():
        spec = schema.fields.get(general(rows[0].paths.get(key, "")))
        dtype: Any = DTYPES.get(spec.type, TEXT) if spec else TEXT
        data[key] = pd.array([r.values[key] for r in rows], dtype=dtype)
    return pd.DataFrame(data)


MAJORITY, LEAST = 0.8, 5


def compile_relation(relation: Relation, majority: float = MAJORITY, least: int = LEAST) -> Any:
    """The pandera schema of a relation: one check over the frame of its fields.

    Where names of one source are compared, `majority` is the share of its articles that must bear one name before
    another is rejected, and `least` the articles that it must have.
    """
    import pandas as pd
    import pandera.pandas as pa

    kind, says = KINDS[relation.check], relation.settings

    def agree(frame: Any) -> Any:
        if kind.contradiction is None:
            return _common_names(frame, majority, least)
        columns = [frame[c].tolist() for c in frame.columns]
        names = list(frame.columns)
        verdict = [
            kind.contradiction(dict(zip(names, row, strict=True)), says) is None for row in zip(*columns, strict=True)
        ]
        return pd.Series(verdict, index=frame.index, dtype=bool)

    return pa.DataFrameSchema(checks=[pa.Check(agree, name=relation.check)], name=relation.check)


def _common_names(frame: Any, majority: float, least: int) -> Any:
    """Whether each name is the common one of its source, or its source has none."""
    per_source = frame.groupby("of")["field"]
    size = per_source.transform("size")
    own = frame.groupby(["of", "field"])["field"].transform("size")
    top = own.groupby(frame["of"]).transform("max")
    return (own == top) | (size < least) | (top < majority * size)


def rejected(compiled: Any, frame: Any) -> list[tuple[Any, list[int]]]:
    """What pandera rejects: each error with the numbers of its rows, each once, however many columns it names."""
    from pandera.errors import SchemaErrors

    try:
        compiled.validate(frame, lazy=True)
        return []
    except SchemaErrors as e:
        errors = e.schema_errors
    out = []
    for error in errors:
        cases = error.failure_cases
        if not hasattr(cases, "columns") or "index" not in cases.columns:
            raise RuntimeError(f"pandera could not check {compiled.name}: {error.reason_code}")
        out.append((error, sorted({int(i) for i in cases["index"].dropna()})))
    return out
