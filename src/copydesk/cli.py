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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO, cast

from copydesk import __version__
from copydesk.config import ConfigError
from copydesk.folders import FolderError, open_report, read_rules, suggestion
from copydesk.house_list import (
    FAMILY,
    FILE,
    Decision,
    HouseListError,
    find_clusters,
    listing,
    read_listing,
    take_back,
    write_decisions,
)
from copydesk.job import Job, config_of, folders_of, make_job, workspace_of
from copydesk.journal import NAME, RUNS, Entry, JournalError, read_journal, undo_files
from copydesk.model import Applied, Run, Severity
from copydesk.output import OutputError, check_output, write_in_place, write_out, write_report
from copydesk.reference import explain, table
from copydesk.run import process, prove
from copydesk.sources import SourceError, find
from copydesk.starter import starter

EXPECTED = (ConfigError, FolderError, HouseListError, JournalError, OutputError, SourceError)


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


# ------------------------------------------------------------------------------------------------------------- words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "copydesk", description="Checks and cleans a corpus of articles, and accounts for every character it changes."
    )
    parser.add_argument("--version", action="version", version=f"copydesk {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="find; write nothing to the corpus", description=check_corpus.__doc__)
    _add_selection(check)
    _add_reporting(check)
    check.set_defaults(run=check_corpus)

    clean = commands.add_parser(
        "clean", help="write a cleaned corpus and an account of every change", description=clean_corpus.__doc__
    )
    where = clean.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR", help="write DIR/corpus and DIR/report")
    where.add_argument(
        "--in-place", action="store_true", help="rewrite the articles; the journal goes to .copydesk/runs"
    )
    where.add_argument("--diff", action="store_true", help="print what would change; exit 1 if anything would")
    _add_selection(clean)
    _add_reporting(clean)
    clean.set_defaults(run=clean_corpus)

    undo = commands.add_parser("undo", help="put the bytes back, from the journal alone", description=undo_run.__doc__)
    undo.add_argument("dir", type=Path, metavar="DIR", help="a folder of `clean --out`, or one cleaned in place")
    undo.add_argument("--rule", action="append", default=[], metavar="CODE", help="only the fixes of this rule")
    undo.add_argument("--file", action="append", default=[], metavar="FILE", help="only in this file")
    undo.add_argument("--finding", action="append", default=[], metavar="ID", help="only this finding's fix")
    undo.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    undo.set_defaults(run=undo_run)

    describe = commands.add_parser("explain", help="what a rule says, why, and its examples")
    describe.add_argument("code", nargs="+", metavar="CODE", help="a code, a name or a prefix")
    _add_folders(describe)
    describe.set_defaults(run=explain_rules)

    rules = commands.add_parser("rules", help="list every rule")
    _add_folders(rules)
    rules.set_defaults(run=list_rules)

    learn = commands.add_parser("learn", help="what a corpus teaches, for a person to accept")
    _add_learning(learn.add_subparsers(required=True, metavar="WHAT"))

    init = commands.add_parser("init", help="write a copydesk.toml for the corpus in this folder")
    init.add_argument("path", nargs="?", type=Path, default=Path("."), metavar="PATH", help="the corpus")
    init.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    init.set_defaults(run=write_config)
    return parser


def _add_learning(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    names = kinds.add_parser(
        "names", help="names that are written in two ways, and your house list", description=learn_names.__doc__
    )
    names.add_argument("path", nargs="*", type=Path, metavar="PATH", help="articles, or folders of them")
    names.add_argument("--add", nargs=2, action="append", default=[], metavar=("RIGHT", "WRONG"), help="a misspelling")
    names.add_argument("--distinct", nargs=2, action="append", default=[], metavar="NAME", help="two names, never one")
    names.add_argument("--from", dest="listing", type=Path, metavar="FILE", help="a listing that you have marked")
    names.add_argument("--output", type=Path, metavar="FILE", help="where the listing goes (default: the terminal)")
    _add_folders(names)
    selection = {"select": [FAMILY], "extend_select": (), "ignore": (), "per_file_ignores": (), "schema": None}
    reporting = {"format": (), "fail_level": None, "allow_empty": True, "exit_zero": True, "full": False}
    names.set_defaults(run=learn_names, unsafe=False, body="article", jobs=0, quiet=False, verbose=False)
    names.set_defaults(color="never", statistics=False, **selection, **reporting)


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR", help="a folder with rules/, validators/, reports/ of yours"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="this configuration instead of the nearest upward")
    parser.add_argument("--isolated", action="store_true", help="no configuration file: only these flags count")
    parser.add_argument("--debug", action="store_true", help="show where an internal error happened")


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="+", type=Path, metavar="PATH", help="articles, or folders of them")
    rules = parser.add_argument_group(
        "rules", "codes whole (FOR101), by name (stray-foreign-line) or by prefix (FOR,FM1)"
    )
    rules.add_argument("--select", action="append", default=[], metavar="CODES", help="only these")
    rules.add_argument("--extend-select", action="append", default=[], metavar="CODES", help="these, too")
    rules.add_argument("--ignore", action="append", default=[], metavar="CODES", help="not these")
    rules.add_argument("--per-file-ignores", action="append", default=[], metavar="GLOB:CODE", help="not there")
    rules.add_argument(
        "--unsafe-fixes",
        "--unsafe",
        dest="unsafe",
        action="store_true",
        help="apply (or reckon with) unsafe fixes, too",
    )
    rules.add_argument(
        "--schema", metavar="NAME|FILE|none", help="the schema of the front matter, instead of recognising it"
    )
    # Accepted so that scripts written for it run; it is not in the help before pages are taken apart.
    rules.add_argument("--body", choices=["article", "page"], default="article", help=argparse.SUPPRESS)
    _add_folders(parser)


def _add_reporting(parser: argparse.ArgumentParser) -> None:
    show = parser.add_argument_group("report")
    show.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="X[=FILE]",
        help="a report, into FILE; repeatable (default: console)",
    )
    show.add_argument("--output", type=Path, metavar="FILE", help="where the format without a FILE goes")
    show.add_argument(
        "--fail-level", choices=[str(s) for s in Severity], help="what makes the exit code 1 (default: error)"
    )
    show.add_argument("--exit-zero", action="store_true", help="exit 0 whatever was found")
    show.add_argument("--allow-empty", action="store_true", help="no article at all is no error")
    show.add_argument("--statistics", action="store_true", help="one row per rule")
    show.add_argument("--full", action="store_true", help="list every finding, however many there are")
    show.add_argument("--color", choices=["auto", "always", "never"], default="auto")
    show.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    show.add_argument("-v", "--verbose", action="store_true", help="say which configuration and rules are used")
    show.add_argument(
        "--jobs", type=_processes, default=0, metavar="N", help="processes (default: as many as are worth it)"
    )


