"""The commands that a report advises next: this run's own words, as far as they fit the next one."""

from __future__ import annotations

import shlex

from copydesk.excerpt import visible
from copydesk.model import Run

_WITH_VALUE = frozenset({"--format", "--output", "--out", "--fail-level", "--color", "--jobs"})
_PLAIN = frozenset(
    (
        *("--diff", "--statistics", "--full", "--exit-zero", "--in-place", "-q", "-v", "--quiet", "--verbose"),
        *("--debug", "--allow-empty"),
    )
)
_OF_CHECK = frozenset({"--baseline", "--fail-on"})  # no flags of `clean`, or of no use to it
_NOT_OF = {"clean": _OF_CHECK, "review": _OF_CHECK}


def next_command(run: Run, command: str, *more: str) -> str:
    """This run's command line for another command: the same paths and choices, without what only shaped its output."""
    words = list(run.arguments)
    if words and words[0] in ("copydesk", "check", "clean"):
        words = words[2:] if words[0] == "copydesk" else words[1:]
    dropped = _WITH_VALUE | {w for w in more if w == "--select"} | _NOT_OF.get(command, frozenset())
    kept: list[str] = []
    skip = False
    for word in words:
        plain = word in _PLAIN or (command == "review" and word == "--quarantine-duplicates")
        if skip or plain or word.split("=", 1)[0] in dropped:
            skip = not skip and word in dropped
        elif word not in more:
            kept.append(word)
    return visible(shlex.join(["copydesk", command, *kept, *more]).replace("\n", " "), spaces=True)


def of_changed(run: Run) -> bool:
    """Whether only some articles were asked for because they changed: their repairs belong where they stand."""
    return any(word.split("=", 1)[0] in ("--since", "--files-from") for word in run.arguments)


def cleaning(run: Run, *more: str) -> str:
    """The command that would make the repairs of this check: beside a folder, or in the articles that changed."""
    if of_changed(run):
        return next_command(run, "clean", *more, "--in-place")
    inside = any(word in (".", "./") for word in run.arguments)
    return next_command(run, "clean", *more, "--out", "../cleaned" if inside else "cleaned")


_IN_PLACE = "/.copydesk/runs/"


def in_place(run: Run) -> bool:
    """Whether `clean` rewrote the articles where they stand."""
    return run.out is not None and _IN_PLACE in "/" + run.out


def report_folder(run: Run) -> str | None:
    """Where `clean` wrote its reports."""
    if run.out is None:
        return None
    return visible(run.out if in_place(run) else run.out.rstrip("/") + "/report")


def undo_command(run: Run) -> str | None:
    """The command that takes back what `clean` did."""
    if run.out is None:
        return None
    folder = ("/" + run.out).partition(_IN_PLACE)[0][1:] or "." if in_place(run) else run.out
    return visible(shlex.join(["copydesk", "undo", folder]))
