"""Runs over corpora: several processes, dying workers, files that cannot be read."""

from __future__ import annotations

import gc
import os
import signal
import time
from pathlib import Path
from textwrap import dedent

import pytest
from test_desk import REPLACE, plan, rule, workspace

from copydesk.cli import main
from copydesk.folders import bundled, read_rules
from copydesk.model import Record
from copydesk.run import BATCH, _pool, process
from copydesk.sources import SourceError, corpus_root, find
from copydesk.validator import Setup

KILLER = """
    import os, signal
    from dataclasses import dataclass
    from copydesk.validator import Validator

    @dataclass
    class Killer(Validator):
        def check(self, article):
            if "kill me" in article.text:
                os.kill(os.getpid(), signal.SIGKILL)
            return iter(())
"""
COUNTER = """
    from dataclasses import dataclass
    from typing import Any
    from copydesk.validator import CorpusValidator, Facts, Hit, Span

    @dataclass
    class SharedLine(CorpusValidator):
        def observe(self, article) -> Any:
            return {line.text: [article.id] for line in article.lines if line.text}

        def merge(self, a, b):
            for line, ids in b.items():
                a[line] = a.get(line, []) + ids
            return a

        def conclude(self, evidence):
            facts = {}
            for line, ids in (evidence or {}).items():
                for i in ids:
                    if len(ids) > 1:
                        facts.setdefault(i, {})[line] = sorted(ids)
            return Facts(facts, None, (f"{len(facts)} articles share a line",))

        def settle(self, article, fact, shared):
            for line in article.lines:
                if fact and line.text in fact:
                    yield Hit(Span(line.start, line.end), {"old": line.text, "ids": fact[line.text]})
"""


def corpus(folder: Path, n: int) -> Path:
    folder.mkdir()
    for i in range(n):
        (folder / f"{i:04d}.md").write_text(f"Article {i} has an x.\n\nShared by {i % 7}.\n")
    return folder


def records(made: Path, folder: Path, spill: Path, jobs: int) -> list[Record]:
    spill.mkdir()
    found = find([folder], folder)
    return list(process(plan(made, "XYZ"), found.articles, spill, jobs).records)


