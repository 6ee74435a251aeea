"""A summary for a pull request: what is blocked, what `clean` repairs, what a person decides, article by article.

Everything that comes from an article stands in a code span or a fence, so that none of it becomes a link, a mention or
HTML. What repeats in many articles is said once. Matters of judgement are counted, not asked. It fits into a comment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

from copydesk.advice import cleaning, of_changed, report_folder
from copydesk.excerpt import (
    Page,
    Tally,
    blocks,
    count_of,
    in_order,
    one_line,
    rows,
    rules_by_code,
    shown,
    standing,
    tally,
    visible,
    visible_path,
)
from copydesk.exchange import code_span, page_of
from copydesk.model import Finding, Rule, Run, Severity

MOST_BYTES = 60_000  # GitHub takes 65,536 characters in a comment, and 1 MiB in a summary
ROWS = 40  # of the table by article
BLOCKED = 30  # articles told one by one
TOLD = 10  # findings of one of them
MANY = 4  # articles with the same message: it is said once, for all of them
SAMPLES = 5  # of a rule
PLACES = 6  # named for one sample
REACH = 60


@dataclass
class Row:
    """One article of the table: how often each rule blocks, is repaired, asks."""

    path: str
    blocked: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def weight(self) -> tuple[bool, int, int, int]:
        return bool(self.blocked), self.blocked.total(), self.asked.total(), self.repaired.total()


@dataclass
class Samples:
    """What was found of one rule: each different text once, with its first places and how often it was met."""

    code: str
    found: int = 0
    articles: int = 0
    texts: dict[str, tuple[list[str], int]] = field(default_factory=dict)
    last: str = ""

    def add(self, path: str, f: Finding, text: str) -> None:
        self.found += 1
        self.articles += path != self.last
        self.last = path
        if text not in self.texts:
            if len(self.texts) >= SAMPLES:
                return
            self.texts[text] = ([], 0)
        places, times = self.texts[text]
        if times < PLACES:
            places.append(f"{visible_path(path)}:{f.location.line}:{f.location.column}")
        self.texts[text] = (places, times + 1)


@dataclass
class Piles:
    """The findings of a run, sorted by what is to be done; of each pile no more is held than is shown."""

    articles: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    blocked: dict[str, list[str]] = field(default_factory=dict)
    repeated: dict[str, Samples] = field(default_factory=dict)
    asked: dict[str, Samples] = field(default_factory=dict)
    repaired: dict[str, Samples] = field(default_factory=dict)
    judged: Counter[str] = field(default_factory=Counter)
    untold: int = 0


@dataclass
class Paper:
    """Writes while there is room, and counts the findings that are not shown."""

    out: TextIO
    room: int = MOST_BYTES
    unshown: int = 0

    def write(self, text: str) -> None:
        self.room -= len(text.encode("utf-8", "replace"))
        self.out.write(text)


def render(run: Run, out: TextIO) -> None:
    """The totals, what is blocked, the table by article, what a person decides, what is repaired."""
    rules, counts, piles = rules_by_code(run), tally(run), _sorted(run)
    paper = Paper(out, unshown=piles.untold)
    done = run.command == "clean"
    _head(paper, run, counts, piles)
    _blocked(paper, piles, rules)
    _table(paper, piles, done)
    _groups(paper, f"Please decide: {count_of(piles.articles['asked'], 'article')}", piles.asked, rules, 12_000)
    title = "What was repaired" if done else "What `copydesk clean` repairs"
    _groups(
        paper, f"{title}: {count_of(piles.articles['repaired'], 'article')}", piles.repaired, rules, 1_500, ask=False
    )
    if piles.judged:
        few = ", ".join(f"{_cell(code)} {n:,}" for code, n in piles.judged.most_common(8))
        rest = f" and {len(piles.judged) - 8} more rules" if len(piles.judged) > 8 else ""
        paper.write(f"\n{count_of(piles.judged.total(), 'matter')} of judgement, only counted here: {few}{rest}.\n")
    if paper.unshown:
        where = code_span(f"{report_folder(run)}/findings.jsonl") if run.out else "`--format json` or `--format html`"
        paper.write(f"\n_{count_of(paper.unshown, 'finding')} not shown one by one here._ The full list: {where}.\n")


# --------------------------------------------------------------------------------------------------------- sorting


def _sorted(run: Run) -> Piles:
    piles = Piles()
    common, rules = _common(run), rules_by_code(run)
    for record in run.records:
        if not record.findings:
            continue
        page = page_of(record)
        row = Row(record.source.id)
        for f in in_order(record.findings):
            if blocks(run, f) and (f.code, f.message) not in common:
                _tell(piles, row, f, page, rules.get(f.code))
            else:
                _sort(piles, row, run, f, page)
        for kind in ("blocked", "repaired", "asked"):
            piles.articles[kind] += bool(getattr(row, kind))
        if any(row.weight()):
            piles.rows.append(row)
            if len(piles.rows) > 4 * ROWS:
                piles.rows = _heaviest(piles.rows)
    piles.rows = _heaviest(piles.rows)
    return piles


def _heaviest(found: list[Row]) -> list[Row]:
    return sorted(found, key=Row.weight, reverse=True)[:ROWS]


def _common(run: Run) -> set[tuple[str, str]]:
    """The (rule, message) that block so many articles that they are said once."""
    met: Counter[tuple[str, str]] = Counter()
    for record in run.records:
        met.update({(f.code, f.message) for f in record.findings if blocks(run, f)})
        if len(met) > 50_000:
            met = Counter(dict(met.most_common(5_000)))
    return {what for what, n in met.items() if n >= MANY}


def _tell(piles: Piles, row: Row, f: Finding, page: Page | None, rule: Rule | None) -> None:
    """Writes down what blocks an article, as far as there is room for it."""
    row.blocked[f.name] += 1
    told = piles.blocked.get(row.path, [])
    if len(told) >= TOLD or (not told and len(piles.blocked) >= BLOCKED):
        piles.untold += 1
        return
    mended = " (copydesk clean repairs it)" if standing(f) in ("repaired", "safe") else ""
    first, *rest = _text(f, page).split("\n")
    head = f"@@ line {f.location.line}, column {f.location.column} · {f.code} {f.name} @@ {first}{mended}"
    ask = [f"  → {one_line(rule.ask)}"] if rule and rule.ask and not mended else []
    piles.blocked[row.path] = [*told, "\n".join([head, *rest, *ask])]


def _sort(piles: Piles, row: Row, run: Run, f: Finding, page: Page | None) -> None:
    """Puts a finding on the pile of its rule."""
    if blocks(run, f):
        row.blocked[f.name] += 1
        pile = piles.repeated
    elif standing(f) in ("repaired", "safe"):
        row.repaired[f.name] += 1
        pile = piles.repaired
    elif f.severity > Severity.INFO:
        row.asked[f.name] += 1
        pile = piles.asked
    else:
        piles.judged[f.code] += 1
        return
    pile.setdefault(f.code, Samples(f.code)).add(row.path, f, _text(f, page))


# --------------------------------------------------------------------------------------------------------- writing


def _head(paper: Paper, run: Run, counts: Tally, piles: Piles) -> None:
    total, done = counts.total("findings"), run.command == "clean"
    articles = count_of(counts.articles, "article")
    blocked = piles.articles["blocked"]
    if not total:
        paper.write(f"## copydesk: no findings in {articles}\n")
    elif blocked:
        paper.write(f"## copydesk: {blocked:,} of {articles} {'is' if blocked == 1 else 'are'} blocked\n")
    else:
        paper.write(f"## copydesk: nothing is blocked in {articles}\n")
    asked = sum(s.found for s in piles.asked.values())
    parts = {
        f"**{count_of(counts.total('blocking'), 'finding')} blocking**": blocked,
        f"{count_of(counts.total('repaired'), 'repair')} {'made' if done else 'that `copydesk clean` makes'}"
        f" in {piles.articles['repaired']:,}": counts.total("repaired"),
        f"{count_of(asked, 'question')} for a person in {piles.articles['asked']:,}": asked,
    }
    if any(parts.values()):
        paper.write("\n" + " · ".join(text for text, n in parts.items() if n) + "\n")
    if run.notes:
        paper.write("\n" + "".join(f"- {code_span(one_line(note, 300))}\n" for note in run.notes[:10]))
        if len(run.notes) > 10:
            paper.write(f"- and {count_of(len(run.notes) - 10, 'more note')}\n")
    if counts.total("repaired") and not done:
        where = " on the branch (`copydesk undo .` takes them back)" if of_changed(run) else ""
        paper.write(f"\nTo make the repairs{where}:\n\n{_fence([cleaning(run)], 'sh')}")
    elif total and (folder := report_folder(run)):
        paper.write(f"\nThe report: {code_span(folder + '/index.html')}\n")


def _blocked(paper: Paper, piles: Piles, rules: dict[str, Rule]) -> None:
    """What blocks many articles once for all of them, then article by article."""
    if not piles.articles["blocked"]:
        return
    paper.write(f"\n### Blocked: {count_of(piles.articles['blocked'], 'article')}\n")
    for samples in sorted(piles.repeated.values(), key=lambda s: (-s.found, s.code)):
        _one(paper, samples, rules.get(samples.code), 40_000)
    for path, told in piles.blocked.items():
        block = f"\n**{code_span(visible_path(path))}**\n\n{_fence(told, 'diff')}"
        if paper.room - len(block.encode("utf-8", "replace")) < 25_000:
            paper.unshown += len(told)
        else:
            paper.write(block)
    rest = piles.articles["blocked"] - len(piles.blocked)
    if rest > 0 and not piles.repeated:
        paper.write(f"\nand {count_of(rest, 'more article')}.\n")


def _table(paper: Paper, piles: Piles, done: bool) -> None:
    """One line an article, those that are blocked first."""
    if not piles.rows:
        return
    head = f"\n### By article\n\n| article | blocked | {'repaired' if done else 'repairable'} | please decide |\n"
    paper.write(f"{head}|---|---|---|---|\n")
    for row in piles.rows:
        cells = (_names(row.blocked), _names(row.repaired), _names(row.asked))
        paper.write(f"| {_cell(visible_path(row.path))} | {' | '.join(cells)} |\n")
    some = max(piles.articles.values())
    if len(piles.rows) == ROWS and some > ROWS:
        paper.write("\nand more articles, with less.\n")


def _names(met: Counter[str]) -> str:
    kept = [_cell(name) + (f" × {n:,}" if n > 1 else "") for name, n in met.most_common(4)]
    return ", ".join(kept) + (f" and {len(met) - 4} more" if len(met) > 4 else "")


def _groups(
    paper: Paper, title: str, groups: dict[str, Samples], rules: dict[str, Rule], keep: int, ask: bool = True
) -> None:
    """One block a rule, the commonest first; `keep` bytes are left for the sections that follow."""
    if groups:
        paper.write(f"\n### {title}\n")
    for samples in sorted(groups.values(), key=lambda s: (-s.found, s.code)):
        _one(paper, samples, rules.get(samples.code), keep, ask)


def _one(paper: Paper, samples: Samples, rule: Rule | None, keep: int, ask: bool = True) -> None:
    block, told = _block(samples, rule, ask)
    if paper.room - len(block.encode("utf-8", "replace")) < keep:
        paper.unshown += samples.found
    else:
        paper.unshown += samples.found - told
        paper.write(block)


def _block(samples: Samples, rule: Rule | None, ask: bool) -> tuple[str, int]:
    """A rule's heading, its question, and its samples in a fence; and of how many findings they tell."""
    name = f" {code_span(rule.name)}" if rule else ""
    head = f"\n**{code_span(samples.code)}{name}** · {samples.found:,} in {count_of(samples.articles, 'article')}"
    if ask and rule and rule.ask:
        head += f" · {_escaped(one_line(rule.ask))}"
    lines: list[str] = []
    told = 0
    for text, (places, times) in samples.texts.items():
        first, *rest = text.split("\n")
        lines.append(f"@@ {places[0]} @@ {first}")
        if times > 1:
            more = f" and {times - len(places):,} more" if times > len(places) else ""
            lines.append(f"   also in {', '.join(places[1:])}{more}")
        lines += rest
        told += times
    if told < samples.found:
        lines.append(f"@@ and {samples.found - told:,} more @@")
    return f"{head}\n\n{_fence(lines, 'diff')}", told


