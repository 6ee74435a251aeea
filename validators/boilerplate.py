"""Whole lines that stand around an article and are not part of it: labels, calls, forms, teasers of other stories.

The phrases are data (`rules/boilerplate/*.yaml`); what makes a line that reads like one of them boilerplate is where it
stands. A phrase inside running prose, the heading of a section with prose under it, an item of a list, and anything in
code, a table or a quotation are left alone. One pass decides for all kinds together, because the lines depend on one
another: a button belongs to the call above it, a label is an orphan where the next line is boilerplate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path
from typing import Any, NamedTuple

from copydesk.validator import Article, Contract, Edit, Hit, Line, Safety, SettingError, Setup, Span, Validator, fix

SHORT = 240  # code points; a longer line is never a label
PROSE = 80  # a line from this length on is prose; from SENTENCE on where it ends like a sentence
SENTENCE = 40
TEASER = 320  # a longer line is no teaser of another story
FAR = 12  # lines that are looked at below a label
BLOCKS = 20  # headings of other stories that are tried, from the end
FILLER = r"(?:\S*[^\s.!?;:] ){0,23}\S+"  # what `{…}` stands for: words of one sentence

_EDGES = " \t*_#>•·|-:!.…›»‹«~=()[]\"'"
_SAME = str.maketrans(
    {**dict.fromkeys("•‣∙‧|", "·"), **dict.fromkeys("–—", "-"), "’": "'", "‘": "'", "“": '"', "”": '"'}
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SLOT = re.compile(r"\{(\w+)\}")
_ENDS = ".!?…\"'”’)"
_GLYPHS = frozenset("×✕✖╳☰≡›‹»«❯❮▾▼▸▶⋮⋯")
_ABBREVIATION = re.compile(r"(?:\b\w\.){2}$")
_LINK = re.compile(r"!?\[([^\[\]\r\n]{0,200})\]\([^()\s]{0,500}\)")
_WORD = re.compile(r"\w{4,}")
_UNFINISHED = re.compile(r"\b(?:an?|and|at|by|for|from|in|of|on|or|that|the|to|via|with)$")
_SENTENCE = re.compile(r"\w\w[.!?][\"”’')]{0,2}(?:\s|$)")
_PROVENANCE = re.compile(
    r"^(?:correction|clarification|editor['’]?s['’]? note|update|additional reporting|reporting by|contribut|"
    r"with files from|photo|image|source|credit|this (?:article|story|piece|post) )|"
    r"\b(?:originally|first) (?:published|appeared)\b",
    re.I,
)
_SHARED_WORDS = 0.6  # from this share of its words on that the article has too, a block is about its subject


class Mark(NamedTuple):
    """What a phrase pack says of a line that reads like one of its phrases."""

    kind: str
    where: str
    heads: bool


@dataclass(slots=True)
class Row:
    """A line that is not blank; `kind` is what it was recognised as, "" for content."""

    at: int
    line: Line
    text: str
    marks: tuple[Mark, ...]
    prose: bool
    kind: str = ""
    safety: Safety = Safety.SAFE

    def mark(self, *where: str) -> Mark | None:
        return next((m for m in self.marks if m.where in where), None)


@dataclass
class Boilerplate(Validator):
    contract = Contract.LINES
    scope = "body"
    cases = (
        *("advertisement", "sharing", "newsletter", "navigation", "reading-time", "comments"),
        *("glyph", "orphan", "related", "source-title", "kicker", "ai", "paid"),
    )

    def prepare(self, setup: Setup) -> None:
        self._exact: dict[str, tuple[Mark, ...]] = {}
        self._open: dict[str, list[tuple[re.Pattern[str], tuple[Mark, ...]]]] = {}
        self._heads: set[str] = {""}
        self._metadata: dict[str, Mapping[str, object]] = {}
        for path, pack in setup.data("boilerplate/*.yaml"):
            self._learn(path, pack)

    def _learn(self, path: Path, pack: Mapping[str, Any]) -> None:
        slots = pack.get("slots", {})
        for group in [*pack.get("groups", ()), *pack.get("disclosures", ())]:
            mark = Mark(group["kind"], group.get("where", "disclosure"), group.get("heads", False))
            self._metadata.setdefault(mark.kind, group.get("metadata", {}))
            if mark.kind not in self.cases:
                raise SettingError(f"{path}: the kind {mark.kind!r} is none of {', '.join(self.cases)}")
            for phrase in group["phrases"].splitlines():
                for variant in _variants(path, phrase, slots):
                    head = variant.split(" ", 1)[0]
                    self._heads |= {head.casefold(), head.casefold().replace("'", "’")}
                    if "{…}" in variant:
                        pattern = re.escape(variant).replace(re.escape("{…}"), FILLER)
                        self._open.setdefault(head, []).append((re.compile(pattern), (mark,)))
                    elif mark not in (known := self._exact.get(variant, ())):
                        self._exact[variant] = (*known, mark)

    def _marks(self, text: str) -> tuple[Mark, ...]:
        """What the packs say of a line: one lookup, and a few patterns where its first word begins an open phrase."""
        head = text.split(None, 1)[0].strip(_EDGES).casefold()
        if head not in self._heads and not head[0].isdigit():
            return ()
        plain = _plain(text)
        folded = plain.casefold()
        found = self._exact.get(folded) or self._exact.get(plain)
        if found is None and (head := folded.partition(" ")[0]) in self._open:
            found = next((marks for pattern, marks in self._open[head] if pattern.fullmatch(folded)), None)
        return found or ()

    # ------------------------------------------------------------------------------------------------------ rows

    def check(self, article: Article) -> Iterator[Hit]:
        rows = self._rows(article)
        marked = any(r.marks or r.text in _GLYPHS for r in rows)
        end, safety = _other_stories(rows) if marked else (len(rows), Safety.SAFE)
        for r in rows[end:]:
            r.kind, r.safety = "related", safety
        story = rows[:end]
        if marked:
            _recognise(rows, story, article.meta is not None)
        for kind, row in (("kicker", _kicker(rows)), ("source-title", _source_title(story))):
            if row is not None and not row.kind:
                row.kind, row.safety = kind, Safety.SUGGEST
        while 0 < end < len(rows) and rows[end - 1].kind and rows[end - 1].at + 1 == rows[end].at:
            if min(rows[end - 1].safety, safety) < Safety.SAFE:
                break
            end -= 1  # an advertisement label glued to the block goes with it
            rows[end].kind = "related"
        if any(not r.kind for r in rows):
            yield from self._hits(article, rows)

    def _rows(self, article: Article) -> list[Row]:
        out = []
        for at, line in enumerate(article.lines):
            text = line.text.strip()
            if not text:
                continue
            if "](" in text:
                text = _LINK.sub(r"\1", text) or "[]"  # as a reader sees it
            marks: tuple[Mark, ...] = ()
            if len(text) <= SHORT and line.kind in ("paragraph", "list", "heading"):
                marks = self._marks(text)
                if line.kind == "list":
                    marks = tuple(m for m in marks if m.where == "anywhere" and text.count(" ") > 2)
                elif line.kind == "heading" and not text.startswith("#"):
                    marks = ()  # underlined: the line below would be left behind
            prose = not marks and (len(text) >= PROSE or (len(text) >= SENTENCE and _ends_a_sentence(text)))
            out.append(Row(at, line, text, marks, prose))
        return out

    def _hits(self, article: Article, rows: Sequence[Row]) -> Iterator[Hit]:
        """A hit for each run of one kind; runs that stand together share the gap without overlap."""
        for boilerplate, numbers in groupby(range(len(rows)), lambda n: bool(rows[n].kind)):
            if not boilerplate:
                continue
            group = list(numbers)
            before = rows[group[0] - 1] if group[0] else None
            after = rows[group[-1] + 1] if group[-1] + 1 < len(rows) else None
            runs = [[rows[n] for n in run] for _, run in groupby(group, lambda n: rows[n].kind)]
            for run, (start, end) in zip(runs, _places(article, runs, before, after), strict=True):
                safety = min(r.safety for r in run)
                edit = Edit(start, article.text[start:end], "")
                values: dict[str, object] = {"text": _excerpt(run[0].text), "lines": len(run)}
                if metadata := self._metadata.get(run[0].kind):
                    values["metadata"] = dict(metadata)
                title = "delete the line" if len(run) == 1 else f"delete these {len(run)} lines"
                span = Span(run[0].line.start, run[-1].line.end)
                yield Hit(span, values, fix(title, edit, safety=safety), case=run[0].kind)


def _variants(path: Path, phrase: str, slots: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A phrase in every form that its slots give it, plain as `_marks` compares it."""
    names = [name for name in _SLOT.findall(phrase) if name != "n"]
    for name in names:
        if name not in slots:
            raise SettingError(f"{path}: {phrase!r} uses {{{name}}}, which is not under slots")
    for words in product(*(slots[name] for name in names)):
        variant = phrase
        for name, word in zip(names, words, strict=True):
            variant = variant.replace(f"{{{name}}}", word, 1)
        if (variant := _plain(variant)).startswith("{…}"):
            raise SettingError(f"{path}: {phrase!r} begins with {{…}}: begin with a word")
        if variant:
            yield variant


