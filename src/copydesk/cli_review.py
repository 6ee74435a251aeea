"""The command `review`: asks a person what no rule may decide, and writes every answer down at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from copydesk.advice import cleaning
from copydesk.arguments import DECISIONS
from copydesk.cli_run import counted, open_job, run_job
from copydesk.config import ConfigError
from copydesk.decisions import Decision, DecisionError, Scope, Verdict, append_decisions, decide, gather
from copydesk.excerpt import one_line, plain, rules_by_code, visible
from copydesk.folders import suggestion
from copydesk.job import Job
from copydesk.journal import NAME, read_journal
from copydesk.model import Finding, Fix, Rule, Run
from copydesk.reference import explain
from copydesk.review import Asked, Question, keys, present, questions, still_open
from copydesk.sources import SourceError

HELP = """\
  1-9  accept this fix here: `clean` will make it
  a    accept the first fix everywhere: the same match and the same fix in every article, also in those to come
  k    keep it as it is here: it is not told again
  K    keep it everywhere: every finding of the rule with the same match
  s    skip: it is asked again another time     w  why: the evidence, and the rule
  u    undo the last answer                      q  quit; all answers are kept
After a letter or a number you may write a reason, such as: k the poem has it"""


def review_corpus(args: argparse.Namespace) -> int:
    """Asks until nothing is left, or the answers end."""
    if args.stdin_filename is not None or args.files_from == "-":
        raise ConfigError("standard input is for the answers: give PATH, or --files-from FILE")
    originals = {str(path): _originals(path) for path in args.path}
    args.path = [p for given in args.path for p in originals[str(given)]]
    words = ([str(p) for p in originals.get(w.rstrip("/"), ())] or [w] for w in args.words[1:])
    args.words = [args.words[0], *(w for group in words for w in group)]
    for stream in (sys.stdin, sys.stdout):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with open_job(args) as job:
        named, flagged = job.decisions is not None, args.decisions is not None or job.decisions is None
        job = replace(job, baseline=None, conditions=(), decisions=job.decisions or _beside(job))
        with run_job(args, job) as run:
            wanted = _wanted(args.rule, rules_by_code(run))
            asked = questions(run.records, wanted)
            for note in run.notes:
                _say(f"note: {one_line(note, 400)}")
            assert job.decisions is not None
            session = Session(job.decisions, rules_by_code(run), asked)
            try:
                _converse(session)
            finally:
                _say(*_ending(session, job, run, named, flagged))
    return 0


def _originals(path: Path) -> list[Path]:
    """What is reviewed of a PATH: of a DIR that `clean` wrote, what it was made from.

    Raises SourceError where that is not known, and for a part of such a DIR: decisions are made on what is read.
    """
    here = path.resolve()
    if (here / "report" / NAME).is_file():
        paths = read_journal(here / "report" / NAME)[0].get("paths")
        found = [Path(os.path.relpath(here / p)) for p in paths] if isinstance(paths, list) else []
        if found and all(p.exists() for p in found):
            return found
    for folder in (here, *here.parents):
        if (folder / "report" / NAME).is_file() and (here == folder or here.is_relative_to(folder / "corpus")):
            raise SourceError(f"{path}: is what `clean` wrote; review the articles that it was made from")
    return [path]


def _beside(job: Job) -> Path:
    """Where decisions go that nobody named a file for. Raises DecisionError where one is: it might be anybody's."""
    path = Path(os.path.relpath((job.config.folder or job.root) / DECISIONS))
    if path.exists():
        raise DecisionError(f"{path}: exists already; if it is yours, say --decisions {path}")
    return path


def _wanted(words: list[str], rules: Mapping[str, Rule]) -> Callable[[Finding], bool]:
    """Which findings are asked about: those of the rules that are named, and none of the run itself."""
    named = [w.strip() for group in words for w in group.split(",") if w.strip()]
    codes = {c for c, r in rules.items() if r.uses}
    for word in named:
        if not any(r.name == word or c.startswith(word.upper()) for c, r in rules.items()):
            known = [*rules, *(r.name for r in rules.values())]
            raise ConfigError(f"no rule is called {word!r}{suggestion(word, known)}")
    if named:
        codes = {c for c in codes if any(rules[c].name == w or c.startswith(w.upper()) for w in named)}
    return lambda f: f.code in codes


# ----------------------------------------------------------------------------------------------------------- answers


