"""The cache: a warm run says what a cold one says, whatever changed between them, whatever became of the file."""

from __future__ import annotations

import json
import os
import random
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from test_desk import CRASH, REPLACE, rule, workspace
from test_desk import plan as plan_with_ours
from test_run import COUNTER

from copydesk import share
from copydesk.cache import FILE, Shelf, cache_folder, open_cache
from copydesk.cli import main
from copydesk.model import Plan, Record, Severity
from copydesk.run import BATCH, process
from copydesk.sources import find

WORDS = """
    from dataclasses import dataclass
    from copydesk.validator import Hit, Span, Validator

    @dataclass
    class ListedWord(Validator):
        def prepare(self, setup):
            self.words = setup.lines("words/mine.txt")

        def check(self, article):
            for word in self.words:
                at = article.text.find(word)
                if at >= 0:
                    yield Hit(Span(at, at + len(word)), {"old": word})
"""
TEXTS = ["---\ntitle: a\n---\n\nAn x here.\n", "Shared.\n\nx and x\n", "Shared.\n\nNone.\n", "boom ", "\xff\udcff", ""]
RULES = rule("XYZ101", "replace_word") + rule("XYZ102", "shared_line") + rule("XYZ103", "listed_word")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return workspace(tmp_path / "w", RULES, replace_word=REPLACE, shared_line=COUNTER, listed_word=WORDS)


@cache
def _plan(made: Path, codes: str, config: str) -> Plan:
    whole = plan_with_ours(made, codes, json.loads(config))
    return replace(whole, folders=(str(made),))  # ours need not be read a thousand times


def plan(made: Path, codes: str, config: dict[str, object] | None = None) -> Plan:
    return _plan(made, codes, json.dumps(config or {}))


def outcome(made: Plan, folder: Path, kept: Path | None, jobs: int = 1) -> tuple[list[Record], tuple[str, ...]]:
    """What a process of its own would give."""
    share._desk.cache_clear()
    spill = folder.parent / "spill"
    shutil.rmtree(spill, ignore_errors=True)
    spill.mkdir()
    opened = open_cache(made, kept) if kept else None
    done = process(made, find([folder], folder).articles, spill, jobs, None, opened)
    return list(done.records), done.notes


def write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogateescape") if text != TEXTS[4] else b"\xff\xfe broken")


def change(dice: random.Random, folder: Path, made: Path, now: dict[str, object]) -> None:
    """One of the things that happen between two runs."""
    files = sorted(folder.iterdir())
    one = dice.choice(files)
    what = dice.randrange(9)
    if what == 0:  # the same size and time, another text
        data, time = one.read_bytes(), one.stat().st_mtime_ns
        one.write_bytes(data.replace(b"x", b"z") if b"x" in data else data.replace(b"z", b"x"))
        os.utime(one, ns=(time, time))
    elif what == 1:
        one.touch()
    elif what == 2:
        write(one, dice.choice(TEXTS))  # also a revert to what it was once
    elif what == 3:
        one.rename(folder / f"renamed-{dice.randrange(5)}.md")
    elif what == 4:
        write(folder / f"new-{dice.randrange(3)}.md", dice.choice(TEXTS))
    elif what == 5 and len(files) > 4:
        one.unlink()
    elif what == 6:
        (made / "rules" / "words").mkdir(exist_ok=True)
        (made / "rules" / "words" / "mine.txt").write_text(dice.choice(["None\n", "here\nNone\n", "\n"]))
    elif what == 7:
        now["codes"] = dice.choice(["XYZ", "XYZ101", "XYZ102,XYZ103"])
    elif what == 8:
        now["config"] = dice.choice([{}, {"per-file-ignores": {"new-*": ["XYZ101"]}}, {"severity": {"XYZ": "error"}}])


def test_five_hundred_edits(tmp_path: Path, made: Path) -> None:
    folder, kept = tmp_path / "c", tmp_path / "cache"
    folder.mkdir()
    for n, text in enumerate([*TEXTS, *TEXTS[:2]]):
        write(folder / f"{n}.md", text)
    dice = random.Random(6)
    now: dict[str, object] = {"codes": "XYZ", "config": {}}
    for n in range(500):
        change(dice, folder, made, now)
        config = now["config"]
        assert isinstance(config, dict)
        made_plan = plan(made, str(now["codes"]), config)
        warm, cold = outcome(made_plan, folder, kept), outcome(made_plan, folder, None)
        assert warm == cold, n
        assert repr(warm) == repr(cold), n  # also the types
        if n % 10 == 0:
            assert outcome(made_plan, folder, kept) == cold, n


def test_a_spoilt_file_is_none(tmp_path: Path, made: Path) -> None:
    folder, kept, file = tmp_path / "c", tmp_path / "cache", tmp_path / "cache" / FILE
    folder.mkdir()
    for n, text in enumerate(TEXTS):
        write(folder / f"{n}.md", text)
    made_plan = plan(made, "XYZ")
    cold = outcome(made_plan, folder, None)
    assert outcome(made_plan, folder, kept) == cold
    whole = file.read_bytes()
    dice = random.Random(7)
    for n in range(200):
        at = dice.randrange(len(whole)) if n > 20 else n * 5  # the head of the file, too
        flipped = whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(8)]) + whole[at + 1 :]
        for spoilt in (flipped, whole[:at]):
            file.write_bytes(spoilt)
            assert outcome(made_plan, folder, kept) == cold, at
            assert outcome(made_plan, folder, kept) == cold, at


