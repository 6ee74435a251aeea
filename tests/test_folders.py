"""A rule, validator, report or configuration that is wrong is said with its file and line, before anything runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from test_desk import REPLACE, plan, rule, work, workspace

from copydesk.config import ConfigError, find_config, read_config
from copydesk.desk import open_desk, receive
from copydesk.folders import FolderError, bundled, open_report, read_rules
from copydesk.model import Source
from copydesk.record import record

GOOD = dedent(rule("XYZ101", "replace_word"))


def example(text: str) -> str:
    return GOOD.rstrip() + f"\n  examples:\n    - {text}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a list\n", "mine.yaml:1: a rule file is a mapping"),
        ("XYZ101: text\n", "mine.yaml:1: the rule XYZ101 is not a mapping"),
        (GOOD + GOOD.replace("XYZ101", "XYZ102"), "the name 'mine-xyz101' belongs to XYZ101"),
        (GOOD.replace("why: because", "why: 7"), "XYZ101 needs a text for 'why'"),
        (GOOD.replace("mine-xyz101", "Mine XYZ"), "is not kebab-case"),
        (GOOD.replace("uses: replace_word", "ask: really?"), "names no validator in 'uses'"),
        (GOOD.replace("with: {}", "with: 2024-02-30"), "mine.yaml:9: day is out of range"),
        (example("text"), "mine.yaml:11: an example is a mapping"),
        (example("{bad: x, god: y}"), "unknown key 'god' in an example; did you mean 'good'?"),
        (example("{bad: x, bytes: y, flag: true}"), "exactly one of bad, ok, bytes and files"),
        (example("{bad: x}"), "exactly one of good, proposed, flag and ok"),
        (example("{bad: 7, flag: true}"), "the content of article.md is not a text"),
        (example('{bytes: "\\u20ac", flag: true}'), "stands for one byte"),
    ],
)
def test_a_wrong_rule_file_is_said_with_its_line(text: str, says: str, tmp_path: Path) -> None:
    made = workspace(tmp_path, text)
    with pytest.raises(FolderError) as e:
        read_rules((str(made),), examples=True)
    assert says in str(e.value)


def test_our_rules_without_examples_are_the_same_but_for_these() -> None:
    ours = (str(bundled()),)
    whole = read_rules(ours, examples=True)
    assert read_rules(ours) == {code: replace(rule, examples=()) for code, rule in whole.items()}


def test_a_code_stands_in_one_file_of_a_folder(tmp_path: Path) -> None:
    made = workspace(tmp_path, GOOD)
    (made / "rules" / "other.yaml").write_text(GOOD)
    with pytest.raises(FolderError, match=r"XYZ101 stands in .*mine\.yaml:2, too"):
        read_rules((str(made),))
    (made / "rules" / "other.yaml").write_bytes(b"\xff")
    with pytest.raises(FolderError, match=r"other.yaml: .*utf-8"):
        read_rules((str(made),))
    (made / "rules" / "other.yaml").write_text("# nothing yet\n")
    assert set(read_rules((str(made),))) == {"XYZ101"}


SETTINGS = """
    from collections.abc import Mapping
    from dataclasses import dataclass, field
    from copydesk.validator import SettingError, Validator

    @dataclass
    class Settings(Validator):
        words: tuple[str, ...] = ()
        table: Mapping[str, int] = field(default_factory=dict)
        ratio: float = 0.5
        most: int = 3
        either: int | str = 1

        def prepare(self, setup):
            if self.most > 9:
                raise SettingError("words.txt:3: too many")
            assert isinstance(self.ratio, float) and isinstance(self.words, tuple)

        def check(self, article):
            return iter(())
