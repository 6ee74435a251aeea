"""What `clean` writes: a cleaned corpus with its report beside it, or the corpus in place, the report in .copydesk/."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from copydesk.folders import open_report
from copydesk.journal import (
    NAME,
    RUNS,
    Entry,
    JournalError,
    beside,
    entry,
    foreign_files,
    hash_bytes,
    replace_file,
    write_journal,
)
from copydesk.model import Record, Refusal, Run
from copydesk.quarantine import AWAY, MANIFEST, Moved, write_manifest
from copydesk.sources import Found

REPORTS = {"html": "index.html", "jsonl": "findings.jsonl", "markdown": "summary.md", "diff": "changes.diff"}


class OutputError(Refusal):
    """An output that would overwrite or lose something; the message says what to do."""


def check_output(out: Path, paths: Iterable[Path], found: Found) -> None:
    """Raises OutputError where writing to `out` could overwrite what is not ours, or write two files to one."""
    here = out.resolve()
    for path in paths:
        given = path.resolve()
        if given.is_dir() and here.is_relative_to(given):
            raise OutputError(f"{out}: the output lies inside {path}; choose a folder beside it")
        if given.is_relative_to(here):
            raise OutputError(f"{out}: the input {path} lies inside the output; choose another folder")
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is a file; --out names a folder")
    if out.is_dir() and any(out.iterdir()):
        try:
            edited = foreign_files(out)
        except JournalError as e:
            raise OutputError(
                f"{out}: is not empty and not from an earlier `copydesk clean`; choose another folder"
            ) from e
        if edited:
            some = ", ".join(edited[:5]) + (f" and {len(edited) - 5} more" if len(edited) > 5 else "")
            raise OutputError(
                f"{out}: was edited since copydesk wrote it ({some}); move it away or choose another folder"
            )
    check_collisions(found)


def check_collisions(found: Found) -> None:
    """Raises OutputError where two inputs would become one file of the output, or one a folder of the other's."""
    seen: dict[str, str] = {}
    for name, file in [*((s.article, s.file) for s in found.articles), *((r, f) for f, r in found.others)]:
        if seen.setdefault(name, file) != file:
            raise OutputError(f"{seen[name]} and {file} would both become {name}; clean them in two runs")
    for name, file in seen.items():
        for folder in PurePosixPath(name).parents:
            if str(folder) in seen:
                raise OutputError(f"{seen[str(folder)]} would lie where {file} needs a folder; clean them in two runs")


def written(record: Record) -> bytes:
    """The bytes of an article after the run; those of a file that was not understood as they are."""
    if record.text is None:
        return Path(record.source.file).read_bytes()
    return record.text.encode("utf-8")


def write_out(
    run: Run, found: Found, out: Path, head: dict[str, object], moved: Mapping[str, Moved] | None = None
) -> None:
    """Writes DIR/corpus and DIR/report beside DIR first, then puts them in its place in one step.

    The articles that are `moved`, by id, go to DIR/quarantine.
    """
    place = out.resolve()  # a link stays a link: what it points to is replaced
    place.parent.mkdir(parents=True, exist_ok=True)
    new, old = (place.with_name(f".copydesk-{age}-{os.getpid()}") for age in ("new", "old"))
    try:
        (new / "report").mkdir(parents=True)
        (new / "corpus").mkdir()

        def entries() -> Iterator[Entry]:
            made: set[Path] = set()

            def target(name: str) -> Path:
                path = new / "corpus" / name
                if path.parent not in made:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    made.add(path.parent)
                return path

            for record in run.records:
                data = written(record)
                name = record.source.article
                if moved and record.source.id in moved:
                    name = AWAY + name
                path = target(name)
                path.write_bytes(data)
                shutil.copymode(record.source.file, path)
                yield entry(record, name, data)
            for file, name in found.others:
                path = target(name)
                shutil.copy(file, path)
                yield copied(name, path)

        write_journal(new / "report" / NAME, head, entries())
        if moved:
            write_manifest(new / "report" / MANIFEST, list(moved.values()))
        write_reports(replace(run, out=str(out)), new / "report")
        if place.exists():
            shutil.copymode(place, new)
            place.rename(old)
        new.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        raise
    finally:
        for left in (new, old):
            if left.exists():
                shutil.rmtree(left)


def copied(name: str, path: Path) -> Entry:
    """The line of a file that is no article."""
    seal = hash_bytes(path.read_bytes())
    return Entry(name, name, seal, seal)


def write_in_place(run: Run, root: Path, head: dict[str, object]) -> Path | None:
    """Rewrites the changed articles where they stand; gives the folder of the run's journal and report.

    The journal is on the disk before the first article is touched. Nothing is written where nothing changed.
    """
    if not any(r.changed for r in run.records):
        return None
    runs = root / RUNS
    runs.mkdir(parents=True, exist_ok=True)
    if not (ours := runs.parent / ".gitignore").exists():
        ours.write_text("*\n")  # a journal is for `undo`, here; it is no part of the corpus
    number = max((int(p.name) for p in runs.iterdir() if p.name.isdigit()), default=0) + 1
    folder = runs / f"{number:04d}"
    folder.mkdir()
    write_journal(folder / NAME, head, (entry(r, _place(r, root), written(r)) for r in run.records if r.changed))
    for record in run.records:
        if record.changed and record.original is not None:
            file = Path(record.source.file).resolve()  # a link that was named stays a link
            if file.read_bytes() != record.original.encode("utf-8"):
                raise OutputError(f"{file}: was edited while copydesk was working; run again (the others are done)")
            replace_file(file, [written(record)])
    write_reports(replace(run, out=str(folder)), folder)
    return folder


def _place(record: Record, root: Path) -> str:
    return Path(os.path.relpath(Path(record.source.file).resolve(), root)).as_posix()


def write_reports(run: Run, folder: Path) -> None:
    """The reports that every clean leaves behind."""
    for name, file in REPORTS.items():
        write_report(run, name, folder / file)


def write_report(run: Run, name: str, path: Path) -> None:
    """One report into a file, whole or not at all; what is no ordinary file, such as /dev/null, is written to."""
    render = open_report(run.plan.folders, name)
    path = path.resolve()
    ordinary = path.is_file() or not path.exists()
    temporary = beside(path) if ordinary else path
    try:
        with open(temporary, "x" if ordinary else "w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            render(run, out)
        if ordinary:
            os.replace(temporary, path)
    except BaseException:
        if ordinary:
            temporary.unlink(missing_ok=True)
        raise