def _processes(word: str) -> int:
    """A number of processes, for argparse."""
    if not word.isdigit():
        raise argparse.ArgumentTypeError(f"{word!r} is no number of processes")
    return int(word)


# ----------------------------------------------------------------------------------------------------------- commands


def check_corpus(args: argparse.Namespace) -> int:
    """Finds, and writes nothing to the corpus."""
    job = make_job(args)
    with _records(args, job) as run:
        _report(args, job, run)
        return _verdict(args, run, job.fail_level)


def clean_corpus(args: argparse.Namespace) -> int:
    """Writes a cleaned corpus and an account of every character that was changed."""
    job = make_job(args)
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
        else:
            write_out(run, job.found, args.out, head)
            run = replace(run, out=str(args.out))
        _report(args, job, run)
        return _verdict(args, run, job.fail_level)


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


def learn_names(args: argparse.Namespace) -> int:
    """Lists the names that the articles below PATH write in two ways, with the evidence. With --add, --distinct or
    --from it writes what you decided into the house list of your workspace, where every run finds it."""
    clusters = []
    deciding = args.add or args.distinct or args.listing
    if deciding and args.workspace is not None:
        (args.workspace / FILE.parent).mkdir(parents=True, exist_ok=True)
    if args.path:
        job = make_job(args)
        with _records(args, job) as run:
            clusters = find_clusters(run.records)
    if deciding:
        return _keep_names(args, {c.wrong: c.quote for c in clusters})
    if not args.path:
        raise ConfigError("which articles? PATH names them; or say what you decided with --add, --distinct, --from")
    text = listing(clusters, len(job.found.articles))
    if args.output is None:
        print(text, end="")
    else:
        args.output.write_text(text, "utf-8")
    return 0


