"""What front matter costs: CPU per article with every FM rule, its parts, and a cold check of one file.

    python benchmarks/front_matter.py [--articles 10000]

The corpus is that of `speed.py`: 4 KB an article, 1.6 KB of it front matter, one in ten with some damage. All in, an
article is read, parsed, judged on its node tree, put into tables, checked by pandera, settled and reported; the first
line has all of that. The second is a run of one rule over the same articles without their front matter, so that the
difference is what front matter costs. The parts below tell where it goes (in this process; an article is read under its
schema once, by the first of the validators that ask).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from speed import cold, cpu, measure, write_corpus, yardstick

from copydesk.folders import bundled, rules_folders, validator_class
from copydesk.model import Article
from copydesk.parse import parse
from copydesk.tree import read_yaml
from copydesk.validator import CorpusValidator, Setup, Validator

T = TypeVar("T")
FOLDERS = (str(bundled()),)


def parts(folder: Path, most: int) -> None:
    """The parts of the work, in microseconds an article."""
    texts = [(p.name, p.read_text("utf-8")) for p in sorted(folder.rglob("*.md"))[:most]]

    def say(what: str, work: Callable[[], T]) -> T:
        begun = time.process_time()
        done = work()
        print(f"  {what:<32}{(time.process_time() - begun) / len(texts) * 1e6:8.0f} us")
        return done

    articles: list[Article] = say("parse (whole article)", lambda: [parse(text, name) for name, text in texts])
    blocks = [(a.text, a.meta.content) for a in articles if a.meta]
    say("  of it: YAML to nodes", lambda: [read_yaml(text, content) for text, content in blocks])
    say("paths of the values", lambda: [a.meta.fields for a in articles if a.meta])
    setup = Setup(rules_folders(FOLDERS))
    for name in ("yaml_block", "field_value", "value_edge"):
        validator = validator_class(FOLDERS, name)()
        validator.prepare(setup)
        say(name, lambda v=validator: [list(v.check(a)) for a in articles])  # type: ignore[misc]
    tree, *corpus = (validator_class(FOLDERS, name)() for name in ("schema_tree", "schema_tables", "field_relation"))
    for validator in (tree, *corpus):
        validator.prepare(setup)
    for a in articles:
        setup.schemas.read(a)  # its tables are filled
    say("schema_tree", lambda: [list(tree.check(a)) for a in articles])
    observers = [v for v in corpus if isinstance(v, CorpusValidator)]
    seen = say("schema_tree and both observe", lambda: [_seen(tree, observers, a) for a in articles])
    for n, observer in enumerate(observers):
        evidence = [row for rows in seen for row in rows[n] or ()]
        say(f"{type(observer).__name__}: pandera", lambda v=observer, e=evidence: v.conclude(e))  # type: ignore[misc]


def _seen(tree: Validator, observers: list[CorpusValidator], article: Article) -> list[Any]:
    list(tree.check(article))
    return [v.observe(article) for v in observers]


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    count = parser.parse_args().articles
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as tmp:
        folder = Path(tmp, "corpus")
        write_corpus(folder, count, 0.1)
        one = next(iter(sorted(folder.rglob("*.md"))))
        arguments = ["--isolated", "--exit-zero", "-q", "--jobs", "1"]
        base = cold(["check", str(one), "--select", "FM", *arguments])
        measure(["check", str(one), "--select", "FM", *arguments])  # what is imported once is in the cold check
        begun = cpu()
        bare = Path(tmp, "bare")
        for p in folder.rglob("*.md"):
            file = bare / p.relative_to(folder)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(p.read_text("utf-8").split("\n---\n", 1)[1], "utf-8")
        engine = measure(["check", str(bare), "--select", "FIL", *arguments])
        every = measure(["check", str(folder), "--select", "FM", *arguments])
        print(f"yardstick: yaml.load of the front matter alone {yardstick(folder):.0f} us an article")
        print(f"{count:,} articles, CPU an article ({cpu() - begun:.0f} s of it in all):")
        print(f"  {'every FM rule, all in':<32}{every / count * 1e6:8.0f} us")
        print(f"  {'the same without front matter':<32}{engine / count * 1e6:8.0f} us")
        print("parts:")
        parts(folder, 2000)
        print(f"cold check of one file, every FM rule      {base:6.2f} CPU-s")
        tree = cold(["check", str(one), "--select", "FM0,FM1,FM2", *arguments])
        print(f"cold check of one file, tree rules only    {tree:6.2f} CPU-s")


if __name__ == "__main__":
    run()
