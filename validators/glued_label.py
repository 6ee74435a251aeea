"""Labels of a page that were run together with its sentences, where an extractor lost the ends of lines.

"…, he said.Read MoreThe bridge upstream …": such a label can be told from the text: both its ends are places where
two lines were glued together, and the packs know all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from copydesk.rows import Row, excerpt, is_headline
from copydesk.validator import Article, Contract, Edit, Hit, Safety, Setup, Span, Validator, fix

LONG = 500  # code points; lines are glued together in long ones
LABEL = 160  # code points of a label, or of a title below one
STORY = 200  # code points that a story has before the titles of others
OPEN = "so"  # a word that only a phrase with an open end goes on with: nobody knows where such a label ends
MOST = 40  # places of a line that are tried
_SHARED_WORDS = 0.6  # from this share of its words on that the article has too, a block is about its subject

_BEGIN = re.compile(r"^(?=\w)|(?:\w[.!?…][\"”’»)]{0,2}|\w\)|\s{3})(?=[^\W\d_])")
_END = re.compile(
    r"(?<=[a-zß-ÿ\d])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zß-ÿ])|(?<=\w)(?=[“‘„«])|(?<=[A-ZÀ-Þ])(?=\"[A-ZÀ-Þ])"
    r"|(?<=[.!?…])(?=[\"“‘„«]?[A-ZÀ-Þ])|(?=\s{3})|$"
)
_STOP = re.compile(r"\w\w[.!?…][\"”’»)]{0,2}(?=\s|[^\W\d_a-zß-ÿ]|$)")
_SEAM = re.compile(r"[a-zß-ÿ](?=[A-ZÀ-Þ])|[|\])](?=\w)")
_SENTENCES = re.compile(r"\w\w[.!?…][\"”’»)]{0,2}\s+[^\W\d_a-zß-ÿ]")
_RIGHTS = re.compile(r"©|\bcopyright\b", re.I)
_WORD = re.compile(r"\w+(?= )")
_LONG_WORD = re.compile(r"\w{4,}")
_KINDS = frozenset(
    ("advertisement", "sharing", "newsletter", "navigation", "media", "promotion", "comments", "related", "teaser")
)


@dataclass
class GluedLabel(Validator):
    contract = Contract.GLUED
    scope = "body"
    cases = ("label", "stories")

    def prepare(self, setup: Setup) -> None:
        self._phrases = setup.phrases
        self._common = frozenset(w for words in setup.phrases.function_words.values() for w in words)

    def check(self, article: Article) -> Iterator[Hit]:
        if all(line.end - line.start < LONG for line in article.lines):
            return
        rows = self._phrases.rows(article)
        last = max((n for n, r in enumerate(rows) if not r.marks), default=-1)
        for n, row in enumerate(rows):
            if len(row.text) >= LONG and row.line.kind == "paragraph":
                yield from self._labels(row, rows if n == last else ())

    def _labels(self, row: Row, rows: Sequence[Row]) -> Iterator[Hit]:
        """The labels in a line; `rows` are those of the article where the line is the last of it."""
        text, stop = row.line.text, 0
        for begin in list(_BEGIN.finditer(text))[-MOST:]:
            start = begin.end()
            if start < stop:
                continue
            stop, case, safety = self._label(text, start, rows)
            if stop > start and text[:start].strip() + text[stop:].strip():
                at = row.line.start
                edit = Edit(at + start, text[start:stop], "")
                values: dict[str, object] = {"text": excerpt(text[start:stop])}
                if _RIGHTS.search(text, start, stop):
                    values["metadata"] = {"copyright": excerpt(text[start:stop], 200)}
                yield Hit(Span(edit.start, edit.end), values, fix("delete it", edit, safety=safety), case=case)

    def _label(self, text: str, start: int, rows: Sequence[Row]) -> tuple[int, str, Safety]:
        """Where the label that begins at `start` ends, if one does; what it is, and how sure that is."""
        for end in takewhile(lambda m: m.start() <= start + LABEL, _END.finditer(text, start + 1)):
            label = text[start : end.start()]
            marks = [m for m in self._phrases.marks(label) if m.where != "disclosure"]
            if not marks or " " not in label.strip() or self._phrases.marks(f"{label} {OPEN}"):
                continue
            where = {m.where for m in marks if m.kind in _KINDS}
            if where & {"marker", "weak-marker"} and rows and (safety := _stories(rows, text, start, end.start())):
                return len(text.rstrip()), "stories", safety
            at_end = bool(rows) and not text[end.start() :].strip()
            announced = "lead" in where and (at_end or _is_sentence(text, end.start()))
            if "anywhere" in where or announced or (at_end and any(m.where == "tail" for m in marks)):
                return end.start(), "label", Safety.SAFE
        return self._title(text, start), "label", Safety.SAFE

    def _title(self, text: str, start: int) -> int:
        """Where the title of another story ends that is announced at `start`: before a word that begins sentences."""
        head, colon, _ = text[start : start + LABEL].partition(":")
        if not colon or " " not in head or all(m.where != "lead" for m in self._phrases.marks(head)):
            return 0
        seam = _SEAM.search(text, start, start + LABEL)
        if seam is None or _STOP.search(text, start, seam.end()):
            return 0
        if not is_headline(text[start + len(head) + 1 : seam.end()].strip()):
            return 0
        word = _WORD.match(text, seam.end())
        return seam.end() if word and word[0].casefold() in self._common else 0


def _is_sentence(text: str, start: int) -> bool:
    """Whether a sentence begins here, and no title of another story: its full stop comes before the next seam."""
    stop, seam = _STOP.search(text, start, start + LONG), _SEAM.search(text, start, start + LONG)
    return stop is not None and (seam is None or stop.end() <= seam.end())


def _stories(rows: Sequence[Row], text: str, start: int, stop: int) -> Safety | None:
    """How sure it is that only titles of other stories follow a heading of such in the last line; None if not."""
    rest, before = text[stop:].strip(), sum(len(r.text) for r in rows[:-1] if r.prose) + start
    if before < STORY or len(rest) * 3 > before or not rest or rest[-1] in ".," or _SENTENCES.search(rest):
        return None
    cuts = [0, *(m.start() for m in _END.finditer(rest) if m.start()), len(rest)]
    titles = [rest[a:b].strip() for a, b in pairwise(cuts) if a < b]
    if len(titles) < 2 or 2 * sum(map(is_headline, titles)) <= len(titles) or max(map(len, titles)) > LABEL:
        return None
    story = " ".join((*(r.text for r in rows[:-1]), text[:start]))
    own = set(_LONG_WORD.findall(story.casefold()))
    words = set(_LONG_WORD.findall(" ".join(titles).casefold()))
    return Safety.UNSAFE if len(words & own) >= _SHARED_WORDS * len(words) else Safety.SAFE
