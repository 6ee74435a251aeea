"""A summary for a pull request or a job: totals, what blocks, what was repaired, what a person must decide.

Whatever comes from an article stands in a code fence that is longer than any run of backticks in it: there no markup,
no link, no mention and no HTML can begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

from copydesk.excerpt import (
    Count,
    Page,
    Tally,
    blocks,
    cleaning,
    count_of,
    in_order,
    one_line,
    report_folder,
    rows,
    rules_by_code,
    shown,
    tally,
    visible,
    visible_path,
)
from copydesk.model import Finding, Rule, Run

MOST_BYTES = 60_000  # GitHub takes 65,536 characters in a comment
COMMONEST = 10
SAMPLES = 5
REACH = 60


@dataclass
class Samples:
    """What was found of one rule: each different text once, with its first place and how often it was met."""

    code: str
    found: int = 0
    articles: int = 0
    texts: dict[str, tuple[str, int]] = field(default_factory=dict)
    last: str = ""

    def add(self, path: str, f: Finding, text: str) -> None:
        self.found += 1
        self.articles += path != self.last
        self.last = path
        if text in self.texts:
            where, times = self.texts[text]
            self.texts[text] = (where, times + 1)
        elif len(self.texts) < SAMPLES:
            self.texts[text] = (f"{visible_path(path)}:{f.location.line}:{f.location.column}", 1)


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
    """Totals, then the findings that block, the commonest rules, what a person decides, what was repaired."""
    paper = Paper(out)
    counts = tally(run)
    blocking: dict[str, Samples] = {}
    deciding: dict[str, Samples] = {}
    repaired: dict[str, Samples] = {}
    for record in run.records:
        page = Page(record.original, record.source.line) if record.original is not None else None
        for f in in_order(record.findings):
            group = blocking if blocks(run, f) else repaired if f.applied else deciding
            samples = group.setdefault(f.code, Samples(f.code))
            samples.add(record.source.id, f, _text(f, page))
    done = run.command == "clean"
    _head(paper, run, counts)
    rules = rules_by_code(run)
    room = paper.room
    _section(paper, "What blocks", blocking, rules, room * 2 // 3, ask=True)
    _commonest(paper, counts, done)
    _section(paper, "What a person must decide", deciding, rules, paper.room // 5, ask=True)
    _section(paper, "What was repaired" if done else "What can be repaired", repaired, rules, 1_500, ask=False)
    if paper.unshown:
        where = _code(f"{report_folder(run)}/findings.jsonl") if run.out else "`--format json` or `--format html`"
        paper.write(f"\n_{count_of(paper.unshown, 'finding')} not shown one by one here._ The full list: {where}.\n")


def _head(paper: Paper, run: Run, counts: Tally) -> None:
    total, done = counts.total("findings"), run.command == "clean"
    verb = "cleaned" if done else "checked"
    if not total:
        paper.write(f"## copydesk: no findings in {count_of(counts.articles, 'article')}\n")
    else:
        paper.write(f"## copydesk: {count_of(total, 'finding')} in {counts.affected:,} of ")
        paper.write(f"{count_of(counts.articles, 'article')} {verb}\n")
    if total:
        open_ = total - counts.total("repaired")
        lines = [f"**{counts.total('blocking'):,} block**" if counts.total("blocking") else "**nothing blocks**"]
        if counts.total("repaired"):
            lines.append(f"{counts.total('repaired'):,} {'repaired' if done else 'can be repaired safely'}")
        if open_:
            lines.append(f"{open_:,} to decide ({counts.total('unsafe'):,} of them with an unsafe fix)")
        paper.write("\n" + " · ".join(lines) + "\n")
    if run.notes:
        paper.write("\n" + "".join(f"- {_code(one_line(note, 300))}\n" for note in run.notes[:10]))
        if len(run.notes) > 10:
            paper.write(f"- and {count_of(len(run.notes) - 10, 'more note')}\n")
    if total and not done:
        paper.write(f"\n{_fence([cleaning(run)], 'sh')}")
    elif total and (folder := report_folder(run)):
        paper.write(f"\nThe report: {_code(folder + '/index.html')}\n")


def _commonest(paper: Paper, counts: Tally, done: bool) -> None:
    common = counts.common()
    if not common:
        return
    paper.write("\n### The commonest rules\n\n| rule | name | severity | findings | articles | ")
    paper.write(f"{'repaired' if done else 'repairable'} | blocking |\n|---|---|---|--:|--:|--:|--:|\n")
    for c in common[:COMMONEST]:
        cells = (_cell(c.code), _cell(c.name), str(c.severity), *map(_number, _figures(c)))
        paper.write(f"| {' | '.join(cells)} |\n")
    if rest := common[COMMONEST:]:
        findings = sum(c.findings for c in rest)
        paper.write(f"\nand {count_of(findings, 'finding')} of {count_of(len(rest), 'other rule')}.\n")


def _figures(c: Count) -> tuple[int, int, int, int]:
    return c.findings, c.articles, c.repaired, c.blocking


def _number(n: int) -> str:
    return f"{n:,}" if n else ""


def _section(
    paper: Paper, title: str, groups: dict[str, Samples], rules: dict[str, Rule], keep: int, ask: bool
) -> None:
    """One block per rule, the commonest first; `keep` bytes are left for the sections that follow."""
    if not groups:
        return
    paper.write(f"\n### {title}\n")
    for samples in sorted(groups.values(), key=lambda s: (-s.found, s.code)):
        block, told = _block(samples, rules.get(samples.code), ask)
        if paper.room - len(block.encode("utf-8", "replace")) < keep:
            paper.unshown += samples.found
            continue
        paper.unshown += samples.found - told
        paper.write(block)


def _block(samples: Samples, rule: Rule | None, ask: bool) -> tuple[str, int]:
    """A rule's heading, its question, and its samples in a fence; and of how many findings they tell."""
    name = f" {_code(rule.name)}" if rule else ""
    head = f"\n**{_code(samples.code)}{name}** · {samples.found:,} in {count_of(samples.articles, 'article')}"
    if ask and rule and rule.ask:
        head += f" · {_escaped(one_line(rule.ask))}"
    lines: list[str] = []
    told = 0
    for text, (where, times) in samples.texts.items():
        repeat = f"  (and {times - 1:,} like it)" if times > 1 else ""
        first, *rest = text.split("\n")
        lines += [f"@@ {where}{repeat} @@ {first}", *rest]
        told += times
    if told < samples.found:
        lines.append(f"@@ and {samples.found - told:,} more @@")
    return f"{head}\n\n{_fence(lines, 'diff')}", told


def _text(f: Finding, page: Page | None) -> str:
    """The message and, in lines that a diff would have, the change or the line that it speaks of."""
    lines = [one_line(f.message, 200)]
    if page is None:
        return lines[0]
    if len(f.fixes) == 1:
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


def _code(text: str) -> str:
    """A code span; the text gets more backticks around it than it has in a row itself."""
    text = visible(" ".join(text.split()), spaces=True)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else "` `"


def _cell(text: str) -> str:
    """A code span in a table: there a bar ends the cell even in code, and `\\|` after a backslash does, too."""
    return _code(text.replace("|", "<U+007C>"))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&|~#])", r"\\\1", text)