def _keep_names(args: argparse.Namespace, quotes: Mapping[str, str]) -> int:
    workspace = args.workspace or workspace_of(config_of(args, args.path))
    if workspace is None:
        raise ConfigError("where is your house list? --workspace DIR names a folder of yours; it is made if need be")
    decisions = [Decision("+", right, wrong, quotes.get(wrong, "")) for right, wrong in args.add]
    decisions += [Decision("=", one, other) for one, other in args.distinct]
    decisions += read_listing(args.listing.read_text("utf-8")) if args.listing else []
    path, added, old = write_decisions(workspace, decisions)
    args.path, args.workspace = args.path or [workspace], workspace
    try:
        prove(make_job(args).plan)
    except FolderError:
        take_back(path, old)
        raise
    print(f"{path}: {_count(added, 'entry', 'entries')} added." if added else f"{path}: has it all already.")
    return 0


def write_config(args: argparse.Namespace) -> int:
    """Looks at the corpus and writes a commented copydesk.toml; says what it saw."""
    path = Path("copydesk.toml")
    if path.exists():
        raise ConfigError(f"{path}: exists already")
    root = Path.cwd()
    seen = find([args.path], root)
    if not seen.articles:
        raise SourceError(f"{args.path}: no article (.md, .markdown, .txt) is here")
    text, remarks = starter(args.path, seen)
    path.write_text(text, "utf-8")
    print("\n".join([*remarks, f"Wrote {path}."]))
    return 0


# --------------------------------------------------------------------------------------------------------------- run


@contextmanager
def _records(args: argparse.Namespace, job: Job) -> Iterator[Run]:
    """The run, processed; its spilled texts go when the block ends."""
    with tempfile.TemporaryDirectory(prefix="copydesk-") as spill:
        with _progress(args, 2 * len(job.found.articles)) as said:
            outcome = process(job.plan, job.found.articles, Path(spill), args.jobs, said)
        notes = list(outcome.notes)
        if args.verbose:
            notes.insert(0, f"configuration: {job.config.file or 'none'}; {len(job.plan.rules)} rules; root {job.root}")
        if args.body == "page":
            notes.append("--body page: taking an article out of a whole page is not built yet; cleaned as articles")
        if job.found.skipped:
            notes.append(f"{_count(len(job.found.skipped), 'symbolic link')} not followed ({job.found.skipped[0]} …)")
        yield Run(
            plan=job.plan,
            records=outcome.records,
            command="clean" if hasattr(args, "out") else "check",
            notes=tuple(notes),
            arguments=tuple(args.words),
            details={
                "color": _color(args),
                "width": _width(),
                "full": args.full,
                "statistics": args.statistics,
                "fail_level": str(job.fail_level),
                "others": len(job.found.others),
            },
        )


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
            out: TextIO = sys.stdout
            if hasattr(out, "reconfigure"):
                out.reconfigure(errors="backslashreplace")
            open_report(job.plan.folders, name)(run, out)


def _verdict(args: argparse.Namespace, run: Run, level: Severity) -> int:
    left = any(
        f.severity >= level and not (f.applied and run.command == "clean") for r in run.records for f in r.findings
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
