"""The values of the whole corpus against their schema, by pandera.

The schema is compiled into pandera schemas, which alone decide on ranges, patterns, lists of values, uniqueness and
references; each value that they reject is led back to its article and field and put in our words, once.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from copydesk.frames import (
    Table,
    Wanted,
    cells_of,
    compile_schema,
    constrained,
    frame_of,
    load_pandera,
    path_of,
    rejected,
    tables_of,
)
from copydesk.relations import bare_url, clip
from copydesk.schema import FieldSpec, Schema, Schemas, judge, locate
from copydesk.validator import (
    Article,
    Contract,
    CorpusValidator,
    Edit,
    Facts,
    Fix,
    FrontMatter,
    Hit,
    ListNode,
    Safety,
    Scalar,
    Setup,
    fix,
)


@dataclass
class SchemaTables(CorpusValidator):
    """Values that are of the right type and still not allowed."""

    contract = Contract.FIELD
    scope = "front"
    needs_fact = True
    cases = ("value", "range", "pattern", "length", "items", "repeated-item", "unique", "overused", "dangling")
    _schemas: Schemas = field(default_factory=lambda: Schemas({}), init=False)
    _columns: dict[str, dict[str, FieldSpec]] = field(default_factory=dict, init=False)
    """By the name of a schema, its fields that some constraint looks at."""
    _wanted: dict[str, Wanted] = field(default_factory=dict, init=False)

    def prepare(self, setup: Setup) -> None:
        self._schemas = setup.schemas
        self._columns = {name: constrained(schema) for name, schema in self._schemas.by_name.items()}
        for columns in [*self._columns.values()]:
            for spec in columns.values():
                name, colon, path = str(spec.constraints.get("refers-to", "")).rpartition(":")
                if colon and name in self._columns and path in self._schemas.by_name[name].fields:
                    self._columns[name][path] = self._schemas.by_name[name].fields[path]
        self._wanted = {name: Wanted(columns) for name, columns in self._columns.items()}

    def observe(self, article: Article) -> Any:
        """[[article, schema, [[path, value], ...]]]: only values that some constraint looks at."""
        schema, reading = self._schemas.of(article), self._schemas.read(article)
        if schema is None or reading is None:
            return None
        return [[article.id, schema.name, cells_of(reading, self._wanted[schema.name])]]

    def merge(self, a: Any, b: Any) -> Any:
        a += b
        return a

    def conclude(self, evidence: Any) -> Facts:
        rows: dict[str, list[Any]] = defaultdict(list)
        for article, name, cells in sorted(evidence or (), key=lambda row: row[0]):
            rows[name].append((article, cells))
        facts: dict[str, list[Any]] = defaultdict(list)
        notes = []
        if rows:
            load_pandera()
        tables = {name: tables_of(articles) for name, articles in rows.items()}
        for name, articles in rows.items():
            notes.append(f"schema {name}: {len(articles):,} article{'s' if len(articles) != 1 else ''}")
            schema = self._schemas.by_name[name]
            compiled = self.compile(schema, self._keys(schema, rows, tables))
            for table in tables[name].values():
                seen = set()
                for article, path, case, values in _failures(schema, table, compiled[table.name]):
                    if (article, path) not in seen:  # one defect, one finding, however many checks it fails
                        facts[article].append([path, case, values])
                    seen.add((article, path))
        return Facts(dict(facts), None, tuple(notes))

    def compile(self, schema: Schema, keys: Mapping[str, frozenset[Any]] | None = None) -> dict[str, Any]:
        """The pandera schema of each table; `""` is the table of the articles, `images[]` that of their images."""
        return compile_schema(schema, self._columns[schema.name], keys)

    def _keys(
        self, schema: Schema, rows: Mapping[str, list[Any]], tables: Mapping[str, Mapping[str, Table]]
    ) -> dict[str, frozenset[Any]]:
        """By the path of a field that refers to others, the values that there are."""
        keys = {}
        for spec in schema.fields.values():
            target = spec.constraints.get("refers-to")
            if target == "file":
                names = [article.rpartition(".")[0] or article for found in rows.values() for article, _ in found]
                keys[spec.path] = frozenset((*names, *(n.rpartition("/")[2] for n in names)))
            elif target is not None:
                name, _, path = target.rpartition(":")
                table, bracket, column = path.rpartition("[]")
                found = tables.get(name or schema.name, {}).get(table + bracket)
                cells = found.cells.get(column.removeprefix(".") or "value", []) if found else []
                keys[spec.path] = frozenset(c for c in cells if c is not None)
        return keys

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        schema, meta = self._schemas.of(article), article.meta
        if schema is None or meta is None:
            return
        for path, case, values in fact or ():
            found, spec = locate(schema, meta, path), schema.spec(path)
            if found is None or spec is None or judge(spec, found.node)[1] != values["cell"]:
                continue  # repaired since the facts were drawn
            node, at = found.node, found.path
            span = node.span if isinstance(node, Scalar) or found.key is None else found.key.span
            fixes: tuple[Fix, ...] = ()
            if case == "repeated-item":
                at = at.rpartition("[")[0]
                fixes = _without(article, meta, at, node.span.start)
            values = {"field": found.path, "value": clip(str(values["cell"])), **values}
            del values["cell"]
            yield Hit(span, values, fixes, at, case)


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


# ----------------------------------------------------------------------------------------------------------- failures


def _failures(schema: Schema, table: Table, compiled: Any) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """What pandera rejects in a table: article, path, case, and the words for it."""
    for error, numbers in rejected(compiled, frame_of(schema, table)):
        column = error.schema.name if error.schema.name in table.cells else "value"
        spec = schema.fields[path_of(table.name, column)]
        cells = table.cells[column]
        words = _words(error, spec, table, cells)
        for n in numbers:
            case, expected, more = words(cells[n])
            values = {"cell": cells[n], "expected": expected, **more}
            yield table.articles[n], path_of(table.paths[n], column), case, values


Words = Callable[[Any], tuple[str, str, Mapping[str, Any]]]


def _words(error: Any, spec: FieldSpec, table: Table, cells: list[Any]) -> Words:
    """A function from a rejected cell to the case, what was expected, and more values; read off the check itself."""
    check = error.check
    name, says = getattr(check, "name", None), getattr(check, "statistics", None) or {}
    if name == "unique_items":
        return lambda cell: ("repeated-item", "each item once", {})
    if name == "max_uses":
        uses = Counter(cells)
        return lambda cell: ("overused", f"at most {says['max_uses']} uses", {"uses": uses[cell]})
    if name in ("unique", "unique_url"):
        fold = bare_url if name == "unique_url" else str
        first: dict[str, str] = {}
        for cell, article in zip(cells, table.articles, strict=True):
            first.setdefault(fold(cell) if cell is not None else "", article)
        return lambda cell: ("unique", "a value of its own", {"partner": first[fold(cell)]})
    if name == "refers_to":
        where = "the name of no article's file" if says["to"] == "file" else f"the {says['to']} of no article"
        return lambda cell: ("dangling", where, {"to": where})
    if name == "isin":
        allowed = sorted(map(str, says["allowed_values"]))
        expected = spec.expected or clip("one of " + ", ".join(allowed))
        return lambda cell: ("value", expected, _nearest(cell, allowed))
    if name in ("greater_than_or_equal_to", "less_than_or_equal_to"):
        key = "min" if "min_value" in says else "max"
        limit = says[f"{key}_value"]
        limit = limit if isinstance(limit, int | float) else spec.constraints[key]  # a date, as the schema has it
        bound = f"at {'least' if key == 'min' else 'most'} {limit}"
        return lambda cell: ("items" if spec.type == "list" else "range", bound, {})
    if name in ("pattern", "not-pattern"):
        form = spec.expected or f"a text {'not ' if name != 'pattern' else ''}of the form {says['pattern']}"
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
