"""The articles in seeds/: cleaning them gives what was written by hand, and the tables in seeds/README.md are true."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from copydesk.cli import main

SEEDS = Path(__file__).parents[1] / "seeds"
ARTICLES = {p.name: p.read_bytes() for p in sorted((SEEDS / "articles").iterdir())}
EXPECTED = {p.name: p.read_bytes() for p in sorted((SEEDS / "expected").iterdir())}
FAMILIES = ("FIL", "FM", "ENC", "LAY", "FOR", "NAM", "BOI", "DUP", "TXT")


class Place(NamedTuple):
    """A row of the tables."""

    article: str
    line: int
    family: str
    verdict: str
    what: str


def read_places(text: str) -> Iterator[Place]:
    article = ""
    for line in text.splitlines():
        if m := re.fullmatch(r"### `(.+)`", line):
            article = m[1]
        elif m := re.fullmatch(r"\| (\d+) \| ([A-Z]+) \| (certain|a person|stays) \| (.+) \|", line):
            yield Place(article, int(m[1]), m[2], m[3], m[4])


README = (SEEDS / "README.md").read_text(encoding="utf-8")
PLACES = list(read_places(README))


def places(verdict: str) -> list[Any]:
    """The rows with this verdict, as parameters with readable names."""
    return [pytest.param(p, id=f"{p.article}:{p.line}-{p.family}") for p in PLACES if p.verdict == verdict]


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of one run over all articles."""
    out = tmp_path_factory.mktemp("seeds") / "out"
    assert main(["clean", str(SEEDS / "articles"), "--out", str(out), "--isolated", "--exit-zero", "-q"]) == 0
    return out


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    file = tmp_path_factory.mktemp("seeds") / "findings.json"
    assert main(["check", str(SEEDS / "articles"), "--isolated", "--format", "json", "--output", str(file)]) == 1
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["findings"]
    return found


def read_corpus(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def findings_at(findings: list[dict[str, Any]], place: Place) -> list[dict[str, Any]]:
    """The findings that begin in this line or go on into it."""
    text = ARTICLES[place.article].decode("utf-8", "replace")
    near = []
    for found in findings:
        if found["article"] == place.article:
            first = found["location"]["line"]
            inside = text[found["span"]["start"] : found["span"]["end"] - 1]
            if first <= place.line <= first + inside.count("\n"):
                near.append(found)
    return near


def tiers(finding: dict[str, Any]) -> list[str]:
    return [fix["safety"] for fix in finding["fixes"]]


def test_every_article_has_its_clean_version_and_its_tables() -> None:
    assert len(ARTICLES) >= 16
    assert set(ARTICLES) == set(EXPECTED) == set(re.findall(r"^### `(.+)`$", README, re.M))


def test_the_tables_leave_no_row_out() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| ") and not line.startswith("| Line")]
    assert len(rows) == len(PLACES)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_three_defects_and_three_look_alikes(family: str) -> None:
    count = Counter(p.verdict == "stays" for p in PLACES if p.family == family)
    assert count[False] >= 3
    assert count[True] >= 3


def test_what_was_planted_is_gone_from_the_clean_version() -> None:
    """Articles with a certain row differ from their clean version; the others are their own clean version."""
    certain = {p.article for p in PLACES if p.verdict == "certain"}
    assert {name for name in ARTICLES if ARTICLES[name] != EXPECTED[name]} == certain


@pytest.mark.parametrize("name", ARTICLES)
def test_clean_makes_of_it_what_an_editor_would(cleaned: Path, name: str) -> None:
    assert (cleaned / "corpus" / name).read_bytes() == EXPECTED[name]


def test_nothing_else_is_written(cleaned: Path) -> None:
    assert set(read_corpus(cleaned / "corpus")) == set(ARTICLES)


def test_undo_puts_every_byte_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    main(["clean", str(SEEDS / "articles"), "--out", str(out), "--isolated", "--unsafe", "--exit-zero", "-q"])
    assert read_corpus(out / "corpus") != ARTICLES
    assert main(["undo", str(out)]) == 0
    assert read_corpus(out / "corpus") == ARTICLES


def test_the_clean_versions_are_clean(tmp_path: Path) -> None:
    out = tmp_path / "out"
    main(["clean", str(SEEDS / "expected"), "--out", str(out), "--isolated", "--exit-zero", "-q"])
    assert read_corpus(out / "corpus") == EXPECTED


@pytest.mark.parametrize("place", places("certain"))
def test_what_is_certain_has_a_safe_fix(findings: list[dict[str, Any]], place: Place) -> None:
    near = [f for f in findings_at(findings, place) if f["code"].startswith(place.family)]
    assert ["safe"] in [tiers(f) for f in near], place.what


@pytest.mark.parametrize("place", places("a person"))
def test_what_a_person_decides_is_reported_and_not_repaired(findings: list[dict[str, Any]], place: Place) -> None:
    near = [f for f in findings_at(findings, place) if f["code"].startswith(place.family)]
    assert any(tiers(f) != ["safe"] for f in near), place.what


@pytest.mark.parametrize("place", places("stays"))
def test_what_must_stay_is_not_reported(findings: list[dict[str, Any]], place: Place) -> None:
    loud = [f for f in findings_at(findings, place) if f["severity"] != "info"]
    assert not loud, place.what
