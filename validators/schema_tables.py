"""The values of the whole corpus against their schema, by pandera.

What passed its type becomes a cell of a table, one for the articles and one for each list, in nullable dtypes. The
schema is compiled into pandera schemas, which alone decide on ranges, patterns, lists of values and uniqueness; each
failure is led back to its article and field and put in our words, once. The tables are only read.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from copydesk.validator import (
    Article,
    Contract,
    CorpusValidator,
    Edit,
    Facts,
    FieldSpec,
    Fix,
    FrontMatter,
    Hit,
    ListNode,
    Safety,
    Scalar,
    Schema,
    Schemas,
    Setup,
    fix,
    general,
    judge,
)

_DTYPES = {"int": "Int64", "list": "Int64", "number": "Float64", "bool": "boolean"}
_TEXT = "string[python]"
"""Not the Arrow kind: its regular expressions are others."""


@dataclass
class SchemaTables(CorpusValidator):
    """Values that are of the right type and still not allowed."""

    contract = Contract.FIELD
    scope = "front"
    needs_fact = True
    cases = ("value", "range", "pattern", "length", "items", "repeated-item", "unique", "overused")
    _schemas: Schemas = field(default_factory=lambda: Schemas({}), init=False)
    _columns: dict[str, dict[str, FieldSpec]] = field(default_factory=dict, init=False)
    """By the name of a schema, its fields that some constraint looks at."""

    def prepare(self, setup: Setup) -> None:
        self._schemas = setup.schemas
        for name, schema in self._schemas.by_name.items():
            self._columns[name] = {path: spec for path, spec in schema.fields.items() if _is_column(schema, spec)}

    def observe(self, article: Article) -> Any:
        """[[article, schema, [[path, value], ...]]]: only values that some constraint looks at."""
        schema = self._schemas.of(article)
        if schema is None or article.meta is None:
            return None
        cells, columns = [], self._columns[schema.name]
        for path, found in article.meta.fields.items():
            spec = columns.get(general(path))
            if spec is not None:
                value = judge(spec, found.node)[1]
                if value is not None:
                    cells.append([path, value])
        return [[article.id, schema.name, cells]]

    def merge(self, a: Any, b: Any) -> Any:
        a += b
        return a

    def conclude(self, evidence: Any) -> Facts:
        rows: dict[str, list[Any]] = defaultdict(list)
        for article, name, cells in sorted(evidence or (), key=lambda row: row[0]):
            rows[name].append((article, cells))
        facts: dict[str, list[Any]] = defaultdict(list)
        notes = []
        for name, articles in rows.items():
            notes.append(f"schema {name}: {len(articles):,} article{'s' if len(articles) != 1 else ''}")
            schema = self._schemas.by_name[name]
            compiled = self.compile(schema)
            for table in _tables(schema, articles):
                for article, path, case, values in _failures(schema, table, compiled[table.name]):
                    facts[article].append([path, case, values])
        return Facts(dict(facts), None, tuple(notes))

    def compile(self, schema: Schema) -> dict[str, Any]:
        """The pandera schema of each table; `""` is the table of the articles, `images[]` that of their images."""
        import pandera.pandas as pa

        columns: dict[str, dict[str, Any]] = defaultdict(dict)
        frame_checks: dict[str, list[Any]] = defaultdict(list)
        for spec in self._columns[schema.name].values():
            table, column = _place(spec.path)
            columns[table][column] = _column(pa, spec)
            if spec.constraints.get("unique-items"):
                check = pa.Check(lambda df: ~df.duplicated(["list", "value"]), name="unique_items")
                frame_checks[spec.path + "[]"].append(check)
        return {
            table: pa.DataFrameSchema(found, checks=frame_checks.get(table, []), name=table or "articles")
            for table, found in columns.items()
        }

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        schema, meta = self._schemas.of(article), article.meta
        if schema is None or meta is None:
            return
        for path, case, values in fact or ():
            found, spec = meta.fields.get(path), schema.spec(path)
            if found is None or spec is None or judge(spec, found.node)[1] != values["cell"]:
                continue  # repaired since the facts were drawn
            node = found.node
            span = node.span if isinstance(node, Scalar) or found.key is None else found.key.span
            at = path
            fixes: tuple[Fix, ...] = ()
            if case == "repeated-item":
                at = path.rpartition("[")[0]
                fixes = _without(article, meta, at, node.span.start)
            values = {"field": path, "value": _clip(str(values["cell"])), **values}
            del values["cell"]
            yield Hit(span, values, fixes, at, case)


def _is_column(schema: Schema, spec: FieldSpec) -> bool:
    """Whether a constraint looks at the field, or at the list that it is an item of."""
    if spec.constraints:
        return True
    above = schema.fields.get(spec.path.removesuffix("[]")) if spec.path.endswith("[]") else None
    return above is not None and bool(above.constraints.get("unique-items"))


def _clip(value: str, length: int = 60) -> str:
    return value if len(value) <= length else value[: length - 1] + "…"


def _without(article: Article, meta: FrontMatter, path: str, start: int) -> tuple[Fix, ...]:
    """The fix that takes an item's line out of a list; none where the line holds anything else."""
    text, node = article.text, meta.fields[path].node
    if not isinstance(node, ListNode):
        return ()
    line, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
    item = next((i for i in node.items if i.span.start == start), None)
    if end < 0 or item is None or text[line:end].strip() != "- " + text[item.span.start : item.span.end]:
        return ()
    edit = Edit(line, text[line : end + 1], "")
    return fix("take the second one out", edit, safety=Safety.UNSAFE)


