"""The phrases of the packs in `rules/boilerplate/`, and what they say of a line.

A phrase is compared with a whole line, never with a part of one: what stands inside running prose is not boilerplate.
A line costs one look at its first word, and, where that begins a phrase, one look-up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from copydesk.model import Article, Safety
from copydesk.rows import Mark, Row, is_prose

SHORT = 240  # code points; a longer line is never a label
FILLER = r"(?:\S*[^\s.!?;:] ){0,23}\S+"  # what `{…}` stands for: words of one sentence
KINDS = frozenset(
    (
        *("advertisement", "sharing", "newsletter", "navigation", "reading-time", "comments", "related", "orphan"),
        *("media", "promotion", "legal", "teaser", "cookies", "ai", "paid", "opinion"),
    )
)
WHERE = frozenset(
    ["anywhere", "tail", "run", "beside", "reply", "label", "marker", "weak-marker", "lead", "disclosure"]
)

_EDGES = " \t*_#>•·|-:!.…›»‹«~=()[]\"'"
_SAME = str.maketrans(
    {**dict.fromkeys("•‣∙‧|／", "·"), **dict.fromkeys("–—", "-"), "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"'}
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SLOT = re.compile(r"\{(\w+)\}")
_BRACES = re.compile(r"\{[^{}]*\}")
_ITEM = re.compile(r"\s{2,}|\s?(?:[-+*•‣◦]|\d{1,9}[.)])\s")  # an item of a list, or what goes on below one
_LINK = re.compile(r"!?\[([^\[\]\r\n]{0,200})\]\([^()\s]{0,500}\)")


class PhraseError(ValueError):
    """A pack that cannot be used; the message names the file and what to do."""


@dataclass
class Phrases:
    """The packs, ready to be asked; build it with `open_phrases`."""

    metadata: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """What a disclosure of a kind says in front matter."""
    function_words: dict[str, frozenset[str]] = field(default_factory=dict)
    """The commonest words of each language that has a pack."""
    _exact: dict[str, tuple[Mark, ...]] = field(default_factory=dict)
    _open: dict[str, list[tuple[str, str, str, tuple[Mark, ...]]]] = field(default_factory=dict)
    """By first word: how a phrase begins and ends, its pattern, and what it says."""
    _heads: set[str] = field(default_factory=lambda: {""})
    _folded: dict[str, list[_Phrase]] = field(default_factory=dict)
    """The phrases by their first word, until a line begins with it: with their slots they are ten times as many."""
    _seen: tuple[Article, list[Row]] | None = None

    def learn(self, path: Path, pack: Mapping[str, Any]) -> None:
        """Adds the phrases of a pack. Raises PhraseError."""
        slots = {name: [_same(word) for word in words] for name, words in pack.get("slots", {}).items()}
        if words := pack.get("function_words"):
            language = pack.get("language", path.stem)
            self.function_words[language] = self.function_words.get(language, frozenset()) | set(words.split())
        for group in [*pack.get("groups", ()), *pack.get("disclosures", ())]:
            mark = Mark(group["kind"], group.get("where", "disclosure"), group.get("heads", False))
            if mark.kind not in KINDS:
                raise PhraseError(f"{path}: the kind {mark.kind!r} is none of {', '.join(sorted(KINDS))}")
            if mark.where not in WHERE:
                raise PhraseError(f"{path}: the place {mark.where!r} is none of {', '.join(sorted(WHERE))}")
            self.metadata.setdefault(mark.kind, group.get("metadata", {}))
            for text in _same(group["phrases"]).splitlines():
                phrase = _Phrase(path, " ".join(text.split()), slots, mark)
                for head in _heads(phrase):
                    if head not in self._folded:
                        self._folded[head] = []
                        self._heads.add(folded := head.casefold())
                        if "'" in folded:
                            self._heads.add(folded.replace("'", "’"))
                    self._folded[head].append(phrase)

    def _unfold(self, head: str) -> None:
        """Adds every form of the phrases that begin with a word."""
        for phrase in self._folded.pop(head, ()):
            for variant in _variants(phrase):
                if variant.partition(" ")[0] == head:
                    self._add(variant, head, phrase.mark)

    def _add(self, variant: str, head: str, mark: Mark) -> None:
        if "{…}" in variant:
            pattern = re.escape(variant).replace(re.escape("{…}"), FILLER)
            begins, *_, ends = variant.split("{…}")
            self._open.setdefault(head, []).append((begins, ends, pattern, (mark,)))
        elif mark not in (known := self._exact.get(variant, ())):
            self._exact[variant] = (*known, mark)

    def marks(self, text: str) -> tuple[Mark, ...]:
        """What the packs say of a line: one lookup, and a few patterns where its first word begins an open phrase."""
        head = text.split(None, 1)[0].strip(_EDGES).casefold()
        if head not in self._heads and not head[0].isdigit():
            return ()
        plain = plain_phrase(text)
        folded = plain.casefold()
        for head in {plain.partition(" ")[0], folded.partition(" ")[0]} & self._folded.keys():
            self._unfold(head)
        found = self._exact.get(folded) or self._exact.get(plain)
        if found is None and (head := folded.partition(" ")[0]) in self._open:
            for begins, ends, pattern, marks in self._open[head]:
                if folded.startswith(begins) and folded.endswith(ends) and _compiled(pattern).fullmatch(folded):
                    return marks
        return found or ()

    def rows(self, article: Article) -> list[Row]:
        """The lines of an article that are not blank; of the article that was asked for last they are remembered.

        Whoever asks gets the same rows, as if nobody had recognised any of them.
        """
        if self._seen is None or self._seen[0] is not article:
            self._seen = article, list(self._read(article))
        for row in self._seen[1]:
            row.kind, row.safety = "", Safety.SAFE
        return self._seen[1]

    def _read(self, article: Article) -> Iterator[Row]:
        for at, line in enumerate(article.lines):
            text = line.text.strip()
            if not text:
                continue
            if "](" in text:
                text = _LINK.sub(r"\1", text) or "[]"  # as a reader sees it
            marks: tuple[Mark, ...] = ()
            if len(text) <= SHORT and line.kind in ("paragraph", "list", "heading"):
                marks = self.marks(text)
                if line.kind == "list" and _ITEM.match(line.text):
                    marks = tuple(m for m in marks if m.where == "anywhere" and text.count(" ") > 2)
                elif line.kind == "heading" and not text.startswith("#"):
                    marks = ()  # underlined: the line below would be left behind
            prose = not marks and is_prose(text)
            yield Row(at, line, text, marks, prose)


def open_phrases(packs: Iterable[tuple[Path, Mapping[str, Any]]]) -> Phrases:
    """The phrases of some packs, one after another. Raises PhraseError."""
    out = Phrases()
    for path, pack in packs:
        out.learn(path, pack)
    return out


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """An open phrase as a pattern; most are never asked for, and compiling them all slows the start."""
    return re.compile(pattern)


class _Phrase(NamedTuple):
    """A phrase as its pack has it; its forms are those that the words of the slots give it."""

    path: Path
    text: str
    slots: Mapping[str, Sequence[str]]
    mark: Mark


def _heads(phrase: _Phrase) -> Iterable[str]:
    """The first words of a phrase's forms. Raises PhraseError."""
    text = phrase.text
    if "{" not in text:
        return {plain.partition(" ")[0]} if (plain := text.strip(_EDGES)) else ()
    for name in _SLOT.findall(text):
        if name != "n" and name not in phrase.slots:
            raise PhraseError(f"{phrase.path}: {text!r} uses {{{name}}}, which is not under slots")
    first, _, rest = text.partition(" ")
    if "{" not in first and first[0] not in _EDGES and any(c.isalnum() for c in _BRACES.sub("", rest)):
        return {first}  # what follows it stays, whatever the slots say
    return {variant.partition(" ")[0] for variant in _variants(phrase)}


