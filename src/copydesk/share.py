"""The few plain functions that every executor calls: data in, data out.

    recall    a batch of sources  -> a spill of bytes, and what a cache knows them by  (map)
    tidy      a batch of sources  -> a spill of drafts, and the batch's evidence       (map)
    merge     evidence, evidence  -> evidence                                          (reduce, as a tree)
    compare   places of drafts    -> evidence of pairs that need to be compared        (map)
    conclude  evidence            -> facts                                             (once)
    settle    a spill, its facts  -> a spill of records                                (map)

Texts stay on disk: what travels between processes is paths, evidence and facts, all of them plain data.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from copydesk.desk import Checker, Desk, Draft, observe, open_desk, receive, report_death, report_unreadable
from copydesk.desk import settle as settle_draft
from copydesk.desk import tidy as tidy_draft
from copydesk.model import Article, Location, Plan, Record, Source
from copydesk.parse import parse
from copydesk.record import record
from copydesk.validator import CorpusValidator, Facts

if TYPE_CHECKING:
    from copydesk.cache import Cache

Evidence: TypeAlias = dict[str, Any]
"""By the key of the checker."""
Conclusions: TypeAlias = dict[str, Facts]
"""By the key of the checker, too."""


Place: TypeAlias = tuple[str, int]
"""A spill, and where in it a draft begins."""


class Tidied(NamedTuple):
    """Where the drafts of a batch were spilled, what they contribute, and where in the spill each begins."""

    spill: str
    evidence: Evidence
    places: tuple[int, ...] = (0,)
    keys: tuple[bytes, ...] = ()
    """What a cache knows the articles by; empty where one cannot be known."""


class Recalled(NamedTuple):
    """The bytes of a batch's articles, one after another; how many each has, and what a cache knows the articles by."""

    spill: str
    sizes: tuple[int, ...]
    keys: tuple[bytes, ...]


MANY_DESKS = 10


@lru_cache(maxsize=2)
def _open(plan: bytes) -> tuple[Plan, Cache | None]:
    plan_, cache = pickle.loads(plan)
    return plan_, cache


@lru_cache(maxsize=2)
def _desk(plan: bytes) -> Desk:
    if _desk.cache_info().misses % MANY_DESKS == 0:  # one after another in a process: each is a ring of 15 MB
        gc.unfreeze()
        gc.collect()
    return open_desk(_open(plan)[0])


def pack(plan: Plan, cache: Cache | None = None) -> bytes:
    """The plan, and the cache, as the functions below take them: a worker opens them once."""
    return pickle.dumps((plan, cache))


def prove(plan: bytes) -> None:
    """Opens the plan anew, whatever was opened before: its files may have changed. Raises FolderError."""
    _desk.cache_clear()
    _desk(plan)


def recall(plan: bytes, batch: Sequence[Source], spill: str) -> Recalled | None:
    """What a cache knows a batch of articles by; their bytes go to the file `spill`. None where one is unreadable."""
    plan_, cache = _open(plan)
    assert cache is not None
    sizes, keys = [], []
    with open(spill, "wb") as out:
        for source in batch:
            try:
                data, size = _read(source, plan_.limits.article_bytes)
            except OSError:
                return None
            keys.append(cache.article(source, data, size))
            sizes.append(out.write(data))
    return Recalled(spill, tuple(sizes), tuple(keys))


def tidy(plan: bytes, batch: Sequence[Source], spill: str) -> Tidied:
    """Reads and tidies a batch; its drafts go to the file `spill`."""
    desk, cache = _desk(plan), _open(plan)[1]
    evidence: Evidence = {}
    places, keys = [], []
    with open(spill, "wb") as out, nullcontext() if cache is None else cache.open() as shelf:
        for source in batch:
            try:
                data, size = _read(source, desk.plan.limits.article_bytes)
            except OSError as e:
                draft = Draft(source, None, None)
                report_unreadable(desk, draft, e.strerror or type(e).__name__)
                seen: Mapping[str, Any] = {}
            else:
                key = cache.article(source, data, size) if cache else b""
                known = shelf.draft(key, source, data) if shelf else None
                draft, seen = known or _tidied(desk, source, data, size)
                if shelf and not known:
                    shelf.keep_draft(key, draft, seen)
                draft.key = key
            for checker in desk.corpus:
                if checker.key in seen:
                    _add(checker, evidence, seen[checker.key])
            places.append(out.tell())
            keys.append(draft.key)
            pickle.dump(draft, out, protocol=5)
    return Tidied(spill, evidence, tuple(places), tuple(keys) if all(keys) else ())


def _tidied(desk: Desk, source: Source, data: bytes, size: int) -> tuple[Draft, Evidence]:
    draft = receive(desk, source, data, size)
    article = tidy_draft(desk, draft)
    return draft, {} if article is None else {c.key: seen for c, seen in observe(desk, draft, article)}


def _read(source: Source, limit: int) -> tuple[bytes, int]:
    """The bytes of an article, none where they are more than the limit, and how many they are. Raises OSError."""
    with open(source.file, "rb", buffering=0 if source.place is None else -1) as file:
        size = os.fstat(file.fileno()).st_size
        if source.place is not None:
            file.seek(source.place.byte)
            size = source.place.size
            return file.read(size).rstrip(b"\r\n") + b"\n" if size <= limit else b"", size
        data = file.read() if size <= limit else b""
    return data, max(size, len(data))


def _corpus(checker: Checker) -> CorpusValidator:
    assert isinstance(checker.validator, CorpusValidator)
    return checker.validator


