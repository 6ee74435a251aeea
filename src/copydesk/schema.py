"""The schema language of `rules/schemas/*.yaml`: what fields an article may have, and whether a value is of its type.

A schema names its fields by path (`provider.domain`, `images[].width`, `topics[]`), gives each a type and constraints,
and may name relations between fields. Presence and types are judged here, on the nodes of the front matter; the
constraints and relations are only read: who checks them compiles them.

    about: what the schema is for
    recognise: [key, key]       an article with all these keys is judged by it, where none is configured
    unknown: report             or allow: what to do about keys that it does not name
    fields:
      path: type                or {type: …, required: true, nullable: true, expected: words for a message, constraints}
    relations:
      - {check: name, …}        the checks and their settings stand in `validators/field_relation.py`

A text, URL or host may have `pattern`, `min-length` and `max-length`, a number `min` and `max`, a list `min-items`,
`max-items` and `unique-items`, every single value `values`, `unique` and `max-uses` (in the whole corpus).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from copydesk.model import Article, ListNode, MapNode, Node, Scalar

TYPES: Mapping[str, str] = {
    "text": "text",
    "int": "a whole number",
    "number": "a number",
    "bool": "true or false",
    "date": "a date such as 2024-05-31",
    "datetime": "a date and time such as 2024-05-31T09:30:00",
    "zoned-datetime": "a date and time with its zone, such as 2024-05-31T09:30:00Z",
    "url": "a web address that begins with https://",
    "host": "a host name such as example.org",
    "list": "a list",
    "record": "a set of keys",
    "any": "anything",
}
"""The types of the language, each in the words of a message."""

_ALWAYS = ("type", "required", "nullable", "expected")
_SCALAR = ("values", "unique", "max-uses")
_CONSTRAINTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("text", "url", "host"), (*_SCALAR, "pattern", "min-length", "max-length")),
    **dict.fromkeys(("int", "number"), (*_SCALAR, "min", "max")),
    **dict.fromkeys(("date", "datetime", "zoned-datetime"), ("unique", "max-uses")),
    "bool": ("values",),
    "list": ("min-items", "max-items", "unique-items"),
}
_NUMBERS = ("min", "max", "min-length", "max-length", "min-items", "max-items", "max-uses")
_KEYS = ("about", "recognise", "unknown", "fields", "relations")


class SchemaError(ValueError):
    """A schema that cannot be used; the message names file and line and says what to do."""


class FieldSpec(NamedTuple):
    """What a schema says of one field. `path` is written with `[]` for the items of a list; `expected` are the words of
    a message, where those of the type do not do."""

    path: str
    type: str
    required: bool
    nullable: bool
    expected: str
    constraints: Mapping[str, Any]


class Relation(NamedTuple):
    """A relation between fields: the name of a check and what it needs, as the schema has it; `where` is file:line."""

    check: str
    settings: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class Schema:
    """What the articles of one kind look like.

    `fields` holds the records and lists that the paths imply, too. `children` names the fields of each record, in the
    order of the file; those of the article itself stand under `""`. `open` says that other keys are welcome.
    """

    name: str
    recognise: tuple[str, ...]
    open: bool
    fields: Mapping[str, FieldSpec]
    children: Mapping[str, Mapping[str, FieldSpec]]
    relations: tuple[Relation, ...] = ()

    def spec(self, path: str) -> FieldSpec | None:
        """What is said of the field at a path of an article, such as `images[0].width`."""
        return self.fields.get(general(path))


_INDEX = re.compile(r"\[\d{1,9}\]")


def general(path: str) -> str:
    """`images[]` for `images[0]`: the path of a schema for that of an article."""
    return _INDEX.sub("[]", path) if "[" in path else path


# ------------------------------------------------------------------------------------------------------------ reading


def read_schema(path: Path) -> Schema:
    """The schema in a file. Raises SchemaError."""
    import yaml

    try:
        text = path.read_text("utf-8")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        raw, root = yaml.load(text, Loader=loader), yaml.compose(text, Loader=loader)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        raise SchemaError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {getattr(e, 'problem', e)}") from e
    except (OSError, ValueError) as e:
        raise SchemaError(f"{path}: the schema cannot be read: {e}") from e
    if not isinstance(raw, dict) or not isinstance(raw.get("fields"), dict):
        raise SchemaError(f"{path}:1: a schema is a mapping with `fields`, each with its type")
    assert root is not None
    nodes = {key.value: (f"{path}:{key.start_mark.line + 1}", value) for key, value in root.value}
    for key in raw:
        if key not in _KEYS:
            raise SchemaError(f"{nodes[str(key)][0]}: unknown key {key!r} in a schema{near(str(key), _KEYS)}")
    if raw.get("unknown", "report") not in ("report", "allow"):
        raise SchemaError(f"{nodes['unknown'][0]}: unknown is report or allow, not {raw['unknown']!r}")
    fields: dict[str, FieldSpec] = {}
    for key, _ in nodes["fields"][1].value:
        where = f"{path}:{key.start_mark.line + 1}"
        if key.value in fields:
            raise SchemaError(f"{where}: the field {key.value!r} stands twice")
        fields[key.value] = _read_field(key.value, raw["fields"].get(key.value), where)
    recognise = raw.get("recognise") or []
    if not isinstance(recognise, list) or any(r not in fields for r in recognise):
        raise SchemaError(f"{nodes['recognise'][0]}: recognise is a list of fields of this schema")
    whole, children = _implied(fields)
    return Schema(
        path.stem, tuple(recognise), raw.get("unknown") == "allow", whole, children, _relations(raw, nodes, path)
    )


def _read_field(path: str, raw: Any, where: str) -> FieldSpec:
    raw = {"type": raw} if isinstance(raw, str) else raw
    if not isinstance(raw, dict) or "type" not in raw:
        raise SchemaError(f"{where}: the field {path!r} needs a type, such as {{type: text, required: true}}")
    kind = raw["type"]
    if kind not in TYPES:
        raise SchemaError(f"{where}: unknown type {kind!r} of {path!r}{near(str(kind), TYPES)}")
    known = (*_ALWAYS, *_CONSTRAINTS.get(kind, ()))
    for key, value in raw.items():
        if key not in known:
            raise SchemaError(
                f"{where}: unknown key {key!r} in {path!r}, a field of type {kind}{near(str(key), known)}"
            )
        if key in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise SchemaError(f"{where}: {key} of {path!r} is a number, not {value!r}")
    if not isinstance(raw.get("values", []), list):
        raise SchemaError(f"{where}: values of {path!r} is a list")
    try:
        re.compile(str(raw.get("pattern", "")))
    except re.error as e:
        raise SchemaError(f"{where}: the pattern of {path!r} is not a regular expression: {e}") from e
    constraints = {k: v for k, v in raw.items() if k not in _ALWAYS}
    required, nullable = bool(raw.get("required")), bool(raw.get("nullable"))
    return FieldSpec(path, kind, required, nullable, str(raw.get("expected", "")), constraints)


def _implied(fields: Mapping[str, FieldSpec]) -> tuple[dict[str, FieldSpec], dict[str, dict[str, FieldSpec]]]:
    """The fields with the records and lists that their paths imply, and the children of each record."""
    whole: dict[str, FieldSpec] = {}
    for path, spec in fields.items():
        for m in re.finditer(r"[.\[]", path):
            above = path[: m.start()]
            if above not in whole:
                kind = "list" if m[0] == "[" else "record"
                whole[above] = fields.get(above) or FieldSpec(above, kind, False, False, "", {})
        whole[path] = spec
    children: dict[str, dict[str, FieldSpec]] = {"": {}}
    for path, spec in whole.items():
        if not path.endswith("[]"):
            above, _, name = path.rpartition(".")
            children.setdefault(above, {})[name] = spec
    return whole, children


def _relations(raw: Mapping[str, Any], nodes: Mapping[str, tuple[str, Any]], path: Path) -> tuple[Relation, ...]:
    found = raw.get("relations") or []
    if not found:
        return ()
    if not isinstance(found, list):
        raise SchemaError(f"{nodes['relations'][0]}: relations is a list, each with a `check`")
    out = []
    for settings, node in zip(found, nodes["relations"][1].value, strict=True):
        where = f"{path}:{node.start_mark.line + 1}"
        if not isinstance(settings, dict) or not isinstance(settings.get("check"), str):
            raise SchemaError(f"{where}: a relation is a mapping with a `check`")
        out.append(Relation(settings["check"], {k: v for k, v in settings.items() if k != "check"}, where))
    return tuple(out)


def near(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or else what would be right."""
    names = list(known)
    found = difflib.get_close_matches(word, names, n=1)
    return f"; did you mean {found[0]!r}?" if found else f"; it may be {', '.join(names)}"


