"""`copydesk review`: a person is asked what no rule may decide, and every answer stays."""

from __future__ import annotations

import html
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from copydesk import cli_review
from copydesk.cli import main

ROOT = Path(__file__).resolve().parent.parent
FERRY = "The council has put the small ferry back into service after eleven years of repairs.\n"
BRIDGE = "The bridge upstream stays closed until spring, and nobody has said what it will cost.\n"
MACHINE = "AI Generated Content\n"
TWICE = "---\ntitle: One\ntitle: Two\n---\n\n"
FILE = Path("decisions.jsonl")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text("")
    Path("news").mkdir()
    Path("news/a.md").write_text(f"{TWICE}{FERRY}\n{MACHINE}")
    Path("news/b.md").write_text(f"{BRIDGE}\n{MACHINE}")
    Path("news/c.md").write_text(f"{MACHINE}\nThey were were late, and {BRIDGE}")


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `review` with these lines as answers; gives the exit code and what was printed."""

    def run(answers: str, *words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(answers.replace(" / ", "\n")))
        capsys.readouterr()
        code = main(["review", *(words or ["news"])])
        out, err = capsys.readouterr()
        return code, out + err

    return run


def decided() -> list[tuple[str, ...]]:
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    return [(r["verdict"], r["scope"], r["code"], r["path"]) for r in rows]


def clean(*words: str) -> dict[str, str]:
    main(["clean", "news", "--out", "out", "-q", "--decisions", "decisions.jsonl", *words])
    return {p.stem: p.read_text() for p in Path("out/corpus").glob("*.md")}


def test_equal_findings_are_one_question_and_the_most_repeated_comes_first(review: Any) -> None:
    code, said = review("")
    assert code == 0
    first = said.partition("\n> ")[0]
    assert "1 of 3 questions" in first
    assert "news/a.md:8:1  BOI301 ai-disclosure  warning  (3 places in 3 articles)" in first
    assert "      8 | AI Generated Content\n        | ^^^^^^^^^^^^^^^^^^^^\n" in first
    assert "Does it hold for the whole article?" in first
    assert "1 accept here · a accept everywhere (3) · k keep here · K keep everywhere (3)" in first
    assert not FILE.exists()
    assert "Nothing was decided; 5 findings to decide on." in said


def test_accepted_everywhere_is_made_by_the_next_clean(review: Any) -> None:
    code, said = review("a / q")
    assert (code, decided()) == (0, [("accept", "everywhere", "BOI301", "news/a.md")])
    assert "Accepted in 3 places." in said
    assert "1 answer written to decisions.jsonl: 1 accepted, 0 kept; 2 findings to decide on." in said
    assert 'Put into copydesk.toml, so that every run follows it: decisions = "decisions.jsonl"' in said
    assert "Next: copydesk clean news --decisions decisions.jsonl --out cleaned" in said
    assert not [name for name, text in clean().items() if MACHINE in text]
    assert main(["undo", "out"]) == 0
    assert Path("out/corpus/b.md").read_text() == Path("news/b.md").read_text()


def test_here_is_one_place_and_the_next_is_asked(review: Any) -> None:
    _, said = review("1 / k the editor wants it / q")
    assert decided() == [("accept", "here", "BOI301", "news/a.md"), ("keep", "here", "BOI301", "news/b.md")]
    assert "news/b.md:3:1  BOI301 ai-disclosure  warning  (2 places in 2 articles)" in said
    assert json.loads(FILE.read_text().splitlines()[1])["reason"] == "the editor wants it"
    now = clean()
    assert [MACHINE in now[n] for n in "abc"] == [False, True, True]


def test_of_several_fixes_one_is_chosen(review: Any) -> None:
    _, said = review("2", "news", "--rule", "FM002")
    assert "1-2 accept one here · a accept 1 everywhere · k keep here" in said
    assert "title: Two" in clean()["a"]
    assert "title: One" not in clean()["a"]


def test_what_was_decided_is_not_asked_again(review: Any) -> None:
    review("K / s")
    _, said = review("", "news", "--decisions", "decisions.jsonl")
    assert "3 findings decided before (0 accepted, 3 kept)" in said
    assert "1 of 2 questions" in said
    Path("copydesk.toml").write_text('decisions = "decisions.jsonl"\n')
    _, said = review("k / k")
    assert "Put into" not in said
    assert said.rstrip().endswith("Next: copydesk clean news --out cleaned")
    assert main(["check", "news", "--fail-level", "info"]) == 0
    assert "Nothing to decide on." in review("")[1]


def test_an_answer_can_be_taken_back(review: Any) -> None:
    _, said = review("K / s / u / u / u / a / q")
    assert "Back to what was skipped." in said
    assert "The last answer is taken back." in said
    assert "Nothing was answered yet." in said
    assert [d[:2] for d in decided()] == [("keep", "everywhere"), ("ask", "everywhere"), ("accept", "everywhere")]
    assert not [name for name, text in clean().items() if MACHINE in text]


def test_a_keep_taken_back_leaves_what_was_accepted_before(review: Any) -> None:
    review("a / q")
    review("k / u / q", "news", "--decisions", "decisions.jsonl")
    assert not [name for name, text in clean().items() if MACHINE in text]


def test_every_answer_is_on_the_disk_before_the_next_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Person:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            if FILE.exists():
                raise KeyboardInterrupt
            return "1\n"

    monkeypatch.setattr("sys.stdin", Person())
    code = main(["review", "news"])
    assert (code, len(decided())) == (130, 1)
    assert "1 answer written to decisions.jsonl" in capsys.readouterr().out


def test_why_and_what_no_key_means(review: Any) -> None:
    _, said = review("w / x / 7 / q", "news", "--select", "TXT102")
    assert "word: were" in said
    assert "These words can meet in good English" in said
    assert said.count("accept this fix here") == 2
    assert not FILE.exists()


def test_a_rule_narrows_the_questions_and_an_unknown_one_is_said(review: Any) -> None:
    assert "1 of 1 question --" in review("", "news", "--rule", "repeated-word")[1]
    code, said = review("", "news", "--rule", "repeated-wort")
    assert code == 2
    assert "did you mean 'repeated-word'" in said
    assert (
        "Next: copydesk clean news --decisions decisions.jsonl --out cleaned" in review("k", "news", "--rule", "TXT")[1]
    )


def test_unsafe_fixes_that_clean_makes_are_not_asked(review: Any) -> None:
    assert "TXT102" not in review("", "news", "--unsafe")[1]


def test_a_file_that_nobody_named_is_not_taken(review: Any) -> None:
    FILE.write_text("")
    code, said = review("k")
    assert code == 2
    assert "decisions.jsonl: exists already; if it is yours, say --decisions" in said
    assert review("k / q", "news", "--decisions", "decisions.jsonl")[0] == 0


def test_of_what_clean_wrote_the_originals_are_reviewed(review: Any) -> None:
    main(["clean", "news", "--out", "cleaned", "-q"])
    code, said = review("a / q", "cleaned/")
    assert code == 0
    assert "news/a.md:8:1  BOI301" in said
    assert "Next: copydesk clean news --decisions decisions.jsonl --out cleaned" in said
    assert decided() == [("accept", "everywhere", "BOI301", "news/a.md")]
    assert main([*said.rpartition("Next: copydesk ")[2].split(), "-q"]) == 1, "a conflicting key is left"
    assert MACHINE not in Path("cleaned/corpus/b.md").read_text()


def test_what_clean_wrote_is_not_reviewed(review: Any) -> None:
    main(["clean", "news", "--out", "out", "-q"])
    journal = Path("out/report/journal.jsonl")
    journal.write_text(journal.read_text().replace('["../news"]', '["../olds"]'))
    for path in ("out", "out/corpus", "out/corpus/a.md"):
        code, said = review("k", path)
        assert code == 2
        assert f"{path}: is what `clean` wrote; review the articles that it was made from" in said


def test_standard_input_is_for_the_answers(review: Any) -> None:
    for words in (["--stdin-filename", "a.md"], ["--files-from", "-"]):
        assert review("k", *words)[0] == 2


def test_what_an_article_says_cannot_steer_the_terminal(review: Any) -> None:
    evil = "\x1b]0;owned\x07\u202e\x9b31m"
    Path("news/a.md").write_text(f"They were were late{evil}, and it rained {evil} for days.\n\n{MACHINE}")
    Path(f"news/{evil}.md").write_text(f"---\ntitle: a{evil}\ntitle: b{evil}\n---\n\n{FERRY}")
    _, said = review("w / k / 1 / k / k / k / k / k / k / k / k")
    assert not set("\x1b\x07\u202e\x9b") & set(said)
    assert not set("\x07\u202e\x9b\x1b") & set(FILE.read_text())
    assert main(["check", "news", "-q", "--decisions", "decisions.jsonl", "--fail-level", "warning"]) in (0, 1)


def plain(block: str) -> str:
    return re.sub(r"^    ", "", block.strip("\n"), flags=re.M)


def test_the_example_of_the_documentation(
    review: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/review.md shows articles, a session and what comes of it: all of it as it is."""
    page = (ROOT / "docs" / "review.md").read_text("utf-8")
    for path in Path("news").iterdir():
        path.unlink()
    for name, text in re.findall(r"^`(news/[\w.-]+)`:\n\n((?:    .*\n|\n)+)", page, re.M):
        Path(name).write_text(plain(text) + "\n")
    monkeypatch.setattr(cli_review, "_now", lambda: "2026-11-22T10:00:00Z")
    sessions = [plain(b) for b in re.findall(r"^((?:    .*\n|\n)+)", page, re.M) if "    $ copydesk" in b]
    parts = [part for session in sessions for part in re.split(r"^\$ copydesk ", session, flags=re.M)[1:]]
    assert [part.split()[0] for part in parts] == ["review", "clean", "check"]
    for part in parts:
        command, _, expected = part.partition("\n")
        answers = [line.removeprefix("> ") for line in expected.splitlines() if line.startswith("> ")]
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers)))
        capsys.readouterr()
        main(command.split())
        assert capsys.readouterr().out.strip("\n") == expected.strip("\n"), command
    written = re.search(r'^    (\{"version".*\})$', page, re.M)
    assert written is not None
    assert written[1] in FILE.read_text().splitlines()


