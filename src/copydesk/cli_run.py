"""What the commands that go over a corpus share: the job, its run, its reports, its exit code."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from copydesk.config import ConfigError
from copydesk.folders import open_report
from copydesk.intake import Renamed, split_list
from copydesk.job import Given, Job, make_job
from copydesk.model import Plan, Record, Run, Source
from copydesk.run import process

if TYPE_CHECKING:
    from copydesk.baseline import Comparison as BesideBaseline
    from copydesk.cache import Cache
    from copydesk.decisions import Undecided
    from copydesk.novelty import NewOnly
    from copydesk.since import Comparison


@contextmanager
def open_job(args: argparse.Namespace) -> Iterator[Job]:
    """What is to be done. An article from standard input lies in a file of ours meanwhile."""
    ways = [bool(args.files_from), args.stdin_filename is not None]
    if sum(ways) > 1 or (args.stdin_filename is not None and args.path):
        raise ConfigError("--stdin-filename, --files-from: one of them, and no PATH beside --stdin-filename")
    if not args.path and not any(ways):
        raise ConfigError("what is to be read? PATH, --files-from FILE or --stdin-filename NAME")
    if hasattr(args, "out"):
        ways = [args.out is not None, args.in_place, args.stdin_filename is not None]
        if sum(ways) > 1 or not (any(ways) or args.diff):
            raise ConfigError(
                "clean writes to one place: --out DIR, --in-place or --diff (standard input: none of them)"
            )
    with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
        given = Given()
        if args.files_from:
            data = sys.stdin.buffer.read() if args.files_from == "-" else Path(args.files_from).read_bytes()
            given = Given(listed=split_list(data))
        elif args.stdin_filename is not None:
            given = Given(stdin=Path(folder, "stdin"))
            Path(folder, "stdin").write_bytes(sys.stdin.buffer.read())
        yield make_job(args, given, Path(folder))


@contextmanager
def run_job(args: argparse.Namespace, job: Job) -> Iterator[Run]:
    """The run, processed; its spilled texts go when the block ends."""
    with tempfile.TemporaryDirectory(prefix="copydesk-") as spill:
        then = job.comparison.sources if job.comparison and not hasattr(args, "out") else ()
        with _progress(args, 2 * (len(job.found.articles) + len(then))) as said:
            outcome = process(job.plan, job.found.articles, Path(spill), args.jobs, said, _cache(args, job, job.plan))
            records: Iterable[Record] = outcome.records
            notes = list(outcome.notes)
            if "decided" in job.plan.options:
                from copydesk.decisions import undecided

                records = left = undecided(records, job.plan)
                notes.append(_about_decisions(job, left))
            if job.comparison:
                new = _new_since(args, job, then, records, Path(spill), said)
                notes = [*job.comparison.notes, _about(job.comparison, new), *notes]
                records = new
        if job.baseline:
            from copydesk.baseline import compare, present, read_baseline
            from copydesk.novelty import NewOnly

            beside = compare(read_baseline(job.baseline), present(records), looked_at(job), job.root)
            notes.append(_about_baseline(job.baseline, beside))
            records = NewOnly(records, beside.known)
        broken_conditions = _broken(job, records)
        notes = [*broken_conditions, *notes]
        if args.verbose:
            notes.insert(0, f"configuration: {job.config.file or 'none'}; {len(job.plan.rules)} rules; root {job.root}")
        if job.found.skipped:
            notes.append(f"{counted(len(job.found.skipped), 'symbolic link')} not followed ({job.found.skipped[0]} …)")
        command = "clean" if hasattr(args, "out") else "check"
        name, file = args.stdin_filename, job.given.stdin
        if file:
            records = Renamed(records, str(file), name)
        yield Run(
            plan=job.plan,
            records=records,
            command=command,
            notes=tuple(notes),
            arguments=(command, name) if file else _shown_words(args),
            details={
                "color": _color(args),
                "width": _width(),
                "full": args.full,
                "statistics": args.statistics,
                "fail_level": str(job.fail_level),
                "others": len(job.found.others),
                "broken": len(broken_conditions),
            },
        )


def _new_since(
    args: argparse.Namespace, job: Job, then: Sequence[Source], records: Iterable[Record], spill: Path,
    said: Callable[[int], None] | None,
) -> NewOnly:  # fmt: skip
    """The records with what their articles did not have at the merge base."""
    from copydesk.novelty import NewOnly, fingerprints

    known: dict[str, frozenset[str]] = {}
    if then and job.comparison:
        spill = spill / "then"
        spill.mkdir()
        plan = replace(job.plan, options={**job.plan.options, "suppressed": {}})
        before = fingerprints(process(plan, then, spill, args.jobs, said, _cache(args, job, plan)).records)
        known = {job.comparison.now[identity]: found for identity, found in before.items()}
    return NewOnly(records, known)


def _broken(job: Job, records: Iterable[Record]) -> list[str]:
    """What the conditions on the whole drop say."""
    if not job.conditions:
        return []
    from copydesk.gate import broken
    from copydesk.grouping import source_of

    return broken(job.conditions, records, source_of(job.plan))


def _cache(args: argparse.Namespace, job: Job, plan: Plan) -> Cache | None:
    """The user's cache, where it is asked for; never one that lies in what is being checked."""
    wanted = job.config.values.get("cache", False) if args.cache is None else args.cache
    if not wanted:
        return None
    from copydesk.cache import cache_folder, open_cache

    folder = cache_folder()
    inside = any(folder.is_relative_to(p.resolve()) for p in (*args.path, *(job.given.listed or ())))
    return None if inside else open_cache(plan, folder)


