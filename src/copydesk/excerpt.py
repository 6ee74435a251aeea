"""What reports share: text made visible, excerpts, before and after, counts, the next command, a finding as JSON.

Pure functions of a run's data. Nothing here knows a format: each escapes for itself what it gets from here, and passes
all that comes from an article through `visible` or `shown`, because some characters hide or reorder others.
"""

from __future__ import annotations

import json
import math
import os
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from copydesk.edits import apply, diff
from copydesk.model import Edit, Finding, Fix, Record, Rule, Run, Safety, Severity, Span

# ------------------------------------------------------------------------------------------------ text made visible

_HIDDEN = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f"
    "\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufdd0-\\ufdef\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff"
    "\\ud800-\\udfff\\U000e0000-\\U000e0fff"
)
_SPACES = "\\xa0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000"
HIDDEN = re.compile(f"[{_HIDDEN}]")
"""Characters that a reader cannot see, or that change how others are shown; tab and line feed are not among them."""
HIDDEN_OR_SPACE = re.compile(f"[{_HIDDEN}{_SPACES}]")
"""The same, and the blanks that are not the ordinary one: to be shown where they are what a finding is about."""


def visible(text: str, spaces: bool = False) -> str:
    """The text with every hidden character as `<U+202E>`; with `spaces` also the unusual blanks."""
    return (HIDDEN_OR_SPACE if spaces else HIDDEN).sub(lambda m: f"<U+{ord(m[0]):04X}>", text)


def visible_path(path: str) -> str:
    """A path, visible, on one line whatever is in it."""
    return visible(path).replace("\n", "<U+000A>").replace("\t", "<U+0009>")


def one_line(text: str, limit: int = 200) -> str:
    """The text, visible, on one line and not longer than `limit` characters."""
    return visible(shorten(" ".join(text.replace("\t", " ").splitlines()) if "\n" in text else text, limit))