# ----------------------------------------------------------------------------------------------------------- choosing


@dataclass(frozen=True)
class Schemas:
    """The schemas that can be used, and which articles are to be judged by which."""

    by_name: Mapping[str, Schema]
    configured: tuple[tuple[str, str], ...] = field(default=())
    """(glob of article ids, name of a schema or `none`); the first that matches wins."""

    def of(self, article: Article) -> Schema | None:
        """The schema of an article: the configured one, else the first whose `recognise` keys it has, else none."""
        meta = article.meta
        if meta is None or meta.root is None:
            return None
        for glob, name in self.configured:
            if fnmatchcase(article.id, glob) or fnmatchcase("/" + article.id, glob):
                return self.by_name.get(name)
        keys = {key.value for key, _ in meta.root.pairs}
        for schema in self.by_name.values():
            if schema.recognise and keys.issuperset(schema.recognise):
                return schema
        return None


def open_schemas(files: Iterable[Path], options: Mapping[str, Any]) -> Schemas:
    """The schemas in `files`, a later one replacing its namesake, as the configuration uses them.

    `options["schemas"]` is a list of {files: glob, schema: name}, `options["schema"]` a name for the rest; a name
    may be `none`, or the path of a YAML file. Raises SchemaError.
    """
    paths = {p.stem: p for p in files}
    configured: list[tuple[str, str]] = []
    for entry in [*(options.get("schemas") or ()), {"files": "*", "schema": options.get("schema")}]:
        if not isinstance(entry, dict):
            raise SchemaError(
                f"an entry of 'schemas' is a table such as {{files = 'news/*', schema = 'news'}}, not {entry!r}"
            )
        name = str(entry.get("schema") or "")
        if name.endswith((".yaml", ".yml")):
            paths[name] = Path(name)
        elif name and name != "none" and name not in paths:
            raise SchemaError(f"there is no schema {name!r}{near(name, [*sorted(paths), 'none'])}")
        if name:
            configured.append((str(entry.get("files", "*")), name))
    return Schemas({name: read_schema(path) for name, path in paths.items()}, tuple(configured))


