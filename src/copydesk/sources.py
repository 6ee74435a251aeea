"""Finds the articles of a run, and the files beside them that are copied as they are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from copydesk.model import Source

ENDINGS = (".md", ".markdown", ".txt")


class SourceError(ValueError):
    """A path that cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """The articles by the bytes of their paths; `others` are (file, path below PATH); `skipped` are symbolic links."""

    articles: tuple[Source, ...]
    others: tuple[tuple[str, str], ...]
    skipped: tuple[str, ...]


def corpus_root(config_folder: Path | None, paths: Sequence[Path]) -> Path:
    """The folder that identities are relative to: the configuration's, else the git root, else PATH."""
    first = paths[0].resolve()
    start = first if first.is_dir() else first.parent
    if config_folder is not None and _below(start, config_folder):
        return config_folder.resolve()
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder
    if len(paths) == 1:
        return start
    return Path(os.path.commonpath([str(p.resolve() if p.is_dir() else p.resolve().parent) for p in paths]))


def _below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def find(
    paths: Sequence[Path],
    root: Path,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    asked: bool = True,
    leave: Iterable[Path] = (),
) -> Found:
    """Every article below the paths, each once. Hidden folders are not entered and links are not followed.

    `include` and `exclude` are globs of paths from the root (`*` crosses folders); without `include` an article ends in
    .md, .markdown or .txt. A file that is named itself is an article whatever its ending. `leave` are folders that are
    not part of the corpus (an output). Raises SourceError for a missing path or a folder that cannot be listed.
    """
    articles: dict[str, Source] = {}
    others: dict[str, str] = {}
    skipped: list[str] = []
    left = {str(p.resolve()) for p in leave}
    for path in paths:
        if not path.exists():
            raise SourceError(f"{path}: there is no such file or folder")
        base = path if path.is_dir() else path.parent
        for file in _walk(path, skipped, left):
            relative = Path(os.path.relpath(file, base)).as_posix()
            identity = _identity(file, root, relative)
            named = file == path
            wanted = any(fnmatchcase(identity, g) for g in include) if include else file.suffix.lower() in ENDINGS
            if (wanted or named) and not any(fnmatchcase(identity, g) for g in exclude):
                articles.setdefault(identity, Source(str(file), identity, relative, asked))
            elif not named:
                others.setdefault(relative, str(file))
    order = sorted(articles, key=lambda i: i.encode("utf-8", "surrogateescape"))
    return Found(
        tuple(articles[i] for i in order),
        tuple(sorted((file, relative) for relative, file in others.items())),
        tuple(sorted(skipped)),
    )


def _identity(file: Path, root: Path, relative: str) -> str:
    resolved = file.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else relative


def _walk(path: Path, skipped: list[str], left: set[str]) -> Iterable[Path]:
    if not path.is_dir():
        yield path
        return

    def refuse(error: OSError) -> None:
        raise SourceError(f"{error.filename}: the folder cannot be listed: {error.strerror}")

    for folder, names, files in os.walk(path, onerror=refuse):
        names[:] = sorted(n for n in names if not n.startswith("."))
        for name in list(names):
            here = os.path.join(folder, name)
            if os.path.islink(here) or str(Path(here).resolve()) in left:
                names.remove(name)
                if os.path.islink(here):
                    skipped.append(here)
        for name in sorted(files):
            here = os.path.join(folder, name)
            if os.path.islink(here):
                skipped.append(here)
            elif os.path.isfile(here):
                yield Path(here)
