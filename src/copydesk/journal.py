"""The journal of a clean: what undo needs, and nothing else; and writing files so that none is ever torn.

A journal is JSON Lines: a head, then one line for each file that was written, with the hashes of its bytes before and
after, and the passes of edits of those that changed. Paths are from the corpus root, with `/`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from copydesk.edits import EditError, undo
from copydesk.model import Applied, Edit, Record, Refusal

VERSION = 1
NAME = "journal.jsonl"
RUNS = Path(".copydesk", "runs")


class JournalError(Refusal):
    """A journal that is missing, of another version, or does not fit the files."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: `path` below the corpus folder, `article` its identity, hashes before and after, and its passes."""

    path: str
    article: str
    before: str
    after: str
    passes: tuple[tuple[Applied, ...], ...] = ()

    def as_json(self) -> str:
        passes = [[_fix(a) for a in fixes] for fixes in self.passes]
        row = {"path": self.path, "article": self.article, "before": self.before, "after": self.after, "passes": passes}
        return json.dumps(row, ensure_ascii=False)


def _fix(a: Applied) -> dict[str, Any]:
    row = {"finding": a.fingerprint, "code": a.code, "edits": [list(e) for e in a.edits]}
    return {**row, "decided": True} if a.decided else row


def hash_bytes(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def entry(record: Record, path: str, data: bytes) -> Entry:
    """The line of a record; `data` are the bytes that were written for it."""
    before = data if record.original is None else record.original.encode("utf-8")
    return Entry(path, record.source.id, hash_bytes(before), hash_bytes(data), record.passes)


def write_journal(path: Path, head: Mapping[str, Any], entries: Iterable[Entry]) -> None:
    """Writes the journal whole: a reader sees the old one or the new one, never a part."""

    def lines() -> Iterator[bytes]:
        yield json.dumps({"copydesk-journal": VERSION, **head}, ensure_ascii=False).encode() + b"\n"
        for e in entries:
            yield e.as_json().encode("utf-8", "surrogatepass") + b"\n"  # file names need not be UTF-8

    replace_file(path, lines())


def read_journal(path: Path) -> tuple[dict[str, Any], list[Entry]]:
    """The head and the entries. Raises JournalError."""
    try:
        with open(path, encoding="utf-8", errors="surrogatepass") as file:
            head = json.loads(next(file))
            if head.get("copydesk-journal") != VERSION:
                raise JournalError(f"{path}:1: not a journal that this version of copydesk can read")
            entries = [_entry(json.loads(line)) for line in file]
    except FileNotFoundError as e:
        raise JournalError(f"{path}: there is no journal") from e
    except (OSError, ValueError, KeyError, StopIteration, TypeError, AttributeError) as e:
        if isinstance(e, JournalError):
            raise
        raise JournalError(f"{path}: the journal cannot be read: {e}") from e
    return head, entries


def _entry(row: dict[str, Any]) -> Entry:
    passes = tuple(
        tuple(
            Applied(a["finding"], a["code"], tuple(Edit(*e) for e in a["edits"]), a.get("decided", False))
            for a in fixes
        )
        for fixes in row["passes"]
    )
    return Entry(row["path"], row["article"], row["before"], row["after"], passes)


# ------------------------------------------------------------------------------------------------------------- undo


@dataclass(frozen=True, slots=True)
class Restored:
    """What undoing did: files restored, fixes taken back by code, those that went along, and files left alone."""

    files: tuple[str, ...]
    fixes: tuple[str, ...]
    along: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def undo_files(journal: Path, folder: Path, unwanted: Callable[[Entry, Applied], bool]) -> Restored:
    """Takes the unwanted fixes back in the files of `folder`, and out of the journal.

    A file that is no longer what the journal left (edited or removed since) is refused, by name, and not touched.
    """
    head, entries = read_journal(journal)
    files: list[str] = []
    fixes: list[str] = []
    along: list[str] = []
    refused: list[tuple[str, str]] = []
    kept: list[Entry] = []
    planned: list[tuple[Path, bytes]] = []
    for e in entries:
        kept.append(e)
        if not any(unwanted(e, a) for p in e.passes for a in p):
            continue
        target = folder / e.path
        try:
            data = target.read_bytes()
        except OSError as error:
            refused.append((e.path, error.strerror or "cannot be read"))
            continue
        if hash_bytes(data) == e.before:
            kept[-1] = Entry(e.path, e.article, e.before, e.before)  # the run was cut off before it wrote this file
            continue
        if hash_bytes(data) != e.after:
            refused.append((e.path, "was edited since; nothing was changed in it"))
            continue
        try:
            done = undo(data.decode("utf-8"), e.passes, lambda a, e=e: unwanted(e, a))  # type: ignore[misc]
        except (EditError, UnicodeDecodeError) as error:
            refused.append((e.path, str(error)))
            continue
        restored = done.text.encode("utf-8")
        if not done.passes and hash_bytes(restored) != e.before:
            refused.append((e.path, "the journal does not lead back to the bytes that were read"))
            continue
        planned.append((target, restored))
        kept[-1] = Entry(e.path, e.article, e.before, hash_bytes(restored), done.passes)
        files.append(e.path)
        fixes += [a.code for a in done.gone]
        along += [a.fingerprint for a in done.gone if not unwanted(e, a)]
    for target, restored in planned:
        replace_file(target, [restored])
    write_journal(journal, {k: v for k, v in head.items() if k != "copydesk-journal"}, kept)
    return Restored(tuple(files), tuple(fixes), tuple(along), tuple(refused))


# ----------------------------------------------------------------------------------------------------- writing files


def beside(path: Path) -> Path:
    """A free name in the folder of `path`, short enough for any file system, for what will be put in its place."""
    temporary = path.with_name(f".{path.name[:20]}.copydesk-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    return temporary


def replace_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Puts the bytes at the path: to the disk first, then in one step, so that a cut leaves the old file or the new.

    The mode of an existing file stays.
    """
    temporary = beside(path)
    try:
        with open(temporary, "xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def foreign_files(folder: Path) -> list[str]:
    """What in DIR is not as our earlier run left it: edited, added, removed. Raises JournalError if none ran."""
    _, entries = read_journal(folder / "report" / NAME)
    corpus = folder / "corpus"
    known = {e.path: e.after for e in entries}
    changed = []
    for here, _, names in os.walk(folder):
        for name in names:
            file = Path(here, name)
            relative = file.relative_to(folder).as_posix()
            inside = Path(os.path.relpath(file, corpus)).as_posix()
            if relative.startswith("report/"):
                continue
            if known.pop(inside, None) != hash_bytes(file.read_bytes()):
                changed.append(relative)
    return sorted([*changed, *(os.path.normpath(f"corpus/{p}").replace(os.sep, "/") for p in known)])