def _add(checker: Checker, evidence: Evidence, more: Any) -> None:
    known = evidence.get(checker.key)
    evidence[checker.key] = more if known is None else _corpus(checker).merge(known, more)


def merge(plan: bytes, parts: Sequence[Evidence]) -> Evidence:
    """The evidence of all parts, merged as a tree, in their order."""
    desk = _desk(plan)
    parts = list(parts)
    while len(parts) > 1:
        joined = []
        for n in range(0, len(parts), 2):
            whole = parts[n]
            for checker in desk.corpus:
                for part in parts[n + 1 : n + 2]:
                    if checker.key in part:
                        _add(checker, whole, part[checker.key])
            joined.append(whole)
        parts = joined
    return parts[0] if parts else {}


def pairs(plan: bytes, evidence: Evidence) -> dict[str, list[tuple[str, str]]]:
    """The articles whose texts have to be compared before facts can be concluded, by the key of the checker."""
    wanted = {c.key: list(_corpus(c).pairs(evidence[c.key])) for c in _desk(plan).corpus if c.key in evidence}
    return {key: found for key, found in wanted.items() if found}


def compare(plan: bytes, key: str, places: Sequence[tuple[Place, Place]]) -> Evidence:
    """What the texts at each two places say of one another, as more evidence of the checker."""
    desk = _desk(plan)
    checker = next(c for c in desk.corpus if c.key == key)
    evidence: Evidence = {}

    @lru_cache(maxsize=64)
    def article(place: Place) -> Article:
        with open(place[0], "rb") as file:
            file.seek(place[1])
            draft = pickle.load(file)
        return parse(draft.text or "", draft.source.id, desk.plan.prose, desk.plan.language)

    for one, other in places:
        seen = _corpus(checker).compare(article(one), article(other))
        if seen is not None:
            _add(checker, evidence, seen)
    return evidence


def conclude(plan: bytes, evidence: Evidence) -> Conclusions:
    """The facts of the corpus, by the key of the checker."""
    return {c.key: _corpus(c).conclude(evidence.get(c.key)) for c in _desk(plan).corpus}


def sliced(facts: Conclusions, batch: Sequence[Source]) -> Conclusions:
    """What a batch needs of the facts: those of its own articles, and the shared tables."""
    ids = [s.id for s in batch]
    return {key: Facts({i: f.articles[i] for i in ids if i in f.articles}, f.shared) for key, f in facts.items()}


def settle(plan: bytes, spilled: str, facts: Conclusions, spill: str, corpus: bytes = b"") -> str:
    """Brings the drafts of a spill to their end with the facts; their records go to the file `spill`.

    `corpus` is what the cache knows the corpus by; empty where nothing is kept.
    """
    desk, cache = _desk(plan), _open(plan)[1]
    keys, records = [], []
    with open(spill, "wb") as out:
        for draft in _load(spilled):
            keys.append(draft.key)
            if draft.source.asked:
                settle_draft(desk, draft, facts)
                done = _in_its_file(record(desk, draft))
                pickle.dump(done, out, protocol=5)
                records.append(done)
    if cache and corpus:
        with cache.open() as shelf:
            shelf.keep_records(cache.batch(corpus, keys), records)
    return spill


def _in_its_file(done: Record) -> Record:
    """A record of a JSON Lines file with the lines of that file, and without fixes: it is only checked."""
    if done.source.place is None:
        return done
    below = done.source.line - 1
    found = tuple(
        replace(f, location=Location(f.location.line + below, f.location.column), fixes=(), applied=False)
        for f in done.findings
    )
    return replace(done, text=done.original, passes=(), findings=found)


def bury(plan: bytes, source: Source, spill: str) -> Tidied:
    """The spill of an article whose worker died: a draft that says so."""
    draft = Draft(source, None, None)
    report_death(_desk(plan), draft)
    with open(spill, "wb") as out:
        pickle.dump(draft, out, protocol=5)
    return Tidied(spill, {})


def split(spilled: str) -> list[tuple[Source, str]]:
    """A spill of drafts as one spill for each article."""
    out = []
    for n, draft in enumerate(_load(spilled)):
        part = f"{spilled}-{n}"
        with open(part, "wb") as file:
            pickle.dump(draft, file, protocol=5)
        out.append((draft.source, part))
    return out


def join(parts: Sequence[str], spill: str) -> tuple[int, ...]:
    """Many spills as one; the parts are removed. Gives where in it each begins."""
    places = []
    with open(spill, "wb") as out:
        for part in parts:
            places.append(out.tell())
            out.write(Path(part).read_bytes())
            Path(part).unlink()
    return tuple(places)


def _load(spill: str) -> Iterator[Any]:
    with open(spill, "rb") as file:
        while True:
            try:
                yield pickle.load(file)
            except EOFError:
                return


class Recollection:
    """The records of an earlier run over the very same articles, made anew from what a cache has kept of them."""

    def __init__(self, batches: Sequence[tuple[Sequence[Source], Recalled]]) -> None:
        self._batches = tuple(batches)

    def __iter__(self) -> Iterator[Record]:
        from copydesk.cache import unfold

        for sources, batch in self._batches:
            whole = Path(batch.spill).read_bytes()
            ends = list(accumulate(batch.sizes, initial=0))
            articles = [(s, whole[a:b]) for s, a, b in zip(sources, ends, ends[1:], strict=False) if s.asked]
            yield from unfold(whole[ends[-1] :], articles)


class Records:
    """The records of a run, read from their spills each time they are iterated; one at a time in memory."""

    def __init__(self, spills: Sequence[str]) -> None:
        self._spills = tuple(spills)

    def __iter__(self) -> Iterator[Record]:
        for spill in self._spills:
            yield from _load(spill)
