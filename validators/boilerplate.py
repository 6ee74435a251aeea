"""Whole lines that stand around an article and are not part of it: labels, calls, forms, teasers of other stories.

The phrases are data (`rules/boilerplate/*.yaml`); what makes a line that reads like one of them boilerplate is where it
stands. A phrase inside running prose, the heading of a section with prose under it, an item of a list, and anything in
code, a table or a quotation are left alone. One pass decides for all kinds together, because the lines depend on one
another: a button belongs to the call above it, a label is an orphan where the next line is boilerplate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from copydesk.rows import ENDS, FAR, GLYPHS, Row, cuts_a_sentence, excerpt, places
from copydesk.validator import Article, Contract, Edit, Hit, Safety, Setup, Span, Validator, fix

SENTENCE = 40  # code points; a line from this length on may be a sentence

_SENTENCE = re.compile(r"\w\w[.!?][\"”’')]{0,2}(?:\s|$)")

_SENTENCE_END = re.compile(r"(?<=\w[.!?])\s+(?=\S)")
_RIGHTS = re.compile(r"(?:©|\bcopyright\b) ?(?:19|20)\d\d", re.I)
_OWNER = re.compile(
    r"\b(?:contents? of (?:this|the) (?:web)?site|a (?:subsidiary|division|property) of|eine marke der|une marque de|"
    r"una sociedad de|una società del|uma empresa do|een merk van)\b",
    re.I,
)
CALLS = ("newsletter", "promotion", "sharing")
SHORT = 320  # code points; a longer line is no call of the site

LONG = 60  # code points; a sentence of that length is one of the story


@dataclass
class Boilerplate(Validator):
    contract = Contract.LINES
    scope = "body"
    cases = (
        *("advertisement", "sharing", "newsletter", "navigation", "reading-time", "comments"),
        *("glyph", "orphan", "kicker", "ai", "paid", "opinion", "media", "promotion", "legal", "cookies", "repeated"),
    )

    def prepare(self, setup: Setup) -> None:
        self._phrases = setup.phrases

    # ------------------------------------------------------------------------------------------------------ rows

    def check(self, article: Article) -> Iterator[Hit]:
        rows = self._phrases.rows(article)
        closed = self._close(rows)
        if closed or any(r.marks or r.text in GLYPHS for r in rows) or len({r.text for r in rows}) < len(rows):
            _recognise(rows, article.meta is not None)
        row = _kicker(rows)
        if row is not None and not row.kind:
            row.kind, row.safety = "kicker", Safety.SUGGEST
        if any(not r.kind for r in rows):
            yield from self._hits(article, rows)

    def _close(self, rows: Sequence[Row]) -> bool:
        """Gives the last lines their kind that are sentences of the site on itself; whether there is one."""
        for row in reversed(rows):
            if not row.marks and len(row.text) <= SHORT and row.line.kind == "paragraph":
                row.kind = "legal" if _OWNER.search(row.text) and _RIGHTS.search(row.text) else self._calls(row.text)
                row.prose = row.prose and not row.kind
            if not row.marks and not row.kind:
                break
        return any(r.kind for r in rows[-1:])

    def _calls(self, text: str) -> str:
        """The kind of a line of several sentences, each of which a pack knows as a call of the site; "" for none."""
        sentences = _SENTENCE_END.split(text)
        if len(sentences) < 2:
            return ""
        kinds = [next((m.kind for m in self._phrases.marks(s) if m.kind in CALLS), "") for s in sentences]
        return kinds[0] if all(kinds) else ""

    def _hits(self, article: Article, rows: Sequence[Row]) -> Iterator[Hit]:
        """A hit for each run of one kind; runs that stand together share the gap without overlap."""
        for boilerplate, numbers in groupby(range(len(rows)), lambda n: bool(rows[n].kind)):
            if not boilerplate:
                continue
            group = list(numbers)
            before = rows[group[0] - 1] if group[0] else None
            after = rows[group[-1] + 1] if group[-1] + 1 < len(rows) else None
            runs = [[rows[n] for n in run] for _, run in groupby(group, lambda n: rows[n].kind)]
            for run, (start, end) in zip(runs, places(article, runs, before, after), strict=True):
                safety = min(r.safety for r in run)
                edit = Edit(start, article.text[start:end], "")
                values: dict[str, object] = {"text": excerpt(run[0].text), "lines": len(run)}
                if metadata := self._phrases.metadata.get(run[0].kind):
                    values["metadata"] = dict(metadata)
                if run[0].kind == "legal":
                    values["metadata"] = {"copyright": excerpt(run[0].text, 200)}
                title = "delete the line" if len(run) == 1 else f"delete these {len(run)} lines"
                span = Span(run[0].line.start, run[-1].line.end)
                yield Hit(span, values, fix(title, edit, safety=safety), case=run[0].kind)


# -------------------------------------------------------------------------------------------- what the lines are


def _recognise(rows: Sequence[Row], titled: bool) -> None:
    """Gives the boilerplate lines their kind; `titled`: the title stands in the front matter."""
    prose = [n for n, r in enumerate(rows) if r.prose]
    first, last = (prose[0], prose[-1]) if prose else (len(rows), len(rows))
    for n in range(len(rows) - 1, -1, -1):  # from below: a label depends on what follows it
        rows[n].kind = rows[n].kind or _label(rows, n, (n > first) + (n > last), titled)
    _recognise_runs(rows, 0, first, ("sharing", "navigation", "media", "cookies"))
    _recognise_runs(rows, last + 1, len(rows), ("sharing", "navigation", "media", "cookies"))
    _recognise_runs(rows, first, last, ("media",), shortest=4)
    _recognise_repeats(rows)
    _spread(rows)
    for kind in ("newsletter", "advertisement"):  # an article about them may show one
        if any(r.kind == kind for r in rows) and sum(kind in r.text.casefold() for r in rows if not r.marks) > 1:
            for r in rows:
                r.safety = Safety.UNSAFE if r.kind == kind else r.safety
    for n in range(len(rows) - 1, -1, -1):
        if not rows[n].kind and rows[n].mark("label") and _has_no_value(rows, n):
            rows[n].kind = "orphan"
    for n, r in enumerate(rows):
        mark = r.mark("disclosure")
        if mark and not r.kind and (mark.kind == "ai" or not first < n < last) and not cuts_a_sentence(rows, n):
            r.kind, r.safety = mark.kind, Safety.SUGGEST


def _has_no_value(rows: Sequence[Row], n: int) -> bool:
    """Whether boilerplate or the end follows the label `n`, and no short line after it, which might be the value."""
    below = next((r for r in rows[n + 1 : n + 1 + FAR] if not r.kind), None)
    if n + 1 < len(rows) and not rows[n + 1].kind:
        return False
    return below is None or below.prose or len(below.text) >= SENTENCE


def _label(rows: Sequence[Row], n: int, part: int, titled: bool) -> str:
    """The kind of a line that is boilerplate on its own account; the lines below it have been decided.

    `part`: 0 before the first paragraph of prose, 1 between the first and the last, 2 behind the last.
    """
    row = rows[n]
    if row.text in GLYPHS and row.line.kind == "paragraph":
        near = [r.text for r in rows[max(0, n - 1) : n + 2] if r is not row and abs(r.at - row.at) == 1]
        return "" if any(t.isdigit() for t in near) or cuts_a_sentence(rows, n) else "glyph"
    mark = row.mark("anywhere") or (row.mark("tail") if part == 2 else None)
    if mark is None or cuts_a_sentence(rows, n):
        return ""
    if mark.kind == "navigation" and part == 1 and not _has_company(rows, n):
        return ""  # a menu stands around the text; a line between paragraphs may show what one says
    may_head = mark.heads or row.line.kind == "heading" or (n == 0 and not titled and " " not in row.text)
    if may_head and _heads_prose(rows, n):
        return ""
    if n and rows[n - 1].text.endswith(":") and not rows[n - 1].marks:
        return ""
    if mark.where == "tail" and _heads_something(rows, n):
        return ""
    if row.text.count(" ") < 4 and _in_a_listing(rows, n):
        return ""
    if row.line.kind == "list" and any(
        r.line.kind == "list" and not r.marks for r in (*rows[n - 1 : n], *rows[n + 1 : n + 2])
    ):
        return ""
    if mark.kind == "newsletter" and row.text[-1] in ".!?" and not (n + 1 < len(rows) and rows[n + 1].kind):
        row.safety = Safety.UNSAFE  # written as a sentence: perhaps the author's own words
    return mark.kind


def _has_company(rows: Sequence[Row], n: int) -> bool:
    """Whether a line that the packs know stands right above or below, gaps apart."""
    return any(r.marks or r.text in GLYPHS for r in (*rows[max(0, n - 1) : n], *rows[n + 1 : n + 2]))


def _in_a_listing(rows: Sequence[Row], n: int) -> bool:
    """Whether a label of a few words stands among short lines like itself, which may be an article's own list."""
    near = [r for r in (_beside(rows, n, -1), _beside(rows, n, 1)) if r is not None]
    return len(near) == 2 and all(
        not r.marks and r.text not in GLYPHS and r.text.count(" ") < 3 and r.text[-1] not in ENDS for r in near
    )


