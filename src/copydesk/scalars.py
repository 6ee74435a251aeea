"""Values of the front matter as prose: where each character of a value stands in the file, and how to change it there.

YAML writes one value in five ways. For each the file positions are found by doing again what the reader did, and they
are used only if that gives the very value that the reader gave. An edit is refused where it would do more than change
the characters: lose a blank at a line end, open a comment, turn a text into a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import yaml

from copydesk.masks import mask_value
from copydesk.model import Edit, Passage, Scalar, ScalarKind

UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""A character that YAML does not allow in a file; few are, and a set of the many others takes long to compile."""

# ----------------------------------------------------------------------------------------------------------- kinds

TAGGED: dict[str, ScalarKind] = {
    "tag:yaml.org,2002:str": "str",
    "tag:yaml.org,2002:int": "int",
    "tag:yaml.org,2002:float": "float",
    "tag:yaml.org,2002:bool": "bool",
    "tag:yaml.org,2002:null": "null",
    "tag:yaml.org,2002:timestamp": "datetime",
    "tag:yaml.org,2002:merge": "merge",
    "tag:yaml.org,2002:binary": "binary",
}
_RESOLVERS: dict[str, list[tuple[ScalarKind, re.Pattern[str]]]] = {
    first: [(TAGGED.get(tag, "other"), pattern) for tag, pattern in found]
    for first, found in yaml.resolver.Resolver.yaml_implicit_resolvers.items()
}


def plain_kind(value: str) -> ScalarKind:
    """What PyYAML's resolver (YAML 1.1) takes an unquoted value for."""
    return _short_kind(value) if len(value) < 40 else _kind(value)


def _kind(value: str) -> ScalarKind:
    for kind, pattern in _RESOLVERS.get(value[:1], ()):
        if pattern.match(value):
            return "date" if kind == "datetime" and len(value) == 10 else kind
    return "str"


_short_kind = lru_cache(4096)(_kind)  # keys, flags and names come again in every article

# -------------------------------------------------------------------------------------------------------- passages


def passage(path: str, node: Scalar, source: str, flow: bool, shared: bool) -> Passage:
    """The value of a field as prose. `flow`: it stands inside `[]` or `{}`; `shared`: aliases repeat it."""
    value, style = node.value, node.style
    masked = mask_value(value)
    quote = 1 if style in _QUOTES else 0
    start = node.span.start + quote
    offsets: tuple[int, ...] | None = None
    known = True
    if style in _BLOCKS or source[start : node.span.end - quote] != value:
        found = _block_offsets(node, source) if style in _BLOCKS else _flow_offsets(node, source)
        known = found is not None
        offsets = found or (*[node.span.start] * len(value), node.span.end)
    frozen = shared or not known
    return FieldPassage(value, masked, path, start, source, offsets, _ESCAPES[style], frozen, style, flow)


def quoted_passage(path: str, node: Scalar, source: str) -> Passage:
    """The value of a TOML or JSON field: it can be changed where it holds no escapes and will need none."""
    value = node.value
    start = node.span.start + 1
    if source[start : node.span.end - 1] != value:
        offsets = (*[node.span.start] * len(value), node.span.end)
        return Passage(value, mask_value(value), path, start, source, offsets, frozen=True)
    return Passage(value, mask_value(value), path, start, source, None, _unescaped)


def _unescaped(new: str) -> str | None:
    return None if _NOT_HERE.search(new) or any(c in new for c in "\"'\\") else new


@dataclass(frozen=True, slots=True)
class FieldPassage(Passage):
    """A passage that knows how its value is written, and refuses what that way of writing cannot say."""

    style: str = ""
    flow: bool = False

    def edit(self, start: int, end: int, new: str) -> Edit | None:
        if not _fits(self, start, end, new):
            return None
        made = Passage.edit(self, start, end, new)
        if made is None or self.style != '"' or end == 0 or self.text[end - 1].isspace():
            return made
        joined = _JOINED_END.search(made.old)
        return Edit(made.start, made.old[: joined.start()], made.new) if joined else made


_JOINED_END = re.compile(r"\\[ \t]*+(?:\r\n|[\n\r])[ \t]*+\Z")
"""A line break that a backslash takes out of the value: it stands behind a character and is no part of it."""


