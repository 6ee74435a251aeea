"""Runs other tools and copydesk on the 39 kinds of defect in tests/fixtures/front_matter.yaml, and writes the table.

    python benchmarks/compare_front_matter.py --bin VENV/bin --node FOLDER --out docs/front_matter_comparison.md

VENV holds check-jsonschema and yamllint, FOLDER the node_modules with remark-cli, remark-frontmatter and
remark-lint-frontmatter-schema; pandera is the one that copydesk uses. Every tool is given the same rules as far as it
can hold them: one JSON Schema, or the pandera schema below with a check for all that one line of Python can say.

A kind counts as caught where the tool says something of the defective article (or of its neighbour, for a defect
between two) that it does not say of the clean one. The place counts where the line is that of the defect in the `.md`.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
CASES: dict[str, Any] = yaml.safe_load((FIXTURES / "front_matter.yaml").read_text("utf-8"))
KINDS: dict[str, dict[str, Any]] = CASES["kinds"]
CLEAN = "clean"

Said = dict[str, set[tuple[int, str]]]
"""By kind: (line in the `.md` file, 0 where the tool names none, and what was said)."""

# ---------------------------------------------------------------------------------- the rules, as data

TEXT = {
    "type": "string",
    "minLength": 1,
    "not": {"pattern": r"&(#\d+|#x[0-9a-fA-F]+|\w+);|Ã.|â€|\u00a0$|(\.\.\.|…)$|^\s|\s$|^(TBD|N/?A|Placeholder\.?)$"},
}
URL = {"type": "string", "pattern": "^https://[^ ]+$", "not": {"pattern": "[?&]utm_"}}
ZONED = r"^\d{4}-(0[1-9]|1[0-2])-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"


def record(required: Iterable[str] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **record(
        ("title", "excerpt", "publishedDateTime", "originalUrl", "provider"),
        category={"type": "string"},
        title=TEXT,
        excerpt=TEXT,
        publishedDateTime={"type": "string", "pattern": ZONED, "format": "date-time"},
        originalUrl=URL,
        webUrl=URL,
        ampWebUrl=URL,
        cdnAmpWebUrl=URL,
        type={"enum": ["article", "video"]},
        quality={"type": "integer", "minimum": 0},
        heat={"type": "integer", "minimum": -1},
        published={"type": "boolean"},
        provider=record(("name", "domain"), name=TEXT, domain={"type": "string"}, country={"type": "string"}),
        topics={"type": "array", "items": {"enum": ["Harbours", "Ships", "Weather"]}},
        images={
            "type": "array",
            "items": record(
                ("url",),
                url=URL,
                width={"type": "integer", "minimum": 1},
                height={"type": "integer", "minimum": 1},
                isCached={"type": "boolean"},
            ),
        },
        related={"type": "array", "items": record(("title",), title=TEXT, webUrl=URL)},
        secured={"type": "string", "pattern": "^[A-Za-z0-9+/]+={0,2};[A-Za-z0-9+/]{22}==$"},
    ),
}

# ------------------------------------------------------------------------------------------- the files


def write_files(folder: Path) -> None:
    """FOLDER/kind/NAME.md for every kind and for the clean article, each with its neighbour."""
    peer = CASES["article"]
    for old, new in CASES["peer"]["changes"].items():
        peer = peer.replace(old, new)
    for name, kind in {CLEAN: {}, **KINDS}.items():
        text = kind.get("text") or CASES["article"]
        if "old" in kind:
            text = text.replace(kind["old"], kind["new"], 1)
        place = folder / name
        place.mkdir(parents=True)
        (place / kind.get("name", CASES["name"])).write_bytes(text.encode())
        (place / CASES["peer"]["name"]).write_bytes(peer.encode())


def extracted(text: str) -> tuple[str, str]:
    """The front matter without its fences, as these tools need it, and the ending of the file to put it into."""
    m = re.match(r"\ufeff?(---|\+\+\+)\r?\n(.*?)(?:\n(?:---|\+\+\+)\r?\n|\Z)", text, re.S)
    assert m is not None
    return m[2] + "\n", ".yaml" if m[1] == "---" else ".toml"


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    return done.stdout + done.stderr


def said_by_kind(folder: Path, lines: Callable[[Path], Iterable[tuple[int, str]]]) -> Said:
    return {name: set(lines(folder / name)) for name in [CLEAN, *KINDS]}


# ------------------------------------------------------------------------------------------- the tools


def copydesk(folder: Path) -> Said:
    def lines(place: Path) -> Iterable[tuple[int, str]]:
        report = place.parent / f"{place.name}.json"
        command = ["check", str(place), "--schema", str(FIXTURES / "harbour.yaml"), "--isolated", "-q"]
        run(sys.executable, "-m", "copydesk", *command, "--format", "json", "--output", str(report))
        for f in json.loads(report.read_text("utf-8"))["findings"]:
            yield f["location"]["line"], f"{f['article']}: {f['code']}"

    return said_by_kind(folder, lines)


def check_jsonschema(folder: Path, tool: str, schema: Path) -> Said:
    def lines(place: Path) -> Iterable[tuple[int, str]]:
        files = []
        for article in sorted(place.glob("*.md")):
            content, ending = extracted(article.read_bytes().decode())
            file = article.with_suffix(ending)
            file.write_bytes(content.encode())
            files.append(str(file))
        out = json.loads(run(tool, "--schemafile", str(schema), "-o", "json", *files))
        for e in [*out.get("errors", []), *out.get("parse_errors", [])]:
            yield 0, f"{Path(e['filename']).name} {e.get('path', '')} {e['message']}"

    return said_by_kind(folder, lines)


def yamllint(folder: Path, tool: str) -> Said:
    def lines(place: Path) -> Iterable[tuple[int, str]]:
        rules = "{extends: default, rules: {line-length: disable, document-start: disable, quoted-strings: disable}}"
        for file in sorted(place.glob("*.yaml")):
            for m in re.finditer(r":(\d+):(\d+): (.*)", run(tool, "-f", "parsable", "-d", rules, str(file))):
                yield int(m[1]) + 1, f"{file.name} {m[3]}"  # the fence is not in the extract

    return said_by_kind(folder, lines)


def remark(folder: Path, node: Path, schema: Path) -> Said:
    config = {
        "plugins": [
            "remark-frontmatter",
            ["remark-lint-frontmatter-schema", {"schemas": {f"./{schema.relative_to(node)}": ["./**/*.md"]}}],
        ]
    }
    settings = schema.with_name("remark.json")
    settings.write_text(json.dumps(config), "utf-8")
    command = [
        str(node / "node_modules" / ".bin" / "remark"),
        str(folder.relative_to(node)),
        "--rc-path",
        str(settings),
    ]
    out: Said = {name: set() for name in [CLEAN, *KINDS]}
    name = file = ""
    for line in run(*command, "--no-stdout", "--quiet", "--no-color", cwd=node).splitlines():
        if m := re.search(r"([\w-]+)/([\w-]+\.md)(?::| |$)", line):
            name, file = m[1], m[2]
        if (m := re.match(r"\s*(?:(\d+):\d+\S*)?\s+(?:warning|error|⚠|✖)\s+(.*)", line)) and name in out:
            out[name].add((int(m[1] or 0), f"{file} {m[2]}"))
    return out


def pandera(folder: Path) -> Said:
    import warnings

    warnings.simplefilter("ignore")

    def lines(place: Path) -> Iterable[tuple[int, str]]:
        rows = []
        for article in sorted(place.glob("*.md")):
            try:
                rows.append(flat(article))
            except Exception as e:  # noqa: BLE001 - whatever the loader says, it says that the file is not readable
                yield 0, f"{article.name} cannot be loaded: {type(e).__name__}"
        yield from failures(rows)

    return said_by_kind(folder, lines)


def flat(article: Path) -> dict[str, Any]:
    text = article.read_bytes().decode("utf-8-sig")
    if not re.search(r"(?m)^---\r?$", text[3:]):
        raise ValueError("no front matter")
    data = yaml.safe_load(extracted(text)[0])
    image, related = data.pop("images")[0], data.pop("related")[0]
    provider = data.pop("provider")
    return {
        "file": article.name,
        **data,
        **{f"provider.{k}": v for k, v in provider.items()},
        **{f"image.{k}": v for k, v in image.items()},
        **{f"related.{k}": v for k, v in related.items()},
    }


def failures(rows: list[dict[str, Any]]) -> Iterable[tuple[int, str]]:
    import pandas as pd
    import pandera.pandas as pa

    frame = pd.DataFrame(rows, dtype=object)

    def of(kind: type, *checks: pa.Check, unique: bool = False, required: bool = True) -> pa.Column:
        typed = pa.Check(lambda v: isinstance(v, kind) and not (kind is int and v is True), element_wise=True)
        return pa.Column(object, [typed, *checks], unique=unique, required=required)

    def text(pattern: str, good: bool = True) -> pa.Check:
        return pa.Check(lambda v: not isinstance(v, str) or bool(re.search(pattern, v)) == good, element_wise=True)

    def relation(holds: Callable[[Any], bool]) -> pa.Check:
        return pa.Check(lambda f: f.apply(lambda row: bool(holds(row)), axis=1))

    def amp_host(url: str) -> str:
        return url.split("/")[2].replace("-", "--").replace(".", "-") + ".cdn.ampproject.org"

    dirty = str(TEXT["not"]["pattern"])  # type: ignore[index]
    prose = (text(dirty, good=False), text("."))
    url = (text("^https://"), text("[?&]utm_", good=False))
    positive = pa.Check(lambda v: not isinstance(v, int) or v >= 1, element_wise=True)
    zoned = pa.Check(lambda v: getattr(v, "tzinfo", None) is not None, element_wise=True)
    schema = pa.DataFrameSchema(
        {
            "file": of(str),
            "category": of(str),
            "title": of(str, *prose),
            "excerpt": of(str, *prose),
            "publishedDateTime": of(object, zoned),
            "originalUrl": of(str, *url, unique=True),
            "webUrl": of(str, *url),
            "ampWebUrl": of(str, *url),
            "cdnAmpWebUrl": of(str, *url),
            "type": of(str, pa.Check.isin(["article", "video"])),
            "quality": of(int),
            "heat": of(int),
            "published": of(bool),
            "provider.name": of(str, *prose),
            "provider.domain": of(str),
            "provider.country": pa.Column(object),
            "topics": of(list, pa.Check(lambda v: set(v) <= {"Harbours", "Ships", "Weather"}, element_wise=True)),
            "image.url": of(str, *url),
            "image.width": of(int, positive),
            "image.height": of(int, positive),
            "image.isCached": of(bool),
            "related.title": of(str),
            "related.webUrl": of(str, *url),
            "secured": of(str, text("^[A-Za-z0-9+/]+={0,2};[A-Za-z0-9+/]{22}==$"), unique=True),
        },
        checks=[
            relation(lambda r: r["published"] == (r["quality"] >= 70)),
            relation(lambda r: r["provider.domain"] in r["originalUrl"].split("/")[2]),
            relation(lambda r: r["webUrl"].split("/")[2] == r["originalUrl"].split("/")[2]),
            relation(lambda r: amp_host(r["ampWebUrl"]) == r["cdnAmpWebUrl"].split("/")[2]),
            relation(lambda r: r["file"][:10] == r["publishedDateTime"].date().isoformat()),
            relation(lambda r: r["file"][11:-3] == re.sub(r"[^a-z0-9]+", "-", r["title"].lower())),
            relation(lambda r: r["related.webUrl"] != r["originalUrl"]),
            relation(lambda r: r["title"].lower().strip(".") != r["excerpt"].lower().strip(".")),
        ],
        strict=True,
    )  # fmt: skip
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as e:
        for column, check in e.failure_cases[["column", "check"]].drop_duplicates().itertuples(index=False):
            yield 0, f"{column}: {check}"


# ------------------------------------------------------------------------------------------- the table


def verdict(said: Said, name: str) -> str:
    """`-` not caught, `+` caught, `+L` caught at the line of the defect."""
    new = said[name] - said[CLEAN]
    if not new:
        return "–"
    return "✓ line" if any(line == KINDS[name]["line"] for line, _ in new) else "✓"


def table(results: dict[str, Said]) -> str:
    lines = [f"| kind | {' | '.join(results)} | repaired by copydesk |", "|--" * (len(results) + 2) + "|"]
    how = {"safe": "by default", "unsafe": "with `--unsafe`", "suggest": "suggested", None: ""}
    for name, kind in KINDS.items():
        verdicts = [verdict(said, name) for said in results.values()]
        lines.append(f"| {name} | {' | '.join(verdicts)} | {how[kind.get('by')]} |")
    caught = [sum(verdict(said, n) != "–" for n in KINDS) for said in results.values()]
    placed = [sum("line" in verdict(said, n) for n in KINDS) for said in results.values()]
    repaired = sum("by" in kind for kind in KINDS.values())
    lines.append(f"| **caught of {len(KINDS)}** | {' | '.join(f'**{n}**' for n in caught)} | **{repaired}** |")
    lines.append(f"| with the line in the `.md` | {' | '.join(map(str, placed))} | |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="compare copydesk with other tools on 39 kinds of defect")
    parser.add_argument("--bin", type=Path, required=True, help="folder with check-jsonschema and yamllint")
    parser.add_argument("--node", type=lambda p: Path(p).resolve(), required=True, help="folder with node_modules")
    parser.add_argument("--out", type=Path, help="page whose table is replaced")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.node) as temporary:  # remark looks for its plugins around its files
        folder = Path(temporary, "kinds")
        write_files(folder)
        schema = Path(temporary, "schema.json")
        schema.write_text(json.dumps(SCHEMA), "utf-8")
        lint = json.loads(
            (args.node / "node_modules" / "remark-lint-frontmatter-schema" / "package.json").read_text("utf-8")
        )
        tools = [str(args.bin / name) for name in ("check-jsonschema", "yamllint")]
        versions = [run(tool, "--version").split()[-1] for tool in tools]
        results = {
            "copydesk": copydesk(folder),
            f"check-jsonschema {versions[0]}": check_jsonschema(folder, tools[0], schema),
            f"remark-lint-frontmatter-schema {lint['version']}": remark(folder, args.node, schema),
            f"yamllint {versions[1]}": yamllint(folder, tools[1]),
            f"pandera {importlib.metadata.version('pandera')} alone": pandera(folder),
        }
        page = table(results)
    if args.out is None:
        print(page)
        return
    old = args.out.read_text("utf-8")
    args.out.write_text(re.sub(r"(?s)\| kind \|.*\| with the line[^\n]*\n", lambda _: page, old), "utf-8")


if __name__ == "__main__":
    main()
