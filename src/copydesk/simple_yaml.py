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
from copydesk.scalars import plain_kind, short_kind

LINES = 2_000  # well below what the parser's guard allows
DEPTH = 16

_LINE = re.compile(
    r"( *+)(?:"
    r"(- ++)?(?:([A-Za-z_][A-Za-z0-9_-]{0,99}+):(?: ++|(?=\n)))?"
    r"(\"[^\"\\\n]*+\"|'[^'\n]*+'|\[\]|\{\}|[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n]*+)?"
    r"|#[^\n]*+"
    r")\n"
)
"""Indentation, dash, key and value of a line; a comment has none of the last three."""
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
    line = _LINE.scanner(source).match  # type: ignore[attr-defined]
    at = 0
    while m := line():
        indent, dash, key, value = m.groups()
        column = len(indent)
        start = at + shift + column
        at = m.end()
        if key is None and dash is None:
            if value is None:
                continue  # an empty line, or a comment
            return None
        if dash is None and stack and (frame := stack[-1]).indent == column and frame.mapping:
            if frame.key is not None:  # the way of most lines: one more pair of the same mapping
                _end_pair(frame)
        else:
            opened = _open(stack, column, start, dash, key is not None)
            if opened is None:
                return None
            frame = opened
            start += len(dash or "")
        if key is not None:
            frame.key = _new(Scalar, (_new(Span, (start, start + len(key))), key, short_kind(key), ""))
        if value is None:
            if key is None:
                return None  # a dash with nothing behind it
            continue
        stop = at + shift - 1
        first = value[0]
        if first == '"' or first == "'":
            node: Node = _new(Scalar, (_new(Span, (stop - len(value), stop)), value[1:-1], "str", first))
        elif first == "[" or first == "{":
            node = (ListNode if first == "[" else MapNode)(Span(stop - 2, stop), ())
        elif ": " in value or " #" in value or value[-1] in " :":
            return None
        else:
            kind = short_kind(value) if len(value) < 40 else plain_kind(value)
            node = _new(Scalar, (_new(Span, (stop - len(value), stop)), value, kind, ""))
        if key is None:
            frame.items.append(node)
        else:
            frame.items.append(_new(Pair, (frame.key, node)))
            frame.key = None
    if at != len(source) or not stack or not _close(stack, 0, dash=False) or len(stack) != 1:
        return None
    root = stack[0]
    _end_pair(root)
    node = _collect(root)
    return node if isinstance(node, MapNode) else None


def _open(stack: list[_Frame], column: int, start: int, dash: str | None, keyed: bool) -> _Frame | None:
    """The mapping or list that a line in this column belongs to, opened if it is the first; None where it fits none."""
    if not _close(stack, column, dash is not None):
        return None
    if dash is not None:
        frame = _list(stack, column, start)
        if frame is not None and keyed:
            frame = _Frame(column + len(dash), True, start + len(dash))
            stack.append(frame)
        return frame
    if stack and stack[-1].indent >= column:
        return stack[-1]
    if len(stack) > DEPTH or (stack and stack[-1].key is None) or (not stack and column):
        return None
    frame = _Frame(column, True, start)
    stack.append(frame)
    return frame


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