def _plain(text: str) -> str:
    plain = " ".join(text.split()).translate(_SAME).strip(_EDGES)
    return _NUMBER.sub("{n}", plain) if not plain.isalpha() else plain


# -------------------------------------------------------------------------------------------- what the lines are


def _recognise(rows: Sequence[Row], story: Sequence[Row], titled: bool) -> None:
    """Gives the boilerplate lines of the story their kind; `titled`: the title stands in the front matter."""
    prose = [n for n, r in enumerate(story) if r.prose]
    first, last = (prose[0], prose[-1]) if prose else (len(story), len(story))
    for n in range(len(story) - 1, -1, -1):  # from below: a label depends on what follows it
        story[n].kind = _label(rows, n, n > last, titled)
    _recognise_runs(rows, 0, first)
    _recognise_runs(rows, last + 1, len(story))
    _spread(story)
    for kind in ("newsletter", "advertisement"):  # an article about them may show one
        if any(r.kind == kind for r in story) and sum(kind in r.text.casefold() for r in story if not r.marks) > 1:
            for r in story:
                r.safety = Safety.UNSAFE if r.kind == kind else r.safety
    for n in range(len(story) - 1, -1, -1):
        if not rows[n].kind and rows[n].mark("label") and _has_no_value(rows, n):
            rows[n].kind = "orphan"
    for n, r in enumerate(story):
        mark = r.mark("disclosure")
        if mark and not r.kind and (mark.kind == "ai" or not first < n < last) and not _cuts_a_sentence(rows, n):
            r.kind, r.safety = mark.kind, Safety.SUGGEST


