"""Findings of later passes in terms of the file as it was read: what they build on, and what they do not."""

from __future__ import annotations

from pathlib import Path

from test_desk import REPLACE, plan, rule, work, workspace

from copydesk.edits import apply
from copydesk.model import Edit, Record

TRIM = """
    from dataclasses import dataclass
    from copydesk.validator import Contract, Edit, Hit, Span, Validator, fix

    @dataclass
    class Trim(Validator):
        '''Deletes the blank before a bracketed word, once the word is in upper case.'''
        contract = Contract.SPACE

        def check(self, article):
            at = article.text.find(" [YY]")
            if at >= 0:
                yield Hit(Span(at, at + 5), {"old": "YY"}, fix("glue", Edit(at, " ", "")))
"""
CIRCLE = """
    from dataclasses import dataclass
    from copydesk.validator import Contract, Edit, Hit, Span, Validator, fix

    @dataclass
    class Circle(Validator):
        '''Adds a tail, complains at its end by a fix outside its contract, and takes the tail away again.'''
        contract = Contract.NAME
        cases = ("grow", "shrink")

        def check(self, article):
            end = len(article.text) - 1
            if article.text.endswith("tail\\n"):
                yield Hit(Span(end - 4, end), {"old": "t"}, fix("wrong", Edit(end, "", "7")), case="grow")
                yield Hit(Span(end - 4, end), {"old": "t"}, fix("cut", Edit(end - 4, "tail", "")), case="shrink")
            else:
                yield Hit(Span(end, end), {"old": ""}, fix("grow", Edit(end, "", "tail")), case="grow")
"""


def accepted(done: Record) -> str:
    """The file after every applied finding, as a reader of the JSON applies it: each instead of what it depends on."""
    assert done.original is not None
    applied = [f for f in done.findings if f.applied]
    replaced = {name for f in applied for name in f.depends_on}
    return apply(done.original, [e for f in applied if f.fingerprint not in replaced for e in f.fixes[0].edits])


def test_a_finding_depends_only_on_the_repairs_that_its_own_edits_contain(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word", "{old: xx, new: YY}") + rule("XYZ102", "trim")
    done = work(plan(workspace(tmp_path / "w", rules, replace_word=REPLACE, trim=TRIM), "XYZ"), "an [xx] here\n")
    assert done.text == "an[YY] here\n"
    glue = next(f for f in done.findings if f.code == "XYZ102")
    assert glue.fixes[0].edits == (Edit(2, " ", ""),)
    assert glue.depends_on == (), "its span covers the repaired word, its edit does not"
    assert accepted(done) == done.text


def test_what_was_said_of_a_text_that_was_rolled_back_has_no_place_in_the_file(tmp_path: Path) -> None:
    rules = rule("XYZ101", "circle", more="case: grow") + rule("XYZ102", "circle", more="case: shrink")
    done = work(plan(workspace(tmp_path / "w", rules, circle=CIRCLE), "XYZ"), "a\n")
    assert done.text == "a\n"
    codes = {f.code for f in done.findings}
    assert {"RUN102", "RUN103"} <= codes
    assert all(f.span.end <= 2 and f.location.line == 1 for f in done.findings)
