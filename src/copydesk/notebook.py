"""Typed tables of a corpus and the pandera schemas that they fit, for notebooks and for programs of one's own.

    import copydesk

    frames = copydesk.tables("news/")["news"]
    schemas = copydesk.pandera_schemas()["news"]
    schemas["articles"].validate(frames["articles"], lazy=True)

pandas and pandera are imported when these are called, not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from copydesk.config import Config, find_config, read_config
from copydesk.folders import bundled, rules_folders
from copydesk.frames import (
    columns_of,
    compile_relation,
    compile_schema,
    frame_of,
    place,
    relation_frame,
    rows_of,
    tables_of,
)
from copydesk.parse import parse
from copydesk.schema import Schema, Schemas
from copydesk.schema_file import open_schemas
from copydesk.sources import corpus_root, find

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

AnyPath: TypeAlias = "str | PathLike[str]"


def pandera_schemas(config: AnyPath | Mapping[str, Any] | None = None) -> dict[str, dict[str, pa.DataFrameSchema]]:
    """By the name of each schema that the configuration can use, the pandera schema of each of its tables.

    The tables are `articles`, one for each list (`images[]`, `provider.images[]`), and one for each relation
    (`relation 1: host-in-domain`). `config` is a configuration file, its content, or nothing: then the nearest upward
    from the working directory counts. Raises SchemaError and ConfigError.
    """
    schemas = _schemas(config)
    out: dict[str, dict[str, pa.DataFrameSchema]] = {}
    for name, schema in schemas.by_name.items():
        compiled = compile_schema(schema, columns_of(schema))
        out[name] = {table or "articles": found for table, found in compiled.items()}
        out[name] |= {label: compile_relation(r) for label, r in _labelled(schema)}
    return out


def tables(*paths: AnyPath, config: AnyPath | Mapping[str, Any] | None = None) -> dict[str, dict[str, pd.DataFrame]]:
    """The articles below the paths as typed frames, by schema and table; articles without a schema are left out.

    Each frame has `article` (its path from the corpus root) and `path` (of the item, `images[0]`; empty in `articles`),
    and a column for each field, in nullable dtypes: a value that is missing, or not of its type, is null. Fields with a
    default have it where they are missing. Dates are UTC. Raises SourceError, SchemaError and ConfigError.
    """
    schemas = _schemas(config)
    articles: dict[str, list[tuple[str, list[Any]]]] = {}
    given = [Path(p) for p in paths]
    for source in find(given, corpus_root(None, given)).articles:
        try:
            article = parse(Path(source.file).read_bytes().decode("utf-8"), source.id)
        except UnicodeDecodeError:
            continue
        schema, reading = schemas.of(article), schemas.read(article)
        if schema is not None and reading is not None:
            cells = _with_defaults(schema, reading.cells)
            articles.setdefault(schema.name, []).append((article.id, cells))
    return {name: _frames(schemas.by_name[name], found) for name, found in articles.items()}


def _frames(schema: Schema, articles: list[tuple[str, list[Any]]]) -> dict[str, pd.DataFrame]:
    columns: dict[str, list[str]] = {"": []}
    for spec in columns_of(schema).values():
        name, column = place(spec.path)
        columns.setdefault(name, []).append(column)
    found = tables_of(articles, columns, every=True)
    out = {}
    for name, table in found.items():
        out[name or "articles"] = frame_of(schema, table, columns[name])
    cells_by_path = [(article, dict(cells)) for article, cells in articles]
    for label, relation in _labelled(schema):
        out[label] = relation_frame(schema, relation, rows_of(schema, relation, cells_by_path))
    return out


def _with_defaults(schema: Schema, cells: list[Any]) -> list[Any]:
    """The cells of an article, and the defaults of what it lacks outside lists."""
    have = {path for path, _ in cells}
    missing = [[p, s.default] for p, s in schema.fields.items() if s.default is not None and "[" not in p]
    return [*cells, *(cell for cell in missing if cell[0] not in have)]


def _labelled(schema: Schema) -> Iterable[tuple[str, Any]]:
    return [(f"relation {n}: {relation.check}", relation) for n, relation in enumerate(schema.relations, 1)]


def _schemas(config: AnyPath | Mapping[str, Any] | None) -> Schemas:
    found: Config
    if isinstance(config, Mapping):
        found = Config(config)
    else:
        file = Path(config) if config is not None else find_config(Path.cwd(), [])
        found = read_config(file) if file else Config()
    folders = [str(bundled())]
    if "workspace" in found.values:
        folders.append(str((found.folder or Path.cwd()) / found.values["workspace"]))
    return open_schemas([p for f in rules_folders(folders) for p in sorted(f.glob("schemas/*.yaml"))], found.values)