def test_one_process_and_three_give_the_same(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word") + rule("XYZ102", "shared_line")
    made = workspace(tmp_path / "w", rules, replace_word=REPLACE, shared_line=COUNTER)
    folder = corpus(tmp_path / "c", 3 * BATCH + 5)
    alone = records(made, folder, tmp_path / "s1", 1)
    pooled = records(made, folder, tmp_path / "s3", 3)
    assert alone == pooled
    assert len(alone) == 3 * BATCH + 5
    assert all(any(f.code == "XYZ102" for f in r.findings) for r in alone)
    assert all(r.text and "has an y" in r.text for r in alone)


def test_the_texts_of_a_run_are_on_disk_and_can_be_read_again(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w", rule("XYZ101", "replace_word"), replace_word=REPLACE)
    folder = corpus(tmp_path / "c", BATCH + 1)
    (tmp_path / "s").mkdir()
    outcome = process(plan(made, "XYZ"), find([folder], folder).articles, tmp_path / "s", 1)
    assert len(list((tmp_path / "s").iterdir())) == 2
    assert [r.source.id for r in outcome.records] == [r.source.id for r in outcome.records]


def test_a_dying_worker_costs_one_article(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word") + rule("XYZ102", "killer")
    made = workspace(tmp_path / "w", rules, replace_word=REPLACE, killer=KILLER)
    folder = corpus(tmp_path / "c", 2 * BATCH)
    (folder / "0003.md").write_text("kill me x\n")
    done = {r.source.id: r for r in records(made, folder, tmp_path / "s", 2)}
    assert len(done) == 2 * BATCH
    assert [f.code for f in done["0003.md"].findings] == ["RUN104"]
    assert done["0003.md"].text is None
    assert all(r.text for i, r in done.items() if i != "0003.md")


def test_an_unreadable_file_is_a_finding(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w", rule("XYZ101", "replace_word"), replace_word=REPLACE)
    folder = corpus(tmp_path / "c", 2)
    found = find([folder], folder)
    (folder / "0001.md").unlink()  # between listing and reading
    done = list(process(plan(made, "XYZ"), found.articles, tmp_path, 1).records)
    assert [[f.code for f in r.findings] for r in done] == [["XYZ101"], ["RUN106"]]
    assert "No such file" in done[1].findings[0].message


def test_articles_are_found_once_and_in_order(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "c", 2)
    (folder / "sub").mkdir()
    (folder / "sub" / "b.TXT").write_text("b")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "h.md").write_text("h")
    os.symlink(folder / "0000.md", folder / "link.md")
    found = find([folder, folder / "sub"], folder)
    assert [s.id for s in found.articles] == ["0000.md", "0001.md", "sub/b.TXT"]
    assert [name for _, name in found.others] == ["logo.png"]
    assert [Path(s).name for s in found.skipped] == ["link.md"]
    assert [s.id for s in find([folder], folder, exclude=["sub/*"]).articles] == ["0000.md", "0001.md"]
    assert [s.id for s in find([folder / "logo.png"], folder).articles] == ["logo.png"], "named, so it is an article"
    with pytest.raises(SourceError, match="no such file"):
        find([tmp_path / "nowhere"], tmp_path)


def test_the_corpus_root_is_the_configuration_then_git_then_the_path(tmp_path: Path) -> None:
    deep = tmp_path / "repo" / "news" / "2024"
    deep.mkdir(parents=True)
    assert corpus_root(None, [deep]) == deep
    (tmp_path / "repo" / ".git").mkdir()
    assert corpus_root(None, [deep]) == tmp_path / "repo"
    assert corpus_root(tmp_path / "repo" / "news", [deep]) == tmp_path / "repo" / "news"
    assert corpus_root(tmp_path / "elsewhere", [deep]) == tmp_path / "repo"


def test_a_rule_file_that_is_broken_stops_before_anything_runs(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w", dedent(rule("XYZ101", "nothing")))
    with pytest.raises(ValueError, match=r"no validators/nothing\.py"):
        process(plan(made, "XYZ"), find([corpus(tmp_path / "c", 1)], tmp_path).articles, tmp_path / "gone", 1)


SETTLING_KILLER = """
    import os, signal
    from copydesk.validator import CorpusValidator, Facts

    class SettlingKiller(CorpusValidator):
        def observe(self, article):
            return 1

        def merge(self, a, b):
            return a + b

        def conclude(self, evidence):
            return Facts({}, evidence)

        def settle(self, article, fact, shared):
            if "kill me" in article.text:
                os.kill(os.getpid(), signal.SIGKILL)
            return iter(())
"""


def test_a_worker_that_dies_while_settling_costs_one_article(tmp_path: Path) -> None:
    rules = rule("XYZ101", "replace_word") + rule("XYZ102", "settling_killer").replace("with: {}", "")
    made = workspace(tmp_path / "w", rules, replace_word=REPLACE, settling_killer=SETTLING_KILLER)
    folder = corpus(tmp_path / "c", 3 * BATCH)
    (folder / "0003.md").write_text("kill me x\n")
    done = records(made, folder, tmp_path / "s", 2)
    assert [r.source.id for r in done] == sorted(p.name for p in folder.iterdir())
    lost = [r for r in done if r.text is None]
    assert [(r.source.id, [f.code for f in r.findings]) for r in lost] == [("0003.md", ["RUN104"])]
    assert all("has an y" in r.text for r in done if r.text is not None)
    assert len(list((tmp_path / "s").iterdir())) == 3, "only the spills of the records are left"


def test_a_corpus_validator_that_raises_at_one_article_goes_on_with_the_others(tmp_path: Path) -> None:
    counter = COUNTER.replace("return {line.text", "assert '0003' not in article.id\n            return {line.text")
    made = workspace(tmp_path / "w", rule("XYZ102", "shared_line"), shared_line=counter)
    done = records(made, corpus(tmp_path / "c", 21), tmp_path / "s", 1)
    assert {r.source.id: [f.code for f in r.findings] for r in done} == {
        f"{n:04d}.md": ["RUN101" if n == 3 else "XYZ102"] for n in range(21)
    }


def test_a_process_that_opens_many_plans_keeps_few_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text.\n")
    codes = sorted(code for code in read_rules((str(bundled()),)) if code.startswith("LAY"))
    plans = [(one, other) for one in codes for other in codes if one < other][:25]
    assert len(plans) == 25

    def kept() -> int:
        gc.unfreeze()  # what is frozen is not listed
        return sum(isinstance(o, Setup) for o in gc.get_objects())

    gc.collect()
    before = kept()
    for one, other in plans:
        main(["check", str(tmp_path), "--select", "LAY,FOR", "--ignore", f"{one},{other}", "-q"])
    assert kept() - before <= 15


def test_a_worker_that_is_told_to_end_does_not_do_what_its_parent_would() -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: time.sleep(30))
    try:
        with _pool(1) as pool:
            pool.submit(os.getpid).result()
            worker = next(iter(pool._processes.values()))
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGTERM)
            worker.join(10)
            assert worker.exitcode == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)
