"""Which characters are not prose: code, URLs, tags, link targets, tables.

A fixer searches a text in which they are replaced, so that it cannot touch them. Markdown decides where it is clear
(the first mark wins, as in CommonMark); a mark without its partner is prose.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from copydesk.blocks import TAG_INSIDE
from copydesk.model import MASK, Line

_TRIGGER = re.compile(r"[`<{@$\[]|://|www\.", re.I)
_TOKEN = re.compile(
    r"`+"
    r"|<!--"
    rf"|</?[A-Za-z](?:{TAG_INSIDE}>|[^<>]*+>)"
    r"|\{\{|\{%|\{:[^{}\r\n]*\}"
    r"|\$\$"
    r"|\]\((?:[^()\\]++|\\.|\([^()]*+\))*+\)"
    r"|\]\[[^\[\]\r\n]{1,200}\]"
    r"|\[\^[^\[\]\s]{1,80}\]"
)
_TICKS = re.compile("`+")
_CLOSERS = {"<!--": "-->", "{{": "}}", "{%": "%}", "$$": "$$"}
_URL = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"“”«»‘`|\\^{}\[\]、。，；：！？（）「」『』【】]++", re.I)
_MAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_DEFINITION = re.compile(r"(?m)^[ >]{0,12}\[[^\[\]\r\n]{1,200}\]:([^\r\n]*)")
_VISIBLE = re.compile(r"[^\r\n]+")
_HIDDEN = frozenset({"code", "table", "html"})


def mask(text: str, start: int, lines: tuple[Line, ...]) -> str:
    """`text[start:]` with everything that is not prose replaced by MASK, line ends kept, at the same length."""
    spans: list[tuple[int, int]] = []
    triggered = _TRIGGER.search(text, start) is not None
    n, count = 0, len(lines)
    while n < count:
        kind = lines[n].kind
        if kind in _HIDDEN:
            spans.append((lines[n].start, lines[n].end))
            n += 1
        elif triggered and kind != "blank":
            first = n  # what stands between blank lines is looked at as one, since a code span may go over a line end
            while n < count and (kind := lines[n].kind) != "blank" and kind not in _HIDDEN:
                n += 1
            a, b = lines[first].start, lines[n - 1].end
            if _TRIGGER.search(text, a, b):
                spans += _inline(text, a, b)
        else:
            n += 1
    return _cover(text, start, spans)


def mask_value(value: str) -> str:
    """The same for a single value, which has no blocks."""
    if _TRIGGER.search(value) is None:
        return value
    return _cover(value, 0, _inline(value, 0, len(value)))


def _cover(text: str, start: int, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return text[start:]
    spans.sort()
    out, at = [], start
    for a, b in spans:
        a = max(a, at)
        if a < b:
            out += [text[at:a], _VISIBLE.sub(_masks, text[a:b])]
            at = b
    out.append(text[at:])
    return "".join(out)


def _masks(m: re.Match[str]) -> str:
    return MASK * len(m[0])


def _inline(text: str, a: int, b: int) -> list[tuple[int, int]]:
    """What is not prose in one stretch of text without blank lines; the spans may overlap."""
    spans = _tokens(text, a, b)
    for m in _URL.finditer(text, a, b):
        spans.append((m.start(), m.start() + _url_length(m[0])))
    if text.find("@", a, b) >= 0:
        spans += [m.span() for m in _MAIL.finditer(text, a, b)]
    if text.find("]:", a, b) >= 0:
        spans += [(a + m.start(1), a + m.end(1)) for m in _DEFINITION.finditer(text[a:b])]
    return spans


def _tokens(text: str, a: int, b: int) -> list[tuple[int, int]]:
    """Code spans, tags, comments, template tags, formulas and link targets, each from its first character on."""
    spans = []
    ticks: dict[int, list[int]] = {}
    absent: set[str] = set()  # closers that do not come any more are not looked for again
    at = a
    while m := _TOKEN.search(text, at, b):
        at = m.end()
        token = m[0]
        if token[0] == "`":
            if m.start() > a and text[m.start() - 1] == "\\":
                continue
            if not ticks:
                for t in _TICKS.finditer(text, a, b):
                    ticks.setdefault(len(t[0]), []).append(t.start())
            same = ticks[len(token)]
            k = bisect_left(same, at)
            if k < len(same):
                at = same[k] + len(token)
                spans.append((m.start(), at))
        elif token in _CLOSERS:
            closer = _CLOSERS[token]
            end = -1 if closer in absent else text.find(closer, at, b)
            if end < 0:
                absent.add(closer)
            else:
                at = end + len(closer)
                spans.append((m.start(), at))
        else:
            spans.append((m.start() + (token[0] == "]"), at))
    return spans


_PUNCTUATION = ".,;:!?'’*_…"


def _url_length(url: str) -> int:
    """How much of what looks like a URL is one: not the punctuation of the sentence around it."""
    extra = url.count(")") - url.count("(")
    end = len(url)
    while end:
        c = url[end - 1]
        if c == ")" and extra > 0:
            extra -= 1
        elif c not in _PUNCTUATION:
            break
        end -= 1
    return end
