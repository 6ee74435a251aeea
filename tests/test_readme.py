"""What the README shows works as it stands there."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from copydesk.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.S)


def block(word: str, language: str = "") -> str:
    return next(str(text) for name, text in BLOCKS if word in text and (not language or name == language))


def test_the_rule_of_the_readme_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("desk/rules").mkdir(parents=True)
    Path("desk/rules/mine.yaml").write_text(block("XYZ101"))
    rule = yaml.safe_load(block("XYZ101"))["XYZ101"]
    Path("a.md").write_text(rule["examples"][0]["bad"])
    Path("b.md").write_text(rule["examples"][1]["ok"])
    words = ["--workspace", "desk", "--select", "XYZ101", "--format", "json=f.json"]
    assert main(["check", "a.md", "b.md", *words]) == 0
    found = json.loads(Path("f.json").read_text())["findings"]
    assert [f["article"] for f in found] == ["a.md"]
    assert found[0]["fixes"][0]["safety"] == "suggest"
    assert main(["explain", "XYZ101", "--workspace", "desk"]) == 0


def test_the_configuration_of_the_readme_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text(block("[severity]", "toml"))
    Path("news").mkdir()
    Path("desk/rules").mkdir(parents=True)
    Path("news/a.md").write_text("---\ntitle: A title\n---\n\nIt rained all day.\n")
    assert main(["check", "news", "-q"]) == 0


ARTICLE = "---\ntitle: {title}\n---\n\n{text}\n"


def git(*words: str) -> None:
    who = ["-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


def run_job(summary: Path) -> int:
    """The steps of the README's job that check, as a runner has them, in a shell; what fails is remembered."""
    command = Path("../bin/copydesk")
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m copydesk "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent.resolve()}{os.pathsep}{os.environ['PATH']}"
    known = {**os.environ, "PATH": path, "BASE": "main", "GITHUB_STEP_SUMMARY": str(summary)}
    steps = yaml.safe_load(block("actions/checkout", "yaml"))["jobs"]["check"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0}
    runs = [s for s in steps if "run" in s and "pip install" not in s["run"]]
    assert runs[0]["env"] == {"BASE": "${{ github.base_ref }}"}
    assert runs[1]["if"] == "always()"
    codes = [subprocess.run(["sh", "-c", s["run"]], env=known, capture_output=True).returncode for s in runs]
    return next((c for c in codes if c), 0)


def test_the_job_of_the_readme_is_red_then_green(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(tmp_path / "server.git")], check=True)
    site = tmp_path / "site"
    subprocess.run(["git", "clone", "-q", str(tmp_path / "server.git"), str(site)], check=True, capture_output=True)
    monkeypatch.chdir(site)
    git("checkout", "-q", "-b", "main")
    Path("news").mkdir()
    Path("news/old.md").write_text(ARTICLE.format(title="[broken", text="An old article that nobody can publish."))
    git("add", "-A")
    git("commit", "-q", "-m", "old dirt")
    git("push", "-q", "origin", "main")
    git("checkout", "-q", "-b", "drop")
    new = Path("news/new.md")
    new.write_text(ARTICLE.format(title="The bakery: moves", text="The bakery moves into the the customs house."))
    git("add", "-A")
    git("commit", "-q", "-m", "a drop")
    assert run_job(tmp_path / "red.md") == 1
    red = (tmp_path / "red.md").read_text("utf-8")
    assert "1 of 1 article is blocked" in red
    assert "news/new.md" in red
    assert "old.md" not in red
    mend = re.search(r"`(copydesk clean news/ --since origin/main --in-place)`", README)
    assert mend
    assert f"```sh\n{mend[1]}\n```" in red, "the summary says the same"
    assert main([*mend[1].split()[1:], "-q"]) == 1, "a person has to mend the title"
    assert "into the customs" in new.read_text()
    new.write_text(new.read_text().replace("The bakery: moves", '"The bakery: moves"'))
    git("commit", "-q", "-a", "-m", "mended")
    assert run_job(tmp_path / "green.md") == 0
    assert "nothing is blocked in 1 article" in (tmp_path / "green.md").read_text("utf-8")
    old = Path("news/old.md")
    old.write_text(old.read_text() + "\nAnd yet a paragraph was added to it.\n")
    git("commit", "-q", "-a", "-m", "old dirt in an article that is edited")
    assert run_job(tmp_path / "edited.md") == 0


