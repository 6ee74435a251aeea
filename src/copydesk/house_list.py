"""The house list of names: what a corpus suggests for it, and what a person decided, written into a workspace.

A suggestion is a cluster: two ways to write a name, with the evidence. The listing of clusters is text that a person
edits: a mark before each line says what is right. Read again, it becomes entries of `rules/names/learned.yaml` in the
workspace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import yaml

from copydesk.model import Finding, Record, Refusal
from copydesk.spelling import meant

FILE = Path("rules", "names", "learned.yaml")
FAMILY = "NAM"
REACH = 40  # characters on each side of a name that are quoted
Mark: TypeAlias = Literal["+", "=", "?"]
ENTRY = re.compile(r"([+=?-]) (.+?) <- (.+?)\s*(?:#.*)?")
HEAD = """\
# {clusters} in {articles}: RIGHT <- AS IT STANDS, the evidence, and where it stands first.
#
# Put + before a line that is right (turn the two names round where it is the other way), = before one that has two
# names that only look alike, and leave ? where you do not know. Then
#
#     copydesk learn names --from THIS-FILE --workspace DIR
#
# writes the first kind into the house list of DIR, with the quoted words as tested examples, and the second kind as
# distinct: such a pair is never asked again.
"""
NEW = """\
# Names that `copydesk learn names` was told of. Yours to edit: the form is that of any house list (docs/names.md).
"""


class HouseListError(Refusal):
    """A listing or a decision that cannot be used; the message says what to do."""


class Cluster(NamedTuple):
    """Two ways to write a name, in how many articles, why, and where the doubtful one stands first."""

    right: str
    wrong: str
    card: str
    articles: int
    place: str
    quote: str


class Decision(NamedTuple):
    """What a person says of two names: `+` the second is a misspelling of the first, `=` they are two names."""

    mark: Mark
    right: str
    wrong: str
    quote: str = ""


def find_clusters(records: Iterable[Record]) -> list[Cluster]:
    """The clusters that the findings of a run tell of, those of most articles first."""
    found: dict[tuple[str, str], Cluster] = {}
    for record in records:
        seen = set()
        for f in sorted(record.findings, key=lambda f: f.span):
            right, wrong, card = (f.evidence.get(key) for key in ("right", "name", "card"))
            if not (isinstance(right, str) and isinstance(wrong, str) and isinstance(card, str)):
                continue
            known = found.get((right, wrong))
            if known is None:
                place = f"{record.source.id}:{f.location.line}"
                found[right, wrong] = Cluster(right, wrong, card, 1, place, _quote(record.original or "", f))
            elif (right, wrong) not in seen:
                found[right, wrong] = known._replace(articles=known.articles + 1)
            seen.add((right, wrong))
    return sorted(found.values(), key=lambda c: (-c.articles, c.right, c.wrong))


def _quote(text: str, finding: Finding) -> str:
    """The words around a name, on its line, no word cut."""
    start, end = finding.span
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    a, b = max(line, start - REACH), min(stop, end + REACH)
    before, after = text[a:start], text[end:b]
    if a > line:
        before = before.partition(" ")[2]
    if b < stop:
        after = after.rpartition(" ")[0]
    return f"{before}{text[start:end]}{after}".strip().replace("\r", "")


def listing(clusters: Sequence[Cluster], articles: int) -> str:
    """The clusters as text for a person to mark."""
    rows = [HEAD.format(clusters=_count(len(clusters), "pair"), articles=_count(articles, "article"))]
    for c in clusters:
        more = f" ({_count(c.articles, 'article')})" if c.articles > 1 else ""
        rows.append(f"? {c.right} <- {c.wrong}\n    # {c.card}\n    # {c.place}{more}\n    > {c.quote}\n")
    return "\n".join(rows)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def read_listing(text: str) -> list[Decision]:
    """What a person marked with + and =. Raises HouseListError with the number of a line in another form."""
    decisions: list[Decision] = []
    last: Decision | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("    > ") and last is not None:
            last = last._replace(quote=line[6:])
            decisions[-1] = last
        elif line.strip() and not line.lstrip().startswith(("#", ">")):
            m = ENTRY.fullmatch(line.strip())
            if m is None:
                raise HouseListError(f"line {number}: not of the form `+ RIGHT <- WRONG`: {line.strip()[:60]!r}")
            last = None
            if m[1] in "+=":
                last = Decision("+" if m[1] == "+" else "=", m[2].strip(), m[3].strip())
                decisions.append(last)
    return decisions


def write_decisions(workspace: Path, decisions: Sequence[Decision]) -> tuple[Path, int, str | None]:
    """Adds them to the house list of a workspace: the file, how many were new, and the text that it had before."""
    path = workspace / FILE
    old = path.read_text("utf-8") if path.exists() else None
    text, added = _with(old or NEW, decisions, path)
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return path, added, old


def take_back(path: Path, old: str | None) -> None:
    """Puts the file back as `write_decisions` found it."""
    if old is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(old, "utf-8")


def _with(text: str, decisions: Sequence[Decision], path: Path) -> tuple[str, int]:
    """The list with the decisions that it did not have; comments and order stay."""
    try:
        data: Any = yaml.safe_load(text) or {}
        variants = {(e["name"], v) for e in data.get("names") or [] for v in e.get("variants", ())}
        distinct = {frozenset(p) for p in data.get("distinct") or []}
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as e:
        raise HouseListError(f"{path}: is no house list: {e}") from e
    added = 0
    for d in decisions:
        pair = frozenset((d.right, d.wrong))
        if d.mark == "+" and (d.right, d.wrong) not in variants:
            if pair in distinct:
                raise HouseListError(
                    f"{path}: {d.right!r} and {d.wrong!r} are distinct there; take that line out first"
                )
            text, added = _inserted(text, "names", _entry(d)), added + 1
            variants.add((d.right, d.wrong))
        elif d.mark == "=" and pair not in distinct:
            text, added = _inserted(text, "distinct", f"  - [{_quoted(d.right)}, {_quoted(d.wrong)}]"), added + 1
            distinct.add(pair)
    return text, added


def _inserted(text: str, key: str, row: str) -> str:
    """The text with a row at the beginning of the key's list."""
    m = re.search(rf"^{key}:[ \t]*\n", text, re.M)
    if m is None:
        return f"{text.rstrip()}\n\n{key}:\n{row}\n"
    return f"{text[: m.end()]}{row}\n{text[m.end() :]}"


def _entry(decision: Decision) -> str:
    right, wrong, bad = decision.right, decision.wrong, decision.quote
    whole = re.compile(rf"(?<![\w@#]){re.escape(wrong)}(?!\w)")
    if whole.search(bad) is None:
        bad = wrong
    good = whole.sub(meant(right, wrong).replace("\\", ""), bad)
    example = f"{{bad: {_quoted(bad)}, good: {_quoted(good)}}}"
    return f"  - {{name: {_quoted(right)}, variants: [{_quoted(wrong)}], examples: [{example}]}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
