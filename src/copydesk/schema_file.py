"""Reads the schemas of `rules/schemas/*.yaml`, and a user's own. What is wrong with one is said with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from copydesk.relations import KINDS, demanded
from copydesk.schema import Condition, FieldSpec, Relation, Schema, SchemaError, Schemas, near
from copydesk.value_types import DATES, FORMS, TYPES, instant, is_of_form

ALWAYS = (
    "type", "about", "required", "required-when", "required-unless", "nullable", "expected", "default", "aliases",
    "deprecated", "replaced-by", "derive",
)  # fmt: skip
SINGLE = ("values", "values-from", "unique", "max-uses", "refers-to")
CONSTRAINTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(FORMS, (*SINGLE, "pattern", "not-pattern", "min-length", "max-length")),
    **dict.fromkeys(("int", "number"), (*SINGLE, "min", "max")),
    **dict.fromkeys(DATES, ("unique", "max-uses", "min", "max")),
    "bool": ("values",),
    "list": ("min-items", "max-items", "unique-items"),
    "record": ("unknown",),
}
"""What may be said of a field of each type, beside what may be said of all."""
_COUNTS = ("min-length", "max-length", "min-items", "max-items", "max-uses")
_FLAGS = ("required", "nullable", "unique-items")
_TEXTS = ("about", "expected", "replaced-by", "pattern", "not-pattern", "values-from", "refers-to")
KEYS = ("about", "extends", "recognise", "applies-to", "unknown", "order", "fields", "relations")
DERIVED = ("host-of", "slug-of", "same-as", "amp-cache-of")
_LIST = re.compile(r"list of (\S+)")
_PATH = re.compile(r"[^.\[\]\s]+(?:\[\])*(?:\.[^.\[\]\s]+(?:\[\])*)*")


# ------------------------------------------------------------------------------------------------ YAML with its lines


@dataclass(frozen=True)
class _Lines:
    """Where each key and item of a YAML text stands: line by path of keys."""

    file: Path
    lines: Mapping[tuple[Any, ...], int]

    def at(self, *path: Any) -> str:
        """file:line of a key, or of the nearest one around it that has a line."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.file}:{self.lines.get(path, 1)}"


def _read_yaml(path: Path) -> tuple[Any, _Lines]:
    """The data of a file and its lines; dates stay texts. Raises SchemaError."""
    try:
        text = path.read_text("utf-8")
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        raise SchemaError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {getattr(e, 'problem', e)}") from e
    except (OSError, ValueError) as e:
        raise SchemaError(f"{path}: the schema cannot be read: {e}") from e
    lines: dict[tuple[Any, ...], int] = {}
    return _plain(root, (), lines, path), _Lines(path, lines)


def _plain(node: Any, at: tuple[Any, ...], lines: dict[tuple[Any, ...], int], file: Path) -> Any:
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in out:
                what = "field" if at == ("fields",) else "key"
                raise SchemaError(f"{file}:{line}: the {what} {key.value!r} stands twice")
            lines[(*at, key.value)] = line
            out[key.value] = _plain(value, (*at, key.value), lines, file)
        return out
    if isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value):
            lines[(*at, n)] = item.start_mark.line + 1
        return [_plain(item, (*at, n), lines, file) for n, item in enumerate(node.value)]
    if node is None:
        return None
    kind = node.tag.rpartition(":")[2]
    if kind in ("int", "float", "bool", "null"):
        return yaml.constructor.SafeConstructor().construct_object(node)
    return node.value


# ------------------------------------------------------------------------------------------------------------ reading


