"""Writes fields and relations as the YAML of a schema: a line each, with a comment where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_WORD = re.compile(r"[A-Za-z][\w .&/+-]{0,200}")
_SPECIAL = re.compile(r"true|false|yes|no|on|off|null|y|n", re.I)
_PATH = re.compile(r"[A-Za-z_][\w.\[\]-]*")


def write_fields(fields: Iterable[tuple[str, Mapping[str, Any], str]]) -> str:
    """`fields:` with (path, what is said of it, comment) each; a blank line around what lies below one key."""
    fields = list(fields)
    tops = [re.split(r"[.\[]", path)[0] for path, _, _ in fields]
    lines = ["", "fields:" if fields else "fields: {}"]
    for n, (path, says, comment) in enumerate(fields):
        if n and tops[n] != tops[n - 1] and (tops.count(tops[n]) > 1 or tops.count(tops[n - 1]) > 1):
            lines.append("")
        said = flow(says["type"]) if set(says) == {"type"} else flow(says)
        lines.append(f"  {key(path)}: {said}" + (f"  # {comment}" if comment else ""))
    return "\n".join(lines) + "\n"


def write_relations(relations: Iterable[tuple[Mapping[str, Any], str]]) -> str:
    """`relations:` with (settings, comment) each; nothing where there are none."""
    lines = [f"  - {flow(says)}" + (f"  # {comment}" if comment else "") for says, comment in relations]
    return "\n".join(["", "relations:", *lines]) + "\n" if lines else ""


def key(path: str) -> str:
    """A path as a key of YAML."""
    return path if _PATH.fullmatch(path) and not _SPECIAL.fullmatch(path) else flow(path)


def flow(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow_key(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    if isinstance(value, str):
        if _WORD.fullmatch(value) and not _SPECIAL.fullmatch(value) and value == value.strip() and " #" not in value:
            return value
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return str(value)


def _flow_key(path: str) -> str:
    return flow(path) if "[" in path else key(path)
