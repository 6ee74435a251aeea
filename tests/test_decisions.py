"""What was decided stays: accepted fixes are made and can be undone, kept findings are not told again."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.cli import main
from copydesk.decisions import Decision, append_decisions, changes
from copydesk.model import Edit, Span

SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "articles"
FERRY = "The council has put the small ferry back into service after eleven years of repairs.\n"
BRIDGE = "The bridge upstream stays closed until spring, and nobody has said what it will cost.\n"
MACHINE = "AI Generated Content"
TWICE = "---\ntitle: One\ntitle: Two\n---\n\n"
FILE = Path("decisions.jsonl")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text("")
    Path("news").mkdir()


def write(**articles: str) -> None:
    for name, text in articles.items():
        Path(f"news/{name}.md").write_text(text)


def check(*words: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["check", "news", "--format", "json", "--output", "found.json", *words])
    return code, json.loads(Path("found.json").read_text())["findings"]


def clean(*words: str) -> int:
    return main(["clean", "news", "--out", "out", "-q", *words])


def cleaned(name: str) -> str:
    return Path(f"out/corpus/{name}.md").read_text()


def a_decision(found: dict[str, Any], verdict: str, scope: str = "here", fix: int = 0) -> Decision:
    text = Path(found["path"]).read_bytes().decode("utf-8", "replace")
    span = Span(**found["span"])
    edits = [Edit(**e) for e in found["fixes"][fix]["edits"]] if verdict == "accept" else []
    made = changes(text, span, edits)
    match = text[span.start : span.end]
    return Decision(
        found["code"], found["path"], found["fingerprint"], scope, verdict,  # type: ignore[arg-type]
        found["field"], match, found["message"], made, found["fixes"][fix]["title"] if made else "",
    )  # fmt: skip


def decide(code: str, verdict: str, scope: str = "here", fix: int = 0, article: str = "") -> dict[str, Any]:
    """Writes the decision on the first finding of a rule, in one article if it is named."""
    found = next(f for f in check()[1] if f["code"] == code and article in f["path"])
    append_decisions(FILE, [a_decision(found, verdict, scope, fix)])
    return found


DECIDED = ("--decisions", str(FILE))


def test_what_was_accepted_is_made_by_clean_and_taken_back_by_undo() -> None:
    write(a=f"{FERRY}\n{MACHINE}\n")
    found = decide("BOI301", "accept")
    clean()
    assert cleaned("a") == f"{FERRY}\n{MACHINE}\n"
    code, now = check(*DECIDED, "--fail-level", "warning")
    assert (code, [(f["code"], f["applied"], f["fixes"][0]["safety"]) for f in now]) == (
        1,
        [("BOI301", True, "suggest")],
    )
    assert clean(*DECIDED, "--fail-level", "warning") == 0
    assert cleaned("a") == FERRY
    _head, entry = map(json.loads, Path("out/report/journal.jsonl").read_text().splitlines())
    assert [(a["finding"], a["decided"]) for a in entry["passes"][0]] == [(found["fingerprint"], True)]
    assert main(["undo", "out", "--finding", found["fingerprint"]]) == 0
    assert cleaned("a") == f"{FERRY}\n{MACHINE}\n"


def test_of_several_fixes_the_chosen_one_is_made() -> None:
    write(a=f"{TWICE}{FERRY}", b=f"{TWICE}{BRIDGE}")
    decide("FM002", "accept", article="a.md")
    decide("FM002", "accept", fix=1, article="b.md")
    clean(*DECIDED)
    assert "title: One\n" in cleaned("a")
    assert "title: Two\n" not in cleaned("a")
    assert "title: Two\n" in cleaned("b")
    assert "title: One\n" not in cleaned("b")


def test_what_is_kept_is_not_told_again_and_does_not_gate(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=f"{TWICE}{FERRY}")
    assert check()[0] == 1
    decide("FM002", "keep")
    capsys.readouterr()
    assert check(*DECIDED) == (0, [])
    assert main(["check", "news", *DECIDED]) == 0
    assert "1 finding decided before (0 accepted, 1 kept)" in capsys.readouterr().out
    assert clean(*DECIDED) == 0
    assert cleaned("a") == f"{TWICE}{FERRY}"


@pytest.mark.parametrize("scope", ["here", "everywhere"])
def test_what_is_kept_is_not_repaired_either(scope: str) -> None:
    text = f"He went to to the market. {FERRY}\nIt rained in the the valley.\n"
    write(a=text)
    Path("found.json").unlink(missing_ok=True)
    for code in ("TXT101", "TXT102"):
        decide(code, "keep", scope)
    clean("--unsafe", *DECIDED)
    assert cleaned("a") == text
    assert check("--unsafe", *DECIDED)[1] == []


def test_everywhere_is_every_article_with_the_same_match_and_the_same_fix() -> None:
    write(a=f"{FERRY}\n{MACHINE}\n", b=f"{BRIDGE}\n{MACHINE}\n", c=f"{BRIDGE}\nAI-generated summary\n\n{FERRY}")
    decide("BOI301", "accept", "everywhere", article="a.md")
    write(d=f"{FERRY}{BRIDGE}\n{MACHINE}\n")  # a new article
    clean(*DECIDED)
    assert [MACHINE in cleaned(n) for n in "abd"] == [False, False, False]
    assert "AI-generated summary" in cleaned("c")
    decide("BOI301", "keep", article="b.md")  # one place goes before everywhere
    clean(*DECIDED)
    assert [MACHINE in cleaned(n) for n in "abd"] == [False, True, False]


def test_a_later_line_counts_and_ask_takes_it_back() -> None:
    write(a=f"{TWICE}{FERRY}")
    found = decide("FM002", "keep")
    assert check(*DECIDED)[0] == 0
    append_decisions(FILE, [a_decision(found, "ask")])
    assert check(*DECIDED)[0] == 1
    append_decisions(FILE, [a_decision(found, "accept", fix=1)])
    clean(*DECIDED)
    assert "title: Two" in cleaned("a")


def test_a_decision_on_what_is_no_longer_there_changes_nothing_and_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(a=f"{FERRY}\n{MACHINE}\n")
    decide("BOI301", "accept")
    write(a=f"{FERRY}\nAI-generated summary\n")
    capsys.readouterr()
    assert main(["check", "news", *DECIDED]) == 0
    said = capsys.readouterr().out
    assert "0 findings decided before; 1 decision on what is no longer there" in said
    assert "BOI301" in said
    Path("news/a.md").rename("news/b.md")
    main(["check", "news", *DECIDED])
    assert "1 decision on what is no longer there" in capsys.readouterr().out


def test_the_configuration_names_the_file_and_isolated_ignores_it(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=f"{TWICE}{FERRY}")
    decide("FM002", "keep")
    assert check()[0] == 1  # never found by itself
    Path("copydesk.toml").write_text('decisions = "decisions.jsonl"\n')
    assert check()[0] == 0
    assert check("--isolated")[0] == 1
    Path("copydesk.toml").write_text('decision = "decisions.jsonl"\n')
    assert main(["check", "news"]) == 2
    assert "did you mean 'decisions'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not a decision"),
        ("[]", "not a decision of version 1"),
        ('{"version": 2}', "not a decision of version 1"),
        ('{"version": 1, "code": "TXT101", "scope": "there", "verdict": "keep"}', "'scope' is one of"),
        ('{"version": 1, "code": "TXT101", "scope": "here", "verdict": "yes"}', "'verdict' is one of"),
        (
            '{"version": 1, "code": "TXT101", "scope": "here", "verdict": "keep", "path": "a"}',
            "'fingerprint' is missing",
        ),
        ('{"version": 1, "code": "TXT101", "scope": "everywhere", "verdict": "keep"}', "'match' is missing"),
        ('{"version": 1, "code": "A", "scope": "everywhere", "verdict": "accept", "match": "a"}', "'edits' is missing"),
        (
            '{"version": 1, "code": "A", "scope": "everywhere", "verdict": "accept", "edits": [1], "match": "a"}',
            "'edits'",
        ),
        ('{"version": 1, "code": 7, "scope": "everywhere", "verdict": "keep", "match": "a"}', "'code' is a text"),
        ("<<<<<<< HEAD", "not a decision"),
    ],
)
def test_a_broken_line_is_said_with_its_number(line: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(a=f"{TWICE}{FERRY}")
    decide("FM002", "keep")
    with FILE.open("a") as file:
        file.write(f"\n{line}\n")
    capsys.readouterr()
    assert main(["check", "news", *DECIDED]) == 2
    said = capsys.readouterr().err
    assert "decisions.jsonl:3: " in said
    assert why in said


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=FERRY)
    assert main(["check", "news", "--decisions", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl: there are no decisions" in capsys.readouterr().err


def test_a_drop_cannot_bring_decisions_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], check=True, capture_output=True)

    Path("copydesk.toml").write_text('decisions = "decisions.jsonl"\n')
    FILE.write_text("")
    write(a=f"{TWICE}{FERRY}")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "before")
    write(b=f"{TWICE}{BRIDGE}")
    decide("FM002", "keep", article="b.md")
    git("add", "-A")
    git("commit", "-q", "-m", "drop")
    capsys.readouterr()
    assert main(["check", "news", "--since", "HEAD~1"]) == 1
    assert "decisions.jsonl is changed by what is checked" in capsys.readouterr().out
    assert main(["check", "news", "--since", "HEAD~1", *DECIDED]) == 1
    git("commit", "-q", "--allow-empty", "-m", "merged")
    write(b=f"{TWICE}{BRIDGE}{FERRY}")
    assert main(["check", "news", "--since", "HEAD~1"]) == 0


def test_a_cached_run_knows_the_decisions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(a=f"{TWICE}{FERRY}\n{MACHINE}\n")
    assert check("--cache")[0] == 1
    decide("FM002", "keep")
    decide("BOI301", "accept")
    for _ in range(2):
        assert check("--cache", *DECIDED) == check(*DECIDED)
        shutil.rmtree("out", ignore_errors=True)
        clean("--cache", *DECIDED)
        assert '"decided": true' in Path("out/report/journal.jsonl").read_text()


def corpus_of(folder: str) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


@pytest.mark.parametrize("scope", ["here", "everywhere"])
@pytest.mark.parametrize("unsafe", [(), ("--unsafe",)])
def test_with_everything_decided_jobs_agree_and_nothing_is_left(scope: str, unsafe: tuple[str, ...]) -> None:
    """Of the made articles with every kind of damage: each offered fix accepted, the rest kept."""
    shutil.rmtree("news")
    shutil.copytree(SEEDS, "news")
    left = [f for f in check()[1] if not f["applied"] and f["code"] != "FIL103"]
    append_decisions(FILE, [a_decision(f, "accept" if f["fixes"] else "keep", scope, -1) for f in left])
    assert len(left) > 20
    one, two = (check(*DECIDED, *unsafe, "--jobs", n)[1] for n in "12")
    assert one == two
    assert {f["code"] for f in one if not f["applied"]} == {"FIL103"}
    clean(*DECIDED, *unsafe)
    assert main(["clean", "out/corpus", "--out", "again", "-q", "--exit-zero", *DECIDED, *unsafe]) == 0
    assert corpus_of("again/corpus") == corpus_of("out/corpus")
    assert main(["undo", "out"]) == 0
    assert corpus_of("out/corpus") == corpus_of("news")


@given(
    st.lists(st.sampled_from(["accept", "keep", "-"]), min_size=40, max_size=40),
    st.sampled_from(["here", "everywhere"]),
)
def _decided_at_random(verdicts: list[str], scope: str) -> None:
    FILE.unlink(missing_ok=True)
    left = [f for f in check("--ignore", "DUP,FM")[1] if not f["applied"]]
    pairs = [(f, v) for f, v in zip(left, verdicts, strict=False) if v != "-" and (v == "keep" or f["fixes"])]
    append_decisions(FILE, [a_decision(f, v, scope) for f, v in pairs])
    shutil.rmtree("out", ignore_errors=True)
    clean("--ignore", "DUP,FM", *DECIDED)
    now = check("--ignore", "DUP,FM", *DECIDED)[1]
    told = {(f["path"], f["fingerprint"]): f["applied"] for f in now}
    for f, v in pairs if scope == "here" else []:
        assert told.get((f["path"], f["fingerprint"])) is (True if v == "accept" else None), f
    assert main(["undo", "out"]) == 0
    assert corpus_of("out/corpus") == corpus_of("news")


def test_whatever_is_decided_is_followed_and_undone() -> None:
    write(
        a=f"He went to to the market, he said.\n\n{FERRY}\n{MACHINE}\n",
        b=f"{MACHINE}\n\nThey were were late in the the end.\n\n{BRIDGE}",
        c=f"They were were late, and they were were late, and they were were late.\n\n{MACHINE}\n",
    )
    _decided_at_random()