def read_schema(path: Path, others: Mapping[str, Path] | None = None, seen: tuple[Path, ...] = ()) -> Schema:
    """The schema in a file; `others` are the files of the schemas that it may extend, by name. Raises SchemaError."""
    raw, lines = _read_yaml(path)
    if not isinstance(raw, dict) or not isinstance(raw.get("fields"), dict):
        raise SchemaError(f"{path}:1: a schema is a mapping with `fields`, each with its type")
    for key in raw:
        if key not in KEYS:
            raise SchemaError(f"{lines.at(key)}: unknown key {key!r} in a schema{near(str(key), KEYS)}")
    for key, allowed in (("unknown", ("report", "allow")), ("order", ("any", "report"))):
        if raw.get(key, allowed[0]) not in allowed:
            raise SchemaError(f"{lines.at(key)}: {key} is {allowed[0]} or {allowed[1]}, not {raw[key]!r}")
    for key in ("recognise", "applies-to"):
        if not isinstance(raw.get(key, []), list) or not all(isinstance(x, str) for x in raw.get(key) or ()):
            raise SchemaError(f"{lines.at(key)}: {key} is a list of {'fields' if key == 'recognise' else 'globs'}")
    base = _base(raw, lines, path, others or {}, seen)
    fields = dict(base.fields) if base else {}
    own: dict[str, FieldSpec] = {}
    for name, what in raw["fields"].items():
        own |= _read_field(name, what, lines, path)
    fields |= {p: s for p, s in own.items() if not (s.type == "record" and p in fields and p not in raw["fields"])}
    whole, children = _implied(_in_order(own, fields))
    unknown, order = raw.get("unknown"), raw.get("order")
    schema = Schema(
        name=path.stem,
        recognise=tuple(raw.get("recognise") or ()),
        open=base.open if base and unknown is None else unknown == "allow",
        fields=whole,
        children=children,
        relations=(*(base.relations if base else ()), *_relations(raw, lines)),
        known=_known(whole, children),
        applies_to=tuple(raw.get("applies-to") or ()),
        ordered=base.ordered if base and order is None else order == "report",
        about=str(raw.get("about") or ""),
        source=str(path),
    )
    _agree(schema, own, lines)
    return schema


def _base(
    raw: Mapping[str, Any], lines: _Lines, path: Path, others: Mapping[str, Path], seen: tuple[Path, ...]
) -> Schema | None:
    """The schema that this one extends."""
    name = raw.get("extends")
    if name is None:
        return None
    file = path.parent / f"{name}.yaml"
    found = file if file.is_file() and file != path else others.get(str(name))
    if found is None:
        raise SchemaError(f"{lines.at('extends')}: there is no schema {name!r}{near(str(name), sorted(others))}")
    if found in (*seen, path):
        raise SchemaError(f"{lines.at('extends')}: {name!r} extends this schema itself")
    return read_schema(found, others, (*seen, path))


