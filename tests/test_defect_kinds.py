"""39 kinds of defect in front matter, one at a time: each is found in its place, and at least 20 are repaired."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from copydesk.config import Config, Flags, make_plan
from copydesk.edits import apply
from copydesk.folders import bundled, read_rules
from copydesk.model import Record
from copydesk.run import process
from copydesk.sources import find

pytest.importorskip("copydesk.schema_file", reason="the schema language that these fixtures need")

FIXTURES = Path(__file__).parent / "fixtures"
CASES = yaml.safe_load((FIXTURES / "front_matter.yaml").read_text("utf-8"))
KINDS: dict[str, dict[str, Any]] = CASES["kinds"]
REPAIRED = [name for name, kind in KINDS.items() if "by" in kind]


def peer() -> str:
    text: str = CASES["article"]
    for old, new in CASES["peer"]["changes"].items():
        assert old in text
        text = text.replace(old, new)
    return text


def with_defect(kind: dict[str, Any], repaired: bool = False) -> str:
    text: str = kind.get("text") or CASES["article"]
    if "old" in kind:
        assert text.count(kind["old"]) >= 1
        text = text.replace(kind["old"], kind["repaired" if repaired else "new"], 1)
    return text


def records(tmp_path: Path, files: dict[str, str], unsafe: bool = False) -> dict[str, Record]:
    for name, text in files.items():
        tmp_path.joinpath(name).write_bytes(text.encode())
    folders = (str(bundled()),)
    config = Config({"schema": str(FIXTURES / "harbour.yaml")})
    plan = make_plan(config, Flags(unsafe=unsafe, ignore=("BOI",)), read_rules(folders), folders, tmp_path)
    spill = tmp_path / "spill"
    spill.mkdir()
    made = process(plan, find([tmp_path], tmp_path).articles, spill, jobs=1)
    return {r.source.id: r for r in made.records}


def test_the_article_has_no_defect(tmp_path: Path) -> None:
    found = records(tmp_path, {CASES["name"]: CASES["article"], CASES["peer"]["name"]: peer()})
    assert [(f.code, f.message) for r in found.values() for f in r.findings] == []


def test_there_are_39_kinds_and_at_least_20_are_repaired() -> None:
    assert len(KINDS) == 39
    assert len([name for name in REPAIRED if KINDS[name]["by"] != "suggest"]) >= 13
    assert len(REPAIRED) >= 20


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_found_in_its_place(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    file = kind.get("name", CASES["name"])
    record = records(tmp_path, {file: with_defect(kind), CASES["peer"]["name"]: peer()})[file]
    found = [(f.code, f.location.line, f.location.column) for f in record.findings]
    assert (kind["finds"], kind["line"], kind["column"]) in found, found


@pytest.mark.parametrize("name", REPAIRED)
def test_a_kind_is_repaired(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    unsafe = kind["by"] != "safe"
    record = records(tmp_path, {CASES["name"]: with_defect(kind), CASES["peer"]["name"]: peer()}, unsafe)[CASES["name"]]
    text = record.text or ""
    if kind["by"] == "suggest":
        first = next(f for f in record.findings if f.code == kind["finds"])
        text = apply(with_defect(kind), first.fixes[0].edits)
    assert text == with_defect(kind, repaired=True)
