"""Titles that lost a character on their way: an ampersand, a dash, an apostrophe.

Some feeds delete entities in place of resolving them: `F&amp;B` becomes `FB`, `What&rsquo;s` becomes `Whats`, and of
` &#8211; ` two blanks are left. The summary often still has the whole form; where it has not, the spelling alone may
tell. What the summary proves is offered as the one best reading, everything else is a question.
"""

# ruff: noqa: SIM905 - word lists read better as text

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Hit, Passage, Safety, Validator, fix

_AMPERSAND = re.compile(r"(?<![\w&;#])[A-Z]{1,4}&[A-Z]{1,4}(?![\w&;])")
_NO_APOSTROPHE = re.compile(
    r"\b(?:(what|that|here|there|where)(s)|(do|does|did|is|are|was|were|could|should|would|have|has|had)(nt)"
    r"|(you|they)(re)|(you|they)(ve))\b",
    re.I,
)
_ENGLISH = re.compile(r"\b(?:the|you|your|and|it|to|of|is|are|this|with|new|how|for)\b", re.I)
_OWNER = re.compile(
    r"\b([A-Za-z]{3,30}[^\Ws])s(?= (?:first|second|third|fourth|fifth)-(?:ever|year|half|quarter)\b)", re.I
)
"""A plural before "first-year" or "first-ever" is mostly a singular that owns it."""
_SIGN = re.compile(
    r"(?:(?P<far>\S{1,40}) )?(?P<near>\S{1,40}) (?P<sign>[&–—]) (?P<next>\S{1,40})(?: (?P<last>\S{1,40}))?"
)
_BARE_NAMES = {
    bare: whole
    for whole in (
        "R&D;F&O;AT&T;PG&E;S&P 500;H&R Block;Texas A&M;Barnes & Noble;Ben & Jerry’s;Dun & Bradstreet;"
        "Ernst & Young;Johnson & Johnson;Marks & Spencer;Procter & Gamble;Smith & Wesson;Standard & Poor’s"
    ).split(";")
    for bare in [" ".join(whole.replace("&", "").split())]
}
"""What is left of names that are hardly ever written without their ampersand."""
_BARE_NAME = re.compile(rf"(?<![\w&])(?:{'|'.join(map(re.escape, _BARE_NAMES))})(?![\w&])")
_LENGTH = 300  # code points; a longer title is another text


@dataclass
class LostCharacter(Validator):
    """The first character that the title lost."""

    contract = Contract.FIELD
    scope = "front"
    cases = ("lost", "perhaps-lost")
    summaries: tuple[str, ...] = ("excerpt", "summary", "description")

    def check(self, article: Article) -> Iterator[Hit]:
        fields = {p.field: p for p in article.passages[1:]}
        title = fields.get("title")
        if title is None or len(title.text) > _LENGTH:
            return
        summary = next((fields[name].text for name in self.summaries if name in fields), "")
        summary = _read(summary[:2000])
        found = self._proved(title, summary) if summary else None
        if found is None and article.language == "en":
            found = _apostrophe(title) or _owner(title, summary) or _bare_name(title, summary)
        if found is not None:
            yield found

    @staticmethod
    def _proved(title: Passage, summary: str) -> Hit | None:
        """A character that the summary has between the very words that the title has without it."""
        text = title.text
        whole = _read(text)
        for m in _AMPERSAND.finditer(summary) if "&" in summary else ():
            bare = re.search(rf"(?<!\w){m[0].replace('&', '')}(?!\w)", text)
            if bare and m[0] not in whole:
                return _restored(title, bare.start(), bare.end(), m[0], Safety.UNSAFE)
        spaced = any(sign in summary for sign in (" & ", " – ", " — "))
        for m in _SIGN.finditer(summary) if spaced else ():
            gap = _gap_in(text, m)
            if gap is not None:
                return _restored(title, gap[0], gap[1], f" {m['sign']} ", Safety.UNSAFE)
        return None


def _read(value: str) -> str:
    return (html.unescape(value) if "&" in value else value).replace("\xa0", " ").replace("\xad", "").strip()


def _apostrophe(title: Passage) -> Hit | None:
    """`Whats`, `dont`: no words of their own in an English title."""
    text = title.text
    lost = _NO_APOSTROPHE.search(text)
    if lost is None or lost[0].isupper() or not _ENGLISH.search(text):
        return None
    stem, end = (g for g in lost.groups() if g)
    new = f"{stem}n{_mark(text)}t" if end == "nt" else f"{stem}{_mark(text)}{end}"
    return _restored(title, lost.start(), lost.end(), new, Safety.UNSAFE)


def _owner(title: Passage, summary: str) -> Hit | None:
    """`the companys first-ever` where the summary speaks of one company, never of companies."""
    m = _OWNER.search(title.text)
    if m is None:
        return None
    words = {w.casefold() for w in re.findall(r"\w+", summary)}
    if m[1].casefold() not in words or m[0].casefold() in words:
        return None
    return _restored(title, m.start(), m.end(), f"{m[1]}{_mark(title.text)}s", Safety.SUGGEST)


def _bare_name(title: Passage, summary: str) -> Hit | None:
    m = _BARE_NAME.search(title.text)
    if m is None or title.text.isupper() or _BARE_NAME.search(summary):
        return None
    return _restored(title, m.start(), m.end(), _BARE_NAMES[m[0]], Safety.SUGGEST)


def _mark(text: str) -> str:
    return "'" if "'" in text else "’"


def _gap_in(title: str, m: re.Match[str]) -> tuple[int, int] | None:
    """Where a title has the words of a summary without the sign between them: two blanks, or four words in a row."""
    near, after, end = m["near"], m["next"].rstrip(",.;:!?"), (m["last"] or "").rstrip(",.;:!?")
    at, width = title.find(f"{near}  {after}"), 2
    if at < 0 and m["far"] and end:
        at, width = title.find(f"{m['far']} {near} {m['next']} {end}"), 1
        at += len(m["far"]) + 1 if at >= 0 else 0
    if at < 0:
        return None
    return at + len(near), at + len(near) + width


def _restored(title: Passage, start: int, end: int, new: str, safety: Safety) -> Hit:
    old = title.text[start:end]
    fixes = fix(f"write {new.strip()!r}", title.edit(start, end, new), safety=safety)
    case = "perhaps-lost" if safety == Safety.SUGGEST else "lost"
    return Hit(title.span(start, end), {"old": old, "new": new.strip()}, fixes, title.field, case)
