"""Where a CI job gets copydesk from: the repository, for no package of the name is published."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from copydesk import requirement as module
from copydesk import starter
from copydesk.requirement import PLACE, own_requirement, public_address, requirement

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [*ROOT.glob("*.md"), *ROOT.glob("*.y*ml"), ROOT / ".pre-commit-hooks.yaml", *ROOT.glob("docs/**/*.*")]
CODE = [*ROOT.glob("src/copydesk/*.py"), *ROOT.glob("reports/*.py"), *ROOT.glob("validators/*.py")]


def remember(monkeypatch: pytest.MonkeyPatch, memory: dict[str, Any] | None) -> None:
    said = None if memory is None else json.dumps(memory)
    monkeypatch.setattr(module, "distribution", lambda name: SimpleNamespace(read_text=lambda file: said))


def test_one_requirement_everywhere() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs/ci" / name for name in ("github.md", "gitlab.yml"))):
        assert f'pip install "{requirement()}"' in path.read_text("utf-8").replace("--quiet ", ""), path.name
    for name in ("gitlab.md", "pre-commit.md"):
        assert PLACE in (ROOT / "docs/ci" / name).read_text("utf-8"), name


@pytest.mark.parametrize("path", [pytest.param(p, id=p.name) for p in (*TEXTS, *CODE)])
def test_nothing_asks_an_index_for_copydesk(path: Path) -> None:
    """But to say that one must not."""
    text = path.read_text("utf-8")
    asked = re.findall(r"(.{0,30})pip3? install\s+(?:-\S+\s+)*['\"]?copydesk(?! @)", text)
    assert all("Do not write" in before or path.name == "requirement.py" for before in asked), path
    others = set(re.findall(r"https?://[\w.]+/OWNER/copydesk", text)) - {PLACE}
    assert not others, path


def test_the_commit_that_it_was_installed_from(monkeypatch: pytest.MonkeyPatch) -> None:
    git = {"vcs": "git", "commit_id": "4d8f0c1"}
    remember(monkeypatch, {"url": "https://forge.example/desk/copydesk.git", "vcs_info": git})
    assert own_requirement() == "copydesk @ git+https://forge.example/desk/copydesk.git@4d8f0c1"
    remember(monkeypatch, {"url": "ssh://git@forge.example/copydesk", "vcs_info": {**git, "requested_revision": "v2"}})
    assert own_requirement() == "copydesk @ git+https://forge.example/copydesk@v2"
    remember(monkeypatch, {"url": "https://forge.example/copydesk", "vcs_info": {"requested_revision": 'x"; rm'}})
    assert own_requirement() == "copydesk @ git+https://forge.example/copydesk"


def test_the_origin_of_the_clone_that_it_was_installed_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clone = tmp_path / "a clone"
    for words in (
        ["init", "-q", str(clone)],
        ["-C", str(clone), "remote", "add", "origin", "git@forge.example:d/c.git"],
    ):
        subprocess.run(["git", *words], check=True)
    remember(monkeypatch, {"url": clone.as_uri(), "dir_info": {"editable": True}})
    assert own_requirement() == "copydesk @ git+https://forge.example/d/c.git"
    (clone / "unpacked").mkdir()
    remember(monkeypatch, {"url": (clone / "unpacked").as_uri(), "dir_info": {}})
    assert own_requirement() == requirement(), "the repository around a folder is another one"


def test_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for memory in (None, {}, {"url": "file:///tmp/copydesk-0.1.0.whl", "archive_info": {}}):
        remember(monkeypatch, memory)
        assert own_requirement() == requirement()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://forge.example:8443/a/b", "https://forge.example:8443/a/b"),
        ("https://name:secret@forge.example/a/b.git", "https://forge.example/a/b.git"),
        ("git@forge.example:a/b.git", "https://forge.example/a/b.git"),
        ("ssh://git@forge.example:7999/a/b.git", "https://forge.example/a/b.git"),
        *((bad, "") for bad in ("/srv/git/c.git", "file:///srv/c.git", "git://forge.example/c", "http://f.example/c")),
        *(
            (bad, "")
            for bad in ("https://forge.example/a b", 'https://f.example/"$(x)"', "https://f.example/{path}", "")
        ),
    ],
)
def test_an_address_for_everybody(address: str, public: str) -> None:
    assert public_address(address) == public


@pytest.mark.parametrize("service", list(starter.JOBS))
def test_a_job_installs_what_wrote_it(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(monkeypatch, {"url": "https://forge.example/copydesk", "vcs_info": {"commit_id": "4d8f0c1"}})
    text = starter.job(service, [Path("news")])
    assert '"copydesk @ git+https://forge.example/copydesk@4d8f0c1"' in text
    assert yaml.safe_load(text)
