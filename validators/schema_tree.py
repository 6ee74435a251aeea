"""The keys of an article and the types of their values against its schema, judged on the node tree.

Presence and types need the spelling: a frame cannot tell a missing key from a null, nor `no` from false. What the
values say is left to `schema_tables`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from copydesk.relations import amp_cache_of, host_of, slug_of
from copydesk.repair import add_key, is_only_quoted, rename_key, wrap_in_list, write_value
from copydesk.schema import Condition, FieldSpec, Schema, Schemas, holds, judge, locate, particular
from copydesk.validator import (
    Article,
    Contract,
    Fix,
    FrontMatter,
    Hit,
    ListNode,
    MapNode,
    Node,
    Safety,
    Scalar,
    Setup,
    Span,
    Validator,
    fix,
)
from copydesk.value_types import DATES, TYPES, as_iso

Names: TypeAlias = Mapping[str, Mapping[str, tuple[str, FieldSpec]]]
Demanded: TypeAlias = Mapping[str, list[str]]

_FOUND = {
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a date and time",
}
PROOFS = 200_000
"""Code points of front matter that are read again to prove the repairs of one article; what comes later has none."""
_PUNCTUATION = re.compile(r"[^a-z0-9]")
ALLOW = "copydesk-allow"  # what an article itself allows: no schema has to know it


@dataclass
class SchemaTree(Validator):
    """Keys that are missing, unknown or misspelt, and values of another type than the schema's."""

    contract = Contract.FIELD
    scope = "front"
    cases = (
        "missing", "empty", "unknown", "misspelt", "deprecated", "two-names", "order",
        "wrong-type", "quoted", "unquoted", "single-value",
    )  # fmt: skip
    likeness: float = 0.8
    """How like a known key an unknown one must be to be taken for its misspelling, from 0 to 1."""
    strangers: int = 20
    """Unknown keys of a record that are looked at that closely; with more, the schema is not the article's."""
    _schemas: Schemas = field(default_factory=lambda: Schemas({}), init=False)

    def prepare(self, setup: Setup) -> None:
        self._schemas = setup.schemas

    def check(self, article: Article) -> Iterator[Hit]:
        schema, reading = self._schemas.of(article), self._schemas.read(article)
        if reading is None or reading.orderly:
            return  # most articles: nothing is to be said of them
        if schema is not None and article.meta is not None and article.meta.root is not None:
            yield from self._record(_View(article, schema, article.meta), article.meta.root, "", "", schema.open)

    def _record(self, view: _View, record: MapNode, pattern: str, path: str, welcome: bool) -> Iterator[Hit]:
        """The fields of a record, and what lies below it. `pattern` is its path in the schema; in one that is `welcome`
        to other keys, those are not looked at.

        What a merge key (`<<`) brings along is not looked for: with one, no key counts as missing.
        """
        known = view.names.get(pattern) or {}
        keys = {key.value: key for key, _ in record.pairs}
        repeated = len(keys) != len(record.pairs)
        twice = {key.value for key, _ in record.pairs if keys[key.value] is not key} if repeated else frozenset()
        prefix = f"{path}." if path else ""
        present: dict[str, Scalar] = {}
        unknown: list[Scalar] = []
        for key, value in record.pairs:
            name = key.value
            if repeated and keys[name] is not key:
                continue  # a key that stands twice: the last value is the one that is read
            meant_by = known.get(name)
            if meant_by is None:
                if not welcome and key.kind != "merge" and not (name == ALLOW and not path):
                    unknown.append(key)
                continue
            own, spec = meant_by
            if own in present:
                yield _two_names(key, prefix, present[own])
                continue
            present[own] = key
            if spec.deprecated:
                yield _deprecated(view, spec, key, prefix)
            if type(value) is Scalar and not judge(spec, value)[0]:
                continue
            hits = self._value(view, spec, value, prefix + name)
            alias = value.span.start < key.span.start
            yield from _unfixed(hits) if alias or name in twice else hits
        meant: set[str] = set()
        for n, key in enumerate(unknown):
            likely = n < self.strangers and len(key.value) <= 60
            right = self._meant(key.value, [name for name in known if name not in keys]) if likely else ""
            meant.add(right)
            yield _unknown(view, key, prefix, right)
        if not any(key.kind == "merge" for key in keys.values()):
            yield from self._missing(view, record, present, meant, pattern, prefix)
        if view.schema.ordered and len(present) > 1:
            yield from _out_of_order(view.schema, list(present.items()), pattern, prefix)

    def _missing(
        self, view: _View, record: MapNode, present: Mapping[str, Scalar], meant: set[str], pattern: str, prefix: str
    ) -> Iterator[Hit]:
        children = view.schema.children.get(pattern, {})
        for name in view.demanded.get(pattern, ()):
            spec = children[name]
            if name in present or meant.intersection((name, *spec.aliases)):
                continue
            why = _reason(view, spec, prefix + name)
            if why is not None:
                yield _absent(view, record, present, list(children), spec, prefix, why)

    def _value(self, view: _View, spec: FieldSpec, node: Node, path: str) -> Iterator[Hit]:
        case, _ = judge(spec, node)
        if case == "trap":
            return
        if case == "empty":
            why = _reason(view, spec, path)
            if why is not None:
                yield _wrong(view, case, spec, node, path, why)
        elif case:
            yield _wrong(view, case, spec, node, path, "")
        elif isinstance(node, MapNode) and spec.type == "record":
            yield from self._record(view, node, spec.path, path, view.schema.open or spec.open)
        elif isinstance(node, ListNode) and spec.type == "list":
            inner = view.schema.fields.get(spec.path + "[]")
            if inner is not None:
                for n, item in enumerate(node.items):
                    hits = self._value(view, inner, item, f"{path}[{n}]")
                    yield from hits if item.span.start >= node.span.start else _unfixed(hits)

    def _meant(self, key: str, absent: list[str]) -> str:
        """The absent field that an unknown key is a misspelling of, or nothing."""
        folded = {_PUNCTUATION.sub("", name.lower()): name for name in absent}
        found = difflib.get_close_matches(_PUNCTUATION.sub("", key.lower()), folded, n=1, cutoff=self.likeness)
        return folded[found[0]] if found else ""


