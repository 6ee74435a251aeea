"""How many articles one CPU-second handles, with every rule on, and what a cold check of one file costs.

    python benchmarks/speed.py [--articles 4000] [--select CODES] [--profile]

The corpora are made here, from a fixed seed: news articles of 4 KB (1.6 KB of it front matter), once mostly clean (one
in ten has some damage) and once wholly damaged. CPU time of the process and its children, reports included; wall time
says little on a shared machine, and CPU time not everything: the yardstick, a loader of the front matter alone, says
how fast the machine was just then. Compare two states of the code by their ratio in one run.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import io
import os
import pstats
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from copydesk.cli import main

NOUNS = ["harbour", "council", "river", "library", "market", "bridge", "festival", "school", "museum", "orchard"]
PLACES = ["Brindle", "Oakhurst", "Fernley", "Marrow", "Tarn", "Wexcombe", "Aldery", "Pellwater", "Stanmoor", "Corvane"]
FIRST = ["Maria", "Ivo", "Selma", "Anton", "Greta", "Tomas", "Nadia", "Oskar", "Lena", "Bruno"]
LAST = ["Keller", "Vaughan", "Okafor", "Lindqvist", "Marchetti", "Duran", "Halloran", "Petrov", "Sandoval", "Whitcombe"]
VERBS = [
    "opened",
    "closed",
    "repaired",
    "visited",
    "praised",
    "questioned",
    "funded",
    "rebuilt",
    "surveyed",
    "postponed",
]
TAILS = [
    "after a winter of heavy rain and two failed inspections",
    "because the old plan had cost more than anybody expected",
    "while volunteers counted what the storm had left behind",
    "and said that the work would go on until the autumn",
    "although nobody on the committee had asked for a vote",
]


def sentence(dice: random.Random, person: str) -> str:
    subject = person if dice.random() < 0.3 else f"The {dice.choice(NOUNS)} committee of {dice.choice(PLACES)}"
    return (
        f"{subject} {dice.choice(VERBS)} the {dice.choice(NOUNS)} near the {dice.choice(NOUNS)}"
        f" on the {dice.randint(4, 20)}th, {dice.choice(TAILS)}."
    )


def article(dice: random.Random, n: int, damaged: bool) -> str:
    person = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    place = dice.choice(PLACES)
    title = f"{place} {dice.choice(NOUNS)} number {n} reopens"
    day = f"{2020 + n % 4}-{1 + n % 12:02d}-{1 + n % 28:02d}"
    slug = title.lower().replace(" ", "-")
    url = f"https://www.gazette{n % 40}.example/{slug}/"
    excerpt = f"{title}, and not before time. {sentence(dice, person)}"
    paragraphs = [" ".join(sentence(dice, person) for _ in range(3)) for _ in range(6)]
    if damaged:
        words = paragraphs[1].split(" ")
        paragraphs[1] = "\n".join(" ".join(words[i : i + 12]) for i in range(0, len(words), 12))
        paragraphs[2] = paragraphs[2].replace(" the ", " the the ", 1) + "\nAußerdem\n"
        paragraphs[3] = "Itâ€™s late. " + paragraphs[3].replace("and", "&amp;", 1)
        paragraphs += [
            person + " left.",
            person[:-1] + " left.",
            person + " stayed.",
            "Share this article",
            "Recent News",
        ]
        excerpt += "  &#8217;"
    related = "".join(
        f'  - title: "{sentence(dice, person)}"\n    excerpt: "{sentence(dice, person)}"\n'
        f'    publishedDateTime: {day}T09:00:00Z\n    webUrl: "https://www.other.example/{n}/{i}"\n    type: article\n'
        f"    provider:\n      name: Other\n      domain: other.example\n    quality: 40\n"
        for i in range(2)
    )
    return (
        f'---\ncategory: news\ntitle: "{title}"\nexcerpt: "{excerpt}"\npublishedDateTime: {day}T09:30:00Z\n'
        f'originalUrl: "{url}"\nwebUrl: "{url}"\ntype: article\nquality: 57\nheat: 57\npublished: false\n\n'
        f"provider:\n  name: Gazette {n % 40}\n  domain: gazette{n % 40}.example\n\ntopics:\n  - Towns\n\n"
        f'images:\n  - url: "https://img.example/{n}.jpg"\n    width: 1024\n    height: 576\n    isCached: true\n\n'
        f"related:\n{related}\n---\n\n" + "\n\n".join(paragraphs) + "\n"
    )


def write_corpus(folder: Path, count: int, share: float) -> int:
    """Writes the articles, a share of them damaged; gives their size in bytes."""
    dice = random.Random(1)
    size = 0
    for n in range(count):
        data = article(dice, n, dice.random() < share).encode()
        size += len(data)
        path = folder / f"{2020 + n % 4}-{1 + n % 12:02d}" / f"{n:05d}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return size


def cpu() -> float:
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def measure(words: list[str]) -> float:
    before = cpu()
    with contextlib.redirect_stdout(io.StringIO()):
        main([*words, "--exit-zero"])
    return cpu() - before


def yardstick(folder: Path) -> float:
    """CPU microseconds that libyaml's loader needs for the front matter alone: a measure of this machine, today."""
    heads = [p.read_text("utf-8").split("\n---\n")[0][4:] for p in sorted(folder.rglob("*.md"))[:500]]
    before = cpu()
    for head in heads:
        yaml.load(head, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return (cpu() - before) / len(heads) * 1e6


def cold(words: list[str]) -> float:
    """CPU seconds of a process of its own, the least of five: others on the machine only ever add to it."""
    took = []
    for _ in range(5):
        before = cpu()
        subprocess.run([sys.executable, "-m", "copydesk", *words, "--exit-zero", "-q"], check=True)
        took.append(cpu() - before)
    return min(took)


def run() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=4_000)
    options.add_argument("--select", default="", help="only these rules")
    options.add_argument("--profile", action="store_true", help="where the time goes, mostly clean corpus")
    args = options.parse_args()
    select = ["--select", args.select] if args.select else []
    with tempfile.TemporaryDirectory() as tmp:
        for name, share in (("mostly clean", 0.1), ("wholly damaged", 1.0)):
            folder = Path(tmp, name.replace(" ", "-"))
            size = write_corpus(folder, args.articles, share)
            print(f"{name:15} yardstick: yaml.load of the front matter alone {yardstick(folder):.0f} µs an article")
            check = [*select, "--jobs", "1", str(folder)]
            if args.profile:
                profile = cProfile.Profile()
                profile.runcall(measure, ["check", *check])
                pstats.Stats(profile).sort_stats("tottime").print_stats(45)
                return
            checked = measure(["check", *check])
            cleaned = measure(["clean", *check, "--out", str(folder) + "-out"])
            part = [*select, "--jobs", "1", *map(str, sorted(folder.iterdir())[::2])]
            half = sum(1 for f in sorted(folder.iterdir())[::2] for _ in f.iterdir())
            steady = (args.articles - half) / (checked - measure(["check", *part]))
            print(
                f"{name:15} {size / args.articles / 1000:4.1f} KB each:"
                f" check {args.articles / checked:6.0f}, clean {args.articles / cleaned:6.0f} articles per CPU-second"
                f" ({steady:.0f} once it has started)"
            )
        one = next(Path(tmp, "mostly-clean").rglob("*.md"))
        text_rules = cold(["check", str(one), "--select", "LAY,FOR,BOI,TXT"])
        every_rule = cold(["check", str(one)])
        print(f"cold, one file:  --select LAY,FOR,BOI,TXT {text_rules:.2f} CPU-s, every rule {every_rule:.2f} CPU-s")


if __name__ == "__main__":
    run()
