"""The command line: arguments in, exit code out; nothing else prints.

Exit codes: 0 nothing at or above the fail level is left; 1 something is, or `--diff` would change something; 2 usage,
configuration, a missing path, nothing matched, or an internal error; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO, cast

from copydesk import __version__, starter
from copydesk.arguments import make_parser
from copydesk.baseline import Baseline, BaselineError, compare, merged, present, read_baseline, write_baseline
from copydesk.baseline import Comparison as BesideBaseline
from copydesk.completion import completion
from copydesk.config import Config, ConfigError
from copydesk.excerpt import visible
from copydesk.exchange import ReportError
from copydesk.folders import FolderError, bundled, open_report, read_rules, report_names, rules_folders, suggestion
from copydesk.gate import broken
from copydesk.grouping import source_of
from copydesk.history import HistoryError
from copydesk.intake import Renamed, split_list
from copydesk.job import Given, Job, config_of, folders_of, make_job
from copydesk.journal import NAME, RUNS, Entry, JournalError, read_journal, undo_files
from copydesk.model import Applied, Record, Run, Source
from copydesk.novelty import NewOnly, fingerprints
from copydesk.output import OutputError, check_output, write_in_place, write_out, write_report
from copydesk.reference import explain, table
from copydesk.run import process
from copydesk.schema_file import open_schemas
from copydesk.since import Comparison
from copydesk.sources import SourceError, find

EXPECTED = (
    *(BaselineError, ConfigError, FolderError, HistoryError, JournalError, OutputError, ReportError, SourceError),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parser().parse_args(words)
    except SystemExit as e:  # argparse has printed what is wrong, or the help
        return int(e.code or 0)
    args.words = words
    try:
        code = cast(Callable[[argparse.Namespace], int], args.run)(args)
        sys.stdout.flush()
        return code
    except EXPECTED as e:
        print(f"copydesk: {e}", file=sys.stderr)
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # as a shell says it: 1 would mean findings
    except KeyboardInterrupt:
        some = getattr(args, "in_place", False) and "some articles may be rewritten; `copydesk undo` takes that back"
        print(f"copydesk: interrupted; {some or 'nothing was written to the corpus'}", file=sys.stderr)
        return 130
    except OSError as e:
        print(f"copydesk: {e.filename or 'output'}: {e.strerror}", file=sys.stderr)
    except Exception as e:  # noqa: BLE001 - the outermost boundary: a person gets one line, not a traceback
        print(f"copydesk: internal error: {type(e).__name__}: {e} (--debug shows where)", file=sys.stderr)
        if args.debug:
            traceback.print_exc()
    return 2


# ----------------------------------------------------------------------------------------------------------- commands


def check_corpus(args: argparse.Namespace) -> int:
    """Finds, and writes nothing to the corpus."""
    with _job(args) as job, _records(args, job) as run:
        _report(args, job, run)
        return _verdict(args, run, job)


def clean_corpus(args: argparse.Namespace) -> int:
    """Writes a cleaned corpus and an account of every character that was changed."""
    with _job(args) as job:
        if args.out is not None:
            check_output(args.out, args.path, job.found)
        with _records(args, job) as run:
            if args.diff:
                diff = open_report(job.plan.folders, "diff")
                diff(run, sys.stdout)
                return 1 if any(r.changed for r in run.records) and not args.exit_zero else 0
            head: dict[str, object] = {"copydesk": __version__, "mode": "in-place" if args.in_place else "out"}
            if args.in_place:
                folder = write_in_place(run, job.root, head)
                run = replace(run, out=str(_shortest(folder)) if folder else None)
            elif args.out is not None:
                write_out(run, job.found, args.out, head)
                run = replace(run, out=str(args.out))
            _report(args, job, run)
            if job.given.stdin:
                (text,) = (r.text for r in run.records if r.source.asked)
                sys.stdout.flush()
                sys.stdout.buffer.write(job.given.stdin.read_bytes() if text is None else text.encode("utf-8"))
            return _verdict(args, run, job)


def keep_baseline(args: argparse.Namespace) -> int:
    """Keeps the list of findings that are accepted for now; `check --baseline FILE` leaves them out."""
    file: Path = args.file
    if args.action == "create" and file.exists():
        raise BaselineError(f"{file}: exists already; `copydesk baseline update` changes it")
    known = Baseline({}) if args.action == "create" else read_baseline(file)
    if args.action == "stats":
        rows = [f"{n:>7}  {code}" for code, n in sorted(known.count().items(), key=lambda x: (-x[1], x[0]))]
        print("\n".join([*rows, f"{known.count().total():>7}  in {_count(len(known.articles), 'article')}"]))
        return 0
    args.path = args.path or [Path()]
    with _job(args) as job, _records(args, job) as run:
        beside = compare(known, present(run.records), _looked_at(job), job.root)
    gone, new = beside.stale.count().total(), beside.new.count().total()
    add = args.action == "create" or (args.action == "update" and args.add)
    write_baseline(file, merged(beside.kept, beside.new) if add else beside.kept)
    print(
        f"Wrote {file}: {beside.kept.count().total()} kept, {gone} stale taken out, {new if add else 0} new accepted."
    )
    if new and not add:
        print(f"{_count(new, 'finding')} not in it; `copydesk baseline update --add` accepts them.")
    return 0


def _shortest(path: Path) -> Path:
    relative = Path(os.path.relpath(path))
    return relative if len(str(relative)) < len(str(path)) else path


def undo_run(args: argparse.Namespace) -> int:
    """Puts the bytes back in DIR/corpus, or in place, from the journal alone. Files edited since are left alone."""
    journals, folder, below = _find_journals(args.dir)
    codes = tuple(c.strip().upper() for words in args.rule for c in words.split(","))
    chosen = bool(codes or args.file or args.finding)

    def unwanted(entry: Entry, applied: Applied) -> bool:
        return (
            (not codes or applied.code.startswith(codes))
            and (not args.file or entry.path in args.file or entry.article in args.file)
            and (not args.finding or applied.fingerprint in args.finding)
            and (not below or entry.path == below or entry.path.startswith(f"{below}/"))
        )

    taken = refused = 0
    for n, journal in enumerate(journals):
        done = undo_files(journal, folder, unwanted)
        for path, why in done.refused:
            print(f"copydesk: {path}: {why}", file=sys.stderr)
        refused += len(done.refused)
        taken += len(done.fixes)
        if done.fixes:
            extra = f" ({len(done.along)} of them because they built on another)" if done.along else ""
            print(f"Took back {_count(len(done.fixes), 'fix', 'fixes')}{extra} in {_count(len(done.files), 'file')}.")
            older = 0 if chosen else sum(_left(j) for j in journals[n + 1 :])
            if older:
                print(f"{_count(older, 'fix', 'fixes')} of earlier runs still stand; undo again to take them back.")
            if not chosen:
                break
    if not taken and not refused:
        print("Nothing in the journal matches.")
        return 2 if chosen else 0
    return 1 if refused else 0


def _left(journal: Path) -> int:
    """How many fixes of a run still stand."""
    return sum(len(fixes) for e in read_journal(journal)[1] for fixes in e.passes)


def _find_journals(path: Path) -> tuple[list[Path], Path, str]:
    """The journals that PATH means, newest first, the folder they are relative to, and the part of it that PATH is."""
    if (path / "report" / NAME).is_file():
        return [path / "report" / NAME], path / "corpus", ""
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder")
    start = path.resolve()
    for root in (start, *start.parents):
        runs = sorted(root.joinpath(RUNS).glob(f"*/{NAME}"), reverse=True)
        if runs:
            below = start.relative_to(root).as_posix()
            return runs, root, "" if below == "." else below
    raise JournalError(
        f"{path}: no journal of copydesk here; give the DIR of `clean --out`, or the folder cleaned in place"
    )


def explain_rules(args: argparse.Namespace) -> int:
    """Prints everything there is to know of some rules."""
    rules = read_rules(folders_of(args, config_of(args, [])), examples=True)
    for word in args.code:
        matches = [r for r in rules.values() if r.name == word or r.code.startswith(word.upper())]
        if not matches:
            raise ConfigError(
                f"no rule is called {word!r}{suggestion(word, [*rules, *(r.name for r in rules.values())])}"
            )
        print("\n".join(explain(r) for r in matches), end="")
    return 0


def list_rules(args: argparse.Namespace) -> int:
    """Prints every rule, one a line."""
    print(table(read_rules(folders_of(args, config_of(args, []))).values()), end="")
    return 0


def write_config(args: argparse.Namespace) -> int:
    """Looks at the corpus, checks a part of it, and writes a copydesk.toml and a CI job; says what it saw."""
    path = Path("copydesk.toml")
    if path.exists():
        raise ConfigError(f"{path}: exists already")
    root = Path.cwd()
    corpus = Path(os.path.relpath(args.path)) if args.path.resolve().is_relative_to(root) else args.path
    found = find([args.path], root)
    sample, aside = starter.choose(found.articles)
    trial = _parser().parse_args(["check", str(args.path), "--isolated", "--allow-empty", "--quiet"])
    trial.words = ["check", str(args.path)]
    job = make_job(trial, Given(listed=tuple(Path(s.file) for s in sample)), root)
    seen = starter.look(corpus, sample, len(found.articles) - len(aside), aside, open_schemas(_schema_files(job), {}))
    with _records(trial, job) as run:
        starter.add_trial(seen, run.records)
    path.write_text(starter.configuration(seen), "utf-8")
    about_ci = starter.write_job(root, args.ci, corpus)
    print(visible("\n".join([*starter.remarks(seen), f"Wrote {path}.", *filter(None, [about_ci])])))
    return 0


def _schema_files(job: Job) -> list[Path]:
    return [p for folder in rules_folders(job.plan.folders) for p in sorted(folder.glob("schemas/*.yaml"))]


def print_json_schema(args: argparse.Namespace) -> int:
    """Prints a JSON Schema, by which an editor completes and checks, and a program reads."""
    print((bundled() / "rules" / "contract" / f"{args.name}.json").read_text("utf-8"), end="")
    return 0


def print_completion(args: argparse.Namespace) -> int:
    """Prints the words of every command, its flags and their values, as a shell completes them."""
    folders = folders_of(argparse.Namespace(workspace=None), Config())
    rules = read_rules(folders)
    names = {"codes": [*rules, *(r.name for r in rules.values())], "formats": report_names(folders)}
    print(completion(_parser(), args.shell, names), end="")
    return 0


# --------------------------------------------------------------------------------------------------------------- run


@contextmanager
def _job(args: argparse.Namespace) -> Iterator[Job]:
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
def _records(args: argparse.Namespace, job: Job) -> Iterator[Run]:
    """The run, processed; its spilled texts go when the block ends."""
    with tempfile.TemporaryDirectory(prefix="copydesk-") as spill:
        then = job.comparison.sources if job.comparison and not hasattr(args, "out") else ()
        with _progress(args, 2 * (len(job.found.articles) + len(then))) as said:
            outcome = process(job.plan, job.found.articles, Path(spill), args.jobs, said)
            records: Iterable[Record] = outcome.records
            notes = list(outcome.notes)
            if job.comparison:
                new = _new_since(args, job, then, records, Path(spill), said)
                notes = [*job.comparison.notes, _about(job.comparison, new), *notes]
                records = new
        if job.baseline:
            beside = compare(read_baseline(job.baseline), present(records), _looked_at(job), job.root)
            notes.append(_about_baseline(job.baseline, beside))
            records = NewOnly(records, beside.known)
        broken_conditions = broken(job.conditions, records, source_of(job.plan))
        notes = [*broken_conditions, *notes]
        if args.verbose:
            notes.insert(0, f"configuration: {job.config.file or 'none'}; {len(job.plan.rules)} rules; root {job.root}")
        if job.found.skipped:
            notes.append(f"{_count(len(job.found.skipped), 'symbolic link')} not followed ({job.found.skipped[0]} …)")
        command = "clean" if hasattr(args, "out") else "check"
        name, file = args.stdin_filename, job.given.stdin
        yield Run(
            plan=job.plan,
            records=Renamed(records, str(file), name) if file else records,
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
    known: dict[str, frozenset[str]] = {}
    if then and job.comparison:
        spill = spill / "then"
        spill.mkdir()
        plan = replace(job.plan, options={**job.plan.options, "changed": []})
        before = fingerprints(process(plan, then, spill, args.jobs, said).records)
        known = {job.comparison.now[identity]: found for identity, found in before.items()}
    return NewOnly(records, known)


def _looked_at(job: Job) -> list[str]:
    return [s.id for s in job.found.articles if s.asked]


def _about_baseline(file: Path, beside: BesideBaseline) -> str:
    """A baseline in a sentence."""
    known, stale = beside.kept.count().total(), beside.stale.count().total()
    gone = f"; {stale} of its entries are stale (`copydesk baseline prune`)" if stale else ""
    return f"baseline {file}: {_count(known, 'known finding')} left out{gone}"


def _about(then: Comparison, new: NewOnly) -> str:
    """The comparison in a sentence."""
    left = new.left_out()
    old = f"; {_count(left, 'finding')} that they had before {'is' if left == 1 else 'are'} left out" if left else ""
    return f"since {then.ref}: {_count(len(then.changed), 'article')} added or changed{old}"


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


def _report(args: argparse.Namespace, job: Job, run: Run) -> None:
    for name, file in job.formats:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_report(replace(run, details={**run.details, "color": False}), name, file)
        elif not args.quiet:
            out: TextIO = sys.stderr if job.given.stdin and run.command == "clean" else sys.stdout
            if hasattr(out, "reconfigure"):
                out.reconfigure(errors="backslashreplace")
            open_report(job.plan.folders, name)(run, out)


def _verdict(args: argparse.Namespace, run: Run, job: Job) -> int:
    left = bool(run.details["broken"]) or any(
        f.severity >= job.fail_level and not (f.applied and run.command == "clean")
        for r in run.records
        for f in r.findings
    )
    return 1 if left and not args.exit_zero else 0


def _color(args: argparse.Namespace) -> bool:
    if args.color != "auto":
        return bool(args.color == "always")
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _width() -> int:
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 100


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _parser() -> argparse.ArgumentParser:
    return make_parser(COMMANDS)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "check": check_corpus,
    "clean": clean_corpus,
    "baseline": keep_baseline,
    "undo": undo_run,
    "explain": explain_rules,
    "rules": list_rules,
    "init": write_config,
    "json-schema": print_json_schema,
    "completion": print_completion,
}
