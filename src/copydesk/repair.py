"""Repairs of YAML front matter as edits of spans: a value, a key, a list of one, a key that is missing.

Nothing is dumped: what is not repaired stays as it was written, comments, order, quotes and line ends included. Each
repair is made on a copy first and read again; where anything but the one thing intended would differ, there is no
repair (an empty tuple), so that a validator can offer what it gets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from copydesk.edits import apply, minimal
from copydesk.model import Article, Edit, Field, FrontMatter, MapNode, Node, Scalar, Span
from copydesk.scalars import plain_kind, write_scalar
from copydesk.tree import read_yaml

Row = tuple[str, str, str]
"""The path of a value, its kind and what it says; lists and mappings have neither."""


def write_value(article: Article, path: str, value: str, bare: bool = False) -> tuple[Edit, ...]:
    """The single value at `path` becomes `value`; a text keeps its way of quoting where that can say it.

    `bare` writes it without quotes, as the number, date or truth value that it is then; a text is never written so.
    """
    field = _field(article, path)
    kind = plain_kind(value) if bare else "str"
    if field is None or not isinstance(field.node, Scalar) or (bare and kind in ("str", "null", "merge")):
        return ()
    node = field.node
    start, end = node.span
    old = article.text[start:end]
    if article.meta is None or article.meta.format != "yaml":
        return _write_literal(node, old, value, bare)
    if value == node.value and is_only_quoted(article, node):
        if bare and node.style:
            return Edit(start, old[0], ""), Edit(end - 1, old[-1], "")
        return () if bare or node.kind == "str" else (Edit(start, "", '"'), Edit(end, "", '"'))
    if node.style in ("|", ">") and "#" in old.partition("\n")[0]:
        return ()  # the comment behind its `|` would go
    new = value if bare else write_scalar(value, node.style, _in_flow(article, node))
    if new is None or new == old:
        return ()
    edit = minimal(start, old, new)
    return _proved(article, (edit,), lambda rows: [(path, kind, value) if r[0] == path else r for r in rows])


_LITERAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?|true|false")
_NEEDS_ESCAPE = re.compile(r"[\"'\\\x00-\x1f\x7f\ud800-\udfff]")


def _write_literal(node: Scalar, old: str, value: str, bare: bool) -> tuple[Edit, ...]:
    """As `write_value` in TOML and JSON: texts without escapes, and what both spell as YAML does."""
    start, end = node.span
    if _NEEDS_ESCAPE.search(value):
        return ()
    if old == node.value:  # no quotes
        if bare:
            return (minimal(start, old, value),) if _LITERAL.fullmatch(value) and value != old else ()
        return (Edit(start, "", '"'), Edit(end, "", '"')) if value == old else ()
    if old[:1] not in ('"', "'") or old != f"{old[0]}{node.value}{old[0]}":
        return ()
    if not bare:
        return (minimal(start + 1, node.value, value),) if value != node.value else ()
    same = value == node.value and _LITERAL.fullmatch(value)
    return (Edit(start, old[0], ""), Edit(end - 1, old[-1], "")) if same else ()


_WORD = re.compile(r"[\w.+-][\w.+:-]{0,80}(?<!:)", re.ASCII)


def is_only_quoted(article: Article, node: Scalar) -> bool:
    """Whether a value is one word that stands by itself, with or without quotes, and no alias can repeat it: then its
    quotes come and go without a proof."""
    assert article.meta is not None
    text, (start, end), content = article.text, node.span, article.meta.content
    return (
        article.meta.format == "yaml"
        and _WORD.fullmatch(node.value) is not None
        and text[start:end] in (node.value, f'"{node.value}"', f"'{node.value}'")
        and text[start - 1] in " [,"
        and text[end : end + 1] in " \r\n],}"
        and text.find("*", content.start, content.end) < 0
    )


def rename_key(article: Article, path: str, name: str) -> tuple[Edit, ...]:
    """The last key of `path` becomes `name`, if its record has no such key; what belongs to it moves along."""
    field = _field(article, path)
    if field is None or field.key is None or not path.endswith(field.key.value):
        return ()
    renamed = path[: len(path) - len(field.key.value)] + name
    new = write_scalar(name, field.key.style, _in_flow(article, field.key))
    if new is None or article.meta is None or renamed in article.meta.fields:
        return ()
    start, end = field.key.span
    edit = minimal(start, article.text[start:end], new)
    return _proved(article, (edit,), lambda rows: [(moved(r[0], path, renamed), *r[1:]) for r in rows])


def renaming(article: Article, path: str, edits: Sequence[Edit]) -> tuple[str, str] | None:
    """(old path, new path) where the edits lie in the key of a field and its record has no key of the new name."""
    assert article.meta is not None
    found = article.meta.fields.get(path)
    if found is None or found.key is None or not path.endswith(found.key.value):
        return None
    quote = 1 if found.key.style else 0
    start, end = found.key.span.start + quote, found.key.span.end - quote
    if any(e.start < start or e.end > end for e in edits):
        return None
    shifted = [Edit(e.start - start, e.old, e.new) for e in edits]
    new = path[: len(path) - len(found.key.value)] + apply(article.text[start:end], shifted)
    return None if new in article.meta.fields else (path, new)


def moved(path: str, old: str, new: str) -> str:
    """Where a value stands after the key at `old` was renamed to that at `new`."""
    inside = path.startswith((f"{old}.", f"{old}["))
    return new + path[len(old) :] if path == old or inside else path


def wrap_in_list(article: Article, path: str) -> tuple[Edit, ...]:
    """The single value at `path` becomes a list with that one item."""
    field = _field(article, path)
    if field is None or not isinstance(field.node, Scalar) or field.node.style in ("|", ">"):
        return ()
    node = field.node
    start, end = node.span
    old = article.text[start:end]
    item = write_scalar(node.value, node.style, True) if node.kind == "str" else old
    if item is None:
        return ()
    edits = (Edit(start, "", "["), Edit(end, "", "]")) if item == old else (minimal(start, old, f"[{item}]"),)

    def listed(rows: list[Row]) -> list[Row]:
        at = next(n for n, r in enumerate(rows) if r[0] == path)
        return [*rows[:at], (path, "", ""), (f"{path}[0]", *rows[at][1:]), *rows[at + 1 :]]

    return _proved(article, edits, listed)


def add_key(article: Article, record: str, name: str, value: str, after: str = "") -> tuple[Edit, ...]:
    """A line `name: value` behind the key `after` of a record in block style; at its head where that is empty."""
    meta = article.meta
    node = _record(meta, record)
    if meta is None or node is None or any(key.value == name for key, _ in node.pairs) or meta.format != "yaml":
        return ()
    written = write_scalar(value, "", False)
    key = write_scalar(name, "", False)
    before = next((n for n, (k, _) in enumerate(node.pairs) if k.value == after), -1)
    if written is None or key is None or not node.pairs or _in_flow(article, node.pairs[0].key):
        return ()
    text = article.text
    first = node.pairs[0].key.span.start
    indent = first - _line_start(text, first)
    if before < 0:
        at, line = first, f"{key}: {written}{_line_end(text, first)}{' ' * indent}"
    else:
        at = _next_line(text, node.pairs[before].value.span.end)
        line = f"{' ' * indent}{key}: {written}{_line_end(text, first)}"
    path = f"{record}.{name}" if record else name

    def longer(rows: list[Row]) -> list[Row]:
        behind = [n for n, r in enumerate(rows) if before >= 0 and moved(r[0], _child(record, after), "\0")[0] == "\0"]
        head = next((n for n, r in enumerate(rows) if r[0] == record), -1) + 1
        n = behind[-1] + 1 if behind else head
        return [*rows[:n], (path, "str", value), *rows[n:]]

    return _proved(article, (Edit(at, "", line),), longer)


_UNQUOTED = re.compile(r"[ \t]*(?:- +)?[\w.-]{1,80}:[ \t]+(?P<value>[^ \t\r\n\"'|>][^\r\n]*?)[ \t]*\Z")
_ITEM = re.compile(r"[ \t]*- +(?P<value>[^ \t\r\n\"'|>][^\r\n]*?)[ \t]*\Z")


def mend_line(article: Article) -> tuple[Edit, ...]:
    """What makes unreadable YAML readable again on the line where its reader gave up: quotes around the value, or
    blanks for the tabs that it is indented with. No letter changes; nothing, where that is not enough."""
    meta = article.meta
    if meta is None or meta.problem is None or meta.problem.kind != "syntax" or meta.format != "yaml":
        return ()
    text = article.text
    start = _line_start(text, meta.problem.span.start)
    line = text[start : _next_line(text, start)].rstrip("\r\n")
    tried: list[tuple[Edit, ...]] = []
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    if "\t" in indent:
        above = text[_line_start(text, max(start - 1, 0)) : start]
        same = " " * (len(above) - len(above.lstrip(" ")))
        tried += [(Edit(start, indent, blanks),) for blanks in (same, same + "  ")]
    found = _UNQUOTED.match(line) or _ITEM.match(line)
    if found:
        value, at = found["value"], start + found.start("value")
        if '"' not in value and "\\" not in value:
            tried.append((Edit(at, "", '"'), Edit(at + len(value), "", '"')))
        elif "'" not in value:
            tried.append((Edit(at, "", "'"), Edit(at + len(value), "", "'")))
    for edits in tried:
        after = apply(text, edits)
        root, problem = read_yaml(after, Span(meta.content.start, meta.content.end + len(after) - len(text)))
        if root is not None and problem is None:
            return edits
    return ()


# ------------------------------------------------------------------------------------------------------------- proof


def _proved(article: Article, edits: tuple[Edit, ...], change: Callable[[list[Row]], list[Row]]) -> tuple[Edit, ...]:
    """The edits, if the front matter reads with them as before but for the change."""
    meta = article.meta
    if meta is None or meta.format != "yaml":
        return ()
    after = apply(article.text, edits)
    content = Span(meta.content.start, meta.content.end + len(after) - len(article.text))
    root, problem = read_yaml(after, content)
    if root is None or problem is not None:
        return ()
    return edits if rows_of(root) == change(rows_of(meta.root)) else ()


def rows_of(root: MapNode | None) -> list[Row]:
    """Every value below a node, in the order of the file."""
    found = FrontMatter("yaml", Span(0, 0), Span(0, 0), root).walk()
    return [(f.path, f.node.kind, f.node.value) if isinstance(f.node, Scalar) else (f.path, "", "") for f in found]


def _field(article: Article, path: str) -> Field | None:
    """The field at a path, if it stands there once and repeats nothing: of anything else no single edit is right."""
    meta = article.meta
    if meta is None or meta.root is None:
        return None
    found = meta.fields.get(path)
    if found is None or (found.key is not None and found.node.span.start < found.key.span.start):
        return None
    alone = len(meta.fields) == len(meta.walk()) or sum(f.path == path for f in meta.walk()) == 1
    return found if alone else None


def _record(meta: FrontMatter | None, path: str) -> MapNode | None:
    if meta is None or meta.root is None:
        return None
    node: Node | None = meta.root
    if path:
        found = meta.fields.get(path)
        node = found.node if found else None
    return node if isinstance(node, MapNode) else None


def _child(record: str, name: str) -> str:
    return f"{record}.{name}" if record else name


# ------------------------------------------------------------------------------------------------------------- places


def _in_flow(article: Article, node: Scalar) -> bool:
    """Whether `[]` or `{}` stand around a value, where commas and brackets separate."""
    meta = article.meta
    if meta is None or meta.root is None:
        return False
    nodes: list[Node] = [meta.root]
    while nodes:
        at = nodes.pop()
        if isinstance(at, Scalar) or not at.span.start <= node.span.start < max(at.span.end, at.span.start + 1):
            continue
        if article.text[at.span.start : at.span.start + 1] in ("[", "{"):
            return True
        nodes += [p.value for p in at.pairs] if isinstance(at, MapNode) else list(at.items)
    return False


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _next_line(text: str, at: int) -> int:
    ends = [n for n in (text.find("\n", at), text.find("\r", at)) if n >= 0]
    end = min(ends, default=len(text))
    return end + (2 if text[end : end + 2] == "\r\n" else 1)


def _line_end(text: str, at: int) -> str:
    """The line end that the front matter has."""
    end = _next_line(text, at)
    return "\r\n" if text[end - 2 : end] == "\r\n" else text[end - 1 : end]
