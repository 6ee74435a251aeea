"""A schema as JSON Schema (2020-12), and JSON Schema as a schema of ours.

What JSON Schema cannot say (uniqueness across articles, references, relations, aliases) travels under `x-copydesk`, so
that what was exported is imported whole. What of a foreign JSON Schema we cannot say is told, not dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from copydesk.schema import Condition, FieldSpec, Schema
from copydesk.schema_text import write_fields, write_relations

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TO_JSON: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "url": {"type": "string", "format": "uri"},
    "host": {"type": "string", "format": "hostname"},
    "email": {"type": "string", "format": "email"},
    "slug": {"type": "string", "pattern": "^[^\\sA-Z/]+$"},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "int": {"type": "integer"},
    "number": {"type": "number"},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string"},
    "zoned-datetime": {"type": "string", "format": "date-time"},
    "list": {"type": "array"},
    "record": {"type": "object"},
    "any": {},
}
_SAME = {
    "min": "minimum", "max": "maximum", "min-length": "minLength", "max-length": "maxLength",
    "min-items": "minItems", "max-items": "maxItems", "unique-items": "uniqueItems", "values": "enum",
}  # fmt: skip
_OURS = ("unique", "max-uses", "refers-to")


# -------------------------------------------------------------------------------------------------------------- export


def to_json_schema(schema: Schema) -> dict[str, Any]:
    """The schema as JSON Schema; dates are texts there, as JSON has none."""
    root = _record(schema, "", schema.open)
    ours: dict[str, Any] = {"name": schema.name}
    for name, value in (("recognise", schema.recognise), ("applies-to", schema.applies_to)):
        if value:
            ours[name] = list(value)
    if schema.ordered:
        ours["order"] = "report"
    if schema.relations:
        ours["relations"] = [{"check": r.check, **r.settings} for r in schema.relations]
    head = {"$schema": DRAFT, "title": schema.name}
    return {**head, **({"description": schema.about} if schema.about else {}), **root, "x-copydesk": ours}


def _record(schema: Schema, pattern: str, welcome: bool) -> dict[str, Any]:
    """The object of a record: its properties, and which of them have to be there."""
    children = schema.children.get(pattern, {})
    properties: dict[str, Any] = {}
    required, rules = [], []
    for name, spec in children.items():
        properties[name] = _value(schema, spec)
        for alias in spec.aliases:
            properties[alias] = {**properties[name], "description": f"another name of {name}"}
        present: dict[str, Any] = {"required": [name]}
        if spec.aliases:
            present = {"anyOf": [{"required": [n]} for n in (name, *spec.aliases)]}
        if spec.required:
            required += [] if spec.aliases else [name]
            rules += [present] if spec.aliases else []
        for conditions, yes in ((spec.required_when, True), (spec.required_unless, False)):
            test = _test(conditions, pattern)
            if test:
                rules.append({"if": test, "then": present} if yes else {"if": test, "else": present})
    out: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        out["required"] = required
    if rules:
        out["allOf"] = rules
    out["additionalProperties"] = welcome
    return out


def _test(conditions: tuple[Condition, ...], pattern: str) -> dict[str, Any] | None:
    """Conditions on what stands in the same record, or below it; None where JSON Schema cannot see it from there."""
    if not conditions:
        return None
    tests = []
    for path, values in conditions:
        inner = path.removeprefix(f"{pattern}.") if pattern else path
        if (pattern and inner == path) or "[]" in inner:
            return None
        test: dict[str, Any] = {} if values is None else {"enum": list(values)}
        for key in reversed(inner.split(".")):
            test = {"properties": {key: test}, "required": [key]}
        tests.append(test)
    return tests[0] if len(tests) == 1 else {"allOf": tests}


def _value(schema: Schema, spec: FieldSpec) -> dict[str, Any]:
    says = spec.constraints
    out = dict(_TO_JSON[spec.type])
    if spec.type == "record" and spec.path in schema.children:
        out = _record(schema, spec.path, schema.open or spec.open)
    elif spec.type == "list" and f"{spec.path}[]" in schema.fields:
        out["items"] = _value(schema, schema.fields[f"{spec.path}[]"])
    for key, value in says.items():
        if key in ("min", "max") and isinstance(value, str):
            continue  # a date: kept under x-copydesk
        if key in _SAME:
            out[_SAME[key]] = value
    if "pattern" in says:
        out["pattern"] = f"^(?:{says['pattern']})$"
    if "not-pattern" in says:
        out["not"] = {"pattern": f"^(?:{says['not-pattern']})$"}
    if spec.nullable and "type" in out:
        out["type"] = [out["type"], "null"]
        if "enum" in out:
            out["enum"] = [*out["enum"], None]
    if spec.about or spec.expected:
        out["description"] = spec.about or spec.expected
    if spec.default is not None:
        out["default"] = spec.default
    if spec.deprecated:
        out["deprecated"] = True
    ours = _only_ours(spec)
    return {**out, **({"x-copydesk": ours} if ours else {})}


def _only_ours(spec: FieldSpec) -> dict[str, Any]:
    """What of a field JSON Schema has no word for."""
    ours: dict[str, Any] = {k: v for k, v in spec.constraints.items() if k in _OURS}
    ours |= {k: v for k, v in spec.constraints.items() if k in ("min", "max") and isinstance(v, str)}
    if spec.type in ("slug", "datetime", "base64"):
        ours["type"] = spec.type
    for name, conditions in (("required-when", spec.required_when), ("required-unless", spec.required_unless)):
        if conditions:
            ours[name] = _plain_conditions(conditions)
    for name, value in (
        ("expected", spec.expected), ("aliases", list(spec.aliases)), ("replaced-by", spec.replaced_by),
        ("deprecated", spec.deprecated), ("derive", {spec.derive[0]: spec.derive[1]} if spec.derive[0] else None),
    ):  # fmt: skip
        if value:
            ours[name] = value
    return ours


def _plain_conditions(conditions: tuple[Condition, ...]) -> Any:
    if all(c.values is None for c in conditions):
        names = [c.path for c in conditions]
        return names[0] if len(names) == 1 else names
    return {c.path: list(c.values) if len(c.values or ()) != 1 else c.values[0] for c in conditions if c.values}


# -------------------------------------------------------------------------------------------------------------- import

_FORMATS = {
    "uri": "url", "iri": "url", "url": "url", "hostname": "host", "idn-hostname": "host", "email": "email",
    "idn-email": "email", "date": "date", "date-time": "zoned-datetime",
}  # fmt: skip
_TYPES = {
    "string": "text", "integer": "int", "number": "number", "boolean": "bool", "array": "list", "object": "record",
}  # fmt: skip
_UNDERSTOOD = {
    "$schema", "$id", "$ref", "$defs", "definitions", "$comment", "title", "description", "type", "properties",
    "required", "additionalProperties", "items", "enum", "const", "format", "pattern", "not", "default", "deprecated",
    "examples", "contentEncoding", "x-copydesk", "anyOf", "oneOf", "allOf", "nullable", *_SAME.values(),
}  # fmt: skip


def from_json_schema(data: Mapping[str, Any], name: str) -> str:
    """The text of a schema for a JSON Schema. Raises ValueError where it does not describe an object."""
    root = _resolved(data, data)
    if root.get("type", "object") != "object" or not isinstance(root.get("properties"), dict):
        raise ValueError("a JSON Schema of front matter describes an object with `properties`")
    missed: list[str] = []
    fields = list(_fields(data, root, "", missed, 0))
    ours = data.get("x-copydesk") or {}
    about = str(data.get("description") or data.get("title") or name).split("\n")[0]
    lines = [f"# Imported from {name}."]
    lines += [f"# Not taken over: {said}" for said in dict.fromkeys(missed)]
    lines.append(f"about: {_quoted(about)}")
    for key in ("recognise", "applies-to"):
        if ours.get(key):
            lines.append(f"{key}: [{', '.join(_quoted(x) for x in ours[key])}]")
    if ours.get("order"):
        lines.append("order: report")
    if root.get("additionalProperties", True) is not False:
        lines.append("unknown: allow")
    relations = [(r, "") for r in ours.get("relations") or ()]
    return "\n".join(lines) + "\n" + write_fields(fields) + write_relations(relations)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _resolved(data: Mapping[str, Any], node: Any, depth: int = 0) -> dict[str, Any]:
    """A node with its local `$ref`, and the one alternative that is not null, in place."""
    if not isinstance(node, dict):
        return {}
    ref = node.get("$ref")
    if isinstance(ref, str) and ref.startswith("#/") and depth < 20:
        target: Any = data
        for part in ref[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            target = target.get(part) if isinstance(target, dict) else None
        return {**_resolved(data, target, depth + 1), **{k: v for k, v in node.items() if k != "$ref"}}
    for key in ("anyOf", "oneOf"):
        choices = [_resolved(data, c, depth + 1) for c in node.get(key) or () if depth < 20]
        real = [c for c in choices if c.get("type") != "null"]
        if len(real) == 1 and "type" not in node:
            rest = {k: v for k, v in node.items() if k != key}
            return {**real[0], **rest, **({"nullable": True} if len(choices) > 1 else {})}
    return node


def _fields(
    data: Mapping[str, Any], record: Mapping[str, Any], pattern: str, missed: list[str], depth: int
) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(path, what is said of it, comment) of everything below a record."""
    if depth > 20:
        missed.append(f"what lies more than 20 deep, below {pattern!r}")
        return
    required = set(record.get("required") or ())
    aliases = {a for p in record["properties"].values() if isinstance(p, dict) for a in _ours(p).get("aliases") or ()}
    unsaid = [k for k in record if k not in _UNDERSTOOD]
    rules = record.get("allOf") or []
    if any(not _is_ours(rule, record) for rule in rules):
        unsaid.append("allOf")
    missed += [f"{key} at {pattern or 'the top'}" for key in unsaid]
    for name, raw in record["properties"].items():
        path = f"{pattern}.{name}" if pattern else name
        if name in aliases:
            continue
        if not re.fullmatch(r"[^.\[\]\s]+", name):
            missed.append(f"the key {name!r}, which no path can name")
            continue
        yield from _field(data, raw, path, name in required or _by_alias(record, name), missed, depth)


