"""`copydesk learn names`: a corpus suggests, a person decides, and the house list of the workspace remembers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from copydesk.cli import main
from copydesk.house_list import FILE, Decision, HouseListError, read_listing, write_decisions
from copydesk.spelling import meant

TEXT = "The mayor, Marjorie Tennant, was on the pier. Tennant said so. “It is over,” said Tenannt, at last.\n"
OTHER = "The report is by Marjorie Orzelski, who was in the town. It was late, Orzelsky said, and it was dark.\n"


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.md").write_text(TEXT, "utf-8")
    (folder / "b.md").write_text(OTHER, "utf-8")
    return folder


def learn(*words: object) -> int:
    return main(["learn", "names", *map(str, words), "--isolated"])


def findings(news: Path, desk: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    main(["check", str(news), "--select", "NAM", "--workspace", str(desk), "--isolated", "--exit-zero", "--full"])
    return capsys.readouterr().out


def test_the_listing_has_each_pair_with_its_evidence_and_its_place(
    news: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learn(news) == 0
    out = capsys.readouterr().out
    assert "2 pairs in 2 articles" in out
    assert "? Tennant <- Tenannt\n    # Tennant 2×, Tenannt 1×" in out
    assert "a.md:1\n    > Tennant said so. “It is over,” said Tenannt, at last.\n" in out
    assert read_listing(out) == []


def test_a_marked_listing_becomes_the_house_list(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk, marked = news.parent / "desk", news.parent / "marked.txt"
    learn(news, "--output", marked)
    text = marked.read_text("utf-8").replace("? Tennant", "+ Tennant").replace("? Orzel", "= Orzel")
    marked.write_text(text, "utf-8")
    assert learn("--from", marked, "--workspace", desk) == 0
    data = yaml.safe_load((desk / FILE).read_text("utf-8"))
    (entry,) = data["names"]
    assert (entry["name"], entry["variants"]) == ("Tennant", ["Tenannt"])
    assert entry["examples"][0]["bad"].endswith("said Tenannt, at last.")
    assert data["distinct"] == [["Orzelski", "Orzelsky"]]
    out = findings(news, desk, capsys)
    assert "NAM101" in out
    assert "Orzelsky" not in out  # it is never asked again
    learn(news, "--workspace", desk)
    assert "0 pairs" in capsys.readouterr().out


def test_a_word_stands_for_the_word_of_the_name(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = news.parent / "desk"
    assert learn(news, "--add", "Marjorie Tennant", "Tenannt", "--workspace", desk) == 0
    assert learn(news, "--add", "Marjorie Tennant", "Tenannt", "--workspace", desk) == 0
    assert "has it all already" in capsys.readouterr().out
    main(["clean", str(news), "--select", "NAM1", "--workspace", str(desk), "--isolated", "--out", "out", "-q"])
    assert (news.parent / "out/corpus/a.md").read_text("utf-8") == TEXT.replace("Tenannt", "Tennant")


def test_comments_and_what_was_there_stay(tmp_path: Path) -> None:
    write_decisions(tmp_path, [Decision("+", "Wexmouth", "Wexmuth")])
    path = tmp_path / FILE
    path.write_text(path.read_text("utf-8") + "# our own words\n", "utf-8")
    _, added, old = write_decisions(tmp_path, [Decision("+", "Oberhain", "Obrhain"), Decision("=", "Jan", "Jon")])
    assert added == 2
    assert old is not None
    text = path.read_text("utf-8")
    assert "# our own words\n" in text
    assert [e["name"] for e in yaml.safe_load(text)["names"]] == ["Oberhain", "Wexmouth"]


def test_a_list_that_does_not_prove_is_not_kept(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = news.parent / "desk"
    assert learn("--add", "Wexmouth", "Wexmuth", "--workspace", desk) == 0
    before = (desk / FILE).read_text("utf-8")
    assert learn("--add", "Wexmoor", "Wexmuth", "--workspace", desk) == 2  # a variant of two names
    assert "Wexmuth" in capsys.readouterr().err
    assert (desk / FILE).read_text("utf-8") == before


def test_two_names_are_not_a_misspelling_as_well(tmp_path: Path) -> None:
    write_decisions(tmp_path, [Decision("=", "Jan Harker", "Jon Harker")])
    with pytest.raises(HouseListError, match="distinct"):
        write_decisions(tmp_path, [Decision("+", "Jan Harker", "Jon Harker")])


def test_a_line_in_another_form_is_named() -> None:
    with pytest.raises(HouseListError, match="line 2"):
        read_listing("# a comment\n+ Tennant, not Tenannt\n")


def test_a_pair_that_was_turned_round_needs_no_quote_of_it(tmp_path: Path) -> None:
    path, *_ = write_decisions(tmp_path, read_listing("+ Orzelsky <- Orzelski  # the other way\n    > said Orzelsky\n"))
    (entry,) = yaml.safe_load(path.read_text("utf-8"))["names"]
    assert entry["examples"] == [{"bad": "Orzelski", "good": "Orzelsky"}]


@pytest.mark.parametrize("words", [[], ["--add", "Tennant", "Tenannt"]])
def test_it_says_what_it_needs(words: list[str], news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert learn(*words) == 2
    assert ("PATH" if not words else "--workspace") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "variant", "expected"),
    [
        ("Moussa Doumbouya", "Doombouya", "Doumbouya"),
        ("Moussa Doumbouya", "Mousa", "Moussa"),
        ("Moussa Doumbouya", "Moussa Doombouya", "Moussa Doumbouya"),
        ("Doumbouya", "Doombouya", "Doumbouya"),
        ("Wexmouth Gazette", "Times", "Wexmouth Gazette"),
    ],
)
def test_what_a_variant_stands_for(name: str, variant: str, expected: str) -> None:
    assert meant(name, variant) == expected


DOC = (Path(__file__).resolve().parent.parent / "docs" / "names.md").read_text("utf-8")


def test_the_house_list_of_the_documentation_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE.parent).mkdir(parents=True)
    (tmp_path / FILE).write_text(DOC.split("```yaml\n")[1].split("```")[0], "utf-8")
    Path("a.md").write_text("Doombouya of Doombouya Street, by Openquill; Jan Harker met Jon Harker.\n", "utf-8")
    assert main(["clean", "a.md", "--workspace", ".", "--select", "NAM", "--out", "out", "--isolated", "-q"]) == 0
    assert Path("out/corpus/a.md").read_text("utf-8").startswith("Doumbouya of Doombouya Street, by OpenQuill;")


def test_the_commands_of_the_documentation_work(news: Path) -> None:
    commands = [line.split() for line in DOC.splitlines() if line.startswith("    copydesk learn names")]
    assert len(commands) == 3
    for words in commands:
        line = " ".join(words[1:])
        assert main([w.strip('"') for w in re.findall(r'"[^"]+"|\S+', line)]) == 0
    assert "Moussa Doumbouya" in Path("desk", FILE).read_text("utf-8")


def test_the_rules_of_the_documentation_are_the_rules() -> None:
    rules = yaml.safe_load((Path(__file__).resolve().parent.parent / "rules" / "names.yaml").read_text("utf-8"))
    assert re.findall(r"^\| (NAM\d+) `([\w-]+)`", DOC, re.M) == [
        (code, rule["name"]) for code, rule in sorted(rules.items())
    ]