def shorten(text: str, limit: int) -> str:
    """The beginning and the end of a text that is longer than `limit`, with `…` between them."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[len(text) - tail :]}"


# --------------------------------------------------------------------------------------------------------- excerpts

FINE = 400  # characters: a longer edit is shown as one, not word by word
LONGEST_WORD = 40
_WORD = re.compile(r"\w")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Quote(NamedTuple):
    """One line of an article around a span: what stands before it, the span itself as far as it is shown, the rest."""

    line: int
    left: str
    marked: str
    right: str


class Piece(NamedTuple):
    """A stretch of text; where nothing stands that is changed (an insertion), an empty piece marks the place."""

    text: str
    changed: bool


class Place(NamedTuple):
    """One stretch of a text that a fix changes.

    `before` and `after` are its lines, cut to a window, in pieces; `above` and `below` are the nearest lines around it
    that are not blank, empty where there are none near. `line` is the number of the first line of `before` in the file
    as it was read.
    """

    line: int
    above: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    below: str


@dataclass(frozen=True)
class Page:
    """A text with its line starts, so that each excerpt costs no more than its own length."""

    text: str
    first: int = 1  # the number of its first line in the file
    starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", (0, *(m.end() for m in _LINE_END.finditer(self.text))))

    def line(self, at: int) -> int:
        """The number, from 1, of the line that holds a position."""
        return bisect_right(self.starts, at)

    def bounds(self, line: int) -> tuple[int, int]:
        """Where a line begins and where it ends, its line end not counted; (0, 0) for a line that is not there."""
        if not 1 <= line <= len(self.starts):
            return 0, 0
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return start, end

    def quote(self, span: Span, most: int = 200) -> Quote:
        """The first line of a span, at most `most` characters of it, as they stand."""
        at = min(span.start, len(self.text))
        line = self.line(at)
        first, last = self.bounds(line)
        at = min(at, last)
        end = max(at, min(span.end, last))
        marked = shorten(self.text[at:end], most // 2)
        reach = (most - len(marked)) // 2
        return Quote(line + self.first - 1, self._left(first, at, reach), marked, self._right(end, last, reach))

    def _left(self, first: int, at: int, reach: int) -> str:
        return self.text[first:at] if at - first <= reach else "…" + self.text[at - reach + 1 : at]

    def _right(self, at: int, last: int, reach: int) -> str:
        return self.text[at:last] if last - at <= reach else self.text[at : at + reach - 1] + "…"

    def places(self, edits: Iterable[Edit], reach: int = 80, most: int = 3) -> tuple[tuple[Place, ...], int]:
        """Before and after of a fix, and how many of its places are not among the `most` that are shown."""
        clusters: list[list[Edit]] = []
        for e in self._readable(edits):
            if clusters and e.start - clusters[-1][-1].end <= reach:
                clusters[-1].append(e)
            else:
                clusters.append([e])
        return tuple(self._place(c, reach) for c in clusters[:most]), max(0, len(clusters) - most)

    def _readable(self, edits: Iterable[Edit]) -> list[Edit]:
        """The same change in the edits that a reader would make: whole lines, and within a line whole words."""
        groups: list[tuple[Span, list[Edit]]] = []
        for edit in sorted(edits, key=lambda e: (e.start, e.end)):
            whole = self._whole_lines(edit)
            small = whole.old and whole.new and len(whole.old) + len(whole.new) <= FINE
            for e in diff(whole.old, whole.new, whole.start) if small else (whole,):
                span = self._words(e)
                if groups and span.start < groups[-1][0].end:
                    before, made = groups.pop()
                    groups.append((Span(before.start, max(before.end, span.end)), [*made, e]))
                else:
                    groups.append((span, [e]))
        return [self._as_one(span, made) for span, made in groups]

    def _words(self, e: Edit) -> Span:
        """The words that an edit changes letters of; where it changes only blanks and signs, just its own span."""
        start, end = e.start, e.end
        if _WORD.search(e.old) or _WORD.search(e.new):
            if any(_WORD.match(t) for t in (e.old, e.new)):
                while start > max(0, e.start - LONGEST_WORD) and _WORD.match(self.text[start - 1]):
                    start -= 1
            if any(_WORD.match(t[-1:]) for t in (e.old, e.new)):
                while end < min(len(self.text), e.end + LONGEST_WORD) and _WORD.match(self.text[end]):
                    end += 1
        return Span(start, end)

    def _as_one(self, span: Span, edits: Sequence[Edit]) -> Edit:
        old = self.text[span.start : span.end]
        return Edit(span.start, old, apply(old, [Edit(e.start - span.start, e.old, e.new) for e in edits]))

    def _whole_lines(self, e: Edit) -> Edit:
        """The same change said of whole lines where it can be: `⏎line` that goes before a `⏎` is `line⏎` that goes."""
        text, (start, old, new) = self.text, e
        if old.startswith("\n") and not new and text.startswith("\n", e.end):
            return Edit(start + 1, old[1:] + "\n", new)
        if new.startswith("\n") and not old and text.startswith("\n", start):
            return Edit(start + 1, old, new[1:] + "\n")
        return e

    def _place(self, edits: Sequence[Edit], reach: int) -> Place:
        start, end = edits[0].start, edits[-1].end
        top = self.line(start)
        first = self.starts[top - 1]
        bottom = self.line(end)
        last = self.bounds(bottom)[1]
        written = "".join(e.new for e in edits)
        if (
            end == self.starts[bottom - 1]
            and end > start
            and (written.endswith("\n") or (start == first and not written))
        ):
            bottom, last = bottom - 1, end  # whole lines: the next one is not touched
        before: list[Piece] = [Piece(self._left(first, start, reach), False)]
        after = before.copy()
        at = start
        for e in edits:
            same = Piece(shorten(self.text[at : e.start], 2 * reach), False)
            before += (same, Piece(shorten(e.old, 4 * reach), True))
            after += (same, Piece(shorten(e.new, 4 * reach), True))
            at = e.end
        rest = Piece(self._right(end, last, reach) if last >= end else "", False)
        above, below = self.neighbours(top, bottom, reach)
        return Place(
            line=top,
            above=above,
            before=tuple(p for p in (*before, rest) if p.text or p.changed),
            after=tuple(p for p in (*after, rest) if p.text or p.changed),
            below=below,
        )

    def neighbours(self, top: int, bottom: int, reach: int = 80) -> tuple[str, str]:
        """The end of the nearest line above the line `top` that is not blank, the beginning of that below `bottom`."""
        first, last = self._written(top, -1), self._written(bottom, 1)
        return self._left(first.start, first.end, reach), self._right(last.start, last.end, reach)

    def _written(self, line: int, step: int) -> Span:
        for n in range(1, 4):
            start, end = self.bounds(line + n * step)
            if end > start and not self.text[start:end].isspace():
                return Span(start, end)
        return Span(0, 0)


def rows(pieces: Iterable[Piece], most: int = 8) -> list[list[Piece]]:
    """Pieces by line, at most so many lines.

    A changed line end is a piece `↵` at the end of its line, unless the whole line, which is not blank, is changed.
    """
    out: list[list[Piece]] = [[]]
    for piece in pieces:
        for n, part in enumerate(_LINE_END.split(piece.text)):
            if n:
                if piece.changed:
                    out[-1].append(Piece("↵", True))
                out.append([])
            if part or (piece.changed and not piece.text):
                out[-1].append(Piece(part, piece.changed))
    if not any(p.text for p in out[-1]):
        out.pop()
    for row in out:
        if len(row) > 1 and row[-1] == Piece("↵", True) and all(p.changed for p in row):
            row.pop()
    if len(out) > most:
        tail = most // 2
        out[most - tail - 1 : len(out) - tail] = [[Piece(f"… {len(out) - most + 1:,} more lines …", False)]]
    return out


def shown(piece: Piece) -> str:
    """A piece for the eye: in what is changed, every unusual blank is named, and blanks alone become `␣` and `→`."""
    if not piece.changed:
        return visible(piece.text.replace("\t", "    "))
    text = visible(piece.text, spaces=True)
    return text.replace("\t", "→") if text.strip() else text.replace(" ", "␣").replace("\t", "→")


# ----------------------------------------------------------------------------------------- what stands, and how many

Standing: TypeAlias = Literal["repaired", "safe", "unsafe", "person"]


def standing(f: Finding) -> Standing:
    """Who acts on a finding: `clean` did (or would, with the flags of this run), `clean` may, or a person must."""
    if f.applied:
        return "repaired"
    return {Safety.SAFE: "safe", Safety.UNSAFE: "unsafe", Safety.SUGGEST: "person"}[tier(f)]  # type: ignore[return-value]


def tier(f: Finding) -> Safety:
    """How much the fix of a finding may be trusted: several fixes, or none, are for a person."""
    return f.fixes[0].safety if len(f.fixes) == 1 else Safety.SUGGEST


def fail_level(run: Run) -> Severity:
    """The severity from which on a finding fails the run."""
    return Severity[str(run.details.get("fail_level", "error")).upper()]


def blocks(run: Run, f: Finding) -> bool:
    """Whether a finding fails the run: it is severe enough, and the article still has it (a check repairs nothing)."""
    return f.severity >= fail_level(run) and not (f.applied and run.command == "clean")


@dataclass
class Count:
    """The findings of one rule. `example` is the file and the line of the first."""

    code: str
    name: str
    severity: Severity
    findings: int = 0
    articles: int = 0
    repaired: int = 0
    safe: int = 0
    unsafe: int = 0
    person: int = 0
    blocking: int = 0
    example: tuple[str, int] = ("", 1)


@dataclass
class Tally:
    """The counts of a run; one pass over its records, none of them held."""

    articles: int = 0
    affected: int = 0
    changed: int = 0
    unread: int = 0
    rules: dict[str, Count] = field(default_factory=dict)
    severities: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(reversed(Severity), 0))

    def total(self, what: Literal["findings", "repaired", "safe", "unsafe", "person", "blocking"]) -> int:
        return sum(getattr(c, what) for c in self.rules.values())

    def common(self) -> list[Count]:
        """The rules, the one with most findings first."""
        return sorted(self.rules.values(), key=lambda c: (-c.findings, c.code))


def tally(run: Run, left: bool = False) -> Tally:
    """Counts the findings of a run; with `left` only those that were not repaired."""
    out = Tally()
    for record in run.records:
        found = [f for f in record.findings if not (left and f.applied)]
        out.articles += 1
        out.affected += bool(found)
        out.changed += record.changed
        out.unread += record.original is None
        for f in in_order(found):
            count = out.rules.get(f.code)
            if count is None:
                example = (record.source.file, f.location.line)
                count = out.rules[f.code] = Count(f.code, f.name, f.severity, example=example)
            count.severity = max(count.severity, f.severity)
            count.findings += 1
            setattr(count, standing(f), getattr(count, standing(f)) + 1)
            count.blocking += blocks(run, f)
            out.severities[f.severity] += 1
        for code in {f.code for f in found}:
            out.rules[code].articles += 1
    return out


def fair_shares(found: Mapping[str, int], most: int) -> Counter[str]:
    """How many findings of each rule are shown: all of the rare ones, the common ones share what room is left."""
    out: Counter[str] = Counter()
    left = most
    for n, code in enumerate(sorted(found, key=lambda c: (found[c], c))):
        out[code] = min(found[code], left // (len(found) - n))
        left -= out[code]
    return out


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one article as they stand in it."""
    return sorted(findings, key=lambda f: (f.span.start, f.span.end, f.code, f.fingerprint))


