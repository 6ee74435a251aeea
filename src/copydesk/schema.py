"""The nouns of a schema: fields, conditions, relations; and which article is judged by which schema.

How a schema is written stands in `docs/schema.md`; `schema_file` reads it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple

from copydesk.model import Article, Field, FrontMatter, MapNode, Node, Refusal, Scalar, Span
from copydesk.value_types import judge as judge_type


class SchemaError(Refusal):
    """A schema that cannot be used; the message names file and line and says what to do."""


class Condition(NamedTuple):
    """A field has one of these values, or, with None, any value at all. `path` is that of a schema."""

    path: str
    values: tuple[Any, ...] | None


class FieldSpec(NamedTuple):
    """What a schema says of one field. `path` is written with `[]` for the items of a list; `expected` are the words of
    a message, where those of the type do not do. `derive` is (how, path): what a missing value follows from.
    `open` says of a record that other keys are welcome in it."""

    path: str
    type: str
    required: bool = False
    nullable: bool = False
    expected: str = ""
    constraints: Mapping[str, Any] = {}
    required_when: tuple[Condition, ...] = ()
    required_unless: tuple[Condition, ...] = ()
    default: Any = None
    aliases: tuple[str, ...] = ()
    deprecated: str = ""
    replaced_by: str = ""
    derive: tuple[str, str] = ("", "")
    open: bool = False
    about: str = ""


class Relation(NamedTuple):
    """A relation between fields: the name of a check and what it needs, as the schema has it; `where` is file:line."""

    check: str
    settings: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class Schema:
    """What the articles of one kind look like.

    `fields` holds the records and lists that the paths imply, too. `children` names the fields of each record, in the
    order of the file; those of the article itself stand under `""`. `known` holds the fields by every path that they
    may have: their own, and those of their aliases. `open` says that other keys are welcome.
    """

    name: str
    recognise: tuple[str, ...]
    open: bool
    fields: Mapping[str, FieldSpec]
    children: Mapping[str, Mapping[str, FieldSpec]]
    relations: tuple[Relation, ...] = ()
    known: Mapping[str, FieldSpec] = field(default_factory=dict)
    applies_to: tuple[str, ...] = ()
    ordered: bool = False
    about: str = ""
    source: str = ""

    def spec(self, path: str) -> FieldSpec | None:
        """What is said of the field at a path of an article, such as `images[0].width`."""
        return self.known.get(general(path))


_INDEX = re.compile(r"\[\d{1,9}\]")


@lru_cache(maxsize=4096)
def _general(path: str) -> str:
    return _INDEX.sub("[]", path)


def general(path: str) -> str:
    """`images[]` for `images[0]`: the path of a schema for that of an article."""
    if "[" not in path:
        return path
    return _general(path) if len(path) < 100 else _INDEX.sub("[]", path)


def particular(path: str, place: str) -> str:
    """`images[3].url` for `images[].url` seen from `images[3].width`: the same items as in `place`."""
    for index in _INDEX.findall(place):
        path = path.replace("[]", index, 1)
    return path


def canonical(schema: Schema, path: str) -> str:
    """The path of a field by its own name, where it, or a record around it, stands under an alias."""
    spec = schema.known.get(general(path))
    return path if spec is None or spec.path == general(path) else particular(spec.path, path)


def locate(schema: Schema, meta: FrontMatter, path: str) -> Field | None:
    """The field at a canonical path, wherever it stands; None where it is missing."""
    found = meta.fields.get(path)
    if found is not None or len(schema.known) == len(schema.fields):
        return found
    return next((f for other, f in meta.fields.items() if canonical(schema, other) == path), None)


def judge(spec: FieldSpec, node: Node) -> tuple[str, Any]:
    """What is wrong with the type of a value, and the value as Python has it; see `value_types.judge`."""
    if type(node) is Scalar:
        value = node.value
        if spec.type == "text" and node.kind == "str" and value.isascii() and value and not value.isspace():
            return "", value  # most values: said here, because this is called for every one
        if len(value) < 200:
            return _judge_short(spec.type, spec.nullable, value, node.kind, node.style)
    return judge_type(spec.type, spec.nullable, node)


@lru_cache(maxsize=4096)
def _judge_short(kind: str, nullable: bool, value: str, read_as: Any, style: str) -> tuple[str, Any]:
    """Many values come again, in other articles or for another validator."""
    return judge_type(kind, nullable, Scalar(Span(0, 0), value, read_as, style))


def holds(conditions: Iterable[Condition], schema: Schema, meta: FrontMatter, place: str) -> bool:
    """Whether all conditions are met by an article; `place` is the path of the field that they are made for.

    A field that is missing has its default. No conditions at all are not met.
    """
    met = False
    for path, values in conditions:
        spec, field = schema.fields[path], locate(schema, meta, particular(path, place))
        found = field.node if field else None
        if values is None:
            met = found is not None and not is_empty(found)
        else:
            value = spec.default if found is None else judge(spec, found)[1]
            met = value is not None and value in values
        if not met:
            return False
    return met


def is_empty(node: Node) -> bool:
    """Whether a value is null, or a text without a letter in it."""
    return isinstance(node, Scalar) and (node.kind == "null" or not node.value.strip())


SYNONYMS = {
    "string": "text", "str": "text", "float": "number", "integer": "int", "boolean": "bool", "array": "list",
    "object": "record", "mapping": "record", "uri": "url", "hostname": "host", "timestamp": "zoned-datetime",
    "enum": "values", "choices": "values", "optional": "required", "regex": "pattern", "format": "type",
    "minimum": "min", "maximum": "max", "minLength": "min-length", "maxLength": "max-length", "alias": "aliases",
    "minItems": "min-items", "maxItems": "max-items", "uniqueItems": "unique-items", "properties": "fields",
    "description": "about", "nullable_": "nullable", "foreign-key": "refers-to", "references": "refers-to",
}  # fmt: skip
"""What other languages call our words."""


def near(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or else what would be right."""
    names = list(known)
    found = [SYNONYMS[word]] if SYNONYMS.get(word) in names else difflib.get_close_matches(word, names, n=1)
    return f"; did you mean {found[0]!r}?" if found else f"; it may be {', '.join(names)}"


