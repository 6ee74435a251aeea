"""Whole pages: the article is taken out, what is no article is left to a person, and time grows with the page only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time

import pytest

from copydesk.cli import main
from copydesk.contract import violation
from copydesk.edits import apply
from copydesk.folders import bundled, validator_class
from copydesk.parse import parse
from copydesk.validator import Hit, Setup, Validator

RULES = bundled() / "rules"
STORY = [
    "The council has put the small ferry back into service after eleven years. It crosses the river all day.",
    "The bridge upstream stays closed until spring, when the new bearings arrive from the foundry in the north.",
    "The footpath on the dam will be lit at night for the first time, and the ferryman will miss the dark.",
    "He has lived in the cabin on the river for thirty years, and nobody has ever seen him on the bridge.",
    "On Monday he took forty people and their bicycles across the river, and on Tuesday it was twice as many.",
]
MENU = ["Home", "News", "Sport", "Weather", "Subscribe"]
FOOT = ["Most read", "Night train starts in autumn", "Museum shows five clocks", "About us", "Privacy policy"]


def prepared(name: str, options: Mapping[str, object]) -> Validator:
    return opened(name, Setup((RULES,), options=options))


def opened(name: str, setup: Setup) -> Validator:
    validator = validator_class((str(bundled()),), name)()
    validator.prepare(setup)
    return validator


SETUP = Setup((RULES,), options={"body": "page"})
PAGE = opened("page", SETUP)
OTHERS = [opened(name, SETUP) for name in ("menu", "tail", "teaser", "boilerplate", "no_article")]


def hits(text: str, validator: Validator = PAGE, name: str = "page.txt") -> list[Hit]:
    article = parse(text, name)
    found = list(validator.check(article))
    for hit in found:
        for fix in hit.fixes:
            assert violation(validator.contract, article, fix.edits, hit.field) is None
    return found


def cleaned(text: str, validator: Validator = PAGE) -> str:
    return apply(text, sorted(e for h in hits(text, validator) for f in h.fixes for e in f.edits))


def lines(*parts: list[str] | str, gap: str = "\n") -> str:
    return gap.join(x for p in parts for x in ([p] if isinstance(p, str) else p)) + "\n"


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_the_article_is_taken_out(gap: str) -> None:
    title = "Small ferry is back after eleven years"
    text = lines(f"{title} - River Gazette", MENU, title, "By Ada Quill", STORY, FOOT, gap=gap)
    assert cleaned(text) == lines(STORY, gap=gap)
    assert cleaned(cleaned(text)) == cleaned(text)


def test_what_goes_with_the_head_is_offered_as_metadata() -> None:
    title = "Small ferry is back after eleven years"
    text = lines(f"{title} - River Gazette", MENU, title, "By Ada Quill", "3 May 2024", STORY, FOOT)
    (head, *_) = hits(text)
    assert head.values["metadata"] == {"title": title, "author": "Ada Quill", "date_published": "2024-05-03"}
    (head, *_) = hits(f"---\nauthors: [Ada Quill]\ndate: 2024-05-03\ntitle: {title}\n---\n\n{text}")
    assert "metadata" not in head.values


def test_a_split_sentence_is_one() -> None:
    split = ["The", "council of Brindle", "has put the small ferry of", "Ada Quill", "back into service."]
    text = lines(MENU, split, STORY, FOOT)
    assert cleaned(text) == lines(split, STORY)


def test_a_list_of_dates_under_the_story_stays() -> None:
    dates = [f"{day} May, Upper Landing at noon" for day in range(3, 12)]
    assert cleaned(lines(MENU, STORY, "The dates of the ferry", dates, FOOT)) == lines(
        STORY, "The dates of the ferry", dates
    )


def test_provenance_stays() -> None:
    said = ["Correction: it was the other bridge.", "This article was originally published in The River Gazette."]
    left = cleaned(lines(MENU, STORY, said, FOOT))
    assert all(line in left for line in said)


def test_a_page_without_an_article_is_left_and_told() -> None:
    text = lines(MENU, "The ferry", "The bridge", "The dam", FOOT)
    assert cleaned(text) == text
    assert [h.case for h in hits(text)] == ["unsure"]


def test_without_being_told_nothing_is_a_page() -> None:
    assert hits(lines(MENU, STORY, FOOT), prepared("page", {})) == []


def test_a_source_may_give_pages() -> None:
    options = {"source": "site", "sources": {"gazette": {"body": "page"}}}
    page = prepared("page", options)
    body = lines(MENU, STORY, FOOT)
    assert hits(f"---\nsite: gazette\n---\n{body}", page)
    assert hits(f"---\nsite: harbour\n---\n{body}", page) == []


def run(folder: Path, *words: str) -> str:
    out = folder / "out"
    assert main(["clean", str(folder / "in"), "--out", str(out), "-q", "--exit-zero", *words]) == 0
    return (out / "corpus/page.txt").read_text("utf-8")


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/page.txt").write_text(lines(MENU, STORY, gap="\n\n"), "utf-8")
    assert run(tmp_path, "--isolated", "--body", "page") == lines(STORY, gap="\n\n")
    monkeypatch.chdir(tmp_path)
    for config in ('body = "page"\n', 'source = "site"\n[sources.""]\nbody = "page"\n'):
        Path("copydesk.toml").write_text(config, "utf-8")
        assert run(tmp_path) == lines(STORY, gap="\n\n")
        assert run(tmp_path, "--body", "article", "--ignore", "BOI") == lines(MENU, STORY, gap="\n\n")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ('body = "pages"', "'body' is"),
        ('[sources.gazette]\nbody = "pages"', "'body' is"),
        ('[sources.gazette]\nbodi = "page"', "unknown key 'bodi'"),
        ('[sources]\ngazette = "page"', "is a table"),
    ],
)
def test_a_wrong_configuration_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str, says: str
) -> None:
    (tmp_path / "a.txt").write_text("A.\n", "utf-8")
    (tmp_path / "copydesk.toml").write_text(config + "\n", "utf-8")
    assert main(["check", str(tmp_path / "a.txt"), "--config", str(tmp_path / "copydesk.toml")]) == 2
    assert says in capsys.readouterr().err


ATTACKS: dict[str, Callable[[int], str]] = {
    "comments": lambda n: lines(STORY) + "3 Comments\n" * (n // 11),
    "titles": lambda n: ("The small ferry is back again - Gazette\n") * (n // 40),
    "teasers": lambda n: "The ferry is back again\nIt crosses the river at noon again.\n" * (n // 60),
    "lower": lambda n: "ferry\n" * (n // 6),
    "names": lambda n: "By " + "a" * n + "\n" + "by " + "a-b." * 60 + "!\n",
    "blanks": lambda n: "ferry" + "\t" * n + "-\n" + lines(STORY),
    "replies": lambda n: lines(STORY, "3 Comments") + "Reply\nShow comments\n" * (n // 20),
    "menus": lambda n: "Home\nNews\nFerry\n" * (n // 16) + lines(STORY),
    "leads": lambda n: lines(STORY) + "Read more:\n" * (n // 11),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_time_grows_with_the_page_only(attack: Callable[[int], str]) -> None:
    def seconds(size: int) -> float:
        article = parse(attack(size), "page.txt")
        start = process_time()
        for validator in (PAGE, *OTHERS):
            list(validator.check(article))
        return process_time() - start

    seconds(1_000)
    assert seconds(160_000) < 6


def test_the_pack_in_the_guide_works(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[1] / "docs/boilerplate.md").read_text("utf-8")
    (tmp_path / "boilerplate").mkdir()
    (tmp_path / "boilerplate/house.yaml").write_text(guide.split("```yaml\n")[1].split("```")[0], "utf-8")
    labels = opened("boilerplate", Setup((RULES, tmp_path)))
    text = lines(STORY[:2], "Tickets for the small ferry from 12 crowns", "To the boat timetable", STORY[2:])
    assert cleaned(text, labels) == lines(STORY)


def test_a_source_is_known_by_its_address_and_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in/gazette").mkdir(parents=True)
    text = "---\nurl: https://www.gazette.example/a-story\n---\n\n" + lines(MENU, STORY, gap="\n\n")
    Path("in/gazette/page.md").write_text(text, "utf-8")
    for name, cut in (("gazette.example", True), ("in/gazette", True), ("in", False)):
        Path("copydesk.toml").write_text(f'[sources."{name}"]\nbody = "page"\n', "utf-8")
        assert main(["clean", "in", "--out", "out", "-q", "--exit-zero", "--select", "BOI4"]) == 0
        cleaned = Path("out/corpus/gazette/page.md").read_text("utf-8")
        assert cleaned.endswith(lines(STORY, gap="\n\n"))
        assert (cleaned != text) == cut, name
