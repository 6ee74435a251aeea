"""The node tree of YAML front matter, built from libyaml's events under a guard.

Nothing here recurses and nothing is constructed, so no input can crash it or keep it busy: nesting, aliases and the
number of values are counted while the events come, and what goes past the limits becomes a `Problem`.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import yaml
from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from copydesk import simple_yaml
from copydesk.model import ListNode, MapNode, Node, Pair, Problem, Scalar, ScalarKind, Span
from copydesk.scalars import TAGGED, UNREADABLE, plain_kind

try:
    from yaml import CLoader as _Parser
except ImportError:  # PyYAML without libyaml: the same events, ten times slower
    from yaml import Loader as _Parser  # type: ignore[assignment]

_SURROGATE = re.compile(r"\\[uU](?:0000)?[dD][89a-fA-F]")  # only libyaml refuses these escapes, which no file can hold

DEPTH = 64  # lists and mappings inside one another, aliases followed
WEIGHT = 10_000  # values, an alias counting as all that it repeats
PATHS = 16_000_000  # code points that the paths of all values may take together

_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long

_SPACE = r"[ \t\r\n\x85\u2028\u2029]"
_PROPERTIES = re.compile(rf"(?:[&!][^ \t\r\n\x85\u2028\u2029,\[\]{{}}]*+|{_SPACE}++|#[^\r\n\x85\u2028\u2029]*+)*+")
_LINE_BREAKS = "\r\n\x85\u2028\u2029"


def read_yaml(text: str, content: Span) -> tuple[MapNode | None, Problem | None]:
    """The mapping in `content`, with the spans of its nodes in `text`; or None and what is wrong with it."""
    source = text[content.start : content.end].lstrip("\ufeff")  # parsers do not agree how to count a leading one
    shift = content.end - len(source)
    simple = simple_yaml.read(source, shift)
    if simple is not None:
        return simple, None
    half = None if hasattr(_Parser, "raw_parse") else _SURROGATE.search(source)
    if half:
        message = "the front matter is not valid YAML: found half of a character"
        return None, Problem("syntax", Span(shift + half.start(), shift + half.end()), message)
    try:
        parser = _Parser(source)
        try:
            return _Reader(parser.get_event, source, shift).read(), None
        finally:
            parser.dispose()
    except _Refused as e:
        return None, e.problem
    except yaml.MarkedYAMLError as e:
        return None, _syntax(e, source, shift)
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as e:
        bad = UNREADABLE.search(source)
        if bad:
            message = f"the character U+{ord(bad[0]):04X} is not allowed in YAML: delete it"
            return None, Problem("syntax", Span(shift + bad.start(), shift + bad.end()), message)
        return None, Problem("syntax", Span(shift, shift), f"the front matter is not valid YAML: {e}")


_Kind = Literal["syntax", "too-deep", "too-large", "alias-bomb"]


class _Refused(Exception):
    """The text is YAML, or nearly, but not what we read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Frame:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("anchor", "flow", "height", "items", "key", "mapping", "start", "weight")

    def __init__(self, event: Any, start: int) -> None:
        self.mapping = type(event) is MappingStartEvent
        self.start = start
        self.anchor: str | None = event.anchor
        self.flow: bool | None = event.flow_style
        self.items: list[Any] = []
        self.key: Scalar | None = None
        self.weight = 1  # values in it, itself included
        self.height = 1  # levels below and with it


