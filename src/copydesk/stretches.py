"""The rows of an article as stretches: paragraphs, titles and labels, weighed by how much each reads like an article.

What was split at a link is one stretch again, for weighing only. The score of running text is its number of words; what
stands around articles (labels that the packs know, calls, captions, dates) counts against one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from copydesk.rows import Mark, Row, ends_a_sentence

LONG = 60  # words; a longer stretch says no more for being longer
AROUND = 4  # stretches on each side that tell text from teasers
SPARSE = 0.56  # share of running text among them, up to which it is sparse

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_CONNECTIVES = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "that",
        "the",
        "to",
        "with",
        "und",
        "der",
        "die",
        "das",
        "von",
        "mit",
        "für",
        "et",
        "de",
        "la",
        "le",
        "les",
        "des",
        "du",
        "y",
        "el",
        "los",
        "las",
        "e",
        "di",
        "il",
        "che",
        "do",
        "da",
        "o",
        "um",
        "uma",
        "en",
        "het",
        "een",
        "van",
    ]
)
_SAID = re.compile(r"\b(?:said|says|wrote|schrieb|sagt|a dit|dit|dijo|dice|disse|diz|schreef|zegt)\s?:$", re.I)
_LEGAL = re.compile(
    r"\b(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|tutti i "
    r"diritti riservati|todos os direitos reservados|alle rechten voorbehouden|registered trademarks? of|may not be "
    r"(?:published|reproduced|copied)|this site is protected by recaptcha|acceptance of (?:our|the) (?:terms|user))\b",
    re.I,
)
_SENTENCE = re.compile(r"\w\w[.!?][”\"’)]?\s")
_BULLET = re.compile(r"\s*(?:[-+*•#]|\d{1,3}[.)])\s")
_LISTED = re.compile(
    r"[-–+•*]?\s?[$€£+−-]?\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tues?|wed|thur?s?|fri|sat|sun)[a-z]{0,6}"
    r"\.? \d|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.I,
)
_CREDIT = re.compile(
    r"^\(?(?:photo|image|picture|illustration|credit|foto|fotos|bild|crédito|crédit|crédits|imagen|immagine|imagem|beeld)"
    r"(?:s|graph|graphie)?(?: credit| by| courtesy| copyright|e?: | von | de | di | door )"
    r"|\((?:photo|image|credit|source|ap|reuters|getty|afp|file|foto|epa)\b[^()]{0,120}\)?\)?$"
    r"|[(/]\s*(?:ap|afp|reuters|epa|getty images|getty|shutterstock|istock)(?: photo)?\s*\)?$"
    r"|\b(?:via getty images|getty images for [\w ]{1,40}|ap photo|associated press file)\b[^.]{0,40}\)?\.?$"
    r"|^(?:©|ⓒ)|^(?:ap|epa|afp|reuters|getty(?: images)?|istock|shutterstock|alamy|"
    r"(?:[\w.'’-]+ ){1,4}/ (?:ap|afp|reuters|getty)\b.{0,20})$"
    r"|^(?:image copyright|image caption|media caption|courtesy (?:of )?)",
    re.I,
)
_BYLINE = re.compile(
    r"^(?:by|written by|posted by|story by|von|por|par|di|door|text|words by)\b"
    r"\W{0,3}(?:[\w.'’\-]+[ ,&|]{1,3}){0,8}[\w.'’\-]*$",
    re.I,
)
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b(?:hours?|minutes?|days?) ago\b"
    r"|^(?:published|updated|posted|last updated|first published)\b",
    re.I,
)
_CALL = re.compile(
    r"^(?:follow|subscribe|sign up|join|click|download|email|e-mail|contact|read more|read also|see also|related|"
    r"also read|watch|listen|more:|copyright|©|the views expressed|this (?:site|website) uses|we use cookies|by "
    r"(?:signing|using|continuing|clicking|submitting)|all rights|want (?:more|to)|need more|get (?:the|our|breaking|"
    r"this|more)|got a|have a (?:news )?tip|leggi anche|lesen sie|lire aussi|lea también|leia também|lees ook|"
    r"don['’]t miss|must read)\b",
    re.I,
)
_FORM = re.compile(
    r"\b(?:newsletter|our app|all rights reserved|privacy policy|terms of (?:use|service)|may earn (?:a|an))\b", re.I
)
_PROVENANCE = re.compile(
    r"^\W{0,2}(?:correction|clarification|editor['’]?s['’]? note|additional reporting|reporting by|with files from)\b"
    r"|\bcontributed (?:to|reporting)\b|\b(?:originally|first) (?:published|appeared)\b",
    re.I,
)


@dataclass(slots=True)
class Stretch:
    """Lines that make up one paragraph, label or title; `first` and `last` are indexes of rows."""

    first: int
    last: int
    text: str
    words: list[str]
    score: float = 0.0
    kind: str = ""
    sparse: bool = False


def join(rows: Sequence[Row]) -> list[Stretch]:
    """The rows as stretches: what was split at links is one again, for weighing only."""
    begins = [n for n in range(len(rows)) if not n or not _goes_on(rows, n)]
    out = []
    for first, stop in zip(begins, [*begins[1:], len(rows)], strict=True):
        text = " ".join(r.text for r in rows[first:stop])
        out.append(Stretch(first, stop - 1, text, words_of(text)))
    return out


def _goes_on(rows: Sequence[Row], n: int) -> bool:
    """Whether row `n` goes on with the sentence of the row above."""
    above, row = rows[n - 1], rows[n]
    if row.at != above.at + 1:
        return False
    unfinished = not ends_a_sentence(above.text) and above.text[-1] != ":"
    if row.marks or above.marks:
        return unfinished and row.text[0].islower() and above.text.count(" ") > 2
    if _begins_a_block(row) or above.text.startswith("#"):
        return False
    if row.text[0] == "(" and unfinished and above.text[-1] not in ",;" and len(row.text) > 40:
        return True
    if _opens_lower(row.text):
        return not above.marks and (len(above.text) > 1 or above.text.isalnum())
    if above.text[-1] in "(“‘" or row.text == "(" or above.text.endswith(("'s", "’s")):
        return True
    if above.text[-1] in ",;" and len(above.text) > 12:
        return True
    if above.text.casefold().rpartition(" ")[2] in _CONNECTIVES:
        return True
    below = rows[n + 1] if n + 1 < len(rows) and rows[n + 1].at == row.at + 1 else None
    return bool(
        unfinished
        and below
        and not below.marks
        and _opens_lower(below.text)
        and len(row.text) < 120
        and len(above.text) > 12
    )


def _begins_a_block(row: Row) -> bool:
    return row.line.kind in ("table", "code", "quote") or _BULLET.match(row.line.text) is not None


def _opens_lower(text: str) -> bool:
    return text[0].islower() or text[0] in ",.;:)’”!?" or text.startswith("'s ")


def weigh(stretches: Sequence[Stretch], rows: Sequence[Row], common: frozenset[str]) -> None:
    """Gives every stretch its score: words of running text count for an article, labels and titles against one."""
    long = [w.casefold() for s in stretches if len(s.words) >= 12 for w in s.words]
    known = sum(w in common for w in long) > 0.2 * len(long)
    for s in stretches:
        size = max(len(s.words), len(s.text) // 12)
        marks = [m for r in rows[s.first : s.last + 1] for m in r.marks]
        s.score, s.kind = _score(s, size, marks)
        if s.kind == "prose" and known and size >= 6:
            share = sum(w.casefold() in common for w in s.words) / max(1, len(s.words))
            if share < 0.15:
                s.score *= 0.2


_MARKED = {"anywhere": -4.0, "tail": -6.0, "marker": -8.0, "weak-marker": -3.0, "lead": -4.0, "disclosure": 0.0}


def _score(s: Stretch, size: int, marks: Sequence[Mark]) -> tuple[float, str]:
    if marks:
        kinds = {m.kind for m in marks if m.where in ("anywhere", "tail")}
        if "comments" in kinds:
            return -25.0, "comments"
        if "legal" in kinds:
            return -25.0, "legal"
        return min(_MARKED.get(m.where, -2.0) for m in marks), "label"
    ended = ends_a_sentence(s.text)
    if size <= 14 and _SAID.search(s.text):
        return -10.0, "comments"
    if size <= 150 and _LEGAL.search(s.text):
        return -25.0, "legal"
    if _PROVENANCE.search(s.text) and size < 60:
        return 0.0, "provenance"
    if size <= 70 and _CREDIT.search(s.text):
        return -3.0, "caption"
    if size <= 14 and (_BYLINE.match(s.text) or (_DATE.search(s.text) and not ended)):
        return -2.0, "byline"
    if size <= 45 and (_CALL.match(s.text) or (size <= 20 and _FORM.search(s.text))):
        return -4.0, "call"
    if ended and size >= 5:
        return float(min(size, LONG)), "prose"
    if size >= 25 or (size >= 15 and _SENTENCE.search(s.text)):
        return 0.7 * min(size, LONG), "prose"
    return (-2.0 if size <= 3 else -3.0), "short"


def recognise_lists(stretches: Sequence[Stretch]) -> None:
    """Dates, amounts and prices one below another may be the article's own: they count for it, a little."""
    n = 0
    while n < len(stretches):
        stop = n
        while stop < len(stretches) and (
            stretches[stop].kind in ("short", "byline")
            or (0 < len(stretches[stop].words) <= 16 and _LISTED.match(stretches[stop].text))
        ):
            stop += 1
        dated = [s for s in stretches[n:stop] if _LISTED.match(s.text)]
        if len(dated) >= 5 and len(dated) >= 0.6 * (stop - n):
            for s in stretches[n:stop]:
                s.score, s.kind = 1.0, "list"
        else:
            for s in _entries(stretches[n:stop]):
                s.score, s.kind = 1.0, "list"
        n = stop + 1


