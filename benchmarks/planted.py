"""How many foreign words and misspelt names copydesk finds in articles of your own, in English.

    python benchmarks/planted.py PATH [--cli copydesk] [--seed 7]

Every article gets one to three foreign discourse words (on a line of their own, at the head of a sentence or of a
clause) and, where the surname of a full name stands in it twice or more, one slip in one mention of it. What is found
is compared with what was planted; findings elsewhere are listed, because they may be real defects. The texts are yours
and unseen. The words are not: they belong to the classes that the tables of the rules mean to have whole, so that a
word that is missed is a hole in a table.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shlex
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

WORDS = {
    "de": "außerdem, trotzdem, allerdings, dennoch, zum Beispiel, darüber hinaus, in der Tat, kurz gesagt, gleichwohl",
    "fr": "cependant, néanmoins, en effet, par conséquent, en outre, autrement dit, à vrai dire, peut-être, dès lors",
    "es": "sin embargo, además, por lo tanto, mientras tanto, de hecho, tal vez, al fin y al cabo, así pues, ante todo",
    "it": "tuttavia, inoltre, infatti, nel frattempo, in altre parole, di conseguenza, oltretutto, forse, del resto",
    "pt": "no entanto, porém, além disso, ou seja, na verdade, talvez, em contrapartida, ainda assim, por fim",
    "nl": "echter, bovendien, desondanks, daarentegen, kortom, ten slotte, misschien, met andere woorden, tevens",
    "sv": "dessutom, däremot, emellertid, å andra sidan, framför allt, kanske, likväl, så småningom",
    "pl": "jednak, ponadto, poza tym, mimo to, przede wszystkim, być może, co więcej, w związku z tym",
    "cs": "nicméně, kromě toho, na druhou stranu, ve skutečnosti, mezitím, bohužel",
    "tr": "ancak, bununla birlikte, buna rağmen, öte yandan, sonuç olarak, belki",
    "ru": "однако, кроме того, тем не менее, с другой стороны, между тем, к тому же, зато",
    "fi": "kuitenkin, siitä huolimatta, toisaalta, toisin sanoen, sillä välin, näin ollen",
    "hu": "azonban, ennek ellenére, másrészt, mindenekelőtt, valójában, ráadásul",
    "ro": "cu toate acestea, prin urmare, pe de altă parte, așadar, dimpotrivă, de fapt",
}
PROSE = 15  # words; a shorter paragraph may be a heading
SENTENCE = re.compile(r"(?<=[a-z]{3}[.!?] )(?=[A-Z][a-z]* [a-z])")
CLAUSE = re.compile(r"(?<=[a-z], )(?=(?:and|but|which|the|it|we|you|this|so|or|there|if|they) [a-z])")
NAME = re.compile(r"\b([A-Z][a-z]+) (?:[A-Z]\. )?([A-Z][a-z]{4,})\b")
GIVEN = frozenset((Path(__file__).parent.parent / "rules" / "names" / "given.txt").read_text("utf-8").split("\n"))
LETTERS = "aeionrstl"


class Planted(NamedTuple):
    kind: str
    start: int
    end: int
    right: str  # what stood there


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--cli", default="copydesk")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    draw = random.Random(args.seed)
    files = sorted(p for end in ("*.md", "*.txt") for p in args.path.rglob(end))
    articles = [p.read_text("utf-8", errors="replace") for p in files]
    common = set(re.findall(r"\b[a-z]{5,}\b", " ".join(articles)))
    with tempfile.TemporaryDirectory() as folder:
        planted = {}
        for n, text in enumerate(articles):
            name = f"{n:06}.md"
            damaged, planted[name] = plant(text, common, draw)
            Path(folder, name).write_text(damaged, "utf-8")
        report(planted, run(args.cli, folder), folder)


def plant(text: str, common: set[str], draw: random.Random) -> tuple[str, list[Planted]]:
    """The text with words and a slip in it, and where they are."""
    head = text.index("\n---", 3) + 5 if text.startswith("---\n") and "\n---" in text[3:] else 0
    blocks = [m for m in re.finditer(r"(?:[^\n]+\n?)+", text[head:]) if len(m[0].split()) >= PROSE]
    changes = []
    for block in draw.sample(blocks, min(len(blocks), draw.randint(1, 3))):
        language = draw.choice(list(WORDS))
        word = draw.choice(WORDS[language].split(", "))
        kind = draw.choice(["line", "start", "clause"])
        places = {"line": [0], "start": [0, *ends(SENTENCE, block[0])], "clause": ends(CLAUSE, block[0])}[kind]
        if not places:
            continue
        written = word if kind == "clause" else word[0].upper() + word[1:]
        tail = draw.choice(["", ",", ":"]) + "\n\n" if kind == "line" else draw.choice([", ", " "])
        changes.append((head + block.start() + draw.choice(places), "", written, tail, kind))
    slipped = slip(text, head, common, draw)
    changes += [slipped] if slipped else []
    out, found, done = "", [], 0
    for at, old, new, tail, kind in sorted(changes):
        out += text[done:at]
        found.append(Planted(kind, len(out), len(out) + len(new), old))
        out += new + tail
        done = at + len(old)
    return out + text[done:], found


def ends(pattern: re.Pattern[str], text: str) -> list[int]:
    return [m.end() for m in pattern.finditer(text)]


def slip(text: str, head: int, common: set[str], draw: random.Random) -> tuple[int, str, str, str, str] | None:
    """One mention of a surname with a letter too many, too few, another one, or two that changed places."""
    names = {m[2] for m in NAME.finditer(text, head) if m[1].lower() in GIVEN and m[2].lower() not in common}
    counts = {name: [m.start() for m in re.finditer(rf"\b{name}\b", text[head:])] for name in sorted(names)}
    usable = [name for name, places in counts.items() if len(places) > 1]
    if not usable:
        return None
    name = draw.choice(usable)
    i = draw.randrange(1, len(name) - 1)
    wrong = draw.choice(
        [
            name[:i] + name[i + 1 :],
            name[:i] + draw.choice(LETTERS) + name[i:],
            name[:i] + draw.choice(LETTERS) + name[i + 1 :],
            name[:i] + name[i + 1] + name[i] + name[i + 2 :],
        ]
    )
    if wrong == name or wrong in text:
        return None
    times = "twice" if len(counts[name]) == 2 else "more often"
    return head + draw.choice(counts[name]), name, wrong, "", f"name that stands {times}"


def run(cli: str, folder: str) -> list[dict[str, Any]]:
    output = Path(folder, "findings.json")
    words = [*shlex.split(cli), "check", folder, "--select", "FOR,NAM", "--exit-zero", "-q"]
    subprocess.run([*words, "--format", "json", "--output", str(output)], check=True, cwd=folder)
    findings: list[dict[str, Any]] = json.loads(output.read_text("utf-8"))["findings"]
    return findings


def is_safe(finding: dict[str, Any]) -> bool:
    return len(finding["fixes"]) == 1 and finding["fixes"][0]["safety"] == "safe"


def touches(finding: dict[str, Any], place: Planted) -> bool:
    return bool(finding["span"]["start"] < place.end and finding["span"]["end"] > place.start)


def answers(found: list[dict[str, Any]], place: Planted, text: str) -> Iterator[dict[str, Any]]:
    """The findings that are about the place; of a name, those whose first fix gives it back."""
    for finding in found:
        if touches(finding, place) and (not place.right or place.right in repaired(finding, place, text)):
            yield finding


def repaired(finding: dict[str, Any], place: Planted, text: str) -> str:
    around = text[: place.end + 1]
    edits = finding["fixes"][0]["edits"] if finding["fixes"] else []
    for e in sorted(edits, key=lambda e: -int(e["start"])):
        around = around[: e["start"]] + e["new"] + around[e["start"] + len(e["old"]) :]
    return around[place.start :]


def report(planted: dict[str, list[Planted]], findings: list[dict[str, Any]], folder: str) -> None:
    total, safe, any_tier = Counter[str](), Counter[str](), Counter[str]()
    for name, places in planted.items():
        text = Path(folder, name).read_text("utf-8")
        found = [f for f in findings if f["article"] == name]
        for place in places:
            about = list(answers(found, place, text))
            total[place.kind] += 1
            safe[place.kind] += any(is_safe(f) for f in about)
            any_tier[place.kind] += bool(about)
    print(f"{'planted':28}{'n':>6}{'repaired by default':>22}{'with what is offered':>22}")
    for kind, n in sorted(total.items()):
        print(f"{kind:28}{n:6}{safe[kind] / n:22.3f}{any_tier[kind] / n:22.3f}")
    other = [f for f in findings if not any(touches(f, p) for p in planted.get(f["article"], []))]
    print(f"\n{len(other)} of {len(findings)} findings are elsewhere, {sum(map(is_safe, other))} of them safe")
    for f in sorted(other, key=lambda f: not is_safe(f))[:20]:
        print(f"  {'safe' if is_safe(f) else 'ask '} {f['code']} {f['message'][:110]}")


if __name__ == "__main__":
    main()
