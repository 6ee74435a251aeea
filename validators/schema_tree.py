"""The keys of an article and the types of their values against its schema, judged on the node tree.

Presence and types need the spelling: a frame cannot tell a missing key from a null, nor `no` from false. What the
values say is left to `schema_tables`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from copydesk.validator import (
    TYPES,
    Article,
    Contract,
    Edit,
    FieldSpec,
    Fix,
    Hit,
    ListNode,
    MapNode,
    Node,
    Safety,
    Scalar,
    Schema,
    Schemas,
    Setup,
    Span,
    Validator,
    fix,
    judge,
)

_FOUND = {
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a date and time",
}
_PUNCTUATION = re.compile(r"[^a-z0-9]")


@dataclass
class SchemaTree(Validator):
    """Keys that are missing, unknown or misspelt, and values of another type than the schema's."""

    contract = Contract.FIELD
    scope = "front"
    cases = ("missing", "empty", "unknown", "misspelt", "wrong-type", "quoted", "unquoted", "single-value")
    likeness: float = 0.8
    """How like a known key an unknown one must be to be taken for its misspelling, from 0 to 1."""
    strangers: int = 20
    """Unknown keys of a record that are looked at that closely; with more, the schema is not the article's."""
    _schemas: Schemas = field(default_factory=lambda: Schemas({}), init=False)

    def prepare(self, setup: Setup) -> None:
        self._schemas = setup.schemas

    def check(self, article: Article) -> Iterator[Hit]:
        schema = self._schemas.of(article)
        if schema is not None and article.meta is not None and article.meta.root is not None:
            yield from self._record(article, schema, article.meta.root, "", "")

    def _record(self, article: Article, schema: Schema, record: MapNode, pattern: str, path: str) -> Iterator[Hit]:
        """The fields of a record, and what lies below it. `pattern` is its path in the schema.

        What a merge key (`<<`) brings along is not looked for: with one, no key counts as missing.
        """
        known = schema.children.get(pattern, {})
        keys = {key.value: key for key, _ in record.pairs}
        twice = {key.value for key, _ in record.pairs if keys[key.value] is not key}
        prefix = f"{path}." if path else ""
        meant: set[str] = set()
        strangers = 0
        for key, value in record.pairs:
            if keys[key.value] is not key:
                continue  # a key that stands twice: the last value is the one that is read
            spec = known.get(key.value)
            if spec is not None:
                hits = self._value(article, schema, spec, value, prefix + key.value)
                alias = value.span.start < key.span.start
                yield from _unfixed(hits) if alias or key.value in twice else hits
            elif not schema.open and key.kind != "merge":
                strangers += 1
                likely = strangers <= self.strangers and len(key.value) <= 60
                right = self._meant(key.value, [name for name in known if name not in keys]) if likely else ""
                meant.add(right)
                yield _unknown(schema, key, prefix, right)
        merged = any(key.kind == "merge" for key in keys.values())
        for name, spec in known.items() if not merged else ():
            if spec.required and name not in keys and name not in meant:
                yield _missing(schema, record, keys, list(known), name, prefix)

    def _value(self, article: Article, schema: Schema, spec: FieldSpec, node: Node, path: str) -> Iterator[Hit]:
        case, _ = judge(spec, node)
        if case == "trap" or (case == "empty" and not spec.required):
            return
        if case:
            yield _wrong(article, case, spec, node, path)
        elif isinstance(node, MapNode) and spec.type == "record":
            yield from self._record(article, schema, node, spec.path, path)
        elif isinstance(node, ListNode) and spec.type == "list":
            inner = schema.fields.get(spec.path + "[]")
            if inner is not None:
                for n, item in enumerate(node.items):
                    hits = self._value(article, schema, inner, item, f"{path}[{n}]")
                    yield from hits if item.span.start >= node.span.start else _unfixed(hits)

    def _meant(self, key: str, absent: list[str]) -> str:
        """The absent field that an unknown key is a misspelling of, or nothing."""
        folded = {_PUNCTUATION.sub("", name.lower()): name for name in absent}
        found = difflib.get_close_matches(_PUNCTUATION.sub("", key.lower()), folded, n=1, cutoff=self.likeness)
        return folded[found[0]] if found else ""


def _unfixed(hits: Iterator[Hit]) -> Iterator[Hit]:
    """The hits of a value that another field repeats: a change of the one alone would set them at odds."""
    for hit in hits:
        yield replace(hit, fixes=())


def _clip(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= 60 else value[:59] + "…"


def _unknown(schema: Schema, key: Scalar, prefix: str, meant: str) -> Hit:
    path = prefix + key.value
    values = {"field": _clip(path), "key": _clip(key.value), "schema": schema.name}
    if not meant:
        return Hit(key.span, values, (), path, "unknown")
    edit = Edit(key.span.start, key.value, meant) if not key.style else None
    fixes = fix(f"rename it to {meant}", edit, safety=Safety.SUGGEST)
    return Hit(key.span, {**values, "meant": meant}, fixes, path, "misspelt")


def _missing(
    schema: Schema, record: MapNode, keys: Mapping[str, Scalar], order: list[str], name: str, prefix: str
) -> Hit:
    """Placed at the key that it belongs behind, else at the head of the record."""
    before = [k for k in order[: order.index(name)] if k in keys]
    first = record.pairs[0].key if record.pairs else None
    key = keys[before[-1]] if before else first
    span = key.span if key else Span(record.span.start, record.span.start)
    place = f"it belongs after {before[-1]!r}" if before else "it belongs at the head"
    values = {"field": prefix + name, "key": name, "schema": schema.name, "place": place}
    return Hit(span, values, (), prefix + name, "missing")


def _wrong(article: Article, case: str, spec: FieldSpec, node: Node, path: str) -> Hit:
    text = article.text[node.span.start : node.span.end]
    if isinstance(node, Scalar):
        found = "nothing" if case == "empty" else _FOUND.get(node.kind, "text")
    else:
        found = "a list" if isinstance(node, ListNode) else "a set of keys"
    expected = spec.expected or TYPES[spec.type]
    values = {"field": path, "value": _clip(text), "found": found, "expected": expected}
    return Hit(node.span, values, _fixes(case, node, text), path, case)


def _fixes(case: str, node: Node, text: str) -> tuple[Fix, ...]:
    start, end = node.span
    if not isinstance(node, Scalar) or "\n" in text or "\r" in text:
        return ()
    if case == "quoted" and text[1:-1] == node.value:
        edits = (Edit(start, text[0], ""), Edit(end - 1, text[-1], ""))
        return fix("take the quotes away", *edits, safety=Safety.UNSAFE)
    if case == "unquoted" and text == node.value:
        return fix("put quotes around it", Edit(start, "", '"'), Edit(end, "", '"'))
    if case == "single-value" and (node.style in ("'", '"') or not re.search(r"[,\[\]{}#&*!|>%@`]", text)):
        edits = (Edit(start, "", "["), Edit(end, "", "]"))
        return fix("make it a list of one", *edits, safety=Safety.SUGGEST)
    return ()
