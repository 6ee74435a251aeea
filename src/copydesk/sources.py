"""Finds the articles of a run, and the files beside them that are copied as they are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from copydesk.model import Place, Refusal, Source

ENDINGS = (".md", ".markdown", ".txt")
RECORDS = (".jsonl", ".ndjson")


class SourceError(Refusal):
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
    records: bool = False,
) -> Found:
    """Every article below the paths, each once. Hidden folders are not entered and links are not followed.

    `include` and `exclude` are globs of paths from the root (`*` crosses folders); without `include` an article ends in
    .md, .markdown or .txt. A file that is named itself is an article whatever its ending. `leave` are folders that are
    not part of the corpus (an output). With `records`, each line of a JSON Lines file that is named or included is an
    article; without, such a file is none. Raises SourceError for a missing path or a folder that cannot be listed.
    """
    articles: dict[str, Source] = {}
    others: dict[str, str] = {}
    skipped: list[str] = []
    left = {str(p.resolve()) for p in leave}
    for path in paths:
        if not path.exists():
            raise SourceError(f"{path}: there is no such file or folder")
        named = not path.is_dir()
        base = path.resolve().parent if named else path.resolve()
        inside = f"{base.relative_to(root).as_posix()}/".removeprefix("./") if base.is_relative_to(root) else ""
        for file, relative in [(str(path), path.name)] if named else _walk(path, skipped, left, asked):
            identity = inside + relative
            wanted = any(fnmatchcase(identity, g) for g in include) if include else relative.lower().endswith(ENDINGS)
            lines = relative.lower().endswith(RECORDS)
            if lines and named and not records:
                raise SourceError(f"{file}: the records of a JSON Lines file can be checked, but not rewritten")
            taken = (wanted or named) and not any(fnmatchcase(identity, g) for g in exclude)
            if taken and lines and records:
                articles |= {s.id: s for s in _records(file, identity, relative, asked)}
            elif taken and not lines:
                articles.setdefault(identity, Source(file, identity, relative, asked))
            elif not named:
                others.setdefault(relative, file)
    order = sorted(articles, key=lambda i: _rank(articles[i]))
    return Found(
        tuple(articles[i] for i in order),
        tuple(sorted((file, relative) for relative, file in others.items())),
        tuple(sorted(skipped)),
    )


def _rank(source: Source) -> tuple[bytes, int]:
    """By the bytes of the path, and by the line within a file of records."""
    path = source.id.rpartition("#")[0] if source.place else source.id
    return path.encode("utf-8", "surrogateescape"), source.line


def _records(file: str, identity: str, relative: str, asked: bool) -> Iterator[Source]:
    """Each line of a file that is not blank, as an article that is called by its number."""
    byte = start = 0
    try:
        with open(file, "rb") as lines:
            for n, line in enumerate(lines, 1):
                if line.strip():
                    place = Place(n, start, byte, len(line))
                    yield Source(file, f"{identity}#{n}", f"{relative}#{n}", asked, place)
                byte += len(line)
                start += len(line.decode("utf-8", "replace"))
    except OSError as e:
        raise SourceError(f"{file}: {e.strerror}") from e


def _walk(path: Path, skipped: list[str], left: set[str], asked: bool) -> Iterator[tuple[str, str]]:
    """Every file below a folder: its path, and its path from the folder, with `/`.

    What is only evidence is not taken from what `clean --out` wrote into the corpus: each article would have its copy.
    """

    def refuse(error: OSError) -> None:
        raise SourceError(f"{error.filename}: the folder cannot be listed: {error.strerror}")

    for folder, names, files in os.walk(path, onerror=refuse):
        names[:] = sorted(n for n in names if not n.startswith("."))
        for name in list(names):
            here = os.path.join(folder, name)
            written = not asked and os.path.isfile(os.path.join(here, "report", "journal.jsonl"))
            if os.path.islink(here) or written or (left and str(Path(here).resolve()) in left):
                names.remove(name)
                if os.path.islink(here):
                    skipped.append(here)
        below = os.path.relpath(folder, path).replace(os.sep, "/")
        prefix = "" if below == "." else f"{below}/"
        for name in sorted(files):
            here = os.path.join(folder, name)
            mode = os.lstat(here).st_mode
            if stat.S_ISLNK(mode):
                skipped.append(here)
            elif stat.S_ISREG(mode):
                yield here, prefix + name
