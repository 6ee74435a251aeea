"""Straight and curly apostrophes in one article, where a house style wants one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import Article, Contract, Hit, Safety, Validator, fix

APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")


@dataclass
class MixedApostrophe(Validator):
    """One finding for the body and one for each field; the rarer of the two forms is offered to be rewritten."""

    contract = Contract.CHARACTERS

    def check(self, article: Article) -> Iterator[Hit]:
        for passage in article.passages:
            text = passage.masked
            if "'" not in text or "’" not in text:
                continue
            found = [m.start() for m in APOSTROPHE.finditer(text)]
            curly = sum(text[at] == "’" for at in found)
            if not 0 < curly < len(found):
                continue
            wanted = "’" if 2 * curly >= len(found) else "'"
            rare = [at for at in found if text[at] != wanted]
            edits = [passage.edit(at, at + 1, wanted) for at in rare]
            values = {"straight": len(found) - curly, "curly": curly}
            fixes = fix(f"write {wanted} everywhere", *edits, safety=Safety.UNSAFE)
            yield Hit(passage.span(rare[0], rare[0] + 1), values, fixes, passage.field)
