"""Files on the disk: what is written where, through links, onto devices, and when something goes wrong half-way."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from copydesk import output
from copydesk.cli import main
from copydesk.journal import (
    Entry,
    JournalError,
    foreign_files,
    hash_bytes,
    read_journal,
    replace_file,
    undo_files,
    write_journal,
)
from copydesk.model import Applied, Edit

DIRTY = "It rained in the the valley.\n"
CLEAN = "It rained in the valley.\n"


@pytest.fixture(autouse=True)
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one dirty article, in a working directory of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "a.md").write_text(DIRTY)
    return tmp_path / "drop"


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


# ---------------------------------------------------------------------------------------------------------- clean --out


@pytest.mark.parametrize("there", ["empty", "ours", "nothing"])
def test_an_output_that_is_a_link_stays_one(there: str, tmp_path: Path) -> None:
    (tmp_path / "o").symlink_to("far")
    if there != "nothing":
        (tmp_path / "far").mkdir(mode=0o700)
    if there == "ours":
        assert main(["clean", "drop", "--out", "o", "-q"]) == 0
    assert main(["clean", "drop", "--out", "o", "-q"]) == 0
    assert (tmp_path / "o").is_symlink()
    assert (tmp_path / "far" / "corpus" / "a.md").read_text() == CLEAN
    assert names(tmp_path) == {"drop", "o", "far"}, "nothing is left behind"
    if there != "nothing":
        assert (tmp_path / "far").stat().st_mode & 0o777 == 0o700


def test_an_output_that_cannot_be_put_in_place_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["clean", "drop", "--out", "o", "-q"]) == 0
    (tmp_path / "drop" / "b.md").write_text(CLEAN)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if "new" in self.name:
            raise OSError(28, "No space left on device", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    assert main(["clean", "drop", "--out", "o", "-q"]) == 2
    assert names(tmp_path / "o" / "corpus") == {"a.md"}
    assert names(tmp_path) == {"drop", "o"}


def test_a_file_and_a_folder_of_one_name_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "more" / "a.md").mkdir(parents=True)
    (tmp_path / "more" / "a.md" / "b.md").write_text(CLEAN)
    assert main(["clean", "drop", "more", "--out", "o"]) == 2
    assert "needs a folder" in capsys.readouterr().err
    assert names(tmp_path) == {"drop", "more"}


def test_an_output_that_is_a_file_or_holds_the_input_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "o").write_text("mine")
    assert main(["clean", "drop", "--out", "o"]) == 2
    assert "is a file" in capsys.readouterr().err
    assert main(["clean", "drop", "--out", "."]) == 2
    assert "lies inside the output" in capsys.readouterr().err
    assert main(["clean", "drop", "--out", "drop/o"]) == 2
    assert "the output lies inside" in capsys.readouterr().err
    assert (tmp_path / "o").read_text() == "mine"


def test_what_is_beside_the_corpus_in_an_output_is_not_ours(tmp_path: Path) -> None:
    assert main(["clean", "drop", "--out", "o", "-q"]) == 0
    assert foreign_files(tmp_path / "o") == []
    (tmp_path / "o" / "notes.txt").write_text("by hand")
    assert foreign_files(tmp_path / "o") == ["notes.txt"]
    assert main(["clean", "drop", "--out", "o", "-q"]) == 2


# ------------------------------------------------------------------------------------------------------------- in place


def test_a_link_that_was_named_stays_a_link_and_can_be_undone(tmp_path: Path, drop: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to("drop/a.md")
    assert main(["clean", "link.md", "--in-place", "-q"]) == 0
    assert link.is_symlink()
    assert (drop / "a.md").read_text() == CLEAN
    assert main(["undo", "drop"]) == 0
    assert (drop / "a.md").read_text() == DIRTY


def test_a_name_as_long_as_the_file_system_allows(drop: Path) -> None:
    long = drop / ("語" * 84 + ".md")  # 255 bytes
    long.write_text(DIRTY)
    assert main(["clean", "drop", "--in-place", "-q"]) == 0
    assert long.read_text() == CLEAN


def test_an_article_that_was_edited_meanwhile_is_not_overwritten(
    drop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def late(*args: object) -> None:
        (drop / "a.md").write_text("by hand\n")
        write_journal(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(output, "write_journal", late)
    assert main(["clean", "drop", "--in-place", "-q"]) == 2
    assert "was edited while copydesk was working" in capsys.readouterr().err
    assert (drop / "a.md").read_text() == "by hand\n"


# -------------------------------------------------------------------------------------------------------------- reports


def test_a_report_onto_a_device_leaves_the_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert main(["check", "drop", "--format", "json=pipe"]) == 0
        assert json.loads(os.read(reader, 65_536))["version"] == 1
    finally:
        os.close(reader)
    assert (tmp_path / "pipe").is_fifo()
    assert names(tmp_path) == {"drop", "pipe"}


@pytest.mark.parametrize(
    "flags", [["--format", "json=drop/a.md"], ["--format", "json=r", "--format", "html=r"], ["--output", "drop/a.md"]]
)
def test_a_report_never_overwrites_an_article_or_another_report(
    flags: list[str], drop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "drop", *flags]) == 2
    assert "is an article, or another report goes there" in capsys.readouterr().err
    assert (drop / "a.md").read_text() == DIRTY
    assert not Path("r").exists()


def test_a_report_that_fails_leaves_the_earlier_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "w" / "reports").mkdir(parents=True)
    (tmp_path / "w" / "reports" / "to_mine.py").write_text(
        "def render(run, out):\n    out.write('half')\n    raise ValueError('no more')\n"
    )
    (tmp_path / "r").write_text("earlier")
    assert main(["check", "drop", "--workspace", "w", "--format", "mine=r"]) == 2
    assert "no more" in capsys.readouterr().err
    assert (tmp_path / "r").read_text() == "earlier"
    assert names(tmp_path) == {"drop", "w", "r"}


# ----------------------------------------------------------------------------------------------------------- undo_files


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal of one file, and the file as it left it."""
    fixes = ((Applied("f1", "TXT101", (Edit(13, "the ", ""),)),),)
    entry = Entry("a.md", "a.md", hash_bytes(DIRTY.encode()), hash_bytes(CLEAN.encode()), fixes)
    write_journal(tmp_path / "journal.jsonl", {"mode": "out"}, [entry])
    (tmp_path / "a.md").write_text(CLEAN)
    return tmp_path / "journal.jsonl"


