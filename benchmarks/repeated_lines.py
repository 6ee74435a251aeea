"""What learning the boilerplate of each source costs, and whether it learns what was planted and nothing else.

    python benchmarks/repeated_lines.py [--articles 10000,30000,100000] [--jobs 2]

The articles are those of near_duplicates.py, 250 from each source. Nine in ten articles of a source end
with the same three lines, one of which has a figure in it; a block of two lines stands in five of them. The cost
is that of a check with the rules BOI5 and DUP301 alone: reading and parsing are in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from near_duplicates import Writer, measure

SIZE = 250


def write_corpus(folder: Path, count: int) -> int:
    """Writes the articles; gives how many lines were planted to be deleted."""
    writer = Writer(11)
    planted = 0
    for n in range(count):
        source, number = divmod(n, SIZE)
        if number == 0:
            tail = [writer.sentence(writer.words[:90]).rstrip(".") for _ in range(2)]
            block = [writer.sentence(writer.words[:90]) for _ in range(2)]
            (folder / f"source{source:03d}").mkdir(parents=True)
        text = writer.article()
        if number % 50 == 7:
            text += "\n" + "\n".join(block) + "\n"
        if number % 10:
            text += f"\n{tail[0]}\n{1 + number % 9} min read\n{tail[1]}\n"
            planted += 3
        (folder / f"source{source:03d}" / f"{n:06d}.txt").write_text(text, "utf-8")
    return planted


def run() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--articles", default="10000,30000,100000")
    options.add_argument("--jobs", type=int, default=2)
    args = options.parse_args()
    for count in map(int, args.articles.split(",")):
        with tempfile.TemporaryDirectory() as tmp:
            folder, out = Path(tmp, "corpus"), Path(tmp, "findings.jsonl")
            planted = write_corpus(folder, count)
            cost = measure(folder, out, args.jobs, "BOI601,BOI602,DUP301")
            rows = [r for r in map(json.loads, out.read_text("utf-8").splitlines()) if "code" in r]
        codes = Counter(r["code"] for r in rows)
        lines = sum(len(r["evidence"]["lines"]) for r in rows if r["code"] == "BOI601")
        print(
            f"{count:,} articles: {cost}; {lines:,} of {planted:,} planted lines to be deleted; findings {dict(codes)}"
        )


if __name__ == "__main__":
    run()
