"""Only what is new gates: against a git revision, and against a baseline."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from copydesk import share
from copydesk.cli import main

HEAD = "---\ntitle: {title}\nsecured: {title}\n---\n\n"
BODY = "The harbour was closed for {n} days. Nobody minded it much, and the ferry stayed where it was.\n"
TEXTS = [
    "The harbour was closed for nine days. Nobody minded it much, and the ferry stayed where it was.\n",
    "A bakery opened beside the station. Its ovens were brought over the pass by eleven mules last autumn.\n",
    "The choir sang in the open air until midnight. Two hundred people listened from their windows.\n",
    "Engineers looked at the old bridge again. They found rust in every third rivet and said so at length.\n",
]
OLD_DIRT = "It rained in the the valley.\n"
UNCLOSED = "---\ntitle: [unclosed\n---\n\nText.\n"


def git(*words: str) -> str:
    who = ["-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True).stdout


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with old dirt on `main`, on a branch `drop`, as the working directory."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    news = Path("news")
    news.mkdir()
    for n in range(4):
        (news / f"{n}.md").write_text(HEAD.format(title=f"Day {n}") + TEXTS[n] + "\n" + OLD_DIRT)
    commit("before")
    git("checkout", "-q", "-b", "drop")
    return tmp_path


def check(*words: str) -> tuple[int, list[dict[str, Any]]]:
    share._desk.cache_clear()  # each run is a process of its own: what an earlier one has opened is not there any more
    code = main(["check", "news", "--format", "json", "--output", "found.json", *words])
    return code, json.loads(Path("found.json").read_text())["findings"]


def since(*words: str) -> tuple[int, list[tuple[str, str]]]:
    code, found = check("--since", "main", "--fail-level", "warning", *words)
    return code, [(f["article"], f["code"]) for f in found]


def test_nothing_changed() -> None:
    assert since() == (0, [])


def test_old_dirt_in_a_changed_article_does_not_gate() -> None:
    path = Path("news/1.md")
    path.write_text(path.read_text().replace("\n\nA bakery", "\n\nA first line.\n\nA bakery"))
    commit("more text")
    assert since() == (0, [])


def test_a_new_defect_gates_and_only_it_is_told() -> None:
    path = Path("news/1.md")
    path.write_text(path.read_text() + "\nThey stood on the the pier.\n")
    commit("a slip")
    assert since() == (1, [("1.md", "TXT101")])


def test_the_same_defect_once_more_is_new() -> None:
    path = Path("news/1.md")
    path.write_text(path.read_text() + "\n" + OLD_DIRT)
    commit("again")
    assert since() == (1, [("1.md", "TXT101")])


def test_a_new_article_is_all_new_whether_git_knows_it_or_not() -> None:
    Path("news/new.md").write_text(BODY.format(n=9) + "\n" + OLD_DIRT)
    assert since() == (1, [("new.md", "TXT101")])
    commit("tracked")
    assert since() == (1, [("new.md", "TXT101")])


def test_renames_and_moves_are_followed() -> None:
    git("mv", "news/1.md", "news/one.md")
    Path("news/deep").mkdir()
    git("mv", "news/2.md", "news/deep/2.md")
    commit("moved")
    assert since() == (0, [])


def test_a_copy_of_an_old_article_belongs_to_the_copy() -> None:
    """Although its date, its name and its place make it the older of the two."""
    text = HEAD.format(title="Rust in every third rivet of the old bridge") + "\n".join(reversed(TEXTS))
    Path("news/3.md").write_text(text)
    commit("a long one")
    git("branch", "-f", "main")
    Path("news/0-copy.md").write_text(text)
    commit("copied")
    code, found = since("--select", "DUP")
    assert code == 1
    assert {article for article, _ in found} == {"0-copy.md"}


def test_old_copies_are_old_whichever_of_them_is_renamed() -> None:
    text = HEAD.format(title="Rust in every third rivet of the old bridge") + "\n".join(reversed(TEXTS))
    Path("news/3.md").write_text(text)
    Path("news/0-copy.md").write_text(text)
    commit("a copy, long ago")
    git("branch", "-f", "main")
    git("mv", "news/0-copy.md", "news/z.md")
    commit("renamed")
    assert since("--select", "DUP") == (0, [])


def test_deleting_an_article_is_no_finding() -> None:
    git("rm", "-q", "news/1.md")
    commit("gone")
    assert since() == (0, [])


def test_a_shallow_clone_says_how_to_mend_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("clone", "-q", "--depth", "1", f"file://{tmp_path}", "shallow")
    assert main(["check", "shallow/news", "--since", "HEAD"]) == 2
    assert "git fetch --unshallow" in capsys.readouterr().err


@pytest.mark.parametrize("ref", ["nowhere", "--help", "main:news"])
def test_an_unknown_revision_is_an_error(ref: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "news", f"--since={ref}"]) == 2
    assert "no such revision" in capsys.readouterr().err


def test_outside_of_a_repository(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = tmp_path_factory.mktemp("plain")
    (elsewhere / "a.md").write_text(OLD_DIRT)
    assert main(["check", str(elsewhere), "--since", "main"]) == 2
    assert "git" in capsys.readouterr().err


# ------------------------------------------------------------------------------- a drop cannot configure its own gate


def test_a_configuration_that_came_with_the_drop_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    Path("news/1.md").write_text(UNCLOSED)
    Path("copydesk.toml").write_text('ignore = ["FM"]\n')
    commit("hiding it")
    assert main(["check", "news", "--since", "main"]) == 1
    assert "copydesk.toml is new" in capsys.readouterr().out


def test_a_changed_configuration_counts_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    Path("copydesk.toml").write_text('extend = "base.toml"\n')
    Path("base.toml").write_text('select = ["FM"]\n')
    commit("configured")
    git("branch", "-f", "main")
    Path("base.toml").write_text('select = ["TXT"]\n')
    Path("news/1.md").write_text(UNCLOSED)
    commit("hiding it")
    assert main(["check", "news", "--since", "main"]) == 1
    Path("copydesk.toml").write_text('select = ["TXT"]\n')
    commit("hiding it once more")
    assert main(["check", "news", "--since", "main"]) == 1
    assert "copydesk.toml is changed by what is checked" in capsys.readouterr().out


def test_a_changed_workspace_counts_as_it_was() -> None:
    house = Path("house/rules/names/house.yaml")
    house.parent.mkdir(parents=True)
    house.write_text("names:\n  - {name: Doumbouya, variants: [Doombouya]}\n")
    Path("copydesk.toml").write_text('workspace = "house"\n')
    commit("a house list")
    git("branch", "-f", "main")
    Path("news/1.md").write_text("Mr Doombouya left. Nobody saw him after that.\n")
    commit("an article")
    before = since("--select", "NAM101")
    assert before == (1, [("1.md", "NAM101")])
    house.write_text("names: []\n")
    commit("without the name")
    assert since("--select", "NAM101") == before
    git("rm", "-rq", "house")
    commit("without the house")
    assert since("--select", "NAM101") == before


@pytest.mark.parametrize("hiding", ["own.yaml", "base.yaml", "kinds.txt"])
@pytest.mark.parametrize(
    "way", ['schema = "forms/own.yaml"', 'schemas = [{files = "news/*", schema = "forms/own.yaml"}]']
)
def test_a_changed_schema_counts_as_it_was(way: str, hiding: str) -> None:
    """Neither the schema nor what it extends nor a vocabulary beside it can be changed by what is checked."""
    forms = Path("forms")
    forms.mkdir()
    (forms / "base.yaml").write_text("fields:\n  title: {type: text, required: true}\n")
    (forms / "own.yaml").write_text("extends: base\nfields:\n  kind: {type: text, values-from: kinds.txt}\n")
    (forms / "kinds.txt").write_text("news\n")
    Path("copydesk.toml").write_text(way + "\n")
    commit("a schema")
    git("branch", "-f", "main")
    Path("news/new.md").write_text("---\nkind: advertisement\n---\n\n" + TEXTS[0])
    commit("an article without a title")
    before = since("--select", "FM101,FM301")
    assert before == (1, [("new.md", "FM101"), ("new.md", "FM301")])
    changed = {
        "own.yaml": "fields:\n  kind: text\n",
        "base.yaml": "fields:\n  title: text\n",
        "kinds.txt": "news\nadvertisement\n",
    }
    (forms / hiding).write_text(changed[hiding])
    commit("hiding it")
    assert since("--select", "FM101,FM301") == before


def test_a_drop_cannot_allow_its_own_defects() -> None:
    Path("copydesk.toml").write_text("suppressions = true\n")
    allowed = "<!-- copydesk: allow doubled-word: it was there before -->\n\n" + OLD_DIRT
    Path("news/0.md").write_text(allowed)
    commit("with a suppression")
    git("branch", "-f", "main")
    Path("news/0.md").write_text(allowed + "\nA line more.\n")
    Path("news/1.md").write_text(allowed)
    Path("news/new.md").write_text(allowed)
    commit("more of them")
    _, found = since("--select", "TXT")
    assert found == [("new.md", "TXT101")]  # 1.md had it before, allowed or not


# ------------------------------------------------------------------------------------------------- clean, since


def test_clean_since_repairs_only_what_changed() -> None:
    path = Path("news/1.md")
    path.write_text(path.read_text() + "\nThey stood on the the pier.\n")
    other = Path("news/2.md").read_bytes()
    assert main(["clean", "news", "--in-place", "--since", "main", "-q"]) == 0
    assert "on the the" not in path.read_text()
    assert "the the" not in path.read_text()
    assert Path("news/2.md").read_bytes() == other
    assert main(["undo", "news"]) == 0
    assert "on the the" in path.read_text()


# ------------------------------------------------------------------------------------------------- baseline


def test_a_baseline_hides_what_it_lists_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", "create", "news"]) == 0
    against = ["--baseline", "copydesk-baseline.json", "--fail-level", "warning"]
    assert check(*against) == (0, [])
    Path("news/1.md").write_text(Path("news/1.md").read_text().replace("\n\nA bakery", "\n\nNew.\n\nA bakery"))
    Path("news/2.md").rename("news/zwei.md")
    assert check(*against) == (0, [])
    Path("news/1.md").write_text(Path("news/1.md").read_text() + "\nThey stood on the the pier.\n")
    code, found = check(*against)
    assert code == 1
    assert [(f["article"], f["code"]) for f in found] == [("1.md", "TXT101")]


def test_update_never_adds_silently(capsys: pytest.CaptureFixture[str]) -> None:
    main(["baseline", "create", "news"])
    before = Path("copydesk-baseline.json").read_text()
    Path("news/new.md").write_text("Snow fell on the the hills.\n")
    capsys.readouterr()
    assert main(["baseline", "update", "news"]) == 0
    assert "1 finding not in it" in capsys.readouterr().out
    assert Path("copydesk-baseline.json").read_text() == before
    main(["baseline", "update", "news", "--add"])
    assert check("--baseline", "copydesk-baseline.json") == (0, [])


def test_stale_entries_are_reported_and_pruned(capsys: pytest.CaptureFixture[str]) -> None:
    main(["baseline", "create", "news"])
    Path("news/1.md").write_text(HEAD.format(title="Day 1") + BODY.format(n=1))
    Path("news/2.md").unlink()
    capsys.readouterr()
    main(["check", "news", "--baseline", "copydesk-baseline.json"])
    assert "2 of its entries are stale" in capsys.readouterr().out
    main(["baseline", "prune", "news"])
    assert "2 stale taken out" in capsys.readouterr().out
    main(["baseline", "stats"])
    assert "2  TXT101" in capsys.readouterr().out


def test_a_run_over_a_part_leaves_the_rest_of_the_baseline_alone() -> None:
    main(["baseline", "create", "news"])
    before = Path("copydesk-baseline.json").read_text()
    main(["baseline", "prune", "news/1.md"])
    assert Path("copydesk-baseline.json").read_text() == before


@pytest.mark.parametrize("text", ["", "[]", '{"version": 9}', '{"version": 1, "articles": {"a": []}}'])
def test_a_broken_baseline_is_an_error(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.json").write_text(text)
    assert main(["check", "news", "--baseline", "b.json"]) == 2
    assert "b.json" in capsys.readouterr().err
    assert main(["check", "news", "--baseline", "missing.json"]) == 2


# ------------------------------------------------------------------------------------------------- conditions


def test_conditions_on_a_drop(capsys: pytest.CaptureFixture[str]) -> None:
    Path("news/1.md").write_text(BODY.format(n=1))
    assert main(["check", "news", "--fail-on", "rate(TXT) > 80%"]) == 0
    assert main(["check", "news", "--fail-on", "rate(doubled-word) >= 75%"]) == 1
    assert "it is 75.00% (3 of 4 articles)" in capsys.readouterr().out
    assert main(["check", "news", "--fail-on", "count(TXT101) >= 4"]) == 0
    assert main(["check", "news", "--fail-on", "count(TXT101) > 2", "--exit-zero"]) == 0


def test_conditions_by_source(capsys: pytest.CaptureFixture[str]) -> None:
    Path("news/bad").mkdir()
    Path("news/bad/x.md").write_text(OLD_DIRT)
    for n in range(4):
        Path(f"news/{n}.md").write_text(BODY.format(n=n))
    assert main(["check", "news", "--fail-on", "rate(TXT) > 50%"]) == 0
    assert main(["check", "news", "--fail-on", "rate(TXT) > 50% per source"]) == 1
    assert "in news/bad" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["rate(TXT) > 5", "many(TXT) > 5%", "rate(NOPE) > 1%", "count(TXT) > 5%", ""])
def test_a_condition_that_cannot_be_read(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "news", "--fail-on", text]) == 2
    assert "--fail-on" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------- severity by path


def test_severity_by_path() -> None:
    Path("copydesk.toml").write_text('[severity]\nTXT = "error"\n"news/1*" = {TXT = "info"}\n')
    _, found = check()
    assert {(f["article"], f["severity"]) for f in found if f["code"] == "TXT101"} == {
        ("0.md", "error"), ("1.md", "info"), ("2.md", "error"), ("3.md", "error"),
    }  # fmt: skip
