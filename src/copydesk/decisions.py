"""What a person has decided of findings: a file to which every answer is appended, a line each, the later one counts.

    {"version": 1, "code": "NAM101", …, "scope": "everywhere", "verdict": "accept", "edits": [{"old": …, "new": …}], …}

A decision speaks of one finding, by the path of its article and its fingerprint (`here`), or of every finding of the
rule with the same match (`everywhere`); the one that speaks of less goes before. An accepted fix is known by what it
makes of what, without positions: where no such fix is offered any more, nothing is done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from copydesk.edits import apply
from copydesk.excerpt import shorten, to_line
from copydesk.fingerprint import folded, placeless
from copydesk.model import Edit, Finding, Fix, Plan, Record, Refusal, Span

VERSION = 1
MATCH = 80  # characters of the match in a line that is known by its fingerprint
Scope: TypeAlias = Literal["here", "everywhere"]
Verdict: TypeAlias = Literal["accept", "keep", "ask"]
SCOPES, VERDICTS = ("here", "everywhere"), ("accept", "keep", "ask")
Change: TypeAlias = tuple[str, str]
"""What stands there, and what a fix makes of it."""
Kind: TypeAlias = tuple[str, str | None, str, str]
"""What findings that are decided together have in common: code, field, match and, where nothing is matched, message."""


class DecisionError(Refusal):
    """Decisions that cannot be used; the message names file and line."""


@dataclass(frozen=True)
class Decision:
    """One line. The verdict `ask` takes an earlier one back."""

    code: str
    path: str
    fingerprint: str
    scope: Scope
    verdict: Verdict
    field: str | None = None
    match: str = ""
    message: str = ""
    edits: tuple[Change, ...] = ()
    fix: str = ""
    """The title of the fix that was accepted."""
    name: str = ""
    reason: str = ""
    at: str = ""

    @property
    def kind(self) -> Kind:
        return _kind(self.code, self.field, self.match, self.message)


@dataclass(frozen=True)
class Decisions:
    """What counts of a file: the last line of each finding, and of each kind of findings by its rule."""

    here: Mapping[str, Mapping[str, Decision]] = field(default_factory=dict)
    """By the path of the article and the fingerprint."""
    everywhere: Mapping[str, Mapping[Kind, tuple[Decision, ...]]] = field(default_factory=dict)
    """By the rule and the kind, the latest first."""

    def speak_of(self, path: str, codes: Iterable[str]) -> bool:
        """Whether an article with findings of these rules may have one that was decided."""
        return path in self.here or any(code in self.everywhere for code in codes)

    def find(self, path: str, f: Finding, text: str | None) -> Decision | None:
        """The decision on a finding of the file as it was read, whose text is `text`.

        One that accepts a fix which is not offered is none.
        """
        decision = self.here[path].get(f.fingerprint) if path in self.here else None
        if decision is not None and decision.code == f.code and _fits(decision, f, text):
            return decision
        kinds = self.everywhere.get(f.code)
        if kinds is None or text is None:
            return None
        return next((d for d in kinds.get(kind(f, text), ()) if _fits(d, f, text)), None)


def _fits(decision: Decision, f: Finding, text: str | None) -> bool:
    return decision.verdict == "keep" or (text is not None and chosen(decision, f, text) is not None)


def kind(f: Finding, text: str) -> Kind:
    return _kind(f.code, f.field, text[f.span.start : f.span.end], f.message)


def _kind(code: str, field: str | None, match: str, message: str) -> Kind:
    match = folded(match)
    return code, placeless(field), match, "" if match else message


def changes(text: str, span: Span, edits: Iterable[Edit]) -> tuple[Change, ...]:
    """What a fix is known by: what it makes of the match as a whole, and of every other place."""
    inside: list[Edit] = []
    outside: list[Edit] = []
    for e in edits:
        (inside if span.start <= e.start and e.end <= span.end else outside).append(e)
    match = text[span.start : span.end]
    whole = apply(match, [Edit(e.start - span.start, e.old, e.new) for e in inside])
    return (*([(match, whole)] if inside else []), *((e.old, e.new) for e in outside))


def chosen(decision: Decision, f: Finding, text: str) -> Fix | None:
    """The fix that was accepted, where it is still offered.

    What it makes of the file as read may be more than it was, where it builds on a repair that has been made since (of
    two lines side by side, each deleted with the blank line between them). Its title is enough then: of one finding,
    and of a match that is only deleted.
    """
    if decision.verdict != "accept":
        return None
    same = offered(f, text, decision.edits)
    one_thing = decision.scope == "here" or not any(new.strip() for _, new in decision.edits)
    if same is None and one_thing and decision.fix:
        titled = [fix for fix in f.fixes if fix.title == decision.fix]
        same = titled[0] if len(titled) == 1 else None
    return same


def offered(f: Finding, text: str, edits: tuple[Change, ...]) -> Fix | None:
    """The fix of a finding that makes this of that; or, where one alone does, the same but for blank lines around."""
    made = [(changes(text, f.span, fix.edits), fix) for fix in f.fixes]
    exact = [fix for change, fix in made if change == edits]
    alike = exact or [fix for change, fix in made if _trimmed(change) == _trimmed(edits)]
    return alike[0] if exact or len(alike) == 1 else None


def _trimmed(edits: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes without the blanks around them, but where it is blanks that are changed."""
    return tuple((old.strip(), new.strip()) if old.strip() else (old, new) for old, new in edits)


