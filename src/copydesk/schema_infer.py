"""Writes the schema that a corpus follows, as one would after reading all of it, with frequencies as comments.

What nearly all values follow becomes a rule; the few that do not are its exceptions, and `check` with the new schema
finds them. Nothing is guessed from a handful of articles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from copydesk.schema_relations import likely_relations
from copydesk.schema_text import write_fields, write_relations
from copydesk.survey import Column, Survey
from copydesk.value_types import DATES, FORMS

MOST = 0.98
"""The share of values that must follow a rule before the rest count as exceptions."""
ENOUGH = 20
"""Values before anything is concluded from what they have in common."""
FEW = 12
"""Different values that a field has at most to be one of a list of them."""
_WIDER = {
    "zoned-datetime": "datetime", "date": "datetime", "int": "number", "slug": "text", "host": "text",
    "base64": "text", "url": "text", "email": "text", "datetime": "text", "number": "text", "bool": "text",
}  # fmt: skip
_SIZE = re.compile(r"(?:^|[._])(?:width|height|size|length|words|pages?|count)$", re.I)
_RUN = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def infer(survey: Survey, name: str) -> str:
    """The text of a schema for the corpus that was surveyed; `name` says where it is from."""
    head = [
        f"# Inferred from {survey.articles:,} articles of {name}; comments: how often a field is there, what it holds.",
        f"# {survey.without:,} file(s) without front matter were left out." if survey.without else "",
        "# Read it, make it stricter or looser, and check with it: copydesk check PATH --schema FILE",
        f"about: articles of {name}",
    ]
    if _is_ordered(survey):
        head.append("order: report")
    columns = _in_order(survey)
    said = ((c, _said(survey, c)) for c in columns)
    fields = [(c.path, says, _frequencies(c)) for c, says in said if says is not None]
    relations = [
        (relation, f"{'all' if good == rows else f'{good:,} of'} {rows:,}")
        for relation, good, rows in likely_relations(survey, {c.path: kind_of(c) for c in columns})
    ]
    return "\n".join([h for h in head if h]) + "\n" + write_fields(fields) + write_relations(relations)


def kind_of(column: Column) -> str:
    """The type of a field: the narrowest that nearly all of its values have."""
    kinds = Counter(column.kinds)
    total = sum(kinds.values())
    if not total:
        return "any"
    if set(kinds) <= {"zoned-datetime", "datetime", "date"} and len(kinds) > 1:
        top, n = kinds.most_common(1)[0]
        return top if n >= MOST * total else "datetime"
    while True:
        top, n = kinds.most_common(1)[0]
        if n >= MOST * total or len(kinds) == 1:
            return top if top in (*FORMS, *DATES, "int", "number", "bool", "list", "record") else "text"
        rest = {k: c for k, c in kinds.items() if k not in _WIDER or k in ("list", "record")}
        if len(rest) == len(kinds) or set(kinds) & {"list", "record"}:
            return "any"
        narrowest = next(k for k in (*_WIDER,) if k in kinds)
        kinds[_WIDER[narrowest]] += kinds.pop(narrowest)


def _is_ordered(survey: Survey) -> bool:
    """Whether nearly all articles have their keys in one order."""
    rank = {key: n for n, key in enumerate(survey.order(""))}
    good = 0
    for order, count in survey.orders.get("", Counter[tuple[str, ...]]()).items():
        ranks = [rank[k] for k in order]
        good += count * (ranks == sorted(ranks))
    return survey.articles >= ENOUGH and good >= MOST * survey.articles


def _in_order(survey: Survey) -> list[Column]:
    """The fields in the order of the articles, each behind the record that it stands in."""
    rare = max(1, survey.articles // 1000)  # a key that one article of many has is a slip: the schema reports it
    columns = [survey.columns[path] for path in survey.paths()]
    kept = [c for c in columns if c.present > rare or c.parents < ENOUGH or survey.articles < ENOUGH]
    return list(_above_kept(kept))


def _above_kept(columns: list[Column]) -> Iterator[Column]:
    """The fields whose records are kept, too."""
    paths = {c.path for c in columns}
    for column in columns:
        parts = [column.path[: m.start()] for m in re.finditer(r"\.|\[", column.path)]
        if all(p in paths for p in parts):
            yield column


def _said(survey: Survey, column: Column) -> dict[str, Any] | None:
    """What the schema says of a field; None where its path says it already."""
    kind = kind_of(column)
    says: dict[str, Any] = {"type": kind}
    if column.present == column.parents and not column.path.endswith("[]"):
        says["required"] = True
    elif not column.path.endswith("[]"):
        says |= _needed(survey, column)
    if column.empty > (1 - MOST) * column.present:
        says["nullable"] = True
    says |= _limits(column, kind)
    if column.path.endswith("[]") and (kind == "record" or len(says) == 1):
        return None if kind == "record" else says
    return says


def _limits(column: Column, kind: str) -> dict[str, Any]:
    """Lists of values, ranges and uniqueness."""
    says: dict[str, Any] = {}
    count = sum(column.values.values())
    if kind == "list":
        if column.lowest >= 1 and column.filled >= ENOUGH:
            says["min-items"] = 1
        if column.highest > 1 and column.repeated <= (1 - MOST) * column.filled:
            says["unique-items"] = True
        return says
    vocabulary = _vocabulary(column) if kind == "text" else []
    if vocabulary:
        says["values"] = vocabulary
    elif kind in ("int", "number") and count >= ENOUGH:
        sized = _SIZE.search(column.path) is not None and column.lowest >= 1
        if column.lowest >= -1:
            says["min"] = 1 if sized else -1 if column.lowest == -1 else 0
    elif kind in ("url", "slug", "base64", "text", "email") and count >= ENOUGH and not column.more:
        different = len(column.values)
        name = column.path.rpartition(".")[2].lower()
        keyed = kind in ("url", "base64") or name in ("id", "slug", "key", "guid", "uuid", "permalink")
        long = kind == "text" and column.shortest >= 40 and not any(" " in str(v) for v in column.values)
        if (keyed or long) and different == count and "[" not in column.path and column.share == 1:
            says["unique"] = True
    if kind == "text" and "values" not in says:
        says |= _form(column)
    return says


def _form(column: Column) -> dict[str, str]:
    """The pattern of texts that are all put together in the same way, such as `2024/17` or two codes with a colon."""
    forms: Counter[str] = Counter()
    for value, n in ((str(v), n) for v, n in column.values.items()):
        forms[_RUN.sub("\0", value) if len(value) <= 2000 else ""] += n
    form, n = forms.most_common(1)[0] if forms else ("", 0)
    clear = "\0" in form and form.strip("\0-._") and not re.search(r"[\s\w]", form.replace("\0", ""))
    if not clear or len(column.values) <= FEW or n < max(ENOUGH, MOST * column.filled) or len(form) > 12:
        return {}
    run = "[A-Za-z0-9+/]+={0,2}" if any("=" in str(v) or "+" in str(v) for v in column.values) else "[A-Za-z0-9]+"
    return {"pattern": "".join(run if c == "\0" else re.escape(c) for c in form)}


def _vocabulary(column: Column) -> list[str]:
    """The values, where they are few and each is used often."""
    count, values = sum(column.values.values()), column.values
    most = 3 * FEW if column.path.endswith("[]") else FEW
    if column.more or count < ENOUGH or len(values) > 3 * most:
        return []
    often = [v for v, n in values.most_common() if n > 1]
    often += [v for v, n in values.items() if n == 1 and count < 100 and not get_close_matches(str(v), often, 1)]
    if not often or len(often) > most or count < 8 * len(often):
        return []
    good = all(isinstance(v, str) and len(v) <= 40 and "\n" not in v for v in often)
    return often if good and sum(values[v] for v in often) >= MOST * count else []


def _needed(survey: Survey, column: Column) -> dict[str, Any]:
    """Where an optional field outside lists is always there, as another field tells."""
    if "[" in column.path or column.present < 5 or column.parents != survey.articles:
        return {}
    have = [row for _, row in survey.rows if any(p == column.path or p.startswith(f"{column.path}.") for p in row)]
    ids = {id(row) for row in have}
    for other in survey.columns.values():
        if other.path == column.path or "[" in other.path or other.more or len(other.values) > FEW:
            continue
        if not len(other.values) >= 2 or kind_of(other) not in ("text", "bool"):
            continue
        all_of: Counter[Any] = Counter(row[other.path] for _, row in survey.rows if other.path in row)
        with_it: Counter[Any] = Counter(row[other.path] for row in have if other.path in row)
        always = [v for v, n in all_of.items() if with_it[v] == n and n >= 5]
        never = [v for v in all_of if not with_it[v]]
        if always and never and len(always) + len(never) == len(all_of):
            few, key = (always, "when") if len(always) <= len(never) else (never, "unless")
            if sum(all_of[v] for v in never) >= 5:
                return {f"required-{key}": {other.path: few if len(few) > 1 else few[0]}}
    for other in survey.columns.values():
        mutual = other.path != column.path and "[" not in other.path and other.present == column.present
        if mutual and all((id(row) in ids) == (other.path in row) for _, row in survey.rows):
            return {"required-when": other.path}
    return {}


# ------------------------------------------------------------------------------------------------------------ comments


def _frequencies(column: Column) -> str:
    """How often a field is there and what it holds, as a comment."""
    if column.path.endswith("[]"):
        words = [f"{column.present:,} items"]
    elif column.present == column.parents:
        words = [f"all {column.parents:,}"]
    else:
        words = [f"{column.present:,} of {column.parents:,} ({_percent(column.share)})"]
        if column.missing and column.parents - column.present <= 3:
            words.append("not in " + ", ".join(column.missing))
    if column.empty:
        words.append(f"{column.empty:,} empty")
    total = sum(column.kinds.values())
    if len(column.kinds) > 1:
        words.append(", ".join(f"{n:,} {kind}" for kind, n in column.kinds.most_common()))
    if column.lowest <= column.highest and {"int", "number"} & set(column.kinds):
        words.append(_span(column))
    elif column.lowest <= column.highest:
        words.append(f"{_span(column)} item{'s' if column.highest != 1 else ''}")
    elif column.kinds["text"] > total / 2:
        same = column.shortest == column.longest
        words.append(f"{column.longest} characters" if same else f"{column.shortest} to {column.longest} characters")
    if column.values and not column.kinds["bool"] and "record" not in column.kinds:
        different = f"more than {len(column.values):,}" if column.more else f"{len(column.values):,}"
        words.append(f"{different} different" if len(column.values) > 1 else f"always {_brief(column.example)}")
    elif column.kinds["bool"]:
        words.append(", ".join(f"{n:,} {str(v).lower()}" for v, n in column.values.most_common()))
    return "; ".join(words)


def _span(column: Column) -> str:
    low, high = (int(x) if x == int(x) else x for x in (column.lowest, column.highest))
    return f"{low}" if low == high else f"{low} to {high}"


def _brief(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= 40 else value[:39] + "…"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
