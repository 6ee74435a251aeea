"""What `copydesk schema …` prints: a schema inferred, drift, JSON Schema. Each gives a text and an exit code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from copydesk.folders import rules_folders
from copydesk.job import config_of, folders_of
from copydesk.json_schema import from_json_schema, to_json_schema
from copydesk.schema import Schema, SchemaError, near
from copydesk.schema_diff import drift, schema_changes, to_text
from copydesk.schema_file import read_schema
from copydesk.schema_infer import infer
from copydesk.sources import SourceError, corpus_root, find
from copydesk.survey import Survey, survey


def infer_schema(args: argparse.Namespace) -> tuple[str, int]:
    """Writes the schema that the articles below PATH follow, with frequencies as comments."""
    found = _survey(args.path)
    return infer(found, ", ".join(p.resolve().name for p in args.path)), 0


def diff_schemas(args: argparse.Namespace) -> tuple[str, int]:
    """Shows what changed from A to B: two drops of articles, or two schemas. Exit code 1 if anything did."""
    known = _known(args)
    are_schemas = [_is_schema(word, known) for word in (args.old, args.new)]
    if are_schemas[0] != are_schemas[1]:
        raise SchemaError(f"{args.old} and {args.new}: compare two folders of articles, or two schemas")
    if are_schemas[0]:
        changes = schema_changes(_schema(args.old, known), _schema(args.new, known))
    else:
        changes = drift(_survey([Path(args.old)]), _survey([Path(args.new)]))
    return to_text(changes) or "No difference.\n", 1 if changes and not args.exit_zero else 0


def export_schema(args: argparse.Namespace) -> tuple[str, int]:
    """Writes a schema, by its name or its file, as JSON Schema."""
    found = to_json_schema(_schema(args.schema, _known(args)))
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n", 0


def import_schema(args: argparse.Namespace) -> tuple[str, int]:
    """Writes a JSON Schema as a schema of ours; what cannot be said stands in its first lines."""
    try:
        data = json.loads(args.file.read_text("utf-8"))
        return from_json_schema(data if isinstance(data, dict) else {}, args.file.name), 0
    except OSError as e:
        raise SchemaError(f"{args.file}: cannot be read: {e.strerror}") from e
    except json.JSONDecodeError as e:
        raise SchemaError(f"{args.file}:{e.lineno}: not JSON: {e.msg}") from e
    except ValueError as e:
        raise SchemaError(f"{args.file}: {e}") from e


def _survey(paths: list[Path]) -> Survey:
    sources = find(paths, corpus_root(None, paths)).articles
    if not sources:
        raise SourceError(f"{', '.join(map(str, paths))}: no article (.md, .markdown, .txt) is here")
    found = survey(sources)
    if not found.articles:
        raise SourceError(f"{', '.join(map(str, paths))}: none of {len(sources)} article(s) has front matter")
    return found


def _known(args: argparse.Namespace) -> dict[str, Path]:
    folders = rules_folders(folders_of(args, config_of(args, [])))
    return {p.stem: p for folder in folders for p in sorted(folder.glob("schemas/*.yaml"))}


def _is_schema(word: str, known: Mapping[str, Any]) -> bool:
    return word.endswith((".yaml", ".yml")) or (word in known and not Path(word).exists())


def _schema(word: str, known: Mapping[str, Path]) -> Schema:
    if word.endswith((".yaml", ".yml")):
        return read_schema(Path(word), known)
    if word not in known:
        raise SchemaError(f"there is no schema {word!r}{near(word, sorted(known))}")
    return read_schema(known[word], known)
