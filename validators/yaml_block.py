"""The front matter as YAML: can it be read, and does it say what its author sees?

YAML 1.1, which most readers speak, takes a plain `no` for false, `010` for eight and `12:30:45` for a number of
seconds, and of a key that stands twice it keeps the last value without a word. All of this is decided on the node tree,
where every key and value still has its spelling and its place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from copydesk.repair import mend_line
from copydesk.schema import Schemas
from copydesk.validator import (
    Article,
    Contract,
    Edit,
    Fix,
    FrontMatter,
    Hit,
    MapNode,
    Node,
    Pair,
    Safety,
    Scalar,
    Setup,
    Span,
    Validator,
    fix,
)

_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:(?:[Tt]|[ \t]{1,8})(\d\d?):(\d\d)(?::(\d\d))?(?:\.\d{0,12})?[ \t]{0,8}(?:Z|[-+]\d\d?(?::?\d\d)?)?)?"
)
_NUMBER_TRAP = re.compile(
    r"[-+]?(?:0[0-7_]+|0b[01_]+|[0-9][0-9_]*_[0-9_]*|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)"
)


@dataclass
class YamlBlock(Validator):
    """What is wrong with the block itself, whatever its keys mean."""

    contract = Contract.FIELD
    scope = "front"
    cases = (
        "problem",
        "conflicting-key",
        "repeated-key",
        "boolean-word",
        "misread-number",
        "impossible-date",
        "empty",
        "absent",
    )
    _required: bool = field(default=False, init=False)
    _schemas: Schemas = field(default_factory=lambda: Schemas({}), init=False)

    def prepare(self, setup: Setup) -> None:
        self._required = setup.options.get("front-matter") == "required"
        self._schemas = setup.schemas

    def check(self, article: Article) -> Iterator[Hit]:
        meta = article.meta
        if meta is None:
            if self._required:
                yield Hit(Span(0, min(1, len(article.text))), case="absent")
            return
        if meta.problem is not None:
            reason = meta.problem.message
            fixes = fix("put quotes or blanks where YAML wants them", *mend_line(article), safety=Safety.SUGGEST)
            yield Hit(meta.problem.span, {"format": meta.format.upper(), "reason": reason}, fixes, case="problem")
            return
        if not article.text[meta.content.start : meta.content.end].strip():
            yield Hit(_opening(article, meta), case="empty")
        if meta.format != "toml" and meta.root is not None:  # TOML knows no traps, and refuses a key that stands twice
            for hit in _look(article, meta, meta.root) if _may_trap(meta) else ():
                readings = hit.case in ("boolean-word", "misread-number") and len(hit.fixes) > 1
                yield self._as_meant(article, hit) if readings else hit

    def _as_meant(self, article: Article, hit: Hit) -> Hit:
        """Of the two readings of a value the one that its schema wants, where a schema knows the field."""
        schema = self._schemas.of(article)
        spec = schema.spec(hit.field or "") if schema else None
        wanted = {"text": 0, "bool": 1, "int": 1, "number": 1}.get(spec.type) if spec else None
        if wanted is None or (wanted == 1 and spec and (spec.type == "bool") != (hit.case == "boolean-word")):
            return hit
        return replace(hit, fixes=(replace(hit.fixes[wanted], safety=Safety.UNSAFE),))


def _opening(article: Article, meta: FrontMatter) -> Span:
    line = article.text[meta.span.start : meta.content.start].rstrip("\r\n")
    return Span(meta.span.start, meta.span.start + len(line))


def _may_trap(meta: FrontMatter) -> bool:
    """Whether a key stands twice, or a word that YAML may misread is without quotes: seldom, and quickly told."""
    if len(meta.fields) < len(meta.walk()):
        return True
    for _, key, node in meta.walk():
        if type(node) is Scalar and node.kind != "str" and not node.style and _is_trap(node.kind, node.value):
            return True
        if key is not None and key.kind == "bool":
            return True
    return False


@lru_cache(maxsize=4096)
def _is_trap(kind: str, value: str) -> bool:
    if kind == "bool":
        return value.lower() not in ("true", "false")
    if kind in ("int", "float"):
        return _NUMBER_TRAP.fullmatch(value) is not None
    return kind in ("date", "datetime") and impossible(value) != ""


def _look(article: Article, meta: FrontMatter, root: MapNode) -> Iterator[Hit]:
    """Every trap in the block, in the order of the file; what an alias repeats was looked at where it stands."""
    yield from _repeated(article, root, "")
    reached = -1
    aliases = meta.format == "yaml"
    for path, key, node in meta.walk():
        if key is not None and key.kind == "bool" and not key.style and not (aliases and key.span.start <= reached):
            yield from _plain(key, path, "key")
        if aliases:
            if node.span.start <= reached:
                continue
            reached = node.span.start
        if isinstance(node, Scalar):
            if node.kind != "str" and not node.style:
                yield from _plain(node, path, "value")
        elif isinstance(node, MapNode):
            yield from _repeated(article, node, path)


# ------------------------------------------------------------------------------------------------- values misread


def _plain(node: Scalar, path: str, what: str) -> Iterator[Hit]:
    value = node.value
    if node.kind == "bool":
        if _is_trap("bool", value):
            read = "true" if value.lower() in ("yes", "on") else "false"
            yield Hit(
                node.span, {"value": value, "read": read, "what": what}, _readings(node, read), path, "boolean-word"
            )
    elif node.kind in ("int", "float"):
        if _is_trap(node.kind, value):
            number = read_number(value)
            yield Hit(node.span, {"value": value, "read": number}, _readings(node, number), path, "misread-number")
    elif node.kind in ("date", "datetime"):
        reason = impossible(value)
        if reason:
            yield Hit(node.span, {"value": value, "reason": reason}, (), path, "impossible-date")


def _readings(node: Scalar, read: str) -> tuple[Fix, ...]:
    """Both things that may have been meant; which one, only the author knows."""
    start, end = node.span
    quoted = (Edit(start, "", '"'), Edit(end, "", '"'))
    return fix("keep it as text, in quotes", *quoted, safety=Safety.SUGGEST) + fix(
        f"write {read}, as it is read", Edit(start, node.value, read), safety=Safety.SUGGEST
    )


def read_number(value: str) -> str:
    """What YAML 1.1 makes of a number with an underscore, a leading zero or colons."""
    digits = value.lstrip("+-").replace("_", "")
    sign = "-" if value.startswith("-") else ""
    if ":" in digits:
        total = 0.0
        for part in digits.split(":"):
            total = total * 60 + float(part or 0)
        return sign + (str(int(total)) if total.is_integer() else str(total))
    if digits.startswith("0b"):
        return sign + str(int(digits, 2))
    octal = len(digits) > 1 and digits.startswith("0") and "." not in digits
    return sign + (str(int(digits, 8)) if octal else digits)


def impossible(value: str) -> str:
    """Why a date cannot exist (`day is out of range for month`), or nothing."""
    m = _DATE.fullmatch(value)
    if m is None:
        return ""
    try:
        datetime(*(int(g or 0) for g in m.groups()))  # type: ignore[arg-type]
    except ValueError as e:
        return str(e).partition(",")[0]
    return ""


# ------------------------------------------------------------------------------------------------ keys that stand twice


def _repeated(article: Article, node: MapNode, path: str) -> Iterator[Hit]:
    if len({key.value for key, _ in node.pairs}) == len(node.pairs):
        return
    last = {key.value: n for n, (key, _) in enumerate(node.pairs)}
    seen: dict[str, Pair] = {}
    twice = Counter(key.value for key, _ in node.pairs)
    for n, pair in enumerate(node.pairs):
        key, value = pair
        first = seen.setdefault(key.value, pair)
        if first is pair:
            continue
        line = article.text.count("\n", 0, first.key.span.start) + 1
        values = {"key": key.value, "line": line, "first": _short(article, first.value), "last": _short(article, value)}
        here = f"{path}.{key.value}" if path else key.value
        if _same(article, first.value, value):
            edit = _deleted_line(article, pair) if last[key.value] == n else None
            yield Hit(key.span, values, fix("delete the second of them", edit), here, "repeated-key")
        else:
            fixes = _choice(article, first, pair) if twice[key.value] == 2 else ()
            yield Hit(key.span, values, fixes, here, "conflicting-key")


def _choice(article: Article, first: Pair, second: Pair) -> tuple[Fix, ...]:
    """Either of two lines may go; which, only a person knows."""
    kept = (f"keep {_short(article, first.value)}", second), (f"keep {_short(article, second.value)}", first)
    made = [fix(title, _deleted_line(article, gone), safety=Safety.SUGGEST) for title, gone in kept]
    return made[0] + made[1] if all(made) else ()


def _short(article: Article, node: Node) -> str:
    text = article.text[node.span.start : node.span.end].strip()
    return text if len(text) <= 60 else text[:59] + "…"


def _same(article: Article, a: Node, b: Node) -> bool:
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return a.value == b.value and a.kind == b.kind
    return article.text[a.span.start : a.span.end] == article.text[b.span.start : b.span.end]


def _deleted_line(article: Article, pair: Pair) -> Edit | None:
    """The edit that takes a pair's line away; None where the line holds anything else, or more lines do."""
    text = article.text
    start = text.rfind("\n", 0, pair.key.span.start) + 1
    end = text.find("\n", pair.key.span.start)
    here = text[pair.key.span.start : pair.value.span.end]
    if end < 0 or not isinstance(pair.value, Scalar) or text[start:end].lstrip(" ") != here:
        return None
    return Edit(start, text[start : end + 1], "")
