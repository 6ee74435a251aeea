"""A run that asks only for what is new since a git revision, judged by the configuration of that time.

What is checked may come from anybody, so it must not configure its own check: where the configuration, the workspace, a
schema or the decisions lie in the repository and was changed since, its state at the merge base counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from copydesk.config import Config, read_config
from copydesk.history import Changes, read_tree, write_objects
from copydesk.model import Plan, Source
from copydesk.parse import parse
from copydesk.suppression import read_suppressions

CHANGED = "is changed by what is checked: it counts as it was before"
NEW = "is new, so it does not count yet"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The articles as they were: `sources` for a run over the corpus of that time, `now` the id that each has today."""

    ref: str
    sources: tuple[Source, ...]
    now: Mapping[str, str]
    changed: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def allowed(self, article: str, plan: Plan) -> list[str]:
        """What an article allowed then (see `suppression`), by its id today: a new article has nothing to say in it."""
        for source in self.sources:
            if source.asked and self.now.get(source.id) == article:
                text = Path(source.file).read_bytes().decode("utf-8", "replace")
                return [s.key for s in read_suppressions(parse(text, source.id, plan.prose, plan.language))]
        return []


def compare(
    changes: Changes, ref: str, articles: Sequence[Source], root: Path, scratch: Path
) -> tuple[tuple[Source, ...], Comparison]:
    """The articles of today, only the changed ones asked for, and those of the merge base, written into `scratch`."""
    objects = read_tree(changes)
    today: list[Source] = []
    then: list[Source] = []
    now: dict[str, str] = {}
    wanted: list[tuple[str, Path]] = []
    changed: list[str] = []
    for source in articles:
        path = changes.path(source.file)
        if path is None or path not in changes.before:
            today.append(replace(source, asked=False))
            then.append(today[-1])
            continue
        today.append(source)
        if not source.asked:
            continue
        changed.append(source.id)
        before = changes.before[path]
        if before is not None and before in objects:
            file = scratch / str(len(wanted))
            wanted.append((objects[before], file))
            real = changes.top / before
            identity = real.relative_to(root).as_posix() if real.is_relative_to(root) else before
            then.append(Source(str(file), identity, source.article))
            now[identity] = source.id
    write_objects(changes, wanted)
    return tuple(today), Comparison(ref, tuple(then) if wanted else (), now, tuple(changed))


def trusted(
    config: Config, workspace: Path | None, changes: Changes, scratch: Path
) -> tuple[Config, Path | None, tuple[str, ...]]:
    """The configuration and the workspace as the merge base has them, and what a reader should know of that."""
    notes: list[str] = []
    then = partial(_then, changes, scratch, notes)
    if config.file is not None:
        config = _config_then(config, changes, scratch, notes)
    folder = config.folder or Path.cwd()
    values: dict[str, Any] = dict(config.values)
    if "corpus" in values:
        values["corpus"] = [str(folder / p) for p in values["corpus"]]
    if workspace is None and "workspace" in values:
        workspace = folder / values.pop("workspace")
    if workspace is not None:
        workspace = then(workspace)

    def schema_then(name: str) -> str:
        path = folder / name
        if not path.is_file():
            return name
        alone = path.parent.resolve() == changes.top  # what a schema extends, and its vocabularies, lie beside it
        state = then(path if alone else path.parent)
        return "none" if state is None else str(state if alone else state / path.name)

    if "schema" in values:
        values["schema"] = schema_then(values["schema"])
    if "schemas" in values:
        named = [e if isinstance(e, dict) and isinstance(e.get("schema"), str) else None for e in values["schemas"]]
        if None not in named:  # what is no entry is said where the schemas are opened
            values["schemas"] = [{**e, "schema": schema_then(e["schema"])} for e in named if e is not None]
    return Config(values, config.file), workspace, tuple(notes)


def trusted_file(path: Path, changes: Changes, scratch: Path) -> tuple[Path | None, tuple[str, ...]]:
    """Where a file can be read as the merge base has it, and what a reader should know; None where it was not there."""
    notes: list[str] = []
    return _then(changes, scratch, notes, path), tuple(notes)


def _then(changes: Changes, scratch: Path, notes: list[str], path: Path) -> Path | None:
    """Where the state of a path at the merge base can be read; None where it was not there."""
    inside = changes.path(path)
    if inside is None or not changes.touch(inside):
        return path
    files = read_tree(changes, inside)
    write_objects(changes, [(name, scratch / file) for file, name in files.items()])
    notes.append(f"{inside} {CHANGED if files else NEW}")
    return scratch / inside if files else None


def _config_then(config: Config, changes: Changes, scratch: Path, notes: list[str]) -> Config:
    """The configuration of the merge base, with what it extended then; none where there was none."""
    assert config.file is not None
    inside = changes.path(config.file)
    if inside is None or not any(p.endswith(".toml") for p in (*changes.before, *changes.gone)):
        return config
    files = {file: name for file, name in read_tree(changes).items() if file.endswith(".toml")}
    write_objects(changes, [(name, scratch / file) for file, name in files.items()])
    if inside not in files:
        notes.append(f"{inside} {NEW}")
        return Config()
    if changes.touch(inside):
        notes.append(f"{inside} {CHANGED}")
    values = dict(read_config(scratch / inside).values)
    for key in ("workspace", "corpus", "decisions"):  # what it extends may have made them absolute, below `scratch`
        if key in values:
            values[key] = _put_back(values[key], scratch, changes.top)
    return Config(values, config.file)


def _put_back(value: Any, scratch: Path, top: Path) -> Any:
    if isinstance(value, list):
        return [_put_back(v, scratch, top) for v in value]
    path = Path(value)
    return str(top / path.relative_to(scratch)) if path.is_relative_to(scratch) else value
