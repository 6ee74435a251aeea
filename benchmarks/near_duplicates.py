"""How many near-duplicates are found, how many findings are right, and what it costs.

    python benchmarks/near_duplicates.py [--articles 10000] [--pairs 500] [--jobs 2] [--all-rules]

The corpus is made here from a fixed seed: articles of 150 to 900 words, drawn from the English word list with the
frequencies of a language (Zipf), among them stock phrases that many articles share, on a few hundred subjects with
words of their own; one in five closes with a paragraph that others have, too. For each planted pair a copy is made in
which 5 to 40 % of the words are changed: replaced one by one, taken out, put in, or whole sentences rewritten. Beside
it stands a chain of 40 articles, each of which changes 12 % of the one before. A pair counts as found where a finding
of one of the DUP rules names it; a finding that names no planted pair is wrong (those within the chain are apart).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from itertools import accumulate
from pathlib import Path

WORDS = Path(__file__).resolve().parent.parent / "rules" / "words" / "english.txt"
CHAIN = 40
STEP = 0.12


class Writer:
    """Writes articles that are as alike as articles are: the same small words, phrases and subjects again and again."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        words = [w for w in WORDS.read_text("utf-8").split("\n") if w.isalpha()]
        self.dice.shuffle(words)
        self.words = words[:30_000]
        self.weights = list(accumulate(1 / (n + 10) for n in range(len(self.words))))
        self.phrases = [self.draw(self.dice.randint(3, 6)) for _ in range(3_000)]
        self.subjects = [self.dice.sample(self.words, 40) for _ in range(400)]
        self.closings = [self.sentence(self.words[:50]) + " " + self.sentence(self.words[50:99]) for _ in range(8)]

    def draw(self, count: int) -> list[str]:
        return self.dice.choices(self.words, cum_weights=self.weights, k=count)

    def sentence(self, subject: list[str]) -> str:
        out: list[str] = []
        for _ in range(self.dice.randint(3, 6)):
            kind = self.dice.random()
            if kind < 0.15:
                out += self.dice.choice(self.phrases)
            elif kind < 0.4:
                out.append(self.dice.choice(subject))
            else:
                out += self.draw(self.dice.randint(2, 6))
        return " ".join(out).capitalize() + "."

    def article(self) -> str:
        subject = self.dice.choice(self.subjects)
        length = self.dice.randint(150, 900)
        text: list[str] = []
        while sum(map(len, text)) < length * 6:
            text.append(" ".join(self.sentence(subject) for _ in range(self.dice.randint(1, 5))))
        if self.dice.random() < 0.2:
            text.append(self.dice.choice(self.closings))
        return "\n\n".join(text) + "\n"

    def change(self, text: str, share: float, way: str) -> str:
        """The text with a share of its words changed."""
        if way == "sentences":
            subject = self.dice.choice(self.subjects)
            return re.sub(r"[^.\n]+\.", lambda m: self.sentence(subject) if self.dice.random() < share else m[0], text)

        def other(m: re.Match[str]) -> str:
            if self.dice.random() >= share:
                return m[0]
            kind = way if way != "mixed" else self.dice.choice(["replace", "delete", "insert"])
            word = self.draw(1)[0]
            return {"replace": word, "delete": "", "insert": f"{m[0]} {word}"}[kind]

        return re.sub(r"\w+", other, text)


def write_corpus(folder: Path, count: int, pairs: int) -> dict[frozenset[str], tuple[float, str]]:
    """Writes the articles; gives the planted pairs with the share of changed words and the way."""
    writer = Writer(7)
    planted: dict[frozenset[str], tuple[float, str]] = {}

    def write(n: int, text: str) -> str:
        name = f"{n % 50:02d}/{n:06d}.txt"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
        return name

    for n in range(pairs):
        share = 0.05 + 0.35 * n / max(pairs - 1, 1)
        way = ("replace", "mixed", "sentences")[n % 3]
        text = writer.article()
        names = write(2 * n, text), write(2 * n + 1, writer.change(text, share, way))
        planted[frozenset(names)] = share, way
    for n in range(2 * pairs, count - CHAIN):
        write(n, writer.article())
    text = writer.article()
    for n in range(count - CHAIN, count):
        write(n, text)
        text = writer.change(text, STEP, "replace")
    return planted


def measure(folder: Path, out: Path, jobs: int, select: str) -> str:
    """Checks the folder, writes the findings to `out`, and says what it cost."""
    words = [sys.executable, "-m", "copydesk", "check", str(folder), "--exit-zero", "--isolated"]
    words += ["--format", f"jsonl={out}", "--jobs", str(jobs), *(["--select", select] if select else [])]
    timed = subprocess.run(["/usr/bin/env", "time", "-v", *words], capture_output=True, text=True)
    if timed.returncode:
        sys.exit(timed.stderr)
    cost = {k.strip(): v for k, _, v in (line.rpartition(": ") for line in timed.stderr.splitlines())}
    wall = cost["Elapsed (wall clock) time (h:mm:ss or m:ss)"]
    used = float(cost["User time (seconds)"]) + float(cost["System time (seconds)"])
    peak = int(cost["Maximum resident set size (kbytes)"]) / 1024
    return f"{wall} wall, {used:.0f} s CPU, {peak:.0f} MB in the largest process"


def named_pairs(out: Path) -> list[tuple[str, str]]:
    """The pairs that the findings of the DUP rules name."""
    found = []
    for line in out.read_text("utf-8").splitlines():
        f = json.loads(line)
        if str(f.get("code", "")).startswith("DUP") and "partner" in f["evidence"]:
            found += [(f["article"], partner) for partner in f["evidence"]["partner"].split(", ")]
    return found


def run() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--articles", type=int, default=10_000)
    options.add_argument("--pairs", type=int, default=500)
    options.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    options.add_argument("--all-rules", action="store_true", help="the cost with every rule on, not only DUP")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        folder, out = Path(tmp, "corpus"), Path(tmp, "findings.jsonl")
        planted = write_corpus(folder, args.articles, args.pairs)
        size = sum(p.stat().st_size for p in folder.rglob("*.txt")) / 1e6
        cost = measure(folder, out, args.jobs, "" if args.all_rules else "DUP")
        found = named_pairs(out)
    chain = args.articles - CHAIN
    in_chain = [f for f in found if int(Path(f[0]).stem) >= chain]
    named = {frozenset(f) for f in found if f not in in_chain}
    print(f"{args.articles:,} articles, {size:.0f} MB, {len(planted)} planted pairs: {cost}")
    print(f"precision {len(named & set(planted)) / max(len(named), 1):.4f} ({len(named)} pairs named)")
    for low, high in ((0.05, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4)):
        row = []
        for way in ("replace", "mixed", "sentences"):
            these = [p for p, (share, how) in planted.items() if low <= share <= high and how == way]
            row.append(f"{way} {sum(p in named for p in these)}/{len(these)}")
        these = [p for p, (share, _) in planted.items() if low <= share <= high]
        print(
            f"recall {low:.0%} to {high:.0%} changed: {sum(p in named for p in these) / max(len(these), 1):.4f}",
            *row,
            sep="  ",
        )
    steps = [abs(int(Path(a).stem) - int(Path(b).stem)) for a, b in in_chain]
    groups = len({b for _, b in in_chain})
    print(f"chain of {CHAIN}: {groups} groups, at most {max(steps, default=0)} steps apart in one")


if __name__ == "__main__":
    run()