def _has_no_value(rows: Sequence[Row], n: int) -> bool:
    """Whether boilerplate or the end follows the label `n`, and no short line after it, which might be the value."""
    below = next((r for r in rows[n + 1 : n + 1 + FAR] if not r.kind), None)
    if n + 1 < len(rows) and not rows[n + 1].kind:
        return False
    return below is None or below.prose or len(below.text) >= SENTENCE


def _label(rows: Sequence[Row], n: int, in_tail: bool, titled: bool) -> str:
    """The kind of a line that is boilerplate on its own account; the lines below it have been decided."""
    row = rows[n]
    if row.text in _GLYPHS and row.line.kind == "paragraph":
        near = [r.text for r in rows[max(0, n - 1) : n + 2] if r is not row and abs(r.at - row.at) == 1]
        return "" if any(t.isdigit() for t in near) or _cuts_a_sentence(rows, n) else "glyph"
    mark = row.mark("anywhere") or (row.mark("tail") if in_tail else None)
    if mark is None or _cuts_a_sentence(rows, n):
        return ""
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


def _cuts_a_sentence(rows: Sequence[Row], n: int) -> bool:
    """Whether the line looks like a piece of a sentence that was split: the text of a link, a word before a glyph."""
    row = rows[n]
    below = rows[n + 1] if n + 1 < len(rows) and rows[n + 1].at == row.at + 1 else None
    if (
        below
        and not below.marks
        and below.text not in _GLYPHS
        and (below.text[0].islower() or below.text[0] in ",.;:)")
    ):
        return True
    if _stands_in_a_sentence(rows, n) or (below and below.text.startswith("{{")):
        return True
    above = rows[n - 1] if n and rows[n - 1].at == row.at - 1 else None
    return bool(
        above
        and not above.marks
        and above.line.kind == "paragraph"
        and (
            above.text[-1] in ",;("
            or (len(above.text) >= SENTENCE and above.text[-1] not in _ENDS + ":")
            or _UNFINISHED.search(above.text)
        )
    )