def rules_by_code(run: Run) -> dict[str, Rule]:
    return {rule.code: rule for rule in run.plan.rules}


def count_of(n: int, noun: str, many: str = "") -> str:
    """`1 article`, `1,204 articles`."""
    return f"{n:,} {noun if n == 1 else many or noun + 's'}"


# ------------------------------------------------------------------------------------------------------------- paths


def clickable(file: str) -> str:
    """A file's path from the working directory, in which a terminal or a CI job can open it."""
    try:
        near = os.path.relpath(file)
    except ValueError:  # another drive
        return file
    return file if near.startswith(os.pardir + os.sep + os.pardir) else near.replace(os.sep, "/")


# ------------------------------------------------------------------------------------------------- a finding as JSON


def as_data(record: Record, f: Finding) -> dict[str, object]:
    """A finding in the stable shape that other programs read; spans and edits are of the file as it was read."""
    return {
        "code": f.code,
        "name": f.name,
        "article": record.source.article,
        "path": record.source.id,
        "field": f.field,
        "span": {"start": f.span.start + record.source.start, "end": f.span.end + record.source.start},
        "location": {"line": f.location.line, "column": f.location.column},
        "severity": str(f.severity),
        "message": f.message,
        "evidence": plain(f.evidence),
        "fingerprint": f.fingerprint,
        "depends_on": list(f.depends_on),
        "fixes": [_fix(fix) for fix in f.fixes],
        "applied": f.applied,
    }


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{"start": e.start, "old": e.old, "new": e.new} for e in fix.edits]
    return {"title": fix.title, "safety": str(fix.safety), "edits": edits}


def plain(value: object) -> object:
    """Evidence as JSON can say it; a float that JSON has no word for becomes a string."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(v) for v in value), key=str)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def to_line(data: object) -> str:
    """JSON on one line: text as it is, but hidden characters and lone surrogates as escapes."""
    raw = _encode(data)
    if raw.isascii() and "\x7f" not in raw:
        return raw  # the hidden ones below are escapes already
    return HIDDEN.sub(lambda m: _escape(ord(m[0])), raw)


def _escape(code: int) -> str:
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def findings(run: Run) -> Iterator[tuple[Record, Finding]]:
    """Every finding of a run, by path, then by position."""
    for record in run.records:
        for f in in_order(record.findings):
            yield record, f
