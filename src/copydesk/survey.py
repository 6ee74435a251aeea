"""What the front matter of a corpus looks like: each field by its path, how often it is there, its types and values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copydesk.model import ListNode, MapNode, Node, Scalar, Source
from copydesk.parse import parse
from copydesk.schema import is_empty
from copydesk.value_types import judge

KEPT = 2_000
"""Different values of a field that are kept; of more, it is only known that there are more."""
ROWS = 5_000
"""Articles whose values are kept side by side, for what fields say of one another."""
_ORDER = ("bool", "int", "number", "zoned-datetime", "date", "datetime", "url", "email", "host", "slug", "base64")


@dataclass
class Column:
    """A field as a corpus has it."""

    path: str
    present: int = 0
    parents: int = 0
    """How many records there are that it could stand in."""
    empty: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    """Values by `type_of`."""
    values: Counter[Any] = field(default_factory=Counter)
    more: bool = False
    """There are more different values than are kept."""
    lowest: float = float("inf")
    highest: float = float("-inf")
    shortest: int = 1 << 60
    longest: int = 0
    repeated: int = 0
    """Lists with an item that stands in them twice."""
    missing: list[str] = field(default_factory=list)
    """A few of the articles that lack it, or have it empty."""
    example: str = ""

    @property
    def share(self) -> float:
        return self.present / self.parents if self.parents else 0.0

    @property
    def filled(self) -> int:
        return self.present - self.empty


@dataclass
class Survey:
    """The fields of a corpus, in the order that its articles have them."""

    columns: dict[str, Column] = field(default_factory=dict)
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """(article, {path: value}) of the fields outside lists."""
    articles: int = 0
    without: int = 0
    """Articles without front matter that could be read."""
    orders: dict[str, Counter[tuple[str, ...]]] = field(default_factory=dict)
    """How often the keys of each record stand in which order."""

    def order(self, pattern: str) -> list[str]:
        """The keys of a record in the order that most articles have, each behind the one that it follows somewhere."""
        found: list[str] = []
        seen = self.orders.get(pattern, Counter())
        for keys in sorted(seen, key=lambda keys: (-seen[keys] * len(keys), keys)):
            for n, key in enumerate(keys):
                if key not in found:
                    before = [k for k in keys[:n] if k in found]
                    found.insert(found.index(before[-1]) + 1 if before else 0, key)
        return found

    def paths(self, pattern: str = "") -> Iterator[str]:
        """The paths of all fields in that order, each list and record before what is in it."""
        for key in self.order(pattern):
            path = f"{pattern}.{key}" if pattern else key
            while path in self.columns:
                yield path
                yield from self.paths(path)
                path += "[]"


def type_of(node: Node) -> tuple[str, Any]:
    """The narrowest type of a value, and the value as Python has it."""
    if isinstance(node, ListNode):
        return "list", len(node.items)
    if isinstance(node, MapNode):
        return "record", None
    if node.kind == "str" and not node.value[:1].isascii():
        return "text", node.value
    for kind in _ORDER:
        case, value = judge(kind, False, node)
        if not case and _plausible(kind, node):
            return kind, value
    return ("text", node.value) if node.kind == "str" else (node.kind, None)


def _plausible(kind: str, node: Scalar) -> bool:
    """Whether a text that has the form of a type is likely meant so: `news` is no slug and no base64 text."""
    value = node.value
    if kind == "slug":
        return node.kind == "str" and "-" in value and value == value.lower()
    if kind == "base64":
        return len(value) >= 16 and not value.isalpha() and not value.islower() and not value.isdigit()
    return True


def survey(sources: Iterable[Source]) -> Survey:
    """Reads the articles; what cannot be read is counted."""
    found = Survey()
    for source in sources:
        try:
            article = parse(Path(source.file).read_bytes().decode("utf-8"), source.id)
        except (OSError, UnicodeDecodeError):
            found.without += 1
            continue
        root = article.meta.root if article.meta else None
        if root is None:
            found.without += 1
            continue
        found.articles += 1
        row: dict[str, Any] = {}
        _record(found, root, "", article.id, row)
        if len(found.rows) < ROWS:
            found.rows.append((article.id, row))
    _count_parents(found)
    return found


def _record(found: Survey, record: MapNode, pattern: str, article: str, row: dict[str, Any]) -> None:
    keys: dict[str, None] = {}
    for key, value in record.pairs:
        path = f"{pattern}.{key.value}" if pattern else key.value
        if key.kind == "merge" or not key.value or any(c in key.value for c in ".[] ") or key.value in keys:
            continue  # no path can name it
        keys[key.value] = None
        column = found.columns.setdefault(path, Column(path))
        _value(found, column, value, article, row)
    found.orders.setdefault(pattern, Counter())[tuple(keys)] += 1


def _value(found: Survey, column: Column, node: Node, article: str, row: dict[str, Any]) -> None:
    column.present += 1
    if is_empty(node):
        column.empty += 1
        return
    kind, value = type_of(node)
    column.kinds[kind] += 1
    if isinstance(node, MapNode):
        _record(found, node, column.path, article, row)
    elif isinstance(node, ListNode):
        _range(column, len(node.items))
        if "[" not in column.path:
            row[column.path] = len(node.items)
        inner = found.columns.setdefault(column.path + "[]", Column(column.path + "[]")) if node.items else None
        texts = [item.value for item in node.items if isinstance(item, Scalar)]
        column.repeated += len(set(texts)) != len(texts)
        for item in node.items if inner else ():
            _value(found, inner, item, article, row)  # type: ignore[arg-type]
    else:
        column.example = column.example or node.value
        column.shortest, column.longest = min(column.shortest, len(node.value)), max(column.longest, len(node.value))
        if kind in ("int", "number") and value is not None:
            _range(column, value)
        if value is not None:
            if len(column.values) < KEPT or value in column.values:
                column.values[value] += 1
            else:
                column.more = True
            if "[" not in column.path:
                row[column.path] = value


def _range(column: Column, value: float) -> None:
    column.lowest, column.highest = min(column.lowest, value), max(column.highest, value)


def _count_parents(found: Survey) -> None:
    """How many records each field could stand in, and a few articles that lack it."""
    for path, column in found.columns.items():
        above = path[: -len("[]")] if path.endswith("[]") else path.rpartition(".")[0]
        if path.endswith("[]"):
            column.parents = column.present
        elif not above:
            column.parents = found.articles
            if column.present >= 0.9 * found.articles:
                column.missing = [a for a, row in found.rows if not _has(row, path)][:3]
        else:
            parent = found.columns[above]
            column.parents = parent.kinds["record"]


def _has(row: Mapping[str, Any], path: str) -> bool:
    return any(p == path or p.startswith((f"{path}.", f"{path}[")) for p in row)
