"""Articles that come in other ways than as paths: in a list of files, or one from standard input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from copydesk.model import Record, Source
from copydesk.sources import ENDINGS, Found, SourceError


def split_list(data: bytes) -> tuple[Path, ...]:
    """The files of a list: separated by NUL, as `git diff -z` and `find -print0` write it, or else a line each."""
    words = data.split(b"\0") if b"\0" in data else data.replace(b"\r\n", b"\n").split(b"\n")
    return tuple(Path(os.fsdecode(word)) for word in words if word)


def below(files: Iterable[Path], folders: Sequence[Path]) -> list[Path]:
    """The files that are one of the folders, or lie below one; all of them where no folder is named."""
    if not folders:
        return list(files)
    places = [f.resolve() for f in folders]
    return [f for f in files if any(f.resolve().is_relative_to(p) for p in places)]


def only_articles(found: Found, include: Sequence[str]) -> Found:
    """What a walk through the folders would have found, too: a list names whatever its writer met.

    Named from the corpus root, because two files of a list may have the same name in different folders.
    """
    kept = tuple(replace(s, article=s.id) for s in found.articles if _is_article(s.id, include))
    return Found(kept, (), found.skipped)


def _is_article(identity: str, include: Sequence[str]) -> bool:
    return any(fnmatchcase(identity, g) for g in include) if include else identity.lower().endswith(ENDINGS)


def single(file: Path, name: str, root: Path) -> Found:
    """An article that lies in `file` as long as the run lasts and is called `name`. Raises SourceError."""
    if not name.strip() or "\0" in name or Path(name).is_dir():
        raise SourceError(f"{name!r}: --stdin-filename takes the path that the article would have")
    place = Path(name).resolve()
    identity = place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
    return Found((Source(str(file), identity, place.name),), (), ())


@dataclass(frozen=True, slots=True)
class Renamed:
    """Records in which the file of one article has the name that its user knows it by."""

    records: Iterable[Record]
    file: str
    name: str

    def __iter__(self) -> Iterator[Record]:
        for record in self.records:
            named = record.source.file == self.file
            yield replace(record, source=replace(record.source, file=self.name)) if named else record
