"""Duplicates that a clean moves aside: they go to DIR/quarantine, a manifest says why, and undo brings them back.

Which article may go is said by findings: `aside` in their evidence names it, `keep` the one that stays in its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from copydesk.journal import NAME, Entry, JournalError, read_journal, replace_file, write_journal
from copydesk.model import Record

MANIFEST = "quarantine.jsonl"
AWAY = "../quarantine/"  # from the corpus folder, as the journal has it


@dataclass(frozen=True, slots=True)
class Moved:
    """An article that was moved aside: which one stays for it, and the finding that said so."""

    article: str
    keep: str
    code: str
    finding: str
    message: str


def set_aside(records: Iterable[Record]) -> dict[str, Moved]:
    """By its id, each article that may go. One that is kept in another's place stays, whatever is said of it."""
    ids: set[str] = set()
    moved: dict[str, Moved] = {}
    kept: set[str] = set()
    for record in records:
        ids.add(record.source.id)
        for f in record.findings:
            keep, aside = f.evidence.get("keep"), f.evidence.get("aside")
            if isinstance(keep, str) and isinstance(aside, list) and aside:
                kept.add(keep)
                for article in aside:
                    moved.setdefault(article, Moved(article, keep, f.code, f.fingerprint, f.message))
    return {i: m for i, m in moved.items() if i in ids and i not in kept}


def write_manifest(path: Path, moved: Sequence[Moved]) -> None:
    rows = (json.dumps(asdict(m), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n" for m in moved)
    replace_file(path, rows)


def bring_back(folder: Path, wanted: Callable[[Entry, Moved], bool]) -> list[str]:
    """Moves the wanted articles from DIR/quarantine back into DIR/corpus; gives their paths. Raises JournalError."""
    manifest = folder / "report" / MANIFEST
    if not manifest.is_file():
        return []
    try:
        rows = [Moved(**json.loads(line)) for line in manifest.read_text("utf-8", "surrogatepass").splitlines()]
    except (OSError, ValueError, TypeError) as e:
        raise JournalError(f"{manifest}: cannot be read: {e}") from e
    head, entries = read_journal(folder / "report" / NAME)
    by_article = {r.article: r for r in rows}
    back: dict[str, str] = {}
    for n, entry in enumerate(entries):
        row = by_article.get(entry.article) if entry.path.startswith(AWAY) else None
        if row is None or not wanted(entry, row):
            continue
        path = entry.path.removeprefix(AWAY)
        here, there = folder / "quarantine" / path, folder / "corpus" / path
        if there.exists():
            raise JournalError(f"{there}: is there again; move it away, then undo")
        there.parent.mkdir(parents=True, exist_ok=True)
        here.rename(there)
        entries[n] = replace(entry, path=path)
        back[entry.article] = path
    if back:
        write_journal(folder / "report" / NAME, {k: v for k, v in head.items() if k != "copydesk-journal"}, entries)
        write_manifest(manifest, [r for r in rows if r.article not in back])
    return list(back.values())
