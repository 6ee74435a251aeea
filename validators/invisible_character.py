"""Characters that nobody sees: soft hyphens, zero-width and control characters, marks that reorder or hide text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from copydesk.validator import Article, Contract, Fix, Hit, Passage, Safety, Validator, fix

VISIBLE_ASCII = bytes([*range(0x20, 0x7F), 0x09, 0x0A, 0x0D])
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    r"\ue000-\uf8fe\U000e0000-\U000e0fff\U000f0000-\U0010fffd]+"
)
CASES = {
    "soft-hyphen": "\u00ad",
    "zero-width": "\u180e\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u2061\u2062\u2063\u2064",
    "byte-order-mark": "\ufeff",
    "line-separator": "\x85\u2028\u2029\x0b\x0c",
    "direction": "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
}
CASE = {c: case for case, characters in CASES.items() for c in characters}
DIRECTION_MARKS = "\u200e\u200f\u061c"
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
BLOCK_MARK = re.compile(r"[-+*#>=~`|:<\[_]|\d{1,9}[.)]")  # at the beginning of a line it would mean something else
LINE_END = re.compile(r"[\r\n]")
EMPHASIS = frozenset("*_~`")
SHOWN = frozenset(
    {("(", ")"), ("[", "]"), ("“", "”"), ("‘", "’"), ('"', '"'), ("'", "'")}
)  # around what a text is about
MISREAD = frozenset("ÂÃÄÅÎÐÑ×Ø")  # with one of our characters behind it: mojibake
WINDOWS = frozenset(chr(c) for c in range(0x80, 0xA0)) - frozenset("\x81\x85\x8d\x8f\x90\x9d")  # mojibake, too

# The low byte of a typographic character whose high byte was lost: U+2019 became U+0019.
CUT = {chr(ord(c) & 0xFF): c for c in "–—‘’“”"}
SYMBOL_BULLETS = frozenset("\uf0b7\uf0a7\uf0d8\uf076\uf0a8\uf0fc")  # of the fonts Symbol and Wingdings
BLACK_FLAG = "\U0001f3f4"  # begins the flags of England, Scotland and Wales, which are spelt with tags


class Mark(NamedTuple):
    """An invisible character at `[start:end]` and what to write for it (None: nothing can be offered)."""

    start: int
    end: int
    case: str
    new: str | None = None
    safety: Safety = Safety.SAFE


class Run(NamedTuple):
    """Adjacent invisible characters, and what decides about them."""

    start: int
    end: int
    before: str
    after: str
    to_left: bool
    """There are letters in the line that are written from right to left."""
    mixed: bool
    """There are such letters somewhere in the passage."""
    misread: bool
    """What stands here is mojibake."""
    safety: Safety
    """Of deleting."""


@dataclass
class InvisibleCharacter(Validator):
    """Deletes what is certainly dirt; what may have a meaning is left to a person, or alone.

    One hit for all characters of a kind in a line or value.
    """

    contract = Contract.CHARACTERS
    cases = (*CASES, "control", "private-use", "hidden-text")

    def check(self, article: Article) -> Iterator[Hit]:
        for passage in article.passages:
            unusual = passage.text.encode("utf-8", "surrogatepass").translate(None, VISIBLE_ASCII)
            if not unusual or INVISIBLE.search(unusual.decode("utf-8", "surrogatepass")) is None:
                continue
            marks = [(line, m) for line, run in runs_of(passage) for m in judged(passage, run)]
            marks.sort(key=lambda x: (x[0], x[1].case, x[1].safety, x[1].new is None, x[1].start))
            for key, group in groupby(marks, lambda x: (x[0], x[1].case, x[1].safety, x[1].new is None)):
                found = [m for _, m in group]
                if key[1] == "line-separator" and key[2] < Safety.SAFE:
                    yield from (hit(passage, [m]) for m in found)
                else:
                    yield hit(passage, found)


def runs_of(passage: Passage) -> Iterator[tuple[int, Run]]:
    """The runs of invisible characters, each with the start of its line."""
    text = passage.text
    line = seen = stop = 0
    to_left = False
    mixed = RIGHT_TO_LEFT.search(text) is not None
    for m in INVISIBLE.finditer(text):
        start, end = m.span()
        line = max(line, 1 + max(text.rfind("\n", seen, start), text.rfind("\r", seen, start)))
        if seen == 0 or start > stop:
            rest = LINE_END.search(text, end)
            stop = rest.start() if rest else len(text)
            to_left = mixed and RIGHT_TO_LEFT.search(text, line, stop) is not None
        seen = end
        before = text[start - 1] if start else ""
        misread = before in MISREAD or any(c in WINDOWS for c in m[0])
        yield line, Run(start, end, before, text[end : end + 1], to_left, mixed, misread, harm(passage, start, end))


def judged(passage: Passage, run: Run) -> Iterator[Mark]:
    """What to say of each character of a run; those that belong there are left out.

    In code and URLs nothing is changed, and only what deceives a reader is said.
    """
    text = passage.text
    at_line_end = run.after in ("", "\n", "\r")
    needless = at_line_end or run.before in ("", "\n", "\r")
    western = is_western(run.before) and is_western(run.after)
    for at in range(run.start, run.end):
        c = text[at]
        case = CASE.get(c) or category(c)
        new: str | None = ""
        safety = run.safety
        hidden = passage.masked[at] != c
        if hidden and case not in ("direction", "hidden-text"):
            continue
        if case == "soft-hyphen":
            if run.misread or (at_line_end and run.before.isalpha()):
                continue  # the second half of a misread character; a word that was divided there
            if not (run.before.isalnum() or run.after.isalnum()):
                safety = min(safety, Safety.UNSAFE)  # in no word: a table or a text about characters may show one
        elif case == "zero-width":
            if run.mixed if c in DIRECTION_MARKS else not western:
                continue
        elif case == "byte-order-mark":
            safety = Safety.SAFE
        elif case == "direction":
            if run.to_left:
                continue
            new = None
        elif case == "line-separator":
            if c == "\x85" and run.misread:
                continue
            new, safety = ("", run.safety) if needless else (" ", Safety.SUGGEST)
        elif case == "control":
            if c >= "\x80" and run.misread:
                continue
            colour = c == "\x1b" and text[at + 1 : at + 2] == "["  # more than this character would have to go
            new, safety = None if colour else CUT.get(c, ""), Safety.UNSAFE
        elif case == "private-use":
            bullet = c in SYMBOL_BULLETS and (run.before in ("", "\n", "\r", " ", "\t"))
            new, safety = "•" if bullet else "", Safety.SUGGEST
        else:
            if run.before == BLACK_FLAG or (run.before >= "\u2e80" and run.end - run.start == 1):
                continue  # the flag of a country; a variant of an ideograph
            new, safety = None if hidden else "", Safety.UNSAFE
        yield Mark(at, at + 1, case, new, safety)


def category(c: str) -> str:
    """The case of a character that `CASES` does not name."""
    if c < "\xa0" or "\ufff9" <= c <= "\ufffb":
        return "control"
    return "private-use" if "\ue000" <= c <= "\uf8ff" or c >= "\U000f0000" else "hidden-text"


def is_western(c: str) -> bool:
    """Whether nothing is joined or divided beside it: Latin, Greek, Cyrillic, their punctuation, an edge."""
    return c == "" or c < "\u0530" or "\u1e00" <= c <= "\u206f" or "\u20a0" <= c <= "\u20cf"


def harm(passage: Passage, start: int, end: int) -> Safety:
    """Safe, unless Markdown would read what comes together as something else."""
    if passage.field is not None:
        return Safety.SAFE
    text = passage.masked
    if (start == 0 or text[start - 1] in "\r\n") and BLOCK_MARK.match(text, end):
        return Safety.UNSAFE
    beside = text[start - 1 : start] if start else "", text[end : end + 1]
    if beside in SHOWN:
        return Safety.UNSAFE
    if any(c in EMPHASIS for c in beside if c) and not any(c.isspace() or not c for c in beside):
        return Safety.UNSAFE
    return Safety.SAFE


def hit(passage: Passage, marks: list[Mark]) -> Hit:
    """The hit of some characters of one kind."""
    first = marks[0]
    characters = [passage.text[m.start] for m in marks]
    names = dict.fromkeys(f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in characters)
    values: dict[str, object] = {"characters": ", ".join(list(names)[:3]), "count": len(marks)}
    if first.case == "hidden-text":
        tags = [chr(ord(c) - 0xE0000) for c in characters if "\U000e0020" <= c <= "\U000e007e"]
        values["hidden"] = "".join(tags)[:80]
    fixes: tuple[Fix, ...] = ()
    if all(m.new is not None for m in marks):
        made = [passage.edit(m.start, m.end, m.new or "") for m in marks]
        title = "delete" if not any(m.new for m in marks) else f"write {first.new!r}"
        fixes = fix(title, *made, safety=first.safety)
        if first.case == "line-separator" and first.new == " " and passage.field is None:
            fixes += fix("break the line", passage.edit(first.start, first.end, "\n"), safety=first.safety)
    return Hit(passage.span(first.start, marks[-1].end), values, fixes, passage.field, first.case)
