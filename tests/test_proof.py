"""`rules --prove`: the examples of a workspace are held against what its rules do."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.cli import main

HEAD = """\
XYZ101:
  name: house-word
  uses: doubled_word
  case: {case}
  severity: warning
  safety: {safety}
  message: "{{word!r}} stands twice"
  ask: "Is the second one meant?"
  why: somebody wrote it twice
  with: {{{key}: [would]}}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("desk/rules").mkdir(parents=True)


def prove(examples: str, safety: str = "safe", *words: str) -> int:
    case, key = ("certain", "always_wrong") if safety == "safe" else ("likely", "hardly_right")
    text = HEAD.format(case=case, safety=safety, key=key) + (f"  examples:\n{examples}" if examples else "")
    Path("desk/rules/mine.yaml").write_text(text)
    return main(["rules", "--prove", "--workspace", "desk", *words])


def test_examples_that_hold(capsys: pytest.CaptureFixture[str]) -> None:
    good = '    - {bad: "They would would come.\\n", good: "They would come.\\n"}\n'
    assert prove(good + '    - {ok: "He said that that was all.\\n"}\n') == 0
    assert capsys.readouterr().out == "2 examples of 1 rule: all hold. Its lists and schemas, too.\n"


@pytest.mark.parametrize(
    ("safety", "example", "said"),
    [
        ("safe", 'bad: "They would come.\\n", good: "They came.\\n"', "nothing was found"),
        (
            "safe",
            'bad: "One.\\n\\nThey would would come.\\n", good: "One.\\n\\nThey would, would come.\\n"',
            "clean makes something else of it: article.md, line 3\n"
            "    expected  'They would, would come.\\n'\n    got       'They would come.\\n'",
        ),
        ("safe", 'ok: "They would would come.\\n"', "it is to be left alone, and the rule says: 'would' stands twice"),
        ("safe", 'bad: "They would would come.\\n", flag: true', "it is only to be reported, and a fix is offered"),
        ("safe", 'bad: "They would would come.\\n", proposed: "They would come.\\n"', "a fix below safe is made by"),
        ("suggest", 'bad: "They would would come.\\n", good: "They would come.\\n"', "no safe fix for: 'would' stands"),
        (
            "suggest",
            'bad: "They would would come.\\n", proposed: "They came.\\n"',
            "its first fix makes something else",
        ),
        ("safe", 'ok: "Rain.\\n", config: {langauge: fr}', "unknown key 'langauge'; did you mean 'language'?"),
    ],
)
def test_an_example_that_does_not_hold(
    safety: str, example: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prove(f"    - {{{example}}}\n", safety) == 1
    out = capsys.readouterr().out
    assert f"desk/rules/mine.yaml:12: XYZ101 house-word: {said}" in out.replace("an example's config: ", "")
    assert out.endswith("1 failure; 1 example of 1 rule run.\n")


def test_a_rule_without_examples_is_not_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove("") == 1
    assert "desk/rules/mine.yaml:1: XYZ101 house-word: has no examples" in capsys.readouterr().out


def test_what_cannot_be_opened_is_no_failure_but_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove('    - {bad: "x", good: "y", gud: "z"}\n') == 2
    assert "desk/rules/mine.yaml:12: unknown key 'gud' in an example" in capsys.readouterr().err
    good = '    - {bad: "They would would come.\\n", good: "They would come.\\n"}\n'
    Path("desk/rules/names").mkdir()
    names = Path("desk/rules/names/ours.yaml")
    names.write_text("names: [{name: Ann Low, variants: [Ann Lowe], examples: [{bad: by Ann Lowe, good: by Ann}]}]\n")
    assert prove(good) == 2
    assert "the example 'by Ann Lowe' becomes 'by Ann Low', not 'by Ann'" in capsys.readouterr().err
    names.unlink()
    Path("desk/rules/boilerplate").mkdir()
    Path("desk/rules/boilerplate/ours.yaml").write_text(
        "language: en\ngroups: [{kind: sharing, where: nowhere, phrases: send it on}]\n"
    )
    assert prove(good) == 2
    assert "the place 'nowhere' is none of" in capsys.readouterr().err


def test_whose_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--prove"]) == 2
    assert "--workspace DIR" in capsys.readouterr().err
    assert main(["rules", "--prove", "doubled-word"]) == 0
    assert "examples of 1 rule: all hold." in capsys.readouterr().out
    assert main(["rules", "doubled-wrod"]) == 2
    assert main(["rules", "doubled-word", "ENC1"]) == 0
    assert {line.split()[0][:4] for line in capsys.readouterr().out.splitlines()} == {"TXT1", "ENC1"}


def test_the_lists_of_a_workspace_are_held_against_examples_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    Path("desk/rules/boilerplate").mkdir()
    pack = Path("desk/rules/boilerplate/ours.yaml")
    pack.write_text(
        "language: en\ngroups:\n  - {kind: sharing, where: anywhere, phrases: send it to a friend of yours}\n"
    )
    assert main(["rules", "--prove", "sharing-label", "--workspace", "desk"]) == 0
    pack.write_text(
        "language: en\ngroups: [{kind: sharing, where: anywhere, phrases: all of them lost readers last year}]\n"
    )
    assert main(["rules", "--prove", "sharing-label", "--workspace", "desk"]) == 1
    assert "BOI103 sharing-label: it is to be left alone, and the rule says" in capsys.readouterr().out
