"""JUnit XML (the schema of Jenkins' xUnit plugin): a test suite an article, a test case a finding.

What fails the run is a failure; what does not is skipped, so that it is seen and breaks nothing; what `clean` has
repaired has passed. An article without a finding is one test that passes.
"""

from __future__ import annotations

from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from copydesk.excerpt import blocks, clickable, in_order, one_line, rules_by_code, tally, visible_path
from copydesk.exchange import advice
from copydesk.model import Finding, Record, Rule, Run


def render(run: Run, out: TextIO) -> None:
    """Writes the suites as the articles are read."""
    counts = tally(run)
    rules = rules_by_code(run)
    tests = counts.total("findings") + counts.articles - counts.affected
    head = f'tests="{tests}" failures="{counts.total("blocking")}" errors="0"'
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="copydesk" {head}>\n')
    for record in run.records:
        _suite(run, record, rules, out)
    out.write("</testsuites>\n")


def _suite(run: Run, record: Record, rules: dict[str, Rule], out: TextIO) -> None:
    path = _attribute(visible_path(clickable(record.source.file)))
    found = in_order(record.findings)
    if not found:
        out.write(f'<testsuite name={path} tests="1" failures="0" errors="0" skipped="0">')
        out.write(f'<testcase classname={path} name="no findings"/></testsuite>\n')
        return
    failures = sum(blocks(run, f) for f in found)
    skipped = sum(not blocks(run, f) and not _repaired(run, f) for f in found)
    out.write(f'<testsuite name={path} tests="{len(found)}" failures="{failures}" errors="0" skipped="{skipped}">\n')
    for f in found:
        out.write(_case(run, path, f, rules.get(f.code)))
    out.write("</testsuite>\n")


def _case(run: Run, path: str, f: Finding, rule: Rule | None) -> str:
    name = _attribute(f"{f.code} {f.name}, line {f.location.line}, column {f.location.column}")
    lines = advice(f, rule, run.command)
    text = escape("\n".join([*lines, f"severity: {f.severity}", f"finding: {one_line(f.fingerprint)}"]))
    head = f"<testcase classname={path} name={name}>"
    if _repaired(run, f):
        return f"{head}<system-out>{text}</system-out></testcase>\n"
    word = "failure" if blocks(run, f) else "skipped"
    return f"{head}<{word} type={_attribute(f.code)} message={_attribute(lines[0])}>{text}</{word}></testcase>\n"


def _repaired(run: Run, f: Finding) -> bool:
    return f.applied and run.command == "clean"


def _attribute(text: str) -> str:
    return quoteattr(one_line(text, 1_200))
