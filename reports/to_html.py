"""A report for people: one file that needs nothing else, to read, to filter, to print and to pass on.

Everything is written as HTML, so the page can be read and searched without its script; the script filters and groups
what is there and never writes markup. A policy in the page forbids every other script and every request.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import TextIO

from copydesk.advice import cleaning, in_place, undo_command
from copydesk.decision_form import FORM, SCRIPT, choices
from copydesk.excerpt import (
    HIDDEN,
    HIDDEN_OR_SPACE,
    Count,
    Page,
    Piece,
    Place,
    Tally,
    blocks,
    count_of,
    fair_shares,
    in_order,
    plain,
    rows,
    rules_by_code,
    shorten,
    standing,
    tally,
)
from copydesk.model import Finding, Fix, Record, Rule, Run

MOST = 5_000  # findings: a browser is still quick with as many
FIRST_RULES = 12
REACH = 140
BLOCKS = "Blocking"
LABELS = {"repaired": "Repaired", "safe": "Safe fix", "unsafe": "Unsafe fix", "person": "To decide"}


def render(run: Run, out: TextIO) -> None:
    """Writes the first screen from the counts, then article by article as they are read."""
    counts = tally(run)
    rules = rules_by_code(run)
    labels = LABELS if run.command == "clean" else {**LABELS, "repaired": "Can be repaired"}
    room = fair_shares({c.code: c.findings for c in counts.rules.values()}, MOST)
    _head(run, counts, labels, out)
    _rules_table(counts, labels, out)
    _toolbar(counts, labels, sum(room.values()), out)
    _say_left_out(run, counts, room, out)
    out.write('<main id="list">\n')
    _articles(run, rules, labels, room, out)
    out.write("</main>\n")
    _glossary(counts, rules, out)
    out.write(f"<script>{_SCRIPT}</script>\n</body>\n</html>\n")


# ------------------------------------------------------------------------------------------------- text as HTML


def _text(text: str, spaces: bool = False) -> str:
    """A text with every hidden character as a small label that names it."""
    pattern = HIDDEN_OR_SPACE if spaces else HIDDEN
    return pattern.sub(lambda m: f"<b class=u>U+{ord(m[0]):04X}</b>", escape(text))


def _pieces(row: Iterable[Piece], tag: str) -> str:
    out = []
    for p in row:
        if not p.changed:
            out.append(_text(p.text))
        elif p.text:
            text = _text(p.text, spaces=True).replace("\t", "→")
            word = bool(p.text.strip())
            out.append(f"<{tag}>{text}</{tag}>" if word else f"<{tag} class=w>{text.replace(' ', '␣')}</{tag}>")
        elif tag == "mark":  # a place between two characters
            out.append("<mark class=w>‸</mark>")
    return "".join(out)


def _place(place: Place) -> str:
    """The lines above, before, after and below."""
    lines = [_context(place.above)]
    for n, row in enumerate(rows(place.before, 12)):
        lines.append(f'<p class=m data-n="{place.line if n == 0 else ""}">{_pieces(row, "del")}</p>')
    lines += [f"<p class=p>{_pieces(row, 'ins')}</p>" for row in rows(place.after, 12)]
    return "".join([*lines, _context(place.below)])


def _context(line: str) -> str:
    return f"<p class=c>{_text(line)}</p>" if line else ""


def _excerpt(f: Finding, page: Page) -> str:
    """What the first fix changes, or the line that the finding speaks of; then the ways to choose from."""
    out = []
    if len(f.fixes) == 1 and f.fixes[0].edits and not (f.applied and f.depends_on):  # else others' edits are in it
        places, more = page.places(f.fixes[0].edits, REACH)
        out += [f"<div class=x>{_place(place)}</div>" for place in places]
        if more:
            out.append(f"<p class=more>and in {count_of(more, 'more place')}</p>")
        return "".join(out)
    quote = page.quote(f.span, 2 * REACH)
    row = [Piece(quote.left, False), Piece(quote.marked, True), Piece(quote.right, False)]
    if any(p.text.strip() for p in row):
        above, below = map(_context, page.neighbours(quote.line, quote.line, REACH))
        out.append(f'<div class=x>{above}<p data-n="{quote.line}">{_pieces(row, "mark")}</p>{below}</div>')
    return "".join(out) + (_choices(f.fixes, page) if len(f.fixes) > 1 else "")


def _choices(fixes: Sequence[Fix], page: Page) -> str:
    items = []
    for fix in fixes[:5]:
        places = page.places(fix.edits, REACH, 1)[0]
        after = "".join(f"<p class=p>{_pieces(row, 'ins')}</p>" for place in places for row in rows(place.after, 4))
        items.append(f"<li>{_text(shorten(fix.title, 200))}<div class=x>{after}</div>")
    return f"<ol>{''.join(items)}</ol>" if items else ""


def _value(value: object, depth: int = 0) -> str:
    """Evidence in words: lists with commas, mappings as `key: value`."""
    if isinstance(value, dict) and depth < 3:
        return "; ".join(f"{_text(str(k))}: {_value(v, depth + 1)}" for k, v in list(value.items())[:20])
    if isinstance(value, list) and depth < 3:
        return ", ".join(_value(v, depth + 1) for v in value[:20]) + (", …" if len(value) > 20 else "")
    if isinstance(value, str):
        return f"<q>{_text(shorten(value, 200), spaces=True)}</q>" if value else "(empty)"
    words: dict[object, str] = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else _text(shorten(str(value), 200))


# --------------------------------------------------------------------------------------------------- the first screen


def _head(run: Run, counts: Tally, labels: Mapping[str, str], out: TextIO) -> None:
    done = run.command == "clean"
    title = f"copydesk: {'cleaned' if done else 'checked'}, {count_of(counts.articles, 'article')}"
    policy = f"style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; base-uri 'none'; form-action 'none'"
    out.write(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; {policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{escape(title)}</title>\n'
        f'<style>{_STYLE}</style>\n</head>\n<body data-group="article">\n<header>\n<p class="brand">copydesk</p>\n'
    )
    out.write(f"<h1>{_lead(counts, done)}</h1>\n")
    total, blocking = counts.total("findings"), counts.total("blocking")
    if total:
        tiles = [("blocks", blocking)] if blocking else []
        tiles += [(way, sum(getattr(c, way) for c in counts.rules.values())) for way in LABELS]
        out.write('<div class="tiles" role="group" aria-label="Show only">\n')
        for way, n in tiles:
            if n or way != "safe":
                button = f'<button type="button" class="tile {way}" data-way="{way}" aria-pressed="false">'
                text = f"<span>{labels.get(way, BLOCKS)}</span><small>{_meaning(way, done)}</small>"
                out.write(f"{button}<strong>{n:,}</strong> {text}</button>\n")
        out.write("</div>\n")
    for note in run.notes:
        out.write(f'<p class="note">{_text(shorten(note, 400))}</p>\n')
    if total and not done:
        out.write(f'<p class="next">To make the repairs: <code>{_text(cleaning(run))}</code></p>\n')
    if undo := undo_command(run):
        where = "in place" if in_place(run) else f"into <code>{_text(str(run.out).rstrip('/'))}/corpus</code>"
        out.write(f'<p class="next">The articles were cleaned {where}. To take everything back: ')
        out.write(f"<code>{escape(undo)}</code>; a single repair: the same with <code>--finding</code> and its number,")
        out.write(" which stands under <i>Why</i>.</p>\n")
    out.write("</header>\n")


def _lead(counts: Tally, done: bool) -> str:
    """The run in a sentence or two."""
    total, repaired = counts.total("findings"), counts.total("repaired")
    articles = count_of(counts.articles, "article")
    if not total:
        was = "was" if counts.articles == 1 else "were"
        return f"{articles} {was} {'read' if done else 'checked'}. Nothing was found."
    where = f"in {counts.affected:,} of {articles}"
    if not done:
        return f"{count_of(total, 'finding')} {where}. {repaired:,} can be repaired safely."
    left = total - repaired
    rest = f"{left:,} {'is' if left == 1 else 'are'} left for you." if left else "Nothing is left to do."
    return f"{count_of(repaired, 'repair')} in {counts.changed:,} of {articles}. {rest}"


def _meaning(way: str, done: bool) -> str:
    if way == "repaired":
        return "changed; before and after stand below" if done else "right without looking; copydesk clean does it"
    return {
        "blocks": "this run fails because of them",
        "safe": "could not be made in this run",
        "unsafe": "one likely reading, to be looked at",
        "person": "no fix, or several: a person must say",
    }[way]


def _rules_table(counts: Tally, labels: Mapping[str, str], out: TextIO) -> None:
    common = sorted(counts.common(), key=lambda c: -c.blocking)
    if not common:
        return
    head = (
        '<thead><tr><th scope="col">Rule<th scope="col">Severity<th scope="col">Findings<th scope="col">Articles'
        f'<th scope="col">{labels["repaired"]}<th scope="col">Unsafe<th scope="col">To decide</thead>'
    )
    out.write(f'<section class="rules"><h2>By rule</h2>\n<div class="wide"><table>{head}<tbody>\n')
    out.write("".join(map(_rule_row, common[:FIRST_RULES])) + "</table></div>\n")
    if rest := common[FIRST_RULES:]:
        out.write(f"<details><summary>{count_of(len(rest), 'more rule')}</summary>\n")
        out.write(f'<div class="wide"><table>{head}<tbody>\n{"".join(map(_rule_row, rest))}</table></div></details>\n')
    out.write("</section>\n")


def _rule_row(c: Count) -> str:
    numbers = "".join(f"<td>{n:,}" if n else "<td>" for n in (c.findings, c.articles, c.repaired, c.unsafe, c.person))
    name = f'<button type="button" data-rule="{escape(c.code)}">{_text(c.name)}</button> <code>{escape(c.code)}</code>'
    return f'<tr><th scope="row">{name}<td class="{c.severity}">{c.severity}{numbers}\n'


def _toolbar(counts: Tally, labels: Mapping[str, str], shown: int, out: TextIO) -> None:
    if not counts.rules:
        return

    def choice(name: str, label: str, pairs: Iterable[tuple[str, str]]) -> str:
        options = "".join(f'<option value="{escape(value)}">{_text(text)}' for value, text in pairs)
        return f'<label><span>{label}</span><select id="{name}">{options}</select></label>\n'

    everything = [("", "all")]
    by_name = sorted(counts.rules.values(), key=lambda c: c.name)
    severities = [(str(s), f"{s} ({n:,})") for s, n in counts.severities.items() if n]
    out.write(
        '<form id="filters" role="search" aria-label="Filters">\n<label class="find"><span>Find</span>'
        '<input type="search" id="words" placeholder="words, a path, a code  ( / )"></label>\n'
        + choice("rule", "Rule", everything + [(c.code, f"{c.name} ({c.findings:,})") for c in by_name])
        + choice("article", "Article", everything)
        + choice("way", "State", [*everything, ("blocks", BLOCKS), *((w, labels[w]) for w in LABELS)])
        + choice("severity", "Severity", everything + severities)
        + choice("group", "Group by", [("article", "article"), ("rule", "rule")])
        + f'<p><output id="count">{count_of(shown, "finding")}</output> <button type="reset">Show all</button></p>\n'
        + f"{FORM}</form>\n"
    )


# --------------------------------------------------------------------------------------------------------- the list


def _articles(run: Run, rules: Mapping[str, Rule], labels: Mapping[str, str], room: Counter[str], out: TextIO) -> None:
    """Writes the findings, those of a rule while it has room."""
    for record in run.records:
        kept = []
        for f in in_order(record.findings):
            if room[f.code] > 0:
                room[f.code] -= 1
                kept.append(f)
        if kept:
            page = Page(record.original, record.source.line) if record.original is not None else None
            out.write(f'<section class="article"><h2>{_text(record.source.id)}</h2>\n')
            for f in kept:
                out.write(_card(run, record, f, rules.get(f.code), labels, page))
            out.write("</section>\n")


def _card(run: Run, record: Record, f: Finding, rule: Rule | None, labels: Mapping[str, str], page: Page | None) -> str:
    way = standing(f)
    field = f" · {_text(f.field)}" if f.field else ""
    blocking = " <i class=blocking>blocks</i>" if blocks(run, f) else ""
    ask = ""
    if rule and rule.ask and way in ("unsafe", "person"):
        ask = f"<p class=ask>{_text(rule.ask)}</p>"
    title = f"<p class=fix>{_text(shorten(f.fixes[0].title, 200))}</p>" if len(f.fixes) == 1 else ""
    return (
        f'<article class="f {way} {f.severity}" data-c="{escape(f.code)}"{choices(record, f, rule)} tabindex="-1">'
        f"<header><h3>{_text(f.name)}</h3><code>{escape(f.code)}</code> <span class=sev>{f.severity}</span>{blocking}"
        f"<span class=at><span class=path>{_text(record.source.id)}</span> line {f.location.line}, "
        f"column {f.location.column}{field}</span><span class=way>{labels[way]}</span></header>"
        f"<p class=say>{_text(shorten(f.message, 400))}</p>"
        f"{_excerpt(f, page) if page else ''}{title}{ask}{_background(f)}</article>\n"
    )


def _background(f: Finding) -> str:
    """Why, and on what evidence; the script puts the rule's reason in when it is opened."""
    evidence = plain(f.evidence)
    assert isinstance(evidence, dict)
    items = [f"<dt>{_text(str(k))}<dd>{_value(v)}" for k, v in evidence.items()]
    if f.depends_on:
        items.append(f"<dt>builds on<dd>{', '.join(map(_text, f.depends_on))}")
    items.append(f"<dt>finding<dd><code>{_text(f.fingerprint)}</code>")
    link = f'<a href="#about-{escape(f.code)}">About this rule</a>'
    return f"<details><summary>Why</summary><div class=why>{link}</div><dl>{''.join(items)}</dl></details>"


