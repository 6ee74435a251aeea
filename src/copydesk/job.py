"""What a command is to do: the plan, the articles and the reports that its arguments and the configuration ask for."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.config import Config, ConfigError, Flags, find_config, make_plan, read_config
from copydesk.folders import KINDS, FolderError, bundled, open_report, read_rules, report_names, suggestion
from copydesk.intake import below, only_articles, single
from copydesk.model import Plan, Rule, Severity, Source
from copydesk.sources import Found, SourceError, corpus_root, find

if TYPE_CHECKING:  # what only some commands need is imported where they do
    from copydesk.gate import Condition
    from copydesk.history import Changes
    from copydesk.since import Comparison


@dataclass(frozen=True)
class Given:
    """What comes in another way than as PATH: the files of a list, or the file that standard input was laid in."""

    listed: tuple[Path, ...] | None = None
    stdin: Path | None = None


@dataclass(frozen=True)
class Job:
    """A plan with the articles it is for."""

    plan: Plan
    found: Found
    root: Path
    config: Config
    fail_level: Severity
    formats: tuple[tuple[str, Path | None], ...]
    given: Given
    comparison: Comparison | None = None
    """With --since: the articles as they were."""
    conditions: tuple[Condition, ...] = ()
    baseline: Path | None = None
    decisions: Path | None = None


def config_of(args: argparse.Namespace, paths: Sequence[Path]) -> Config:
    """The configuration that counts for these paths, as the flags have it."""
    if args.isolated:
        return Config()
    path = args.config or find_config(Path.cwd(), paths)
    return read_config(path) if path else Config()


def folders_of(args: argparse.Namespace, config: Config) -> tuple[str, ...]:
    """Our folder and, after it, the workspace of the user, where there is one."""
    folders = [str(bundled())]
    workspace = args.workspace or workspace_of(config)
    if workspace is not None:
        if not any((workspace / kind).is_dir() for kind in KINDS):
            raise FolderError(f"{workspace}: a workspace has at least one of the folders {', '.join(KINDS)}")
        folders.append(str(workspace))
    return tuple(folders)


def workspace_of(config: Config) -> Path | None:
    """The user's folder, where the configuration names one."""
    return (config.folder or Path.cwd()) / config.values["workspace"] if "workspace" in config.values else None


def decisions_of(args: argparse.Namespace, config: Config) -> Path | None:
    """The file of decisions that the flags or the configuration name."""
    named: Path | None = getattr(args, "decisions", None)
    if named is None and "decisions" in config.values:
        named = (config.folder or Path.cwd()) / config.values["decisions"]
    return named


