"""SARIF 2.1.0, as GitHub's code scanning takes it: the gravest findings, within its limits, and what was left out.

GitHub refuses a file with more than 25,000 results, with more than 25,000 rules, or of more than 10 MB after gzip. The
results are chosen by their severity, and the size is measured while they are written.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import TextIO
from urllib.parse import quote

from copydesk.excerpt import Count, Page, Tally, clickable, count_of, findings, one_line, rules_by_code, tally, to_line
from copydesk.exchange import LONGEST, Region, advice, between, page_of, region, told
from copydesk.model import Finding, Fix, Record, Rule, Run, Safety, Severity

MOST_RESULTS = 25_000
MOST_RULES = 25_000
MOST_PACKED = 9_000_000  # bytes after gzip; GitHub takes 10 MB
LONGEST_FIX = 4_000  # characters of all its edits; a longer one stands in the json format only
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PRECISION = {Safety.SAFE: "very-high", Safety.UNSAFE: "high", Safety.SUGGEST: "medium"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(run: Run, out: TextIO) -> None:
    """Writes one run: the tool with the rules that found something, the results as they are read, what is missing."""
    counts = tally(run)
    rules = rules_by_code(run)
    codes = {code: n for n, code in enumerate(sorted(counts.rules)[:MOST_RULES])}
    out.write(f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n"tool": {{"driver": {{"name": "copydesk", ')
    out.write('"rules": [')
    out.write(",".join("\n" + to_line(_rule(counts.rules[code], rules.get(code))) for code in codes))
    out.write(']}},\n"automationDetails": {"id": "copydesk/"}, "columnKind": "unicodeCodePoints",\n"results": [')
    left = _results(run, codes, rules, _rooms(counts), out)
    out.write("\n],\n" if left.written else "],\n")
    out.write(f'"invocations": [{to_line(_invocation(run, counts, left))}]}}]}}\n')


def _rooms(counts: Tally) -> dict[Severity, int]:
    """How many results of each severity are written: the gravest first."""
    room, out = MOST_RESULTS, {}
    for severity in reversed(Severity):
        out[severity] = min(counts.severities[severity], room)
        room -= out[severity]
    return out


class _Left:
    """What was written, and what was left out of the file."""

    def __init__(self) -> None:
        self.written = 0
        self.out = dict.fromkeys(reversed(Severity), 0)
        self.fixes = 0


def _results(run: Run, codes: Mapping[str, int], rules: Mapping[str, Rule], room: dict[Severity, int],
             out: TextIO) -> _Left:  # fmt: skip
    left = _Left()
    packer = zlib.compressobj(1)  # packs worse than any gzip that uploads the file
    packed = 0
    last: tuple[str, Page | None] = ("", None)
    for record, f in findings(run):
        if not room[f.severity] or f.code not in codes or packed > MOST_PACKED:
            left.out[f.severity] += 1
            continue
        room[f.severity] -= 1
        if last[0] != record.source.file:
            last = (record.source.file, page_of(record))
        line = to_line(_result(run, record, f, last[1], rules.get(f.code), codes[f.code]))
        left.fixes += bool(f.fixes) and '"fixes"' not in line
        packed += len(packer.compress(line.encode("utf-8")))
        out.write(("," if left.written else "") + "\n" + line)
        left.written += 1
    return left


def _rule(count: Count, rule: Rule | None) -> dict[str, object]:
    why = rule.why if rule else count.name
    ask = f" {rule.ask}" if rule and rule.ask else ""
    return {
        "id": count.code,
        "name": count.name,
        "shortDescription": {"text": count.name.replace("-", " ")},
        "fullDescription": {"text": _plain(why)},
        "help": {"text": _plain(f"{why}{ask} (copydesk explain {count.code})")},
        "defaultConfiguration": {"level": LEVELS[count.severity]},
        "properties": {
            "tags": ["articles", count.code.rstrip("0123456789")],
            "precision": PRECISION[rule.safety if rule else Safety.SUGGEST],
            "problem.severity": {"note": "recommendation"}.get(LEVELS[count.severity], LEVELS[count.severity]),
        },
    }


def _result(
    run: Run, record: Record, f: Finding, page: Page | None, rule: Rule | None, index: int
) -> dict[str, object]:
    repaired = f.applied and run.command == "clean"
    place: dict[str, object] = {"artifactLocation": _file(record), "region": _region(region(page, f))}
    out: dict[str, object] = {
        "ruleId": f.code,
        "ruleIndex": index,
        "kind": "informational" if repaired else "fail",
        "level": "none" if repaired else LEVELS[f.severity],
        "message": {"text": _plain("\n".join([told(f, run.command), *advice(f, rule, run.command)[1:]]))},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": f.fingerprint, "copydesk/v1": f.fingerprint},
        "properties": {
            "path": record.source.id,
            "field": f.field,
            "severity": str(f.severity),
            "applied": f.applied,
            "safety": [str(fix.safety) for fix in f.fixes],
        },
    }
    fixes = [_fix(record, fix, page) for fix in f.fixes if page and sum(len(e.new) for e in fix.edits) <= LONGEST_FIX]
    if fixes:
        out["fixes"] = fixes
    return out


def _fix(record: Record, fix: Fix, page: Page) -> dict[str, object]:
    replacements = [
        {"deletedRegion": _region(between(page, e.start, e.end)), "insertedContent": {"text": e.new}} for e in fix.edits
    ]
    change = {"artifactLocation": _file(record), "replacements": replacements}
    return {"description": {"text": _plain(one_line(fix.title))}, "artifactChanges": [change]}


def _region(r: Region) -> dict[str, object]:
    return {"startLine": r.line, "startColumn": r.column, "endLine": r.end_line, "endColumn": r.end_column}


def _file(record: Record) -> dict[str, object]:
    """A file as a URI, from the root of the sources where it lies below."""
    path = clickable(record.source.file)
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _plain(text: str) -> str:
    """A message in which nothing is a link: `[text](target)` would be one."""
    return text.replace("](", "] (")[: 2 * LONGEST]


def _invocation(run: Run, counts: Tally, left: _Left) -> dict[str, object]:
    said = [{"level": "note", "message": {"text": _plain(one_line(note, 400))}} for note in run.notes]
    missing = sum(left.out.values())
    if missing:
        kinds = ", ".join(f"{n:,} {s}" for s, n in left.out.items() if n)
        text = f"{count_of(missing, 'finding')} of {counts.total('findings'):,} left out ({kinds}): the limit of a file"
        said.append({"level": "warning", "message": {"text": f"{text}. The json format has all of them."}})
    if left.fixes:
        text = f"The fixes of {count_of(left.fixes, 'finding')} are too long for this format; the json format has them."
        said.append({"level": "note", "message": {"text": text}})
    numbers = {"articles": counts.articles, "findings": counts.total("findings"), "leftOut": missing}
    out: dict[str, object] = {"executionSuccessful": True, "properties": json.loads(json.dumps(numbers))}
    return {**out, "toolExecutionNotifications": said} if said else out
