"""What follows an article and is about something else: other stories, and what is left of the link to the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copydesk.rows import ENDS, Row, cuts_a_sentence, excerpt, is_headline, places
from copydesk.validator import Article, Contract, Edit, Hit, Safety, Setup, Span, Validator, fix

TEASER = 320  # code points; a longer line is no teaser of another story
BLOCKS = 20  # headings of other stories that are tried, from the end

_WORD = re.compile(r"\w{4,}")
_PROVENANCE = re.compile(
    r"^(?:correction|clarification|editor['’]?s['’]? note|update|additional reporting|reporting by|contribut|"
    r"with files from|photo|image|source|credit|this (?:article|story|piece|post) )|"
    r"\b(?:originally|first) (?:published|appeared)\b",
    re.I,
)
_SHARED_WORDS = 0.6  # from this share of its words on that the article has too, a block is about its subject


@dataclass
class Tail(Validator):
    contract = Contract.LINES
    scope = "body"
    cases = ("related", "source-title")

    def prepare(self, setup: Setup) -> None:
        self._phrases = setup.phrases

    def check(self, article: Article) -> Iterator[Hit]:
        rows = self._phrases.rows(article)
        end, safety = _other_stories(rows) if any(r.marks for r in rows) else (len(rows), Safety.SAFE)
        title = _source_title(rows[:end])
        while (
            0 < end < len(rows)
            and rows[end - 1].is_a("advertisement", "anywhere")
            and rows[end - 1].at + 1 == rows[end].at
        ):
            end -= 1  # an advertisement label glued to the block goes with it
        if title is not None:
            yield _deletion(article, rows, end - 1, end, "source-title", Safety.SUGGEST)
        if end < len(rows):
            yield _deletion(article, rows, end, len(rows), "related", safety)


def _deletion(article: Article, rows: Sequence[Row], first: int, stop: int, case: str, safety: Safety) -> Hit:
    run = rows[first:stop]
    before, after = rows[first - 1] if first else None, rows[stop] if stop < len(rows) else None
    ((start, end),) = places(article, [run], before, after)
    if case == "source-title" and after is not None:
        end = after.line.start  # the gap below stays with the block
    values = {"text": excerpt(run[0].text), "lines": len(run)}
    title = "delete the line" if len(run) == 1 else f"delete these {len(run)} lines"
    edit = Edit(start, article.text[start:end], "")
    return Hit(Span(run[0].line.start, run[-1].line.end), values, fix(title, edit, safety=safety), case=case)


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
    if prose_before < 200 or prose_after * 3 > prose_before or cuts_a_sentence(rows, n):
        return None
    if not after:
        return Safety.SAFE
    if after[0].prose and after[0].text[-1] in ENDS and after[0].at == rows[n + 1].at:
        return None
    titles = sum(is_headline(r.text) for r in after)
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


def _source_title(rows: Sequence[Row]) -> Row | None:
    """A headline about the article's subject, alone after its end: what is left of the link to its source."""
    if len(rows) < 2:
        return None
    above, row = rows[-2:]
    if row.marks or row.prose or row.line.kind != "paragraph" or row.at == above.at + 1 or not above.prose:
        return None
    words = [w for w in row.text.split() if len(w) > 3]
    if not is_headline(row.text) or len(words) < 3 or sum(not w[0].islower() for w in words) < 0.8 * len(words):
        return None
    own = {w for r in rows[:-1] for w in _WORD.findall(r.text.casefold())}
    spoken = _WORD.findall(row.text.casefold())
    return row if sum(w in own for w in spoken) >= _SHARED_WORDS * len(spoken) else None
