"""Rates and patterns as text: for the terminal, as Markdown, and the rates as CSV."""

from __future__ import annotations

import csv
import io
import re
import textwrap
from collections.abc import Iterable, Sequence

from copydesk.excerpt import count_of, one_line, visible
from copydesk.exchange import cell, code_span
from copydesk.grouping import UNKNOWN
from copydesk.rates import ANY, Group, Key, Rates
from copydesk.upstream import Pattern, Producer

ROWS = 40  # of a table on the terminal
RECENT = 6  # months, where there are more rows than that
PRODUCERS, PATTERNS = 8, 6  # on the terminal
MARKDOWN_ROWS, MARKDOWN_PRODUCERS = 1_000, 50


_BREAK = re.compile(r"[\r\n]+")


def percent(rate: float) -> str:
    """A rate to read: `12%`; what is above nothing and below one in a hundred is `<1%`, and only all is `100%`."""
    if 0 < rate < 0.01:
        return "<1%"
    return f"{min(round(100 * rate), 99) if rate < 1 else 100}%"


def shown(text: str, limit: int = 80) -> str:
    return one_line(text, limit) or "(nothing)"


def quoted(text: str, limit: int = 80) -> str:
    """What stands in an article, on one line; unusual blanks are named, and those at its ends are `␣`."""
    line = visible(one_line(_BREAK.sub("⏎", text), limit), spaces=True)
    inner = line.strip(" ")
    start = len(line) - len(line.lstrip(" ")) if inner else len(line)
    return "␣" * start + inner + "␣" * (len(line) - start - len(inner)) or "(nothing)"


def about(rates: Rates) -> str:
    """The whole in a sentence."""
    whole = rates.whole
    least = "" if not rates.least else f" of severity {rates.least} or above"
    return (
        f"{whole.affected[ANY]:,} of {count_of(whole.articles, 'article')} have a finding{least}."
        f" Each rate is the share of the articles with a finding of that family."
    )


# --------------------------------------------------------------------------------------------------------- terminal


def as_table(rates: Rates) -> str:
    """One row a group; the number of articles tells how much a rate is worth."""
    columns = [ANY, *rates.families]
    head = [*rates.by, "articles", *columns]
    keys, said = _recent(rates)
    rows = [_row(key, rates.groups[key], columns) for key in keys[:ROWS]]
    total = _row(("all", *[""] * (len(rates.by) - 1)), rates.whole, columns)
    widths = [max(len(r[n]) for r in (head, total, *rows)) for n in range(len(head))]
    left = len(rates.by)

    def line(cells: Sequence[str]) -> str:
        padded = (c.ljust(w) if n < left else c.rjust(w) for n, (c, w) in enumerate(zip(cells, widths, strict=True)))
        return "  ".join(padded).rstrip()

    out = [*textwrap.wrap(about(rates), 100), "", line(head), *map(line, rows), line(total)]
    if len(keys) > ROWS:
        said += [f"the first {ROWS} of {len(keys)} rows"]
    if said:
        out.append(f"Only {', '.join(said)}: --format csv, markdown or html has all.")
    return "\n".join(out) + "\n"


def _recent(rates: Rates) -> tuple[list[Key], list[str]]:
    """The groups to list; where there are too many, those of the last months."""
    keys = list(rates.groups)
    if len(keys) <= ROWS or "month" not in rates.by:
        return keys, []
    at = rates.by.index("month")
    last = sorted({key[at] for key in keys} - {UNKNOWN})[-RECENT:]
    recent = [key for key in keys if key[at] in last]
    return (recent, [f"the months from {last[0]} on"]) if recent else (keys, [])


def _row(key: Key, group: Group, columns: Iterable[str]) -> list[str]:
    cells = [percent(group.rate(c)) if group.affected[c] else "·" for c in columns]
    return [*(shown(part, 40) if part else "" for part in key), f"{group.articles:,}", *cells]