def looked_at(job: Job) -> list[str]:
    return [s.id for s in job.found.articles if s.asked]


def _about_baseline(file: Path, beside: BesideBaseline) -> str:
    """A baseline in a sentence."""
    known, stale = beside.kept.count().total(), beside.stale.count().total()
    gone = f"; {stale} of its entries are stale (`copydesk baseline prune`)" if stale else ""
    return f"baseline {file}: {counted(known, 'known finding')} left out{gone}"


def _about_decisions(job: Job, left: Undecided) -> str:
    """What was decided before, in a sentence."""
    made = left.account(looked_at(job), [r.code for r in job.plan.rules], job.root)
    text = f"decisions {job.decisions}: {counted(made.accepted + made.kept, 'finding')} decided before"
    if made.accepted or made.kept:
        text += f" ({made.accepted} accepted, {made.kept} kept)"
    return text + (f"; {counted(made.stale, 'decision')} on what is no longer there" if made.stale else "")


def _about(then: Comparison, new: NewOnly) -> str:
    """The comparison in a sentence."""
    left = new.left_out()
    old = f"; {counted(left, 'finding')} that they had before {'is' if left == 1 else 'are'} left out" if left else ""
    return f"since {then.ref}: {counted(len(then.changed), 'article')} added or changed{old}"


def _shown_words(args: argparse.Namespace) -> tuple[str, ...]:
    """The words of this command as the next one repeats them; of very many paths (as from a hook) none is repeated."""
    paths = {str(p) for p in args.path} if len(args.path) > 5 else set()
    words = [w for w in args.words[1:] if w not in paths]
    return (args.words[0], *(["PATH"] if paths else []), *words)


@contextmanager
def _progress(args: argparse.Namespace, total: int) -> Iterator[Callable[[int], None] | None]:
    """A bar on a terminal, nothing elsewhere."""
    if args.quiet or not sys.stderr.isatty() or os.environ.get("CI"):
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="", leave=False, bar_format="{l_bar}{bar}| {elapsed}<{remaining}", delay=0.5) as bar:

        def advance(articles: int) -> None:
            bar.update(articles)

        yield advance


def print_reports(args: argparse.Namespace, job: Job, run: Run) -> None:
    for name, file in job.formats:
        if file is not None:
            from copydesk.output import write_report

            file.parent.mkdir(parents=True, exist_ok=True)
            write_report(replace(run, details={**run.details, "color": False}), name, file)
        elif not args.quiet:
            out: TextIO = sys.stderr if job.given.stdin and run.command == "clean" else sys.stdout
            if hasattr(out, "reconfigure"):
                out.reconfigure(errors="backslashreplace")
            open_report(job.plan.folders, name)(run, out)


def verdict(args: argparse.Namespace, run: Run, job: Job) -> int:
    if args.exit_zero:
        return 0
    left = bool(run.details["broken"]) or any(
        f.severity >= job.fail_level and not (f.applied and run.command == "clean")
        for r in run.records
        for f in r.findings
    )
    return 1 if left else 0


def _color(args: argparse.Namespace) -> bool:
    if args.color != "auto":
        return bool(args.color == "always")
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _width() -> int:
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 100


def counted(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"