def _fits(value: FieldPassage, start: int, end: int, new: str) -> bool:
    text = value.text
    if not value.style and not _stays_plain(text, start, end, new, value.flow):
        return False
    if value.offsets is None:
        return True
    block = value.style in _BLOCKS
    if block and end > len(text.rstrip("\n\u2028\u2029")):
        return False  # the line ends after a block scalar are its border to the next key
    after = (start > 0 and _broken(value, start - 1)) or (block and start == 0)
    before = end < len(text) and _broken(value, end)
    if after and start < len(text) and _broken(value, start):
        return False  # an empty line has no indentation that could be kept
    if before and start < end and _broken(value, end - 1) and value.style != "|":
        return False  # where lines are folded, one of several line breaks counts for less than it did
    first = new[:1] or text[end : end + 1]
    last = new[-1:] or text[max(0, start - 1) : start]
    if after and (not first or first.isspace() or not (value.style or first.isalnum())):
        return False  # blanks at the start of a line are indentation
    return not before or block or bool(last and not last.isspace())  # and at its end they are dropped


def _broken(value: FieldPassage, at: int) -> bool:
    """Whether the character is written with a line break of the file."""
    assert value.offsets is not None
    a, b = value.offsets[at], value.offsets[at + 1]
    return b - a >= 1 and _BREAK.search(value.source, a, b) is not None


def _stays_plain(text: str, start: int, end: int, new: str, flow: bool) -> bool:
    """Whether a plain value with this edit is still the same kind of plain value, seen from around the edit."""
    result = text[:start] + new + text[end:]
    if not result or result[0].isspace() or result[-1].isspace() or result[-1] == ":":
        return False
    if result[0] in "-?:" or (start == 0 and not result[0].isalnum()):
        return False
    if _NOT_PLAIN.search(result[max(0, start - 1) : start + len(new) + 1]):
        return False
    if flow and _NOT_IN_FLOW.search(new):
        return False
    return plain_kind(result) == "str"


def write_scalar(value: str, style: str, flow: bool) -> str | None:
    """A text on one line: plain or in single quotes where it was so and can be, else in double ones.

    None where YAML cannot say it.
    """
    if style == "" and not _NOT_HERE.search(value) and _stays_plain("", 0, 0, value, flow):
        return value
    if style == "'" and (single := _escape_single(value)) is not None:
        return f"'{single}'"
    double = _escape_double(value)
    return None if double is None else f'"{double}"'