class _View:
    """An article under its schema. `names` are the fields of each record by all their names, with their own name beside
    them; `demanded` the names of those that may be missed."""

    def __init__(self, article: Article, schema: Schema, meta: FrontMatter) -> None:
        self.article, self.schema, self.meta = article, schema, meta
        self.names, self.demanded = _tables(id(schema), schema)
        self.proofs = PROOFS

    def may_prove(self) -> bool:
        """Whether one more repair may be proved: each reads the front matter again."""
        self.proofs -= self.meta.content.end - self.meta.content.start
        return self.proofs >= 0


_CACHE: dict[int, tuple[Schema, Names, Demanded]] = {}


def _tables(key: int, schema: Schema) -> tuple[Names, Demanded]:
    """Made once for each schema."""
    found = _CACHE.get(key)
    if found is None or found[0] is not schema:
        names = {
            pattern: {
                **{a: (n, s) for n, s in inner.items() for a in s.aliases},
                **{n: (n, s) for n, s in inner.items()},
            }
            for pattern, inner in schema.children.items()
        }
        demanded = {
            pattern: [n for n, s in inner.items() if s.required or s.required_when or s.required_unless]
            for pattern, inner in schema.children.items()
        }
        found = _CACHE[key] = (schema, names, demanded)
    return found[1], found[2]


def _reason(view: _View, spec: FieldSpec, path: str) -> str | None:
    """Why a field has to have a value: words for a message, empty where it always has to; None where it need not."""
    if spec.required:
        return ""
    if spec.required_when and holds(spec.required_when, view.schema, view.meta, path):
        return f" (required where {_said(spec.required_when)})"
    if spec.required_unless and not holds(spec.required_unless, view.schema, view.meta, path):
        return f" (required unless {_said(spec.required_unless)})"
    return None


def _said(conditions: Iterable[Condition]) -> str:
    words = []
    for path, values in conditions:
        told = " or ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in values or ())
        words.append(f"{path} is {told}" if values is not None else f"there is {path}")
    return " and ".join(words)


def _unfixed(hits: Iterator[Hit]) -> Iterator[Hit]:
    """The hits of a value that another field repeats: a change of the one alone would set them at odds."""
    for hit in hits:
        yield replace(hit, fixes=())


