"""What a person is asked: the findings that nobody has decided, those that are decided together as one question."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from copydesk.decisions import Decisions, Kind, changes, kind, offered
from copydesk.excerpt import Page, Piece, clickable, count_of, one_line, rows, shown, tier, visible_path
from copydesk.model import Finding, Record, Rule, Safety

WIDTH = 100
MARKS = {Safety.SAFE: "[safe]", Safety.UNSAFE: "[unsafe]", Safety.SUGGEST: "[?]"}


@dataclass(frozen=True)
class Asked:
    """A finding in its article."""

    record: Record
    finding: Finding

    @property
    def text(self) -> str:
        return self.record.original or ""


@dataclass(frozen=True)
class Question:
    """Findings of one kind, in the order of their paths; the first is the one that is shown."""

    places: tuple[Asked, ...]

    @property
    def finding(self) -> Finding:
        return self.places[0].finding

    def alike(self) -> tuple[Asked, ...]:
        """The places where the first fix of the first place is offered, too."""
        if not self.finding.fixes:
            return ()
        wanted = changes(self.places[0].text, self.finding.span, self.finding.fixes[0].edits)
        return tuple(p for p in self.places if offered(p.finding, p.text, wanted))

    def without(self, gone: Iterable[Asked]) -> Question:
        away = {(p.record.source.id, p.finding.fingerprint) for p in gone}
        left = (p for p in self.places if (p.record.source.id, p.finding.fingerprint) not in away)
        return replace(self, places=tuple(left))


def questions(records: Iterable[Record], wanted: Callable[[Finding], bool]) -> tuple[Question, ...]:
    """The questions of a run: those with a fix first, of them the most repeated, the best evidenced, the gravest."""
    groups: dict[Kind, list[Asked]] = {}
    for record in records:
        found = [f for f in record.findings if not f.applied and wanted(f)]
        if found:
            thin = replace(record, text=None, passes=(), findings=())
            for f in found:
                groups.setdefault(kind(f, record.original or ""), []).append(Asked(thin, f))
    asked = [Question(tuple(places)) for places in groups.values()]

    def rank(q: Question) -> tuple[object, ...]:
        f = q.finding
        return not f.fixes, -len(q.places), -tier(f), -f.severity, f.code, q.places[0].record.source.id, f.span

    return tuple(sorted(asked, key=rank))


def still_open(asked: Iterable[Question], decisions: Decisions) -> tuple[Question, ...]:
    """The questions without what was decided meanwhile."""
    out = []
    for q in asked:
        done = [p for p in q.places if decisions.find(p.record.source.id, p.finding, p.record.original)]
        left = q.without(done) if done else q
        out += [left] if left.places else []
    return tuple(out)


# ----------------------------------------------------------------------------------------------------- for the eye


def present(q: Question, rule: Rule | None) -> Iterator[str]:
    """A question in lines: where, what, the line itself, and each fix with what it would make."""
    f, record = q.finding, q.places[0].record
    path = visible_path(clickable(record.source.file))
    field = f"  {visible_path(f.field)}" if f.field else ""
    articles = len({p.record.source.id for p in q.places})
    more = f"  ({count_of(len(q.places), 'place')} in {count_of(articles, 'article')})" if len(q.places) > 1 else ""
    yield f"{path}:{f.location.line}:{f.location.column}  {f.code} {f.name}  {f.severity}{field}{more}"
    yield f"    {one_line(f.message, 300)}"
    page = Page(record.original, record.source.line) if record.original is not None else None
    if page:
        yield from _quote(page, f)
    if rule and rule.ask:
        yield f"    {one_line(rule.ask, 300)}"
    for n, fix in enumerate(f.fixes, 1):
        yield f"  {n:>3}  {one_line(fix.title)}  {MARKS[fix.safety]}"
        places, others = page.places(fix.edits, (WIDTH - 20) // 2) if page else ((), 0)
        for place in places:
            yield from (f"        - {''.join(map(shown, row))}" for row in rows(place.before))
            yield from (f"        + {''.join(map(shown, row))}" for row in rows(place.after))
        if others:
            yield f"        … and in {count_of(others, 'more place')}"


def _quote(page: Page, f: Finding) -> Iterator[str]:
    """The line that the finding stands in, and carets under it."""
    quote = page.quote(f.span, WIDTH - 20)
    if (quote.left + quote.marked + quote.right).strip():
        left, marked, right = (shown(Piece(t, t is quote.marked)) for t in (quote.left, quote.marked, quote.right))
        yield f"  {quote.line:>5} | {left}{marked}{right}"
        yield f"        | {' ' * _columns(left)}{'^' * max(1, _columns(marked))}"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def keys(q: Question, undo: bool) -> str:
    """What can be answered, in a line."""
    fixes, alike, n = len(q.finding.fixes), len(q.alike()), len(q.places)
    words = [] if not fixes else ["1 accept here"] if fixes == 1 else [f"1-{min(fixes, 9)} accept one here"]
    if fixes:
        words.append(
            ("a accept everywhere" if fixes == 1 else "a accept 1 everywhere") + (f" ({alike})" if alike > 1 else "")
        )
    words += ["k keep here", "K keep everywhere" if n == 1 else f"K keep everywhere ({n})", "s skip", "w why"]
    return " · ".join([*words, *(["u undo"] if undo else []), "q quit"])
