"""From the text of a file to an `Article`: front matter with a span for every key and value, blocks, prose.

Nothing is normalised and nothing is constructed: dates and numbers stay the text that the author wrote, with the kind
that YAML would give them. The front matter is read from libyaml's event stream, not with a loader, because a loader
may take the whole process down (deep nesting) or never come back (alias bombs).
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection
from typing import Any, Literal

import yaml

from copydesk.blocks import scan
from copydesk.masks import mask
from copydesk.model import (
    Article,
    FrontMatter,
    ListNode,
    MapNode,
    Node,
    Pair,
    Passage,
    Problem,
    Scalar,
    ScalarKind,
    Span,
)
from copydesk.scalars import TAGGED, UNREADABLE, passage, plain_kind

try:
    from yaml.cyaml import CParser as _Parser
except ImportError:  # PyYAML without libyaml: the same events, ten times slower
    from yaml import Loader as _Parser  # type: ignore[assignment]

PROSE = ("title", "excerpt", "summary", "description")

HEADER_SIZE = 65536  # code points; also bounds every scalar
DEPTH = 64  # nesting, aliases followed
WEIGHT = 10_000  # nodes, an alias counting as all that it repeats
PATHS = 16_000_000  # code points that the paths of all fields may take together


def parse(
    text: str,
    article_id: str,
    prose: Collection[str] = PROSE,
    language: str = "en",
    before: Article | None = None,
) -> Article:
    """The article in `text`. Never raises for what the text says: what cannot be read is the front matter's `problem`."""
    meta, start = _front_matter(text)
    lines, parts = scan(text, start)
    body = text[start:]
    passages = [Passage(body, mask(text, start, lines), None, start, text)]
    if meta is not None and meta.root is not None:
        passages += _prose_fields(meta.root, text, prose)
    return Article(article_id, text, Span(start, len(text)), meta, lines, parts, tuple(passages), language)


# ---------------------------------------------------------------------------------------------------------- fences

_OPENING = re.compile(r"\ufeff?(?:[ \t]*+(?:\r\n|\r|\n))*+(---|\+\+\+)[ \t]*+(?:\r\n|\r|\n)")
_CLOSING = {
    "---": re.compile(r"[\r\n](?:---|\.\.\.)[ \t]*+(?:\r\n|\r|\n|\Z)"),
    "+++": re.compile(r"[\r\n]\+\+\+[ \t]*+(?:\r\n|\r|\n|\Z)"),
}
_KEY_LINE = re.compile(r"(?:[\w.\-]{1,80}|\"[^\"\r\n]{1,80}\"|'[^'\r\n]{1,80}')[ \t]*+[:=](?=[ \t\r\n]|\Z)")
_ANY_KEY_LINE = re.compile(r"(?:^|[\r\n])" + _KEY_LINE.pattern)
_GLUED_KEY = re.compile(r"[A-Za-z_][\w\-]{0,80}:(?!//)")
_BLANK_LINES = re.compile(r"(?:[ \t]*+(?:\r\n|\r|\n))*+")


def _front_matter(text: str) -> tuple[FrontMatter | None, int]:
    """The front matter, and where the body starts."""
    without = 1 if text.startswith("\ufeff") else 0
    opening = _OPENING.match(text)
    if opening is None:
        return None, without
    fence = opening[1]
    fmt: Literal["yaml", "toml"] = "yaml" if fence == "---" else "toml"
    begin, start = opening.start(1), opening.end()
    blank = _BLANK_LINES.match(text, start)
    looks_like = _KEY_LINE.match(text, blank.end() if blank else start) is not None
    closing = _CLOSING[fence].search(text, start - 1)
    if closing is None:
        if not looks_like:
            return None, without
        message = f"the front matter that begins with {fence} has no closing {fence}: nothing in this file is touched"
        problem = Problem("unclosed", Span(begin, begin + 3), message)
        everything = Span(start, len(text))
        return FrontMatter(fmt, Span(begin, len(text)), everything, None, problem), len(text)
    end, stop = max(start, closing.start() + 1), closing.end()
    span, content = Span(begin, stop), Span(start, end)
    if end - start > HEADER_SIZE:
        if not looks_like:
            return None, without
        return FrontMatter(fmt, span, content, None, _too_large(content)), stop
    if fmt == "toml":
        return FrontMatter(fmt, span, content, None, _toml_problem(text, content)), stop
    root, found = _read_yaml(text, content)
    if found is not None and found.kind in ("syntax", "not-a-mapping") and not _meant_as_mapping(text, content, found):
        return None, without
    return FrontMatter(fmt, span, content, root, found), stop


def _too_large(content: Span) -> Problem:
    message = f"the front matter has {content.end - content.start:,} characters, {HEADER_SIZE:,} are read"
    return Problem("too-large", Span(content.start, content.start), message)


