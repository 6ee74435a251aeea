"""Rates and patterns as a page that needs nothing else: small plots as inline SVG, no script, no request."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from copydesk.excerpt import HIDDEN, count_of
from copydesk.grouping import UNKNOWN
from copydesk.rates import ANY, Group, Key, Rates
from copydesk.report_text import about, percent, quoted, shown
from copydesk.upstream import Pattern, Producer

PLOTTED = 12  # sources or folders that get plots: those with the most articles
ENOUGH = 10  # articles of a source for plots of its own
FEW = 5  # articles: a rate of fewer says little, and its bar is pale
MONTHS = 60  # on an axis: the last ones
ROWS, PRODUCERS = 1_000, 50
WIDTH, HEIGHT = 220, 64


def page(rates: Rates | None, heard: Sequence[Producer] | None, notes: Sequence[str]) -> str:
    """The whole page."""
    title = f"Findings by {' and '.join(rates.by)}" if rates else "What the producers should hear"
    policy = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
    out = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>copydesk: {escape(title)}</title>\n'
        f'<style>{_STYLE}</style>\n</head>\n<body>\n<p class="brand">copydesk</p>\n<h1>{escape(title)}</h1>\n'
    ]
    if rates is not None:
        out.append(f"<p>{_text(about(rates))}</p>\n")
    out += [f'<p class="note">{_text(note, 400)}</p>\n' for note in notes]
    if rates is not None:
        out += [_plots(rates) if "month" in rates.by else "", _table(rates)]
    if heard is not None:
        out.append(_patterns(heard))
    return "".join([*out, "</body>\n</html>\n"])


def _text(text: str, limit: int = 200) -> str:
    """A text as HTML; a hidden character is a small label that names it."""
    if HIDDEN.search(text):
        text = shown(text, limit)
    return escape(text)


# ------------------------------------------------------------------------------------------------------------ plots


def _plots(rates: Rates) -> str:
    """For each of the largest sources or folders a plot of each of its families, month by month, on common axes."""
    at = rates.by.index("month")
    every = sorted({key[at] for key in rates.groups} - {UNKNOWN})
    months = _between(every[0], every[-1])[-MONTHS:] if every else []
    if not months:
        return "<p>No article says when it was published: there is nothing to plot.</p>\n"
    lines = _lines(rates, at)
    tops = {name: _top(lines, months, name) for name in (ANY, *rates.families)}
    out = [
        '<section><h2>Month by month</h2>\n<p class="soft">Of the articles of a month, the share with a finding. A bar '
        f"is pale where the month has fewer than {FEW} articles; a tick below the axis is a month without a finding, "
        "and nothing at all is a month without articles.</p>\n"
    ]
    for name, line in lines.items():
        articles = sum(group.articles for group in line.values())
        plots = "".join(
            _plot(name, family, months, line, top)
            for family, top in tops.items()
            if any(group.affected[family] for group in line.values())
        )
        out.append(f"<h3>{_text(name)} <small>{count_of(articles, 'article')}</small></h3>\n")
        out.append(f"<div class=plots>\n{plots}</div>\n" if plots else "<p class=soft>Nothing was found.</p>\n")
    return "".join([*out, "</section>\n"])


def _lines(rates: Rates, at: int) -> dict[str, dict[str, Group]]:
    """By name and month: the groups of what gets plots, the largest first, and all that is smaller together."""
    lines: dict[str, dict[str, Group]] = {}
    for key, group in rates.groups.items():
        lines.setdefault("all articles" if len(key) == 1 else key[1 - at], {})[key[at]] = group
    sizes = {name: sum(group.articles for group in line.values()) for name, line in lines.items()}
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    small = [n for place, n in enumerate(order) if len(order) > 1 and (place >= PLOTTED or sizes[n] < ENOUGH)]
    if len(small) < 2:
        return {name: lines[name] for name in order}
    together: dict[str, Group] = {}
    for name in small:
        for month, group in lines[name].items():
            together[month] = together.get(month, Group()).plus(group)
    return {**{n: lines[n] for n in order if n not in small}, f"{len(small):,} smaller ones together": together}


def _between(first: str, last: str) -> list[str]:
    """Every month from the first to the last."""
    start, end = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(max(start, end - MONTHS), end + 1)]


def _top(lines: dict[str, dict[str, Group]], months: Sequence[str], name: str) -> float:
    """Where the axis of a family ends: a round number above its rates of months with enough articles."""
    groups = [line[m] for line in lines.values() for m in months if m in line]
    most = max((g.rate(name) for g in groups if g.articles >= FEW), default=0.0) or max(g.rate(name) for g in groups)
    return next(top for top in (0.05, 0.1, 0.2, 0.5, 1.0) if top >= most)


def _plot(name: str, family: str, months: Sequence[str], line: dict[str, Group], top: float) -> str:
    step = WIDTH / len(months)
    wide = max(min(step * 0.8, 14), 0.5)
    marks = []
    for n, month in enumerate(months):
        if month not in line:
            continue
        group, x = line[month], n * step + (step - wide) / 2
        rate, few = group.rate(family), " class=few" if group.articles < FEW else ""
        high = max(min(rate / top, 1.0) * HEIGHT, 1.5) if rate else 0.0
        shape = f'<rect{few} x="{x:.1f}" y="{HEIGHT - high:.1f}" width="{wide:.1f}" height="{high:.1f}">'
        if not rate:
            shape = f'<rect class=none x="{x:.1f}" y="{HEIGHT}" width="{wide:.1f}" height="3">'
        of = f"{month}: {percent(rate)}, {group.affected[family]:,} of {count_of(group.articles, 'article')}"
        marks.append(f"{shape}<title>{of}</title></rect>")
    label = f"{family}, {name}: the share of articles with such a finding by month, up to {percent(top)}"
    return (
        f"<figure><figcaption><b>{escape(family)}</b> <small>to {percent(top)}</small></figcaption>"
        f'<svg viewBox="0 -1 {WIDTH} {HEIGHT + 18}" role="img" aria-label="{_text(label)}">'
        f'<path d="M0 0H{WIDTH}M0 {HEIGHT / 2}H{WIDTH}"/><path class=axis d="M0 {HEIGHT}H{WIDTH}"/>{"".join(marks)}'
        f'<text x="0" y="{HEIGHT + 15}">{months[0]}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 15}" text-anchor="end">{months[-1]}</text></svg></figure>\n'
    )


# ------------------------------------------------------------------------------------------------------------ table


def _table(rates: Rates) -> str:
    columns = [ANY, *rates.families]
    head = "".join(f'<th scope="col">{escape(name)}' for name in rates.by)
    head += "".join(f'<th scope="col" class=n>{escape(name)}' for name in ("articles", *columns))
    all_ = ("all", *[""] * (len(rates.by) - 1))
    rows = [_row(key, group, columns) for key, group in list(rates.groups.items())[:ROWS]]
    more = ""
    if len(rates.groups) > ROWS:
        more = f"<p class=soft>{len(rates.groups) - ROWS:,} more rows: <code>--format csv</code> has them.</p>\n"
    return (
        f'<section><h2>In numbers</h2>\n<div class="wide"><table><thead><tr>{head}</thead>\n<tbody>\n'
        f"{''.join(rows)}</tbody>\n<tfoot>{_row(all_, rates.whole, columns)}</tfoot></table></div>\n{more}</section>\n"
    )


def _row(key: Key, group: Group, columns: Sequence[str]) -> str:
    names = "".join(f'<th scope="row">{_text(part)}' for part in key)
    return f"<tr>{names}<td>{group.articles:,}{''.join(_cell(group, name) for name in columns)}\n"


def _cell(group: Group, name: str) -> str:
    n, rate = group.affected[name], group.rate(name)
    if not n:
        return "<td>"
    few = " class=few" if group.articles < FEW else ""
    bar = f'<rect{few} width="{max(60 * rate, 1):.1f}" height="4"/>'
    title = f"{n:,} of {count_of(group.articles, 'article')}"
    return f'<td title="{title}">{percent(rate)}<svg class=bar viewBox="0 0 60 4" aria-hidden="true">{bar}</svg>'


# --------------------------------------------------------------------------------------------------------- patterns


def _patterns(heard: Sequence[Producer]) -> str:
    out = ["<section><h2>What the producers should hear</h2>\n"]
    for p in heard[:PRODUCERS]:
        affected = f"{p.affected:,} of {count_of(p.articles, 'article')}"
        out.append(f"<h3>{_text(p.name)} <small>{count_of(p.findings, 'finding')} in {affected}</small></h3>\n")
        out += [f"<ul class=bugs>{''.join(map(_pattern, p.patterns))}</ul>\n"]
    if len(heard) > PRODUCERS:
        out.append(f"<p class=soft>{count_of(len(heard) - PRODUCERS, 'more producer')} are not listed.</p>\n")
    if not heard:
        out.append("<p>Nothing was found.</p>\n")
    return "".join([*out, "</section>\n"])


def _pattern(p: Pattern) -> str:
    bug = f"<p class=bug>Looks like: {_text(shown(p.bug, 300))}</p>" if p.bug else ""
    shapes = ", ".join(f"<code>{_text(quoted(s, 60))}</code> ({n:,})" for s, n in p.shapes.most_common(3))
    matches = f"<p class=soft>matches: {shapes}</p>" if shapes else ""
    places = "".join(f"<li><code>{_text(place)}</code> <q>{_text(quoted(text))}</q>" for place, text in p.examples)
    return (
        f"<li><strong>{p.findings:,}</strong> {escape(p.rule.name)} <code>{escape(p.rule.code)}</code>"
        f" in <code>{_text(p.field)}</code>{bug}{matches}<ul>{places}</ul>\n"
    )


_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #22201c; --soft: #6b665d; --line: #e4e0d7; --wash: #f4f1ea;
  --tone: #4554a8; --serif: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace }
@media (prefers-color-scheme: dark) { :root { --paper: #17181a; --ink: #e6e3dc; --soft: #a09b91; --line: #34363a;
  --wash: #26282c; --tone: #a3b0f5 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.25rem 6rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 var(--sans) }
.brand { margin: 0 0 .6rem; font-weight: 600; font-size: .8rem; letter-spacing: .14em; text-transform: uppercase; color: var(--soft) }
h1 { margin: 0 0 1.5rem; font: 400 1.9rem/1.25 var(--serif) } h2 { font: 400 1.35rem/1.4 var(--serif); margin: 2.4rem 0 .4rem }
h3 { font-size: 1rem; margin: 1.6rem 0 .5rem; overflow-wrap: anywhere } small, .soft, .note { color: var(--soft) }
small { font-weight: 400 } code { font: .86em var(--mono); overflow-wrap: anywhere } q { color: var(--soft) }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .9rem 1.4rem } figure { margin: 0 }
svg { display: block; width: 100%; overflow: visible } rect { fill: var(--tone) } rect.few { opacity: .35 }
rect.none { fill: var(--soft); opacity: .6 }
path { stroke: var(--line) } path.axis { stroke: var(--soft) } text { font: 10px var(--sans); fill: var(--soft) }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top }
th[scope=row], thead th { font-weight: 400; text-align: left } thead th { color: var(--soft) } thead .n { text-align: right } tfoot th, tfoot td { font-weight: 600 }
.bar { width: 60px; margin: .15rem 0 0 auto }
.bugs { padding: 0; list-style: none } .bugs > li { padding: .6rem 0; border-top: 1px solid var(--line) }
.bugs p { margin: .15rem 0 } .bug { font: italic 1.05rem/1.45 var(--serif) } .bugs ul { padding-left: 1.2rem; font-size: .92em }
@media print { body { max-width: none; padding: 0; background: #fff } rect { print-color-adjust: exact } figure, li { break-inside: avoid } }
"""  # noqa: E501 - CSS, a line for each thing