def _clip(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= 60 else value[:59] + "…"


def _unknown(view: _View, key: Scalar, prefix: str, meant: str) -> Hit:
    path = prefix + key.value
    values = {"field": _clip(path), "key": _clip(key.value), "schema": view.schema.name}
    if not meant:
        return Hit(key.span, values, (), path, "unknown")
    return Hit(key.span, {**values, "meant": meant}, _renamed(view, path, meant), path, "misspelt")


def _renamed(view: _View, path: str, name: str) -> tuple[Fix, ...]:
    edits = rename_key(view.article, path, name) if name and view.may_prove() else ()
    return fix(f"rename it to {name}", *edits, safety=Safety.SUGGEST)


def _two_names(key: Scalar, prefix: str, first: Scalar) -> Hit:
    values = {"field": _clip(prefix + key.value), "other": _clip(prefix + first.value)}
    return Hit(key.span, values, (), prefix + key.value, "two-names")


def _deprecated(view: _View, spec: FieldSpec, key: Scalar, prefix: str) -> Hit:
    path = prefix + key.value
    values = {"field": _clip(path), "instead": spec.deprecated, "key": _clip(key.value)}
    return Hit(key.span, values, _renamed(view, path, spec.replaced_by), path, "deprecated")


def _out_of_order(schema: Schema, present: list[tuple[str, Scalar]], pattern: str, prefix: str) -> Iterator[Hit]:
    """The first key that stands behind one that the schema has after it; told once for each record."""
    rank = {name: n for n, name in enumerate(schema.children[pattern])}
    highest, above = -1, ""
    for name, key in present:
        if rank[name] < highest:
            values = {"field": prefix + key.value, "key": key.value, "other": above, "schema": schema.name}
            yield Hit(key.span, values, (), prefix + key.value, "order")
            return
        highest, above = rank[name], key.value


def _absent(
    view: _View,
    record: MapNode,
    present: Mapping[str, Scalar],
    order: list[str],
    spec: FieldSpec,
    prefix: str,
    why: str,
) -> Hit:
    """Placed at the key that it belongs behind, else at the head of the record."""
    name = spec.path.rpartition(".")[2]
    before = [k for k in order[: order.index(name)] if k in present]
    first = record.pairs[0].key if record.pairs else None
    key = present[before[-1]] if before else first
    span = key.span if key else Span(record.span.start, record.span.start)
    place = f"it belongs after {key.value!r}" if before and key else "it belongs at the head"
    values = {"field": prefix + name, "key": name, "schema": view.schema.name, "place": place + why}
    fixes = _derived(view, spec, prefix, present[before[-1]].value if before else "")
    return Hit(span, values, fixes, prefix + name, "missing")


def _derived(view: _View, spec: FieldSpec, prefix: str, after: str) -> tuple[Fix, ...]:
    """A line with the value that follows from another field, behind the key `after`."""
    how, path = spec.derive
    source = locate(view.schema, view.meta, particular(path, prefix)) if how else None
    value = _DERIVE[how](source.node.value) if source is not None and isinstance(source.node, Scalar) else ""
    if not value or not view.may_prove():
        return ()
    edits = add_key(view.article, prefix.rstrip("."), spec.path.rpartition(".")[2], value, after)
    return fix(f"write {_clip(value)}", *edits, safety=Safety.SUGGEST)


_DERIVE: Mapping[str, Callable[[str], str]] = {
    "host-of": host_of,
    "slug-of": slug_of,
    "same-as": str,
    "amp-cache-of": amp_cache_of,
}


def _wrong(view: _View, case: str, spec: FieldSpec, node: Node, path: str, why: str) -> Hit:
    text = view.article.text[node.span.start : node.span.end]
    if isinstance(node, Scalar):
        found = "nothing" if case == "empty" else _FOUND.get(node.kind, "text")
    else:
        found = "a list" if isinstance(node, ListNode) else "a set of keys"
    expected = spec.expected or TYPES[spec.type]
    values = {"field": path, "value": _clip(text), "found": found, "expected": expected}
    if case == "empty":
        values["why"] = why
    fixes = _fixes(view, case, spec, node, path) if isinstance(node, Scalar) else ()
    return Hit(node.span, values, fixes, path, case)


def _fixes(view: _View, case: str, spec: FieldSpec, node: Scalar, path: str) -> tuple[Fix, ...]:
    article, value = view.article, node.value
    if case in ("quoted", "unquoted"):
        if not is_only_quoted(article, node) and not view.may_prove():
            return ()
        if case == "unquoted":
            return fix("put quotes around it", *write_value(article, path, value))
        return fix("take the quotes away", *write_value(article, path, value, bare=True), safety=Safety.UNSAFE)
    iso = as_iso(value, spec.type) if case == "wrong-type" and spec.type in DATES else None
    if iso and view.may_prove():
        edits = write_value(article, path, iso, bare=not node.style)
        return fix(f"write {iso}", *edits, safety=Safety.SUGGEST)
    if case == "single-value" and "," not in value and view.may_prove():  # with one, it may be several
        return fix("make it a list of one", *wrap_in_list(article, path), safety=Safety.SUGGEST)
    return ()