# -------------------------------------------------------------------------------------------------- the type of a value

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?")
_TRAP = re.compile(r"yes|no|on|off|[-+]?(?:0[0-7_]+|0b[01_]+|[0-9][0-9_]*[_:][0-9_:.]*)", re.I)
_URL = re.compile(r"https?://[^\s/?#\"<>\\]{1,253}(?:[/?#][^\s\"<>\\]*)?", re.I)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,10}[^\W\d_][\w-]{0,61}")
_DAY = r"(\d{4})-(\d\d?)-(\d\d?)"
_TIME = r"[Tt ][ \t]{0,3}(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d{1,12})?"
_DATES = {
    "date": re.compile(_DAY),
    "datetime": re.compile(rf"{_DAY}(?:{_TIME}[ \t]?(?:[Zz]|[-+]\d\d?(?::?\d\d)?)?)?"),
    "zoned-datetime": re.compile(rf"{_DAY}{_TIME}[ \t]?(?:[Zz]|[-+]\d\d?(?::?\d\d)?)"),
}


def judge(spec: FieldSpec, node: Node) -> tuple[str, Any]:
    """What is wrong with the type of a value (nothing: `""`), and the value as Python has it, None where there is none.

    The words are: `empty`; `wrong-type`; `quoted` (a number or truth value in quotes); `unquoted` (a text that YAML
    takes for something else); `single-value` (in place of a list); and `trap`, where what YAML reads is not what stands
    there, whatever the schema says, so that it is told as that.
    """
    kind = spec.type
    if kind == "any":
        return "", None
    if isinstance(node, Scalar) and (node.kind == "null" or (node.kind == "str" and not node.value.strip())):
        return ("" if spec.nullable else "empty"), None
    if kind == "list":
        if isinstance(node, ListNode):
            return "", len(node.items)
        return ("single-value" if isinstance(node, Scalar) else "wrong-type"), None
    if kind == "record" or not isinstance(node, Scalar):
        return ("" if kind == "record" and isinstance(node, MapNode) else "wrong-type"), None
    if node.kind in ("int", "float", "bool") and _TRAP.fullmatch(node.value):
        return ("" if kind == node.kind else "trap"), (_truth(node.value) if kind == node.kind == "bool" else None)
    if kind in _DATES:
        return _judge_date(kind, node)
    if kind == "int" or kind == "number":
        return _judge_number(kind, node)
    if kind == "bool":
        if node.kind == "bool":
            return "", _truth(node.value)
        return ("quoted" if node.value.lower() in ("true", "false") else "wrong-type"), None
    if node.kind != "str":
        real = node.kind in ("int", "float", "bool", "date", "datetime") and not _impossible(node.value)
        return (("unquoted" if kind == "text" else "wrong-type") if real else "trap"), None
    value = node.value
    if (kind == "url" and not _URL.fullmatch(value)) or (kind == "host" and not _HOST.fullmatch(value)):
        return "wrong-type", None
    return "", (value if value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value) else None)


def _truth(value: str) -> bool:
    return value.lower() in ("true", "yes", "on")


def _judge_number(kind: str, node: Scalar) -> tuple[str, Any]:
    number = (_INT if kind == "int" else _NUMBER).fullmatch(node.value)
    if node.kind == "int" or (node.kind == "float" and kind == "number"):
        return "", ((int if kind == "int" else float)(node.value) if number else None)
    return ("quoted" if number and node.kind == "str" and node.style in ("'", '"') else "wrong-type"), None


def _judge_date(kind: str, node: Scalar) -> tuple[str, Any]:
    impossible = _impossible(node.value)
    if impossible and node.kind in ("date", "datetime"):
        return "trap", None
    if impossible or not _DATES[kind].fullmatch(node.value):
        return "wrong-type", None
    return "", node.value


def _impossible(value: str) -> bool:
    m = _DATES["datetime"].fullmatch(value)
    try:
        if m is not None:
            datetime(*(int(g or 0) for g in m.groups()))  # type: ignore[arg-type]
    except ValueError:
        return True
    return False
