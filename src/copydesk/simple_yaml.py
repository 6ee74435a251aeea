"""The short way through front matter: plain block YAML read line by line, without a parser.

Nearly all front matter is lines of `key: value`, lists of those, and nothing else. For these lines the nodes that
libyaml's events would give can be read off directly, in less than half the time. Whatever has more to it (flow
collections with something in them, anchors, tags, block scalars, escapes, values over several lines, tabs, characters
that do not print, an indentation that does not fit) is not judged here: `read` gives None and the parser decides. A
property test holds both readers to the same tree.
"""

from __future__ import annotations

import re

from copydesk.model import ListNode, MapNode, Node, Pair, Scalar, Span
from copydesk.scalars import plain_kind

LINES = 2_000  # well below what the parser's guard allows
DEPTH = 16

_LINE = re.compile(
    r"( *+)(?:"
    r"(- ++)?(?:([A-Za-z_][A-Za-z0-9_-]{0,99}+):(?: ++|(?=\n)))?"
    r"(\"[^\"\\\n]*+\"|'[^'\n]*+'|\[\]|\{\}|[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n]*+)?"
    r"|#[^\n]*+"
    r")\n|([^\n]*+)\n"
)
"""Indentation, dash, key, value; or, of a line that is none of this, all of it."""
_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long


class _Frame:
    """A list or mapping that may go on in the next line."""

    __slots__ = ("indent", "items", "key", "mapping", "start")

    def __init__(self, indent: int, mapping: bool, start: int) -> None:
        self.indent = indent
        self.mapping = mapping
        self.start = start
        self.items: list[Pair | Node] = []
        self.key: Scalar | None = None  # its value has not come yet


def read(source: str, shift: int) -> MapNode | None:
    """The mapping in `source`, its spans moved by `shift`; None where it takes a parser to tell."""
    if not source.endswith("\n") or source.count("\n") > LINES or not source.replace("\n", "").isprintable():
        return None
    stack: list[_Frame] = []
    frame: _Frame | None = None  # the innermost
    stop = shift - 1
    node: Node
    for line, (indent, dash, key, value, other) in zip(source.split("\n"), _LINE.findall(source), strict=False):
        start = stop + 1
        stop = start + len(line)
        if not key and not dash:
            if value or other:
                return None
            continue  # an empty line, or a comment
        column = len(indent)
        start += column
        if frame is not None and frame.indent == column and frame.mapping and not dash:
            if frame.key is not None:
                _end_pair(frame)
        else:
            if not _close(stack, column, bool(dash)):
                return None
            if dash:
                frame = _list(stack, column, start)
                if frame is None:
                    return None
                column += len(dash)
                start += len(dash)
                if key:
                    frame = _Frame(column, True, start)
                    stack.append(frame)
            elif not stack or stack[-1].indent < column:
                if len(stack) > DEPTH or (stack and stack[-1].key is None) or (not stack and column):
                    return None
                frame = _Frame(column, True, start)
                stack.append(frame)
            else:
                frame = stack[-1]
        if not value:
            if not key:
                return None  # a dash with nothing behind it
            frame.key = _new(Scalar, (_new(Span, (start, start + len(key))), key, plain_kind(key), ""))
            continue
        span = _new(Span, (stop - len(value), stop))
        first = value[0]
        if first == '"' or first == "'":
            node = _new(Scalar, (span, value[1:-1], "str", first))
        elif first == "[":
            node = ListNode(span, ())
        elif first == "{":
            node = MapNode(span, ())
        elif ": " in value or " #" in value or value[-1] in " :":
            return None
        else:
            node = _new(Scalar, (span, value, plain_kind(value), ""))
        if key:
            name = _new(Scalar, (_new(Span, (start, start + len(key))), key, plain_kind(key), ""))
            frame.items.append(_new(Pair, (name, node)))
        else:
            frame.items.append(node)
    if not stack or not _close(stack, 0, dash=False) or len(stack) != 1:
        return None
    root = stack[0]
    _end_pair(root)
    node = _collect(root)
    return node if isinstance(node, MapNode) else None


def _close(stack: list[_Frame], column: int, dash: bool) -> bool:
    """Ends what a line in this column cannot belong to. False where the indentation fits nothing."""
    while stack:
        frame = stack[-1]
        if frame.indent < column:
            return True  # the line must open the value of the key above, which `read` looks at
        if frame.indent == column:
            if frame.mapping:
                if not dash:
                    _end_pair(frame)
                return True
            if dash:
                return True
        if len(stack) == 1:
            return False
        stack.pop()
        _end_pair(frame)
        above = stack[-1]
        node = _collect(frame)
        if above.key is not None:
            above.items.append(_new(Pair, (above.key, node)))
            above.key = None
        else:
            above.items.append(node)
        if above.indent < column:
            return False
    return True


def _list(stack: list[_Frame], column: int, start: int) -> _Frame | None:
    """The list that a dash in this column belongs to, opened if it is the first; None where there can be none."""
    if not stack:
        return None
    top = stack[-1]
    if not top.mapping:
        return top if top.indent == column else None
    if top.key is None or len(stack) > DEPTH:
        return None
    frame = _Frame(column, False, start)
    stack.append(frame)
    return frame


def _end_pair(frame: _Frame) -> None:
    """A key without a value has the value null, right behind its colon."""
    key = frame.key
    if key is not None:
        end = key.span.end + 1
        frame.items.append(_new(Pair, (key, _new(Scalar, (_new(Span, (end, end)), "", "null", "")))))
        frame.key = None


def _collect(frame: _Frame) -> Node:
    last = frame.items[-1]
    end = (last.value if isinstance(last, Pair) else last).span.end
    span = _new(Span, (frame.start, max(frame.start, end)))
    return MapNode(span, tuple(frame.items)) if frame.mapping else ListNode(span, tuple(frame.items))  # type: ignore[arg-type]
