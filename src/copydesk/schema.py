"""The nouns of a schema: fields, conditions, relations; and which article is judged by which schema.

How a schema is written stands in `docs/schema.md`; `schema_file` reads it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from copydesk.model import Article, Field, FrontMatter, MapNode, Node, Refusal, Scalar
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

    @cached_property
    def places(self) -> Places:
        """What is said of each path of an article."""
        return Places(self)


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
    if spec.type == "text" and type(node) is Scalar and node.kind == "str":
        value = node.value
        if value.isascii() and value and not value.isspace():
            return "", value  # most texts
    return judge_type(spec.type, spec.nullable, node)


class Place(NamedTuple):
    """What a schema says of one path of an article, such as `images[0].url`; it is the same in all articles.

    `path` is the canonical one, `key` the key that it ends in, empty for an item of a list. `regular`: there is nothing
    to say of the key itself.
    Of a record, `demands` are the paths that must be there, and `conditional` those that some condition asks for.
    `judged` is what was found of short values of this type, whatever their path: many come again.
    """

    spec: FieldSpec | None
    path: str
    key: str
    regular: bool
    judged: dict[tuple[Any, ...], tuple[str, Any]]
    demands: frozenset[str] = frozenset()
    conditional: tuple[tuple[str, FieldSpec], ...] = ()


class Places(dict[str, Place]):
    """The places of a schema, each made when it is first asked for."""

    MOST = 20_000

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.judged: dict[tuple[str, bool], dict[tuple[Any, ...], tuple[str, Any]]] = {}

    def __missing__(self, path: str) -> Place:
        place = self._record(path, "") if not path else self._place(path)
        if len(self) < self.MOST:
            self[path] = place
        return place

    def _place(self, path: str) -> Place:
        at, key = general(path), _last_key(path)
        spec = self.schema.known.get(at)
        if spec is None:
            return Place(None, path, key, self._is_welcome(path), {})
        judged = self.judged.setdefault((spec.type, spec.nullable), {})
        if spec.path != at:
            return Place(spec, particular(spec.path, path), key, False, judged)
        if spec.type == "record":
            return self._record(path, spec.path)
        return Place(spec, path, key, not spec.deprecated, judged)

    def _record(self, path: str, pattern: str) -> Place:
        children, prefix = self.schema.children.get(pattern, {}), f"{path}." if path else ""
        spec = self.schema.fields.get(pattern)
        return Place(
            spec,
            path,
            _last_key(path),
            spec is None or not spec.deprecated,
            {},
            frozenset(prefix + name for name, s in children.items() if s.required),
            tuple((prefix + n, s) for n, s in children.items() if s.required_when or s.required_unless),
        )

    def _is_welcome(self, path: str) -> bool:
        """Whether a field that the schema does not name may be there: in a record that is open, or below such a one."""
        above = self[path[: max(path.rfind("."), path.rfind("["), 0)]]
        if above.spec is None and above.path:
            return above.regular
        return self.schema.open or (above.spec is not None and (above.spec.open or above.spec.type in ("any", "list")))


def _last_key(path: str) -> str:
    return "" if path.endswith("]") else path.rpartition(".")[2]


class Reading(NamedTuple):
    """An article under its schema: [path, value] of all that passed its type, by canonical path, in file order.

    `orderly`: no key is missing, unknown, deprecated or out of its place, and every value is of its type.
    """

    orderly: bool
    cells: list[list[Any]]


def read(schema: Schema, meta: FrontMatter) -> Reading:
    """Judges every value once, from a table of paths. It is not told here what is wrong, where something is."""
    fields, places = meta.fields, schema.places
    cells: list[list[Any]] = []
    orderly = not schema.ordered and len(fields) == len(meta.walk()) and _has_all(places[""], schema, meta)
    for path, key, node in fields.values():
        place = places[path]
        spec, own, name, regular, judged, demands, conditional = place
        if not regular or (key is not None and key.value != name):
            orderly = False
        if spec is None:
            continue
        if type(node) is Scalar:
            told = node[1:]  # all but where it stands
            found = judged.get(told)
            if found is None:
                found = judge(spec, node)
                if len(node.value) < 80:
                    if len(judged) >= Places.MOST:
                        judged.clear()
                    judged[told] = found
            case, value = found
        else:
            if (demands or conditional) and orderly and not _has_all(place, schema, meta):
                orderly = False
            case, value = judge(spec, node)
        if case:
            orderly = False
        if value is not None:
            cells.append([own, value])
    return Reading(orderly, cells)


def _has_all(place: Place, schema: Schema, meta: FrontMatter) -> bool:
    """Whether a record has every field that it has to have."""
    fields = meta.fields
    if not fields.keys() >= place.demands:
        return False
    return not any(path not in fields and is_demanded(spec, schema, meta, path) for path, spec in place.conditional)


def is_demanded(spec: FieldSpec, schema: Schema, meta: FrontMatter, path: str) -> bool:
    """Whether an article has to have a field, seen from the place where it would be."""
    if spec.required:
        return True
    if spec.required_when and holds(spec.required_when, schema, meta, path):
        return True
    return bool(spec.required_unless) and not holds(spec.required_unless, schema, meta, path)


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
    """The article that was asked for last, its schema and its reading: several validators ask for the same one."""

    def of(self, article: Article) -> Schema | None:
        """The schema of an article: the configured one, else the first that applies by path and keys, else none."""
        meta = article.meta
        if meta is None or meta.root is None:
            return None
        if self._last and self._last[0] is article:
            found: Schema | None = self._last[1]
            return found
        chosen = self._choose(article, meta.root)
        self._last[:] = [article, chosen, None]
        return chosen

    def read(self, article: Article) -> Reading | None:
        """An article under its schema; None where it has none."""
        schema = self.of(article)
        if schema is None or article.meta is None:
            return None
        if self._last[2] is None:
            self._last[2] = read(schema, article.meta)
        reading: Reading = self._last[2]
        return reading

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
