"""The command line as its users meet it: exit codes, what is written where, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.cli import main

DIRTY = "\nIt rained in the the valley.\n"
CLEAN = "It rained in the valley.\n"
BLOCKED = "---\ntitle: [unclosed\n---\n\nText.\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in an empty folder: no configuration is found by chance, no terminal, no CI."""
    here = tmp_path / "cwd"
    here.mkdir()
    monkeypatch.chdir(here)


def write(folder: str, **files: str | bytes) -> Path:
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        data = text.encode() if isinstance(text, str) else text
        (path / f"{name}.md").write_bytes(data)
    return path


def tree(folder: str | Path) -> dict[str, bytes]:
    root = Path(folder)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


# ------------------------------------------------------------------------------------------------ the gate and its job


GATE = ["--format", "github", "--format", "markdown=summary.md"]


def test_a_clean_drop_passes(capsys: pytest.CaptureFixture[str]) -> None:
    write("drop", a=CLEAN)
    assert main(["check", "drop/", *GATE]) == 0
    assert "::error" not in capsys.readouterr().out
    assert "no findings" in Path("summary.md").read_text().lower()


def test_a_drop_that_cannot_be_published_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    write("drop", a=CLEAN, b=BLOCKED)
    assert main(["check", "drop/", *GATE]) == 1
    out = capsys.readouterr().out
    assert "::error file=drop/b.md,line=" in out
    assert "b.md" in Path("summary.md").read_text()


def test_an_empty_drop_is_not_green(capsys: pytest.CaptureFixture[str]) -> None:
    Path("drop").mkdir()
    assert main(["check", "drop/", *GATE]) == 2
    assert "no article matched" in capsys.readouterr().err
    assert main(["check", "drop/", "--allow-empty", *GATE]) == 0


def test_dirt_alone_does_not_block_unless_asked() -> None:
    write("drop", a=DIRTY)
    assert main(["check", "drop", "-q"]) == 0
    assert main(["check", "drop", "-q", "--fail-level", "warning"]) == 1
    assert main(["check", "drop", "-q", "--fail-level", "warning", "--exit-zero"]) == 0
    assert main(["clean", "drop", "-q", "--fail-level", "warning", "--out", "o", "--select", "TXT101,LAY"]) == 0


