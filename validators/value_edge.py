"""Blanks at the beginning or end of a prose value of the front matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Hit, Passage, Scalar, Validator, fix


@dataclass
class ValueEdge(Validator):
    """Strips a quoted value: blanks, no-break spaces and line breaks that stand inside the quotes for nothing."""

    contract = Contract.SPACE
    scope = "front"

    def check(self, article: Article) -> Iterator[Hit]:
        for passage in article.passages:
            text = passage.text
            if passage.field is None or text == text.strip():
                continue
            left = len(text) - len(text.lstrip())
            right = len(text if is_block(article, passage) else text.rstrip())
            if left >= right or (left == 0 and right == len(text)):
                continue  # blanks only: not a matter of edges
            runs = [(a, b) for a, b in ((0, left), (right, len(text))) if a < b]
            ends = [name for name, (a, b) in (("begins", (0, left)), ("ends", (right, len(text)))) if a < b]
            values = {"where": " and ".join(ends), "count": sum(b - a for a, b in runs)}
            made = [passage.edit(a, b, "") for a, b in runs]
            span = passage.span(runs[0][0], runs[-1][1])
            yield Hit(span, values, fix("delete the blanks at the edge", *made), passage.field)


def is_block(article: Article, passage: Passage) -> bool:
    """Whether the value is written as a block (`|` or `>`), which ends with a line break by its nature."""
    found = article.meta.fields.get(passage.field or "") if article.meta else None
    return found is not None and isinstance(found.node, Scalar) and found.node.style in ("|", ">")
