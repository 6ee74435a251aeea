"""Edits of a text as pure functions: apply, invert, choose, diff, undo, and the way back to the original.

Positions are code points. Within one group, edits ascend and do not overlap; they may touch.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from copydesk.model import Applied, Edit, Span


class EditError(ValueError):
    """An edit that does not fit the text it is applied to."""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after all the edits. Raises EditError where `old` does not stand or two edits overlap."""
    out: list[str] = []
    last = 0
    for start, old, new in sorted(edits, key=lambda e: (e.start, e.end)):
        if start < last:
            raise EditError(f"two edits overlap at code point {start}")
        if not text.startswith(old, start) or start > len(text):
            raise EditError(f"the text at code point {start} is {text[start : start + len(old)]!r}, not {old!r}")
        out += (text[last:start], new)
        last = start + len(old)
    out.append(text[last:])
    return "".join(out)


def invert(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that lead back: positions are those of the text after `edits`."""
    out: list[Edit] = []
    shift = 0
    for e in sorted(edits, key=lambda e: (e.start, e.end)):
        out.append(Edit(e.start + shift, e.new, e.old))
        shift += len(e.new) - len(e.old)
    return tuple(out)


def mover(edits: Iterable[Edit]) -> Callable[[Span], int | None]:
    """Says of a span how far it moves when the edits are made; None where one of them touches it."""
    made = sorted(edits, key=lambda e: (e.start, e.end))
    starts, ends = [e.start for e in made], [e.end for e in made]
    sums = [0, *accumulate(len(e.new) - len(e.old) for e in made)]

    def move(span: Span) -> int | None:
        before = bisect_left(ends, span.start)
        return sums[before] if before == bisect_right(starts, span.end) else None

    return move


def minimal(start: int, old: str, new: str) -> Edit:
    """The edit without what `old` and `new` share at their beginning and end."""
    a, n = 0, min(len(old), len(new))
    while a < n and old[a] == new[a]:
        a += 1
    b = 0
    while b < n - a and old[-1 - b] == new[-1 - b]:
        b += 1
    return Edit(start + a, old[a : len(old) - b], new[a : len(new) - b])


_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
DIFF_TOKENS = 2_000  # SequenceMatcher is quadratic; a longer stretch becomes one edit


def diff(old: str, new: str, start: int = 0) -> tuple[Edit, ...]:
    """Minimal edits that make `new` of `old`, which begins at `start`; by words first, so that they read well."""
    whole = minimal(start, old, new)
    if not whole.old and not whole.new:
        return ()
    a, b = _TOKEN.findall(whole.old), _TOKEN.findall(whole.new)
    if not a or not b or len(a) + len(b) > DIFF_TOKENS:
        return (whole,)
    at = [whole.start]
    for token in a:
        at.append(at[-1] + len(token))
    from difflib import SequenceMatcher

    out = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            out.append(minimal(at[i], "".join(a[i:j]), "".join(b[k:m])))
    return tuple(out)


def choose(candidates: Sequence[tuple[int, Sequence[Edit]]]) -> list[int]:
    """Which of these (stage, edits) can be made together: lower stage first, then leftmost; each whole or not at all.

    Two fixes conflict where edits overlap, where two of them write at one place, and, between stages, where they
    touch: a line that one deletes is not joined by the other. O(n log n) comparisons. Returns ascending indexes.
    """
    order = sorted(range(len(candidates)), key=lambda i: (candidates[i][0], candidates[i][1][0].start, i))
    taken: list[tuple[int, int, int]] = []  # (start, end, stage), disjoint
    chosen: list[int] = []
    for i in order:
        stage, edits = candidates[i]
        if not any(_conflicts(taken, e, stage) for e in edits):
            chosen.append(i)
            for e in edits:
                insort(taken, (e.start, e.end, stage))
    return sorted(chosen)


def _conflicts(taken: list[tuple[int, int, int]], e: Edit, stage: int) -> bool:
    at = bisect_left(taken, (e.start, e.start, -1))
    for n in range(at - 1, -1, -1):  # disjoint: only those that end where another begins are looked at
        start, end, other = taken[n]
        if end < e.start:
            break
        if end > e.start or other != stage or (start == end and not e.old):
            return True
    for n in range(at, len(taken)):
        start, end, other = taken[n]
        if start > e.end:
            break
        if start < e.end or other != stage or (start == e.start and (start == end or not e.old)):
            return True
    return False


# --------------------------------------------------------------------------------------- the way back to the original


@dataclass(slots=True)
class _Segment:
    """`[o_start:o_end]` of the original became `[start:end]` of the present text; `who` made it so."""

    o_start: int
    o_end: int
    start: int
    end: int
    who: tuple[str, ...]


@dataclass
class Origin:
    """Maps positions of a text that went through passes of edits back to the text as it was read."""

    original: str
    text: str = ""
    _segments: list[_Segment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = self.text or self.original

    def advance(self, fixes: Iterable[tuple[str, Sequence[Edit]]]) -> None:
        """Takes the text through one pass of fixes, each with the name (a fingerprint) of who made it."""
        edits = sorted(((e, who) for who, es in fixes for e in es), key=lambda x: (x[0].start, x[0].end))
        after = apply(self.text, [e for e, _ in edits])
        out: list[_Segment] = []
        shift = 0  # of the present pass
        for segments, made in self._clusters(self._segments, edits):
            start, end, o_start, o_end = self._extent(segments, [e for e, _ in made])
            grown = sum(len(e.new) - len(e.old) for e, _ in made)
            who = tuple(dict.fromkeys([w for s in segments for w in s.who] + [w for _, w in made]))
            out.append(_Segment(o_start, o_end, start + shift, end + shift + grown, who))
            shift += grown
        self._segments, self.text = out, after

    @staticmethod
    def _clusters(
        segments: list[_Segment], edits: list[tuple[Edit, str]]
    ) -> list[tuple[list[_Segment], list[tuple[Edit, str]]]]:
        """Segments and edits in order, those that build on one another together."""
        items: list[tuple[int, int, int, _Segment | None, tuple[Edit, str] | None]] = []
        items += [(s.start, s.end, 0, s, None) for s in segments]
        items += [(e.start, e.end, 1, None, (e, w)) for e, w in edits]
        items.sort(key=lambda x: (x[0], x[1], x[2]))
        out: list[tuple[list[_Segment], list[tuple[Edit, str]]]] = []
        c_start = c_end = -1
        for start, end, _, segment, edit in items:
            if not out or not builds_on(start, end, c_start, c_end):
                out.append(([], []))
                c_start, c_end = start, end
            c_end = max(c_end, end)
            if segment is not None:
                out[-1][0].append(segment)
            if edit is not None:
                out[-1][1].append(edit)
        return out

    def span(self, start: int, end: int) -> Span:
        """A span of the present text in the original; what was changed there is covered whole."""
        return Span(*self._back(start, end))

    def makers(self, start: int, end: int) -> tuple[str, ...]:
        """Who changed the text that stands at a span of the present text."""
        hits = [s.who for s in self._near(start, end) if builds_on(start, end, s.start, s.end)]
        return tuple(dict.fromkeys(w for who in hits for w in who))

    def edits(self, edits: Sequence[Edit]) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
        """Edits of the present text as edits of the original, and who made the text that they build on.

        An edit that builds on others is given cumulatively: it does what they did there, too.
        """
        who: list[str] = []
        out: list[Edit] = []
        touched = [s for e in edits for s in self._near(e.start, e.end) if builds_on(e.start, e.end, s.start, s.end)]
        unique = sorted({id(s): s for s in touched}.values(), key=lambda s: (s.start, s.end))
        for segments, made in self._clusters(unique, [(e, "") for e in sorted(edits)]):
            if not made:
                continue
            start, end, o_start, o_end = self._extent(segments, [e for e, _ in made])
            new = apply(self.text[start:end], [Edit(e.start - start, e.old, e.new) for e, _ in made])
            out.append(minimal(o_start, self.original[o_start:o_end], new))
            who += [w for s in segments for w in s.who]
        return tuple(e for e in out if e.old or e.new), tuple(dict.fromkeys(who))

    def _near(self, start: int, end: int) -> list[_Segment]:
        first = bisect_left(self._segments, start, key=lambda s: s.end)
        last = bisect_right(self._segments, end, key=lambda s: s.start)
        return self._segments[first:last]

    def _extent(self, segments: Sequence[_Segment], edits: Sequence[Edit]) -> tuple[int, int, int, int]:
        """From where to where segments and edits reach together, in the present text and in the original."""
        start = min([s.start for s in segments] + [e.start for e in edits])
        end = max([s.end for s in segments] + [e.end for e in edits])
        if not segments:
            return (start, end, *self._back(start, end))
        o_start = min([s.o_start for s in segments] + [self._boundary(e.start, True) for e in edits if e.old])
        o_end = max([s.o_end for s in segments] + [self._boundary(e.end, False) for e in edits if e.old])
        return start, end, o_start, o_end

    def _back(self, start: int, end: int) -> tuple[int, int]:
        o_start = self._boundary(start, first=True)
        return (o_start, o_start) if start == end else (o_start, self._boundary(end, first=False))

    def _boundary(self, at: int, first: bool) -> int:
        """The original position of a boundary; beside a deletion, the start of a span lies after, its end before it."""
        shift = 0
        for s in self._segments[: bisect_right(self._segments, at, key=lambda s: s.start)]:
            if s.start <= at <= s.end:
                if s.start == s.end:
                    if not first:
                        return s.o_start
                elif at == s.start:
                    return s.o_start
                elif at < s.end:
                    return s.o_start if first else s.o_end
            shift = s.o_end - s.end
        return at + shift


def builds_on(start: int, end: int, made_start: int, made_end: int) -> bool:
    """Whether an edit of `[start:end]` needs the text that an earlier one put at `[made_start:made_end]`.

    Edits that only touch do not; where something was deleted (an empty place), only an edit across the place does, or
    one that writes at just this place.
    """
    if start == end and made_start == made_end:
        return start == made_start
    if start == end:
        return made_start < start < made_end
    return start < made_end and made_start < end if made_start < made_end else start < made_start < end


# ------------------------------------------------------------------------------------------------------------- undo


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing left: the text, the passes that still stand, and the fixes that went."""

    text: str
    passes: tuple[tuple[Applied, ...], ...]
    gone: tuple[Applied, ...]


def original(text: str, passes: Sequence[Sequence[Applied]]) -> str:
    """The text before all passes, from the text after them. Raises EditError where the text is not what they left."""
    for fixes in reversed(passes):
        text = apply(text, invert(e for f in fixes for e in f.edits))
    return text


def undo(text: str, passes: Sequence[Sequence[Applied]], unwanted: Callable[[Applied], bool]) -> Undone:
    """Takes the unwanted fixes back, and with them those that build on what they had written.

    The others are made again on the text as it was read, so that what is left is exactly a run without the unwanted
    ones. Raises EditError where the text is not the one that the passes led to.
    """
    before = original(text, passes)
    drop = _closure(passes, unwanted)
    kept: list[tuple[Applied, ...]] = []
    now = before
    missing: list[Edit] = []  # what the recorded text has and ours has not, as edits of the recorded text
    for n, fixes in enumerate(passes):
        again = tuple(
            replace(f, edits=tuple(Edit(_shifted(missing, e), e.old, e.new) for e in f.edits))
            for m, f in enumerate(fixes)
            if (n, m) not in drop
        )
        now = apply(now, [e for f in again for e in f.edits])
        if again:
            kept.append(again)
        made = sorted((e for f in fixes for e in f.edits), key=lambda e: (e.start, e.end))
        gone = [e for m, f in enumerate(fixes) if (n, m) in drop for e in f.edits]
        missing = _carried(missing, made, gone)
    went = tuple(f for n, fixes in enumerate(passes) for m, f in enumerate(fixes) if (n, m) in drop)
    return Undone(now, tuple(kept), went)


def _closure(passes: Sequence[Sequence[Applied]], unwanted: Callable[[Applied], bool]) -> Collection[tuple[int, int]]:
    """The unwanted fixes and all that build on one of them, as (pass, number) pairs."""
    names = {(n, m): f"{n}.{m}" for n, fixes in enumerate(passes) for m, _ in enumerate(fixes)}
    drop = {(n, m) for n, fixes in enumerate(passes) for m, f in enumerate(fixes) if unwanted(f)}
    while True:
        regions: list[tuple[int, int, str]] = []
        more = set(drop)
        for n, fixes in enumerate(passes):
            for m, f in enumerate(fixes):
                if any(builds_on(e.start, e.end, a, b) for e in f.edits for a, b, _ in regions):
                    more.add((n, m))
            made = sorted(
                ((e, (n, m)) for m, f in enumerate(fixes) for e in f.edits), key=lambda x: (x[0].start, x[0].end)
            )
            shifted = []
            for a, b, who in regions:
                shift = sum(len(e.new) - len(e.old) for e, _ in made if e.end <= a and e.start < max(b, a + 1))
                grown = sum(len(e.new) - len(e.old) for e, _ in made if e.start >= a and e.end <= b and a < b)
                shifted.append((a + shift, b + shift + grown, who))
            shift = 0
            for e, key in made:
                if key in more:
                    shifted.append((e.start + shift, e.start + shift + len(e.new), names[key]))
                shift += len(e.new) - len(e.old)
            regions = shifted
        if more == drop:
            return drop
        drop = more


def _shifted(missing: Sequence[Edit], e: Edit) -> int:
    """Where an edit of the recorded text stands in ours."""
    return e.start + sum(
        len(m.new) - len(m.old)
        for m in missing
        if m.end <= e.start and (m.start < e.start or m.end < e.end or not e.old)
    )


def _carried(missing: Sequence[Edit], made: Sequence[Edit], gone: Collection[Edit]) -> list[Edit]:
    """`missing`, moved past the edits of a pass, with the inverse of those of its edits that are gone."""
    out = [
        Edit(m.start + sum(len(e.new) - len(e.old) for e in made if e.end <= m.start), m.old, m.new) for m in missing
    ]
    back = invert(made)
    out += [b for b, e in zip(back, made, strict=True) if e in gone]
    return sorted(out, key=lambda e: (e.start, e.end))
