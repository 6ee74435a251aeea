"""Proves the examples of rules: each becomes what it says, with only its rule at work.

Whatever is expected, undo restores the bytes, a second clean changes nothing, and no fix is safer than its rule.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from copydesk.config import Config, ConfigError, Flags, checked, make_plan
from copydesk.edits import apply, original
from copydesk.folders import FolderError
from copydesk.model import Example, Finding, Record, Rule
from copydesk.run import process
from copydesk.sources import find

SHOWN = 70  # characters of a line that differs


@dataclasses.dataclass(frozen=True)
class Ground:
    """What examples are proved on: every rule by its code, and the folders that validators are opened from."""

    rules: Mapping[str, Rule]
    folders: tuple[str, ...]


def faults(ground: Ground, rule: Rule, example: Example) -> list[str]:
    """What is not as the example says, in sentences; nothing where it holds."""
    try:
        records = run_alone(ground, rule.code, example.files, example.config)
        cleaned = _texts(records, example.files)
        again = run_alone(ground, rule.code, cleaned, example.config)
    except (ConfigError, FolderError) as e:
        return [str(e)]
    found = [f for r in records for f in r.findings]
    out = [f"the run says of it: {f.code} {f.name}: {f.message}" for f in found if f.code != rule.code]
    found = [f for f in found if f.code == rule.code]
    for f in found:
        safer = [fix for fix in f.fixes if fix.safety > rule.safety]
        out += [f"the fix {fix.title!r} is {fix.safety}, the rule {rule.safety}" for fix in safer]
        if not f.message or f.message.strip() != f.message:
            out.append(f"a message is empty, or has blanks at its ends: {f.message!r}")
    for r in records:
        if r.text is not None and original(r.text, r.passes).encode() != example.files[r.source.id]:
            out.append(f"undo does not restore {r.source.id}")
    out += _differing("a second clean changes it again", cleaned, _texts(again, cleaned))
    return out + _unexpected(example, records, found, cleaned, [f for r in again for f in r.findings])


def run_alone(ground: Ground, code: str, files: Mapping[str, bytes], config: Mapping[str, object]) -> list[Record]:
    """The records of a corpus with only one rule at work."""
    with tempfile.TemporaryDirectory() as corpus, tempfile.TemporaryDirectory() as spill:
        for path, data in files.items():
            file = Path(corpus, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        values = checked(config, "an example's config")
        plan = make_plan(Config(values), Flags(select=(code,)), ground.rules, ground.folders, Path(corpus))
        return list(process(plan, find([Path(corpus)], Path(corpus)).articles, Path(spill), jobs=1).records)


def _texts(records: Sequence[Record], files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {r.source.id: files[r.source.id] if r.text is None else r.text.encode("utf-8") for r in records}


def _unexpected(
    example: Example,
    records: Sequence[Record],
    found: Sequence[Finding],
    cleaned: Mapping[str, bytes],
    left: Sequence[Finding],
) -> list[str]:
    """What is not as this kind of example expects it."""
    if example.ok:
        return [f"it is to be left alone, and the rule says: {f.message}" for f in found]
    if not found:
        return ["nothing was found"]
    if example.flag:
        offered = [f"it is only to be reported, and a fix is offered: {fix.title}" for f in found for fix in f.fixes]
        return offered + _differing("it is only to be reported, and is changed", example.files, cleaned)
    if example.good is not None:
        out = _differing("clean makes something else of it", {**example.files, **example.good}, cleaned)
        out += [f"no safe fix for: {f.message}" for f in found if not f.applied]
        return out + [f"left after the repair: {f.message}" for f in left]
    proposed = dict(example.files)
    for r in records:
        if r.original is not None:
            edits = [e for f in r.findings if f.fixes for e in f.fixes[0].edits]
            proposed[r.source.id] = apply(r.original, edits).encode("utf-8")
    out = _differing("a fix below safe is made by default", example.files, cleaned)
    wanted = {**example.files, **(example.proposed or {})}
    return out + _differing("its first fix makes something else of it", wanted, proposed)


def _differing(what: str, wanted: Mapping[str, bytes], got: Mapping[str, bytes]) -> list[str]:
    """The first line in which two states of a file differ, if any does."""
    out = []
    for path in sorted({*wanted, *got}):
        one, other = (files.get(path, b"") for files in (wanted, got))
        if one != other:
            rows = enumerate(zip(_lines(one), _lines(other), strict=False), 1)
            n, (a, b) = next(row for row in rows if row[1][0] != row[1][1])
            out.append(f"{what}: {path}, line {n}\n    expected  {_shown(a, b)}\n    got       {_shown(b, a)}")
    return out


def _lines(data: bytes) -> list[str]:
    """The lines of a file with their ends, and an empty one behind the last; what is not UTF-8 goes by its bytes."""
    return [line.decode("utf-8", "surrogateescape") for line in (*data.splitlines(keepends=True), b"")]


def _shown(line: str, other: str) -> str:
    """A line from shortly before where it differs from the other one, every hidden character visible."""
    same = next((n for n, pair in enumerate(zip(line, other, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - SHOWN // 2)
    return ("…" if start else "") + repr(line[start : start + SHOWN]) + ("…" if start + SHOWN < len(line) else "")