class _Reader:
    def __init__(self, get: Any, source: str, shift: int) -> None:
        self.get = get
        self.source = source
        self.shift = shift
        self.anchors: dict[str, tuple[Node, int, int]] = {}  # node, weight, height
        self.longest_key = 0
        self.deepest = 1

    def read(self) -> MapNode:
        """Raises _Refused, and whatever PyYAML raises."""
        get, scalar = self.get, self._scalar
        stack: list[_Frame] = []
        root: Node | None = None
        while True:
            event = get()
            form = type(event)
            weight, height = 1, 0
            if form is ScalarEvent:
                node: Node = scalar(event)
            elif form is MappingStartEvent or form is SequenceStartEvent:
                if len(stack) >= DEPTH:
                    raise self._too_deep(event)
                stack.append(_Frame(event, self._start(event)))
                continue
            elif form is MappingEndEvent or form is SequenceEndEvent:
                frame = stack.pop()
                node = self._collection(frame, event)
                weight, height = frame.weight, frame.height
            elif form is AliasEvent:
                node, weight, height = self._alias(event)
                if len(stack) + height > DEPTH:
                    raise self._too_deep(event)
            elif form is DocumentStartEvent and root is not None:
                raise self._refused("syntax", event, "a second YAML document begins here; front matter is one")
            elif form is StreamEndEvent:
                return self._root(root)
            else:
                continue
            if stack:
                self._put(stack[-1], node, weight, height, event)
            else:
                root = node
                if weight * self.deepest * self.longest_key > PATHS:
                    raise self._refused("too-large", event, "very long keys stand around very many values")

    def _put(self, frame: _Frame, node: Node, weight: int, height: int, event: Any) -> None:
        frame.weight += weight
        if height:
            if frame.weight > WEIGHT:
                raise self._too_much(event)
            frame.height = max(frame.height, height + 1)
            self.deepest = max(self.deepest, frame.height)
        key = frame.key
        if not frame.mapping:
            frame.items.append(node)
        elif key is not None:
            frame.items.append(_new(Pair, (key, node)))
            frame.key = None
        elif isinstance(node, Scalar):
            frame.key = node
            if len(node.value) > self.longest_key:
                self.longest_key = len(node.value)
        else:
            message = "a key must be a single text: put quotes around a value that begins with { or ["
            raise self._refused("syntax", event, message)

    def _scalar(self, event: Any) -> Scalar:
        shift = self.shift
        start, end = event.start_mark.index, event.end_mark.index
        value, style, tag = event.value, event.style, event.tag
        kind: ScalarKind = "str"
        if tag is not None or event.anchor is not None:
            start = self._after_properties(start, end)
        if style == "|" or style == ">":
            end = self._block_end(start, end, value)
        if tag is not None and tag != "!":
            kind = TAGGED.get(tag, "other")
        elif not style:
            style = ""
            if event.implicit[0]:
                kind = plain_kind(value)
        node = Scalar(_new(Span, (start + shift, end + shift)), value, kind, style or "")
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1, 0)
        return node

    def _block_end(self, start: int, end: int, value: str) -> int:
        """The end of the last line with text: libyaml gives the start of the next key."""
        source = self.source[start:end].rstrip(_LINE_BREAKS)
        if value.rstrip("\n")[-1:] not in (" ", "\t"):
            source = source.rstrip(" \t" + _LINE_BREAKS)
        return start + len(source)

    def _start(self, event: Any) -> int:
        start: int = event.start_mark.index
        if event.anchor is not None or event.tag is not None:
            start = self._after_properties(start, len(self.source))
        return start + self.shift

    def _after_properties(self, start: int, end: int) -> int:
        m = _PROPERTIES.match(self.source, start, end)
        return m.end() if m else start

    def _collection(self, frame: _Frame, event: Any) -> Node:
        """The end of a block is that of its last value: libyaml gives the start of what follows."""
        last = frame.items[-1] if frame.items else None
        if frame.flow or last is None:
            end = event.end_mark.index + self.shift
        else:
            end = max(frame.start, (last.value if frame.mapping else last).span.end)
        span = Span(frame.start, end)
        node: Node = MapNode(span, tuple(frame.items)) if frame.mapping else ListNode(span, tuple(frame.items))
        if frame.weight > WEIGHT:
            raise self._too_much(event)
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (node, frame.weight, frame.height)
        return node

    def _alias(self, event: Any) -> tuple[Node, int, int]:
        found = self.anchors.get(event.anchor)
        if found is None:
            message = f"nothing is named &{event.anchor}: put quotes around a value that begins with *"
            raise self._refused("syntax", event, message)
        return found

    def _root(self, root: Node | None) -> MapNode:
        if root is None:
            return MapNode(Span(self.shift, self.shift), ())
        if not isinstance(root, MapNode):
            what = "a list" if isinstance(root, ListNode) else "a single text"
            message = f"the front matter is {what}, not lines of `key: value`"
            raise _Refused(Problem("not-a-mapping", root.span, message))
        return root

    def _refused(
        self, kind: Literal["syntax", "too-deep", "too-large", "alias-bomb"], event: Any, why: str
    ) -> _Refused:
        start, end = event.start_mark.index, event.end_mark.index
        return _Refused(Problem(kind, Span(start + self.shift, end + self.shift), why))

    def _too_deep(self, event: Any) -> _Refused:
        return self._refused("too-deep", event, f"lists and mappings lie in one another more than {DEPTH} deep")

    def _too_much(self, event: Any) -> _Refused:
        if self.anchors:
            return self._refused("alias-bomb", event, f"its aliases stand for more than {WEIGHT:,} values")
        return self._refused("too-large", event, f"the front matter has more than {WEIGHT:,} values")


