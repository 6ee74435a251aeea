"""The desk with rules made to misbehave: what a run survives, and what it says."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from copydesk.config import Config, Flags, checked, make_plan
from copydesk.desk import open_desk, receive, settle, tidy
from copydesk.edits import original
from copydesk.folders import FolderError, bundled, read_rules
from copydesk.model import Plan, Record, Source
from copydesk.record import record

REPLACE = """
    from collections.abc import Iterator
    from dataclasses import dataclass
    from copydesk.validator import Article, Contract, Hit, Validator, fix, minimal

    @dataclass
    class ReplaceWord(Validator):
        contract = Contract.NAME
        old: str = "x"
        new: str = "y"

        def check(self, article: Article) -> Iterator[Hit]:
            at = article.text.find(self.old)
            while at >= 0:
                edit = minimal(at, self.old, self.new)
                yield Hit(article.passages[0].span(0, 0)._replace(start=at, end=at + len(self.old)),
                          {"old": self.old}, fix("replace", edit))
                at = article.text.find(self.old, at + 1)
"""
CRASH = """
    from dataclasses import dataclass
    from copydesk.validator import Validator

    @dataclass
    class Crash(Validator):
        def check(self, article):
            if "boom" in article.text:
                raise KeyError("no such thing")
            return iter(())
