"""Ways in: one article from standard input, a list of files, hooks, shell completion."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copydesk.arguments import SHELLS
from copydesk.cli import main
from copydesk.intake import below, split_list

ROOT = Path(__file__).resolve().parent.parent
DIRTY = "\nIt rained in the the valley.\n"
CLEAN = "It rained in the valley.\n"
BROKEN = "---\ntitle: [unclosed\n---\n\nText.\n"
Feed = Callable[[bytes], None]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd" / "drop").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "cwd")


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Feed:
    """Gives bytes to standard input."""

    def give(data: bytes) -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))

    return give


# --------------------------------------------------------------------------------------------------- standard input


def test_an_article_from_standard_input_is_checked(feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    feed(BROKEN.encode())
    assert main(["check", "--stdin-filename", "drop/new.md"]) == 1
    out = capsys.readouterr().out
    assert "drop/new.md:2:8  FM001" in out
    assert "/copydesk-" not in out
    feed(BROKEN.encode())
    assert main(["check", "--stdin-filename", "drop/new.md", "--format", "json=f.json", "-q"]) == 1
    (found,) = json.loads(Path("f.json").read_text())["findings"]
    assert (found["article"], found["path"]) == ("new.md", "new.md")


@pytest.mark.parametrize("data", [DIRTY.encode(), b"caf\xe9\n", b"", CLEAN.replace("\n", "\r\n").encode()])
def test_a_cleaned_article_is_printed(feed: Feed, data: bytes, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """As bytes, the report beside it on standard error."""
    feed(data)
    code = main(["clean", "--stdin-filename", "drop/new.md"])
    out, err = capfdbinary.readouterr()
    assert out == (CLEAN.encode() if data == DIRTY.encode() else data)
    assert b"1 article cleaned" in err
    assert code == (1 if data == b"caf\xe9\n" else 0)
    assert list(Path("drop").iterdir()) == []


def test_standard_input_and_a_diff(feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    feed(DIRTY.encode())
    assert main(["clean", "--stdin-filename", "drop/new.md", "--diff"]) == 1
    assert "+It rained in the valley." in capsys.readouterr().out


def test_standard_input_stands_for_its_file_in_the_corpus(feed: Feed) -> None:
    """What lies on the disk under its name is an older version, no duplicate."""
    text = "The ferry runs again from Monday on, says the harbour office of the town.\n" * 8
    for name in ("a", "b"):
        Path(f"drop/{name}.md").write_text(text if name == "a" else "Another story.\n")
    Path("copydesk.toml").write_text('corpus = ["drop"]\nselect = ["DUP"]\n')
    feed(text.encode())
    main(["check", "--stdin-filename", "drop/a.md", "--format", "json=f.json"])
    assert json.loads(Path("f.json").read_text())["findings"] == []
    feed(text.encode())
    main(["check", "--stdin-filename", "drop/c.md", "--format", "json=f.json"])
    assert [f["path"] for f in json.loads(Path("f.json").read_text())["findings"]] == ["drop/c.md"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check"], "what is to be read?"),
        (["check", "drop", "--stdin-filename", "a.md"], "no PATH beside --stdin-filename"),
        (["check", "--files-from", "-", "--stdin-filename", "a.md"], "one of them"),
        (["check", "--stdin-filename", "drop"], "the path that the article would have"),
        (["clean", "drop"], "clean writes to one place"),
        (["clean", "--stdin-filename", "a.md", "--out", "o"], "clean writes to one place"),
        (["clean", "--stdin-filename", "a.md", "--in-place"], "clean writes to one place"),
    ],
)
def test_what_does_not_go_together(words: list[str], says: str, feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    feed(b"")
    assert main(words) == 2
    assert says in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------------- a list of files


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"drop/{name}.md").write_text(text)


@pytest.mark.parametrize("separator", ["\n", "\0", "\r\n"])
def test_a_list_of_files(separator: str, feed: Feed) -> None:
    write(a=BROKEN, b=BROKEN, c=CLEAN)
    Path("drop/notes.csv").write_text("a,b\n")
    Path("drop/sub").mkdir()
    Path("drop/sub/a.md").write_text(BROKEN)
    listed = separator.join(["drop/a.md", "drop/notes.csv", "drop/sub/a.md", ""])
    feed(listed.encode())
    assert main(["check", "--files-from", "-", "--format", "json=f.json"]) == 1
    assert [f["article"] for f in json.loads(Path("f.json").read_text())["findings"]] == ["a.md", "sub/a.md"]
    feed(listed.encode())
    assert main(["check", "--files-from", "-", "drop/sub", "--format", "json=f.json"]) == 1
    assert [f["article"] for f in json.loads(Path("f.json").read_text())["findings"]] == ["a.md"]
    Path("list.txt").write_text(listed, newline="")
    assert main(["clean", "--files-from", "list.txt", "--out", "out", "-q"]) == 1
    assert sorted(p.name for p in Path("out/corpus").rglob("*.md")) == ["a.md", "a.md"]


def test_a_list_without_articles_and_with_a_missing_one(feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    feed(b"")
    assert main(["check", "--files-from", "-"]) == 2
    assert "--files-from: no article matched" in capsys.readouterr().err
    feed(b"")
    assert main(["check", "--files-from", "-", "--allow-empty"]) == 0
    feed(b"drop/gone.md\n")
    assert main(["check", "--files-from", "-"]) == 2
    assert "drop/gone.md: there is no such file" in capsys.readouterr().err
    assert main(["check", "--files-from", "nowhere.txt"]) == 2


NAMES = st.lists(st.binary(min_size=1, max_size=20).filter(lambda b: b"\0" not in b), min_size=2, max_size=9)


@given(NAMES)
def test_any_name_can_stand_in_a_list(names: list[bytes]) -> None:
    assert [os.fsencode(str(p)) for p in split_list(b"\0".join(names) + b"\0")] == [
        os.fsencode(str(Path(os.fsdecode(n)))) for n in names
    ]


def test_below() -> None:
    files = [Path("a.md"), Path("sub/b.md"), Path("subway/c.md")]
    assert below(files, []) == files
    assert below(files, [Path("sub")]) == files[1:2]


def test_the_next_command_does_not_repeat_very_many_paths(capsys: pytest.CaptureFixture[str]) -> None:
    write(**{f"n{i}": DIRTY for i in range(9)})
    main(["check", *sorted(str(p) for p in Path("drop").iterdir())])
    assert "copydesk clean PATH --out cleaned" in capsys.readouterr().out


# --------------------------------------------------------------------------------------------------- a drop of twelve


def test_twelve_new_articles(capsys: pytest.CaptureFixture[str]) -> None:
    """Three cannot be published, five carry cosmetic dirt: the three are named with why, the five with what is
    repaired, and nothing is asked about the rest."""
    head = "---\ntitle: Story {0}\nexcerpt: {1}\npublishedDateTime: {2}\noriginalUrl: https://paper.example/{0}\n"
    form = head + "provider:\n  name: The Paper\n  domain: paper.example\n---\n\n{3}\n"
    made = [[str(n), "Rain is expected on the coast.", "2024-05-02T08:00:00Z", f"{n} boats left."] for n in range(13)]
    for n, text in ((4, "It rained in the the valley."), (6, "It rained ( a lot )."), (8, "Guin\u00c3\u00a9e won.")):
        made[n][3] = text
    made[1][2] = "2024-02-30T08:00:00Z"
    made[5][1], made[7][1] = "The caf&#8217;s owner is here.", "Two  blanks are in here."
    for n in range(1, 13):
        Path(f"drop/{n:02d}.md").write_text(form.format(*made[n]))
    Path("drop/02.md").write_text(BROKEN)
    Path("drop/03.md").write_bytes(b"---\ntitle: caf\xe9\n---\n")
    assert main(["check", "drop", "--isolated", "--format", "markdown=s.md", "--format", "github"]) == 1
    log, summary = capsys.readouterr().out, Path("s.md").read_text("utf-8")
    assert [line.split("drop/")[1][:2] for line in log.splitlines() if line.startswith("::error")] == ["01", "02", "03"]
    assert summary.startswith("## copydesk: 3 of 12 articles are blocked\n")
    assert "5 repairs that `copydesk clean` makes in 5" in summary
    for n in range(1, 9):
        assert f"| `{n:02d}.md` |" in summary
    assert not any(f"{n:02d}.md" in summary + log for n in range(9, 13))
    assert "Please decide" not in summary


# ------------------------------------------------------------------------------------------------ hooks and completion


def test_the_hooks_run(capsys: pytest.CaptureFixture[str]) -> None:
    """pre-commit gives the files of a commit as arguments."""
    write(a=DIRTY, b=CLEAN)
    hooks = {h["id"]: h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert set(hooks) == {"copydesk-check", "copydesk-clean"}
    for hook in hooks.values():
        program, *words = hook["entry"].split()
        assert (program, hook["language"], hook["require_serial"]) == ("copydesk", "python", True)
        assert main([*words, "drop/a.md", "drop/b.md"]) == 0
    assert Path("drop/a.md").read_text() == CLEAN
    assert (next(Path().rglob(".copydesk")) / ".gitignore").read_text() == "*\n"


def completed(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    main(["completion", "bash"])
    script = capsys.readouterr().out
    line = " ".join(f"'{w}'" for w in words)
    asked = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _copydesk; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    return subprocess.run(["bash", "-c", script + asked], capture_output=True, text=True, check=True).stdout.split()


def test_bash_completes(capsys: pytest.CaptureFixture[str]) -> None:
    assert completed(["copydesk", "ch"], capsys) == ["check"]
    assert "--fail-level" in completed(["copydesk", "check", "--fa"], capsys)
    assert "warning" in completed(["copydesk", "check", "--fail-level", ""], capsys)
    assert completed(["copydesk", "check", "--format", "sar"], capsys) == ["sarif"]
    assert "split-at-link" in completed(["copydesk", "explain", "split"], capsys)
    assert completed(["copydesk", "completion", ""], capsys) == list(SHELLS)


@pytest.mark.parametrize(("shell", "check"), [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])])
def test_completion_is_a_script_of_its_shell(
    shell: str, check: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "--stdin-filename" in script or "stdin-filename" in script
    if shutil.which(shell):
        (tmp_path / "script").write_text(script)
        done = subprocess.run([shell, *check, str(tmp_path / "script")], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
