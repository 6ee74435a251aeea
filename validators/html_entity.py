"""HTML entities that were never turned into the characters they stand for."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import NamedTuple

from copydesk.validator import Article, Contract, Hit, Passage, Safety, Validator, fix

ENTITY = re.compile(r"&((?:amp;)*+)(#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)|&((?:amp;)++)")
LINE = re.compile(r"[^\r\n]+")
LEADING_BLANK = re.compile(r"(?:[ \t\u00a0]|&(?:amp;)*+(?:nbsp|#160|#[xX][aA]0);)*+")
LAST_BLANK = re.compile(r"(?:[ \t]|&(?:amp;)*+(?:nbsp|#160|#[xX][aA]0);)$")
ABOUT_HTML = re.compile(
    r"\b(?:X?HTML|XML|SGML|ampersands?|entity (?:name|reference)s?|escap(?:ed?|ing))\b", re.IGNORECASE
)
OPENS_TAG = re.compile(r"[A-Za-z/!?]")
TAG = re.compile(r"<[A-Za-z/!?]")
BARE_ENTITY = re.compile(r"#?[A-Za-z0-9]{1,31};")
BLOCK_MARK = re.compile(r"[-+*#>=~`|:<\[]|\d{1,9}[.)]")
NO_BREAK = "\u00a0"
SOFT_HYPHEN = "\u00ad"
MEANT_BEFORE = frozenset(";:!?%»–—")  # a no-break space before these is typography, as it is beside a digit
PLAIN = frozenset("\"',;:/?%!.")  # ASCII that means nothing to Markdown within a line
PLAIN_IN_VALUES = PLAIN | frozenset("$()-+=#")


class Entity(NamedTuple):
    """`[start:end]` stands for `character`; `twice`: it was escaped more than once."""

    start: int
    end: int
    character: str
    twice: bool


class Reading(NamedTuple):
    """What to write for `[start:end]`, and whether that can do no harm."""

    start: int
    end: int
    new: str
    certain: bool


def entities(text: str, start: int, end: int) -> Iterator[Entity]:
    """The entities of a stretch of text, however often they were escaped."""
    for m in ENTITY.finditer(text, start, end):
        levels, name, ampersands = m.groups()
        if ampersands:
            yield Entity(m.start(), m.end(), "&", ampersands != "amp;")
            continue
        character = html.unescape("&" + name) if name[0] == "#" else html5.get(name, "")
        if character:
            yield Entity(m.start(), m.end(), character, bool(levels))
        elif levels:  # `R&amp;D;`: the ampersand is escaped, what follows is no entity
            yield Entity(m.start(), m.end(1), "&", levels != "amp;")


@dataclass
class HtmlEntity(Validator):
    """Decodes entities until nothing is left to decode, one fix for each line or value.

    What would become a tag, another entity or Markdown is only suggested. In a sentence about HTML an entity may be
    what the sentence is about.
    """

    contract = Contract.CHARACTERS
    cases = ("entity", "markup")

    def check(self, article: Article) -> Iterator[Hit]:
        if "&" not in article.prose:
            return
        for passage in article.passages:
            if "&" not in passage.masked or ENTITY.search(passage.masked) is None:
                continue
            if passage.field is not None:
                yield from self._hits(article, passage, 0, len(passage.masked))
            else:
                for line in LINE.finditer(passage.masked):
                    if "&" in line[0]:
                        yield from self._hits(article, passage, *line.span())

    def _hits(self, article: Article, passage: Passage, start: int, end: int) -> Iterator[Hit]:
        found = list(entities(passage.masked, start, end))
        readings = list(self._readings(passage.masked, start, end, found, passage.field is None, article.language))
        about_html = ABOUT_HTML.search(passage.text, start, end) is not None
        written = [passage.edit(r.start, r.end, r.new) for r in readings]
        for case, certain, possible in (("entity", True, True), ("entity", True, False), ("markup", False, None)):
            group = [
                r
                for r, edit in zip(readings, written, strict=True)
                if r.certain is certain and (possible is None or (edit is not None) is possible)
            ]
            if not group or (about_html and not certain):
                continue
            safety = Safety.SUGGEST if not certain else Safety.UNSAFE if about_html else Safety.SAFE
            made = [passage.edit(r.start, r.end, r.new) for r in group]
            values: dict[str, object] = {
                "entity": passage.text[group[0].start : group[0].end],
                "character": group[0].new,
                "count": len(group),
                "others": f", and {len(group) - 1} more" if len(group) > 1 else "",
            }
            fixes = fix("write the character", *made, safety=safety)
            yield Hit(passage.span(group[0].start, group[-1].end), values, fixes, passage.field, case)

    @staticmethod
    def _readings(text: str, start: int, end: int, found: list[Entity], body: bool, language: str) -> Iterator[Reading]:
        leading = LEADING_BLANK.match(text, start, end)
        first = leading.end() if leading else start
        last = end
        for e in reversed(found):
            if e.character != NO_BREAK or text[e.end : last].strip():
                break
            last = e.start
        harmless = all(can_be_written(text, e, found, n, first if body else -1) for n, e in enumerate(found))
        for e in found:
            if e.character == NO_BREAK:
                yield no_break(text, e, start, end, first, last, body, language)
            elif e.character in ("<", ">"):
                yield Reading(e.start, e.end, e.character, harmless and not (body and e.twice))
            elif e.character == "&":
                follows = BARE_ENTITY.match(text, e.end)
                yield Reading(
                    e.start, e.end, "&", follows is None or (follows[0][0] != "#" and follows[0] not in html5)
                )
            elif e.character == SOFT_HYPHEN:
                yield Reading(e.start, e.end, "", True)
            else:
                yield Reading(e.start, e.end, *plain(text, e, body))


def no_break(text: str, e: Entity, start: int, end: int, first: int, last: int, body: bool, language: str) -> Reading:
    """What to write for a no-break space: one ordinary space together with the blanks beside it, where it is not meant.

    `[start:end]` is the line; before `first` and from `last` on there are only blanks, which go.
    """
    if e.start < first < end:  # an indent: what comes first in the line must not become a list or a heading
        return Reading(e.start, e.end, "", not body or BLOCK_MARK.match(text, first) is None)
    if e.start < first or e.start >= last:
        return Reading(e.start, e.end, "", True)
    before, stop = text[e.start - 1 : e.start], e.end
    while stop < end and text[stop] in " \t":
        stop += 1
    if before in (" ", "\t", ";") and LAST_BLANK.search(text, max(start, e.start - 12), e.start):
        return Reading(e.start, stop, "", True)
    after = text[stop : stop + 1]
    alone = stop == e.end and (before.isdigit() or after.isdigit() or after in MEANT_BEFORE or before == "«")
    return Reading(e.start, stop, NO_BREAK if alone or language == "fr" else " ", True)


def can_be_written(text: str, e: Entity, found: list[Entity], n: int, line: int) -> bool:
    """Whether `<` or `>` makes neither a tag nor, where the line's text begins at `line`, a quotation."""
    if e.character == "<":
        follows = found[n + 1] if n + 1 < len(found) and found[n + 1].start == e.end else None
        return not OPENS_TAG.match(follows.character if follows else text[e.end : e.end + 1])
    if e.character == ">":
        return e.start != line and not TAG.search(text, max(0, e.start - 1000), e.start)
    return True


def plain(text: str, e: Entity, body: bool) -> tuple[str, bool]:
    """What to write for an entity, and whether it is nothing but a character there."""
    c = e.character
    if len(c) == 1 and c.isascii():
        if c.isspace():
            return " ", not body
        if body and c == "." and text[max(0, e.start - 1) : e.start].isdigit():
            return c, False  # a numbered list
        return c, c in (PLAIN if body else PLAIN_IN_VALUES)
    categories = {unicodedata.category(x) for x in c}
    return c, all(k[0] in "LNPSM" or k in ("Zs", "Cf") for k in categories) and "\ufffd" not in c
