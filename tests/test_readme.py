"""What the README shows works as it stands there."""

from __future__ import annotations

import json
import re
import shutil
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
    Path("news/a.md").write_text("---\ntitle: A title\n---\n\nIt rained all day.\n")
    assert main(["check", "news", "-q"]) == 0


def test_the_job_of_the_readme_is_the_one_that_is_tested() -> None:
    steps = yaml.safe_load(block("actions/checkout", "yaml"))["jobs"]["check"]["steps"]
    run = next(s["run"] for s in steps if "copydesk check" in s.get("run", ""))
    assert run == "copydesk check drop/ --format github --format markdown=summary.md"


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