# ---------------------------------------------------------------------------------------------------- syntax errors

_HINTS = (
    # (in what PyYAML says, where: at the problem or where its context began, what to do)
    ("cannot start any token", "problem", "a value cannot begin with {char!r}: put quotes around it"),
    ("could not find expected ':'", "context", "this line is no `key: value`, and does not belong to the value above"),
    ("unexpected end of stream", "context", "the quote that opens here is never closed"),
    ("unexpected document indicator", "context", "the quote that opens here is never closed"),
    ("unknown escape character", "problem", "a backslash between double quotes must be doubled"),
    ("did not find expected key", "problem", "look for a quote inside quotes here, or for an indentation that differs"),
    ("expected ',' or ']'", "context", "the list that opens here is not closed, or a comma is missing in it"),
    ("expected ',' or '}'", "context", "the mapping that opens here is not closed, or a comma is missing in it"),
    ("expected '-' indicator", "problem", "this line is not indented like the list that it stands in"),
    ("expected alphabetic or numeric", "context", "a value cannot begin with * or &: put quotes around it"),
    ("expected <document start>", "problem", "this line is indented less than the first one"),
    ("undefined tag handle", "context", "a value cannot begin with !: put quotes around it"),
    ("did not find expected whitespace", "context", "a value cannot begin with !: put quotes around it"),
)
_TAB_HINT = "YAML does not take a tab as indentation: use blanks"


def _colon_hint(source: str, at: int) -> str:
    line = source[max(source.rfind("\n", 0, at), source.rfind("\r", 0, at)) + 1 : at]
    if ": " in line:
        return "a value with a colon and a blank in it needs quotes around it"
    return "this line is indented too far, or the line above has no blank after its colon"


def _syntax(e: yaml.MarkedYAMLError, source: str, shift: int) -> Problem:
    """What PyYAML says, in place and with what to do about it where that is known."""
    problem = e.problem or e.context or "unknown error"
    place = e.problem_mark or e.context_mark
    at = min(place.index, len(source)) if place else 0
    hint = ""
    if "mapping values are not allowed" in problem:
        hint = _colon_hint(source, at)
    elif source[at : at + 1] == "\t" or "tab" in problem:
        hint = _TAB_HINT
    else:
        for said, where, advice in _HINTS:
            if said in problem:
                if where == "context" and e.context_mark:
                    at = min(e.context_mark.index, len(source))
                hint = advice.format(char=source[at : at + 1])
                break
    message = f"the front matter is not valid YAML: {problem}" + (f" ({hint})" if hint else "")
    return Problem("syntax", Span(shift + at, shift + min(at + 1, len(source))), message)
