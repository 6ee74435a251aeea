"""The changes as a unified diff: `patch -p1`, or `git apply`, makes them in the corpus root."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TextIO

from copydesk.excerpt import visible
from copydesk.model import Run

CONTEXT = 3
DEPTH = 10  # how often lines that stand once are looked for between others
SMALL = 400  # lines: between anchors SequenceMatcher, which is quadratic, compares no more than these

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PLAIN_PATH = re.compile(r"[^\x00-\x20\"\\\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Change(NamedTuple):
    """Lines `[a:b]` of the text as it was read became lines `[c:d]`."""

    a: int
    b: int
    c: int
    d: int


def render(run: Run, out: TextIO) -> None:
    """Writes the hunks of one article after the other.

    A line ends at LF, as `patch` and `git apply` have it; the CR of a CRLF stands at the end of the line's text. In a
    file every character stands as it is, for programs; a terminal is shown what it must not obey.
    """
    write = (lambda text: out.write(visible(text))) if out.isatty() else out.write
    for record in run.records:
        if record.original is None or record.text is None or record.original == record.text:
            continue
        old, new = _LINE.findall(record.original), _LINE.findall(record.text)
        write(f"--- {_named('a/' + record.source.id)}\n+++ {_named('b/' + record.source.id)}\n")
        for hunk in _hunks(_changes(old, new)):
            write("".join(_hunk(hunk, old, new)))


def _changes(old: Sequence[str], new: Sequence[str], at: int = 0, to: int = 0, depth: int = 0) -> Iterator[Change]:
    """Where two stretches of lines, which begin at `at` and `to`, differ: line by line between lines both have once."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    at, to = at + head, to + head
    anchors = _anchors(old, new) if old and new and depth < DEPTH else []
    if anchors:
        a = c = 0
        for i, j in [*anchors, (len(old), len(new))]:
            yield from _changes(old[a:i], new[c:j], at + a, to + c, depth + 1)
            a, c = i + 1, j + 1
    elif old and new and len(old) + len(new) <= SMALL:
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield Change(at + a, at + b, to + c, to + d)
    elif old or new:
        yield Change(at, at + len(old), to, to + len(new))


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The longest ascending row of lines that stand once in each (as in a patience diff)."""
    here, there = Counter(old), Counter(new)
    where = {line: i for i, line in enumerate(old) if here[line] == 1 and there[line] == 1}
    pairs = [(where[line], j) for j, line in enumerate(new) if line in where]
    ends: list[int] = []
    rows: list[int] = []
    before: list[int] = []
    for n, (i, _) in enumerate(pairs):
        k = bisect_left(ends, i)
        before.append(rows[k - 1] if k else -1)
        ends[k : k + 1] = [i]
        rows[k : k + 1] = [n]
    out = []
    n = rows[-1] if rows else -1
    while n >= 0:
        out.append(pairs[n])
        n = before[n]
    return out[::-1]


def _hunks(changes: Iterator[Change]) -> Iterator[list[Change]]:
    """Changes that stand so near one another that their context would touch, together."""
    hunk: list[Change] = []
    for change in changes:
        if hunk and change.a - hunk[-1].b > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _hunk(hunk: list[Change], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    lead = min(CONTEXT, hunk[0].a)
    rest = min(CONTEXT, len(old) - hunk[-1].b)
    a, c = hunk[0].a - lead, hunk[0].c - lead
    yield f"@@ -{_range(a, hunk[-1].b + rest)} +{_range(c, hunk[-1].d + rest)} @@\n"
    for change in hunk:
        yield from _lines(" ", old[a : change.a])
        yield from _lines("-", old[change.a : change.b])
        yield from _lines("+", new[change.c : change.d])
        a = change.b
    yield from _lines(" ", old[a : a + rest])


def _range(start: int, end: int) -> str:
    if end - start == 1:
        return str(start + 1)
    return f"{start + 1 if end > start else start},{end - start}"


def _lines(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def _named(path: str) -> str:
    """A path as git writes it: in quotes, with escapes, where it holds anything unusual."""
    if _PLAIN_PATH.fullmatch(path):
        return path
    out = []
    for byte in path.encode("utf-8", "surrogateescape"):
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        else:
            out.append(char if 32 <= byte < 127 else f"\\{byte:03o}")
    return '"' + "".join(out) + '"'