def _ours(node: Mapping[str, Any]) -> Mapping[str, Any]:
    found = node.get("x-copydesk")
    return found if isinstance(found, dict) else {}


def _is_ours(rule: Any, record: Mapping[str, Any]) -> bool:
    """Whether a rule of `allOf` is one that we wrote and keep under `x-copydesk`."""
    if not isinstance(rule, dict):
        return False
    wanted = rule.get("then") or rule.get("else") or rule
    names = [n for part in wanted.get("anyOf") or [wanted] for n in part.get("required") or ()]
    kept = [_ours(record["properties"].get(n) or {}) for n in names[:1]]
    return any({"required-when", "required-unless", "aliases"} & set(k) for k in kept)


def _by_alias(record: Mapping[str, Any], name: str) -> bool:
    return any(
        isinstance(r, dict) and "if" not in r and {"required": [name]} in (r.get("anyOf") or ())
        for r in record.get("allOf") or ()
    )


def _field(
    data: Mapping[str, Any], raw: Any, path: str, required: bool, missed: list[str], depth: int
) -> Iterator[tuple[str, dict[str, Any], str]]:
    node = _resolved(data, raw)
    kinds = node.get("type", "object" if "properties" in node else "")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    nullable = "null" in kinds or bool(node.get("nullable"))
    kinds = [k for k in kinds if k not in ("null", "")]
    kind = _TYPES.get(kinds[0], "any") if len(kinds) == 1 else _type_of(node.get("enum") or [node.get("const")])
    if kind == "any" and len(kinds) > 1:
        missed.append(f"type {' or '.join(kinds)} at {path}")
    if kind == "text":
        kind = "base64" if node.get("contentEncoding") == "base64" else _FORMATS.get(str(node.get("format")), "text")
    ours = _ours(node)
    kind = str(ours.get("type", kind))
    says: dict[str, Any] = {"type": kind}
    if required:
        says["required"] = True
    if nullable:
        says["nullable"] = True
    says |= _limits(node, kind, path, missed)
    says |= {k: v for k, v in ours.items() if k not in ("type", "name", "deprecated")}
    if isinstance(node.get("description"), str) and node["description"] != ours.get("expected"):
        says["about"] = " ".join(node["description"].split())
    if node.get("deprecated") and "replaced-by" not in ours:
        says["deprecated"] = ours.get("deprecated", True)
    if node.get("default") is not None and isinstance(node["default"], str | int | float):
        says["default"] = node["default"]
    if kind == "record" and node.get("additionalProperties") is not False and "properties" in node:
        says["unknown"] = "allow"
    missed += [f"{key} at {path}" for key in node if key not in _UNDERSTOOD and kind != "record"]
    item = kind == "list" and _resolved(data, node.get("items"))
    yield path, says, ""
    if kind == "record" and isinstance(node.get("properties"), dict):
        yield from _fields(data, node, path, missed, depth + 1)
    elif item:
        yield from _field(data, item, f"{path}[]", False, missed, depth + 1)


