"""No-break spaces that an editor or a web page left where an ordinary space belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from copydesk.validator import MASK, Article, Contract, Hit, Passage, Safety, Validator, fix

RUN = re.compile(r"(?<![ \t\u00a0\u202f])[ \t]*+[\u00a0\u202f][ \t\u00a0\u202f]*+")
BLOCK_MARK = re.compile(r"[-+*#>=~`|:<\[_]|\d{1,9}[.)]")  # at the beginning of a line it would mean something else
MISREAD = frozenset("ÂÃ")  # with a no-break space behind it: mojibake, not a space

# Where typography asks for one: between number and unit, in a date, after a short title, before these marks.
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
UNIT = re.compile(
    r"\d|[%‰°€$£¥§×]|(?:[kcmµμnMGT]?(?:m|g|s|l|L|W|Wh|V|A|Hz|B|b|t|Pa|J|N|bar|mol|Bq|Sv)[²³23]?|km/h|[mk]ph|min|h|ha"
    r"|[ap]\.?m\b\.?|[AP]\.?M\b\.?|million|billion|trillion|Mio\.?|Mrd\.?|[Pp]ercent|Uhr|EUR|USD|GBP|CHF|ft|in|lbs?|oz|mi"
    rf"|p[xt]|dpi|pp[mb]|{MONTH})(?![A-Za-z])"
)
TITLE = re.compile(
    r"(?:(?:^|[\s(“\"‘])(?:(?:Mrs?|Ms|Drs?|Prof|Sra?|St|Nr|Nos?|Figs?|Vol|Art|Sec|Ch|Eq|Abb|Bd|Kap|cf|vs|pp?|[A-Z])\."
    rf"|Mrs?|Ms|Dr|Figure|Table|Chapter|Section|Article|Part|{MONTH}\.?)|[§¶])$"
)
BEFORE_MARK = frozenset(";:!?»%–—")
SHORT_WORD = re.compile(r"(?:^|[\s(])[^\W\d_]{1,2}$")
BINDS_SHORT_WORDS = frozenset({"cs", "pl", "ru", "sk", "sl", "uk", "hr"})
LINE_END = re.compile(r"\r\n|\n|\r")
VERSE = 72  # code points; a longer line is prose
WIDE = 4  # blanks: a gap as wide as this may be an alignment


class Run(NamedTuple):
    """Blanks at `[start:end]` of a passage, and what belongs there."""

    start: int
    end: int
    new: str
    certain: bool = True


@dataclass
class NoBreakSpace(Validator):
    """Writes an ordinary space, one fix for each line or value, and leaves what typography asks for."""

    contract = Contract.SPACE

    def check(self, article: Article) -> Iterator[Hit]:
        if "\u00a0" not in article.prose and "\u202f" not in article.prose:
            return
        for passage in article.passages:
            text = passage.masked
            if "\u00a0" not in text and "\u202f" not in text:
                continue
            body = passage.field is None
            runs = body_runs(text, article.language) if body else value_runs(text, article.language)
            for _, group in groupby(runs, lambda x: x[0]):
                yield self._hit(passage, [run for _, run in group])

    @staticmethod
    def _hit(passage: Passage, runs: list[Run]) -> Hit:
        number = sum(passage.text.count(c, r.start, r.end) for r in runs for c in "\u00a0\u202f")
        values = {"count": number, "spaces": "space" if number == 1 else "spaces"}
        made = [passage.edit(r.start, r.end, r.new) for r in runs]
        safety = Safety.SAFE if all(r.certain for r in runs) else Safety.UNSAFE
        fixes = fix("write an ordinary space", *made, safety=safety)
        return Hit(passage.span(runs[0].start, runs[-1].end), values, fixes, passage.field)


def body_runs(text: str, language: str) -> Iterator[tuple[int, Run]]:
    """The runs of the body, each with the start of its line."""
    line = seen = 0
    for m in RUN.finditer(text):
        start, end = m.span()
        line = max(line, 1 + max(text.rfind("\n", seen, start), text.rfind("\r", seen, start)))
        seen = end
        if end == len(text) or text[end] in "\r\n":
            yield line, Run(start, end, "")
        elif start == line:
            certain = text[end] != MASK and BLOCK_MARK.match(text, end) is None and not is_verse(text, start, end)
            yield line, Run(start, end, "", certain)
        elif end - start > 1:
            yield line, Run(start, end, " ", end - start < WIDE)
        elif not is_meant(text, start, end, language):
            yield line, Run(start, end, " ")


def value_runs(text: str, language: str) -> Iterator[tuple[int, Run]]:
    """The runs inside a value; those at its edges go with the other blanks there."""
    left, right = len(text) - len(text.lstrip()), len(text.rstrip())
    for m in RUN.finditer(text, left, right):
        if m.end() - m.start() > 1 or not is_meant(text, m.start(), m.end(), language):
            yield 0, Run(m.start(), m.end(), " ")


def is_verse(text: str, start: int, end: int) -> bool:
    """Whether a short line that is set in stands right under or above another one: a verse, or columns."""
    stop = LINE_END.search(text, end)
    if end - start < 2 or stop is None or stop.start() - start > VERSE:
        return False
    before = text[max(0, start - VERSE) : start].splitlines()
    below = text[stop.end() : stop.end() + 2]
    return bool(before and before[-1].startswith("\u00a0\u00a0")) or below == "\u00a0\u00a0"


def is_meant(text: str, start: int, end: int, language: str) -> bool:
    """Whether typography asks for a no-break space just here, or something else than a space was misread."""
    before, after = text[max(0, start - 12) : start], text[end : end + 12]
    if before[-1:] in MISREAD or after[:1] in BEFORE_MARK or before[-1:] == "«":
        return True
    if before[-1:].isdigit() and UNIT.match(after):
        return True
    if language in BINDS_SHORT_WORDS and SHORT_WORD.search(before):
        return True
    return TITLE.search(before) is not None