def _beside(rows: Sequence[Row], n: int, step: int) -> Row | None:
    """The line right above (-1) or below (1); beyond labels of the same kind, where all are single words."""
    kind = rows[n].marks[0].kind
    for m in range(n + step, n + step * FAR, step):
        if not 0 <= m < len(rows) or abs(rows[m].at - rows[m - step].at) != 1:
            return None
        if " " in rows[n].text + rows[m].text or all(mark.kind != kind for mark in rows[m].marks):
            return rows[m]
    return None


def _recognise_repeats(rows: Sequence[Row]) -> None:
    """A line that stands a second time close to the first, before the story: a caption, a credit, the title."""
    first = next((n for n, r in enumerate(rows) if r.prose and r.text[-1] in '.!?”"' and len(r.text) >= LONG), 0)
    seen: dict[str, int] = {}
    for n, r in enumerate(rows[:first]):
        if r.line.kind not in ("paragraph", "list") or r.text.count(" ") < 2 or len(r.text) < 16:
            continue
        at = seen.setdefault(r.text, n)
        if at != n and n - at <= FAR and not r.kind and not r.mark("disclosure"):
            r.kind = "repeated"


def _recognise_runs(rows: Sequence[Row], start: int, end: int, kinds: Sequence[str], shortest: int = 3) -> None:
    """Three or more share or menu words in a row, before or after the prose, are a bar."""
    for kind in kinds:
        bar: list[Row] = []
        for n in range(start, end + 1):
            r = rows[n] if n < end else None
            if r is not None and not r.kind and any(m.kind == kind and m.where in ("run", "beside") for m in r.marks):
                bar.append(r)
                continue
            before = n - len(bar) - 1
            listed = before >= 0 and rows[before].text.endswith(":") and not rows[before].marks
            if (
                len(bar) >= shortest
                and not listed
                and len({b.text for b in bar if any(m.where == "run" for m in b.marks)}) > 1
            ):
                for b in bar:
                    b.kind = kind
            bar = []


