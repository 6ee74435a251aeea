"""The command `report`: whose articles have which defects, since when, and what their producers should hear."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from copydesk.cli_run import open_job, run_job
from copydesk.config import ConfigError
from copydesk.excerpt import rules_by_code, visible
from copydesk.folders import suggestion
from copydesk.grouping import KINDS, grouping, source_of
from copydesk.model import Severity
from copydesk.rates import measure
from copydesk.report_page import page
from copydesk.report_text import as_csv, as_markdown, as_table, patterns_as_markdown, patterns_as_text
from copydesk.upstream import producers


def report_corpus(args: argparse.Namespace) -> int:
    """The command `report`."""
    by = _kinds(args.by if args.by or args.upstream else "source")
    if args.form == "csv" and args.upstream:
        raise ConfigError("--format csv holds the rates alone; --upstream goes with table, markdown and html")
    with open_job(args) as job:
        job = replace(job, baseline=None, conditions=())  # what is accepted for now is the producer's all the same
        with run_job(args, job) as run:
            least = next(s for s in Severity if str(s) == args.severity)
            rates = measure(run.records, by, grouping(run.plan, by), least) if by else None
            rules = rules_by_code(run)
            heard = producers(run.records, source_of(run.plan), rules, least) if args.upstream else None
            notes = run.notes
    if args.form == "html":
        text = page(rates, heard, notes)
    elif args.form == "csv" and rates is not None:
        text = as_csv(rates)
    else:
        markdown = args.form == "markdown"
        parts = [(as_markdown if markdown else as_table)(rates)] if rates is not None else []
        parts += [(patterns_as_markdown if markdown else patterns_as_text)(heard)] if heard is not None else []
        text = "\n".join([*parts, *(f"note: {visible(n)}" for n in notes if not markdown)])
    if args.output is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")
        print(text.rstrip("\n").replace("\r\n", "\n"))
    else:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(text.rstrip("\n") + "\n", "utf-8", newline="" if args.form == "csv" else None)
    return 0


def _kinds(words: str) -> tuple[str, ...]:
    """Raises ConfigError for anything but one or two different kinds."""
    kinds = tuple(w.strip() for w in words.split(",")) if words else ()
    for word in kinds:
        if word not in KINDS:
            raise ConfigError(f"--by {words}: {word!r} is none of {', '.join(KINDS)}{suggestion(word, KINDS)}")
    if len(kinds) > 2 or len(set(kinds)) < len(kinds):
        raise ConfigError(f"--by {words}: name one of {', '.join(KINDS)}, or two different ones")
    return kinds