"""


def workspace(folder: Path, rules: str, **validators: str) -> Path:
    (folder / "rules").mkdir(parents=True)
    (folder / "validators").mkdir()
    (folder / "rules" / "mine.yaml").write_text(dedent(rules))
    for name, code in validators.items():
        (folder / "validators" / f"{name}.py").write_text(dedent(code))
    return folder


def rule(code: str, uses: str, settings: str = "{}", more: str = "") -> str:
    return f"""
    {code}:
      name: mine-{code.lower()}
      uses: {uses}
      severity: warning
      safety: safe
      message: "found {{old!r}}"
      why: because
      with: {settings}
      {more}
    """


def plan(folder: Path, codes: str, config: dict[str, object] | None = None) -> Plan:
    folders = (str(bundled()), str(folder))
    return make_plan(
        Config(checked(config or {}, "test")), Flags(select=(codes,)), read_rules(folders), folders, folder
    )


def work(plan: Plan, text: str) -> Record:
    desk = open_desk(plan)
    draft = receive(desk, Source("a.md", "a.md", "a.md"), text.encode(), len(text.encode()))
    tidy(desk, draft)
    settle(desk, draft, {})
    return record(desk, draft)


def test_a_fix_is_applied_and_told_in_lines_of_the_file(tmp_path: Path) -> None:
    done = work(
        plan(workspace(tmp_path / "w", rule("XYZ101", "replace_word"), replace_word=REPLACE), "XYZ"), "one\nx x\n"
    )
    assert done.text == "one\ny y\n"
    assert [(f.location, f.applied, f.message) for f in done.findings] == [
        ((2, 1), True, "found 'x'"),
        ((2, 3), True, "found 'x'"),
    ]
    assert len({f.fingerprint for f in done.findings}) == 2


def test_a_chain_of_fixes_ends_and_every_finding_speaks_of_the_file_as_read(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word", "{old: aa, new: bb}") + rule("XYZ102", "replace_word", "{old: bb, new: c}")
    done = work(plan(workspace(tmp_path / "w", rules, replace_word=REPLACE), "XYZ"), "an aa\n")
    assert (done.text, len(done.passes)) == ("an c\n", 2)
    first, second = done.findings
    assert second.depends_on == (first.fingerprint,)
    assert second.fixes[0].edits == ((3, "aa", "c"),), "cumulative: apply it instead of the one it depends on"
    assert original("an c\n", done.passes) == done.original


def test_a_circle_is_rolled_back_and_names_the_rules(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word", "{old: ping, new: pong}") + rule(
        "XYZ102", "replace_word", "{old: pong, new: ping}"
    )
    made = plan(workspace(tmp_path / "w", rules, replace_word=REPLACE), "XYZ")
    done = work(made, "a ping\n")
    assert (done.text, done.passes) == ("a ping\n", ())
    run = [f for f in done.findings if f.code == "RUN103"]
    assert len(run) == 1
    assert "XYZ101, XYZ102" in run[0].message
    assert not any(f.applied for f in done.findings)


def test_fixes_without_an_end_are_rolled_back(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word", "{old: x, new: xy}")
    done = work(plan(workspace(tmp_path / "w", rules, replace_word=REPLACE), "XYZ", {"limits": {"passes": 4}}), "x\n")
    assert done.text == "x\n"
    assert "did not end in 4 passes" in next(f.message for f in done.findings if f.code == "RUN103")


def test_a_validator_that_raises_becomes_a_finding_and_the_others_go_on(tmp_path: Path) -> None:
    rules = rule("XYZ101", "crash") + rule("XYZ102", "replace_word")
    made = plan(workspace(tmp_path / "w", rules, crash=CRASH, replace_word=REPLACE), "XYZ")
    done = work(made, "boom x\n")
    assert done.text == "boom y\n"
    crash = next(f for f in done.findings if f.code == "RUN101")
    assert "XYZ101" in crash.message
    assert "KeyError" in crash.message
    assert not [f for f in work(made, "calm x\n").findings if f.code == "RUN101"]


def test_a_fix_outside_its_contract_is_dropped_alone(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word", "{old: x, new: '7'}") + rule("XYZ102", "replace_word", "{old: z, new: y}")
    done = work(plan(workspace(tmp_path / "w", rules, replace_word=REPLACE), "XYZ"), "x z\n")
    assert done.text == "x y\n"
    dropped = next(f for f in done.findings if f.code == "RUN102")
    assert "XYZ101" in dropped.message
    assert [f.fixes for f in done.findings if f.code == "XYZ101"] == [()]


def test_a_case_keeps_to_its_own_contract(tmp_path: Path) -> None:
    made = REPLACE.replace("Contract.NAME", 'Contract.NAME\n        contracts = {"": Contract.WORDS}')
    rules = rule("XYZ101", "replace_word", "{old: x, new: y}") + rule("XYZ102", "replace_word", "{old: ab, new: b}")
    done = work(plan(workspace(tmp_path / "w", rules, replace_word=made), "XYZ"), "x ab\n")
    assert done.text == "x b\n"
    assert [f.evidence["code"] for f in done.findings if f.code == "RUN102"] == ["XYZ101"]


def test_a_fix_that_would_change_another_key_is_dropped(tmp_path: Path) -> None:
    damage = rule("XYZ101", "replace_word", "{old: 'Q', new: 'b: c'}")
    done = work(
        plan(
            workspace(
                tmp_path / "w",
                damage,
                replace_word=REPLACE.replace('fix("replace", edit)', 'fix("replace", edit), field="a"'),
            ),
            "XYZ",
        ),
        "---\na: Q\nd: e\n---\n",
    )
    assert done.text == "---\na: Q\nd: e\n---\n"
    assert any(f.code == "RUN102" for f in done.findings)


def test_findings_over_the_limit_are_counted(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word").replace("safety: safe", "safety: suggest")
    made = plan(workspace(tmp_path / "w", rules, replace_word=REPLACE), "XYZ", {"limits": {"findings-per-rule": 5}})
    done = work(made, "x " * 12 + "\n")
    assert len([f for f in done.findings if f.code == "XYZ101"]) == 5
    left = next(f for f in done.findings if f.code == "RUN105")
    assert left.evidence == {"code": "XYZ101", "left_out": 7, "total": 12}
    assert done.text == done.original


def test_a_rule_can_be_switched_off_for_some_articles(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w", rule("XYZ101", "replace_word"), replace_word=REPLACE)
    assert work(plan(made, "XYZ", {"per-file-ignores": {"b*": ["XYZ"]}}), "x\n").text == "y\n"
    assert work(plan(made, "XYZ", {"per-file-ignores": {"a*": ["XYZ"]}}), "x\n").text == "x\n"


def test_a_configuration_lowers_safety_and_never_raises_it(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w", rule("XYZ101", "replace_word"), replace_word=REPLACE)
    done = work(plan(made, "XYZ", {"safety": {"XYZ101": "suggest"}}), "x\n")
    assert (done.text, len(done.findings)) == ("x\n", 1)
    low = workspace(tmp_path / "v", rule("XYZ101", "replace_word").replace("safe\n", "unsafe\n"), replace_word=REPLACE)
    with pytest.raises(ValueError, match="can lower it, not raise it"):
        plan(low, "XYZ", {"safety": {"XYZ": "safe"}})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (rule("XYZ101", "no_such"), "there is no validators/no_such.py"),
        (rule("XYZ101", "replace_word", "{odl: x}"), "did you mean 'old'"),
        (rule("XYZ101", "replace_word", "{old: 7}"), "is a str, not 7"),
        (rule("XYZ101", "replace_word", "{}", "case: other"), "has no case 'other'"),
        (rule("XYZ101", "replace_word", "{}", "sevrity: info"), "did you mean 'severity'"),
        (rule("XYZ101", "replace_word").replace("warning", "fatal"), "severity is one of info, warning, error"),
        (rule("XYZ1", "replace_word"), "is no code"),
        ("XYZ101: [unclosed", "mine.yaml:2"),
        (rule("XYZ101", "broken"), "validators/broken.py:3"),
    ],
)
def test_a_broken_rule_is_a_clear_error_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    made = workspace(tmp_path / "w", text, replace_word=REPLACE, broken="\n\nclass Broken(:\n")
    with pytest.raises(FolderError) as e:
        open_desk(plan(made, "XYZ"))
    assert says in str(e.value)
    assert "mine.yaml:" in str(e.value) or "validators/" in str(e.value)


def test_a_rule_of_a_workspace_replaces_ours_by_its_code(tmp_path: Path) -> None:
    ours = read_rules((str(bundled()),))
    made = workspace(tmp_path / "w", rule("RUN103", "replace_word"), replace_word=REPLACE)
    both = read_rules((str(bundled()), str(made)))
    assert both.keys() == ours.keys()
    assert both["RUN103"].uses == "replace_word"
