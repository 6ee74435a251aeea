"""Trains the weights of `validators/split_line.py` and writes them to `rules/layout/split_model.json`.

    python benchmarks/train_splits.py PACK [--write]

PACK is a folder with `in.jsonl` (path, text) and `truth.json` (per document: source, variant, first_line, and what
every line break was before the text was broken: `nl`, `sp`, `no`, `dehy`). The documents that the shipped weights were
trained on are posts of two sites of the United States government, GSA/digitalgov.gov and 18F/18f.gsa.gov, which are in
the public domain (CC0 where that is not enough). No text of theirs is in the weights: a weight belongs to a class of
line.

Every figure printed is of documents that were left out: first whole sites, then one document in five. Only the breaks
that blank lines do not settle are counted; the hyphens are another validator's. Needs numpy, which comes with pandas.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from copydesk.folders import bundled, rules_folders, validator_class
from copydesk.model import Article, Safety
from copydesk.parse import parse
from copydesk.pieces import blocks_of, features, layout_of
from copydesk.validator import Setup

RARE = 3  # a feature seen less often is left out
RARE_WORD = 8  # the same of a feature that is a word: a word is not learnt from one article
PASSES = 200  # of Adam over all breaks; the loss is flat by then


class Document(NamedTuple):
    """A broken text and the truth about its line breaks, by where in the text the line before each break ends."""

    name: str
    source: str
    variant: str
    article: Article
    truth: dict[int, str]


class Break(NamedTuple):
    document: int
    features: list[str]
    joined: bool


def read_pack(pack: Path) -> list[Document]:
    truth = json.loads((pack / "truth.json").read_text("utf-8"))["docs"]
    out = []
    for row in (pack / "in.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(row)
        name = f"{entry['set']}/{entry['path']}"
        known = truth[name]
        ends = list(_line_ends(entry["text"], known["first_line"]))
        glue = dict(zip(ends, known["glue"].split(), strict=False))
        out.append(Document(name, known["source"], known["variant"], parse(entry["text"], name), glue))
    return out


def _line_ends(text: str, first: int) -> Iterator[int]:
    """Where the text of each line ends; the truth counts blank lines, too."""
    at = 0
    for n, line in enumerate(text.split("\n")):
        if n >= first:
            yield at + len(line.rstrip())
        at += len(line) + 1


def breaks_of(validator: Any, documents: Sequence[Document]) -> Iterator[Break]:
    for n, document in enumerate(documents):
        blocks, runs = blocks_of(document.article.lines, validator.known)
        layout = layout_of(blocks, runs)
        for block in blocks:
            for k in range(len(block) - 1):
                seen = features(block, k, layout)
                yield Break(n, seen, document.truth[block[k].end] != "nl")


def train(breaks: Sequence[Break]) -> dict[str, float]:
    """Weights of a logistic regression with an L2 penalty of 1, by Adam over all breaks at once."""
    counts = Counter(f for b in breaks for f in b.features)
    names = {
        f: n
        for n, f in enumerate(
            sorted(f for f, c in counts.items() if c >= (RARE_WORD if f.startswith(("last ", "first ")) else RARE))
        )
    }
    rows = [[names[f] for f in b.features if f in names] for b in breaks]
    columns = np.concatenate([np.array(r) for r in rows])
    owner = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    wanted = np.array([b.joined for b in breaks], float)
    w = np.zeros(len(names))
    mean, square = np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, PASSES + 1):
        p = 1 / (1 + np.exp(-np.bincount(owner, w[columns], len(rows))))
        slope = np.bincount(columns, (p - wanted)[owner], len(names)) + w
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        rate = 0.15 if step < PASSES * 0.6 else 0.045
        w -= rate * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return {f: round(float(w[n]), 3) for f, n in names.items() if abs(w[n]) >= 0.005}


def judge(validator: Any, documents: Iterable[Document]) -> Counter[str]:
    """What the validator would do to the breaks: `<tier> right` (exactly), `<tier> joins`, `<tier> untouched`."""
    out: Counter[str] = Counter()
    for document in documents:
        text = document.article.text
        untouched = document.variant.startswith("un-")
        out["true"] += sum(
            glue != "nl" and not _hyphenated(text, end) for end, glue in document.truth.items() if end < len(text)
        )
        for hit in validator.check(document.article):
            if not hit.fixes:
                continue
            for edit in hit.fixes[0].edits:
                a = len(text[: edit.start].rstrip())
                b = edit.end + len(text[edit.end :]) - len(text[edit.end :].lstrip())
                glue = {" ": "sp", "": "no"}[text[a : edit.start] + edit.new + text[edit.end : b]]
                for tier in ("safe", "all") if hit.fixes[0].safety is Safety.SAFE else ("all",):
                    out[f"{tier} untouched" if untouched else f"{tier} joins"] += 1
                    out[f"{tier} right"] += not untouched and document.truth[a] == glue
    return out


def _hyphenated(text: str, end: int) -> bool:
    rest = text[end:].lstrip()
    return text[end - 1] == "-" and text[end - 2].isalpha() and rest[:1].isalpha()


def report(title: str, c: Counter[str]) -> None:
    cells = []
    for tier in ("safe", "all"):
        right, joins, untouched = c[f"{tier} right"], c[f"{tier} joins"], c[f"{tier} untouched"]
        figures = f"exact {right / max(1, joins):.4f}, recall {right / c['true']:.4f}"
        cells.append(f"{tier}: {figures}, {untouched} joins in untouched text")
    print(f"{title}: {'; '.join(cells)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--write", action="store_true", help="write the weights of all documents into the repository")
    args = parser.parse_args()
    kind: Any = validator_class((str(bundled()),), "split_line")
    documents = read_pack(args.pack)
    validator = kind()
    validator.prepare(Setup(rules_folders((str(bundled()),))))
    breaks = list(breaks_of(validator, documents))
    print(f"{len(documents)} documents, {len(breaks)} line breaks")

    def left_out(title: str, group: list[str]) -> None:
        total: Counter[str] = Counter()
        for name in sorted(set(group)):
            validator.sums.clear()
            validator.weights = train([b for b in breaks if group[b.document] != name])
            found = judge(validator, [d for d, g in zip(documents, group, strict=True) if g == name])
            if len(set(group)) < 3:
                report(f"site {name} left out", found)
            total += found
        report(title, total)

    left_out("sites left out, together", [d.source.split("/")[0] for d in documents])
    left_out("every fifth document left out", [str(md5(d.source.encode()).digest()[0] % 5) for d in documents])
    if args.write:
        weights = train(breaks)
        about = (
            "logistic regression of validators/split_line.py; made by benchmarks/train_splits.py, see there for sources"
        )
        target = bundled() / "rules" / "layout" / "split_model.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(
            json.dumps({"about": about, "weights": weights}, indent=0, ensure_ascii=False) + "\n", "utf-8"
        )
        print(f"{len(weights)} weights -> {target}")


if __name__ == "__main__":
    main()
