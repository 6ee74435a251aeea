"""Runs of lines of prose, described for whoever asks whether two of them are one sentence.

A piece is a line without the blanks around it, with a word for how it begins and one for how it ends. Pure functions
over `article.lines`; what is made of them is the validators' business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from copydesk.model import Line

WIDEST = 110  # code points; text wrapped by hand or by a program is narrower, a line of unwrapped prose is longer
UNBROKEN = 0.97  # share of the breaks at the full width: where no paragraph ends at a single line break
ENOUGH = 8  # breaks, to say so
NARROWEST = 30
ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|St|Mt|Jr|Sr|vs|No|Fig|Vol|pp|e\.g|i\.e)|\b[A-Z])\.$"
)
CLOSERS = "\"'”’»)]}›"
TAIL = ",.;:!?)]}”’»"
OPENERS = "([{“‘«"
MARK = re.compile(r"(?:[-+*•‣◦▪·●]|\d{1,9}[.)]|#{1,6}|>)(?:\s|$)|[-*_]{3}")
KINDS_OF_END = ["colon", "comma", "semicolon", "dash", "dash", "dash", "slash"]
ENDINGS = dict(zip(":,;-–—/", KINDS_OF_END, strict=True)) | dict.fromkeys(OPENERS, "open")
AFTER_TAIL = " ,.;:!?\"'" + CLOSERS
DASHES = "-–—"
SHORT = 7  # words
RAGGED = 2  # columns by which one line of a wrapped text may stand out
LONG = 120  # code points; a longer line counts as this many words
LOWER = ("lower", "joining", "open-lower")
GOING_ON = ("lower", "joining", "tail")
TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


class Words(NamedTuple):
    """Classes of small words of a language, from `rules/layout/english.yaml`, where they are explained."""

    dangling: frozenset[str]
    joining: frozenset[str]
    opening: frozenset[str]
    alone: frozenset[str]


class Piece(NamedTuple):
    """A line of a block without the blanks around it, described.

    `line` counts in `article.lines`; `head` is the length of what stands before the first blank.
    """

    text: str
    start: int
    end: int
    line: int
    words: int
    first: str
    last: str
    opens: str
    closes: str
    titled: float
    rest: int
    column: int
    head: int


def describe(text: str, start: int, line: int, indent: int, known: Words) -> Piece:
    """Of a long line only the two ends are looked at: it is prose, whatever stands in its middle."""
    if len(text) > LONG:
        count, titled = LONG, 0.0
        head, tail = text.split(None, 1)[0], text[-40:].rsplit(None, 1)[-1]
    else:
        tokens = text.split()
        weighty = [w for w in tokens if len(w) > 3]
        count = len(tokens)
        titled = len([w for w in weighty if w[0].isupper()]) / len(weighty) if weighty else 1.0
        head, tail = tokens[0], tokens[-1][-40:]
    if head.isalpha() and len(head) <= 40:
        first = head
    else:
        begin = TOKEN.search(text, 0, 40)
        first = begin[0] if begin else ""
    last = tail if tail.isalpha() else (TOKEN.findall(tail) or ("",))[-1]
    described = (
        text,
        start,
        start + len(text),
        line,
        count,
        first,
        last,
        start_of(text, first, known),
        end_of(text, last, known),
        titled,
        rest_of(text),
        indent + len(text),
        len(head),
    )
    return _new(Piece, described)


_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long


def rest_of(text: str) -> int:
    """How many words stand after the last full stop within a line; 0 where there is no such stop. Few is all we ask."""
    stop = max(text.rfind(". ", 0, -1), text.rfind("? ", 0, -1), text.rfind("! ", 0, -1))
    return text.count(" ", stop, stop + LONG) if stop >= 0 else 0


def end_of(text: str, last: str, known: Words) -> str:
    """How a line ends, as one of a dozen words."""
    core = text.rstrip(CLOSERS)
    if not core:
        return "close"
    c = core[-1]
    if c in ".!?…":
        return "abbreviation" if core is text and ABBREVIATION.search(core[-8:]) else "stop"
    if c in ENDINGS:
        return ENDINGS[c]
    if len(core) < len(text):
        return "close"
    if c.isdigit():
        return "digit"
    if last in known.dangling or text in known.alone:
        return "dangling"
    if last[:1].islower():
        return "lower"
    if last[:1].isupper():
        return "caps" if len(last) > 1 and last.isupper() else "title"
    return "other"


def start_of(text: str, first: str, known: Words) -> str:
    """How a line begins, as one of a dozen words."""
    c = text[0]
    if text.startswith(("..", ":)", ":(", ":-", ";)")) or (
        len(text) > 2 and not first and not any(map(str.isdigit, text))
    ):
        return "other"
    if c in TAIL:
        return "other" if c in ".:!?" and text[1:2] not in AFTER_TAIL else "tail"
    if text[:2] in ("'s", "’s"):
        return "tail"
    if c in "-–—":
        return "dash"
    if c in OPENERS or c in "\"'":
        return "open-lower" if text.lstrip("\"'“‘«([{")[:1].islower() else "open"
    if c.isdigit():
        return "digit"
    if c in "@#" or text.startswith(("http://", "https://", "www.")):
        return "address"
    if text[len(first) : len(first) + 1].isdigit():
        return "other"
    if c.islower() and first[1:].islower() | (len(first) < 2):
        return "joining" if first in known.joining else "lower"
    if c.isupper():
        if first in known.opening:
            return "opening"
        return "caps" if len(first) > 1 and first.isupper() else "title"
    return "other"


class Layout(NamedTuple):
    """The width at which the article is wrapped (0: it is not), and whether blank lines part its paragraphs."""

    width: int
    share: float
    spaced: bool
    cuts: float = 0.0


def layout_of(blocks: Sequence[Sequence[Piece]], runs: int) -> Layout:
    """Wrapped is where most lines of a narrow text could not have taken the first word of the line below."""
    pairs = [(a, b) for block in blocks for a, b in pairwise(block)]
    spaced = (runs - 1) * 4 >= len(pairs)
    cuts = sum(is_certain(a, b) for a, b in pairs) / max(1, len(pairs))
    columns = sorted(p.column for block in blocks for p in block if p.words > 3 and p.column <= WIDEST)
    if len(columns) < 3 or len(columns) * 3 < sum(len(b) for b in blocks):
        return Layout(0, 0.0, spaced, cuts)
    share = 0.0
    for width in dict.fromkeys((columns[-1], columns[len(columns) * 49 // 50 - 1])):  # a few lines may stand out
        narrow = [(a, b) for a, b in pairs if a.column <= width]
        full = sum(is_full(a, b, width) for a, b in narrow)
        share = full / len(narrow) if narrow else 0.0
        if width >= NARROWEST and full >= 2 and share >= 0.4:
            unbroken = share >= UNBROKEN and len(narrow) >= ENOUGH and runs > 1
            return Layout(width, share, spaced or unbroken, cuts)
    return Layout(0, share, spaced, cuts)


def is_certain(a: Piece, b: Piece) -> bool:
    """Whether the break cuts a sentence beyond doubt, and at no word where a wrap would."""
    return b.opens == "tail" or (a.closes == "dangling" and a.words > 2 and b.opens not in LOWER)


def is_full(a: Piece, b: Piece, width: int) -> bool:
    """Whether a wrap at this width had to break between the lines, the first of which is no wider."""
    return a.column + 1 + b.head > width


def blocks_of(lines: Sequence[Line], known: Words) -> tuple[list[list[Piece]], int]:
    """The runs of two and more lines of prose that nothing stands between, and the number of runs of any length."""
    runs: list[list[tuple[str, int]]] = []
    run: list[tuple[str, int]] = []
    for n, line in enumerate(lines):
        if line.kind != "paragraph" and line.kind != "list":
            run = []
            continue
        text = line.text.strip()
        if not text:  # a separator that Markdown does not take for a blank
            run = []
            continue
        if not run or (line.kind == "list" and MARK.match(text)):
            run = []
            runs.append(run)
        run.append((text, n))
    blocks = []
    for run in runs:
        if len(run) > 1:
            block = []
            for text, n in run:
                indent = lines[n].text.find(text)
                block.append(describe(text, lines[n].start + indent, n, indent, known))
            blocks.append(block)
    return blocks, len(runs)


def goes_on(p: Piece) -> bool:
    """A line that begins in the middle of a sentence; a signature after a dash is short and begins with a capital."""
    if p.opens == "dash":
        return p.text.lstrip(DASHES + " ")[:1].islower() or p.words > SHORT
    return p.opens in GOING_ON or p.text[0] == "("


def hangs(p: Piece) -> bool:
    """A line that ends in the middle of a sentence, whatever follows."""
    if p.text[-1] == '"':
        return p.text[-2:-1] in ("", " ", "(")
    return p.closes in ("dangling", "comma", "open") or p.text.endswith(("'s", "’s"))


def titled(p: Piece) -> bool:
    return p.titled > 0.7 and 2 <= p.words < 15


# ------------------------------------------------------------------------------------- what is to be seen of a break

CUTS = (0.02, 0.05, 0.1, 0.2, 1.0)  # shares of the line breaks that surely cut a sentence


def size_of(words: int) -> str:
    return str(words) if words <= 4 else "5-7" if words <= 7 else "8-14" if words <= 14 else "15+"


SIZES = [size_of(n) for n in range(LONG + 1)]


def full_at(layout: Layout, a: Piece, b: Piece) -> bool:
    """Whether a wrap at the width of the article had to break between the lines."""
    return a.column <= layout.width and is_full(a, b, layout.width - (RAGGED if b.opens in LOWER else 0))


class Kind(NamedTuple):
    """What a break has in common with many others: the classes of its two lines and of the article."""

    end: str
    start: str
    wrap: str
    gaps: str
    words: str
    next: str
    slack: int
    share: int
    cuts: str
    rest: str
    next_rest: str
    next_end: str

    def features(self) -> list[str]:
        """The names of its weights."""
        end, start, wrap, gaps, words, follows, *_ = self
        out = ["bias", f"wrap {wrap} words {words} {gaps}"]
        out += [f"end {end}", f"start {start}", f"wrap {wrap}", f"gaps {gaps}", f"words {words}", f"next {follows}"]
        out += [f"end {end} start {start}", f"wrap {wrap} gaps {gaps}", f"wrap {wrap} end {end}"]
        out += [f"wrap {wrap} start {start}", f"words {words} end {end}", f"next {follows} start {start}"]
        out += [f"words {words} next {follows}", f"gaps {gaps} end {end}", f"gaps {gaps} start {start}"]
        if self.wrap != "no":
            out.append(f"wrap {self.wrap} share {self.share}")
        if self.wrap == "full":
            out.append(f"slack {self.slack}")
        out += [f"cuts {self.cuts}", f"cuts {self.cuts} end {self.end}", f"cuts {self.cuts} start {self.start}"]
        out.append(f"rest {self.rest} end {self.end}")
        out.append(f"next rest {self.next_rest} start {self.start}")
        out.append(f"rest {self.rest} end {self.end} start {self.start}")
        out.append(f"end {self.end} start {self.start} {self.next} > {self.next_end}")
        return out


@lru_cache(maxsize=64)
def share_of(cuts: float) -> str:
    return str(next(n for n, x in enumerate(CUTS) if cuts <= x)) if cuts else "no"


def kind_of(block: Sequence[Piece], n: int, layout: Layout) -> Kind:
    """The kind of the break after line `n` of the block."""
    a, b = block[n], block[n + 1]
    wrap = "no"
    if layout.width and a.column <= layout.width:
        wrap = "full" if full_at(layout, a, b) else "room"
    seen = (
        a.closes,
        b.opens,
        wrap,
        "spaced" if layout.spaced else "tight",
        SIZES[a.words],
        SIZES[b.words],
        min(4, (layout.width - a.column) // 3) if wrap == "full" else 0,
        int(layout.share * 5) if wrap != "no" else 0,
        share_of(layout.cuts),
        SIZES[min(a.rest, LONG)],
        SIZES[min(b.rest, LONG)],
        b.closes,
    )
    return _new(Kind, seen)


def surroundings(block: Sequence[Piece], n: int) -> list[str]:
    """The names of the weights of what is particular to the break: its words, its marks and the lines around."""
    a, b = block[n], block[n + 1]
    before = block[n - 1] if n else None
    after = block[n + 2] if n + 2 < len(block) else None
    long_a, long_b = SIZES[a.words], SIZES[b.words]
    out = [f"before {before.closes} > {a.opens}" if before else f"first {long_a} {a.closes}"]
    out.append(f"after {b.closes} > {after.opens}" if after else f"last {long_b} {b.closes}")
    if before and max(before.words, a.words, b.words) <= SHORT:
        out.append(f"short {SIZES[before.words]} {long_a} {long_b}")
    if a.words > 2 and a.titled > 0.7:
        out.append(f"titled open {b.opens}")
    if b.words > 2 and b.titled > 0.7:
        out.append(f"next titled close {a.closes}")
    if "(" in a.text and a.text.count("(") > a.text.count(")"):
        out.append("bracket closes" if ")" in b.text else "bracket left open")
    if "“" in a.text and a.text.count("“") > a.text.count("”"):
        out.append("quote closes" if "”" in b.text else "quote left open")
    elif '"' in a.text and a.text.count('"') % 2:
        out.append("quote closes" if b.text.count('"') % 2 else "quote left open")
    if a.text[0].islower():
        out.append("begins lower")
    if after and b.words <= SHORT:
        out.append(f"filling {a.closes} {b.opens} {after.opens}")
    if before and a.words <= SHORT:
        out.append(f"filled {before.closes} {a.opens} {b.opens}")
    if a.closes in ("lower", "dangling"):
        out += [f"last {a.last}", f"last {a.last} {b.opens}"]
    if b.opens in ("lower", "joining", "opening"):
        out.append(f"first {b.first}")
    return out


def features(block: Sequence[Piece], n: int, layout: Layout) -> list[str]:
    """What is to be seen of the line break after line `n` of the block, as names of weights."""
    return [*kind_of(block, n, layout).features(), *surroundings(block, n)]


def runs_on(lines: Sequence[Line], n: int) -> bool:
    """Whether line n stands right under a line that ends within a sentence."""
    if n == 0:
        return False
    last = lines[n - 1].text.rstrip()[-1:]
    return last.isalnum() or last in (",", "-")


def is_hyphenated(lines: Sequence[Line], n: int) -> bool:
    """Whether the first word of line n is the second half of a word that was cut at the line end."""
    n -= 1
    while n >= 0 and not lines[n].text.strip():
        n -= 1
    return n >= 0 and lines[n].text.rstrip()[-1] in "-\u00ad\u2010"