def _in_order(own: Mapping[str, FieldSpec], fields: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    """The fields in the order of the schema that extends another, those that it does not name behind."""
    return {**{p: fields[p] for p in own if p in fields}, **fields}


def _read_field(path: str, raw: Any, lines: _Lines, file: Path) -> dict[str, FieldSpec]:
    """The field at a path; with the items of a `list of TYPE`."""

    def error(said: str, *key: str) -> SchemaError:
        return SchemaError(f"{lines.at('fields', path, *key)}: {said}")

    if not _PATH.fullmatch(path):
        raise error(f"{path!r} is no path of a field, such as provider.domain or images[].width")
    raw = {"type": raw} if isinstance(raw, str) else raw
    if isinstance(raw, dict) and "type" not in raw and raw.get("values"):
        raw = {"type": _type_of(raw["values"]), **raw}
    if not isinstance(raw, dict) or "type" not in raw:
        raise error(f"the field {path!r} needs a type, such as {{type: text, required: true}}")
    kind, items = str(raw["type"]), ""
    of = _LIST.fullmatch(kind)
    if of:
        kind, items = "list", of[1]
    for word in (kind, *([items] if items else ())):
        if word not in TYPES:
            raise error(f"unknown type {word!r} of {path!r}{near(word, TYPES)}", "type")
    known = (*ALWAYS, *CONSTRAINTS.get(kind, ()))
    for key, value in raw.items():
        if key not in known:
            said = f"unknown key {key!r} in {path!r}, a field of type {kind}{near(str(key), known)}"
            raise error(said, key)
        wrong = _wrong_setting(key, value, kind)
        if wrong:
            raise error(f"{key} of {path!r} is {wrong}, not {value!r}", key)
    says = {k: v for k, v in raw.items() if k not in ALWAYS and k != "unknown"}
    if "values-from" in says:
        says["values"] = _vocabulary(says.pop("values-from"), file, lines.at("fields", path, "values-from"))
    for key in ("pattern", "not-pattern"):
        if key in says:
            wrong = bad_pattern(says[key])
            if wrong:
                raise error(f"the {key} of {path!r} is not a regular expression: {wrong}", key)
    spec = FieldSpec(
        path=path, type=kind, required=raw.get("required", False), nullable=raw.get("nullable", False),
        expected=raw.get("expected", ""), constraints=says,
        required_when=_conditions(raw.get("required-when"), lines, path, "required-when"),
        required_unless=_conditions(raw.get("required-unless"), lines, path, "required-unless"),
        default=raw.get("default"), aliases=_names(raw.get("aliases")),
        deprecated=_deprecated(raw), replaced_by=raw.get("replaced-by", ""),
        derive=next(iter((raw.get("derive") or {"": ""}).items())), open=raw.get("unknown") == "allow",
        about=raw.get("about", ""),
    )  # fmt: skip
    return {path: spec, f"{path}[]": FieldSpec(f"{path}[]", items)} if items else {path: spec}


def _type_of(values: Any) -> str:
    for kind, python in (("bool", bool), ("int", int), ("number", int | float)):
        if isinstance(values, list) and all(isinstance(v, python) for v in values):
            return kind
    return "text"


def _wrong_setting(key: str, value: Any, kind: str) -> str:
    """What a setting should be, where it is something else."""
    if key in _FLAGS and not isinstance(value, bool):
        return "true or false"
    if key in _TEXTS and not isinstance(value, str):
        return "a text"
    if key in _COUNTS and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        return "a whole number"
    if key == "unique" and value not in (True, False, "url"):
        return "true, false or url"
    if key == "unknown" and value not in ("allow", "report"):
        return "report or allow"
    if key == "deprecated" and not isinstance(value, bool | str):
        return "true, or words that say what to use"
    if key in ("min", "max"):
        if kind in DATES:
            return "" if isinstance(value, str) and instant(value) else "a date such as 2010-01-01"
        return "a number" if isinstance(value, bool) or not isinstance(value, int | float) else ""
    if key == "values" and (not isinstance(value, list) or not value):
        return "a list"
    if key == "aliases" and not (isinstance(value, str) or (isinstance(value, list) and all(map(_is_text, value)))):
        return "a list of names"
    if key == "derive" and not (isinstance(value, dict) and len(value) == 1 and {*value} <= {*DERIVED}):
        return f"one of {', '.join(DERIVED)} with a field, such as {{host-of: url}}"
    allowed = value if key == "values" else [value] if key == "default" else []
    wrong = next((v for v in allowed if not is_of_type(kind, v)), None)
    return TYPES[kind] if wrong is not None else ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_of_type(kind: str, value: Any) -> bool:
    """Whether a value of a schema (not of an article) is of a type of the language."""
    if kind in FORMS:
        return isinstance(value, str) and is_of_form(kind, value)
    if kind in DATES:
        return isinstance(value, str) and instant(value) is not None
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("int", "number"):
        return not isinstance(value, bool) and isinstance(value, int if kind == "int" else int | float)
    return isinstance(value, {"list": list, "record": dict}.get(kind, object))


def bad_pattern(pattern: str) -> str:
    """What is wrong with a pattern; nothing where it is right. Patterns are those of RE2, which takes linear time."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as e:
        said = e.args[0].decode("utf-8", "replace") if e.args and isinstance(e.args[0], bytes) else str(e)
        if "(?" in said or "escape sequence" in said:
            said += " (RE2, which never takes long, has no look-around and no back-references; see not-pattern)"
        return said
    return ""


def _names(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw or ())


def _deprecated(raw: Mapping[str, Any]) -> str:
    said = raw.get("deprecated", False)
    if isinstance(said, str):
        return said
    if raw.get("replaced-by"):
        return f"use {raw['replaced-by']}"
    return "it is no longer used" if said else ""


def _conditions(raw: Any, lines: _Lines, path: str, key: str) -> tuple[Condition, ...]:
    if raw is None:
        return ()
    if isinstance(raw, str):
        raw = [raw]
    if isinstance(raw, list) and raw and all(map(_is_text, raw)):
        return tuple(Condition(name, None) for name in raw)
    if isinstance(raw, dict) and raw:
        return tuple(Condition(name, tuple(v) if isinstance(v, list) else (v,)) for name, v in raw.items())
    where = lines.at("fields", path, key)
    raise SchemaError(f"{where}: {key} of {path!r} is a field, a list of fields, or fields with values, not {raw!r}")


def _vocabulary(name: str, file: Path, where: str) -> list[Any]:
    """The values in a file beside the schema: lines, or a YAML or JSON list; `FILES#key` takes that key of each."""
    pattern, _, key = name.partition("#")
    parts = Path(pattern)
    root = Path(parts.anchor) if parts.is_absolute() else file.parent
    files = sorted(root.glob(str(parts.relative_to(parts.anchor)))) if pattern else []
    if not files:
        raise SchemaError(f"{where}: there is no file {pattern!r} (looked for beside the schema)")
    found: list[Any] = []
    for path in files:
        if path.suffix in (".yaml", ".yml", ".json"):
            data, _ = _read_yaml(path)
            rows = data if isinstance(data, list) else [data] if key else list(data or ())
            found += [row.get(key) if key and isinstance(row, dict) else row for row in rows]
        else:
            text = path.read_text("utf-8-sig", "replace").splitlines()
            found += [line.strip() for line in text if line.strip() and not line.startswith("#")]
    values = list(dict.fromkeys(v for v in found if isinstance(v, str | int | float)))
    if not values:
        raise SchemaError(f"{where}: {pattern!r} has no values{f' with {key!r}' if key else ''}")
    return values


# ------------------------------------------------------------------------------------------ what fields say of another


def _implied(fields: Mapping[str, FieldSpec]) -> tuple[dict[str, FieldSpec], dict[str, dict[str, FieldSpec]]]:
    """The fields with the records and lists that their paths imply, and the children of each record."""
    whole: dict[str, FieldSpec] = {}
    for path, spec in fields.items():
        for m in re.finditer(r"[.\[]", path):
            above = path[: m.start()]
            if above not in whole:
                kind = "list" if m[0] == "[" else "record"
                whole[above] = fields.get(above) or FieldSpec(above, kind)
        whole[path] = spec
    children: dict[str, dict[str, FieldSpec]] = {"": {}}
    for path, spec in whole.items():
        if not path.endswith("[]"):
            above, _, name = path.rpartition(".")
            children.setdefault(above, {})[name] = spec
    return whole, children


def _known(fields: Mapping[str, FieldSpec], children: Mapping[str, Mapping[str, FieldSpec]]) -> dict[str, FieldSpec]:
    """The fields by every path: with the aliases of each, and of the records around it."""
    known = dict(fields)
    for path, spec in fields.items():
        head = path.rpartition(".")[0]
        for alias in spec.aliases:
            other = f"{head}.{alias}" if head else alias
            for below, inner in fields.items():
                if below == path or below.startswith((f"{path}.", f"{path}[")):
                    known.setdefault(other + below[len(path) :], inner)
    return known


def _agree(schema: Schema, own: Mapping[str, FieldSpec], lines: _Lines) -> None:
    """Raises SchemaError where a field names another that is not there, or says two things at odds."""
    for name in schema.recognise:
        if name not in schema.fields:
            raise SchemaError(
                f"{lines.at('recognise')}: recognise is a list of fields of this schema;"
                f" there is no {name!r}{near(name, schema.children[''])}"
            )
    for path, spec in own.items():

        def error(said: str, key: str, path: str = path) -> SchemaError:
            return SchemaError(f"{lines.at('fields', path, key)}: {said}")

        siblings = schema.children[path.rpartition(".")[0]] if not path.endswith("[]") else {}
        for key, other, names in _named(schema, spec, siblings):
            if other not in names:
                said = f"{key} of {path!r} names no field {'beside it' if names is siblings else 'of the schema'}"
                raise error(f"{said}: {other!r}{near(other, names)}", key)
            item = other[: other.rfind("[]") + 2] if "[]" in other else ""
            if key.startswith("required") and not path.startswith(item):
                raise error(f"{key} of {path!r} can look at fields of the same item only, not at {other!r}", key)
        for alias in spec.aliases:
            if alias in siblings:
                raise error(f"the alias {alias!r} of {path!r} is a field of its own", "aliases")
        for low, high in (("min", "max"), ("min-length", "max-length"), ("min-items", "max-items")):
            bounds = [spec.constraints[key] for key in (low, high) if key in spec.constraints]
            ranks: list[Any] = [instant(b) for b in bounds] if spec.type in DATES else bounds
            if len(ranks) == 2 and ranks[0] > ranks[1]:
                raise error(f"{low} of {path!r} is above its {high}", low)
    for relation in schema.relations:
        for _ in demanded(schema, relation):
            pass


def _named(
    schema: Schema, spec: FieldSpec, siblings: Mapping[str, FieldSpec]
) -> Iterator[tuple[str, str, Iterable[str]]]:
    """What a field names of others: the key, the name, and the names that there are."""
    fields = schema.fields
    yield from (("required-when", c.path, fields) for c in spec.required_when)
    yield from (("required-unless", c.path, fields) for c in spec.required_unless)
    if spec.replaced_by:
        yield "replaced-by", spec.replaced_by, siblings
    if spec.derive[0]:
        yield "derive", spec.derive[1], fields
    target = str(spec.constraints.get("refers-to", "file"))
    if ":" not in target:
        yield "refers-to", target, [*fields, "file"]


def _relations(raw: Mapping[str, Any], lines: _Lines) -> tuple[Relation, ...]:
    found = raw.get("relations") or []
    if not isinstance(found, list):
        raise SchemaError(f"{lines.at('relations')}: relations is a list, each with a `check`")
    out = []
    for n, settings in enumerate(found):
        where = lines.at("relations", n)
        if not isinstance(settings, dict) or not isinstance(settings.get("check"), str):
            raise SchemaError(f"{where}: a relation is a mapping with a `check`")
        if settings["check"] not in KINDS:
            raise SchemaError(f"{where}: there is no relation {settings['check']!r}{near(settings['check'], KINDS)}")
        out.append(Relation(settings["check"], {k: v for k, v in settings.items() if k != "check"}, where))
    return tuple(out)


# ----------------------------------------------------------------------------------------------------------- choosing


def open_schemas(files: Iterable[Path], options: Mapping[str, Any]) -> Schemas:
    """The schemas in `files`, a later one replacing its namesake, as the configuration uses them.

    `options["schemas"]` is a list of {files: glob, schema: name}, `options["schema"]` a name for the rest; a name
    may be `none`, or the path of a YAML file. Raises SchemaError.
    """
    files = list(files)
    paths: dict[str, Path] = {}
    for folder in reversed(dict.fromkeys(p.parent for p in files)):  # a user's own are tried before ours
        paths |= {p.stem: p for p in files if p.parent == folder and p.stem not in paths}
    configured: list[tuple[str, str]] = []
    for entry in [*(options.get("schemas") or ()), {"files": "*", "schema": options.get("schema")}]:
        if not isinstance(entry, dict):
            raise SchemaError(
                f"an entry of 'schemas' is a table such as {{files = 'news/*', schema = 'news'}}, not {entry!r}"
            )
        name = str(entry.get("schema") or "")
        if name.endswith((".yaml", ".yml")):
            name, file = (Path(name).stem if Path(name).stem not in paths else name), Path(name)
            paths[name] = file
        elif name and name != "none" and name not in paths:
            raise SchemaError(f"there is no schema {name!r}{near(name, [*sorted(paths), 'none'])}")
        if name:
            configured.append((str(entry.get("files", "*")), name))
    schemas = {name: replace(read_schema(path, paths), name=name) for name, path in paths.items()}
    return Schemas(schemas, tuple(configured))
