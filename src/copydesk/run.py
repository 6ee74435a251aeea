"""The whole way of a run: tidy, merge, conclude, settle, in this process or in several, with the same result."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from copydesk import share
from copydesk.model import Plan, Record, Source

if TYPE_CHECKING:  # for one process and no cache neither is needed
    from concurrent.futures import ProcessPoolExecutor

    from copydesk.cache import Cache

BATCH = 64  # articles; evidence and facts travel once a batch
READ = 20_000  # fewer articles than this are read, and known again, before a second process is worth it
ALONE = 192  # fewer articles than this are done before a second process has started
T = TypeVar("T")
Progress: TypeAlias = Callable[[int], None]


class Outcome(NamedTuple):
    """The records of a run, and the notes of the corpus validators for its reader."""

    records: Iterable[Record]
    notes: tuple[str, ...]


def process(
    plan: Plan,
    sources: Sequence[Source],
    folder: Path,
    jobs: int = 0,
    progress: Progress | None = None,
    cache: Cache | None = None,
) -> Outcome:
    """Takes the sources through the plan. Texts are spilled into `folder`, which the caller removes.

    `jobs` is the number of processes, 0 for as many as are worth it. `progress` is told the number of articles done,
    twice for each (tidied, settled). `cache` is that of the plan; the outcome is the same without one. Raises
    FolderError where a rule cannot be opened.
    """
    packed = share.pack(plan, cache)
    batches = [sources[n : n + BATCH] for n in range(0, len(sources), BATCH)]
    jobs = min(jobs or _worthwhile(len(sources)), len(batches)) or 1
    said = progress or (lambda n: None)

    def spill(n: int, phase: str) -> str:
        return str(folder / f"{phase}-{n:06d}")

    if cache:
        calls = [(packed, b, spill(n, "record")) for n, b in enumerate(batches)]
        several = jobs if len(sources) > READ else 1
        kept = _recall(cache, batches, _each(calls, share.recall, several, lambda n: None, lambda n: None))
        if kept:
            said(2 * len(sources))
            return kept
    share.merge(packed, [])  # opens the plan here: a broken rule is said before anything runs
    gc.freeze()  # rules and tables stay to the end; trees of an article hold no cycles and go by themselves
    gc.set_threshold(50_000, 20, 50)
    tidied = _each(
        [(packed, b, spill(n, "draft")) for n, b in enumerate(batches)],
        share.tidy,
        jobs,
        lambda n: said(len(batches[n])),
        lambda n: _rescue(packed, batches[n], spill(n, "draft")),
    )
    evidence = share.merge(packed, [t.evidence for t in tidied])
    compared = _compare(packed, sources, tidied, share.pairs(packed, evidence), jobs)
    evidence = share.merge(packed, [evidence, *(seen for seen in compared if seen is not None)])
    facts = share.conclude(packed, evidence)
    del evidence
    known = cache is not None and None not in compared and all(t.keys for t in tidied)
    corpus = cache.corpus([k for t in tidied for k in t.keys]) if cache and known else b""

    def settled(n: int) -> None:
        Path(tidied[n].spill).unlink()  # not before: where a worker dies, others may have to settle theirs again
        said(len(batches[n]))

    settling = [
        (packed, t.spill, share.sliced(facts, batches[n]), spill(n, "record"), corpus) for n, t in enumerate(tidied)
    ]
    spills = _each(settling, share.settle, jobs, settled, lambda n: _rescue_settling(*settling[n][:4]))
    notes = tuple(note for f in facts.values() for note in f.notes)
    if cache:
        cache.keep_corpus(corpus, notes)
    return Outcome(share.Records(spills), notes)


def _recall(cache: Cache, batches: Sequence[Sequence[Source]], read: Sequence[share.Recalled | None]) -> Outcome | None:
    """The outcome of an earlier run over the very same articles, where all of it was kept."""
    known = [b for b in read if b is not None]
    if len(known) < len(read):
        return None
    corpus = cache.corpus(k for b in known for k in b.keys)
    with cache.open() as shelf:
        notes = shelf.notes(corpus)
        if notes is None:
            return None
        for batch in known:
            records = shelf.records(cache.batch(corpus, batch.keys))
            if records is None:
                return None
            with open(batch.spill, "ab") as out:
                out.write(records)
    return Outcome(share.Recollection(list(zip(batches, known, strict=True))), notes)


def _compare(
    packed: bytes,
    sources: Sequence[Source],
    tidied: Sequence[share.Tidied],
    pairs: Mapping[str, Sequence[tuple[str, str]]],
    jobs: int,
) -> list[share.Evidence | None]:
    """The evidence of the pairs with an article that was asked for; None for those that kill their process."""
    wanted = {i for found in pairs.values() for pair in found for i in pair}
    spilled = zip(sources, ((t.spill, place) for t in tidied for place in t.places), strict=True)
    places = {s.id: (place, s.asked) for s, place in spilled if s.id in wanted}
    calls = []
    for key, found in pairs.items():
        asked = [(places[a][0], places[b][0]) for a, b in found if places[a][1] or places[b][1]]
        calls += [(packed, key, asked[n : n + BATCH]) for n in range(0, len(asked), BATCH)]
    return _each(calls, share.compare, min(jobs, len(calls)) or 1, lambda n: None, lambda n: None)


def prove(plan: Plan) -> None:
    """Opens every rule and list of the plan, which proves their form. Raises FolderError."""
    share.prove(share.pack(plan))


def _worthwhile(articles: int) -> int:
    if articles < ALONE:
        return 1
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _each(
    calls: Sequence[tuple[object, ...]],
    function: Callable[..., T],
    jobs: int,
    done: Callable[[int], None],
    rescue: Callable[[int], T],
) -> list[T]:
    """The function's result for each call, in their order, by `jobs` processes.

    Where a worker dies, the calls that were lost are made again, each in a process of its own; one that kills its
    process again goes to `rescue`.
    """
    if jobs == 1:
        out = []
        for n, call in enumerate(calls):
            out.append(function(*call))
            done(n)
        return out
    from concurrent.futures.process import BrokenProcessPool

    results: dict[int, T] = {}
    lost: list[int] = []
    with _pool(jobs) as pool:
        futures = [pool.submit(function, *call) for call in calls]
        for n, future in enumerate(futures):
            try:
                results[n] = future.result()
                done(n)
            except BrokenProcessPool:
                lost.append(n)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    for n in lost:
        try:
            with _pool(1) as pool:
                results[n] = pool.submit(function, *calls[n]).result()
        except BrokenProcessPool:
            results[n] = rescue(n)
        done(n)
    return [results[n] for n in range(len(calls))]


def _pool(jobs: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(jobs, initializer=_leave_signals)


def _leave_signals() -> None:
    """Ctrl-C is the parent's to handle: a worker that answers it, too, prints a traceback.

    One that is told to end, because another died, ends: what the parent does then may wait for ever for a lock that was
    held when the worker was forked.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _rescue(packed: bytes, batch: Sequence[Source], spill: str) -> share.Tidied:
    """Tidies a batch whose process died article by article; the one that kills its process is buried."""
    from concurrent.futures.process import BrokenProcessPool

    parts: list[share.Tidied] = []
    for n, source in enumerate(batch):
        part = f"{spill}-{n}"
        try:
            with _pool(1) as pool:
                parts.append(pool.submit(share.tidy, packed, [source], part).result())
        except BrokenProcessPool:
            parts.append(share.bury(packed, source, part))
    places = share.join([p.spill for p in parts], spill)
    return share.Tidied(spill, share.merge(packed, [p.evidence for p in parts]), places)


def _rescue_settling(packed: bytes, spilled: str, facts: share.Conclusions, spill: str) -> str:
    """Settles a batch whose process died article by article; the one that kills its process is buried."""
    from concurrent.futures.process import BrokenProcessPool

    parts: list[str] = []
    for n, (source, draft) in enumerate(share.split(spilled)):
        part = f"{spill}-{n}"
        try:
            with _pool(1) as pool:
                parts.append(pool.submit(share.settle, packed, draft, facts, part).result())
        except BrokenProcessPool:
            parts.append(share.settle(packed, share.bury(packed, source, draft).spill, {}, part))
        Path(draft).unlink()
    share.join(parts, spill)
    return spill