def _variants(phrase: _Phrase) -> Iterator[str]:
    """A phrase in every form that its slots give it, plain as `marks` compares it."""
    names = [name for name in _SLOT.findall(phrase.text) if name != "n"]
    marks = [f"{{{name}}}" for name in names]
    for words in product(*(phrase.slots[name] for name in names)):
        variant = phrase.text
        for mark, word in zip(marks, words, strict=True):
            variant = variant.replace(mark, word, 1)
        variant = variant.strip(_EDGES)
        if "  " in variant:
            variant = " ".join(variant.split())
        if variant.startswith("{…}"):
            raise PhraseError(f"{phrase.path}: {phrase.text!r} begins with {{…}}: begin with a word")
        if variant:
            yield variant


def _same(text: str) -> str:
    """A text with one form for each mark and number."""
    return _NUMBER.sub("{n}", text.translate(_SAME))


def plain_phrase(text: str) -> str:
    """A line without what does not count: white space, bullets and punctuation at its ends, the value of numbers."""
    plain = " ".join(text.split())
    if not plain.isascii() or "|" in plain:  # the one of those characters that is ASCII
        plain = plain.translate(_SAME)
    plain = plain.strip(_EDGES)
    return _NUMBER.sub("{n}", plain) if not plain.isalpha() else plain
