"""What an article allows: only where the configuration lets it, only with a reason, and only what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copydesk.cli import main

DIRT = "It rained in the the valley from the first of May to the last, and nobody minded.\n"
ALLOW = "<!-- copydesk: allow doubled-word: so the poem has it -->"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text("suppressions = true\n")
    Path("news").mkdir()


def found(text: str) -> list[tuple[str, int]]:
    Path("news/a.md").write_text(text)
    assert main(["check", "news", "--format", "json", "--output", "out.json", "--exit-zero"]) == 0
    findings: list[dict[str, Any]] = json.loads(Path("out.json").read_text())["findings"]
    return [(f["code"], f["location"]["line"]) for f in findings]


def test_a_comment_alone_allows_it_in_the_next_block() -> None:
    assert found(f"{ALLOW}\n\n{DIRT}") == []
    assert found(f"{ALLOW}\n\nA first block.\n\n{DIRT}") == [("RUN107", 1), ("TXT101", 5)]


def test_a_comment_in_a_block_allows_it_there() -> None:
    assert found(f"{DIRT.rstrip()} {ALLOW}\n") == []
    assert found(f"{DIRT.rstrip()} {ALLOW}\n\n{DIRT}") == [("TXT101", 3)]


def test_the_front_matter_allows_it_in_the_whole_article() -> None:
    head = "---\ntitle: Rain\ncopydesk-allow:\n  doubled-word: so the poem has it\n---\n\n"
    assert found(head + DIRT) == []
    assert ("TXT101", 7) in found(head.replace("doubled-word", "double-space") + DIRT)


def test_rules_are_named_or_given_by_code() -> None:
    assert found(f"{ALLOW.replace('doubled-word', 'double-space, TXT101')}\n\n{DIRT}") == [("RUN107", 1)]


@pytest.mark.parametrize(
    "comment",
    ["<!-- copydesk: allow doubled-word -->", "<!-- copydesk: allow doubled-word: -->", "<!-- copydesk: allow : x -->"],
)
def test_without_a_rule_or_a_reason_nothing_is_allowed(comment: str) -> None:
    assert found(f"{comment}\n\n{DIRT}") == [("TXT101", 3)]


def test_an_unused_suppression_is_reported() -> None:
    assert found(f"{ALLOW}\n\nIt rained in the valley from the first of May to the last, and nobody minded.\n") == [
        ("RUN107", 1)
    ]


def test_clean_leaves_alone_what_is_allowed() -> None:
    Path("news/a.md").write_text(f"{ALLOW}\n\n{DIRT}")
    assert main(["clean", "news", "--out", "out", "-q"]) == 0
    assert Path("out/corpus/a.md").read_text() == f"{ALLOW}\n\n{DIRT}"


def test_an_article_may_not_allow_anything_where_the_configuration_does_not_say_so() -> None:
    Path("copydesk.toml").write_text("")
    assert found(f"{ALLOW}\n\n{DIRT}") == [("TXT101", 3)]