def _spread(rows: Sequence[Row]) -> None:
    """Buttons, form fields and menu words go with a line of their kind that they stand next to."""
    onward = [(n, n + 1) for n in range(len(rows) - 1)]
    for a, b in (*onward, *((n, m) for m, n in reversed(onward))):
        if rows[a].kind and not rows[b].kind and abs(rows[a].at - rows[b].at) <= 2:
            kind = rows[a].kind
            mark = next((m for m in rows[b].marks if m.kind == kind and m.where in ("run", "beside", "tail")), None)
            if mark and not (mark.heads and _heads_prose(rows, b)):
                rows[b].kind = kind


def _heads_something(rows: Sequence[Row], n: int) -> bool:
    """Whether a comment follows the label `n`, or, right below its colon, whatever it names."""
    below = next((r for r in rows[n + 1 : n + 1 + FAR] if not r.kind), None)
    if below is None or below.marks:
        return False
    glued = rows[n].text.endswith(":") and below.at == rows[n].at + 1
    return glued or _SENTENCE.search(below.text) is not None


def _heads_prose(rows: Sequence[Row], n: int) -> bool:
    """Whether prose is the next that follows line `n`, boilerplate apart."""
    below = next((r for r in rows[n + 1 : n + 1 + FAR] if not r.kind), None)
    return below is not None and below.prose


def _kicker(rows: Sequence[Row]) -> Row | None:
    """A line in capitals between the title and the first heading, if there is one."""
    for above, row, heading, text in zip(rows[:3], rows[1:4], rows[2:5], rows[3:6], strict=False):
        if (
            row.text.isupper()
            and 1 <= row.text.count(" ") <= 5
            and not row.marks
            and not above.prose
            and not above.text.isupper()
            and row.at > above.at + 1
            and not heading.prose
            and not heading.text.isupper()
            and heading.at > row.at + 1
            and 1 <= heading.text.count(" ") <= 12
            and text.prose
        ):
            return row
    return None