def test_a_journal_is_read_as_it_was_written(journal: Path) -> None:
    head, entries = read_journal(journal)
    assert head["mode"] == "out"
    write_journal(journal, {k: v for k, v in head.items() if k != "copydesk-journal"}, entries)
    assert read_journal(journal) == (head, entries)


def test_a_file_that_is_gone_is_refused_by_name(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").unlink()
    done = undo_files(journal, tmp_path, lambda e, a: True)
    assert done.refused == (("a.md", "No such file or directory"),)
    assert read_journal(journal)[1][0].passes, "it still stands in the journal"


def test_a_file_that_an_interrupted_run_never_wrote_counts_as_undone(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(DIRTY)
    done = undo_files(journal, tmp_path, lambda e, a: True)
    assert (done.files, done.refused) == ((), ())
    assert read_journal(journal)[1][0].passes == ()


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("passes", [[{"finding": "f1", "code": "TXT101", "edits": [[13, "xxx ", "yyy "]]}]], "the text at code point"),
        ("before", "0" * 32, "does not lead back"),
    ],
)
def test_a_journal_that_does_not_fit_its_file_changes_nothing(
    key: str, value: object, why: str, journal: Path, tmp_path: Path
) -> None:
    head, row = journal.read_text().splitlines()
    journal.write_text(f"{head}\n{json.dumps(json.loads(row) | {key: value})}\n")
    done = undo_files(journal, tmp_path, lambda e, a: True)
    assert [why in reason for _, reason in done.refused] == [True]
    assert (tmp_path / "a.md").read_text() == CLEAN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no journal"),
        ('{"copydesk-journal": 99}\n', ":1: not a journal that this version"),
        ("", "cannot be read"),
        ("not json\n", "cannot be read"),
        ('{"copydesk-journal": 1}\n{"path": "a.md"}\n', "cannot be read"),
        ('{"copydesk-journal": 1}\n[3]\n', "cannot be read"),
    ],
)
def test_a_journal_that_cannot_be_read_is_said_in_one_line(text: str | None, why: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    if text is not None:
        path.write_text(text)
    with pytest.raises(JournalError, match=why):
        read_journal(path)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, drop: Path) -> None:
    def chunks() -> object:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replace_file(drop / "a.md", chunks())  # type: ignore[arg-type]
    assert (drop / "a.md").read_text() == DIRTY
    assert names(drop) == {"a.md"}
    shutil.rmtree(drop)