# ---------------------------------------------------------------------------------------------------------- usage


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "nowhere"], "nowhere: there is no such file or folder"),
        (["check", "drop", "--select", "LAZ"], "did you mean"),
        (["check", "drop", "--select", "mojibak"], "did you mean 'mojibake'"),
        (["check", "drop", "--format", "jsn"], "did you mean 'json'"),
        (["check", "drop", "--format", "json", "--format", "jsonl"], "cannot both go to the terminal"),
        (["check", "drop", "--per-file-ignores", "x"], "write GLOB:CODE"),
        (["check", "drop", "--config", "none.toml"], "none.toml: cannot be read"),
        (["check", "drop", "--workspace", "drop"], "a workspace has at least one of the folders"),
        (["explain", "no-such-rule"], "no rule is called"),
        (["undo", "drop"], "no journal of copydesk here"),
        (["clean", "drop", "--out", "drop/out"], "lies inside"),
        (["undo", "nowhere"], "no such file or folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("drop", a=CLEAN)
    assert main(words) == 2
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('langage = "en"', "copydesk.toml:1: unknown key 'langage'; did you mean 'language'?"),
        ('\nselect = "LAY"', "copydesk.toml:2: 'select' is a list"),
        ("[limits]\npasess = 3", "copydesk.toml:2: unknown limit 'pasess'; did you mean 'passes'?"),
        ("[limits]\npasses = 0", "is a whole number above 0"),
        ('[severity]\nLAY = "fatal"', "severity of 'LAY' is one of"),
        ('fail-level = "fatal"', "fail-level is one of"),
        ('front-matter = "yes"', "'front-matter' is"),
        ("a = [", "not TOML"),
        ('extend = "copydesk.toml"', "extends itself"),
        ('include = ["*.md", 3]', "'include' is a list of texts"),
    ],
)
def test_a_wrong_configuration_is_said_with_its_line(toml: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("drop", a=CLEAN)
    Path("copydesk.toml").write_text(toml)
    assert main(["check", "drop"]) == 2
    assert says in capsys.readouterr().err


def test_a_configuration_is_found_upward_and_never_in_what_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    drop = write("drop", a=DIRTY)
    (drop / "copydesk.toml").write_text('ignore = ["ALL"]\n')
    assert main(["check", "drop", "-q", "--fail-level", "warning"]) == 1
    Path("copydesk.toml").write_text('select = ["FM"]\n')
    assert main(["check", "drop", "-q", "--fail-level", "warning"]) == 0
    assert main(["check", "drop", "-q", "--fail-level", "warning", "--isolated"]) == 1
    Path("copydesk.toml").unlink()
    Path("pyproject.toml").write_text('[tool.copydesk]\nselect = ["FM"]\n')
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert main(["check", "../drop", "-q", "--fail-level", "warning"]) == 0


def test_a_configuration_extends_another() -> None:
    write("drop", a=DIRTY)
    Path("base.toml").write_text('fail-level = "warning"\nselect = ["FM"]\n')
    Path("copydesk.toml").write_text('extend = "base.toml"\nselect = ["TXT"]\n')
    assert main(["check", "drop", "-q"]) == 1


def test_help_and_version_exit_0_and_no_command_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert main(["--version"]) == 0
    assert main([]) == 2
    assert main(["check", "--since", "HEAD", "x"]) == 2, "what is not built is not accepted"
    assert "--since" not in capsys.readouterr().out


# ------------------------------------------------------------------------------------------------------ json contract


def test_json_has_the_shape_of_the_contract() -> None:
    write("drop/sub", a=DIRTY)
    assert main(["check", "drop", "--format", "json", "--output", "f.json"]) == 0
    data = json.loads(Path("f.json").read_text("utf-8"))
    assert data["version"] == 1
    doubled = next(f for f in data["findings"] if f["code"] == "TXT101")
    assert (doubled["article"], doubled["field"], doubled["severity"]) == ("sub/a.md", None, "warning")
    assert doubled["location"]["line"] == 2
    fix = doubled["fixes"][0]
    assert fix["safety"] == "safe"
    text = DIRTY
    for e in reversed(fix["edits"]):
        assert text[e["start"] : e["start"] + len(e["old"])] == e["old"]
        text = text[: e["start"]] + e["new"] + text[e["start"] + len(e["old"]) :]
    assert text == "\nIt rained in the valley.\n"
    assert {"name", "path", "span", "evidence", "fingerprint", "depends_on", "message"} <= set(doubled)


def test_identity_does_not_depend_on_the_path_that_was_named() -> None:
    Path(".git").mkdir()
    write("news/sub", a=DIRTY)
    prints = []
    for path in (".", "news", "news/sub/a.md"):
        assert main(["check", path, "--format", "json=f.json"]) == 0
        found = json.loads(Path("f.json").read_text("utf-8"))["findings"]
        prints.append({(f["path"], f["fingerprint"]) for f in found})
    assert prints[0] == prints[1] == prints[2]
    assert {p for p, _ in prints[0]} == {"news/sub/a.md"}


# ------------------------------------------------------------------------------------------------------------- clean


def test_clean_writes_a_mirror_and_a_report_and_undo_restores_it(capsys: pytest.CaptureFixture[str]) -> None:
    drop = write("drop/sub", a=DIRTY, b=CLEAN, c=b"caf\xe9 culture\r\n").parent
    (drop / "logo.png").write_bytes(b"\x89PNG\x00")
    before = tree(drop)
    assert main(["clean", "drop", "--out", "o"]) == 1, "c.md is not UTF-8, which clean cannot mend"
    assert tree(drop) == before, "the input is never written"
    corpus = tree("o/corpus")
    assert corpus == before | {"sub/a.md": CLEAN.encode()}
    assert {"index.html", "findings.jsonl", "journal.jsonl", "summary.md", "changes.diff"} == set(tree("o/report"))
    assert "o/report/index.html" in capsys.readouterr().out
    assert main(["undo", "o"]) == 0
    assert tree("o/corpus") == before
    assert main(["undo", "o"]) == 0
    assert "Nothing in the journal matches" in capsys.readouterr().out


def test_clean_twice_is_clean_once_and_the_output_is_replaced() -> None:
    write("drop", a=DIRTY)
    assert main(["clean", "drop", "--out", "o", "-q"]) == 0
    assert main(["clean", "o/corpus", "--out", "p", "-q"]) == 0
    assert tree("p/corpus") == tree("o/corpus")
    write("drop", b=DIRTY)
    assert main(["clean", "drop", "--out", "o", "-q"]) == 0
    assert set(tree("o/corpus")) == {"a.md", "b.md"}


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_clean_refuses_an_output_that_was_edited(change: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("drop", a=DIRTY, b=CLEAN)
    assert main(["clean", "drop", "--out", "o", "-q"]) == 0
    mine = Path("o/corpus/mine.md" if change == "add" else "o/corpus/b.md")
    if change == "remove":
        mine.unlink()
    else:
        mine.write_text("by hand\n")
    before = tree("o")
    assert main(["clean", "drop", "--out", "o", "-q"]) == 2
    assert f"corpus/{mine.name}" in capsys.readouterr().err
    assert tree("o") == before


def test_clean_refuses_a_folder_that_is_not_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    write("drop", a=DIRTY)
    write("o", precious="mine\n")
    assert main(["clean", "drop", "--out", "o"]) == 2
    assert "not empty and not from an earlier" in capsys.readouterr().err
    assert tree("o") == {"precious.md": b"mine\n"}


def test_two_inputs_that_would_become_one_file_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    write("x", a=DIRTY)
    write("y", a=CLEAN)
    assert main(["clean", "x", "y", "--out", "o"]) == 2
    assert "would both become a.md" in capsys.readouterr().err
    assert not Path("o").exists()


def test_in_place_must_be_said_and_can_be_undone() -> None:
    drop = write("drop", a=DIRTY, b=CLEAN)
    os.chmod(drop / "a.md", 0o640)
    before = tree(drop)
    assert main(["clean", "drop"]) == 2
    assert main(["clean", "drop", "--in-place", "-q"]) == 0
    assert (drop / "a.md").read_text() == CLEAN
    assert (drop / "a.md").stat().st_mode & 0o777 == 0o640
    assert main(["clean", "drop", "--in-place", "-q"]) == 0, "nothing is left to do"
    assert main(["undo", "drop"]) == 0
    assert {k: v for k, v in tree(drop).items() if not k.startswith(".copydesk")} == before


def test_undo_of_a_rule_a_file_and_a_finding() -> None:
    drop = write("drop", a=DIRTY, b=DIRTY)
    assert main(["clean", "drop", "--in-place", "-q", "--select", "TXT101,LAY"]) == 0
    assert main(["undo", "drop", "--rule", "TXT101", "--file", "a.md"]) == 0
    assert (drop / "a.md").read_text() == "It rained in the the valley.\n"
    assert (drop / "b.md").read_text() == CLEAN
    journal = next((drop / ".copydesk/runs").glob("*/journal.jsonl"))
    rows = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
    fixes = next(p for r in rows if r["path"] == "b.md" for p in r["passes"])
    leading = next(f["finding"] for f in fixes if f["code"].startswith("LAY"))
    assert main(["undo", "drop", "--finding", leading]) == 0
    assert (drop / "b.md").read_text() == "\nIt rained in the valley.\n"
    assert main(["undo", "drop"]) == 0
    assert (drop / "a.md").read_text() == (drop / "b.md").read_text() == DIRTY


def test_undo_knows_a_rule_by_its_name_and_says_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    drop = write("drop", a=DIRTY)
    assert main(["clean", "drop", "--in-place", "-q"]) == 0
    assert main(["undo", "drop", "--rule", "doubled-wrod"]) == 2
    assert "no rule is called 'doubled-wrod'; did you mean 'doubled-word'?" in capsys.readouterr().err
    assert main(["undo", "drop", "--rule", ""]) == 2, "an empty variable of a script means nothing, not everything"
    assert main(["undo", "drop", "--rule", "mojibake"]) == 2, "a rule that has repaired nothing"
    assert (drop / "a.md").read_text() == CLEAN
    assert main(["undo", "drop", "--rule", "doubled-word"]) == 0
    assert (drop / "a.md").read_text() == DIRTY.lstrip("\n")
    assert main(["undo", "drop", "--rule", "lay4,TXT"]) == 0
    assert (drop / "a.md").read_text() == DIRTY


def test_undo_knows_the_rules_of_a_workspace_and_codes_that_are_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    drop = write("drop", a=DIRTY)
    rule = "message: m\n  why: w\n  severity: warning\n  safety: safe\n  uses: doubled_word\n  case: certain"
    rule += "\n  with: {always_wrong: [the]}"
    Path("desk/rules").mkdir(parents=True)
    Path("desk/rules/mine.yaml").write_text(f"XYZ101:\n  name: house-doubled\n  {rule}\n")
    words = ["--workspace", "desk", "--select", "XYZ101"]
    assert main(["clean", "drop", "--in-place", "-q", *words]) == 0
    after = (drop / "a.md").read_text()
    assert after == DIRTY.replace("the the", "the")
    assert main(["undo", "drop", "--rule", "house-doubled"]) == 2, "the name is known to the workspace only"
    assert main(["undo", "drop", "--rule", "house-doubled", "--workspace", "desk"]) == 0
    assert main(["clean", "drop", "--in-place", "-q", *words]) == 0
    assert (drop / "a.md").read_text() == after
    Path("desk/rules/mine.yaml").unlink()
    assert main(["undo", "drop", "--rule", "XYZ101"]) == 0, "its code stands in the journal"
    assert (drop / "a.md").read_text() == DIRTY
    capsys.readouterr()


def test_undo_of_several_runs_goes_back_one_by_one_and_a_path_limits_it(capsys: pytest.CaptureFixture[str]) -> None:
    drop = write("drop", a=DIRTY, b=DIRTY)
    assert main(["clean", "drop", "--in-place", "-q", "--select", "TXT"]) == 0
    assert main(["clean", "drop", "--in-place", "-q", "--select", "LAY"]) == 0
    assert main(["undo", "drop/a.md"]) == 0
    assert "Took back 1 fix in 1 file.\n3" not in capsys.readouterr().out.replace("2 fixes of earlier", "")
    assert (drop / "a.md").read_text() == "\nIt rained in the valley.\n"
    assert (drop / "b.md").read_text() == CLEAN
    assert main(["undo", "drop"]) == 0
    assert "2 fixes of earlier runs still stand" in capsys.readouterr().out
    assert main(["undo", "drop", "--rule", "TXT101,LAY"]) == 0
    assert (drop / "a.md").read_text() == (drop / "b.md").read_text() == DIRTY
    assert main(["undo", "drop", "--rule", "NOPE"]) == 2, "a selector that fits nothing is a mistake"
    assert main(["undo", "drop/nope.md"]) == 2


def test_file_names_that_are_not_utf_8_are_no_reason_to_stop() -> None:
    drop = write("drop", a=DIRTY)
    os.rename(drop / "a.md", os.fsencode(drop) + b"/bad\xff.md")
    assert main(["clean", "drop", "--out", "o", "-q", "--format", "json=f.json"]) == 0
    assert Path(os.fsdecode(b"o/corpus/bad\xff.md")).read_text() == CLEAN
    assert main(["undo", "o"]) == 0
    assert Path(os.fsdecode(b"o/corpus/bad\xff.md")).read_text() == DIRTY


def test_undo_refuses_files_that_were_edited_since(capsys: pytest.CaptureFixture[str]) -> None:
    drop = write("drop", a=DIRTY, b=DIRTY)
    assert main(["clean", "drop", "--in-place", "-q"]) == 0
    (drop / "a.md").write_text("by hand\n")
    assert main(["undo", "drop"]) == 1
    assert "a.md: was edited since" in capsys.readouterr().err
    assert (drop / "a.md").read_text() == "by hand\n"
    assert (drop / "b.md").read_text() == DIRTY


def test_diff_writes_nothing_and_its_exit_code_says_whether_it_would(capsys: pytest.CaptureFixture[str]) -> None:
    drop = write("drop", a=DIRTY, b=CLEAN)
    before = tree(drop)
    assert main(["clean", "drop", "--diff"]) == 1
    out = capsys.readouterr().out
    assert "-It rained in the the valley." in out
    assert "+It rained in the valley." in out
    assert "b.md" not in out
    assert main(["clean", "drop/b.md", "--diff"]) == 0
    assert tree(drop) == before


def test_jobs_do_not_change_a_byte() -> None:
    write("drop", **{f"a{n:03d}": f"\nArticle {n} of the the series, in {n % 3} parts.\n" for n in range(150)})
    for jobs in ("1", "2"):
        words = ["drop", "--jobs", jobs, "-q", "--format", f"json=f{jobs}.json"]
        assert main(["clean", *words, "--out", f"o{jobs}"]) == 0
    one, two = tree("o1"), tree("o2")
    assert {k: v for k, v in one.items() if "report" not in k} == {k: v for k, v in two.items() if "report" not in k}
    assert one["report/findings.jsonl"] == two["report/findings.jsonl"]
    assert one["report/journal.jsonl"] == two["report/journal.jsonl"]
    assert Path("f1.json").read_bytes() == Path("f2.json").read_bytes()


# ---------------------------------------------------------------------------------------- other commands, the process


def test_explain_and_rules_tell_of_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert {c.rstrip("0123456789") for c in codes} == {
        "FIL",
        "FM",
        "ENC",
        "LAY",
        "FOR",
        "NAM",
        "BOI",
        "DUP",
        "TXT",
        "RUN",
    }
    assert main(["explain", *codes]) == 0
    text = capsys.readouterr().out
    for code in codes:
        page = text.split(f"{code} ", 1)[1].split("\n\n  says", 1)[1]
        assert "  why " in page
        assert "  safety " in page
    assert main(["explain", "mojibake"]) == 0
    assert "before" in capsys.readouterr().out


def test_init_writes_a_configuration_that_check_accepts(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", a="---\ntitle: T\nprovider:\n  domain: example.com\n---\n", b=b"---\ntitle: \xff\n---\n")
    assert main(["init", "news"]) == 0
    assert "2 article(s) below news" in capsys.readouterr().out
    assert 'source = "provider.domain"' in Path("copydesk.toml").read_text()
    assert main(["check", "news", "-q"]) == 1, "b.md is not UTF-8"
    assert main(["init", "news"]) == 2


def test_evidence_comes_from_the_whole_corpus_and_findings_from_what_was_asked() -> None:
    body = "A long enough story about the harbour, its cranes and the people who work them. " * 5
    write("1990", a=f"{body}\n")
    write("2024", b=f"{body}\n", c=f"{CLEAN}")
    Path("copydesk.toml").write_text('corpus = ["1990", "2024"]\nselect = ["DUP"]\n')
    assert main(["check", "2024", "--format", "json=f.json"]) == 0
    found = json.loads(Path("f.json").read_text())["findings"]
    assert {f["path"] for f in found} == {"2024/b.md"}
    assert "1990/a.md" in found[0]["message"]


def test_text_rules_load_neither_pandas_nor_ftfy() -> None:
    write("drop", a=DIRTY)
    script = (
        "import sys; from copydesk.cli import main; code = main(['check', 'drop', '--select', 'LAY,FOR,BOI,TXT']);"
        "print({'pandas', 'pandera', 'ftfy', 'tqdm'} & set(sys.modules), code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-1] == "set() 0"


def test_a_reader_that_goes_away_is_no_error() -> None:
    write("drop", **{f"a{n}": DIRTY for n in range(40)})
    done = subprocess.run(
        f"{sys.executable} -m copydesk check drop --full | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_a_full_disk_is_an_error_of_one_line() -> None:
    write("drop", a=DIRTY)
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full to stand for a full disk")
    with open("/dev/full", "w") as full:
        call = [sys.executable, "-m", "copydesk", "check", "drop"]
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_internal_error_is_one_line_and_debug_shows_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: object) -> None:
        raise ZeroDivisionError("planted")

    write("drop", a=CLEAN)
    monkeypatch.setattr("copydesk.cli_run.process", fail)
    assert main(["check", "drop"]) == 2
    assert capsys.readouterr().err == "copydesk: internal error: ZeroDivisionError: planted (--debug shows where)\n"
    assert main(["check", "drop", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_interrupting_says_so_and_exits_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    write("drop", a=CLEAN)
    monkeypatch.setattr("copydesk.cli_run.process", interrupt)
    assert main(["check", "drop"]) == 130
    assert "interrupted" in capsys.readouterr().err