def patterns_as_text(heard: Sequence[Producer]) -> str:
    """Producer by producer: what comes again, what it looks like, and three places."""
    out = []
    for producer in heard[:PRODUCERS]:
        out += [_head(producer), ""]
        for p in producer.patterns[:PATTERNS]:
            out.append(f"  {p.findings:>5,}  {p.rule.code} {p.rule.name} in {shown(p.field)}")
            if p.bug:
                out += textwrap.wrap(
                    f"looks like: {shown(p.bug, 300)}", 100, initial_indent=" " * 9, subsequent_indent=" " * 11
                )
            if p.shapes:
                out.append(f"         matches: {shapes(p)}")
            out += [f"           {one_line(place, 300)}  {quoted(text)}" for place, text in p.examples]
        if len(producer.patterns) > PATTERNS:
            out.append(f"         {count_of(len(producer.patterns) - PATTERNS, 'more pattern')}: --format markdown")
        out.append("")
    if len(heard) > PRODUCERS:
        out += [f"{count_of(len(heard) - PRODUCERS, 'more producer')}: --format markdown or html has them.", ""]
    return "\n".join(out) if out else "Nothing was found.\n"


def _head(p: Producer) -> str:
    affected = f"{p.affected:,} of {count_of(p.articles, 'article')}"
    return f"{shown(p.name)}: {count_of(p.findings, 'finding')} in {affected}"


def shapes(p: Pattern, most: int = 3) -> str:
    """The most frequent shapes of the matches, with their counts."""
    first = ", ".join(f"`{quoted(text, 60)}` ({n:,})" for text, n in p.shapes.most_common(most))
    return first + (", …" if len(p.shapes) > most else "")


# --------------------------------------------------------------------------------------------------------- Markdown


def as_markdown(rates: Rates) -> str:
    columns = [ANY, *rates.families]
    head = [*rates.by, "articles", *columns]
    lines = [
        f"## Findings by {' and '.join(rates.by)}", "", about(rates), "",
        _bars(head), _bars(["---"] * len(rates.by) + ["---:"] * (len(columns) + 1)),
    ]  # fmt: skip
    for key, group in list(rates.groups.items())[:MARKDOWN_ROWS]:
        cells = [f"{percent(group.rate(c))} ({group.affected[c]:,})" if group.affected[c] else "" for c in columns]
        lines.append(_bars([*map(_code, key), f"{group.articles:,}", *cells]))
    cells = [f"{percent(rates.whole.rate(c))} ({rates.whole.affected[c]:,})" for c in columns]
    lines.append(_bars(["all", *[""] * (len(rates.by) - 1), f"{rates.whole.articles:,}", *cells]))
    if len(rates.groups) > MARKDOWN_ROWS:
        lines += ["", f"{len(rates.groups) - MARKDOWN_ROWS:,} more rows: --format csv has them."]
    return "\n".join(lines) + "\n"


def patterns_as_markdown(heard: Sequence[Producer]) -> str:
    lines = ["## What the producers should hear", ""]
    for producer in heard[:MARKDOWN_PRODUCERS]:
        affected = f"{producer.affected:,} of {count_of(producer.articles, 'article')}"
        lines += [f"### {code_span(shown(producer.name))}", ""]
        lines += [f"{count_of(producer.findings, 'finding')} in {affected}.", ""]
        for p in producer.patterns:
            lines.append(f"- **{p.findings:,}** `{p.rule.code}` {p.rule.name} in {_code(p.field)}")
            if p.bug:
                lines.append(f"  - looks like: {_plain(shown(p.bug, 300))}")
            kinds = ", ".join(f"{_code(quoted(text, 60))} ({n:,})" for text, n in p.shapes.most_common(3))
            lines += [f"  - matches: {kinds}"] if kinds else []
            lines += [f"  - {_code(one_line(place, 300))}: {_code(quoted(text))}" for place, text in p.examples]
        lines.append("")
    if len(heard) > MARKDOWN_PRODUCERS:
        lines += [f"{count_of(len(heard) - MARKDOWN_PRODUCERS, 'more producer')} are not listed.", ""]
    return "\n".join(lines) if heard else "Nothing was found.\n"


def _bars(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """A text of an article as code; a bar would end the cell of a table even there."""
    return code_span(shown(text, 300).replace("|", "<U+007C>"))


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&|~#@])", r"\\\1", text)


# -------------------------------------------------------------------------------------------------------------- CSV


def as_csv(rates: Rates) -> str:
    """A row for each group and family, for a pivot table: the counts, and the rate as a number from 0 to 1."""
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow([*rates.by, "family", "articles", "with_finding", "rate", "findings"])
    for key, group in rates.groups.items():
        for name in (ANY, *rates.families):
            numbers = (group.articles, group.affected[name], round(group.rate(name), 4), group.findings[name])
            table.writerow([*map(cell, key), name, *numbers])
    return out.getvalue()
