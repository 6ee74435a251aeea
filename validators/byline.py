"""Lines before and behind an article that say who made it and when: offered as front matter, never lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from copydesk.bylines import LONGEST, Said, field_of, is_label, is_recorded, read_line
from copydesk.rows import Row, cuts_a_sentence, excerpt, places
from copydesk.validator import Article, Contract, Edit, Hit, Safety, Scope, Setup, Span, Validator, fix

HEAD = 12  # lines above the first paragraph that are looked at
TAIL = 4  # lines below the last one
CASES = {"author": "author", "published": "date", "updated": "date", "credit": "credit", "contributors": "credit"}


@dataclass
class Byline(Validator):
    contract: ClassVar[Contract] = Contract.LINES
    scope: ClassVar[Scope] = "all"
    cases: ClassVar[tuple[str, ...]] = ("author", "date", "credit")

    def prepare(self, setup: Setup) -> None:
        self._setup = setup
        self._phrases = setup.phrases

    def check(self, article: Article) -> Iterator[Hit]:
        rows = self._phrases.rows(article)
        prose = [n for n, r in enumerate(rows) if r.prose]
        if not prose:
            return
        head = next((n for n in prose if not read_line(rows[n].text)), prose[-1])
        tail = next((n for n in reversed(prose) if not read_line(rows[n].text)), prose[-1]) + 1
        stop = 0
        for n in (*range(max(0, head - HEAD), head), *range(tail, min(len(rows), tail + TAIL))):
            row = rows[n]
            if n < stop or len(row.text) > LONGEST or row.line.kind not in ("paragraph", "list"):
                continue
            stop = n + 1
            said = read_line(row.text)
            if not said and is_label(row.text) and stop < len(rows) and rows[stop].at - row.at <= 2:
                said = read_line(f"{row.text} {rows[stop].text}")
                stop += bool(said)
            if said and self._setup.is_page(article):
                return  # of a page they go with its head, and the finding of that says so
            if said and not cuts_a_sentence(rows, n) and not (n >= tail and said[0].kind == "published"):
                yield self._hit(article, rows, n, stop, said)

    def _hit(self, article: Article, rows: Sequence[Row], n: int, stop: int, said: Sequence[Said]) -> Hit:
        schema = self._setup.schemas.of(article)
        known = tuple(schema.known) if schema is not None else ()
        fields = {field_of(article, s.kind, known): s.value for s in said}
        recorded = all(is_recorded(article, s) for s in said)
        names = " and ".join(f"`{name}`" for name in fields)
        offer = f"the front matter has it ({names})" if recorded else f"the front matter does not have it as {names}"
        run = rows[n:stop]
        before, after = rows[n - 1] if n else None, rows[stop] if stop < len(rows) else None
        ((start, end),) = places(article, [run], before, after)
        values = {"text": excerpt(" ".join(r.text for r in run)), "offer": offer, "metadata": fields}
        edit = Edit(start, article.text[start:end], "")
        title = "delete the line" if len(run) == 1 else f"delete these {len(run)} lines"
        safety = Safety.UNSAFE if recorded else Safety.SUGGEST
        return Hit(
            Span(run[0].line.start, run[-1].line.end), values, fix(title, edit, safety=safety), case=CASES[said[0].kind]
        )
