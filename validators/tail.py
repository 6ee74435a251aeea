"""What follows an article and is about something else: other stories, and what is left of the link to the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copydesk.rows import ENDS, Row, cuts_a_sentence, excerpt, is_headline, places
from copydesk.validator import Article, Contract, Edit, Hit, Safety, Setup, Span, Validator, fix

TEASER = 320  # code points; a longer line is no teaser of another story
REPLIES = 3  # labels of comments that make a section of them
BLOCKS = 20  # headings of other stories that are tried, from the end

_WORD = re.compile(r"\w{4,}")
_PROVENANCE = re.compile(
    r"^(?:correction|clarification|editor['’]?s['’]? note|update|additional reporting|reporting by|contribut|"
    r"with files from|photo|image|source|credit|this (?:article|story|piece|post) )|"
    r"\b(?:originally|first) (?:published|appeared)\b",
    re.I,
)
_ABOUT = re.compile(
    r"(?:about the authors?|über (?:den autor|die autorin)|à propos de l['’]auteure?|sobre (?:el|la|o|a) autora?|"
    r"sull['’]autore|over de auteur):?$",
    re.I,
)
_AFFILIATE = re.compile(r"\baffiliate (?:links?|commissions?)\b|\bmay earn (?:a|an) (?:\w+ )?commission\b", re.I)
_LISTED = re.compile(
    r"\W{0,3}\d[\d.,:/–-]*\s\D|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d", re.I
)
_SAID = re.compile(
    r"\b(?:said|says|wrote|schrieb|sagt|dit|dijo|dice|disse|diz|schreef|zegt)\s?:$"
    r"|\b(?:at|um|à|a las|alle|às|om) \d{1,2}[:.h]\d\d ?(?:[ap]\.?m\.?)?$",
    re.I,
)
_STOPS = re.compile(r"[.!?…。！？][\"”’»)\]]{0,2}$")
_LEGAL = re.compile(
    r"©|\ball rights reserved|\b(?:real-time|delayed) (?:snapshot|at least)|\bprivacy policy|\bterms of", re.I
)
_SHARED_WORDS = 0.6  # from this share of its words on that the article has too, a block is about its subject


@dataclass
class Tail(Validator):
    contract = Contract.LINES
    scope = "body"
    cases = ("related", "source-title", "footer", "discussion")

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
        foot, case = len(rows), "footer"
        if any(r.marks for r in rows):
            foot = _discussion(rows)
            case = "discussion" if foot < len(rows) else "footer"
            foot = min(foot, _footer(rows))
        if foot < len(rows) and (foot <= end or safety < Safety.SAFE):
            for first, stop in _but_for_disclosures(rows, foot):
                yield _deletion(article, rows, first, stop, case, Safety.SAFE)
        elif end < len(rows):
            yield _deletion(article, rows, end, len(rows), "related", safety)


def _but_for_disclosures(rows: Sequence[Row], first: int) -> Iterator[tuple[int, int]]:
    """The rows from `first` to the end in runs, without those that say who earns with the article or who wrote it."""
    for n in range(first, len(rows) + 1):
        about = n + 1 < len(rows) and _names_the_author(rows, n)
        if n == len(rows) or about or _AFFILIATE.search(rows[n].text):
            if first < n:
                yield first, n
            first = max(first, n + (2 if about else 1))


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


def _discussion(rows: Sequence[Row]) -> int:
    """Where the comments of readers begin: under a heading of theirs, with a label under most; len(rows) if none."""
    prose_before = tried = 0
    for n, row in enumerate(rows):
        if (
            tried < REPLIES
            and prose_before >= 200
            and row.is_a("comments", "anywhere", "tail")
            and not cuts_a_sentence(rows, n)
        ):
            tried += 1
            after = rows[n + 1 :]
            signs = sum(
                r.is_a("comments", "reply") or _SAID.search(r.text) is not None for r in after if len(r.text) < 90
            )
            if signs >= REPLIES and signs * 12 >= len(after):
                return n
        prose_before += len(row.text) if row.prose else 0
    return len(rows)


def _footer(rows: Sequence[Row]) -> int:
    """Where the foot of the page begins: labels of several kinds with no sentence among them; len(rows) if none."""
    last = len(rows)
    while last and not _is_sentence(rows[last - 1]):
        last -= 1
    if sum(len(r.text) for r in rows[:last] if r.prose) < 200:
        return len(rows)
    for n in range(last, len(rows)):
        row = rows[n]
        if row.mark("marker", "weak-marker") or row.is_a("comments", "anywhere", "tail") or row.is_a("legal", "tail"):
            return n if _is_foot(rows, n, last) else len(rows)
    return len(rows)


def _is_foot(rows: Sequence[Row], n: int, last: int) -> bool:
    """Whether the rows from `n` on, all of them behind the last sentence, are what stands at the foot of pages."""
    after = rows[n:]
    kinds = {m.kind for r in after for m in r.marks}
    strong = {m.kind for r in after for m in r.marks if m.where in ("marker", "anywhere", "tail")}
    known = sum(bool(r.marks) for r in after)
    told = any(
        r.is_a("ai", "disclosure") or (r.mark("disclosure") and i < last + 4) or (not r.marks and _tells_origin(r.text))
        for i, r in enumerate(rows[n:], n)
    )
    listed = sum(bool(_LISTED.match(r.text)) for r in after if not r.marks)
    if told or listed * 4 > len(after) or len(after) < 8:
        return False
    return (known >= 5 and len(kinds) >= 3) or (len(strong) >= 2 and known >= 3)


def _names_the_author(rows: Sequence[Row], n: int) -> bool:
    """Whether the row `n` heads a box about the author whose name stands nowhere above it."""
    if not _ABOUT.match(rows[n].text) or n + 1 == len(rows):
        return False
    return all(rows[n + 1].text not in r.text for r in rows[:n])


def _tells_origin(text: str) -> bool:
    return _PROVENANCE.search(text) is not None and (":" in text or text.count(" ") > 3)


def _is_sentence(row: Row) -> bool:
    """Whether a row is a sentence of an article's own, as far as its shape can say."""
    if row.marks or row.line.kind in ("code", "table", "quote"):
        return row.line.kind in ("code", "table", "quote")
    if len(row.text) <= TEASER and _LEGAL.search(row.text):
        return False
    return len(row.text) > TEASER or (len(row.text) >= 60 and _STOPS.search(row.text) is not None)


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
