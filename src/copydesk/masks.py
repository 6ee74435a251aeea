"""Which characters are not prose: code, URLs, tags, link targets, tables.

A fixer searches a text in which they are replaced, so that it cannot touch them. Markdown decides where it is clear
(the first mark wins, as in CommonMark); a mark without its partner is prose.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from copydesk.blocks import TAG_INSIDE
from copydesk.model import MASK, Line

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
_FIRST = re.compile(r"[`<{$\[\]]")  # to look for these first is six times faster
_MARKS = ("`", "<", "{", "[", "$$")
_TICKS = re.compile("`+")
_CLOSERS = {"<!--": "-->", "{{": "}}", "{%": "%}", "$$": "$$"}
_REST_OF_URL = re.compile(r"[^\s<>\"“”«»‘`|\\^{}\[\]、。，；：！？（）「」『』【】]++")
_SCHEME = re.compile(r"(?:https?|ftp)\Z", re.I)
_LOCAL = re.compile(r"[\w.+\-]++\Z")
_HOST = re.compile(r"[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_DEFINITION = re.compile(r"[ >]{0,12}\[[^\[\]\r\n]{1,200}\]:([^\r\n]*)")
_VISIBLE = re.compile(r"[^\r\n]+")
_HIDDEN = frozenset({"code", "table", "html"})


def mask(text: str, start: int, lines: tuple[Line, ...]) -> str:
    """`text[start:]` with everything that is not prose replaced by MASK, line ends kept, at the same length."""
    body = text[start:] if start else text
    spans = _addresses(body)
    marked = any(map(body.__contains__, _MARKS))
    if marked or not _HIDDEN.isdisjoint([line.kind for line in lines]):
        spans += _hidden(lines, start)
    if marked:
        for a, b in _stretches(lines, start):
            spans += _tokens(body, a, b)
    if "]:" in body:
        for line in lines:
            if "]:" in line.text and (m := _DEFINITION.match(line.text)):
                spans.append((line.start - start + m.start(1), line.end - start))
    return _cover(body, spans)


def mask_value(value: str) -> str:
    """The same for a single value, which has no blocks."""
    spans = _addresses(value) if "://" in value or "@" in value or "www." in value else []
    if any(map(value.__contains__, _MARKS)):
        spans += _tokens(value, 0, len(value))
    return _cover(value, spans) if spans else value


def _hidden(lines: tuple[Line, ...], start: int) -> list[tuple[int, int]]:
    return [(line.start - start, line.end - start) for line in lines if line.kind in _HIDDEN]


def _stretches(lines: tuple[Line, ...], start: int) -> Iterator[tuple[int, int]]:
    """What stands between blank or hidden lines is looked at as one: a code span may go over a line end."""
    first = None
    end = 0
    for line in lines:
        if line.kind == "blank" or line.kind in _HIDDEN:
            if first is not None:
                yield first - start, end - start
            first = None
        else:
            first = line.start if first is None else first
            end = line.end
    if first is not None:
        yield first - start, end - start


def _cover(body: str, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return body
    spans.sort()
    out, at = [], 0
    for a, b in spans:
        a = max(a, at)
        if a < b:
            out += [body[at:a], _VISIBLE.sub(_masks, body[a:b])]
            at = b
    out.append(body[at:])
    return "".join(out)


def _masks(m: re.Match[str]) -> str:
    return MASK * len(m[0])


def _tokens(text: str, a: int, b: int) -> list[tuple[int, int]]:
    """Code spans, tags, comments, template tags, formulas and link targets, each from its first character on."""
    spans = []
    ticks: dict[int, list[int]] = {}
    absent: set[str] = set()  # closers that do not come any more are not looked for again
    at = a
    while found := _FIRST.search(text, at, b):
        m = _TOKEN.match(text, found.start(), b)
        if m is None:
            at = found.end()
            continue
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


# ---------------------------------------------------------------------------------------------- URLs and addresses


def _addresses(body: str) -> list[tuple[int, int]]:
    """URLs and e-mail addresses, found from the marks that they all have, which are much rarer than letters."""
    spans = []
    at = body.find("://")
    while at >= 0:
        scheme = _SCHEME.search(body, max(0, at - 5), at)
        rest = _REST_OF_URL.match(body, at + 3)
        end = at + 3
        if scheme and rest:
            end += _url_length(rest[0])
            spans.append((scheme.start(), end))
        at = body.find("://", end)
    at = body.find("www.")
    while at >= 0:
        rest = _REST_OF_URL.match(body, at)
        end = at + max(4, _url_length(rest[0])) if rest else at + 4
        spans.append((at, end))
        at = body.find("www.", end)
    at = body.find("@")
    while at >= 0:
        local, host = _LOCAL.search(body, max(0, at - 64), at), _HOST.match(body, at + 1)
        if local and host:
            spans.append((local.start(), host.end()))
        at = body.find("@", at + 1)
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
