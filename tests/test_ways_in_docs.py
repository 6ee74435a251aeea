"""What docs/ shows is YAML, JSON and commands that exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted((ROOT / "docs" / "ci").glob("*.md")), ROOT / "docs" / "findings.md"]
LATER = {"--since"}  # may be missing in a copydesk that has not got it yet


def blocks(language: str) -> list[str]:
    return [b for page in PAGES for b in re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.S)]


def help_of(command: str) -> str:
    words = [sys.executable, "-m", "copydesk", *command.split(), "--help"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_yaml_of_the_docs() -> None:
    found = [yaml.safe_load(b) for b in blocks("yaml")]
    assert len(found) >= 3
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    steps = next(b["jobs"]["check"]["steps"] for b in found if "jobs" in b)
    assert set(steps[1]["with"]) <= set(action["inputs"])
    named = set(re.findall(r"^\| `([\w-]+)` \|", (ROOT / "docs/ci/github.md").read_text("utf-8"), re.M))
    assert named <= set(action["inputs"])
    ids = {h["id"] for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {h["id"] for b in found if "repos" in b for h in b["repos"][0]["hooks"]} == ids


def test_json_of_the_docs() -> None:
    schema = json.loads((ROOT / "rules" / "contract" / "findings.json").read_text("utf-8"))
    found = [json.loads(block) for block in blocks("json")]
    assert found
    for block in found:
        assert list(jsonschema.Draft7Validator(schema).iter_errors(block)) == []


def test_every_format_is_in_the_docs() -> None:
    text = (ROOT / "docs" / "findings.md").read_text("utf-8")
    for path in (ROOT / "reports").glob("to_*.py"):
        assert f"`{path.stem.removeprefix('to_')}`" in text


@pytest.mark.parametrize("command", ["check", "clean", "init", "json-schema", "completion", "undo"])
def test_flags_of_the_docs_exist(command: str) -> None:
    text = "\n".join([*blocks("sh"), (ROOT / "docs/ci/gitlab.yml").read_text("utf-8")]).replace("\\\n", " ")
    text = re.sub(r'"\n\s+--', '" --', text)
    known = help_of(command)
    for line in re.findall(rf"copydesk {command}\b([^#|<>\n]*)", text):
        flags = set(re.findall(r"(?<!\S)--?[a-z][\w-]*", line))
        assert {f for f in flags if f not in known} <= LATER, line