@dataclass
class Session:
    """What is left to ask, what was answered, and what each step can be taken back to."""

    file: Path
    rules: Mapping[str, Rule]
    left: tuple[Question, ...]
    made: list[Decision] = field(default_factory=list)
    before: list[tuple[tuple[Question, ...], Decision | None]] = field(default_factory=list)
    """The questions that were left before each step, and the decision that it made; a skip makes none."""

    def write(self, decision: Decision) -> str:
        append_decisions(self.file, [decision])
        self.made.append(decision)
        self.before.append((self.left, decision))
        self.left = still_open(self.left, gather([decision]))
        places = _places(self.before[-1][0]) - _places(self.left)
        return f"{'Accepted' if decision.verdict == 'accept' else 'Kept'} in {counted(places, 'place')}."

    def skip(self) -> None:
        self.before.append((self.left, None))
        self.left = self.left[1:]

    def undo(self) -> str:
        if not self.before:
            return "Nothing was answered yet."
        self.left, decision = self.before.pop()
        if decision is None:
            return "Back to what was skipped."
        append_decisions(self.file, [replace(decision, verdict="ask", reason="", at=_now())])
        self.made.remove(decision)
        return "The last answer is taken back."


def _places(asked: Iterable[Question]) -> int:
    return sum(len(q.places) for q in asked)


def _converse(session: Session) -> None:
    """Asks until nothing is left, the answers end, or `q`."""
    total = len(session.left)
    shown: Question | None = None
    while session.left:
        q = session.left[0]
        if q is not shown:
            n = f"{total - len(session.left) + 1} of {counted(total, 'question')}"
            _say("", f"-- {n} --", *present(q, session.rules.get(q.finding.code)), f"  {keys(q, bool(session.before))}")
            shown = q
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            _say(visible(line.rstrip("\n")))  # what a script answers stands beside the questions
        if not line:
            return
        key, _, reason = line.strip().partition(" ")
        if key == "q":
            return
        _answer(session, q, key, reason.strip())
        if key == "u":
            shown = None


def _answer(session: Session, q: Question, key: str, reason: str) -> None:
    fixes = q.finding.fixes

    def write(scope: Scope, verdict: Verdict, fix: Fix | None = None) -> None:
        _say(session.write(decide(q.places[0].record, q.finding, scope, verdict, fix, _now(), reason)))

    if key.isdecimal() and 1 <= int(key) <= len(fixes):
        write("here", "accept", fixes[int(key) - 1])
    elif key == "a" and fixes:
        write("everywhere", "accept", fixes[0])
    elif key == "k":
        write("here", "keep")
    elif key == "K":
        write("everywhere", "keep")
    elif key == "s":
        session.skip()
    elif key == "u":
        _say(session.undo())
    elif key == "w":
        _say(*_why(q.places[0], session.rules.get(q.finding.code)))
    else:
        _say(HELP if fixes else f"No fix is offered here.\n{HELP}" if key == "a" or key.isdecimal() else HELP)


def _why(asked: Asked, rule: Rule | None) -> list[str]:
    """The evidence of a finding, and all that is known of its rule."""
    evidence = plain(asked.finding.evidence)
    assert isinstance(evidence, dict)
    return [
        *(f"    {one_line(str(k))}: {one_line(str(v))}" for k, v in evidence.items()),
        *([explain(rule)] if rule else []),
    ]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _next(session: Session, run: Run, flagged: bool) -> str:
    """The command that makes what was accepted."""
    words, kept = iter(run.arguments[1:]), ["check"]
    for word in words:
        if word in ("--rule", "--decisions"):
            next(words, None)
        elif not word.startswith(("--rule=", "--decisions=")):
            kept.append(word)
    return cleaning(replace(run, arguments=tuple(kept)), *(("--decisions", str(session.file)) if flagged else ()))


def _say(*lines: str) -> None:
    print("\n".join(lines))


def _ending(session: Session, job: Job, run: Run, named: bool, flagged: bool) -> list[str]:
    """What was decided, what is left, and what to do with it."""
    accepted = sum(d.verdict == "accept" for d in session.made)
    skipped = sum(len(before[0].places) for before, d in session.before if d is None)
    open_ = _places(session.left) + skipped
    if not session.made:
        return [
            "",
            f"Nothing was decided; {counted(open_, 'finding')} to decide on." if open_ else "Nothing to decide on.",
        ]
    lines = [
        "",
        f"{counted(len(session.made), 'answer')} written to {session.file}: {accepted} accepted,"
        f" {len(session.made) - accepted} kept; {counted(open_, 'finding')} to decide on.",
    ]
    if not named:
        where = job.config.file.name if job.config.file else "copydesk.toml"
        lines.append(f'Put into {where}, so that every run follows it: decisions = "{DECISIONS}"')
    return [*lines, f"Next: {_next(session, run, flagged)}"]
