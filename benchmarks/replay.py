"""A replay of life with the gate: a repository of old articles, and many small pull requests against it.

    python benchmarks/replay.py FOLDER [--old 300] [--requests 30] [--fail-level error|warning]

Takes the articles of FOLDER: the first ones are committed as they are, dirt and all; each pull request adds some of the
others, edits old ones (bookkeeping fields, moved paragraphs, renames, a repaired defect) and, in part of them, breaks
something. `red` is what `check --since main` said; it should be red exactly where a defect of the level came in. What a
new article brings along is told by checking it within the whole corpus, without `--since`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from copydesk.cli import main

LEVELS = ("info", "warning", "error")


def git(*words: str) -> None:
    who = ["-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


def check(*words: str) -> tuple[int, list[dict[str, object]]]:
    with contextlib.redirect_stdout(io.StringIO()):
        code = main(["check", "news", "--format", "json", "--output", "../found.json", *words])
    return code, json.loads(Path("../found.json").read_text("utf-8"))["findings"]


def set_field(text: str, key: str, value: str) -> str:
    return re.sub(rf"(?m)^{key}:.*$", f"{key}: {value}", text, count=1)


def bookkeeping(text: str, dice: random.Random) -> str:
    return set_field(text, "heat", str(dice.randint(1, 69)))


def moved(text: str, dice: random.Random) -> str:
    head, fence, body = text.partition("\n---\n")
    parts = body.split("\n\n")
    dice.shuffle(parts)
    return head + fence + "\n\n".join(parts)


def lengthened(text: str, dice: random.Random) -> str:
    return text.rstrip("\n") + "\n\nThe council will meet again in spring.\n"


HARMLESS: dict[str, Callable[[str, random.Random], str]] = {
    "bookkeeping": bookkeeping,
    "moved paragraphs": moved,
    "a paragraph more": lengthened,
}


def unclosed(text: str, dice: random.Random) -> str:
    return text.replace('title: "', 'title: ["', 1)


def bad_date(text: str, dice: random.Random) -> str:
    return set_field(text, "publishedDateTime", "2023-02-31T10:00:00Z")


def no_title(text: str, dice: random.Random) -> str:
    return re.sub(r"(?m)^title:.*\n", "", text, count=1)


def bad_type(text: str, dice: random.Random) -> str:
    return set_field(text, "quality", "high")


def doubled(text: str, dice: random.Random) -> str:
    return text.rstrip("\n") + "\n\nIt rained in the the valley for a week.\n"


def mojibake(text: str, dice: random.Random) -> str:
    return text.rstrip("\n") + "\n\nItâ€™s the last of them, the mayor said.\n"


ERRORS = {"unclosed bracket": unclosed, "impossible date": bad_date, "no title": no_title, "wrong type": bad_type}
DIRT = {"doubled word": doubled, "mojibake": mojibake}


def run() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--old", type=int, default=300)
    options.add_argument("--requests", type=int, default=30)
    options.add_argument("--fail-level", choices=LEVELS[1:], default="error")
    args = options.parse_args()
    files = sorted(p for p in args.folder.resolve().rglob("*.md"))
    dice = random.Random(7)
    dice.shuffle(files)
    level = LEVELS[LEVELS.index(args.fail_level) :]
    with tempfile.TemporaryDirectory() as tmp:
        os.chdir(tmp)
        Path("repo/news").mkdir(parents=True)
        os.chdir("repo")
        git("init", "-q", "-b", "main")
        for path in files[: args.old]:
            Path("news", path.name).write_bytes(path.read_bytes())
        git("add", "-A")
        git("commit", "-qm", "old articles")
        _, old = check()
        print(f"{args.old} old articles with {sum(f['severity'] in level for f in old)} findings of the level")
        print("| request | what is in it | new of the level | gate | right |\n|---|---|---|---|---|")
        rest, right = files[args.old :], 0
        for n in range(args.requests):
            git("checkout", "-q", "-B", "drop", "main")
            said, breaks = request(dice, rest, n, args.fail_level)
            git("add", "-A")
            git("commit", "-q", "--allow-empty", "-m", f"request {n}")
            _, whole = check()
            added = {s.removeprefix("new ") for s in said if s.startswith("new ")}
            brought = [f for f in whole if f["article"] in added and f["severity"] in level]
            code, found = check("--since", "main", "--fail-level", args.fail_level)
            expected = bool(breaks or brought)
            right += expected == bool(code)
            news = [f for f in found if f["severity"] in level]
            what = "; ".join(s for s in said if not s.startswith("new ")) + (f"; {len(added)} new" if added else "")
            print(
                f"| {n + 1} | {what.strip('; ')} | {len(news)} | {'red' if code else 'green'} |"
                f" {'yes' if expected == bool(code) else 'NO: ' + str([(f['article'], f['code']) for f in news][:3])} |"
            )
        print(f"{right} of {args.requests} as they should be")


def request(dice: random.Random, rest: list[Path], n: int, level: str) -> tuple[list[str], list[str]]:
    """Writes one pull request into the work tree: what is in it, and what of that is a new defect of the level."""
    here = sorted(Path("news").glob("*.md"))
    said: list[str] = []
    breaks: list[str] = []

    def edit(name: str, change: Callable[[str, random.Random], str]) -> bool:
        path = dice.choice(here)
        here.remove(path)
        text = path.read_text("utf-8", "surrogateescape")
        after = change(text, dice)
        path.write_text(after, "utf-8", "surrogateescape")
        if after != text:
            said.append(name)
        return after != text

    for name, change in dice.sample(sorted(HARMLESS.items()), dice.randint(1, 3)):
        edit(name, change)
    if dice.random() < 0.4:
        path = dice.choice(here)
        here.remove(path)
        git("mv", str(path), f"news/{path.stem}-b.md")
        said.append("renamed")
    if n % 3 == 1:
        name, change = dice.choice(sorted(ERRORS.items()))
        if edit(name, change):
            breaks.append(name)
    if n % 3 == 2:
        name, change = dice.choice(sorted(DIRT.items()))
        if edit(name, change) and level == "warning":
            breaks.append(name)
    if n % 5 == 0:
        for path in rest[n : n + dice.randint(1, 4)]:
            Path("news", path.name).write_bytes(path.read_bytes())
            said.append(f"new {path.name}")
    return said, breaks


if __name__ == "__main__":
    run()
