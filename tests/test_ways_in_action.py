"""The steps of action.yml in their order, as GitHub's runner runs them: on a clone, with a base, a branch, a fork."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
OLD = (
    "---\ntitle: An old title\n---\n\nThe sun shone on the hill, and whoever had no work went up there with a basket.\n"
)
RAIN = "It rained all day, and in the evening the river stood higher than in any year before.\n"
GOOD = f"---\ntitle: A title\n---\n\n{RAIN}"
DIRTY = GOOD.replace("the river", "the the river")
BROKEN = "---\ntitle: [unclosed\n---\n\nText.\n"


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Runner:
    """As much of a runner as the steps need: expressions are looked up, never computed."""

    work: Path
    temp: Path
    github: dict[str, str]
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    summary: str = ""
    log: str = ""

    def value(self, expression: str) -> str:
        for part in expression.split("||"):
            kind, _, rest = part.strip().partition(".")
            if kind == "steps":
                step, _, name = rest.partition(".outputs.")
                found = self.outputs.get(step, {}).get(name, "")
            else:
                found = {"github": self.github, "inputs": self.inputs}[kind].get(rest, "")
            if found:
                return found
        return ""

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda m: self.value(m[1]), text)

    def wanted(self, step: dict[str, Any]) -> bool:
        """Conditions are comparisons joined by `&&`."""
        for part in str(step.get("if", "")).split("&&") if "if" in step else []:
            m = re.fullmatch(r"(\S+) (==|!=) '(\w*)'", part.strip())
            assert m, part
            if (self.value(m[1]) == m[3]) != (m[2] == "=="):
                return False
        return True

    def run(self, step: dict[str, Any]) -> int:
        name = str(step.get("id") or step.get("name") or step["uses"])
        if not self.wanted(step):
            return 0
        self.ran.append(name)
        if "run" not in step or name in ("install", "suggest"):  # actions of others, the network
            return 0
        out, summary = self.temp / "output", self.temp / "summary"
        out.write_text("")
        summary.write_text("")
        values = {k: self.filled(str(v)) for k, v in step.get("env", {}).items()}
        fixed = {"RUNNER_TEMP": str(self.temp), "GITHUB_OUTPUT": str(out), "GITHUB_STEP_SUMMARY": str(summary)}
        script = self.temp / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.work,
            env={**os.environ, "CI": "true", **fixed, **values},
            capture_output=True,
            text=True,
            check=False,
        )
        self.log += done.stdout + done.stderr
        self.summary += summary.read_text("utf-8")
        pairs = (line.partition("=") for line in out.read_text("utf-8").splitlines())
        self.outputs.setdefault(name, {}).update({k: v for k, _, v in pairs})
        return done.returncode

    def run_all(self) -> int:
        for step in STEPS:
            if code := self.run(step):
                return code
        return 0


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A bare repository with old dirt on `main`, and a clone to work in."""
    bare, work = tmp_path / "origin.git", tmp_path / "author"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(tmp_path, "clone", "--quiet", str(bare), str(work))
    git(work, "checkout", "--quiet", "-b", "main")
    for name, text in (("old", OLD), ("dirt", BROKEN)):
        (work / f"{name}.md").write_text(text)
    git(work, "add", "-A")
    git(work, "commit", "--quiet", "-m", "base")
    git(work, "push", "--quiet", "origin", "main")
    return bare


def runner(origin: Path, changes: dict[str, str], fork: bool = False, event: str = "pull_request",
           **inputs: str) -> Runner:  # fmt: skip
    """A shallow clone of the branch `drop`, which has the changes, as checkout leaves it."""
    tmp = origin.parent
    author, work, temp = tmp / "author", tmp / "work", tmp / "temp"
    git(author, "checkout", "--quiet", "-b", "drop")
    for name, text in changes.items():
        (author / name).write_text(text)
    git(author, "add", "-A")
    git(author, "commit", "--quiet", "-m", "drop")
    git(author, "push", "--quiet", "origin", "drop")
    git(tmp, "clone", "--quiet", "--depth=1", "--branch=drop", f"file://{origin}", str(work))
    program = temp / "copydesk" / "bin" / "copydesk"
    program.parent.mkdir(parents=True)
    path = os.pathsep.join(sys.path)
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{path}" exec "{sys.executable}" -m copydesk "$@"\n')
    program.chmod(0o755)
    github = {
        "event_name": event, "repository": "team/news", "action_path": str(ROOT), "token": "t",
        "event.pull_request.head.repo.full_name": "somebody/news" if fork else "team/news",
        "base_ref": "main", "head_ref": "drop",
    }  # fmt: skip
    if event == "push":
        github = {"event_name": "push", "repository": "team/news", "event.before": "0" * 40}
    defaults = {name: str(given.get("default", "")) for name, given in ACTION["inputs"].items()}
    return Runner(work, temp, github, {**defaults, **inputs})