def _say_left_out(run: Run, counts: Tally, room: Counter[str], out: TextIO) -> None:
    left_out = Counter({c.code: c.findings - room[c.code] for c in counts.rules.values() if c.findings > room[c.code]})
    if not left_out:
        return
    rules = ", ".join(f"{n:,} of {escape(code)}" for code, n in left_out.most_common(10))
    full = "findings.jsonl, beside this file" if run.command == "clean" else "--format jsonl=findings.jsonl"
    out.write(
        f'<p class="leftout">Of {count_of(counts.total("findings"), "finding")} this page shows {room.total():,}; '
    )
    out.write(f"not shown, only counted: {rules}. The full list: <code>{full}</code></p>\n")


def _glossary(counts: Tally, rules: Mapping[str, Rule], out: TextIO) -> None:
    if not counts.rules:
        return
    out.write('<section class="about"><h2>About the rules</h2>\n')
    for code in sorted(counts.rules):
        rule = rules.get(code)
        if rule is None:
            continue
        ask = f"<p class=ask>{_text(rule.ask)}</p>" if rule.ask else ""
        out.write(f'<div id="about-{escape(code)}"><h3>{_text(rule.name)} <code>{escape(code)}</code></h3>')
        out.write(f"<p class=reason>{_text(rule.why)}</p>{ask}</div>\n")
    out.write("</section>\n")