@pytest.mark.parametrize("words", [[], ["--fail-on", "rate(ENC) > 9%", "--no-cache", "--jobs", "1", "--exit-zero"]])
@pytest.mark.parametrize("command", [["check", "news"], ["clean", "news", "--out", "o", "--quarantine-duplicates"]])
def test_check_and_clean_say_the_command(
    command: list[str], words: list[str], review: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*command, *words])
    said = re.search(r"\d+ for a person \[\?\]: +copydesk (review .*)", capsys.readouterr().out)
    assert said is not None
    code, asked = review("", *said[1].split()[1:])
    assert (code, "1 of 3 questions" in asked) == (0, True)


def test_the_report_holds_what_can_be_decided(review: Any) -> None:
    """The script of the page writes the row of a card with scope, verdict and the edits of a fix: as is done here."""
    main(["clean", "news", "--out", "o", "-q"])
    page = Path("o/report/index.html").read_text()
    cards = [json.loads(html.unescape(data)) for data in re.findall(r'data-d="([^"]*)"', page)]
    assert {c["row"]["code"]: len(c["fixes"]) for c in cards} == {"FM002": 2, "BOI301": 1, "TXT102": 1}
    assert [c["fixes"][1]["title"] for c in cards if c["row"]["code"] == "FM002"] == ["keep Two"]
    lines = []
    for c in cards:
        keep = c["row"]["code"] == "TXT102"
        here = {"FM002": "here"}.get(c["row"]["code"], "everywhere")
        made = {"verdict": "keep"} if keep else {"verdict": "accept", "edits": c["fixes"][-1]["edits"]}
        lines.append(json.dumps({**c["row"], "scope": here, **made, "at": "2026-11-22T10:00:00Z"}))
    FILE.write_text("\n".join(lines))
    now = clean("--unsafe")
    assert "title: Two" in now["a"]
    assert "title: One" not in now["a"]
    assert "were were" in now["c"]
    assert not [text for text in now.values() if MACHINE in text]


def test_a_repair_can_be_refused_in_the_report() -> None:
    Path("news/a.md").write_text("It rained in the the valley.\n")
    main(["clean", "news/a.md", "--out", "o", "-q"])
    (data,) = re.findall(r'data-d="([^"]*)"', Path("o/report/index.html").read_text())
    card = json.loads(html.unescape(data))
    assert (card["applied"], card["fixes"]) == (True, [])
    FILE.write_text(json.dumps({**card["row"], "scope": "here", "verdict": "keep"}))
    assert "the the" in clean()["a"]