# ------------------------------------------------------------------------------------------------------------- tables


class _Table(NamedTuple):
    """Rows of one kind: whose each is, the path that it has in its article (`images[0]`), and the cells by column."""

    name: str
    articles: list[str]
    paths: list[str]
    cells: dict[str, list[Any]]


def _place(path: str) -> tuple[str, str]:
    """The table and the column of a field: `images[].width` is `width` of `images[]`, `topics[]` its own `value`."""
    table, bracket, column = path.rpartition("[]")
    return table + bracket, column.removeprefix(".") or "value"


def _path(row: str, column: str) -> str:
    if not row:
        return column
    return row if column == "value" else f"{row}.{column}"


def _tables(schema: Schema, articles: list[Any]) -> list[_Table]:
    """The tables of one schema. An article or item without a value of its own has None there."""
    tables: dict[str, _Table] = {}
    for article, cells in articles:
        rows: dict[tuple[str, str], int] = {}
        for path, value in cells:
            name, column = _place(general(path))
            at = path[: path.rfind("]") + 1]
            table = tables.setdefault(name, _Table(name, [], [], {}))
            n = rows.setdefault((name, at), len(table.articles))
            if n == len(table.articles):
                table.articles.append(article)
                table.paths.append(at)
            cells_of = table.cells.setdefault(column, [])
            cells_of.extend([None] * (n - len(cells_of)))
            cells_of.append(value)
    for table in tables.values():
        for cells_of in table.cells.values():
            cells_of.extend([None] * (len(table.articles) - len(cells_of)))
    return list(tables.values())


def _column(pa: Any, spec: FieldSpec) -> Any:
    says, checks = spec.constraints, []
    if "values" in says:
        checks.append(pa.Check.isin(allowed_values=says["values"]))
    if "pattern" in says:
        checks.append(pa.Check.str_matches(pattern=f"(?:{says['pattern']})$"))
    if "min-length" in says or "max-length" in says:
        checks.append(pa.Check.str_length(min_value=says.get("min-length"), max_value=says.get("max-length")))
    for key, bound in (("min", "ge"), ("min-items", "ge"), ("max", "le"), ("max-items", "le")):
        if key in says:
            checks.append(getattr(pa.Check, bound)(**{f"{key[:3]}_value": says[key]}))
    if "max-uses" in says:
        most = says["max-uses"]
        seldom = pa.Check(lambda s: s.map(s.value_counts()) <= most, name="max_uses", statistics={"max_uses": most})
        checks.append(seldom)
    return pa.Column(
        _DTYPES.get(spec.type, _TEXT),
        checks,
        nullable=True,
        required=False,
        unique=bool(says.get("unique")),
        report_duplicates="exclude_first",
    )