def _hash(text: str) -> str:
    """The source that a content security policy knows an inline script or style by."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


_STYLE = """
:root { color-scheme: light dark;
  --paper: #fbfaf7; --sheet: #fff; --ink: #22201c; --soft: #6b665d; --line: #e4e0d7; --wash: #f4f1ea; --link: #1d4f91;
  --del: #fbe3df; --del-ink: #8c1d12; --ins: #dcf1dd; --ins-ink: #14561f; --mark: #fdeeb5;
  --repaired: #2f7d3b; --safe: #4f8a3a; --unsafe: #b3700a; --person: #4554a8; --error: #b3261e; --warning: #96640a;
  --info: #55606e; --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace }
@media (prefers-color-scheme: dark) { :root {
  --paper: #17181a; --sheet: #1e2023; --ink: #e6e3dc; --soft: #a09b91; --line: #34363a; --wash: #26282c; --link: #8fb8f0;
  --del: #4b2421; --del-ink: #ffb9b0; --ins: #1d3d24; --ins-ink: #b4e6ba; --mark: #57491a;
  --repaired: #7cc587; --safe: #96c97f; --unsafe: #e2a84b; --person: #a3b0f5; --error: #f2857c; --warning: #dcae5c; --info: #a5b0bd } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.25rem 6rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 var(--sans) }
.brand { margin: 0 0 .6rem; font: 600 .8rem var(--sans); letter-spacing: .14em; text-transform: uppercase; color: var(--soft) }
h1 { margin: 0 0 1.5rem; font: 400 1.9rem/1.25 var(--serif); text-wrap: balance }
h2 { font: 600 1rem/1.4 var(--sans); margin: 2.2rem 0 .6rem; overflow-wrap: anywhere } h3 { font: 600 1rem/1.4 var(--sans); margin: 0 }
code { font: .86em var(--mono); overflow-wrap: anywhere } a { color: var(--link) } button, select, input { font: inherit; color: inherit }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px } [hidden] { display: none !important }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 0 0 1.25rem }
.tile { text-align: left; background: var(--sheet); border: 1px solid var(--line); border-top: 3px solid var(--tone);
  border-radius: 4px; padding: .7rem .9rem .8rem; cursor: pointer } .tile:hover { background: var(--wash) }
.tile[aria-pressed=true] { border-color: var(--tone); box-shadow: 0 0 0 1px var(--tone) }
.tile strong { font: 400 1.7rem/1.1 var(--serif); font-variant-numeric: lining-nums; margin-right: .25rem }
.tile span { font-weight: 600; color: var(--tone) }
.tile small { display: block; color: var(--soft); font-size: .82rem; line-height: 1.35; margin-top: .25rem }
.blocks { --tone: var(--error) } .repaired { --tone: var(--repaired) } .safe { --tone: var(--safe) } .unsafe { --tone: var(--unsafe) } .person { --tone: var(--person) }
.note, .next, .leftout { margin: .3rem 0; color: var(--soft) }
.next code { color: var(--ink); background: var(--wash); padding: .15em .4em; border-radius: 3px }
.blocking { color: var(--error) } .blocking { font-size: .82rem }
.leftout { margin: 2rem 0; padding: .8rem 1rem; background: var(--wash); border-radius: 4px } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: right; padding: .32rem .6rem; border-bottom: 1px solid var(--line); font-weight: 400;
  font-variant-numeric: tabular-nums; white-space: nowrap } thead th { color: var(--soft); font-size: .82rem; vertical-align: bottom }