def _entries(run: Sequence[Stretch]) -> Sequence[Stretch]:
    """The lines of a table in words ("Spain (Group F): 11th appearance"): each has a colon, most one word."""
    entries = [n for n, s in enumerate(run) if ": " in s.text]
    if len(entries) < 5:
        return ()
    part = run[entries[0] : entries[-1] + 1]
    seen = Counter(w for n in entries for w in {w.casefold() for w in run[n].words[1:]})
    first = {run[n].words[0].casefold() for n in entries if run[n].words}
    if len(entries) < 0.8 * len(part) or not seen or max(seen.values()) < 0.8 * len(entries):
        return ()
    return part if len(first) >= 0.6 * len(entries) else ()


def words_of(text: str) -> list[str]:
    """The words of a text, an apostrophe within a word included."""
    return _WORD.findall(text)


def names_a_date(text: str) -> bool:
    """Whether a text has a date or a time in it, or begins as the date of an article does."""
    return _DATE.search(text) is not None


def thin_out(stretches: Sequence[Stretch]) -> None:
    """Marks the running text that stands among labels and titles, as teasers of other stories do."""
    solid = [s.score > 0 or s.kind == "caption" for s in stretches]
    for n, s in enumerate(stretches):
        near = solid[max(0, n - AROUND) : n + AROUND + 1]
        s.sparse = s.score > 0 and sum(near) <= SPARSE * len(near)
