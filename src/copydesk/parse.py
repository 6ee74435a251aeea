"""From the text of a file to an `Article`: front matter with a span for every key and value, blocks, prose.

Nothing is normalised and nothing is constructed: dates and numbers stay the text that the author wrote, with the kind
that YAML would give them. The front matter is read from libyaml's events, not with a loader, because a loader may take
the whole process down (deep nesting), never come back (alias bombs) or raise what nobody expects (impossible dates).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from copydesk.blocks import scan
from copydesk.masks import mask
from copydesk.model import (
    Article,
    FrontMatter,
    Line,
    ListNode,
    MapNode,
    Node,
    Part,
    Passage,
    Problem,
    Scalar,
    Span,
)
from copydesk.scalars import passage, quoted_passage
from copydesk.tree import read_yaml

PROSE = ("title", "excerpt", "summary", "description")
HEADER_SIZE = 65536  # code points; bounds every value too


def parse(
    text: str,
    article_id: str,
    prose: Collection[str] = PROSE,
    language: str = "en",
    before: Article | None = None,
) -> Article:
    """The article in `text`; what cannot be read is a `problem` of its front matter, nothing is raised.

    `before` is an earlier parse of the same article with the same `prose`: what has not changed is taken from it.
    """
    if before is not None and _same_header(before, text):
        meta, start = before.meta, before.body.start
        fields = [replace(p, source=text) for p in before.passages if p.field is not None]
    else:
        meta, start = _record(text) if _RECORD.search(article_id) else _front_matter(text)
        fields = _prose_fields(meta, meta.root, text, prose) if meta is not None and meta.root is not None else []
    body = text[start:]
    if before is not None and before.passages[0].text == body:
        lines, parts = _shifted(before, start - before.body.start)
        masked = before.passages[0].masked
    else:
        lines, parts = scan(text, start)
        masked = mask(text, start, lines)
    passages = (Passage(body, masked, None, start, text), *fields)
    return Article(article_id, text, Span(start, len(text)), meta, lines, parts, passages, language)


def _same_header(before: Article, text: str) -> bool:
    """Whether the front matter ends as it did, with nothing in the new body that could have a say in it."""
    stop = before.body.start
    if before.meta is None or before.meta.span.end != stop or before.text[stop - 1] != "\n":
        return False
    unclosed = before.meta.problem is not None and before.meta.problem.kind == "unclosed"
    return not unclosed and text.startswith(before.text[:stop])


def _shifted(before: Article, by: int) -> tuple[tuple[Line, ...], tuple[Part, ...]]:
    if not by:
        return before.lines, before.parts
    lines = tuple([Line(start + by, end + by, stop + by, text, kind) for start, end, stop, text, kind in before.lines])
    parts = tuple([Part(p.kind, Span(p.span.start + by, p.span.end + by)) for p in before.parts])
    return lines, parts


# ---------------------------------------------------------------------------------------------------------- fences

_OPENING = re.compile(r"\ufeff?(?:[ \t]*+(?:\r\n|\r|\n))*+(---|\+\+\+)[ \t]*+(?:\r\n|\r|\n)")
_CLOSING = {
    "---": re.compile(r"[\r\n](?:---|\.\.\.)[ \t]*+(?:\r\n|\r|\n|\Z)"),
    "+++": re.compile(r"[\r\n]\+\+\+[ \t]*+(?:\r\n|\r|\n|\Z)"),
}
_BLANK_LINES = re.compile(r"(?:[ \t]*+(?:\r\n|\r|\n))*+")
_KEY = r"(?:[\w.\-]{1,80}|\"[^\"\r\n]{1,80}\"|'[^'\r\n]{1,80}')[ \t]*+"
_KEY_LINE = re.compile(rf"{_KEY}[:=](?=[ \t\r\n]|\Z)")
_ANY_KEY_LINE = re.compile(rf"(?:\A|[\r\n\x85\u2028\u2029])[ \t]*+(?:{_KEY_LINE.pattern}|\[\[?[\w.\-]+\])")
_GLUED_KEY = re.compile(r"[A-Za-z_][\w\-]{0,80}:(?!//)")


def _front_matter(text: str) -> tuple[FrontMatter | None, int]:
    """The front matter, and where the body starts."""
    without = 1 if text.startswith("\ufeff") else 0
    opening = _OPENING.match(text)
    if opening is None:
        return _json(text) or (None, without)
    fence = opening[1]
    form: Literal["yaml", "toml"] = "yaml" if fence == "---" else "toml"
    begin, start = opening.start(1), opening.end()
    blank = _BLANK_LINES.match(text, start)
    has_key = _KEY_LINE.match(text, blank.end() if blank else start) is not None
    closing = _CLOSING[fence].search(text, start - 1)
    if closing is None:
        if not has_key:
            return None, without
        message = f"no line of three {fence[0]!r} ends the front matter: nothing in this file is touched"
        problem = Problem("unclosed", Span(begin, begin + 3), message)
        return FrontMatter(form, Span(begin, len(text)), Span(start, len(text)), None, problem), len(text)
    stop = closing.end()
    span, content = Span(begin, stop), Span(start, max(start, closing.start() + 1))
    if content.end - content.start > HEADER_SIZE:
        if not has_key:
            return None, without
        size = content.end - content.start
        message = f"the front matter has {size:,} characters; it is read up to {HEADER_SIZE:,}"
        problem = Problem("too-large", Span(start, start), message)
        return FrontMatter(form, span, content, None, problem), stop
    if form == "yaml":
        root, found = read_yaml(text, content)
    else:
        from copydesk.carriers import read_toml

        root, found = read_toml(text, content)
    if found is not None and not has_key and not _meant(text, content, found):
        return None, without
    return FrontMatter(form, span, content, root, found), stop


def _meant(text: str, content: Span, found: Problem) -> bool:
    """Whether what does not begin with a key and was not understood was meant as front matter at all, or the fences
    are rules in a text. One line with a colon is not enough: prose has such lines too."""
    keys = len(_ANY_KEY_LINE.findall(text[content.start : content.end]))
    first = found.span.start
    if found.kind == "not-a-mapping":
        return keys > 0 or text[first : first + 1] in ("-", "[") or _GLUED_KEY.match(text, first) is not None
    return found.kind != "syntax" or keys > 1


# ---------------------------------------------------------------------------------------------------- TOML and JSON

_JSON_KEY = re.compile(r'\{\s{0,80}"[^"\r\n]{1,80}"\s{0,8}:')
_JSON_START = re.compile(r"\ufeff?[ \t\r\n]*+(\{)[ \t\r\n]*+\"")
_LINE_END = re.compile(r"[ \t]*+(?:\r\n|\r|\n|\Z)")


_RECORD = re.compile(r"\.(?:jsonl|ndjson)#\d{1,12}\Z", re.I)
"""The id of a line of a JSON Lines file."""


def _record(text: str) -> tuple[FrontMatter, int]:
    """A line that is one JSON object: all of it is front matter, whatever it is."""
    found = _json(text)
    if found is not None:
        return found
    whole = Span(0, len(text))
    return FrontMatter(
        "json", whole, whole, None, Problem("not-a-mapping", whole, "the record is no JSON object")
    ), len(text)


def _json(text: str) -> tuple[FrontMatter, int] | None:
    """Front matter that is one JSON object. A text that only begins like one is not valid JSON, and all of it is left.

    A brace that no key in quotes follows is the beginning of a text.
    """
    m = _JSON_START.match(text)
    if m is None:
        return None
    begin = m.start(1)
    try:
        value, length = json.JSONDecoder().raw_decode(text[begin : begin + HEADER_SIZE])
    except (ValueError, RecursionError) as e:
        if not _JSON_KEY.match(text, begin):
            return None
        at = min(begin + getattr(e, "pos", 0), max(begin, len(text.rstrip("\r\n")) - 1))
        message = f"the front matter is not valid JSON: {getattr(e, 'msg', e)}"
        problem = Problem("syntax", Span(at, min(at + 1, len(text))), message)
        return FrontMatter("json", Span(begin, len(text)), Span(begin, len(text)), None, problem), len(text)
    end = begin + length
    line_end = _LINE_END.match(text, end)
    if line_end is None or not isinstance(value, dict):
        return None
    from copydesk.carriers import read_json

    root, found = read_json(text, begin)
    return FrontMatter("json", Span(begin, line_end.end()), Span(begin, end), root, found), line_end.end()


# ---------------------------------------------------------------------------------------------------- prose fields


def _prose_fields(meta: FrontMatter, root: MapNode, text: str, prose: Collection[str]) -> list[Passage]:
    content = text[meta.content.start : meta.content.end]
    found: list[tuple[str, Scalar, bool]] = []
    if "[" in content or "{" in content:
        _collect(root, "", False, text, prose, found)
    else:
        for path, key, node in meta.walk():
            if key is not None and key.value in prose and type(node) is Scalar and node.kind == "str" and node.value:
                found.append((path, node, False))
    uses = Counter(node.span for _, node, _ in found)
    out = []
    for path, node, flow in found:
        if uses[node.span]:  # what aliases repeat is looked at once, and not changed: it stands in several places
            if meta.format == "yaml":
                out.append(passage(path, node, text, flow, uses[node.span] > 1))
            else:
                out.append(quoted_passage(path, node, text))
            uses[node.span] = 0
    return out


def _collect(
    node: Node, path: str, flow: bool, text: str, prose: Collection[str], out: list[tuple[str, Scalar, bool]]
) -> None:
    """Every text whose key is in `prose`, at any depth (the reader bounds it), with whether `[]` or `{}` are around."""
    flow = flow or text[node.span.start : node.span.start + 1] in ("[", "{")
    if isinstance(node, MapNode):
        for key, value in node.pairs:
            if not isinstance(value, Scalar):
                _collect(value, f"{path}.{key.value}" if path else key.value, flow, text, prose, out)
            elif key.value in prose and value.kind == "str" and value.value:
                out.append((f"{path}.{key.value}" if path else key.value, value, flow))
    elif isinstance(node, ListNode):
        for n, item in enumerate(node.items):
            if not isinstance(item, Scalar):
                _collect(item, f"{path}[{n}]", flow, text, prose, out)