th:first-child { text-align: left; padding-left: 0 } td:nth-child(2), th:nth-child(2) { text-align: left }
tbody button { border: 0; background: none; padding: 0; color: var(--link); cursor: pointer }
tbody button:hover { text-decoration: underline } table code, h3 code { color: var(--soft); font-weight: 400 }
td.error, .error .sev { color: var(--error) } td.warning, .warning .sev { color: var(--warning) }
td.info, .info .sev { color: var(--info) } summary { cursor: pointer; color: var(--soft) }
#filters { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: end;
  margin: 2rem -1.25rem 0; padding: .7rem 1.25rem; background: var(--paper); border-bottom: 1px solid var(--line) }
#filters label { display: grid; gap: .1rem; flex: 1 1 7rem; min-width: 0 } #filters .find { flex: 2 1 14rem }
#filters span { font-size: .78rem; color: var(--soft) }
#filters select, #filters input { width: 100%; min-width: 0; padding: .3rem .4rem; background: var(--sheet);
  border: 1px solid var(--line); border-radius: 4px }
#filters p { margin: 0; flex: 1 0 100%; display: flex; gap: .75rem; align-items: baseline; font-size: .88rem; color: var(--soft) }
#filters button { border: 0; background: none; padding: 0; color: var(--link); cursor: pointer }
section.article > h2, section.group > h2 { font-family: var(--mono); font-size: .92rem; font-weight: 600; margin-bottom: .3rem }
section.group > h2 { font-family: var(--sans); font-size: 1.05rem } section.group > .reason { margin: 0 0 .4rem; color: var(--soft) }
.f { content-visibility: auto; contain-intrinsic-size: auto 13rem; background: var(--sheet); border: 1px solid var(--line);
  border-left: 3px solid var(--tone); border-radius: 4px; padding: .7rem 1rem .75rem; margin: .6rem 0; scroll-margin-top: 9rem }
