"""Lines that somebody has accepted as the boilerplate of a source: `copydesk learn boilerplate` writes such rules.

Unlike what is counted anew in each run, they hold for a single new article, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from copydesk.provenance import source_of
from copydesk.template import line_template
from copydesk.validator import Article, Contract, Edit, Hit, Line, Scope, SettingError, Setup, Span, Validator, fix

KINDS = frozenset(("paragraph", "list", "quote", "heading"))
WHERE = ("tail", "head", "anywhere")


@dataclass
class KnownLine(Validator):
    contract: ClassVar[Contract] = Contract.LINES
    scope: ClassVar[Scope] = "all"
    source: str = ""
    where: str = "tail"
    within: int = 12
    lines: tuple[str, ...] = ()

    def prepare(self, setup: Setup) -> None:
        if self.where not in WHERE:
            raise SettingError(f"'where' of known lines is one of {', '.join(WHERE)}, not {self.where!r}")
        self._field = str(setup.options.get("source", ""))
        self._known = frozenset(map(line_template, self.lines))

    def check(self, article: Article) -> Iterator[Hit]:
        if self.source and source_of(article, self._field) != self.source:
            return
        lines = [x for x in article.lines if x.text.strip()]
        first, last = {
            "tail": (len(lines) - self.within, len(lines)),
            "head": (0, self.within),
            "anywhere": (0, len(lines)),
        }[self.where]
        known = [
            first <= n < last and x.kind in KINDS and line_template(x.text) in self._known for n, x in enumerate(lines)
        ]
        if not any(known) or all(known):
            return
        n = 0
        while n < len(lines):
            start = n
            while n < len(lines) and known[n]:
                n += 1
            if n > start:
                above = lines[start - 1] if start else None
                below = lines[n] if n < len(lines) else None
                yield self._hit(article, above, lines[start:n], below)
            n += 1

    def _hit(self, article: Article, above: Line | None, run: list[Line], below: Line | None) -> Hit:
        """One blank line is left between what stays; at the end of the file the last line keeps its line end."""
        start, end = run[0].start, run[-1].stop
        if below is None and above is not None:
            start, end = above.end, article.lines[-1].end
        elif below is not None and (above is None or article.text[above.end : start].count("\n") > 1):
            end = below.start
        text = run[0].text.strip()
        values = {"text": text if len(text) <= 80 else text[:79] + "…", "lines": len(run), "source": self.source}
        title = "delete the line" if len(run) == 1 else f"delete these {len(run)} lines"
        return Hit(Span(run[0].start, run[-1].end), values, fix(title, Edit(start, article.text[start:end], "")))
