"""For a terminal or the log of a CI job: every finding with its line and its fix, or, of many, one row per rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

from copydesk.advice import cleaning, in_place, next_command, of_changed, report_folder, undo_command
from copydesk.excerpt import (
    Count,
    Page,
    Piece,
    Place,
    Tally,
    clickable,
    count_of,
    fail_level,
    in_order,
    one_line,
    rows,
    rules_by_code,
    shown,
    standing,
    tally,
    visible_path,
)
from copydesk.model import Finding, Rule, Run, Safety, Severity

MANY = 50
MARKS = {Safety.SAFE: "[safe]", Safety.UNSAFE: "[unsafe]", Safety.SUGGEST: "[?]"}
_STYLES = {
    "bold": "1", "dim": "2", "error": "1;31", "warning": "33", "info": "36",
    "-": "31", "+": "32", "-!": "1;4;31", "+!": "1;4;32", "safe": "32", "unsafe": "33", "suggest": "36",
}  # fmt: skip


def render(run: Run, out: TextIO) -> None:
    """Notes, what was repaired, what was found (of much only the counts), totals and the next command."""
    page = _Printer(run, out)
    for note in run.notes:
        page.line(f"note: {one_line(note, 400)}")
    every = tally(run)
    left = tally(run, left=True) if run.command == "clean" else every
    if run.notes and every.rules:
        page.line()
    if run.command == "clean" and every.total("repaired"):
        _repaired(page, every)
        page.line(page.paint("bold", f"{count_of(left.total('findings'), 'finding')} left"))
    total = left.total("findings")
    if total and (run.details.get("statistics") or (total > MANY and not run.details.get("full"))):
        _table(page, left)
    elif total:
        _list(page)
    _footer(page, every, left)


class _Printer:
    """Writes lines for the terminal of this run; all from an article has been made visible before."""

    def __init__(self, run: Run, out: TextIO) -> None:
        self.run = run
        self.rules = rules_by_code(run)
        self.color = bool(run.details.get("color"))
        width = run.details.get("width")
        self.width = max(60, min(width, 160)) if isinstance(width, int) else 100
        self._out = out

    def line(self, text: str = "") -> None:
        """Writes a line. What GitHub would take for a command (`::…` at its beginning, `##[…`) is broken up."""
        if text.lstrip().startswith("::"):
            text = "." + text
        self._out.write(text.rstrip().replace("\n", "↵").replace("##[", "## [") + "\n")

    def paint(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color and text else text

    def command(self, text: str) -> str:
        return self.paint("bold", text)


# --------------------------------------------------------------------------------------------------------- the list


def _list(page: _Printer) -> None:
    clean = page.run.command == "clean"
    for record in page.run.records:
        found = [f for f in in_order(record.findings) if not (clean and f.applied)]
        if not found:
            continue
        path = visible_path(clickable(record.source.file))
        page.line(f"{page.paint('bold', path)}  {page.paint('dim', count_of(len(found), 'finding'))}")
        text = Page(record.original, record.source.line) if record.original is not None else None
        for f in found:
            _finding(page, path, f, text)


def _finding(page: _Printer, path: str, f: Finding, text: Page | None) -> None:
    where = f"{path}:{f.location.line}:{f.location.column}"
    field = f"  {visible_path(f.field)}" if f.field else ""
    severity = page.paint(str(f.severity), str(f.severity))
    page.line(f"  {where}  {page.paint('bold', f.code)} {f.name}  {severity}{page.paint('dim', field)}")
    page.line(f"    {one_line(f.message, 300)}")
    places: tuple[Place, ...] = ()
    more = 0
    reach = (page.width - 20) // 2
    if text is not None:
        if len(f.fixes) == 1 and not _builds(f):
            places, more = text.places(f.fixes[0].edits, reach)
        if not any(p.line <= f.location.line < p.line + max(1, len(rows(p.before))) for p in places):
            _quote(page, f, text)
        for place in places:
            _change(page, place)
        if more:
            page.line(page.paint("dim", f"         … and in {count_of(more, 'more place')}"))
    _offer(page, f, text, reach)
    page.line()


def _builds(f: Finding) -> bool:
    """Whether the edits of a repair hold others, too, that stand with their own findings."""
    return f.applied and bool(f.depends_on)


def _quote(page: _Printer, f: Finding, text: Page) -> None:
    """The line that the finding stands in, and carets under it."""
    quote = text.quote(f.span, page.width - 20)
    if not (quote.left + quote.marked + quote.right).strip():
        return
    row = [Piece(quote.left, False), Piece(quote.marked, True), Piece(quote.right, False)]
    page.line(f"  {quote.line:>5} {_bar(page)} {''.join(map(shown, row))}")
    _carets(page, row)


def _change(page: _Printer, place: Place) -> None:
    """The lines before with a `-`, carets under what goes, and the lines after with a `+`."""
    before, after = rows(place.before), rows(place.after)
    for n, row in enumerate(before):
        number = str(place.line) if n == 0 else ""
        _side(page, "-", number, row)
        if len({p.changed for p in row}) == 2:
            _carets(page, row)
    for row in after:
        _side(page, "+", "", row)


def _side(page: _Printer, sign: str, number: str, row: Iterable[Piece]) -> None:
    text = "".join(page.paint(sign + "!" if p.changed else sign, shown(p)) for p in row)
    page.line(f"  {number:>5} {page.paint(sign, sign)} {text}")


def _carets(page: _Printer, row: Sequence[Piece]) -> None:
    """Carets under the changed pieces of a row; under an empty one a single caret."""
    line = ""
    for p in row:
        width = _columns(shown(p))
        line += ("^" * max(1, width) if p.changed else " " * width) if len(line) < page.width * 2 else ""
    page.line(f"        {_bar(page)} {page.paint('dim', line.rstrip())}")


def _bar(page: _Printer) -> str:
    return page.paint("dim", "|")


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: none for a combining mark, two for a wide character."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _offer(page: _Printer, f: Finding, text: Page | None, reach: int) -> None:
    """What can be done: the title of the fix with its safety, or the ways to choose from, or the question."""
    rule: Rule | None = page.rules.get(f.code)
    if len(f.fixes) == 1:
        safety = f.fixes[0].safety
        builds = ", after another repair of this place" if _builds(f) else ""
        page.line(f"    {page.paint(str(safety), MARKS[safety])} {one_line(f.fixes[0].title)}{builds}")
    else:
        for fix in f.fixes[:3]:
            page.line(f"    {page.paint('suggest', '[?]')} perhaps: {one_line(fix.title)}")
            for place in text.places(fix.edits, reach, 1)[0] if text else ():
                for row in rows(place.after, 3):
                    _side(page, "+", "", row)
    if rule and rule.ask and standing(f) != "repaired" and (not f.fixes or f.fixes[0].safety < Safety.SAFE):
        page.line(f"    {'   ' if f.fixes else page.paint('suggest', '[?]')} {one_line(rule.ask)}")


# ------------------------------------------------------------------------------------------------------- the counts


def _table(page: _Printer, left: Tally) -> None:
    """One row per rule, the gravest first."""
    counts = sorted(left.rules.values(), key=lambda c: (-c.severity, -c.findings, c.code))
    head = ("code", "rule", "severity", "findings", "articles", "safe fixes", "first")
    table = [_row(c) for c in counts]
    widths = [max(len(r[i]) for r in (head, *table)) for i in range(len(head))]
    for n, row in enumerate((head, *table)):
        cells = [c.rjust(w) if 3 <= i <= 5 else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        if n == 0:
            page.line(page.paint("dim", "  ".join(cells)))
        else:
            cells[0], cells[2] = page.paint("bold", cells[0]), page.paint(row[2], cells[2])
            page.line("  ".join(cells))
    page.line()
    code = max(counts, key=lambda c: c.findings).code
    listing = next_command(page.run, page.run.command, "--select", code, "--full")
    if page.run.command == "clean":
        listing = next_command(page.run, "check", "--select", code, "--full")
    page.line(f"List the findings of one rule: {page.command(listing)}")
    page.line()


def _row(c: Count) -> tuple[str, ...]:
    safe = c.repaired + c.safe
    first = f"{visible_path(clickable(c.example[0]))}:{c.example[1]}"
    return c.code, c.name, str(c.severity), f"{c.findings:,}", f"{c.articles:,}", f"{safe:,}" if safe else "-", first


def _repaired(page: _Printer, every: Tally) -> None:
    repaired = count_of(every.total("repaired"), "repair")
    page.line(page.paint("bold", f"{repaired} in {count_of(every.changed, 'article')}"))
    counts = [c for c in every.common() if c.repaired]
    for c in sorted(counts, key=lambda c: (-c.repaired, c.code)):
        page.line(f"  {c.repaired:>6,}  {page.paint('bold', c.code)} {c.name}")
    page.line()


def _footer(page: _Printer, every: Tally, left: Tally) -> None:
    run = page.run
    elapsed = run.details.get("elapsed")
    seconds = f" in {elapsed:.1f} s" if isinstance(elapsed, int | float) else ""
    verb = "cleaned" if run.command == "clean" else "checked"
    checked = f"{count_of(every.articles, 'article')} {verb}{seconds}"
    total = left.total("findings")
    is_left = " left" if run.command == "clean" and every.total("repaired") else ""
    if not total:
        page.line(page.paint("safe", f"{checked}: {'nothing is left to do' if is_left else 'no findings'}."))
    else:
        kinds = ", ".join(
            page.paint(str(s), count_of(n, str(s), "info" if s == Severity.INFO else ""))
            for s, n in left.severities.items()
            if n
        )
        page.line(f"{checked}: {count_of(total, 'finding')}{is_left} in {left.affected:,} of them ({kinds}).")
    ways = _ways(page, left)
    for n, text, command in ways:
        page.line(f"  {n:>6,} {text}{page.command(command)}")
    if folder := report_folder(run):
        page.line(f"  report: {page.command(folder + '/index.html')}")
        page.line(f"  undo:   {page.command(undo_command(run) or '')}")


def _ways(page: _Printer, left: Tally) -> list[tuple[int, str, str]]:
    """How many findings go which way, in which words, and the command for it."""
    run = page.run
    check = run.command == "check"
    safe, unsafe, person = left.total("repaired") + left.total("safe"), left.total("unsafe"), left.total("person")
    ways = []
    if blocking := left.total("blocking"):
        ways.append((blocking, f"{'fails' if blocking == 1 else 'fail'} this run (--fail-level {fail_level(run)})", ""))
    if safe and check:
        ways.append((safe, "can be repaired now:    ", cleaning(run)))
    elif safe:
        ways.append((safe, "safe fixes were not made", ""))
    if unsafe:
        command = cleaning(run, "--unsafe") if check else next_command(run, "clean", "--unsafe", *_out(run))
        ways.append((unsafe, "more with unsafe fixes: ", command))
    if person:
        code = max(left.rules.values(), key=lambda c: c.person).code
        command = f"copydesk explain {code}" if of_changed(run) else next_command(run, "review")
        ways.append((person, "for a person [?]:       ", command))
    return ways


def _out(run: Run) -> tuple[str, ...]:
    return ("--in-place",) if in_place(run) or not run.out else ("--out", run.out)
