"""What the reports for other programs share: where a finding stands in lines and columns, and what is said of it.

Pure functions, as in `excerpt`; nothing here knows a format. All text comes out visible and on one line, so that it
forges nothing in what it is put into; each format quotes it in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from copydesk.excerpt import HIDDEN, Page, one_line, tier, visible
from copydesk.model import Edit, Finding, Record, Refusal, Rule, Safety

LONGEST = 1_000
"""Characters of a message; more is not read in any of the places that these reports are shown in."""


class ReportError(Refusal):
    """A report that cannot be written; the message says what to do."""


class Region(NamedTuple):
    """A stretch of a file in lines and columns from 1; the end is the place behind its last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def region(page: Page | None, f: Finding) -> Region:
    """Where a finding stands, in code points; only its beginning where the file was not understood."""
    if page is None:
        return Region(f.location.line, f.location.column, f.location.line, f.location.column)
    return between(page, f.span.start, f.span.end)


def between(page: Page, start: int, end: int) -> Region:
    """The region between two positions, in code points."""
    top, bottom = page.line(start), page.line(end)
    return Region(top, start - page.starts[top - 1] + 1, bottom, end - page.starts[bottom - 1] + 1)


def between_bytes(page: Page, start: int, end: int) -> Region:
    """The same with columns that count the bytes of UTF-8."""
    top, bottom = page.line(start), page.line(end)
    return Region(top, _bytes(page, top, start), bottom, _bytes(page, bottom, end))


def _bytes(page: Page, line: int, at: int) -> int:
    return len(page.text[page.starts[line - 1] : at].encode("utf-8", "surrogatepass")) + 1


def as_one(text: str, edits: Iterable[Edit]) -> Edit:
    """The edits of a fix as a single one, from the first to the last, with the text between them."""
    ordered = sorted(edits, key=lambda e: (e.start, e.end))
    new, at = "", ordered[0].start
    for e in ordered:
        new += text[at : e.start] + e.new
        at = e.end
    return Edit(ordered[0].start, text[ordered[0].start : at], new)


# ------------------------------------------------------------------------------------------------------ what is said


def page_of(record: Record) -> Page | None:
    """The text of an article as it was read; None where it was not understood."""
    return Page(record.original) if record.original is not None else None


def told(f: Finding, command: str) -> str:
    """The message; where `clean` has made the repair, it says so first."""
    repaired = "repaired: " if f.applied and command == "clean" else ""
    return repaired + one_line(f.message, LONGEST)


def offer(f: Finding) -> str:
    """What can be done about a finding, in one line; nothing where no fix is offered."""
    if not f.fixes:
        return ""
    way = {
        Safety.SAFE: "Safe fix (copydesk clean)",
        Safety.UNSAFE: "Unsafe fix (copydesk clean --unsafe)",
        Safety.SUGGEST: "Perhaps",
    }[tier(f)]
    return f"{way}: {one_line(f.fixes[0].title)}"


def question(f: Finding, rule: Rule | None) -> str:
    """What a person is asked; nothing where the fix is safe."""
    return one_line(rule.ask) if rule and rule.ask and tier(f) < Safety.SAFE else ""


def advice(f: Finding, rule: Rule | None, command: str) -> list[str]:
    """The message, the fix and the question, each on a line of its own."""
    return [line for line in (told(f, command), offer(f), question(f, rule)) if line]


def code_span(text: str) -> str:
    """A text as code of Markdown, where nothing in it is a link, a mention or a tag."""
    text = visible(" ".join(text.split()), spaces=True)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else "` `"


LONGEST_CELL = 32_000
"""Characters; a spreadsheet cuts what is longer than 32,767."""
_FORMULA = frozenset("=+-@\t\r\n'|＝＋－＠")


def cell(value: object) -> object:
    """What a cell of CSV holds: a number as it is; a text on one line, visible, and never a formula.

    A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and an article can say anything.
    Such a cell begins with `'`; so does one that begins with `'` itself, so that a program can take it away again.
    """
    if type(value) is int:
        return value
    text = str(value)
    if HIDDEN.search(text) or "\n" in text or "\t" in text or len(text) > LONGEST_CELL:
        text = one_line(text, LONGEST_CELL)
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA else text
