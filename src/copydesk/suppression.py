"""What an article itself allows: findings that its author has looked at and wants to stay.

    <!-- copydesk: allow doubled-word: so the poem has it -->    the block around it; where it stands alone, the next
    copydesk-allow: {doubled-word: so the poem has it}           in the front matter: the whole article

A rule is given by name or code, and without a reason nothing is allowed. It counts only where the configuration says
`suppressions = true`: otherwise anybody whose article is checked could switch the check off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from copydesk.model import Article, Finding, MapNode, Scalar, Span

KEY = "copydesk-allow"
_COMMENT = re.compile(r"<!--[ \t]{0,8}copydesk:[ \t]{0,8}allow[ \t]{1,8}([^:\n]{1,400}):([^\n]{0,400}?)-->")


class Suppression(NamedTuple):
    """`span` is where it is written, `scope` what it covers: both in code points of the file."""

    rule: str
    reason: str
    span: Span
    scope: Span

    @property
    def key(self) -> str:
        """What makes it the same one in another version of the article."""
        return f"{self.rule}: {self.reason}"


def read_suppressions(article: Article) -> list[Suppression]:
    """Every suppression with a reason, in the order of the file."""
    return [*_of_front_matter(article), *_of_body(article)]


def _of_front_matter(article: Article) -> Iterator[Suppression]:
    found = article.meta.fields.get(KEY) if article.meta else None
    if found is None or not isinstance(found.node, MapNode):
        return
    for key, value in found.node.pairs:
        if isinstance(value, Scalar) and value.value.strip():
            span = Span(key.span.start, value.span.end)
            yield Suppression(key.value, value.value.strip(), span, Span(0, len(article.text)))


def _of_body(article: Article) -> Iterator[Suppression]:
    text = article.text
    for m in _COMMENT.finditer(text, article.body.start):
        reason = m[2].strip()
        if not reason:
            continue
        scope = _scope(article, m.start(), m.end())
        for rule in m[1].split(","):
            if rule.strip():
                yield Suppression(rule.strip(), reason, Span(*m.span()), scope)


def _scope(article: Article, start: int, end: int) -> Span:
    """The block around a comment; for a comment alone on its lines the block after it."""
    for n, part in enumerate(article.parts):
        if part.span.start <= start < part.span.end:
            alone = not (article.text[part.span.start : start] + article.text[end : part.span.end]).strip()
            after = [p for p in article.parts[n + 1 :] if p.kind != "blank"]
            return after[0].span if alone and after else part.span
    return Span(start, end)


def allows(suppression: Suppression, finding: Finding) -> bool:
    """Whether it speaks of this finding."""
    named = suppression.rule in (finding.name, finding.code)
    return named and suppression.scope.start <= finding.span.start <= suppression.scope.end