.f:focus { outline: 2px solid var(--link); outline-offset: -1px }
.f header { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline }
.f header code, .at { color: var(--soft) } .sev, .at, .way { font-size: .86rem }
.way { margin-left: auto; color: var(--tone); font-weight: 600 } .at { overflow-wrap: anywhere } .path { font-family: var(--mono); font-size: .94em } [data-group=article] .path { display: none }
.say { margin: .15rem 0 .5rem } .x { margin: .4rem 0; padding: .45rem 0; background: var(--wash); border-radius: 3px; font: 1rem/1.5 var(--serif) }
.x p { position: relative; margin: 0; padding: 0 .8rem 0 4.2rem; white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1.5em;
  tab-size: 4; unicode-bidi: plaintext }
.x p::before { position: absolute; left: 0; width: 2.6rem; text-align: right; content: attr(data-n); color: var(--soft);
  font: .78rem/1.95 var(--sans); font-variant-numeric: tabular-nums }
.x .m::after, .x .p::after { position: absolute; left: 3.1rem; top: 0; font: 1rem/1.5 var(--mono) }
.x .m::after { content: "−"; color: var(--del-ink) } .x .p::after { content: "+"; color: var(--ins-ink) } .x .c { color: var(--soft) }
.m + .p { margin-top: .2rem } del { background: var(--del); color: var(--del-ink); text-decoration-thickness: 1px; border-radius: 2px }
ins { background: var(--ins); color: var(--ins-ink); text-decoration: none; border-radius: 2px; box-shadow: 0 1px 0 var(--ins-ink) }
.w { padding: 0 .12em; font-weight: 700; text-decoration: none } mark { background: var(--mark); color: inherit; border-radius: 2px }
.u { font: 600 .68em var(--mono); border: 1px solid currentColor; border-radius: 3px; padding: 0 .25em; margin: 0 .1em;
  vertical-align: .12em; white-space: nowrap } .fix, .more { margin: .2rem 0; color: var(--soft); font-size: .9rem }