def test_no_expression_stands_in_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        assert step.get("shell", "bash") == "bash"
        assert ("run" in step) == ("shell" in step)


def test_every_input_is_used_and_every_output_exists() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    ids = {s["id"] for s in STEPS if "id" in s}
    assert set(re.findall(r"steps\.(\w+)\.outputs", text)) <= ids


def test_it_does_not_run_where_a_drop_could_configure_it(origin: Path) -> None:
    run = runner(origin, {"new.md": GOOD}, event="pull_request_target")
    assert run.run_all() == 2
    assert "pull_request_target" in run.log
    assert "check" not in run.ran


def test_the_first_push_of_a_branch_checks_everything(origin: Path) -> None:
    run = runner(origin, {"new.md": GOOD}, event="push")
    assert run.run_all() == 1
    assert "dirt.md" in run.summary
    assert run.outputs["verdict"] == {"code": "1"}
    report = Path(run.outputs["base"]["report"])
    assert {p.name for p in report.iterdir()} == {
        "summary.md", "report.html", "findings.json", "findings.sarif", "findings.rdjson"
    }  # fmt: skip
    assert [f["path"] for f in json.loads((report / "findings.json").read_text())["findings"]] == ["dirt.md"]


def test_names_of_branches_and_paths_are_only_words(origin: Path) -> None:
    run = runner(origin, {"new.md": GOOD}, event="push", path='$(touch "$RUNNER_TEMP/owned"); `id`')
    assert run.run_all() == 2
    assert not (run.temp / "owned").exists()
    assert "there is no such file or folder" in run.log


def test_old_dirt_is_green_and_new_dirt_is_red(origin: Path) -> None:
    run = runner(origin, {"new.md": GOOD, "dirt.md": BROKEN + "\nMore.\n"})
    assert run.run_all() == 0, run.log
    assert run.outputs["verdict"] == {"code": "0"}


def test_a_new_article_that_cannot_be_published_is_red(origin: Path) -> None:
    run = runner(origin, {"new.md": BROKEN, "other.md": DIRTY})
    assert run.run_all() == 1
    assert "::error file=new.md,line=2" in run.log
    assert "1 of 2 articles is blocked" in run.summary
    assert {"suggest", "commit", "fork", "Upload to code scanning"}.isdisjoint(run.ran)


def test_repairs_are_committed_to_the_branch(origin: Path) -> None:
    run = runner(origin, {"new.md": DIRTY, "old.md": OLD.replace("sun", "moon")}, fix="commit")
    assert run.run_all() == 0, run.log
    assert "commit" in run.ran
    assert git(origin, "show", "drop:new.md") == GOOD.strip()
    assert git(origin, "show", "--name-only", "--format=%s", "drop") == "Safe repairs (copydesk clean)\n\nnew.md"
    assert "committed" in run.summary


@pytest.mark.parametrize("fix", ["commit", "suggest"])
def test_a_fork_is_only_read(origin: Path, fix: str) -> None:
    run = runner(origin, {"new.md": DIRTY}, fork=True, fix=fix, sarif="true")
    before = git(origin, "rev-parse", "drop")
    assert run.run_all() == 0, run.log
    assert git(origin, "rev-parse", "drop") == before
    assert {"suggest", "commit", "Set up reviewdog", "Upload to code scanning"}.isdisjoint(run.ran)
    assert "comes from a fork" in run.summary


def test_suggestions_and_code_scanning_where_they_are_wanted(origin: Path) -> None:
    run = runner(origin, {"new.md": DIRTY}, fix="suggest", sarif="true")
    assert run.run_all() == 0, run.log
    assert {"suggest", "Set up reviewdog", "Upload to code scanning"} <= set(run.ran)
    (found,) = json.loads((run.temp / "copydesk-report" / "findings.rdjson").read_text())["diagnostics"]
    assert found["suggestions"]


def test_a_change_without_articles_is_green(origin: Path) -> None:
    run = runner(origin, {"notes.csv": "a,b\n"}, fix="commit")
    assert run.run_all() == 0, run.log