# ---------------------------------------------------------------------------------------------------------- the file


def read_decisions(path: Path) -> Decisions:
    """What counts of a file. Raises DecisionError where it is missing, or with the line that cannot be read."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except FileNotFoundError as e:
        raise DecisionError(f"{path}: there are no decisions; `copydesk review` writes them") from e
    except (OSError, UnicodeDecodeError) as e:
        raise DecisionError(f"{path}: cannot be read: {getattr(e, 'strerror', None) or 'not UTF-8'}") from e
    return gather(_decision(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip())


def gather(decisions: Iterable[Decision]) -> Decisions:
    """What counts: of each finding the last decision, of each kind the last on each fix, and the last that keeps it."""
    last: dict[tuple[object, ...], Decision] = {}
    for d in decisions:
        key = (d.path, d.fingerprint) if d.scope == "here" else (d.kind, d.edits)
        last.pop(key, None)
        if d.verdict != "ask":
            last[key] = d
    here: dict[str, dict[str, Decision]] = {}
    everywhere: dict[str, dict[Kind, tuple[Decision, ...]]] = {}
    for d in last.values():
        if d.scope == "here":
            here.setdefault(d.path, {})[d.fingerprint] = d
        else:
            there = everywhere.setdefault(d.code, {})
            there[d.kind] = (d, *there.get(d.kind, ()))
    return Decisions(here, everywhere)


def _decision(line: str, where: str) -> Decision:
    try:
        row = json.loads(line)
    except ValueError as e:
        raise DecisionError(f"{where}: not a decision: {e}") from e
    if not isinstance(row, dict) or row.get("version") != VERSION:
        raise DecisionError(f"{where}: not a decision of version {VERSION}")
    words = {
        key: row.get(key) or "" for key in ("code", "path", "fingerprint", "match", "message", "fix", "name", "at")
    }
    for key, value in {**words, "reason": row.get("reason") or "", "field": row.get("field") or ""}.items():
        if not isinstance(value, str):
            raise DecisionError(f"{where}: {key!r} is a text, not {value!r}")
    scope, verdict = row.get("scope"), row.get("verdict")
    if scope not in SCOPES:
        raise DecisionError(f"{where}: 'scope' is one of {', '.join(SCOPES)}, not {scope!r}")
    if verdict not in VERDICTS:
        raise DecisionError(f"{where}: 'verdict' is one of {', '.join(VERDICTS)}, not {verdict!r}")
    lacking = [k for k in ("code", *(("path", "fingerprint") if scope == "here" else ())) if not words[k]]
    if scope == "everywhere" and not words["match"].strip() and not words["message"]:
        lacking.append("match")
    if lacking:
        raise DecisionError(f"{where}: {lacking[0]!r} is missing")
    edits = row.get("edits") or []
    if not isinstance(edits, list) or not all(
        isinstance(e, dict) and isinstance(e.get("old"), str) and isinstance(e.get("new"), str) for e in edits
    ):
        raise DecisionError(f'{where}: \'edits\' is a list of {{"old": …, "new": …}}')
    if verdict == "accept" and not edits:
        raise DecisionError(f"{where}: which fix is accepted? 'edits' is missing")
    made = tuple((e["old"], e["new"]) for e in edits)
    field = row.get("field") or None
    return Decision(**words, scope=scope, verdict=verdict, field=field, edits=made, reason=row.get("reason") or "")


def decide(
    record: Record, f: Finding, scope: Scope, verdict: Verdict, fix: Fix | None = None, at: str = "", reason: str = ""
) -> Decision:
    """A decision on a finding of a record."""
    match = (record.original or "")[f.span.start : f.span.end]
    return Decision(
        code=f.code,
        path=record.source.id,
        fingerprint=f.fingerprint,
        scope=scope,
        verdict=verdict,
        field=f.field,
        match=folded(match) if scope == "everywhere" else shorten(" ".join(match.split()), MATCH),
        message=f.message,
        edits=changes(record.original, f.span, fix.edits) if fix and record.original is not None else (),
        fix=fix.title if fix else "",
        name=f.name,
        reason=reason,
        at=at,
    )


def append_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Adds lines at the end of the file, on the disk when this returns; a last line without an end is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        if file.tell():
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")
        for d in decisions:
            file.write(to_line(as_row(d)).encode("utf-8") + b"\n")  # hidden characters are escaped: a reader sees them
        file.flush()


def as_row(d: Decision) -> dict[str, object]:
    """A decision as the file has it."""
    row: dict[str, object] = {
        "version": VERSION, "verdict": d.verdict, "scope": d.scope, "code": d.code, "name": d.name, "path": d.path,
        "fingerprint": d.fingerprint, "field": d.field, "match": d.match, "message": d.message,
    }  # fmt: skip
    if d.edits:
        row["edits"] = [{"old": old, "new": new} for old, new in d.edits]
        row["fix"] = d.fix
    return {**row, **({"reason": d.reason} if d.reason else {}), **({"at": d.at} if d.at else {})}


# ----------------------------------------------------------------------------------------------------------- records


def decided(plan: Plan) -> Decisions:
    """What was decided, as the plan carries it."""
    found = plan.options.get("decided")
    return found if isinstance(found, Decisions) else Decisions()


def undecided(records: Iterable[Record], plan: Plan) -> Undecided:
    """The records without what is kept."""
    return Undecided(records, decided(plan))


@dataclass(frozen=True, slots=True)
class Account:
    """How many findings of a run were decided before, and how many decisions on its articles change nothing now."""

    accepted: int
    kept: int
    stale: int


@dataclass(frozen=True, slots=True)
class Undecided:
    """The records without the findings that are kept; iterated again and again, like those that it reads.

    One that is kept and was repaired all the same is told.
    """

    records: Iterable[Record]
    decisions: Decisions

    def __iter__(self) -> Iterator[Record]:
        for record in self.records:
            if self.decisions.speak_of(record.source.id, (f.code for f in record.findings)):
                left = tuple(f for f in record.findings if f.applied or not self._kept(record, f))
                record = replace(record, findings=left)
            yield record

    def _kept(self, record: Record, f: Finding) -> bool:
        decision = self.decisions.find(record.source.id, f, record.original)
        return decision is not None and decision.verdict == "keep"

    def account(self, looked_at: Iterable[str], codes: Iterable[str], root: Path) -> Account:
        """`looked_at` are the ids of the articles of the run, `codes` its rules."""
        accepted = kept = 0
        met: set[tuple[str, str]] = set()
        for record in self.records:
            path = record.source.id
            if not self.decisions.speak_of(path, (f.code for f in record.findings)):
                continue
            for f in record.findings:
                d = self.decisions.find(path, f, record.original)
                if d is None or f.applied != (d.verdict == "accept"):
                    continue
                accepted += f.applied
                kept += not f.applied
                met.add((path, f.fingerprint))
        ids, rules = set(looked_at), set(codes)
        stale = sum(
            d.code in rules and (path, fingerprint) not in met
            for path, there in self.decisions.here.items()
            if path in ids or not (root / path).is_file()
            for fingerprint, d in there.items()
        )
        return Account(accepted, kept, stale)