def _text(f: Finding, page: Page | None) -> str:
    """The message and, in lines that a diff would have, the change or the line that it speaks of."""
    lines = [one_line(f.message, 200)]
    if page is None:
        return lines[0]
    if len(f.fixes) == 1 and not (f.applied and f.depends_on):  # else its edits hold those of others, too
        places, more = page.places(f.fixes[0].edits, REACH, 2)
        for place in places:
            lines += ["- " + "".join(map(shown, row)) for row in rows(place.before, 5)]
            lines += ["+ " + "".join(map(shown, row)) for row in rows(place.after, 5)]
        if more:
            lines.append(f"  … and in {count_of(more, 'more place')}")
    else:
        quote = page.quote(f.span, 2 * REACH)
        if text := visible(quote.left + quote.marked + quote.right).strip():
            lines.append("  " + text)
        lines += [f"  perhaps: {one_line(fix.title, 120)}" for fix in f.fixes[:3]]
    return "\n".join(line.replace("\n", " ") for line in lines)


# ------------------------------------------------------------------------------------------- text that stays text


def _fence(lines: Iterable[str], language: str) -> str:
    text = "\n".join(lines)
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{ticks}{language}\n{text}\n{ticks}\n"


def _cell(text: str) -> str:
    """A code span in a table: there a bar ends the cell even in code, and `\\|` after a backslash does, too."""
    return code_span(text.replace("|", "<U+007C>"))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&|~#@])", r"\\\1", text)
