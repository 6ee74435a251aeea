"""The commands `learn …`: what a corpus teaches, written into the user's workspace once a person accepts it."""

from __future__ import annotations

import argparse
from pathlib import Path

from copydesk.cli_run import open_job, run_job
from copydesk.folders import FolderError, read_rules
from copydesk.job import Job
from copydesk.learn import LearnError, candidates, chosen, free_file, listing, rule_pack


def learn_boilerplate(args: argparse.Namespace) -> int:
    """Lists the lines that come again in the articles of a source; with --accept it writes rules into the workspace."""
    with open_job(args) as job:
        return _learn_boilerplate(args, job)


def _learn_boilerplate(args: argparse.Namespace, job: Job) -> int:
    if args.accept and len(job.plan.folders) < 2:
        raise LearnError("--accept needs a workspace to write to: --workspace DIR, with a folder rules/ in it")
    with run_job(args, job) as run:
        found = candidates(run.records)
    if not args.accept:
        if args.output:
            args.output.write_text(listing(found), "utf-8")
        else:
            print(listing(found), end="")
        return 0
    rules = read_rules(job.plan.folders)
    text = rule_pack(chosen(args.accept, found), rules, [r.name for r in rules.values()])
    target = free_file(Path(job.plan.folders[-1], "rules"), "learned")
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, "utf-8")
    try:
        read_rules(job.plan.folders, examples=True)
    except FolderError:
        target.unlink()
        raise
    print(f"Wrote {target}.")
    return 0