def test_the_cleanup_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "seeds" / "articles", "news")
    lines = [
        x.strip().partition("#")[0].split() for x in README.split("## A cleanup run")[1].split("## ")[0].split("\n")
    ]
    walk = [line[1:] for line in lines if line[:1] == ["copydesk"]]
    assert [w[0] for w in walk] == ["init", "clean", "undo", "learn", "learn", "learn", "review", "clean", "baseline"]
    monkeypatch.setattr("sys.stdin", io.StringIO("a\nk\nq\n"))
    for words in walk:
        if "--from" in words:
            Path("pairs.txt").write_text(Path("pairs.txt").read_text("utf-8").replace("? Hath", "+ Hath"), "utf-8")
        assert main(words) in (0, 1), words
    name = "2024-03-15-rope-walk-brothers-build-a-boat-for-two.md"
    assert "Hathersgae" in Path("news", name).read_text("utf-8")
    assert "Hathersgae" not in Path("cleaned2/corpus", name).read_text("utf-8")
    assert '"decided": true' in Path("cleaned2/report/journal.jsonl").read_text("utf-8")
    assert main(["check", *re.findall(r"check (news/ --baseline \S+json)", README)[0].split(), "-q"]) == 0


def test_a_suppression_of_the_readme_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text("suppressions = true\n")
    comment, key = (re.search(f"`({p}.*?)`", README) for p in ("<!-- copydesk: allow", "copydesk-allow: "))
    assert comment
    assert key
    Path("a.md").write_text(f"{comment[1]}\n\nIt rained in the the valley.\n")
    Path("b.md").write_text(f"---\n{key[1]}\n---\n\nIt snowed on the the hill.\n")
    assert main(["check", "a.md", "b.md", "-q", "--fail-level", "info"]) == 0


def commands() -> list[str]:
    """Every command that the README shows, in a block or in a sentence."""
    shown = re.findall(r"`(copydesk [^`]+)`|^    (copydesk .*?)(?:  #.*)?$|run: (copydesk .*)$", README, re.M)
    return [next(filter(None, s)) for s in shown]


@pytest.mark.parametrize("command", commands())
def test_the_flags_of_the_readme_exist(command: str) -> None:
    words = command.split()[1:]
    depth = 2 if words[0] in ("learn", "schema") else 1
    run = [sys.executable, "-m", "copydesk", *words[:depth], "--help"]
    known = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert {w for w in words if w.startswith("--")} <= set(re.findall(r"--[a-z][\w-]*", known))


def test_the_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("condition", re.findall(r"'((?:rate|count)\([^']+)'", README))
def test_the_conditions_of_the_readme_are_read(condition: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("It rained all day.\n")
    assert main(["check", "a.md", "-q", "--fail-on", condition]) == 0


def test_the_before_and_after_of_the_readme_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def joined(text: str) -> str:
        return " ".join(text.split())

    name = "canal-museum-counts-its-ducks.txt"
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "seeds" / "articles" / name, name)
    assert main(["clean", name, "--out", "o", "-q"]) == 0
    after = joined((tmp_path / "o" / "corpus" / name).read_text("utf-8"))
    for shown, real in ((block("( she counted"), Path(name).read_text("utf-8")), (block("(she counted"), after)):
        for piece in joined(shown).split(" […] "):
            assert piece in joined(real)


def test_every_family_of_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    families = {line.split()[0].rstrip("0123456789") for line in capsys.readouterr().out.splitlines()}
    assert set(re.findall(r"^\| `([A-Z]{2,3})` \|", README, re.M)) == families
