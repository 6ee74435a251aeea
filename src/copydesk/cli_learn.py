"""The commands `learn …`: what a corpus teaches, written into the user's workspace once a person accepts it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from copydesk.cli_run import counted, open_job, run_job
from copydesk.config import ConfigError
from copydesk.folders import FolderError, read_rules
from copydesk.house_list import FILE, Decision, find_clusters, read_listing, take_back, write_decisions
from copydesk.house_list import listing as list_clusters
from copydesk.job import Job, config_of, workspace_of
from copydesk.learn import LearnError, candidates, chosen, free_file, listing, rule_pack
from copydesk.run import prove


def learn_boilerplate(args: argparse.Namespace) -> int:
    """The command `learn boilerplate`."""
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


def learn_names(args: argparse.Namespace) -> int:
    """The command `learn names`."""
    clusters = []
    deciding = args.add or args.distinct or args.listing
    if deciding and args.workspace is not None:
        (args.workspace / FILE.parent).mkdir(parents=True, exist_ok=True)
    articles = 0
    if args.path:
        with open_job(args) as job, run_job(args, job) as run:
            clusters, articles = find_clusters(run.records), len(job.found.articles)
    if deciding:
        return _keep_names(args, {c.wrong: c.quote for c in clusters})
    if not args.path:
        raise ConfigError("which articles? PATH names them; or say what you decided with --add, --distinct, --from")
    text = list_clusters(clusters, articles)
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
        with open_job(args) as job:
            prove(job.plan)
    except FolderError:
        take_back(path, old)
        raise
    print(f"{path}: {counted(added, 'entry', 'entries')} added." if added else f"{path}: has it all already.")
    return 0