# ----------------------------------------------------------------------------------------------------------- choosing


@dataclass(frozen=True)
class Schemas:
    """The schemas that can be used, and which articles are to be judged by which."""

    by_name: Mapping[str, Schema]
    configured: tuple[tuple[str, str], ...] = field(default=())
    """(glob of article ids, name of a schema or `none`); the first that matches wins."""
    _last: list[Any] = field(default_factory=list, compare=False, repr=False)
    """The article that was asked for last, and its schema: several validators ask for the same one."""

    def of(self, article: Article) -> Schema | None:
        """The schema of an article: the configured one, else the first that applies by path and keys, else none."""
        meta = article.meta
        if meta is None or meta.root is None:
            return None
        if self._last and self._last[0] is article:
            found: Schema | None = self._last[1]
            return found
        chosen = self._choose(article, meta.root)
        self._last[:] = [article, chosen]
        return chosen

    def _choose(self, article: Article, root: MapNode) -> Schema | None:
        for glob, name in self.configured:
            if _matches(article.id, glob):
                return self.by_name.get(name)
        keys: set[str] | None = None
        for schema in self.by_name.values():
            if not schema.recognise and not schema.applies_to:
                continue
            if schema.applies_to and not any(_matches(article.id, glob) for glob in schema.applies_to):
                continue
            if schema.recognise:
                if keys is None:
                    keys = {key.value for key, _ in root.pairs}
                if not keys.issuperset(schema.recognise):
                    continue
            return schema
        return None


def _matches(article: str, glob: str) -> bool:
    return glob == "*" or fnmatchcase(article, glob) or fnmatchcase("/" + article, glob)
