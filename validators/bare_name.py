"""A name on a line of its own between two sentences: what stood around the link is gone.

Headings and bylines look the same, so this is said only where the article is known to be cut up, and of a name that it
speaks of elsewhere in the middle of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from copydesk.pieces import Words, blocks_of, layout_of
from copydesk.validator import Article, Hit, SettingError, Setup, Span, Validator

NAME = re.compile(r"[A-Z][\w.’'\-]{1,30}(?: [A-Z][\w.’'\-]{0,30}){0,2}\Z")
CUT = 0.02  # share of the line breaks that surely cut a sentence
WRAPPED = 0.6  # share of lines that fill the width
SENTENCE = 5  # words


@dataclass
class BareName(Validator):
    """`lasting`: once the lines around are joined, nothing tells any more that the article was cut up."""

    scope = "body"
    lasting = True
    language: str = "en"
    words: str = "words/english.txt"
    setup: Setup | None = field(default=None, init=False, repr=False)
    english: frozenset[str] = field(default=frozenset(), init=False, repr=False)
    known: Words = field(default=Words(*[frozenset()] * 4), init=False, repr=False)

    def prepare(self, setup: Setup) -> None:
        self.setup = setup
        for path, data in setup.data("layout/english.yaml"):
            if not isinstance(data, dict) or not set(Words._fields) <= data.keys():
                raise SettingError(f"{path}: needs the word classes {', '.join(Words._fields)}")
            self.known = Words(*(frozenset(str(data[k]).split()) for k in Words._fields))

    def check(self, article: Article) -> Iterator[Hit]:
        if article.language != self.language:
            return
        lines = article.lines
        found = []
        for n in range(1, len(lines) - 1):
            if len(lines[n].text) > 80 or lines[n].kind != "paragraph":
                continue
            name, before, after = (lines[k].text.strip() for k in (n, n - 1, n + 1))
            whole = before.endswith((".", "!", "?")) and before.count(" ") >= SENTENCE
            if whole and after[:1].isupper() and after.count(" ") >= SENTENCE and NAME.match(name):
                found.append(n)
        if not found:
            return
        blocks, runs = blocks_of(lines, self.known)
        layout = layout_of(blocks, runs)
        if layout.share > WRAPPED or layout.cuts < CUT:
            return
        text = article.passages[0].masked
        for n in found:
            name = lines[n].text.strip()
            if not self.is_name(name):
                continue
            surname = name.rpartition(" ")[2]
            if re.search(rf"[a-z,;] {re.escape(name)}\b", text) or (surname != name and text.count(surname) > 1):
                values = {"name": name, "before": lines[n - 1].text[-40:], "after": lines[n + 1].text[:40]}
                yield Hit(Span(lines[n].start, lines[n].end), values)

    def is_name(self, name: str) -> bool:
        """Whether one of the words at least is neither an abbreviation nor a word of the language."""
        if not self.english and self.setup is not None:
            self.english = frozenset(self.setup.lines(self.words))
        return any(not w.isupper() and w.lower() not in self.english for w in re.findall(r"\w{2,}", name))
