"""The words of the command line: every command with its flags, for argparse."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copydesk import __version__
from copydesk.config import BODIES
from copydesk.model import Severity

BASELINE = "copydesk-baseline.json"
DECISIONS = "decisions.jsonl"
SHELLS = ("bash", "zsh", "fish")


def make_parser(commands: Mapping[str, Callable[[argparse.Namespace], int]]) -> argparse.ArgumentParser:
    """The words of every command; what a command does is a function of the caller's."""
    parser = argparse.ArgumentParser(
        "copydesk", description="Checks and cleans a corpus of articles, and accounts for every character it changes."
    )
    parser.add_argument("--version", action="version", version=f"copydesk {__version__}")
    places = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, about: str, among: Any = None) -> argparse.ArgumentParser:
        word = name.rpartition(" ")[2]
        added: argparse.ArgumentParser = (among or places).add_parser(
            word, help=about, description=commands[name].__doc__
        )
        added.set_defaults(run=commands[name])
        return added

    _add_runs(command)
    undo = command("undo", "put the bytes back, from the journal alone")
    undo.add_argument("dir", type=Path, metavar="DIR", help="a folder of `clean --out`, or one cleaned in place")
    undo.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="CODES",
        help="only the fixes of these rules; a name or a prefix, too",
    )
    undo.add_argument("--file", action="append", default=[], metavar="FILE", help="only in this file")
    undo.add_argument("--finding", action="append", default=[], metavar="ID", help="only this finding's fix")
    _add_folders(undo)

    describe = command("explain", "what a rule says, why, and its examples")
    describe.add_argument("code", nargs="+", metavar="CODE", help="a code, a name or a prefix")
    _add_folders(describe)

    rules = command("rules", "list the rules, or prove their examples")
    rules.add_argument("code", nargs="*", metavar="CODE", help="only these: a code, a name or a prefix")
    rules.add_argument(
        "--prove",
        action="store_true",
        help="run the examples of these rules (default: those of the workspace), open its lists; exit 1 if one fails",
    )
    _add_folders(rules)

    _add_schema(command("schema", "infer, compare, export and import schemas of front matter"))

    init = command("init", "write a copydesk.toml for a corpus, and its CI job")
    init.add_argument("path", nargs="?", type=Path, metavar="PATH", help="the corpus (default: the folder you are in)")
    init.add_argument(
        "--ci",
        choices=["auto", "github", "gitlab", "none"],
        default="auto",
        help="whose job to write; beside a copydesk.toml that is there, only the job",
    )
    init.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)

    learn = places.add_parser("learn", help="what a corpus teaches, for a person to accept")
    _add_learning(partial(command, among=learn.add_subparsers(required=True, metavar="WHAT")))

    shape = command("json-schema", "print the JSON Schema of findings, copydesk.toml or rules")
    shape.add_argument("name", choices=["findings", "config", "rules"])
    shape.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)

    shell = command("completion", "print what makes a shell complete the words of copydesk")
    shell.add_argument("shell", choices=SHELLS, help="eval it, or source it where the shell starts")
    shell.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)

    return parser


