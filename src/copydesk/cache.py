"""What runs have worked out, kept in one file of the user's for the next run over the same articles.

A row's key is a hash of everything that decides its value: the article (its id, its bytes), the plan, every file of
rules and validators, the engine, and the versions of Python and of the libraries that decide. So a row is never stale,
and nothing has to be thrown away but for space. There are three kinds:

    an article   its draft, tidied, and its evidence for each corpus validator
    a batch      the records of its articles in a corpus
    a corpus     the notes of its corpus validators: the sign that a run over it came to its end

Values are plain built-in data behind a checksum; what does not fit its checksum, or cannot be read, was never kept.
"""

from __future__ import annotations

import json
import marshal
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from copydesk import __version__
from copydesk.desk import CRASHED, Draft
from copydesk.folders import rules_folders
from copydesk.model import Applied, Edit, Finding, Fix, Location, Plan, Record, Safety, Severity, Source, Span
from copydesk.validator import SettingError, Setup

if TYPE_CHECKING:
    import sqlite3

FILE = "articles-1.sqlite"
MOST = 500_000_000  # bytes; then the oldest fifth of the rows goes
LIBRARIES = (
    *("PyYAML", "ftfy", "wcwidth", "google-re2", "publicsuffixlist", "pandas", "pandera", "numpy", "rapidfuzz"),
)
_DRAFT, _RECORDS, _CORPUS = b"d", b"r", b"c"
_SEVERITIES, _SAFETIES = tuple(Severity), tuple(Safety)
_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long
_ATOMS = frozenset({str, int, float, bool, bytes, type(None)})
Row: TypeAlias = tuple[bytes, bytes]


def cache_folder() -> Path:
    """Where a user's programs keep what they can do without."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "copydesk"


# -------------------------------------------------------------------------------------------------------------- keys


@dataclass(frozen=True)
class Cache:
    """Where rows are kept, and the hash of all that decides their values beside the articles."""

    file: str
    plan: bytes
    suppressed: Mapping[str, Sequence[str]]

    def article(self, source: Source, data: bytes, size: int) -> bytes:
        """The key of an article: its names, what it is allowed to suppress, and its bytes."""
        about = f"{source.id}\0{source.asked}\0{source.place}\0{size}"
        if source.id in self.suppressed:
            about += "\0" + json.dumps(list(self.suppressed[source.id]))
        head = about.encode("utf-8", "surrogatepass")
        return blake2b(b"%d\0%b%b" % (len(head), head, data), digest_size=20, key=self.plan).digest()

    def corpus(self, articles: Iterable[bytes]) -> bytes:
        """The key of a corpus, from those of its articles in their order."""
        return _hash(self.plan, b"".join(articles))

    def batch(self, corpus: bytes, articles: Iterable[bytes]) -> bytes:
        """The key of a batch of articles in a corpus."""
        return _hash(corpus, b"".join(articles))

    def open(self) -> Shelf:
        """The rows, for the length of a `with`: a connection must not be carried into another process."""
        return Shelf(self.file)

    def keep_corpus(self, corpus: bytes, notes: Sequence[str]) -> None:
        """Says that a run over a corpus came to its end (none where it has no key), and makes room."""
        with self.open() as shelf:
            if corpus:
                shelf.keep_notes(corpus, notes)
        with self.open() as shelf:
            shelf.trim()


def open_cache(plan: Plan, folder: Path) -> Cache:
    """The cache in a folder, for runs with this plan."""
    options = dict(plan.options)
    suppressed: Any = options.pop("suppressed", {})
    said = [repr(replace(plan, options=options)), *_versions(), *_vocabularies(plan)]
    parts = [text.encode("utf-8", "surrogatepass") for text in said]
    engine = Path(__file__).parent
    folders = [Path(f, kind) for f in plan.folders for kind in ("rules", "validators")]
    parts += [*_contents(engine, engine.glob("*.py"))]
    for top in folders:
        parts.append(os.fsencode(top))
        parts += _contents(top, _files_below(top))
    return Cache(str(folder / FILE), _hash(*parts), suppressed)


def _hash(*parts: bytes) -> bytes:
    whole = blake2b(digest_size=20)
    for part in parts:
        whole.update(len(part).to_bytes(8, "little"))
        whole.update(part)
    return whole.digest()


def _versions() -> list[str]:
    out = [__version__, sys.version, sys.platform, unicodedata.unidata_version]
    if yaml.__with_libyaml__:
        out.append(yaml._yaml.get_version_string())
    wanted = {name.lower().replace("-", "_") for name in LIBRARIES}
    for folder in sys.path:  # importlib.metadata says the same, and takes longer to import than all of this file
        with suppress(OSError):
            installed = [n for n in os.listdir(folder or ".") if n.endswith((".dist-info", ".egg-info"))]
            out += sorted(n for n in installed if n.partition("-")[0].lower() in wanted)
    return out


def _vocabularies(plan: Plan) -> list[str]:
    """The schemas as they are read: one of a user's may name files that lie anywhere."""
    if len(plan.folders) == 1 and not plan.options.get("schema") and not plan.options.get("schemas"):
        return []
    try:
        return [repr(Setup(rules_folders(plan.folders), plan.language, plan.options).schemas)]
    except SettingError as e:
        return [str(e)]