"""


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("{words: [a, b], table: {a: 1}, ratio: 1, most: 2, either: x}", None),
        ("{words: a}", "the setting 'words' is a list"),
        ("{words: [1]}", "the setting 'words' is a str, not 1"),
        ("{table: [1]}", "the setting 'table' is a mapping"),
        ("{most: true}", "the setting 'most' is a int, not True"),
        ("{ratio: x}", "the setting 'ratio' is a float, not 'x'"),
        ("{most: 10}", "words.txt:3: too many"),
    ],
)
def test_a_setting_has_the_type_of_its_field(settings: str, says: str | None, tmp_path: Path) -> None:
    made = plan(workspace(tmp_path, rule("XYZ101", "settings", settings), settings=SETTINGS), "XYZ")
    if says is None:
        assert len(open_desk(made).articles) == 1
        return
    with pytest.raises(FolderError) as e:
        open_desk(made)
    assert says in str(e.value)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("x = 1\n", "exactly one public class, this one 0"),
        ("import no_such_module\n", r"odd.py:1: cannot be opened: ModuleNotFoundError"),
        ("\n\nx = undefined\n", r"odd.py:3: cannot be opened: NameError"),
    ],
)
def test_a_validator_that_cannot_be_opened_is_said_with_its_line(code: str, says: str, tmp_path: Path) -> None:
    made = plan(workspace(tmp_path, rule("XYZ101", "odd"), odd=code), "XYZ")
    with pytest.raises(FolderError, match=says):
        open_desk(made)


def test_every_case_of_a_validator_that_rules_share_has_to_exist(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word") + rule("XYZ102", "replace_word", more="case: nope")
    made = plan(workspace(tmp_path, rules, replace_word=REPLACE), "XYZ")
    with pytest.raises(FolderError, match="replace_word has no case 'nope'"):
        open_desk(made)


def test_a_report_without_render_and_a_format_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "to_mine.py").write_text("def rendr(run, out): pass\n")
    folders = (str(bundled()), str(tmp_path))
    with pytest.raises(FolderError, match=r"to_mine.py: a report's file holds a function `render\(run, out\)`"):
        open_report(folders, "mine")
    with pytest.raises(FolderError, match="there is no format 'jsn'; did you mean 'json"):
        open_report(folders, "jsn")


# -------------------------------------------------------------------------------------------------------- configuration


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('severity = {FM = ["x"]}', r"copydesk.toml:1|copydesk.toml: the severity of 'FM' is a text"),
        ('per-file-ignores = {"a*" = [1]}', "what is ignored in 'a\\*' is a list of texts"),
        ('per-file-ignores = {"a*" = {b = 1}}', "what is ignored in 'a\\*' is a list of texts"),
        ("[limits]\npasses = true", ":2: 'passes' is a whole number above 0"),
        ("[limits]\npases = 3", ":2: unknown limit 'pases'; did you mean 'passes'"),
        ("select = [1]", ":1: 'select' is a list of texts"),
        ('front-matter = "maybe"', ":1: 'front-matter' is"),
        ("select = [", "not TOML"),
        ('extend = "copydesk.toml"', "extends itself"),
    ],
)
def test_a_wrong_configuration_is_said(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "copydesk.toml"
    file.write_text(text + "\n")
    with pytest.raises(ConfigError, match=says):
        read_config(file.resolve())


def test_paths_of_a_configuration_that_is_extended_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "copydesk.toml").write_text('workspace = "house"\ncorpus = ["news"]\nselect = ["FM"]\n')
    (tmp_path / "copydesk.toml").write_text('extend = "base/copydesk.toml"\nselect = ["LAY"]\n')
    values = read_config(tmp_path / "copydesk.toml").values
    assert values["workspace"] == str(tmp_path / "base" / "house")
    assert values["corpus"] == [str(tmp_path / "base" / "news")]
    assert values["select"] == ["LAY"]


def test_what_is_checked_does_not_configure_its_check(tmp_path: Path) -> None:
    sub = tmp_path / "drop" / "sub"
    sub.mkdir(parents=True)
    (sub / "copydesk.toml").write_text("")
    (tmp_path / "drop" / "copydesk.toml").write_text("")
    assert find_config(sub, [tmp_path / "drop"]) is None, "started inside of what is checked"
    assert find_config(sub, [sub]) == sub / "copydesk.toml", "`check .`"
    assert find_config(sub, [sub / "a.md"]) == sub / "copydesk.toml"
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    assert find_config(tmp_path, [sub]) is None
    (tmp_path / "pyproject.toml").write_text("[tool]\ncopydesk = 3\n")
    with pytest.raises(ConfigError, match=r"'tool.copydesk' is a table, not 3"):
        read_config(find_config(tmp_path, [sub]) or tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.copydesk]\nselect = ["FM"]\n')
    assert read_config(find_config(tmp_path, [sub]) or tmp_path).values == {"select": ["FM"]}


# ------------------------------------------------------------------------------------------------------------- the desk


@pytest.mark.parametrize(("data", "size", "reason"), [(b"caf\xe9\n", 5, "not UTF-8"), (b"", 10**9, "larger")])
def test_bytes_that_are_not_read_are_said_whatever_is_selected(
    data: bytes, size: int, reason: str, tmp_path: Path
) -> None:
    made = plan(workspace(tmp_path, rule("XYZ101", "replace_word"), replace_word=REPLACE), "XYZ")
    desk = open_desk(made)
    done = record(desk, receive(desk, Source("a.md", "a.md", "a.md"), data, size))
    assert [f.code for f in done.findings] == ["RUN106"]
    assert reason in done.findings[0].message
    assert done.text is None


def test_an_edit_that_does_not_stand_where_it_says_is_dropped(tmp_path: Path) -> None:
    wrong = REPLACE.replace("edit = minimal(at, self.old, self.new)", 'edit = minimal(at, "zz", self.new)')
    done = work(plan(workspace(tmp_path, rule("XYZ101", "replace_word"), replace_word=wrong), "XYZ"), "x\n")
    assert done.text == "x\n"
    assert "its edits do not fit the text" in next(f.message for f in done.findings if f.code == "RUN102")
