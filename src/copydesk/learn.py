"""What a run learned of the boilerplate of each source, as a listing for a person, and as rules of a workspace.

A candidate is a finding that names a `source` and a `place` in its evidence; which rule made it is not known here. The
listing is YAML: whoever edits `accept: false` into `accept: true`, and the lines, gives it back to be written as rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from copydesk.model import Record, Refusal
from copydesk.template import line_template

FAMILY = "LRN"
SHOWN = 5  # articles named in the listing
PLAIN = "The small ferry crosses the river every twenty minutes, said its captain on Monday."


class LearnError(Refusal):
    """A choice or a listing that cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Lines that come again in a source: where (`tail`, `head`, `anywhere`), within how many lines, how often."""

    source: str
    where: str
    within: int
    lines: tuple[str, ...]
    support: str
    articles: tuple[str, ...]


def candidates(records: Iterable[Record]) -> list[Candidate]:
    """What the findings of a run offer, each block of a source once, what stands in most articles first."""
    found: dict[tuple[str, tuple[str, ...]], tuple[Candidate, list[str]]] = {}
    for record in records:
        for f in record.findings:
            place = f.evidence.get("place")
            if record.original is None or not isinstance(place, list) or "source" not in f.evidence:
                continue
            lines = tuple(x.strip() for x in record.original[slice(*f.span)].splitlines() if x.strip())
            source, (where, within) = str(f.evidence["source"]), place
            key = source, tuple(map(line_template, lines))
            first = Candidate(source, where, within, lines, str(f.evidence.get("support", "")), ())
            known = found.setdefault(key, (first, []))
            listed = f.evidence.get("articles")
            known[1].extend(listed if isinstance(listed, list) else [record.source.id])
    out = [
        Candidate(c.source, c.where, c.within, c.lines, c.support, tuple(dict.fromkeys(ids)))
        for c, ids in found.values()
    ]
    return sorted(out, key=lambda c: (-len(c.articles), c.source, c.lines))


def listing(found: Sequence[Candidate]) -> str:
    """The candidates as YAML to read and to edit."""
    head = "# Set `accept: true` where the lines belong to the page and not to the articles; lines may be taken out.\n"
    head += "# Then: copydesk learn boilerplate PATH --accept THIS-FILE --workspace DIR\n"
    rows = []
    for n, c in enumerate(found, 1):
        row: dict[str, Any] = {"number": n, "accept": False, "source": c.source, "support": c.support}
        row |= {"where": c.where, "within": c.within, "lines": list(c.lines), "articles": list(c.articles[:SHOWN])}
        rows.append(row)
    return head + "\n".join(_dump([row]) for row in rows)


def chosen(words: str, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that `--accept` means: numbers, `all`, or an edited listing. Raises LearnError."""
    if words == "all":
        return list(found)
    if re.fullmatch(r"\d+(?:\s*,\s*\d+)*", words):
        numbers = [int(w) for w in words.split(",")]
        for n in numbers:
            if not 1 <= n <= len(found):
                raise LearnError(f"--accept {n}: there are {len(found)} candidates")
        return [found[n - 1] for n in dict.fromkeys(numbers)]
    path = Path(words)
    if not path.is_file():
        raise LearnError(f"--accept {words}: give numbers such as 1,3, or 'all', or an edited listing")
    try:
        rows = yaml.safe_load(path.read_text("utf-8")) or []
        return [_accepted(row) for row in rows if row["accept"] is True]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as e:
        raise LearnError(f"{path}: not a listing of `learn boilerplate`: {e}") from e


def _accepted(row: Mapping[str, Any]) -> Candidate:
    lines = tuple(str(x) for x in row["lines"] if str(x).strip())
    if not lines:
        raise ValueError(f"number {row.get('number')} has no lines")
    articles = tuple(map(str, row.get("articles", ())))
    return Candidate(str(row["source"]), str(row["where"]), int(row["within"]), lines, str(row["support"]), articles)


# ------------------------------------------------------------------------------------------------------- rules


def rule_pack(accepted: Sequence[Candidate], codes: Collection[str], names: Collection[str]) -> str:
    """The rules of the accepted candidates, one for each source and place, with examples. Raises LearnError.

    `codes` and `names` are taken by other rules.
    """
    groups: dict[tuple[str, str], list[Candidate]] = {}
    for c in accepted:
        groups.setdefault((c.source, c.where), []).append(c)
    free = (f"{FAMILY}{n}" for n in range(101, 1000) if f"{FAMILY}{n}" not in codes)
    taken = set(names)
    out = []
    for (source, where), members in groups.items():
        code = next(free, None)
        if code is None:
            raise LearnError(f"every code of {FAMILY} is taken: unite some learned rules")
        slug = "-".join(re.findall(r"[a-z0-9]+", source.lower())) or "every-source"
        name = next(n for n in _numbered(f"learned-{slug}-{where}") if n not in taken)
        taken.add(name)
        out.append(_dump({code: _rule(name, source, where, members)}))
    return (
        "# Learned boilerplate, accepted by a person. Edit it as any rule; the examples say what it does.\n\n"
        + "\n".join(out)
    )


def free_file(folder: Path, name: str) -> Path:
    """A YAML file of that name, or with a number, that is not there yet."""
    return next(p for n in _numbered(name) if not (p := folder / f"{n}.yaml").exists())


def _numbered(name: str) -> Iterable[str]:
    yield name
    for n in range(2, 1000):
        yield f"{name}-{n}"


def _rule(name: str, source: str, where: str, members: Sequence[Candidate]) -> dict[str, Any]:
    lines = list(dict.fromkeys(x for c in members for x in c.lines))
    within = max(max(c.within for c in members), len(lines))
    whose = source or "several sources"
    return {
        "name": name,
        "uses": "known_line",
        "severity": "warning",
        "safety": "safe",
        "stage": 20,
        "message": "{text!r} is boilerplate of " + whose.replace("{", "{{").replace("}", "}}"),
        "ask": "Does this line belong to the article?",
        "why": "Accepted as boilerplate. When it was learned: "
        + "; ".join(c.support for c in members if c.support)
        + ".",
        "with": {"source": source, "where": where, "within": within, "lines": lines},
        "examples": _examples(source, where, within, lines),
    }


def _examples(source: str, where: str, within: int, lines: Sequence[str]) -> list[dict[str, Any]]:
    """An article that loses the lines; the same lines at the other end, and in an article of another source."""
    story = "\n\n".join([PLAIN] * (within + 1))
    block = "\n".join(lines)
    config = {"source": "origin"}

    def article(origin: str, *parts: str) -> str:
        return f"---\norigin: {json.dumps(origin, ensure_ascii=False)}\n---\n\n" + "\n\n".join(parts) + "\n"

    here = (block, story) if where == "head" else (story, block)
    out: list[dict[str, Any]] = [
        {"bad": article(source, *here), "good": article(source, story), "config": config},
        {"ok": article(source, story), "config": config},
    ]
    if where != "anywhere":
        out.append({"ok": article(source, *reversed(here)), "config": config})
    if source:
        out.append({"ok": article(f"not {source}", *here), "config": config})
    return out


class _Dumper(yaml.SafeDumper):
    """No aliases; texts of several lines in quotes, on one line, as examples are written."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _dump(value: object) -> str:
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000))