def _files_below(top: Path) -> Iterable[Path]:
    """Every file below a folder, also by way of links; none twice."""
    seen = set()
    for folder, below, files in os.walk(top, followlinks=True):
        real = os.path.realpath(folder)
        below[:] = [] if real in seen else sorted(n for n in below if n != "__pycache__")
        if real not in seen:
            yield from (Path(folder, name) for name in files)
        seen.add(real)


def _contents(top: Path, files: Iterable[Path]) -> Iterable[bytes]:
    for path in sorted(files):
        if path.is_file():
            yield os.fsencode(path.relative_to(top))
            yield path.read_bytes()


# ------------------------------------------------------------------------------------------------------------- rows


class Shelf:
    """The rows of a cache for the length of a batch; what is kept is written at its end, all or none.

    Nothing here raises: a file that cannot be used holds nothing.
    """

    def __init__(self, file: str) -> None:
        import sqlite3

        self._file = file
        self._new: list[Row] = []
        self._rows: sqlite3.Connection | None = None
        try:
            folder = Path(file).parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._rows = sqlite3.connect(file, timeout=5, isolation_level=None)
            self._rows.execute("PRAGMA synchronous = OFF")  # what a power cut spoils does not fit its checksum
            self._rows.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB)")
        except (sqlite3.Error, OSError) as e:
            self._give_up(e)

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if self._new and error is None:
            self._execute(self._write)
        if self._rows is not None:
            self._rows.close()

    def _give_up(self, e: Exception) -> None:
        """Goes on without; a file that is spoilt (not busy, full or forbidden) is taken away."""
        import sqlite3

        if self._rows is not None:
            with suppress(sqlite3.Error):
                self._rows.close()
            self._rows = None
        usable = (
            *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
            *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT),
        )
        if isinstance(e, sqlite3.Error) and getattr(e, "sqlite_errorcode", 0) & 0xFF not in usable:
            for path in (self._file, f"{self._file}-journal"):
                with suppress(OSError):
                    os.unlink(path)

    def _execute(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        import sqlite3

        if self._rows is None:
            return None
        try:
            return work(self._rows)
        except (sqlite3.Error, OverflowError, MemoryError) as e:
            self._give_up(e)
            return None

    def _get(self, key: bytes) -> Any:
        """The value that was kept under a key, or None."""
        data = self._sound(key)
        return None if data is None else marshal.loads(data)

    def _sound(self, key: bytes) -> bytes | None:
        """The value as it was written, where it fits its checksum."""
        row = self._execute(lambda rows: rows.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone())
        if row is None or type(row[0]) is not bytes or row[0][:20] != _hash(key, row[0][20:]):
            return None
        data: bytes = row[0][20:]
        return data

    def _write(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", self._new)
        connection.execute("COMMIT")

    def _keep(self, key: bytes, value: Any) -> None:
        """Keeps a value; not where it is not plain data."""
        if _is_plain(value):
            data = marshal.dumps(value)
            self._new.append((key, _hash(key, data) + data))

    def trim(self, most: int = MOST) -> None:
        """Drops the oldest fifth of the rows where the file holds more than `most` bytes."""

        def drop(connection: sqlite3.Connection) -> None:
            names = ("page_count", "freelist_count", "page_size")
            pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
            if (pages - free) * size > most:
                first, last = connection.execute("SELECT min(rowid), max(rowid) FROM kept").fetchone()
                connection.execute("DELETE FROM kept WHERE rowid <= ?", (first + (last - first) // 5,))

        self._execute(drop)

    def keep_draft(self, key: bytes, draft: Draft, evidence: Mapping[str, object]) -> None:
        """Keeps a tidied draft with the evidence of its article; not where a validator crashed: that may be chance."""
        if any(f.code == CRASHED for f in draft.extra):
            return
        passes = [[(_flat(f), _flat_fix(fix)) for f, fix in fixes] for fixes in draft.passes]
        found = {checker: [_flat(f) for f in findings] for checker, findings in draft.found.items()}
        value = (
            _said(draft.original, draft.text), passes, found, [_flat(f) for f in draft.extra], draft.extra_pass,
            draft.allowed, dict(evidence),
        )  # fmt: skip
        self._keep(_DRAFT + key, value)

    def draft(self, key: bytes, source: Source, data: bytes) -> tuple[Draft, Mapping[str, Any]] | None:
        """The draft of an article and its evidence, where they were kept."""
        kept = self._get(_DRAFT + key)
        if kept is None:
            return None
        said, passes, found, extra, extra_pass, allowed, evidence = kept
        original, text = _texts(said, data)
        draft = Draft(source, original, text, extra_pass=extra_pass, allowed=allowed)
        draft.passes = [[(_finding(source, f), _fix(fix)) for f, fix in fixes] for fixes in passes]
        draft.found = {checker: [_finding(source, f) for f in findings] for checker, findings in found.items()}
        draft.extra = [_finding(source, f) for f in extra]
        draft.lossy = data.decode("utf-8", "replace") if text is None else ""
        return draft, evidence

    def keep_records(self, batch: bytes, records: Sequence[Record]) -> None:
        """Keeps the records of a batch; not where a validator crashed: that may be chance."""
        if not any(f.code == CRASHED for r in records for f in r.findings):
            self._keep(_RECORDS + batch, [_fold(r) for r in records])

    def records(self, batch: bytes) -> bytes | None:
        """The records of a batch as `unfold` takes them, where they were kept."""
        return self._sound(_RECORDS + batch)

    def keep_notes(self, corpus: bytes, notes: Sequence[str]) -> None:
        """Keeps the notes of a run that came to its end."""
        self._keep(_CORPUS + corpus, list(notes))

    def notes(self, corpus: bytes) -> tuple[str, ...] | None:
        """The notes of a run over this corpus, where one came to its end."""
        kept = self._get(_CORPUS + corpus)
        return None if kept is None else tuple(kept)


def _is_plain(value: object) -> bool:
    """Built-in types and nothing derived from them: marshal would write an array as bytes, and not say so."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is dict:
        assert isinstance(value, dict)
        return all(map(_is_plain, value)) and all(map(_is_plain, value.values()))
    if kind in (tuple, list, set, frozenset):
        assert isinstance(value, Iterable)
        return all(map(_is_plain, value))
    return False


# ----------------------------------------------------------------------------------------------- drafts and records


def _fold(done: Record) -> tuple[Any, ...]:
    passes = [[(a.fingerprint, a.code, _flat_edits(a.edits), a.decided) for a in made] for made in done.passes]
    return _said(done.original, done.text), passes, [_flat(f) for f in done.findings]


def unfold(kept: bytes, articles: Iterable[tuple[Source, bytes]]) -> Iterator[Record]:
    """The records of a batch from what was kept of them, and the bytes of each article."""
    for (said, passes, found), (source, data) in zip(marshal.loads(kept), articles, strict=True):
        made = tuple([tuple([Applied(name, code, _edits(edits), by) for name, code, edits, by in f]) for f in passes])
        yield Record(source, *_texts(said, data), made, tuple([_finding(source, f) for f in found]))


def _said(original: str | None, text: str | None) -> str | bool:
    """What has to be kept of an article's text beside its bytes: whether it was read, or what it became."""
    return False if text is None else True if text == original else text


def _texts(said: str | bool, data: bytes) -> tuple[str | None, str | None]:
    if said is False:
        return None, None
    original = data.decode("utf-8")
    return original, original if said is True else said


def _flat(f: Finding) -> tuple[Any, ...]:
    return (
        f.code, tuple(f.span), f.field, f.message, int(f.severity), [_flat_fix(x) for x in f.fixes], f.evidence,
        f.name, tuple(f.location), f.fingerprint, f.depends_on, f.applied,
    )  # fmt: skip


def _finding(source: Source, flat: tuple[Any, ...]) -> Finding:
    code, span, field, message, severity, fixes, evidence, name, location, fingerprint, depends_on, applied = flat
    return Finding(
        code, source.id, _new(Span, span), field, message, _SEVERITIES[severity], tuple([_fix(x) for x in fixes]),
        evidence, name, _new(Location, location), fingerprint, depends_on, applied,
    )  # fmt: skip


def _flat_fix(fix: Fix) -> tuple[Any, ...]:
    return _flat_edits(fix.edits), int(fix.safety), fix.title


def _fix(flat: tuple[Any, ...]) -> Fix:
    return Fix(_edits(flat[0]), _SAFETIES[flat[1]], flat[2])


def _flat_edits(edits: Sequence[Edit]) -> list[tuple[int, str, str]]:
    return [(e.start, e.old, e.new) for e in edits]


def _edits(flat: Sequence[tuple[int, str, str]]) -> tuple[Edit, ...]:
    return tuple([_new(Edit, e) for e in flat])
