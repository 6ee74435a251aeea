"""Fields that must agree with one another, with the file's name, or with other articles, by pandera.

A schema lists its relations by name (`relations:` in `rules/schemas/`). Each becomes a check of a pandera frame of the
values that passed their type; a relation skips an article that lacks one of them. Where two values contradict each
other, the finding stands on the one that is derived from the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from copydesk.frames import (
    LEAST,
    MAJORITY,
    Row,
    Wanted,
    cells_of,
    compile_relation,
    load_pandera,
    rejected,
    relation_frame,
    rows_of,
)
from copydesk.relations import KINDS, amp_cache_of, clip, demanded, host_of, registrable, slug_of
from copydesk.repair import write_value
from copydesk.schema import Relation, Schema, Schemas, general, locate
from copydesk.validator import Article, Contract, CorpusValidator, Facts, Field, Fix, Hit, Safety, Scalar, Setup, fix

PROVED = 20
"""Repairs of one article that are offered; each is proved by reading its front matter again."""


@dataclass
class FieldRelation(CorpusValidator):
    """One case for each kind of relation."""

    contract = Contract.FIELD
    scope = "front"
    needs_fact = True
    cases = tuple(KINDS)
    majority: float = MAJORITY
    """The share of a source's articles that must bear one name before another name is reported."""
    least: int = LEAST
    """Articles of a source before its names are compared."""
    _schemas: Schemas = field(default_factory=lambda: Schemas({}), init=False)
    _wanted: dict[str, Wanted] = field(default_factory=dict, init=False)
    """By the name of a schema, the fields that some relation looks at."""

    def prepare(self, setup: Setup) -> None:
        self._schemas = setup.schemas
        for name, schema in self._schemas.by_name.items():
            self._wanted[name] = Wanted(path for r in schema.relations for path in demanded(schema, r))

    def observe(self, article: Article) -> Any:
        """[[article, schema, {path: value}]] of the fields that some relation looks at."""
        schema, reading = self._schemas.of(article), self._schemas.read(article)
        if schema is None or reading is None or not schema.relations:
            return None
        return [[article.id, schema.name, dict(cells_of(reading, self._wanted[schema.name]))]]

    def merge(self, a: Any, b: Any) -> Any:
        a += b
        return a

    def conclude(self, evidence: Any) -> Facts:
        by_schema: dict[str, list[Any]] = defaultdict(list)
        for article, name, cells in sorted(evidence or (), key=lambda row: row[0]):
            by_schema[name].append((article, cells))
        facts: dict[str, list[Any]] = defaultdict(list)
        if by_schema:
            load_pandera()
        for name, articles in by_schema.items():
            schema = self._schemas.by_name[name]
            told: set[tuple[str, frozenset[str]]] = set()
            for relation in schema.relations:
                rows = rows_of(schema, relation, articles)
                for n in self._rejected(schema, relation, rows) if rows else ():
                    row = rows[n]
                    defect = (row.article, frozenset(row.paths.values()))
                    alone = KINDS[relation.check].contradiction is not None and len(row.paths) > 1
                    if alone and defect in told:
                        continue  # the same fields contradict each other in another relation: one defect, one finding
                    told.add(defect)
                    seen = {row.paths[k]: row.values[k] for k in row.paths}
                    on, reason = row.paths[KINDS[relation.check].on], self._reason(relation, row, rows)
                    facts[row.article].append([on, relation.check, reason, seen])
        return Facts(dict(facts))

    def compile(self, relation: Relation) -> Any:
        """The pandera schema of a relation: one check over the frame of its fields."""
        return compile_relation(relation, self.majority, self.least)

    def _rejected(self, schema: Schema, relation: Relation, rows: list[Row]) -> list[int]:
        found = rejected(self.compile(relation), relation_frame(schema, relation, rows))
        return sorted({n for _, numbers in found for n in numbers})

    def _reason(self, relation: Relation, row: Row, rows: list[Row]) -> str:
        kind = KINDS[relation.check]
        if kind.contradiction is not None:
            return kind.contradiction({**row.values, "article": row.article}, relation.settings) or ""
        names = Counter(r.values["field"] for r in rows if r.values["of"] == row.values["of"])
        name, count = names.most_common(1)[0]
        return f"{row.values['of']} is {name!r} in {count} other articles"

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        schema, reading = self._schemas.of(article), self._schemas.read(article)
        if schema is None or reading is None or article.meta is None:
            return
        cells = dict(cells_of(reading, self._wanted[schema.name]))
        for n, (path, case, reason, seen) in enumerate(fact or ()):
            found = locate(schema, article.meta, path)
            stale = any(cells.get(p, schema.fields[general(p)].default) != v for p, v in seen.items())
            if found is None or path not in cells or stale:
                continue  # repaired since the facts were drawn
            values = {"field": found.path, "value": _as_written(cells[path]), "reason": reason}
            fixes = _fixes(article, found, path, case, seen) if n < PROVED else ()
            yield Hit(found.node.span, values, fixes, found.path, case)


def _as_written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else clip(str(value))


def _fixes(article: Article, found: Field, path: str, case: str, seen: Mapping[str, Any]) -> tuple[Fix, ...]:
    """What follows from the other value."""
    node = found.node
    others = [v for p, v in seen.items() if p != path]
    if not isinstance(node, Scalar) or not others:
        return ()
    safety = Safety.SUGGEST
    if case == "amp-cache":
        right, safety = amp_cache_of(others[0]), Safety.UNSAFE
    elif case == "threshold":
        right = str(node.value.lower() != "true").lower()
    elif case == "host-in-domain":
        host = host_of(others[0])
        owned = registrable(node.value) in ("", node.value)
        right = (registrable(host) or host) if owned else host
    elif case == "slug":
        right = slug_of(others[0])
    else:
        return ()
    edits = write_value(article, found.path, right, bare=node.kind == "bool")
    return fix(f"write {clip(right)}", *edits, safety=safety)