def make_job(args: argparse.Namespace, given: Given, scratch: Path) -> Job:
    """The plan, the articles and the reports of `check` and `clean`. Raises what is wrong with any of them.

    What a comparison with the past needs is written into the folder `scratch`.
    """
    config = config_of(args, args.path)
    for path in args.path:
        if not path.exists():
            raise SourceError(f"{path}: there is no such file or folder")
    since: str | None = getattr(args, "since", None)
    changes, notes = None, tuple[str, ...]()
    if since is not None:
        from copydesk.history import read_changes
        from copydesk.since import compare, trusted

        first = (args.path[0] if args.path else Path()).resolve()
        changes = read_changes(first if first.is_dir() else first.parent, since)
        config, args.workspace, notes = trusted(config, args.workspace, changes, scratch / "trusted")
    folders = folders_of(args, config)
    rules: dict[str, Rule] = read_rules(folders)
    paths: list[Path] = args.path if given.listed is None else below(given.listed, args.path)
    root = corpus_root(config.folder, [Path(args.stdin_filename)] if given.stdin else paths or [Path.cwd()])
    flags = Flags(
        tuple(args.select), tuple(args.extend_select), tuple(args.ignore), tuple(args.per_file_ignores),
        args.schema, args.unsafe, args.body,
    )  # fmt: skip
    plan = make_plan(config, flags, rules, folders, root)
    decisions = decisions_of(args, config)
    if decisions is not None:
        plan, notes = _decided(plan, decisions, hasattr(args, "asks"), changes, scratch, notes)
    values = config.values
    include, exclude = values.get("include", []), values.get("exclude", [])
    leave = [args.out] if getattr(args, "out", None) else []
    checks = not hasattr(args, "out")  # `clean` writes, and records are not written
    if given.stdin:
        found = single(given.stdin, args.stdin_filename, root)
    else:
        found = find(paths, root, include, exclude, leave=leave, records=checks)
    if given.listed is not None:
        found = only_articles(found, include)
    if not found.articles and not args.allow_empty:
        asked_for = "--files-from" if given.listed is not None else ", ".join(map(str, paths))
        raise SourceError(
            f"{asked_for}: no article matched"
            f" ({', '.join(include) or '.md, .markdown, .txt'}); --allow-empty if that is right"
        )
    if values.get("corpus"):
        whole = find(
            [(config.folder or Path.cwd()) / p for p in values["corpus"]], root, include, exclude, False, leave, checks
        )
        asked = {s.id for s in found.articles}
        more = [s for s in whole.articles if s.id not in asked]
        found = replace(found, articles=tuple(sorted((*found.articles, *more), key=lambda s: s.id.encode())))
    comparison = None
    if changes is not None and since is not None:
        articles, comparison = compare(changes, since, found.articles, root, scratch)
        found = replace(found, articles=articles)
        comparison = replace(comparison, notes=notes)
        if plan.options.get("suppressions"):
            allowed = {s: comparison.allowed(s, plan) for s in comparison.changed}
            plan = replace(plan, options={**plan.options, "suppressed": allowed})
    level = args.fail_level or values.get("fail-level", "error")
    levels = {str(s): s for s in Severity}
    if level not in levels:
        raise ConfigError(f"fail-level is one of {', '.join(levels)}, not {level!r}")
    conditions = _conditions((*values.get("fail-on", ()), *args.fail_on), rules)
    baseline = args.baseline
    if baseline is None and "baseline" in values and since is None:
        baseline = (config.folder or Path.cwd()) / values["baseline"]
    formats = _formats(args, folders, found.articles)
    return Job(plan, found, root, config, levels[level], formats, given, comparison, conditions, baseline, decisions)


def _decided(
    plan: Plan, file: Path, asks: bool, changes: Changes | None, scratch: Path, notes: tuple[str, ...]
) -> tuple[Plan, tuple[str, ...]]:
    """The plan with what was decided in a file, as the merge base has it; a command that `asks` will write it anew."""
    from copydesk.decisions import read_decisions

    if asks and not file.exists():
        return plan, notes
    then: Path | None = file
    if changes is not None:
        from copydesk.since import trusted_file

        then, more = trusted_file(file, changes, scratch / "trusted")
        notes = (*notes, *more)
    return (plan if then is None else replace(plan, options={**plan.options, "decided": read_decisions(then)})), notes


def _conditions(texts: Sequence[str], rules: Mapping[str, Rule]) -> tuple[Condition, ...]:
    """Conditions on the whole drop, read."""
    if not texts:
        return ()
    from copydesk.gate import read_condition

    return tuple(read_condition(text, rules) for text in texts)


def _formats(
    args: argparse.Namespace, folders: Sequence[str], articles: Sequence[Source]
) -> tuple[tuple[str, Path | None], ...]:
    """The reports that were asked for, each with its file; None for the terminal."""
    out: list[tuple[str, Path | None]] = []
    for word in args.format or ["console"]:
        name, _, file = word.partition("=")
        known = report_names(folders)
        if name not in known:
            raise ConfigError(f"there is no format {name!r}{suggestion(name, known)} ({', '.join(known)})")
        open_report(tuple(folders), name)  # what it lacks is said before anything runs
        out.append((name, Path(file) if file else args.output))
    to_stdout = [name for name, file in out if file is None]
    if len(to_stdout) > 1:
        raise ConfigError(
            f"{' and '.join(to_stdout)} cannot both go to the terminal; write --format {to_stdout[1]}=FILE"
        )
    files = [(name, file) for name, file in out if file and (file.is_file() or not file.exists())]  # not /dev/stdout
    names = {file.resolve().name for _, file in files}
    # to resolve them all would take as long as to read them
    close = [s.file for s in articles if os.path.basename(s.file) in names or os.path.islink(s.file)] if files else []
    taken = {Path(f).resolve() for f in close}
    for name, file in files:
        if file.resolve() in taken:
            raise ConfigError(f"--format {name}={file}: is an article, or another report goes there")
        taken.add(file.resolve())
    return tuple(out)
