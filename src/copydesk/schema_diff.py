"""What changed between two drops of articles, or between two schemas, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from copydesk.schema import FieldSpec, Schema
from copydesk.schema_infer import FEW, kind_of
from copydesk.schema_text import flow
from copydesk.survey import Column, Survey

SHIFT = 0.05
"""How much the share of articles with a field must differ to be worth a line; a field that all had counts at once."""


class Change(NamedTuple):
    """`+` a new field, `-` one that is gone, `~` one that is another: its path, and what is different."""

    sign: str
    path: str
    words: str


def drift(old: Survey, new: Survey) -> list[Change]:
    """What a new drop has that the old one had not, or had otherwise, in the order of the new one's fields."""
    out = []
    for path in dict.fromkeys((*new.paths(), *old.paths())):
        before, after = old.columns.get(path), new.columns.get(path)
        above = path.removesuffix("[]").rpartition(".")[0] if not path.endswith("[]") else path.removesuffix("[]")
        if above and not (above in old.columns and above in new.columns):
            continue  # told of what is around it
        if before is None and after is not None:
            out.append(Change("+", path, f"new: in {_often(after)}, {kind_of(after)}"))
        elif after is None and before is not None:
            out.append(Change("-", path, f"gone: was in {_often(before)}, {kind_of(before)}"))
        elif before is not None and after is not None:
            out += [Change("~", path, words) for words in _changes(before, after)]
    return out


def _often(column: Column) -> str:
    return f"all {column.parents:,}" if column.share == 1 else f"{column.present:,} of {column.parents:,}"


def _changes(a: Column, b: Column) -> Iterator[str]:
    if not a.path.endswith("[]") and (abs(a.share - b.share) > SHIFT or (a.share == 1) > (b.share == 1)):
        yield f"was in {_often(a)}, is in {_often(b)}"
    if a.present and b.present and b.empty / b.present - a.empty / a.present > SHIFT:
        yield f"empty in {a.empty:,} of {a.present:,}, now in {b.empty:,} of {b.present:,}"
    if kind_of(a) != kind_of(b):
        yield f"type was {kind_of(a)}, is {kind_of(b)}"
    else:
        strange = {k: n for k, n in b.kinds.items() if k not in a.kinds}
        if strange:
            yield "types not met before: " + ", ".join(f"{k} ({n:,})" for k, n in sorted(strange.items()))
    if a.lowest <= a.highest and b.lowest <= b.highest and (b.lowest < a.lowest or b.highest > a.highest):
        what = " items" if "list" in b.kinds else ""
        yield f"range was {a.lowest:g} to {a.highest:g}{what}, is {b.lowest:g} to {b.highest:g}"
    elif "text" in b.kinds and b.longest > 2 * max(a.longest, 20):
        yield f"had at most {a.longest} characters, has up to {b.longest}"
    if not a.more and len(a.values) <= 3 * FEW and sum(a.values.values()) > 4 * len(a.values):
        fresh = [f"{flow(v)} ({n:,})" for v, n in b.values.most_common() if v not in a.values]
        if fresh and "text" in b.kinds:
            yield "values not met before: " + ", ".join(fresh[:8]) + (" …" if len(fresh) > 8 else "")


def schema_changes(old: Schema, new: Schema) -> list[Change]:
    """What one schema says that the other does not, or says otherwise."""
    out = []
    for path in dict.fromkeys((*new.fields, *old.fields)):
        before, after = old.fields.get(path), new.fields.get(path)
        if before is None and after is not None:
            out.append(Change("+", path, flow(_sayings(after))))
        elif after is None and before is not None:
            out.append(Change("-", path, flow(_sayings(before))))
        elif before is not None and after is not None:
            a, b = _sayings(before), _sayings(after)
            for key in dict.fromkeys((*b, *a)):
                if a.get(key) != b.get(key):
                    was, now = (flow(x[key]) if key in x else "not said" for x in (a, b))
                    out.append(Change("~", path, f"{key} was {was}, is {now}"))
    relations = [[flow({"check": r.check, **r.settings}) for r in s.relations] for s in (old, new)]
    out += [Change("+", "relations", r) for r in relations[1] if r not in relations[0]]
    out += [Change("-", "relations", r) for r in relations[0] if r not in relations[1]]
    return out


def _sayings(spec: FieldSpec) -> Mapping[str, object]:
    says: dict[str, object] = {"type": spec.type, **spec.constraints}
    for name, value in (
        ("required", spec.required), ("nullable", spec.nullable), ("default", spec.default),
        ("aliases", spec.aliases), ("deprecated", spec.deprecated), ("replaced-by", spec.replaced_by),
        ("required-when", spec.required_when), ("required-unless", spec.required_unless),
    ):  # fmt: skip
        if value:
            says[name] = value
    return says


def to_text(changes: list[Change]) -> str:
    """A line for each change, paths in a column."""
    width = min(40, max((len(c.path) for c in changes), default=0))
    return "".join(f"{c.sign} {c.path:<{width}}  {c.words}\n" for c in changes)
