"""Learned boilerplate: what is counted, what is deleted, what a person accepts; the rules written are proved."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from copydesk.cli import main
from copydesk.config import Config, Flags, checked, make_plan
from copydesk.folders import bundled, read_rules
from copydesk.learn import Candidate, LearnError, chosen, listing, rule_pack
from copydesk.model import Record
from copydesk.proof import Ground, faults
from copydesk.run import process
from copydesk.sources import find
from copydesk.template import line_template

TAIL = "Read the Gazette on paper, six days a week"


def story(n: int) -> str:
    return "\n\n".join(f"Sentence {chr(97 + n)}{k} of the story tells what happened on day {k}." for k in "uvwxyz")


def write(folder: Path, articles: dict[str, str]) -> Path:
    for name, text in articles.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def run(folder: Path, spill: Path, select: str, folders: tuple[str, ...] = (), **config: object) -> list[Record]:
    spill.mkdir(exist_ok=True)
    folders = (str(bundled()), *folders)
    plan = make_plan(Config(checked(config, "")), Flags(select=(select,)), read_rules(folders), folders, folder)
    return list(process(plan, find([folder], folder).articles, spill, jobs=1).records)


def found(records: list[Record]) -> list[tuple[str, str, str]]:
    return [(f.code, r.source.id, str(f.evidence["support"])) for r in records for f in r.findings]


def test_a_block_of_a_drop_is_one_finding_that_lists_them_all(tmp_path: Path) -> None:
    block = "\n\nWhat do you think of the new timetable of the ferry and the tram?\nWrite to the desk\n"
    articles = {f"{n:02d}.md": story(n) + (block if n > 15 else "\n") for n in range(20)}
    records = run(write(tmp_path / "c", articles), tmp_path / "s", "BOI6")
    ((code, article, support),) = found(records)
    assert (code, article) == ("BOI602", "19.md")
    assert (
        support == "4 of 20 articles from the same folder, always in the last 2 lines, new: all of the newest have it"
    )
    evidence = records[-1].findings[0].evidence
    assert evidence["articles"] == ["16.md", "17.md", "18.md", "19.md"]
    assert evidence["what"] == "these 2 lines stand"


def test_no_order_of_articles_matters(tmp_path: Path) -> None:
    articles = {f"{n:02d}.md": f"{story(n)}\n\n{TAIL}\n" for n in range(14)}
    one = run(write(tmp_path / "c", articles), tmp_path / "s", "BOI6")
    assert len(found(one)) == 14
    renamed = {f"{13 - n:02d}.md": text for n, text in enumerate(articles.values())}
    two = run(write(tmp_path / "d", renamed), tmp_path / "t", "BOI6")
    assert sorted(r.text or "" for r in one) == sorted(r.text or "" for r in two)


@pytest.mark.parametrize(
    "tail",
    [
        "Photo: the Gazette and its readers",
        "This article first appeared in the Gazette",
        "© The Gazette, all rights reserved",
        "AI Generated Content",
        "***",
        "— Anneke Voss",
        "Anneke Voss is the harbour reporter of the Gazette and lives on a boat.",
        "Nothing in this letter is investment advice.",
        "(Reuters)",
    ],
)
def test_credits_and_ornaments_stay(tmp_path: Path, tail: str) -> None:
    corpus = write(tmp_path / "c", {f"{n:02d}.md": f"{story(n)}\n\n{tail}\n" for n in range(14)})
    assert not any(r.changed for r in run(corpus, tmp_path / "s", "BOI6"))


def test_what_may_stand_elsewhere_stays(tmp_path: Path) -> None:
    """In one article of five more of the story follows: then it is a part of the story in the others, too."""
    corpus = {
        f"{n:02d}.md": f"{story(n)}\n\n{TAIL}\n" + (f"\n{story(n)[::-1]}\n" if n % 5 == 0 else "") for n in range(20)
    }
    assert not any(r.changed for r in run(write(tmp_path / "c", corpus), tmp_path / "s", "BOI6"))


def test_reports_of_a_template_stay(tmp_path: Path) -> None:
    """Most of each article is the same: nothing says which part of it is not the article."""
    same = "\n\n".join(f"The gauge at the old bridge was read by hand, twice a day, for {w} years." for w in "abcdefg")
    corpus = {f"{n:02d}.md": f"{story(n)[:120]}\n\n{same}\n" for n in range(20)}
    assert not any(r.changed for r in run(write(tmp_path / "c", corpus), tmp_path / "s", "BOI6"))


def test_each_source_is_counted_by_itself(tmp_path: Path) -> None:
    head = "---\nprovider:\n  domain: {}.example\n---\n\n"
    corpus = {f"{n:02d}.md": head.format("one" if n % 2 else "two") + f"{story(n)}\n\n{TAIL}\n" for n in range(30)}
    records = run(write(tmp_path / "c", corpus), tmp_path / "s", "BOI601", source="provider.domain")
    assert {s for _, _, s in found(records)} == {
        f"15 of 15 articles from {s}.example, always the last line" for s in ("one", "two")
    }
    assert all(r.text and r.text.endswith("happened on day z.\n") for r in records)


# ---------------------------------------------------------------------------------------------------------- learn


def command(*words: str | Path) -> int:
    return main([str(w) for w in words])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    articles = {f"gazette/{n:02d}.md": f"{story(n)}\n\n{TAIL}\n" for n in range(14)}
    for n in (3, 7, 9):
        articles[f"gazette/{n:02d}.md"] = (
            'Hear this story, read aloud\nby {our} #1 voice: it takes "4" minutes, more or less\n\n'
            + articles[f"gazette/{n:02d}.md"]
        )
    return write(tmp_path / "corpus", articles)


def test_the_listing_is_edited_and_becomes_rules_that_hold_for_one_article(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, desk = tmp_path / "listing.yaml", tmp_path / "desk"
    (desk / "rules").mkdir(parents=True)
    assert command("learn", "boilerplate", corpus, "--isolated", "--output", file) == 0
    rows = yaml.safe_load(file.read_text())
    assert [(r["number"], r["where"], len(r["lines"]), r["accept"]) for r in rows] == [
        (1, "tail", 1, False),
        (2, "head", 2, False),
    ]
    assert rows[0]["support"] == "14 of 14 articles from gazette, always the last line"
    file.write_text(file.read_text().replace("accept: false", "accept: true"))
    assert command("learn", "boilerplate", corpus, "--isolated", "--accept", file, "--workspace", desk) == 0
    assert "learned.yaml" in capsys.readouterr().out

    single = write(
        tmp_path / "drop", {"gazette/new.md": f"{story(20)}\n\n{TAIL}\n", "other/new.md": f"{story(21)}\n\n{TAIL}\n"}
    )
    cleaned = {r.source.id: r.text for r in run(single, tmp_path / "s", "LRN", (str(desk),))}
    assert cleaned == {"gazette/new.md": story(20) + "\n", "other/new.md": f"{story(21)}\n\n{TAIL}\n"}


def test_every_example_of_the_rules_written_is_right(corpus: Path, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    (desk / "rules").mkdir(parents=True)
    learn = ("learn", "boilerplate", corpus, "--isolated", "--workspace", desk, "--accept")
    assert command(*learn, "all") == 0
    assert command(*learn, "1") == 2  # the rules hold now, and nothing is left to learn
    assert command(*learn, "1", "--select", "BOI6") == 0  # other codes, another file
    assert sorted(p.name for p in (desk / "rules").iterdir()) == ["learned-2.yaml", "learned.yaml"]
    rules = [r for r in read_rules((str(bundled()), str(desk)), examples=True).values() if r.code.startswith("LRN")]
    assert [r.code for r in rules] == ["LRN101", "LRN102", "LRN103"]
    proved = 0
    for rule in rules:
        for example in rule.examples:
            assert faults(Ground({r.code: r for r in rules}, (str(bundled()), str(desk))), rule, example) == []
            proved += 1
    assert proved >= 10


def found_any(records: list[Record]) -> list[object]:
    return [f for r in records for f in r.findings]


def test_what_cannot_be_accepted_is_said(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = tmp_path / "desk"
    (desk / "rules").mkdir(parents=True)
    assert command("learn", "boilerplate", corpus, "--isolated", "--accept", "1") == 2
    assert "workspace" in capsys.readouterr().err
    for words in ("9", "nothing.yaml"):
        assert command("learn", "boilerplate", corpus, "--isolated", "--workspace", desk, "--accept", words) == 2
    bad = tmp_path / "bad.yaml"
    bad.write_text("- {accept: true, lines: []}\n")
    with pytest.raises(LearnError, match="not a listing"):
        chosen(str(bad), [])
    assert list((desk / "rules").iterdir()) == []


def test_a_listing_comes_back_as_it_went(tmp_path: Path) -> None:
    one = Candidate("The “Gazette”: news", "tail", 4, ("It's {here}: #4", "'quoted' \\ - yes"), "4 of 5", ("a.md",))
    file = tmp_path / "listing.yaml"
    file.write_text(listing([one]).replace("accept: false", "accept: true"), "utf-8")
    assert chosen(str(file), []) == [one]
    assert "LRN102" in rule_pack([one], ["LRN101"], [])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("7 min read", "12  min read", True),
        ("Monday, 3 March 2024 · 10:30", "Friday, 11 May 2025 · 9:15", True),
        ("May is here", "June is here", False),
        ("word " * 50 + "1", "word " * 50 + "2", False),
    ],
)
def test_templates(one: str, other: str, same: bool) -> None:
    assert (line_template(one) == line_template(other)) is same