def _stands_in_a_sentence(rows: Sequence[Row], n: int) -> bool:
    """Whether the sentence above the labels around line `n` goes on below them, as where it speaks of them."""
    above = next((r for r in reversed(rows[max(0, n - FAR) : n]) if not r.marks and r.text not in _GLYPHS), None)
    below = next((r for r in rows[n + 1 : n + 1 + FAR] if not r.marks and r.text not in _GLYPHS), None)
    return bool(
        above
        and below
        and above.line.kind == below.line.kind == "paragraph"
        and above.text.count(" ") > 1
        and above.text[-1].isalnum()
        and below.text[0].islower()
    )


def _in_a_listing(rows: Sequence[Row], n: int) -> bool:
    """Whether a label of a few words stands among short lines like itself, which may be an article's own list."""
    near = [r for r in (_beside(rows, n, -1), _beside(rows, n, 1)) if r is not None]
    return len(near) == 2 and all(
        not r.marks and r.text not in _GLYPHS and r.text.count(" ") < 3 and r.text[-1] not in _ENDS for r in near
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


def _recognise_runs(rows: Sequence[Row], start: int, end: int) -> None:
    """Three or more share or menu words in a row, before or after the prose, are a bar."""
    for kind in ("sharing", "navigation"):
        bar: list[Row] = []
        for n in range(start, end + 1):
            r = rows[n] if n < end else None
            if r is not None and not r.kind and any(m.kind == kind and m.where in ("run", "beside") for m in r.marks):
                bar.append(r)
                continue
            before = n - len(bar) - 1
            listed = before >= 0 and rows[before].text.endswith(":") and not rows[before].marks
            if len(bar) > 2 and not listed and len({b.text for b in bar if any(m.where == "run" for m in b.marks)}) > 1:
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


# ------------------------------------------------------------------------------------------- the end of the story


def _other_stories(rows: Sequence[Row]) -> tuple[int, Safety]:
    """Where a block of other stories begins that goes on to the end, and how sure that is; len(rows) if none."""
    best = len(rows), Safety.SAFE
    prose_after = tried = 0
    for n in range(len(rows) - 1, 0, -1):
        row = rows[n]
        below = rows[n + 1] if n + 1 < len(rows) else None
        if tried < BLOCKS and (mark := row.mark("marker", "weak-marker")):
            tried += 1
            sure = _block_after(rows, n, mark.where == "weak-marker", prose_after)
            if sure is not None:
                best = n, sure
            continue
        ends = len(row.text) >= 25 and row.text[-1] in ".!?…"
        below_ends = below is not None and not below.marks and len(below.text) >= 25 and below.text[-1] in ".!?…"
        if (
            row.line.kind in ("code", "table", "quote")
            or len(row.text) > TEASER
            or row.mark("disclosure")
            or (ends and below_ends and not row.marks)
            or (not row.marks and (_PROVENANCE.search(row.text) or _opens_a_section(row)))
        ):
            break
        prose_after += len(row.text) if row.prose else 0
    return best


def _block_after(rows: Sequence[Row], n: int, weak: bool, prose_after: int) -> Safety | None:
    """How sure it is that titles and teasers of other stories follow a heading of such, to the end; None if not."""
    prose_before = sum(len(r.text) for r in rows[:n] if r.prose)
    after = [r for r in rows[n + 1 :] if not r.marks]
    if prose_before < 200 or prose_after * 3 > prose_before or _cuts_a_sentence(rows, n):
        return None
    if not after:
        return Safety.SAFE
    if after[0].prose and after[0].text[-1] in _ENDS and after[0].at == rows[n + 1].at:
        return None
    titles = sum(_is_headline(r.text) for r in after)
    figures = sum(r.text[0].isdigit() and " " in r.text for r in after)  # dates, amounts: a list of the article's own
    if titles * (2 if weak else 4) < len(after) or (weak and titles < 2) or figures * 3 > len(after):
        return None
    words = {w for r in after for w in _WORD.findall(r.text.casefold())}
    own = {w for r in rows[:n] for w in _WORD.findall(r.text.casefold())}
    own_subject = len(words & own) >= _SHARED_WORDS * len(words)
    return Safety.UNSAFE if own_subject or sum(len(r.text) for r in after) > prose_before else Safety.SAFE


def _opens_a_section(row: Row) -> bool:
    """Whether a line in a block of other stories looks like the article going on after it."""
    return row.text.endswith(":") or (row.line.kind == "heading" and row.text.count(" ") < 4)


def _is_headline(text: str) -> bool:
    """Whether a line reads like the title of a story: some words, a capital or digit first, no full stop."""
    if not 3 <= text.count(" ") <= 24 or text[0].islower():
        return False
    return text[-1] not in ".,;:" or _ABBREVIATION.search(text[-8:]) is not None


def _ends_a_sentence(text: str) -> bool:
    return text[-1] in _ENDS and not _ABBREVIATION.search(text[-8:])


def _source_title(rows: Sequence[Row]) -> Row | None:
    """A headline about the article's subject, alone after its end: what is left of the link to its source."""
    if len(rows) < 2:
        return None
    above, row = rows[-2:]
    if row.marks or row.prose or row.line.kind != "paragraph" or row.at == above.at + 1 or not above.prose:
        return None
    words = [w for w in row.text.split() if len(w) > 3]
    if not _is_headline(row.text) or len(words) < 3 or sum(not w[0].islower() for w in words) < 0.8 * len(words):
        return None
    own = {w for r in rows[:-1] for w in _WORD.findall(r.text.casefold())}
    spoken = _WORD.findall(row.text.casefold())
    return row if sum(w in own for w in spoken) >= _SHARED_WORDS * len(spoken) else None


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


# ------------------------------------------------------------------------------------------------------- deletions


def _places(
    article: Article, runs: Sequence[Sequence[Row]], before: Row | None, after: Row | None
) -> Iterator[tuple[int, int]]:
    """From where to where each run is deleted: one blank line is left between paragraphs, none at the file's ends.

    At the end of the file the last line that stays keeps the line end that the file had, or had not.
    """
    lines = article.lines
    if after is None:
        start = before.line.end if before else runs[0][0].line.start
        for run in runs:
            end = lines[-1].end if run is runs[-1] else run[-1].line.end
            yield start, end
            start = end
        return
    start, end = runs[0][0].line.start, runs[-1][-1].line.stop
    blank_above = before is not None and runs[0][0].at - before.at > 1
    if before is None or blank_above:
        end = after.line.start
        if before is not None and runs[0][0].at - before.at > 2:
            start = lines[before.at + 2].start
    elif after.at - runs[-1][-1].at > 2:
        end = lines[after.at - 1].start
    for following in (*runs[1:], None):
        stop = following[0].line.start if following else end
        yield start, stop
        start = stop


def _excerpt(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