_NOT_HERE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""A line break, a tab, a byte order mark, or what YAML does not allow in a file."""
_NOT_PLAIN = re.compile(r":[\s]|[\s]#")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}?:]")

# ---------------------------------------------------------------------------------------------------------- escapes

_BREAKS = "\n\r\x85\u2028\u2029"
_LINE_BREAK = re.compile(f"[{_BREAKS}]")
_TO_ESCAPE = re.compile(r"[\"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_WRITTEN = {"\n": "n", "\r": "r", "\t": "t", "\x85": "N", "\u2028": "L", "\u2029": "P", '"': '"', "\\": "\\", "\0": "0"}


def _escape_double(new: str) -> str | None:
    if any("\ud800" <= c <= "\udfff" for c in new):
        return None
    return _TO_ESCAPE.sub(_escaped, new)


def _escaped(m: re.Match[str]) -> str:
    c = m[0]
    if c in _WRITTEN:
        return "\\" + _WRITTEN[c]
    code = ord(c)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _escape_single(new: str) -> str | None:
    written = _as_is(new)
    return None if written is None else written.replace("'", "''")


def _as_is(new: str) -> str | None:
    return None if _LINE_BREAK.search(new) or UNREADABLE.search(new) or "\ufeff" in new or "\t" in new else new


_QUOTES, _BLOCKS = ("'", '"'), ("|", ">")
_ESCAPES: dict[str, Callable[[str], str | None]] = {
    "": _as_is,
    "'": _escape_single,
    '"': _escape_double,
    "|": _as_is,
    ">": _as_is,
}

# ---------------------------------------------------------------------------------------------------------- offsets

_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_FOLD = f"[ \t]*+(?:\r\n|[{_BREAKS}])(?:[ \t]*+(?:\r\n|[{_BREAKS}]))*+[ \t]*+"
_PIECE = {
    "": re.compile(rf"(?P<fold>{_FOLD})|[ \t]++|[^ \t{_BREAKS}]++"),
    "'": re.compile(rf"(?P<escape>'')|(?P<fold>{_FOLD})|[ \t]++|[^' \t{_BREAKS}]++"),
    '"': re.compile(
        r"(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^xuU\n\r\x85\u2028\u2029]))"
        rf"|(?P<join>\\{_FOLD})|(?P<fold>{_FOLD})|[ \t]++|[^\\ \t{_BREAKS}]++"
    ),
}
_MEANT = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def _flow_offsets(node: Scalar, source: str) -> tuple[int, ...] | None:
    """Positions for a plain or quoted value that is escaped or goes over several lines; None if not understood."""
    quote = 1 if node.style else 0
    at, end = node.span.start + quote, node.span.end - quote
    piece = _PIECE[node.style]
    chars: list[str] = []
    offsets: list[int] = []
    while at < end:
        m = piece.match(source, at, end)
        if m is None:
            return None
        if m.lastgroup == "fold":
            _fold(source, at, m.end(), chars, offsets, joined=False)
        elif m.lastgroup == "join":
            _fold(source, at + 1, m.end(), chars, offsets, joined=True)
        elif m.lastgroup == "escape":
            chars.append(_unescape(m[0]))
            offsets.append(at)
        else:
            chars.append(m[0])
            offsets += range(at, m.end())
        at = m.end()
    offsets.append(end)
    return tuple(offsets) if "".join(chars) == node.value else None


def _unescape(written: str) -> str:
    if written == "''":
        return "'"
    if len(written) > 2:
        return chr(int(written[2:], 16))
    return _MEANT.get(written[1], "")


def _fold(source: str, a: int, b: int, chars: list[str], offsets: list[int], joined: bool) -> None:
    """A line break inside a quoted or plain value is a blank, and an empty line a line end; `joined`: after a `\\`."""
    breaks = [(m.start(), _normal(m[0])) for m in _BREAK.finditer(source, a, b)]
    if joined:
        breaks = breaks[1:]
    elif breaks[0][1] != "\n":
        breaks[0] = (a, breaks[0][1])
    elif len(breaks) == 1:
        breaks = [(a, " ")]
    else:
        breaks = [(a, breaks[1][1]), *breaks[2:]]
    for at, c in breaks:
        chars.append(c)
        offsets.append(at)


def _normal(line_break: str) -> str:
    return line_break if line_break in "\u2028\u2029" else "\n"


_HEADER = re.compile(rf"[|>][+\-0-9]{{0,2}}[ \t]*+(?:#[^{_BREAKS}]*+)?(?:\r\n|[{_BREAKS}])")
_SPACES = re.compile(" *")


def _block_offsets(node: Scalar, source: str) -> tuple[int, ...] | None:
    """Positions for a literal or folded block; None if not understood."""
    header = _HEADER.match(source, node.span.start, node.span.end)
    core = node.value.rstrip("\n")
    if header is None or not core:
        return None
    lines = _lines(source, header.end(), node.span.end)
    indent = _indent(lines, core)
    chars: list[str] = []
    offsets: list[int] = []
    folds = node.style == ">"
    waiting: list[tuple[int, str]] = []  # line breaks since the last line with text
    deep = True  # that line was indented further (or there was none): its line break stays
    for start, text, stop_at, line_break in lines:
        content = text[indent:] if text[:indent].count(" ") == indent else text.lstrip(" ")
        if content:
            more = content[0] in " \t"
            if folds and waiting and waiting[0][1] == "\n" and not deep and not more:
                waiting = (
                    [(waiting[0][0], " ")] if len(waiting) == 1 else [(waiting[0][0], waiting[1][1]), *waiting[2:]]
                )
            chars += [c for _, c in waiting]
            offsets += [at for at, _ in waiting]
            chars.append(content)
            offsets += range(start + len(text) - len(content), start + len(text))
            waiting = []
            deep = more
        waiting.append((stop_at, line_break))
    if "".join(chars) != core:
        return None
    offsets += _line_ends(source, node.span.end, len(node.value) - len(core))
    return tuple(offsets)


def _lines(source: str, at: int, end: int) -> list[tuple[int, str, int, str]]:
    """(start, text, where its line break is, the line break) of each line of a block scalar."""
    out = []
    for m in _BREAK.finditer(source, at, end):
        out.append((at, source[at : m.start()], m.start(), _normal(m[0])))
        at = m.end()
    out.append((at, source[at:end], end, "\n"))
    return out


def _indent(lines: list[tuple[int, str, int, str]], core: str) -> int:
    """How far the block is indented, from its first line with text and what the value kept of it."""
    kept = re.split(f"[{_BREAKS}]", core.lstrip("\n\u2028\u2029"), maxsplit=1)[0]
    for _, text, _, _ in lines:
        if text.strip(" "):
            return (len(text) - len(text.lstrip(" "))) - (len(kept) - len(kept.lstrip(" ")))
    return 0


def _line_ends(source: str, at: int, count: int) -> list[int]:
    """Positions of the line ends that a block scalar ends with, and of its end."""
    out = []
    for _ in range(count):
        out.append(at)
        m = _BREAK.search(source, at)
        at = m.end() if m else len(source)
    return [*out, at]
