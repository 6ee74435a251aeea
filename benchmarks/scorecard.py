"""Writes docs/scorecard.md: how often each rule is right on texts with known truth, and what other tools say of them.

    python benchmarks/scorecard.py PACK_DIR [--cli copydesk] [--peers BIN_DIR] [--output docs/scorecard.md]

PACK_DIR has, for each of the tasks foreign, splits and names, `in.jsonl` (set, path, text: an article a line) and
`truth.json` (`docs`: of each article its source, its words, and what was done to it). Where a `score.py` lies there,
too, the totals of its own matching are shown first. BIN_DIR is the `bin` of an environment with the peers (`pip
install codespell typos ftfy mdformat mdformat-frontmatter py3langid`); one that is not there is left out, and said.

A finding counts as right where it touches an inserted word (foreign; no more than 200 characters wide), where the line
breaks that its first fix removes all cut a paragraph (splits), or where its first fix gives back the published text
(names). Recall is the share of what was planted that the rule found alone. Words are those of untouched articles.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("scorecard_page.md")
TASKS = {"foreign": ("FOR",), "splits": ("LAY1", "LAY2"), "names": ("NAM",)}
WIDEST = 200  # characters; a finding over more points at nothing
Finding = dict[str, Any]
Found = Mapping["Doc", list[Finding]]


@dataclass(frozen=True, eq=False)
class Doc:
    """An article of a pack: `site` is where it was published, `truth` what was done to it."""

    task: str
    set: str
    path: str
    text: str
    site: str
    truth: Mapping[str, Any]

    @property
    def planted(self) -> int:
        """How many defects were put in (line breaks, for splits)."""
        if self.task == "foreign":
            return len(self.truth["insertions"])
        if self.task == "names":
            return int(self.truth["name"] is not None)
        return sum(g != "nl" for g in self.truth["glue"].split(" "))


@dataclass
class Tally:
    """What a rule, or a tool, did: findings, the right ones among them, and which defects it found."""

    findings: int = 0
    right: int = 0
    found: set[tuple[str, int]] = field(default_factory=set)


def read_pack(folder: Path) -> list[Doc]:
    """Every article of the three tasks."""
    docs = []
    for task in TASKS:
        truths = json.loads((folder / task / "truth.json").read_text("utf-8"))["docs"]
        for line in (folder / task / "in.jsonl").read_text("utf-8").split("\n"):
            if line:
                d = json.loads(line)
                truth = truths[f"{d['set']}/{d['path']}"]
                docs.append(Doc(task, d["set"], d["path"], d["text"], truth["source"].partition("/")[0], truth))
    return docs


def untouched(docs: Sequence[Doc]) -> list[Doc]:
    """The articles as they were published, each once, though two tasks may have it."""
    seen: dict[str, Doc] = {}
    for d in docs:
        if d.task != "splits" and not d.planted:
            seen.setdefault(d.truth["source"], d)
    return list(seen.values())


def write(docs: Sequence[Doc], folder: Path) -> None:
    for d in docs:
        file = folder / d.task / d.set / d.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(d.text.encode("utf-8"))


# ---------------------------------------------------------------------------------------------------------- copydesk


def check(cli: Sequence[str], folder: Path, docs: Sequence[Doc]) -> dict[Doc, list[Finding]]:
    """The findings of every rule, one run for each set: a damaged article never lies beside its intact twin."""
    by_place = {(d.task, d.set, d.path): d for d in docs}
    found: dict[Doc, list[Finding]] = defaultdict(list)
    for task, name in dict.fromkeys((d.task, d.set) for d in docs):
        out = folder / "findings.json"
        words = ["check", str(folder / task / name), "--isolated", "--exit-zero", "-q", "--format", f"json={out}"]
        subprocess.run([*cli, *words], check=True, cwd=folder)
        for f in json.loads(out.read_text("utf-8"))["findings"]:
            doc = by_place.get((task, name, f["article"]))
            if doc is not None:
                found[doc].append(f)
    return found


def is_safe(finding: Finding) -> bool:
    return len(finding["fixes"]) == 1 and finding["fixes"][0]["safety"] == "safe"


def repaired(text: str, finding: Finding) -> str | None:
    """The text with the first fix of a finding."""
    if not finding["fixes"]:
        return None
    for e in sorted(finding["fixes"][0]["edits"], key=lambda e: -e["start"]):
        text = text[: e["start"]] + e["new"] + text[e["start"] + len(e["old"]) :]
    return text


def defects_hit(doc: Doc, finding: Finding) -> tuple[bool, list[int]]:
    """Is the finding right, and which of the planted defects did it find?"""
    start, end = finding["span"]["start"], max(finding["span"]["end"], finding["span"]["start"] + 1)
    if doc.task == "foreign":
        hit = [n for n, i in enumerate(doc.truth["insertions"]) if start < i["end"] and end > i["start"]]
        return (bool(hit), hit) if end - start <= WIDEST else (False, [])
    if doc.task == "names":
        name = doc.truth["name"]
        if name is None:
            return False, []
        right = repaired(doc.text, finding) == doc.text[: name["start"]] + name["right"] + doc.text[name["end"] :]
        return right, [0] if right else []
    breaks = broken_lines(doc, finding)
    glue = doc.truth["glue"].split(" ")
    return all(glue[n] != "nl" for n in breaks), [n for n in breaks if glue[n] != "nl"]


def broken_lines(doc: Doc, finding: Finding) -> list[int]:
    """The line breaks that the first fix removes: numbers of the lines before them, from the first line of the body."""
    out = []
    lines = doc.text.split("\n")
    for e in finding["fixes"][0]["edits"] if finding["fixes"] else []:
        if "\n" in e["old"] and "\n" not in e["new"]:
            n = doc.text.count("\n", 0, e["start"] + e["old"].index("\n"))
            while not lines[n].strip():
                n -= 1
            out.append(n - doc.truth["first_line"])
    return out


def tally(docs: Sequence[Doc], found: Found, key: Callable[[Doc, Finding], Any]) -> dict[Any, Tally]:
    """By rule, by site, or by whatever the key says (None: not at all); findings of the family that a task is about."""
    out: dict[Any, Tally] = defaultdict(Tally)
    for doc in docs:
        for f in found.get(doc, []):
            group = key(doc, f)
            if group is None or not f["code"].startswith(TASKS[doc.task]) or not (doc.planted or doc.task == "splits"):
                continue
            if doc.task == "splits" and not broken_lines(doc, f):
                continue  # it asks about a place, and joins nothing
            right, hit = defects_hit(doc, f)
            out[group].findings += 1
            out[group].right += right
            out[group].found |= {(f"{doc.set}/{doc.path}", n) for n in hit}
    return out


# -------------------------------------------------------------------------------------------------------------- peers


def spell(peer: str, peers: Path, folder: Path) -> Iterator[tuple[Path, int, str, str]]:
    """(file, line, word, correction) of codespell or typos."""
    words = {"codespell": [], "typos": ["--format", "json", "--no-ignore", "--hidden", "--isolated"]}[peer]
    run = subprocess.run([str(peers / peer), *words, str(folder)], capture_output=True, text=True, cwd=folder)
    for line in run.stdout.split("\n"):
        if peer == "typos" and line.startswith("{"):
            d = json.loads(line)
            if d["type"] == "typo" and "line_num" in d:
                yield Path(d["path"]), d["line_num"], d["typo"], d["corrections"][0] if d["corrections"] else ""
        elif m := re.fullmatch(r"(.*?):(\d+): (.*?) ==> ([^,]*).*", line):
            yield Path(m[1]), int(m[2]), m[3], m[4].strip()


def spelled(peer: str, peers: Path, folder: Path, docs: Sequence[Doc]) -> dict[Doc, list[Finding]]:
    """Its findings in the form of ours, so that one measure holds for both."""
    by_file = {(folder / d.task / d.set / d.path): d for d in docs}
    found: dict[Doc, list[Finding]] = defaultdict(list)
    for file, line, word, correction in spell(peer, peers, folder):
        doc = by_file.get(file)
        if doc is None:
            continue
        before = sum(len(x) + 1 for x in doc.text.split("\n")[: line - 1])
        start = doc.text.find(word, before)
        if start >= 0:
            edits = [{"start": start, "old": word, "new": correction}]
            span = {"start": start, "end": start + len(word)}
            found[doc].append({"code": TASKS[doc.task][0], "span": span, "fixes": [{"safety": "safe", "edits": edits}]})
    return found


def lines_by_language(peers: Path, docs: Sequence[Doc]) -> dict[Doc, list[Finding]]:
    """Lines of the body that py3langid takes for another language than English with a probability of .9 or more."""
    places = []
    for doc in docs:
        at = 0
        for line in doc.text.split("\n"):
            if sum(map(str.isalpha, line)) >= 2 and not line.startswith("title:"):
                places.append((doc, at, line))
            at += len(line) + 1
    text = "\n".join(" ".join(line.split()) for _, _, line in places)
    run = subprocess.run(
        [str(peers / "langid"), "--line", "-n"], input=text, capture_output=True, text=True, check=True
    )
    answers = re.findall(r"\('(\w+)', (?:np\.float\d+\()?([\d.e-]+)", run.stdout)
    found: dict[Doc, list[Finding]] = defaultdict(list)
    for (doc, at, line), (language, sure) in zip(places, answers, strict=True):
        if language != "en" and float(sure) >= 0.9:
            found[doc].append({"code": TASKS[doc.task][0], "span": {"start": at, "end": at + len(line)}, "fixes": []})
    return found


def joined(before: str, after: str, first_line: int) -> dict[int, bool] | None:
    """Which line breaks are gone: told by the letters before each. None where the letters differ."""

    def breaks(text: str, first: int) -> Iterator[tuple[int, int]]:
        letters = 0
        for n, line in enumerate(text.split("\n")):
            letters += sum(map(str.isalpha, line))
            if n >= first and line.strip():
                yield letters, n - first

    letters = [c for c in before if c.isalpha()]
    if letters != [c for c in after if c.isalpha()]:
        return None
    kept = {count for count, _ in breaks(after, 0)}
    return {n: count not in kept for count, n in list(breaks(before, first_line))[:-1]}


def judge_joins(docs: Sequence[Doc], outputs: Path) -> tuple[Counter[str], int]:
    """Of a tool that rewrites files: joins, the right ones, the true ones; and the articles that cannot be compared."""
    count: Counter[str] = Counter()
    skipped = 0
    for d in docs:
        file = outputs / d.set / d.path
        gone = joined(d.text, file.read_text("utf-8"), d.truth["first_line"]) if file.exists() else None
        if gone is None:
            skipped += 1
            continue
        glue = d.truth["glue"].split(" ")
        for n, is_gone in gone.items():
            if n < len(glue):
                count.update(joins=is_gone, right=is_gone and glue[n] != "nl", true=glue[n] != "nl")
    return count, skipped


def version(peers: Path, name: str) -> str:
    words = [str(peers / "python"), "-c", f"import importlib.metadata as m; print(m.version({name!r}))"]
    return subprocess.run(words, capture_output=True, text=True).stdout.strip()


# ------------------------------------------------------------------------------------------------------------- tables


def share(a: float, b: float) -> str:
    return f"{a / b:.3f}".removeprefix("0") if b else "–"


def rate(alarms: int, words: int) -> str:
    return f"{alarms * 10_000 / words:.2f}" if words else "–"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def words_in(docs: Sequence[Doc]) -> int:
    return sum(d.truth["words"] for d in docs)


def totals(pack: Path, cli: str, folder: Path) -> str:
    """What the pack's own scorer says."""
    rows = []
    for task in TASKS:
        out = folder / "score.json"
        command = [sys.executable, str(pack / "score.py"), task, "--cli", cli, "--json", str(out), "--pack", str(pack)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for tier, result in ((t, json.loads(out.read_text("utf-8"))[task][t]) for t in ("auto", "all")):
            precision = next(result[k] for k in ("P", "P_exact", "P_fix") if k in result)
            found, alarms = (
                next(result[k] for k in keys if k in result)
                for keys in (
                    ("R",),
                    ("fp_per_10k_words", "untouched_joins_per_10k_words", "untouched_per_10k_words"),
                )
            )
            title = f"{task}: " + ("repaired by default" if tier == "auto" else "with what is offered")
            rows.append([title, *(f"{x:.3f}" for x in (precision, found, result["F1"])), f"{alarms:.2f}"])
    return table(["", "precision", "recall", "F1", "false alarms per 10,000 words"], rows)


def rule_table(docs: Sequence[Doc], found: Found, names: Mapping[str, str]) -> str:
    """Each rule of a family that has a truth."""
    rows: list[list[object]] = []
    intact = untouched(docs)
    alarms = Counter(f["code"] for d in intact for f in found.get(d, []))
    for task in TASKS:
        mine = [d for d in docs if d.task == task]
        planted = sum(d.planted for d in mine)
        safe = tally(mine, found, lambda d, f: f["code"] if is_safe(f) else None)
        for code, t in sorted(tally(mine, found, lambda d, f: f["code"]).items()):
            row = [f"`{code}` {names[code]}", t.findings, safe[code].findings, share(t.right, t.findings)]
            row += [share(safe[code].right, safe[code].findings), share(len(t.found), planted)]
            rows.append([*row, rate(alarms[code], words_in(intact))])
    heads = ["rule", "findings", "of them safe", "precision", "precision, safe", "recall", "alarms per 10,000 words"]
    return table(heads, rows)


def site_table(docs: Sequence[Doc], found: Found) -> str:
    """Each task by the site that the articles are from."""
    rows: list[list[object]] = []
    for task, family in TASKS.items():
        mine = [d for d in docs if d.task == task]
        every = tally(mine, found, lambda d, f: d.site)
        safe = tally(mine, found, lambda d, f: d.site if is_safe(f) else None)
        for site in sorted({d.site for d in docs}):
            planted = sum(d.planted for d in mine if d.site == site)
            intact = [d for d in untouched(docs) if d.site == site]
            alarms = sum(f["code"].startswith(family) for d in intact for f in found.get(d, []))
            if planted or (intact and task != "splits"):
                s, e = safe[site], every[site]
                row = [f"{task}, {site}", planted, share(s.right, s.findings), share(len(s.found), planted)]
                row += [share(e.right, e.findings), share(len(e.found), planted)]
                rows.append([*row, words_in(intact) or "–", rate(alarms, words_in(intact))])
    heads = ["", "planted", "safe: precision", "safe: recall", "all: precision", "all: recall"]
    return table([*heads, "untouched words", "alarms per 10,000"], rows)


def alarm_table(docs: Sequence[Doc], found: Found, names: Mapping[str, str]) -> str:
    """Every rule on the articles as they were published: those with a truth and those without."""
    intact = untouched(docs)
    places = [(f, d) for d in intact for f in found.get(d, [])]
    every = Counter(f["code"] for f, _ in places)
    safe = Counter(f["code"] for f, _ in places if is_safe(f))
    rows: list[list[object]] = []
    for code, n in every.most_common():
        articles = {id(d) for f, d in places if f["code"] == code}
        sites = {d.site for f, d in places if f["code"] == code}
        row = [f"`{code}` {names[code]}", n, safe[code], len(articles), len(sites)]
        rows.append([*row, rate(n, words_in(intact)), rate(safe[code], words_in(intact))])
    heads = ["rule", "findings", "of them safe", "articles", "sites", "per 10,000 words", "safe per 10,000 words"]
    return table(heads, rows)


def peer_row(tool: str, docs: Sequence[Doc], task: str, found: Found, codes: tuple[str, ...] = ()) -> list[object]:
    """One tool on one task; `codes` (default: all) are those of its findings that count as alarms elsewhere."""
    mine = [d for d in docs if d.task == task]
    t = tally(mine, found, lambda d, f: "all")["all"]
    intact = untouched(docs)
    alarms = sum(f["code"].startswith(codes or "") for d in intact for f in found.get(d, []))
    planted = sum(d.planted for d in mine)
    return [task, tool, share(t.right, t.findings), share(len(t.found), planted), rate(alarms, words_in(intact))]


def peer_rows(docs: Sequence[Doc], found: Found, peers: Path, folder: Path) -> list[list[object]]:
    """The tools side by side with copydesk, for foreign words and names."""
    rows = []
    there = [p for p in ("codespell", "typos") if (peers / p).exists()]
    others = {f"{p} {version(peers, p)}": spelled(p, peers, folder, docs) for p in there}
    safe = {d: [f for f in fs if is_safe(f)] for d, fs in found.items()}
    for task in ("foreign", "names"):
        rows += [
            peer_row(n, docs, task, f, TASKS[task]) for n, f in (("copydesk, safe", safe), ("copydesk, all", found))
        ]
        rows += [peer_row(tool, docs, task, findings) for tool, findings in others.items()]
        if task == "foreign" and (peers / "langid").exists():
            spoken = lines_by_language(peers, [d for d in docs if d.task == task or not d.planted])
            rows.append(peer_row(f"py3langid {version(peers, 'py3langid')}, lines at .9", docs, task, spoken))
    return rows


def join_rows(docs: Sequence[Doc], cli: Sequence[str], peers: Path, folder: Path) -> tuple[list[list[object]], int]:
    """What `copydesk clean` and `mdformat --wrap no` make of the line breaks, by one measure: the output's letters."""
    mine = [d for d in docs if d.task == "splits"]
    name = mine[0].set
    rows: list[list[object]] = []
    skipped = 0
    for tool, flags in (("copydesk clean", []), ("copydesk clean --unsafe", ["--unsafe"])):
        out = folder / f"cleaned{len(flags)}"
        words = ["clean", str(folder / "splits" / name), "--out", str(out), "--isolated", "--exit-zero", "-q", *flags]
        subprocess.run([*cli, *words], check=True, cwd=folder)
        (out / "corpus").rename(out / name)
        count, left = judge_joins(mine, out)
        rows.append(["splits", tool, share(count["right"], count["joins"]), share(count["right"], count["true"]), "–"])
        skipped = max(skipped, left)
    if (peers / "mdformat").exists():
        copy = folder / "formatted" / name
        for d in mine:
            file = (copy / d.path).with_suffix(".md")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(d.text, "utf-8")
        subprocess.run([str(peers / "mdformat"), "--wrap", "no", "--no-validate", str(copy)], check=False)
        for file in copy.rglob("*.md"):
            file.rename(file.with_suffix(".txt"))
        count, left = judge_joins(mine, copy.parent)
        tool = f"mdformat {version(peers, 'mdformat')} --wrap no"
        rows.append(["splits", tool, share(count["right"], count["joins"]), share(count["right"], count["true"]), "–"])
        skipped = max(skipped, left)
    return rows, skipped


def ftfy_sentence(docs: Sequence[Doc], found: Found, peers: Path, folder: Path) -> str:
    """What ftfy changes in articles as they were published, and what the ENC rules do."""
    intact = untouched(docs)
    mark = "\n~~~~ the next article\n"  # its command line goes by lines, so that one run on all of them is the same
    file = folder / "all.txt"
    file.write_bytes(mark.join(d.text for d in intact).encode("utf-8"))
    run = subprocess.run([str(peers / "ftfy"), str(file)], capture_output=True, check=True)
    results = run.stdout.decode("utf-8").split(mark)
    pairs = [(d.text, result) for d, result in zip(intact, results, strict=True) if d.text != result]
    changed = len(pairs)
    lines = sum(a != b for old, new in pairs for a, b in zip(old.split("\n"), new.split("\n"), strict=False))
    ours = [d for d in intact if any(f["code"].startswith("ENC") and is_safe(f) for f in found.get(d, []))]
    return (
        f"ftfy {version(peers, 'ftfy')}, as its command line runs, changes {changed} of the {len(intact)} untouched"
        f" articles ({lines} lines: curly quotes become straight). The safe repairs of `ENC` change {len(ours)}.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pack", type=Path, metavar="PACK_DIR")
    parser.add_argument("--cli", default="copydesk", help="the command line of copydesk")
    parser.add_argument("--peers", type=Path, metavar="BIN_DIR", help="the bin of an environment with other tools")
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent.parent / "docs" / "scorecard.md")
    args = parser.parse_args()
    cli = shlex.split(args.cli)
    cli[0] = os.path.abspath(shutil.which(cli[0]) or cli[0])
    listed = subprocess.run([*cli, "rules"], capture_output=True, text=True, check=True).stdout
    names = {line.split()[0]: line.split()[1] for line in listed.split("\n") if line}
    docs = read_pack(args.pack)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(docs, folder)
        found = check(cli, folder, docs)
        parts = {
            "totals": totals(args.pack, shlex.join(cli), folder) if (args.pack / "score.py").exists() else "",
            "rules": rule_table(docs, found, names),
            "sites": site_table(docs, found),
            "alarms": alarm_table(docs, found, names),
            "peers": "",
            "ftfy": "",
        }
        if args.peers:
            joins, skipped = join_rows(docs, cli, args.peers, folder)
            rows = [*peer_rows(docs, found, args.peers, folder), *joins]
            parts["peers"] = table(["", "tool", "precision", "recall", "alarms per 10,000 untouched words"], rows)
            if skipped:
                parts["peers"] += (
                    f"\nAt most {skipped} articles of `splits` are left out of a row: a tool changed their letters.\n"
                )
            if (args.peers / "ftfy").exists():
                parts["ftfy"] = ftfy_sentence(docs, found, args.peers, folder)
    about = subprocess.run([*cli, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    intact = untouched(docs)
    page = PAGE.read_text("utf-8").format(version=about, words=words_in(intact), articles=len(intact), **parts)
    args.output.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