def _add_runs(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands that go over a corpus and report."""
    check = command("check", "find; write nothing to the corpus")
    _add_selection(check)
    _add_reporting(check)
    check.add_argument(
        "--baseline", type=Path, metavar="FILE", help="leave out what `copydesk baseline create` has accepted in FILE"
    )
    _add_decisions(check, "with what was decided in FILE (`copydesk review`)")
    check.add_argument(
        "--since", metavar="REV", help="only what is new in the articles changed since this git revision (merge base)"
    )

    clean = command("clean", "write a cleaned corpus and an account of every change")
    _add_decisions(clean, "make the fixes that were accepted in FILE (`copydesk review`), too")
    clean.add_argument("--since", metavar="REV", help="only the articles changed since this git revision (merge base)")
    where = clean.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="DIR", help="write DIR/corpus and DIR/report")
    where.add_argument(
        "--in-place", action="store_true", help="rewrite the articles; the journal goes to .copydesk/runs"
    )
    where.add_argument("--diff", action="store_true", help="print what would change; exit 1 if anything would")
    clean.add_argument(
        "--quarantine-duplicates",
        action="store_true",
        help="with --out: put duplicates into DIR/quarantine, not DIR/corpus",
    )
    _add_selection(clean)
    _add_reporting(clean)
    clean.set_defaults(baseline=None)

    review = command("review", "decide on what was only suggested; the decisions are kept")
    _add_selection(review)
    review.add_argument("--rule", action="append", default=[], metavar="CODES", help="ask only about these rules")
    _add_decisions(review, f"where the answers are kept (default: {DECISIONS} beside the configuration)")
    _add_cache(review)
    review.set_defaults(**_SILENT, output=None, asks=True)

    baseline = command("baseline", "accept the findings of today, where there is no git history")
    baseline.add_argument("action", choices=["create", "update", "prune", "stats"], help=_BASELINE_ACTIONS)
    baseline.add_argument("--file", type=Path, default=Path(BASELINE), metavar="FILE", help=f"default: {BASELINE}")
    baseline.add_argument("--add", action="store_true", help="with update: accept what is new, too")
    _add_selection(baseline)
    _add_reporting(baseline)
    baseline.set_defaults(baseline=None)

    report = command("report", "whose articles have which defects, and since when")
    _add_selection(report)
    report.add_argument(
        "--by", default="", metavar="KIND[,KIND]", help="source, month, folder, or two of them (default: source)"
    )
    report.add_argument(
        "--upstream", action="store_true", help="what comes again in each source, and the bug that it looks like"
    )
    report.add_argument(
        "--severity", choices=[str(s) for s in Severity], default="warning", help="and above (default: warning)"
    )
    forms = ["table", "markdown", "csv", "html"]
    report.add_argument("--format", dest="form", choices=forms, default="table", help="html has plots, too")
    report.add_argument("--output", type=Path, metavar="FILE", help="where it goes (default: the terminal)")
    report.add_argument("--allow-empty", action="store_true", help="no article at all is no error")
    report.set_defaults(**{**_SILENT, "allow_empty": False})


def _add_cache(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--cache", action=argparse.BooleanOptionalAction, help="keep what is worked out for the next run (default: no)"
    )


def _add_decisions(parser: argparse.ArgumentParser, about: str) -> None:
    parser.add_argument("--decisions", type=Path, metavar="FILE", help=about)


def _add_learning(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    lines = command(
        "learn boilerplate", "list lines that come again in a source; write those that are accepted as rules"
    )
    _add_selection(lines)
    lines.add_argument("--accept", metavar="N,N|all|FILE", help="write these as rules into the workspace")
    lines.add_argument("--output", type=Path, metavar="FILE", help="where the listing goes (default: the terminal)")
    lines.set_defaults(**_SILENT)

    names = command("learn names", "list names that are written in two ways; add to your house list")
    names.add_argument("--add", nargs=2, action="append", default=[], metavar=("RIGHT", "WRONG"), help="a misspelling")
    names.add_argument("--distinct", nargs=2, action="append", default=[], metavar="NAME", help="two names, never one")
    names.add_argument("--from", dest="listing", type=Path, metavar="FILE", help="a listing that you have marked")
    _add_selection(names)
    names.add_argument("--output", type=Path, metavar="FILE", help="where the listing goes (default: the terminal)")
    names.set_defaults(**{**_SILENT, "select": ["NAM"]})


def _add_schema(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    infer = actions.add_parser("infer", help="write the schema that a corpus follows")
    infer.add_argument("path", nargs="+", type=Path, metavar="PATH", help="articles, or folders of them")
    differ = actions.add_parser("diff", help="show the drift between two drops, or two schemas")
    differ.add_argument("old", metavar="A", help="a folder of articles; or a schema, by name or file")
    differ.add_argument("new", metavar="B", help="the same, newer")
    differ.add_argument("--exit-zero", action="store_true", help="exit 0 whatever is different")
    export = actions.add_parser("export", help="write a schema as JSON Schema")
    export.add_argument("schema", metavar="NAME|FILE", help="a schema, by name or file")
    imported = actions.add_parser("import", help="write a JSON Schema as a schema")
    imported.add_argument("file", type=Path, metavar="FILE.json", help="a JSON Schema")
    for action, function in (
        (infer, "infer_schema"), (differ, "diff_schemas"), (export, "export_schema"), (imported, "import_schema"),
    ):  # fmt: skip
        action.add_argument("--output", type=Path, metavar="FILE", help="where it goes (default: the terminal)")
        _add_folders(action)
        action.set_defaults(work=function)


_SILENT: dict[str, Any] = {
    **{"format": (), "fail_level": None, "fail_on": (), "baseline": None, "allow_empty": True, "exit_zero": True},
    **{"full": False, "statistics": False, "color": "never", "quiet": False, "verbose": False, "jobs": 0},
    "cache": None,
}
"""What a command that reports nothing says in the place of the flags of a report."""

_BASELINE_ACTIONS = (
    "create: write what is found now; update: take out what is gone and say what is new, which --add accepts;"
    " prune: only take out what is gone; stats: count by rule"
)


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR", help="a folder with rules/, validators/, reports/ of yours"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="this configuration instead of the nearest upward")
    parser.add_argument("--isolated", action="store_true", help="no configuration file: only these flags count")
    parser.add_argument("--debug", action="store_true", help="show where an internal error happened")


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="*", type=Path, metavar="PATH", help="articles, or folders of them")
    parser.add_argument(
        "--files-from", metavar="FILE", help="only the articles in this list, NUL or a line each; - is standard input"
    )
    parser.add_argument(
        "--stdin-filename", metavar="NAME", help="one article from standard input, called NAME; clean prints it"
    )
    rules = parser.add_argument_group(
        "rules", "codes whole (FOR101), by name (stray-foreign-line) or by prefix (FOR,FM1)"
    )
    rules.add_argument("--select", action="append", default=[], metavar="CODES", help="only these rules")
    rules.add_argument("--extend-select", action="append", default=[], metavar="CODES", help="these rules, too")
    rules.add_argument("--ignore", action="append", default=[], metavar="CODES", help="not these rules")
    rules.add_argument(
        "--per-file-ignores", action="append", default=[], metavar="GLOB:CODE", help="not this rule in these files"
    )
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
    rules.add_argument(
        "--body",
        choices=BODIES,
        help="page: these texts are whole pages, take the article out of each (default: article)",
    )
    _add_folders(parser)


def _add_reporting(parser: argparse.ArgumentParser) -> None:
    show = parser.add_argument_group("report")
    show.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="X[=FILE]",
        help="a report such as console, html, markdown, github, json, sarif; into FILE; repeatable (default: console)",
    )
    show.add_argument("--output", type=Path, metavar="FILE", help="where the format without a FILE goes")
    show.add_argument(
        "--fail-level", choices=[str(s) for s in Severity], help="what makes the exit code 1 (default: error)"
    )
    show.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="CONDITION",
        help="exit 1 also on this, such as 'rate(ENC) > 0.5%%' or 'count(FM2) >= 10 per source'",
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
    _add_cache(show)


def _processes(word: str) -> int:
    """A number of processes, for argparse."""
    if not word.isdigit():
        raise argparse.ArgumentTypeError(f"{word!r} is no number of processes")
    return int(word)