def _frame(schema: Schema, table: _Table) -> Any:
    import pandas as pd

    lists = [f"{article}\n{path.rpartition('[')[0]}" for article, path in zip(table.articles, table.paths, strict=True)]
    text: Any = _TEXT
    data: dict[str, Any] = {"article": pd.array(table.articles, dtype=text), "list": pd.array(lists, dtype=text)}
    for column, values in table.cells.items():
        spec = schema.fields[_path(table.name, column)]
        dtype: Any = _DTYPES.get(spec.type, _TEXT)
        data[column] = pd.array(values, dtype=dtype)
    return pd.DataFrame(data)


# ----------------------------------------------------------------------------------------------------------- failures


def _failures(schema: Schema, table: _Table, compiled: Any) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """What pandera rejects in a table, each defect once: article, path, case, and the words for it."""
    from pandera.errors import SchemaErrors

    try:
        compiled.validate(_frame(schema, table), lazy=True)
        return
    except SchemaErrors as e:
        errors = e.schema_errors
    for error in errors:
        rejected = error.failure_cases
        if not hasattr(rejected, "columns") or "index" not in rejected.columns:
            raise RuntimeError(f"pandera could not check {compiled.name}: {error.reason_code}")
        column = error.schema.name if error.schema.name in table.cells else "value"
        spec = schema.fields[_path(table.name, column)]
        cells = table.cells[column]
        words = _words(error, spec, table, cells)
        for n in sorted({int(i) for i in rejected["index"].dropna()}):
            case, expected, more = words(cells[n])
            values = {"cell": cells[n], "expected": expected, **more}
            yield table.articles[n], _path(table.paths[n], column), case, values


def _words(error: Any, spec: FieldSpec, table: _Table, cells: list[Any]) -> Any:
    """A function from a rejected cell to the case, what was expected, and more values; read off the check itself."""
    check = error.check
    name, says = getattr(check, "name", None), getattr(check, "statistics", None) or {}
    if name == "unique_items":
        return lambda cell: ("repeated-item", "each item once", {})
    if name == "max_uses":
        uses = Counter(cells)
        return lambda cell: ("overused", f"at most {says['max_uses']} uses", {"uses": uses[cell]})
    if error.reason_code.name == "SERIES_CONTAINS_DUPLICATES":
        first: dict[Any, str] = {}
        for cell, article in zip(cells, table.articles, strict=True):
            first.setdefault(cell, article)
        return lambda cell: ("unique", "a value of its own", {"partner": first[cell]})
    if name == "isin":
        allowed = sorted(map(str, says["allowed_values"]))
        return lambda cell: (
            "value",
            spec.expected or _clip("one of " + ", ".join(allowed), 80),
            _nearest(cell, allowed),
        )
    if name in ("greater_than_or_equal_to", "less_than_or_equal_to"):
        bound = f"at least {says['min_value']}" if "min_value" in says else f"at most {says['max_value']}"
        return lambda cell: ("items" if spec.type == "list" else "range", bound, {})
    if name == "str_matches":
        form = spec.expected or f"a text of the form {spec.constraints.get('pattern') or says['pattern']}"
        return lambda cell: ("pattern", form, {})
    if name == "str_length":
        return lambda cell: ("length", _bounds(says), {"length": len(str(cell))})
    return lambda cell: ("value", str(check or error.reason_code.value), {"hint": ""})


def _nearest(cell: Any, allowed: list[str]) -> Mapping[str, str]:
    found = difflib.get_close_matches(str(cell), allowed, n=1)
    return {"hint": f"; did you mean {found[0]!r}?" if found else ""}


def _bounds(says: Mapping[str, Any]) -> str:
    low, high = says.get("min_value"), says.get("max_value")
    words = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
    return " and ".join(w for w in words if w) + " characters"