def _whole(pattern: str) -> str:
    """A pattern that is looked for anywhere as one that must match from end to end."""
    if "|" in pattern or pattern.endswith("\\$"):
        return f".*(?:{pattern}).*"
    start = pattern[1:] if pattern.startswith("^") else f".*{pattern}"
    return start[:-1] if start.endswith("$") else f"{start}.*"


def _type_of(values: Any) -> str:
    known = [v for v in values if v is not None]
    if known and all(isinstance(v, str) for v in known):
        return "text"
    if known and all(isinstance(v, int) and not isinstance(v, bool) for v in known):
        return "int"
    return "any"


def _limits(node: Mapping[str, Any], kind: str, path: str, missed: list[str]) -> dict[str, Any]:
    """Ranges, lengths, patterns and lists of values, as far as the type has them here."""
    from copydesk.schema_file import CONSTRAINTS, bad_pattern

    says: dict[str, Any] = {}
    known = CONSTRAINTS.get(kind, ())
    for ours, theirs in _SAME.items():
        value = [v for v in node["enum"] if v is not None] if theirs == "enum" and "enum" in node else node.get(theirs)
        if value is not None and ours in known:
            says[ours] = value
        elif value is not None:
            missed.append(f"{theirs} at {path}")
    if node.get("const") is not None and "values" in known:
        says["values"] = [node["const"]]
    inner = (node.get("not") or {}).get("pattern") if isinstance(node.get("not"), dict) else None
    for key, pattern in (("pattern", node.get("pattern")), ("not-pattern", inner)):
        if pattern is None or kind == "slug":
            continue
        own = re.fullmatch(r"\^\(\?:(.*)\)\$", pattern, re.S)
        plain = own[1] if own else _whole(pattern)
        if key in known and not bad_pattern(plain):
            says[key] = plain
        else:
            missed.append(f"pattern {pattern!r} at {path}")
    return says
