"""The numbers of docs/front_matter.md and docs/front_matter_comparison.md are those of the code and of the fixtures."""

from __future__ import annotations

from pathlib import Path

import yaml

from copydesk.parse import HEADER_SIZE
from copydesk.sources import RECORDS
from copydesk.tree import DEPTH, WEIGHT

ROOT = Path(__file__).resolve().parent.parent


def test_the_limits_are_those_of_the_reader() -> None:
    page = (ROOT / "docs" / "front_matter.md").read_text("utf-8")
    said = " ".join(page.split())
    assert f"{HEADER_SIZE:,} characters, {DEPTH} levels, {WEIGHT:,} values" in said
    assert ", ".join(f"`{ending}`" for ending in RECORDS) in said


def test_the_table_has_every_kind_once_and_copydesk_catches_all() -> None:
    kinds = yaml.safe_load((ROOT / "tests" / "fixtures" / "front_matter.yaml").read_text("utf-8"))["kinds"]
    page = (ROOT / "docs" / "front_matter_comparison.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    table = {row[0]: row[1:] for row in rows if row[0] in kinds}
    assert list(table) == list(kinds)
    assert all(row[0] == "✓ line" for row in table.values())
    assert {name for name, row in table.items() if row[-1]} == {name for name, kind in kinds.items() if "by" in kind}
