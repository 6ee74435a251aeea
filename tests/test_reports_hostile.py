"""Twenty articles whose texts and file names try to forge a report; each report is read as its reader reads it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from test_reports import Tags

from copydesk.cli import main
from copydesk.excerpt import HIDDEN

NAMES = (
    "new\nline", "::error::forged", "a|b|c", "`tick` ``two``", "<img src=x onerror=alert(1)>", "=cmd|' C calc'!A0",
    "\x1b[31mred", "\u202egpj.exe", "x" * 200, "%0A::warning::z", "@everyone #1", "[f](javascript:alert(1))",
    "-rf", "+1", "a,b;c:d", "\u2028sep", "'quote\"", "&amp;&#64;x", "##[group]x", "tab\there",
)  # fmt: skip
TEXTS = (
    "\n::error file=a.md::forged", "\r::set-output name=x::y", "##[add-mask]secret", "| a | b |\n|---|---|",
    "```\n# forged heading\n```", "`` ` ``` ````", "</script><script>alert(1)</script>", "<!-- --> ]]> <b onclick=x>",
    "=HYPERLINK(A1)", "+1+1", "-2-2", "@SUM(A1)", "\x1b]0;title\x07\x1b[2J", "\u202eright to left\u202c",
    "\u2066\u2069\u200b\ufeff", "word " * 3_000, "@somebody closes #12", "![i](http://x.example/i) [l](http://x.example)",
    "{{7*7}} ${{ github.token }} $(id)", "\x85\u2028\u2029::error::next",
)  # fmt: skip
FORMATS = ("console", "github", "markdown", "html", "csv", "json", "jsonl", "sarif", "junit", "gitlab", "rdjson")
BARE = re.compile(r"@somebody|@everyone|@SUM|alert|forged|HYPERLINK|x\.example|closes #12|add-mask|group\]|secret")


def article(n: int) -> str:
    """Defects on both sides of the hostile text, so that messages, fields, excerpts and fixes all quote it."""
    text = TEXTS[n]
    key = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\"\\]", " ", text[:80])
    front = f'---\ntitle:  the the {json.dumps(key)[1:-1]}  \n"{key}": 1\npublishedDateTime: 2024-02-30T08:00:00Z\n'
    front = front if n % 3 else f'---\ntitle: "{key}  &#8217; the the"\n"{key}": [\n'
    closed = f"{front}originalUrl: {json.dumps(key)}\n---\n" if n % 2 else ""
    return f"{closed}\nIt rained in the the {text} the the valley ( {text} ) .\n\nMore of of {text}\n"


@pytest.fixture(scope="module", params=["check", "clean"])
def reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reports of one run, as text; newlines stay as they were written."""
    place = tmp_path_factory.mktemp("hostile")
    corpus, out = place / "corpus", place / "out"
    corpus.mkdir()
    for n, name in enumerate(NAMES):
        (corpus / f"{name}.md").write_bytes(article(n).encode("utf-8"))
    command = str(request.param)
    where = ["--out", str(place / "cleaned")] if command == "clean" else []
    formats = [f"--format={f}={out / f}" for f in FORMATS]
    level = ["--fail-level", "warning"]
    assert main([command, str(corpus), *where, "--isolated", "--full", "--jobs", "1", *level, *formats]) == 1
    made = {f: (out / f).read_bytes().decode("utf-8") for f in FORMATS}
    return {**made, "command": command}


def test_nothing_hides(reports: dict[str, str]) -> None:
    for name in FORMATS:
        text = reports[name].removeprefix("\ufeff")
        text = text.replace("\r\n", "\n") if name == "csv" else text
        assert not HIDDEN.search(text), name
        assert len(json.loads(reports["json"])["findings"]) > 60


def test_annotations_are_ours(reports: dict[str, str]) -> None:
    lines = reports["github"].split("\n")
    commands = [line for line in lines if "::" in line]
    assert all(re.match(r"::(error|warning) file=[^:]*::", line) for line in commands[:-1])
    assert re.match(r"::notice title=copydesk::[^:]*$", commands[-1])
    assert 10 <= len(commands) - 1 <= 20
    paths = {m[1] for line in commands if (m := re.search(r" file=([^,]*),", line))}
    known = {n.encode() for n in NAMES}
    for path in paths:
        assert "\n" not in path
        name = unquote_to_bytes(path).split(b"corpus/")[-1].removesuffix(b".md")
        assert name in known or b"<U+" in name
    assert set(reports["github"]) & {"\r", "\x1b"} == set()


def test_a_log_holds_no_command(reports: dict[str, str]) -> None:
    for line in re.split(r"[\n\r\x85\u2028\u2029]", reports["console"]):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
    assert "\x1b" not in reports["console"]


@pytest.mark.parametrize("part", ["markdown", "rdjson"])
def test_markdown_is_only_ours(reports: dict[str, str], part: str) -> None:
    texts = [reports["markdown"]]
    if part == "rdjson":
        texts = [d["message"] for d in json.loads(reports["rdjson"])["diagnostics"]]
    for text in texts:
        tokens = MarkdownIt("commonmark", {"html": True}).enable(["table"]).parse(text)
        for token in tokens:
            assert token.type != "html_block"
            for child in token.children or []:
                assert child.type not in ("html_inline", "link_open", "image")
                if child.type == "text":
                    assert not BARE.search(child.content), child.content
        count = Counter(t.type for t in tokens)
        headings = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open"]
        assert all(re.match(r"copydesk: |Blocked: |By article|Please decide: |What ", h) for h in headings)
        assert count["td_open"] == 4 * (count["tr_open"] - count["table_open"])
    assert len(reports["markdown"].encode()) < 62_000


def test_the_page_runs_nothing(reports: dict[str, str]) -> None:
    page = Tags(reports["html"])
    names = Counter(tag for tag, _ in page.tags)
    assert names["script"] == 1
    assert not {"img", "iframe", "link", "base", "object", "form"} & set(names) - {"form"}
    for tag, attrs in page.tags:
        assert not any(name.startswith("on") or name in ("src", "style", "srcdoc") for name in attrs), (tag, attrs)
        assert (attrs.get("href") or "#").startswith("#")
    assert "<script>alert(1)</script>" in page.text


def test_a_table_holds_no_formula(reports: dict[str, str]) -> None:
    rows = list(csv.reader(io.StringIO(reports["csv"][1:], newline="")))
    found = json.loads(reports["json"])["findings"]
    assert len(rows) == len(found) + 1
    for row in rows:
        assert len(row) == len(rows[0])
        for cell in row:
            assert "\n" not in cell
            assert cell.lstrip(" ")[:1] not in {*"=+-@|\t\r"}


def test_every_format_has_every_finding(reports: dict[str, str]) -> None:
    found = json.loads(reports["json"])["findings"]
    assert len(reports["jsonl"].split("\n")) == len(found) + 1
    assert len(json.loads(reports["gitlab"])) == len(json.loads(reports["rdjson"])["diagnostics"]) == len(found)
    results = json.loads(reports["sarif"])["runs"][0]["results"]
    assert [r["partialFingerprints"]["copydesk/v1"] for r in results] == [f["fingerprint"] for f in found]
    uris = {unquote_to_bytes(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in results}
    assert {u.split(b"/corpus/")[-1] for u in uris} == {f["path"].encode() for f in found}
    suites = ElementTree.fromstring(reports["junit"])
    assert len(list(suites)) == len(NAMES)
    assert not Path("forged").exists()
