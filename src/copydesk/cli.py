"""The command line: arguments in, exit code out; nothing else prints.

Exit codes: 0 nothing at or above the fail level is left; 1 something is, or `--diff` would change something; 2 usage,
configuration, a missing path, nothing matched, or an internal error; 130 interrupted.

To check one article is mostly to start: what a command needs beside is imported when it runs.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from copydesk import __version__
from copydesk.arguments import make_parser
from copydesk.cli_run import counted, looked_at, open_job, print_reports, run_job, verdict
from copydesk.config import Config, ConfigError, codes_of, read_config
from copydesk.folders import bundled, open_report, read_rules, report_names, rules_folders, suggestion
from copydesk.job import Given, config_of, folders_of, make_job
from copydesk.model import Applied, Refusal, Rule

if TYPE_CHECKING:
    from copydesk.journal import Entry
    from copydesk.proof import Ground
    from copydesk.quarantine import Moved
atexit.register(gc.freeze)  # the system takes everything back at once: nothing need be looked through before


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code. The garbage collector is left as it was found."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)  # what a start makes stays: to look for garbage in it takes a fifth of it
    try:
        return _run(argv)
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()  # a run has frozen what it began with; whoever calls again must not keep it


def _run(argv: Sequence[str] | None) -> int:
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
    except Refusal as e:
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
            import traceback

            traceback.print_exc()
    return 2


# ----------------------------------------------------------------------------------------------------------- commands


def check_corpus(args: argparse.Namespace) -> int:
    """Finds, and writes nothing to the corpus."""
    with open_job(args) as job, run_job(args, job) as run:
        print_reports(args, job, run)
        return verdict(args, run, job)


def clean_corpus(args: argparse.Namespace) -> int:
    """Writes a cleaned corpus and an account of every character that was changed."""
    from copydesk.output import OutputError, check_output, write_in_place, write_out
    from copydesk.quarantine import set_aside

    if args.quarantine_duplicates and args.out is None:
        raise OutputError("--quarantine-duplicates moves files and needs --out DIR")
    with open_job(args) as job:
        if args.out is not None:
            check_output(args.out, args.path, job.found)
        with run_job(args, job) as run:
            if args.diff:
                diff = open_report(job.plan.folders, "diff")
                diff(run, sys.stdout)
                return 1 if any(r.changed for r in run.records) and not args.exit_zero else 0
            head: dict[str, object] = {"copydesk": __version__, "mode": "in-place" if args.in_place else "out"}
            if args.in_place:
                folder = write_in_place(run, job.root, head)
                run = replace(run, out=str(_shortest(folder)) if folder else None)
            elif args.out is not None:
                head["paths"] = [os.path.relpath(p.resolve(), args.out.resolve()) for p in args.path]
                moved = set_aside(run.records) if args.quarantine_duplicates else {}
                if moved:
                    said = (
                        f"{counted(len(moved), 'duplicate')} moved to {args.out}/quarantine (report/quarantine.jsonl)"
                    )
                    run = replace(run, notes=(*run.notes, said))
                write_out(run, job.found, args.out, head, moved)
                run = replace(run, out=str(args.out))
            print_reports(args, job, run)
            if job.given.stdin:
                (text,) = (r.text for r in run.records if r.source.asked)
                sys.stdout.flush()
                sys.stdout.buffer.write(job.given.stdin.read_bytes() if text is None else text.encode("utf-8"))
            return verdict(args, run, job)


def keep_baseline(args: argparse.Namespace) -> int:
    """Keeps the list of findings that are accepted for now; `check --baseline FILE` leaves them out."""
    from copydesk.baseline import Baseline, BaselineError, compare, merged, present, read_baseline, write_baseline

    file: Path = args.file
    if args.action == "create" and file.exists():
        raise BaselineError(f"{file}: exists already; `copydesk baseline update` changes it")
    known = Baseline({}) if args.action == "create" else read_baseline(file)
    if args.action == "stats":
        rows = [f"{n:>7}  {code}" for code, n in sorted(known.count().items(), key=lambda x: (-x[1], x[0]))]
        print("\n".join([*rows, f"{known.count().total():>7}  in {counted(len(known.articles), 'article')}"]))
        return 0
    args.path = args.path or [Path()]
    with open_job(args) as job, run_job(args, job) as run:
        beside = compare(known, present(run.records), looked_at(job), job.root)
    gone, new = beside.stale.count().total(), beside.new.count().total()
    add = args.action == "create" or (args.action == "update" and args.add)
    write_baseline(file, merged(beside.kept, beside.new) if add else beside.kept)
    print(
        f"Wrote {file}: {beside.kept.count().total()} kept, {gone} stale taken out, {new if add else 0} new accepted."
    )
    if new and not add:
        print(f"{counted(new, 'finding')} not in it; `copydesk baseline update --add` accepts them.")
    return 0


def _shortest(path: Path) -> Path:
    relative = Path(os.path.relpath(path))
    return relative if len(str(relative)) < len(str(path)) else path


def undo_run(args: argparse.Namespace) -> int:
    """Puts the bytes back in DIR/corpus, or in place, from the journal alone. Files edited since are left alone."""
    from copydesk.journal import undo_files
    from copydesk.quarantine import bring_back

    journals, folder, below = _find_journals(args.dir)
    codes = _codes_of(args, journals)
    chosen = bool(codes or args.file or args.finding)

    def unwanted(entry: Entry, applied: Applied) -> bool:
        return (
            (not codes or applied.code in codes)
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
            print(f"Took back {counted(len(done.fixes), 'fix', 'fixes')}{extra} in {counted(len(done.files), 'file')}.")
            older = 0 if chosen else sum(_left(j) for j in journals[n + 1 :])
            if older:
                print(f"{counted(older, 'fix', 'fixes')} of earlier runs still stand; undo again to take them back.")
            if not chosen:
                break

    def fetched(entry: Entry, moved: Moved) -> bool:
        return unwanted(entry, Applied(moved.finding, moved.code, ()))

    back = bring_back(args.dir, fetched) if folder == args.dir / "corpus" else []
    if back:
        print(f"Moved {counted(len(back), 'article')} back from the quarantine.")
    if not taken and not refused and not back:
        print("Nothing in the journal matches.")
        return 2 if chosen else 0
    return 1 if refused else 0


def _codes_of(args: argparse.Namespace, journals: Sequence[Path]) -> set[str]:
    """The codes that --rule means: of the rules there are, and of those that the journals know."""
    from copydesk.journal import read_journal

    if not args.rule:
        return set()
    rules = read_rules(folders_of(args, config_of(args, [])))
    written = {a.code for journal in journals for e in read_journal(journal)[1] for fixes in e.passes for a in fixes}
    names = {**dict.fromkeys(written, ""), **{code: rule.name for code, rule in rules.items()}}
    codes = codes_of(args.rule, names, "--rule")
    if not codes:
        raise ConfigError("--rule names no rule: a code, a name or a prefix")
    return codes


def _left(journal: Path) -> int:
    """How many fixes of a run still stand."""
    from copydesk.journal import read_journal

    return sum(len(fixes) for e in read_journal(journal)[1] for fixes in e.passes)


def _find_journals(path: Path) -> tuple[list[Path], Path, str]:
    """The journals that PATH means, newest first, the folder they are relative to, and the part of it that PATH is."""
    from copydesk.journal import NAME, RUNS, JournalError
    from copydesk.sources import SourceError

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
    from copydesk.reference import explain

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
    """Prints the rules, one a line; with --prove it runs their examples, and says which do not hold."""
    from copydesk.reference import table

    config = config_of(args, [])
    folders = folders_of(args, config)
    rules = read_rules(folders, examples=args.prove)
    codes = codes_of(args.code, {code: rule.name for code, rule in rules.items()}, "rules")
    if not args.prove:
        print(table(rule for code, rule in rules.items() if not codes or code in codes), end="")
        return 0
    if not codes and len(folders) < 2:
        raise ConfigError("--prove: whose examples? --workspace DIR has rules of yours; CODE names others")
    from copydesk.config import Flags, make_plan
    from copydesk.proof import Ground
    from copydesk.run import prove

    own = str(Path(folders[-1], "rules")) + os.sep
    chosen = [r for code, r in rules.items() if (code in codes if codes else r.source.startswith(own)) and r.uses]
    prove(
        make_plan(config, Flags(), rules, folders, Path.cwd())
    )  # every list and schema, and what they give as examples
    return _prove_examples(Ground(rules, folders), chosen)


def _prove_examples(ground: Ground, rules: Sequence[Rule]) -> int:
    from copydesk.excerpt import visible
    from copydesk.proof import faults

    failed = 0
    for rule in rules:
        file, _, line = rule.source.rpartition(":")
        if not rule.examples:
            print(f"{visible(file)}:{line}: {rule.code} {rule.name}: has no examples, so nothing is proved")
            failed += 1
        for example in rule.examples:
            found = faults(ground, rule, example)
            for fault in found:
                said = "\n".join(map(visible, fault.split("\n")))
                print(f"{visible(file)}:{example.line}: {rule.code} {rule.name}: {said}")
            failed += bool(found)
    examples = sum(len(rule.examples) for rule in rules)
    lists = " Its lists and schemas, too." if len(ground.folders) > 1 else ""
    whole = f"{counted(examples, 'example')} of {counted(len(rules), 'rule')}"
    print(f"{counted(failed, 'failure')}; {whole} run." if failed else f"{whole}: all hold.{lists}")
    return 1 if failed else 0


def write_schema(args: argparse.Namespace) -> int:
    """Prints, or writes to a file, what an action of `copydesk schema` makes."""
    from copydesk import schema_commands

    text, code = getattr(schema_commands, args.work)(args)
    if args.output is None:
        print(text, end="")
    else:
        args.output.write_text(text, "utf-8")
    return int(code)


def write_config(args: argparse.Namespace) -> int:
    """Looks at the corpus, checks a part of it, and writes a copydesk.toml and a CI job; says what it saw."""
    from copydesk import starter
    from copydesk.excerpt import visible
    from copydesk.schema_file import open_schemas
    from copydesk.sources import find

    path = Path("copydesk.toml")
    if path.exists() and args.ci in starter.JOBS:
        below = [args.path] if args.path else [Path(p) for p in read_config(path).values.get("corpus", ["."])]
        print(visible(starter.write_job(Path.cwd(), args.ci, [_from_here(p) for p in below])))
        return 0
    if path.exists():
        raise ConfigError(f"{path}: exists already; `copydesk init --ci github` or `--ci gitlab` writes the job alone")
    root, given = Path.cwd(), args.path or Path()
    corpus = _from_here(given)
    articles, aside = starter.choose(find([given], root).articles)
    if args.path is None and (folder := starter.only_folder(articles)):
        given = corpus = Path(folder)
    sample = starter.spread(articles, starter.LOOKED_AT)
    schemas = open_schemas([p for f in rules_folders((str(bundled()),)) for p in sorted(f.glob("schemas/*.yaml"))], {})
    seen = starter.look(corpus, sample, len(articles), aside, schemas)
    starter.add_schema(seen, articles, schemas.by_name)
    words = ["check", str(given), "--isolated", "--allow-empty", "--quiet"]
    if seen.inferred:
        words += ["--workspace", str(starter.WORKSPACE), "--schema", seen.inferred.file.stem]
    trial = _parser().parse_args(words)
    trial.words = words[:2]
    job = make_job(trial, Given(listed=tuple(Path(s.file) for s in sample)), root)
    with run_job(trial, job) as run:
        starter.add_trial(seen, run.records)
    path.write_text(starter.configuration(seen), "utf-8")
    about_ci = starter.write_job(root, args.ci, [corpus])
    print(visible("\n".join([*starter.remarks(seen), f"Wrote {path}.", *filter(None, [about_ci])])))
    return 0


def review_corpus(args: argparse.Namespace) -> int:
    """Goes through the findings that need a person, those that are decided together as one question, and writes each
    answer into a file of decisions. `check` and `clean` follow it: `--decisions FILE`, or `decisions = "FILE"` in the
    configuration."""
    from copydesk import cli_review

    return cli_review.review_corpus(args)


def report_corpus(args: argparse.Namespace) -> int:
    """Says, for each source, month or folder, how many of its articles have a finding of each family. With --upstream,
    what comes again in the articles of each source, and the bug of its producer that it looks like. Always exits 0:
    `check` is what judges."""
    from copydesk import cli_report

    return cli_report.report_corpus(args)


def learn_boilerplate(args: argparse.Namespace) -> int:
    """Lists the lines that come again in the articles of a source; with --accept it writes rules into the workspace."""
    from copydesk import cli_learn

    return cli_learn.learn_boilerplate(args)


def learn_names(args: argparse.Namespace) -> int:
    """Lists the names that the articles below PATH write in two ways, with the evidence. With --add, --distinct or
    --from it writes what you decided into the house list of your workspace, where every run finds it."""
    from copydesk import cli_learn

    return cli_learn.learn_names(args)


def _from_here(path: Path) -> Path:
    return Path(os.path.relpath(path)) if path.resolve().is_relative_to(Path.cwd()) else path


def print_json_schema(args: argparse.Namespace) -> int:
    """Prints a JSON Schema, by which an editor completes and checks, and a program reads."""
    print((bundled() / "rules" / "contract" / f"{args.name}.json").read_text("utf-8"), end="")
    return 0


def print_completion(args: argparse.Namespace) -> int:
    """Prints the words of every command, its flags and their values, as a shell completes them."""
    from copydesk.completion import completion

    folders = folders_of(argparse.Namespace(workspace=None), Config())
    rules = read_rules(folders)
    names = {"codes": [*rules, *(r.name for r in rules.values())], "formats": report_names(folders)}
    print(completion(_parser(), args.shell, names), end="")
    return 0


# --------------------------------------------------------------------------------------------------------------- run


def _parser() -> argparse.ArgumentParser:
    return make_parser(COMMANDS)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "check": check_corpus,
    "clean": clean_corpus,
    "review": review_corpus,
    "report": report_corpus,
    "baseline": keep_baseline,
    "undo": undo_run,
    "explain": explain_rules,
    "rules": list_rules,
    "init": write_config,
    "learn boilerplate": learn_boilerplate,
    "learn names": learn_names,
    "json-schema": print_json_schema,
    "schema": write_schema,
    "completion": print_completion,
}