def _meant_as_mapping(text: str, content: Span, found: Problem) -> bool:
    """Whether what stands between two `---` was meant as front matter, or the dashes are rules in a text."""
    if _ANY_KEY_LINE.search(text[content.start : content.end]):
        return True
    return found.kind == "not-a-mapping" and (
        text[found.span.start : found.span.start + 1] in ("-", "[")
        or _GLUED_KEY.match(text, found.span.start) is not None
    )


_TOML_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")


def _toml_problem(text: str, content: Span) -> Problem | None:
    source = text[content.start : content.end]
    try:
        tomllib.loads(source.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as e:
        said = str(e)
        place = _TOML_PLACE.search(said)
        at = content.end
        if place and place[1]:
            line_start = content.start
            for _ in range(int(place[1]) - 1):
                line_start = text.find("\n", line_start) + 1
            at = line_start + int(place[2]) - 1
        what = said[: place.start()].strip() if place else said
        return Problem("syntax", Span(min(at, content.end), min(at + 1, content.end)), f"not valid TOML: {what}")
    except (ValueError, RecursionError) as e:
        return Problem("syntax", Span(content.start, content.start), f"not valid TOML: {e}")
    return None


# ------------------------------------------------------------------------------------------------------------ YAML

_PROPERTIES = re.compile(
    r"(?:[&!]\S*+(?:[ \t\r\n\x85\u2028\u2029]++|$)|#[^\r\n\x85\u2028\u2029]*+[\r\n\x85\u2028\u2029]\s*+)*+"
)


class _Refused(Exception):
    """The header is YAML, but not one that we read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Open:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("anchor", "flow", "height", "items", "key", "mapping", "start", "weight")

    def __init__(self, mapping: bool, start: int, anchor: str | None, flow: bool) -> None:
        self.mapping = mapping
        self.start = start
        self.anchor = anchor
        self.flow = flow
        self.items: list[Any] = []
        self.key: Scalar | None = None
        self.weight = 1
        self.height = 1


def _read_yaml(text: str, content: Span) -> tuple[MapNode | None, Problem | None]:
    source = text[content.start : content.end]
    stripped = source.lstrip("\ufeff")  # parsers count a byte order mark differently
    shift = content.start + len(source) - len(stripped)
    bad = UNREADABLE.search(stripped)
    if bad:
        message = f"the character U+{ord(bad[0]):04X} is not allowed in YAML"
        return None, Problem("syntax", Span(shift + bad.start(), shift + bad.end()), message)
    try:
        parser: Any = _Parser(stripped)
        try:
            return _Tree(parser, stripped, shift).read(), None
        finally:
            parser.dispose()
    except _Refused as e:
        return None, e.problem
    except yaml.MarkedYAMLError as e:
        return None, _syntax(e, stripped, shift)
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as e:
        return None, Problem("syntax", Span(shift, shift), f"not valid YAML: {e}")


class _Tree:
    """Builds our nodes from the events of one header; keeps the guard."""

    def __init__(self, parser: Any, source: str, shift: int) -> None:
        self.get = parser.get_event
        self.source = source
        self.shift = shift
        self.anchors: dict[str, tuple[Node, int, int]] = {}  # node, weight, height
        self.longest_key = 0

    def read(self) -> MapNode:
        shift = self.shift
        stack: list[_Open] = []
        root: Node | None = None
        while True:
            event = self.get()
            name = type(event)
            weight = height = 1
            if name is yaml.ScalarEvent:
                node: Node = self._scalar(event)
                anchor = event.anchor
            elif name is yaml.MappingStartEvent or name is yaml.SequenceStartEvent:
                if len(stack) >= DEPTH:
                    raise _Refused(self._too_deep(event))
                stack.append(
                    _Open(
                        name is yaml.MappingStartEvent,
                        event.start_mark.index + shift,
                        event.anchor,
                        bool(event.flow_style),
                    )
                )
                continue
            elif name is yaml.MappingEndEvent or name is yaml.SequenceEndEvent:
                frame = stack.pop()
                node = self._collection(frame, event)
                weight, height, anchor = frame.weight, frame.height, frame.anchor
            elif name is yaml.AliasEvent:
                node, weight, height = self._alias(event)
                anchor = None
            elif name is yaml.DocumentStartEvent:
                if root is not None:
                    raise _Refused(
                        self._problem("syntax", event, "a second document begins here; front matter has one")
                    )
                continue
            elif name is yaml.StreamEndEvent:
                break
            else:
                continue
            if anchor is not None:
                self.anchors[anchor] = (node, weight, height)
            if stack:
                self._put(stack[-1], node, event, weight, height, len(stack))
            else:
                root = node
        if root is None:
            return MapNode(Span(shift, shift), ())
        if not isinstance(root, MapNode):
            what = "a list" if isinstance(root, ListNode) else "one plain text"
            raise _Refused(
                Problem("not-a-mapping", root.span, f"the front matter is {what}, not a set of `key: value` lines")
            )
        return root

    def _put(self, frame: _Open, node: Node, event: Any, weight: int, height: int, depth: int) -> None:
        frame.weight += weight
        if frame.weight > WEIGHT:
            message = f"aliases blow the front matter up to more than {WEIGHT:,} values"
            raise _Refused(
                self._problem(
                    "alias-bomb" if self.anchors else "too-large",
                    event,
                    message if self.anchors else f"the front matter holds more than {WEIGHT:,} values",
                )
            )
        if height >= frame.height:
            frame.height = height + 1
            if depth + height > DEPTH:
                raise _Refused(self._too_deep(event))
        if not frame.mapping:
            frame.items.append(node)
        elif frame.key is None:
            if not isinstance(node, Scalar):
                message = "a key must be a single text: put quotes around a value that begins with { or ["
                raise _Refused(self._problem("syntax", event, message))
            frame.key = node
            if len(node.value) > self.longest_key:
                self.longest_key = len(node.value)
        else:
            frame.items.append(Pair(frame.key, node))
            frame.key = None

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        value, style, tag = event.value, event.style or "", event.tag
        if tag is not None or event.anchor is not None:
            m = _PROPERTIES.match(self.source, start, end)
            start = m.end() if m else start
        if style in ("|", ">") and style:
            end = start + len(self.source[start:end].rstrip())
        kind: ScalarKind
        if tag is not None and tag != "!":
            kind = TAGGED.get(tag, "other")
        elif event.implicit[0]:
            kind = plain_kind(value)
        else:
            kind = "str"
        return Scalar(Span(start + self.shift, end + self.shift), value, kind, style)

    def _collection(self, frame: _Open, event: Any) -> Node:
        last = frame.items[-1] if frame.items else None
        end = event.end_mark.index + self.shift
        if not frame.flow and last is not None:
            end = max(frame.start, (last.value if isinstance(last, Pair) else last).span.end)
        span = Span(frame.start, end)
        return MapNode(span, tuple(frame.items)) if frame.mapping else ListNode(span, tuple(frame.items))

    def _alias(self, event: Any) -> tuple[Node, int, int]:
        found = self.anchors.get(event.anchor)
        if found is None:
            raise _Refused(
                self._problem(
                    "syntax",
                    event,
                    f"the alias *{event.anchor} has no anchor: put quotes around a value that begins with *",
                )
            )
        return found

    def _problem(self, kind: Any, event: Any, message: str) -> Problem:
        return Problem(kind, Span(event.start_mark.index + self.shift, event.end_mark.index + self.shift), message)

    def _too_deep(self, event: Any) -> Problem:
        return self._problem("too-deep", event, f"lists and mappings are nested more than {DEPTH} deep")


def _syntax(e: yaml.MarkedYAMLError, source: str, shift: int) -> Problem:
    mark = e.problem_mark or e.context_mark
    at = min(mark.index, len(source)) if mark else 0
    message = f"not valid YAML: {e.problem or e.context}"
    return Problem("syntax", Span(shift + at, shift + min(at + 1, len(source))), message)


# ---------------------------------------------------------------------------------------------------- prose fields


def _prose_fields(root: MapNode, text: str, prose: Collection[str]) -> list[Passage]:
    found: list[tuple[str, Scalar, bool]] = []
    _collect(root, "", False, text, prose, found)
    uses = Counter(node.span for _, node, _ in found)
    out = []
    for path, node, flow in found:
        if uses[node.span]:  # what aliases repeat is looked at once, and not changed: it stands in several places
            out.append(passage(path, node, text, flow, uses[node.span] > 1))
            uses[node.span] = 0
    return out


def _collect(
    node: Node, path: str, flow: bool, text: str, prose: Collection[str], out: list[tuple[str, Scalar, bool]]
) -> None:
    """Every text with a key from `prose`, at any depth; nesting is bounded by DEPTH."""
    flow = flow or text[node.span.start : node.span.start + 1] in ("[", "{")
    if isinstance(node, MapNode):
        for key, value in node.pairs:
            here = f"{path}.{key.value}" if path else key.value
            if not isinstance(value, Scalar):
                _collect(value, here, flow, text, prose, out)
            elif value.kind == "str" and value.value and key.value in prose:
                out.append((here, value, flow))
    elif isinstance(node, ListNode):
        for n, item in enumerate(node.items):
            if not isinstance(item, Scalar):
                _collect(item, f"{path}[{n}]", flow, text, prose, out)
