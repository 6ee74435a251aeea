"""The node trees of TOML and JSON front matter: the same nodes as YAML's, with a span for every key and value.

Whether the text is valid is decided by the standard library; what is read here has passed it, so that the scanners
below need only know where things stand. Numbers, dates and truth values keep their spelling; in numbers the
separators go, and another base becomes ten.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from copydesk.model import ListNode, MapNode, Node, Pair, Problem, Scalar, ScalarKind, Span
from copydesk.tree import DEPTH, WEIGHT


class _TooMuch(Exception):
    """More levels or values than are read."""


class _Half(Exception):
    """Half of a character, as only an escape can write it: no text can hold it."""

    def __init__(self, at: int) -> None:
        self.at = at


# --------------------------------------------------------------------------------------------------------------- TOML

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def read_toml(text: str, content: Span) -> tuple[MapNode | None, Problem | None]:
    """The table in `content`, with the spans of its nodes in `text`; or None and what is wrong with it."""
    source = text[content.start : content.end]
    try:
        tomllib.loads(source)
    except (ValueError, RecursionError) as e:
        return None, _toml_problem(str(e), source, content)
    try:
        return _Toml(text, content).read(), None
    except _TooMuch:
        message = f"the front matter has more than {WEIGHT:,} values, or more than {DEPTH} levels"
        return None, Problem("too-large", Span(content.start, content.start), message)


def _toml_problem(said: str, source: str, content: Span) -> Problem:
    place = _PLACE.search(said)
    at = len(source) if place else 0
    if place and place[1]:
        lines = source.replace("\r\n", "\n").split("\n")[: int(place[1]) - 1]
        at = sum(map(len, lines)) + len(lines) + int(place[2]) - 1
        at += source[: at + len(lines)].count("\r\n")
    at = min(content.start + at, content.end)
    what = said[: place.start()] if place else said
    return Problem("syntax", Span(at, min(at + 1, content.end)), f"the front matter is not valid TOML: {what}")


_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*+")
_SPACE = re.compile(r"[ \t]*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*+\'{3,5}|"(?:[^"\\]|\\.)*+"|\'[^\']*+\'', re.S
)
_TOKEN = re.compile(r"\d{4}-\d\d-\d\d[ ]\d\d:[^\s,\]}#]+|[^\s,\]}#]+")
_NUMBER = re.compile(r"[-+]?\d")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class _Table:
    """A table on its way: its pairs in the order of the file, and the tables among them by name."""

    __slots__ = ("end", "index", "pairs", "start")

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.pairs: list[tuple[Scalar, Any]] = []
        self.index: dict[str, int] = {}

    def put(self, key: Scalar, value: Any) -> None:
        self.index[key.value] = len(self.pairs)
        self.pairs.append((key, value))

    def get(self, name: str) -> Any:
        at = self.index.get(name)
        return None if at is None else self.pairs[at][1]


class _Toml:
    def __init__(self, text: str, content: Span) -> None:
        self.text = text
        self.at, self.end = content
        self.values = 0

    def read(self) -> MapNode:
        root = table = _Table(self.at)
        while True:
            self.skip(_BLANK)
            if self.at >= self.end:
                return _frozen(root)
            if self.text.startswith("[[", self.at):
                table = self.header(root, 2)
            elif self.text[self.at] == "[":
                table = self.header(root, 1)
            else:
                self.pair(table, 0)

    def skip(self, pattern: re.Pattern[str]) -> None:
        m = pattern.match(self.text, self.at, self.end)
        self.at = m.end() if m else self.at

    def header(self, root: _Table, brackets: int) -> _Table:
        """The table that `[a.b]` or `[[a.b]]` opens; it begins at its name, as every value does behind its key."""
        self.at += brackets
        keys = self.keys()
        self.at += brackets
        above = self.inside(root, keys[:-1])
        last = keys[-1]
        if brackets == 2:
            items = above.get(last.value)
            if items is None:
                items = []
                above.put(last, items)
            items.append(_Table(last.span.start))
            self.count()
            return items[-1]  # type: ignore[no-any-return]
        return self.inside(above, [last])

    def inside(self, table: _Table, keys: list[Scalar]) -> _Table:
        """The table at dotted keys, of lists the last one, made where it is not there yet."""
        for key in keys:
            found = table.get(key.value)
            if found is None:
                found = _Table(key.span.start)
                table.put(key, found)
                self.count()
            table = found[-1] if isinstance(found, list) else found
        return table

    def keys(self) -> list[Scalar]:
        out: list[Scalar] = []
        while True:
            self.skip(_SPACE)
            m = _STRING.match(self.text, self.at, self.end) or _BARE_KEY.match(self.text, self.at, self.end)
            if m is None or len(out) > DEPTH:
                raise _TooMuch
            quoted = m[0][0] in "\"'"
            value = next(iter(tomllib.loads(f"{m[0]} = 0"))) if quoted else m[0]
            out.append(Scalar(Span(m.start(), m.end()), value, "str", m[0][0] if quoted else ""))
            self.at = m.end()
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return out
            self.at += 1

    def pair(self, table: _Table, depth: int) -> None:
        keys = self.keys()
        self.at += 1  # =
        self.skip(_SPACE)
        inner = self.inside(table, keys[:-1])
        value = self.value(depth)
        inner.put(keys[-1], value)
        table.end = inner.end = self.at

    def value(self, depth: int) -> Any:
        self.count()
        if depth > DEPTH:
            raise _TooMuch
        c = self.text[self.at]
        if c == "[":
            return self.array(depth)
        if c == "{":
            return self.inline(depth)
        start = self.at
        m = _STRING.match(self.text, start, self.end)
        if m:
            self.at = m.end()
            return Scalar(Span(start, m.end()), tomllib.loads(f"a = {m[0]}")["a"], "str", m[0][0])
        m = _TOKEN.match(self.text, start, self.end)
        if m is None:
            raise _TooMuch
        self.at = m.end()
        return Scalar(Span(start, m.end()), *_typed(m[0]), "")

    def array(self, depth: int) -> ListNode:
        start = self.at
        self.at += 1
        items: list[Any] = []
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return ListNode(Span(start, self.at), tuple(map(_frozen_node, items)))
            if self.text[self.at] == ",":
                self.at += 1
                continue
            items.append(self.value(depth + 1))

    def inline(self, depth: int) -> MapNode:
        table = _Table(self.at)
        self.at += 1
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                table.end = self.at
                return _frozen(table)
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.pair(table, depth + 1)

    def count(self) -> None:
        self.values += 1
        if self.values > WEIGHT:
            raise _TooMuch


def _typed(token: str) -> tuple[str, ScalarKind]:
    if token in ("true", "false"):
        return token, "bool"
    if _DATE.match(token):
        return token, "date" if len(token) == 10 else "datetime"
    if ":" in token:
        return token, "other"  # a time without a day
    plain = token.replace("_", "")
    if plain[:2] in ("0x", "0o", "0b"):
        return str(int(plain, 0)), "int"
    if not _NUMBER.match(plain):
        return token, "float"  # inf and nan
    return plain, "float" if re.search(r"[.eE]", plain) else "int"


def _frozen(table: _Table) -> MapNode:
    pairs = tuple([Pair(key, _frozen_node(value)) for key, value in table.pairs])
    end = max([table.end, *[p.value.span.end for p in pairs]])
    return MapNode(Span(table.start, end), pairs)


def _frozen_node(value: Any) -> Node:
    if isinstance(value, _Table):
        return _frozen(value)
    if isinstance(value, list):
        items = tuple(map(_frozen, value))
        return ListNode(Span(items[0].span.start, items[-1].span.end), items)
    node: Node = value
    return node


# --------------------------------------------------------------------------------------------------------------- JSON

_WHITE = re.compile(r"[ \t\r\n]*+")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.S)
_JSON_TOKEN = re.compile(r"[^\s,\]}]+")


def read_json(text: str, start: int) -> tuple[MapNode | None, Problem | None]:
    """The object that begins at `start` of `text` (valid JSON); or None and why it is not read."""
    try:
        return _Json(text, start).read(), None
    except _Half as e:
        message = "the front matter is not valid JSON: found half of a character"
        return None, Problem("syntax", Span(e.at, e.at + 1), message)
    except _TooMuch:
        message = f"the front matter has more than {WEIGHT:,} values, or more than {DEPTH} levels"
        return None, Problem("too-large", Span(start, start + 1), message)


class _Json:
    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.at = start
        self.values = 0

    def read(self) -> MapNode:
        node = self.value(0)
        assert isinstance(node, MapNode)
        return node

    def white(self) -> str:
        m = _WHITE.match(self.text, self.at)
        self.at = m.end() if m else self.at
        return self.text[self.at]

    def value(self, depth: int) -> Node:
        self.values += 1
        if depth > DEPTH or self.values > WEIGHT:
            raise _TooMuch
        c, start = self.white(), self.at
        if c == "{":
            return self.object(depth)
        if c == "[":
            return self.array(depth)
        if c == '"':
            return self.string()
        m = _JSON_TOKEN.match(self.text, start)
        token = m[0] if m else ""
        self.at = start + len(token)
        kind: ScalarKind = "null" if token == "null" else "bool" if token in ("true", "false") else "int"
        if kind == "int" and not token.lstrip("-").isdigit():
            kind = "float"
        return Scalar(Span(start, self.at), token, kind, "")

    def string(self) -> Scalar:
        m = _JSON_STRING.match(self.text, self.at)
        assert m is not None
        self.at = m.end()
        value = json.loads(m[0])
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise _Half(m.start())
        return Scalar(Span(*m.span()), value, "str", '"')

    def object(self, depth: int) -> MapNode:
        start = self.at
        self.at += 1
        pairs = []
        while self.white() != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            key = self.string()
            self.white()
            self.at += 1  # :
            pairs.append(Pair(key, self.value(depth + 1)))
        self.at += 1
        return MapNode(Span(start, self.at), tuple(pairs))

    def array(self, depth: int) -> ListNode:
        start = self.at
        self.at += 1
        items = []
        while self.white() != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            items.append(self.value(depth + 1))
        self.at += 1
        return ListNode(Span(start, self.at), tuple(items))