def test_any_number_of_processes_and_nothing_opened_when_nothing_changed(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept = tmp_path / "c", tmp_path / "cache"
    folder.mkdir()
    for n in range(2 * BATCH + 5):
        write(folder / f"{n}.md", f"{n} x\n\nShared {n % 7}\n")
    made_plan = plan(made, "XYZ")
    cold = outcome(made_plan, folder, None)
    assert outcome(made_plan, folder, kept, 3) == cold
    assert outcome(made_plan, folder, kept, 2) == cold
    write(folder / "3.md", "other x\n")
    changed = outcome(made_plan, folder, None)
    assert outcome(made_plan, folder, kept, 2) == changed

    def never(plan_: Plan) -> None:
        raise AssertionError("a rule was opened")

    monkeypatch.setattr(share, "open_desk", never)
    assert outcome(made_plan, folder, kept, 1) == changed


def test_what_is_only_part_of_the_corpus_is_known_again_and_not_reported(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, spill = tmp_path / "c", tmp_path / "spill"
    folder.mkdir()
    spill.mkdir()
    for n, text in enumerate(TEXTS):
        write(folder / f"{n}.md", text)
    made_plan = plan(made, "XYZ")
    opened = open_cache(made_plan, tmp_path / "cache")
    sources = [replace(s, asked=n % 2 == 0) for n, s in enumerate(find([folder], folder).articles)]
    first = process(made_plan, sources, spill, 1, None, opened)
    cold = list(first.records)
    assert [r.source for r in cold] == sources[::2]
    monkeypatch.setattr(share, "open_desk", None)
    share._desk.cache_clear()
    again = process(made_plan, sources, spill, 1, None, opened)
    assert [list(again.records), list(again.records)] == [cold, cold]  # as often as a report likes
    assert again.notes == first.notes


def test_what_crashed_is_tried_again(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w", rule("XYZ101", "crash"), crash=CRASH)
    folder, kept = tmp_path / "c", tmp_path / "cache"
    folder.mkdir()
    write(folder / "a.md", "boom\n")
    made_plan = plan(made, "XYZ")
    for _ in range(2):
        records, _notes = outcome(made_plan, folder, kept)
        assert [f.code for f in records[0].findings] == ["RUN101"]
    with Shelf(str(kept / FILE)) as shelf:
        assert shelf._rows is not None
        assert [bytes(k)[:1] for (k,) in shelf._rows.execute("SELECT key FROM kept")] == [b"c"]


def test_the_key_holds_all_that_decides(tmp_path: Path, made: Path) -> None:
    first = plan(made, "XYZ")
    keys = [open_cache(first, tmp_path).plan]
    for changed in (
        replace(first, unsafe=True),
        replace(first, language="de"),
        replace(first, options={"source": "provider"}),
        replace(first, rules=(replace(first.rules[0], severity=Severity.INFO), *first.rules[1:-1])),
    ):
        keys.append(open_cache(changed, tmp_path).plan)
    for path, text in (("rules/words/more.txt", "a\n"), ("rules/words/more.txt", "b\n"), ("validators/x.py", "")):
        (made / path).parent.mkdir(exist_ok=True)
        (made / path).write_text(text)
        keys.append(open_cache(first, tmp_path).plan)
    assert len(set(keys)) == len(keys)
    suppressed = replace(first, options={"suppressed": {"a.md": ["k"]}})  # that is in the keys of the articles
    assert open_cache(suppressed, tmp_path).plan == keys[-1]


def test_values_that_are_not_plain_are_not_kept_and_a_full_cache_drops_the_oldest(tmp_path: Path) -> None:
    with Shelf(str(tmp_path / FILE)) as shelf:
        shelf.keep_notes(b"odd", [bytearray(b"x")])  # type: ignore[list-item]
        for n in range(10):
            shelf.keep_notes(b"%d" % n, [str(n) * 5_000])
    with Shelf(str(tmp_path / FILE)) as shelf:
        assert shelf.notes(b"odd") is None
        shelf.trim(1_000_000)
        assert shelf.notes(b"0") is not None
        shelf.trim(10_000)
        assert shelf.notes(b"0") is None
        assert shelf.notes(b"9") == ("9" * 5_000,)


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Shelf(str(tmp_path / "file" / FILE)) as shelf:
        shelf.keep_notes(b"k", ["x"])
        assert shelf.notes(b"k") is None
    with Shelf(str(tmp_path / "file" / FILE)) as shelf:
        assert shelf.notes(b"k") is None


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    Path("news").mkdir()
    Path("news", "a.md").write_text("It rained in the the valley.\n")
    words = ["check", "news", "--select", "TXT", "--format", "json", "--output", "found.json"]

    def found(*more: str) -> str:
        assert main([*words, *more]) == 0
        return Path("found.json").read_text()

    found()
    assert not cache_folder().exists()  # only where it is asked for
    Path("copydesk.toml").write_text("cache = true\n")
    cold = found("--no-cache")
    assert not cache_folder().exists()
    assert [found(), found()] == [cold, cold]
    assert (cache_folder() / FILE).exists()
    assert main(["clean", "news", "--select", "TXT", "--out", "out"]) == 0
    assert Path("out/corpus/a.md").read_text() == "It rained in the valley.\n"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "news"))
    found()
    assert not cache_folder().exists()  # never in what is checked
