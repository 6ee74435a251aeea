"""Says where an article tells of its first publication: a fact for the front matter, and no boilerplate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from copydesk.validator import Article, Hit, Scope, Span, Validator

_SPACE = "[ \u00a0]"
_KIND = "article|story|piece|post|column|essay|report|interview|commentary"
_NOTE = re.compile(
    rf"(?:\b(?:This|The){_SPACE}(?:[a-z]+{_SPACE}){{0,2}}?(?:{_KIND}){_SPACE}(?:(?:was|is|has been){_SPACE})?"
    rf"(?:originally|first){_SPACE}|\b(?:This was originally|Originally|First){_SPACE})"
    rf"(?:published|appeared|posted|printed){_SPACE}(?:in|on|at|by)\b"
)
_SAID = ("irst ", "irst\u00a0", "riginally ", "riginally\u00a0")
_SOURCE = re.compile(rf"\S{{1,60}}(?:{_SPACE}\S{{1,60}}){{0,7}}")
_AFTER = re.compile(
    rf"{_SPACE}(?:(?:under|with|as|in|on|here|where|which|that|who|before|by|at)\b|and{_SPACE}[a-z]|[-–—|])"
    r"|[,;:()*_\]]|(?<!\b[A-Z])\.(?=\s|$)"
)
_DATE = re.compile(
    r"\d|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)[a-z]{0,7}\b"
    r"|yesterday|today"
)


@dataclass
class FirstPublication(Validator):
    scope: ClassVar[Scope] = "body"

    def check(self, article: Article) -> Iterator[Hit]:
        passage = article.passages[0]
        verbs = [verb for verb in ("published", "appeared", "posted", "printed") if verb in passage.masked]
        if not any(f"{said}{verb}" in passage.masked for verb in verbs for said in _SAID):
            return
        for m in _NOTE.finditer(passage.masked):
            source, end = _source(passage.text, m.end())
            if source:
                span = passage.span(m.start(), end)
                yield Hit(Span(*span), {"source": source, "metadata": {"source": source}})


def _source(text: str, at: int) -> tuple[str, int]:
    """The name that follows, on the same line or, where a link split the line, on the next; and where it ends."""
    while at < len(text) and text[at] in " \u00a0\r\n*_[":
        at += 1
    found = _SOURCE.match(text, at)
    if found is None or _DATE.match(found[0]):
        return "", at
    stop = _AFTER.search(found[0])
    source = found[0][: stop.start()] if stop else found[0]
    return source.strip(" .*_"), at + len(source)