.decide { max-width: 100%; margin: .3rem 0; font-size: .9rem; background: var(--sheet) } .ask { margin: .3rem 0; font: italic 1.02rem/1.45 var(--serif) }
ol { margin: .3rem 0; padding-left: 1.4rem } ol .x { margin: .2rem 0 .5rem } ol .x p { padding-left: 1.9rem } ol .p::after { left: .8rem !important }
.f details { margin-top: .35rem; font-size: .9rem } .why p { margin: .3rem 0; max-width: 44rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .4rem 0 0 }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere } q { quotes: "“" "”" }
.about { margin-top: 3.5rem; border-top: 1px solid var(--line) } .about > div { margin: 0 0 1.1rem; max-width: 44rem } .about p { margin: .15rem 0 }
@media (max-width: 40rem) { body { padding-top: 1.25rem } h1 { font-size: 1.5rem } #filters { position: static }
  .way { margin-left: 0 } .x p { padding-left: 3rem } .x p::before { width: 1.7rem } .x .m::after, .x .p::after { left: 2.1rem } }
@media print { body { max-width: none; padding: 0; background: #fff; font-size: 10pt } #filters, .decide, .tile small { display: none }
  h2 { break-after: avoid } .f { content-visibility: visible; break-inside: avoid } .x, del, ins, mark { print-color-adjust: exact }
  .f details:not([open]) { display: none } }
"""  # noqa: E501 - CSS, a line for each thing

_SCRIPT = """
"use strict";
(() => {
  const $ = (id) => document.getElementById(id), list = $("list"), form = $("filters");
  if (!form) return;
  const names = ["words", "rule", "article", "way", "severity", "group"];
  const sections = [...list.querySelectorAll("section.article")], cards = [], groups = new Map();
  sections.forEach((section, n) => {
    const path = section.querySelector("h2").textContent;
    $("article").add(new Option(path + " (" + section.querySelectorAll(".f").length + ")", String(n)));
    for (const card of section.querySelectorAll(".f")) {
      const kinds = card.classList;
      cards.push({ card, home: section, article: String(n), path, code: card.dataset.c, way: kinds[1],
        severity: kinds[2], blocks: card.querySelector("i.blocking") !== null });
    }
  });
  const group = (code) => {
    if (!groups.has(code)) {
      const section = document.createElement("section"), title = document.createElement("h2"), about = $("about-" + code);
      section.className = "group";
      title.textContent = about ? about.querySelector("h3").textContent : code;
      section.append(title);
      if (about) section.append(about.querySelector(".reason").cloneNode(true));
      groups.set(code, section);
    }
    return groups.get(code);
  };
  const arrange = (by) => {
    document.body.dataset.group = by;
    if (by === "rule") {
      for (const option of $("rule").options) if (option.value) list.append(group(option.value));
      for (const c of cards) group(c.code).append(c.card);
      sections.forEach((s) => s.remove());
    } else {
      for (const c of cards) c.home.append(c.card);
      list.append(...sections);
      groups.forEach((s) => s.remove());
    }
  };
  const apply = () => {
    const want = Object.fromEntries(names.map((name) => [name, $(name).value]));
    const words = want.words.toLowerCase().split(/\\s+/).filter(Boolean);
    if (document.body.dataset.group !== want.group) arrange(want.group);
    let shown = 0, alive = new Set();
    for (const c of cards) {
      if (words.length && c.text === undefined) c.text = (c.path + " " + c.card.textContent).toLowerCase();
      const fits = (!want.rule || c.code === want.rule) && (!want.article || c.article === want.article) &&
        (!want.way || c.way === want.way || (want.way === "blocks" && c.blocks)) && (!want.severity || c.severity === want.severity) &&
        words.every((word) => c.text.includes(word));
      c.card.hidden = !fits;
      if (fits) { shown++; alive.add(c.card.parentElement); }
    }
    for (const section of list.children) section.hidden = !alive.has(section);
    const number = (n) => n.toLocaleString("en");
    $("count").textContent = shown === cards.length ? number(shown) + (shown === 1 ? " finding" : " findings") :
      number(shown) + " of " + number(cards.length) + " findings";
    for (const tile of document.querySelectorAll(".tile")) tile.setAttribute("aria-pressed", tile.dataset.way === want.way);
    const state = names.filter((name) => want[name] && want[name] !== "article").map((name) => [name, want[name]]);
    try { history.replaceState(null, "", state.length ? "#" + new URLSearchParams(state) : location.pathname); } catch { }
  };
  const set = (name, value) => { $(name).value = value; apply(); };
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  document.addEventListener("click", (event) => {
    const tile = event.target.closest(".tile"), rule = event.target.closest("[data-rule]");
    if (tile) set("way", $("way").value === tile.dataset.way ? "" : tile.dataset.way);
    if (rule) { set("rule", rule.dataset.rule); form.scrollIntoView(); }
  });
  list.addEventListener("toggle", (event) => {
    const why = event.target.querySelector(".why a");
    const about = why && document.querySelector('[id="' + why.hash.slice(1) + '"] .reason');
    if (about) why.replaceWith(about.cloneNode(true));
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select")) { if (event.key === "Escape") event.target.blur(); return; }
    if (event.key === "/") { event.preventDefault(); $("words").focus(); }
    if (event.key === "Escape") form.reset();
    if (event.key === "j" || event.key === "k") {
      const seen = [...list.querySelectorAll(".f:not([hidden])")];
      const at = seen.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
      if (seen.length) seen[Math.max(0, Math.min(at, seen.length - 1))].focus();
    }
  });
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) if (names.includes(name)) $(name).value = value;
  apply();
})();
"""  # noqa: E501 - JavaScript
_SCRIPT += SCRIPT
