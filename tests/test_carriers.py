"""TOML and JSON front matter: the tree that the standard library reads, each key and value in its place."""

from __future__ import annotations

import datetime
import json
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.cli import main
from copydesk.model import FrontMatter, ListNode, MapNode, Node
from copydesk.parse import parse

TOML = """\
# a comment
title = "Low \\"tide\\" \\u00e9" # why
'quoted key' = 'C:\\path'
bare-key_1 = 1_000
a.b.c = 0x1F
a.b."d e" = -1.5e3
flags = [true, false, # inside
  true,
]
many = '''
line one
line two'''
more = \"\"\"\\
  joined \\
  text\"\"\"\"
day = 1979-05-27
when = 1979-05-27 07:32:00Z
then = 1979-05-27T00:32:00.5-07:00
clock = 07:32:00
point = { x = 1, y.z = [ { deep = "er" } ] }
inf = inf

[provider]
name = "Tide Times"

[provider.owner]
name = 'Ann'

[[images]]
url = "u1"
  [[images.sizes]]
  w = 1
  [[images.sizes]]
  w = 2
[[images]]
url = "u2"
[images.meta]
k = "v"
[x.y.z]
last = ''
"""


def front(text: str) -> FrontMatter:
    found = parse(text, "a.md").meta
    assert found is not None
    return found


def data(node: Node) -> Any:
    """The values of a tree as Python has them."""
    if isinstance(node, MapNode):
        return {k.value: data(v) for k, v in node.pairs}
    if isinstance(node, ListNode):
        return [data(item) for item in node.items]
    if node.kind == "int":
        return int(node.value)
    if node.kind == "float":
        return float(node.value)
    if node.kind in ("bool", "null"):
        return json.loads(node.value)
    if node.kind == "date":
        return datetime.date.fromisoformat(node.value)
    if node.kind == "datetime":
        return datetime.datetime.fromisoformat(node.value)
    if node.kind == "other":
        return datetime.time.fromisoformat(node.value)
    return node.value


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_toml_is_read_as_the_standard_library_reads_it(eol: str) -> None:
    source = TOML.replace("\n", eol)
    text = f"+++{eol}{source}+++{eol}Body.{eol}"
    meta = front(text)
    assert meta.problem is None
    assert meta.root is not None
    assert data(meta.root) == tomllib.loads(source)
    for f in meta.walk():
        if f.key is not None:
            assert tomllib.loads(f"{text[f.key.span.start : f.key.span.end]} = 1") == {f.key.value: 1}
        written = text[f.node.span.start : f.node.span.end]
        if not isinstance(f.node, MapNode | ListNode):
            assert tomllib.loads(f"v = {written}")["v"] == data(f.node)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text(min_size=1, max_size=5), VALUES, min_size=1, max_size=4),
    st.sampled_from([None, 0, 2]),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_json_is_read_as_the_standard_library_reads_it(value: dict[str, Any], indent: int | None, ascii_: bool) -> None:
    source = json.dumps(value, indent=indent, ensure_ascii=ascii_)
    if any("\ud800" <= c <= "\udfff" for c in json.dumps(value, ensure_ascii=False)):
        return
    text = f"{source}\n\nBody.\n"
    meta = front(text)
    assert (meta.format, meta.problem) == ("json", None)
    assert meta.root is not None
    assert data(meta.root) == value
    for f in meta.walk():
        if not isinstance(f.node, MapNode | ListNode) and f.node.kind != "float":
            assert json.loads(text[f.node.span.start : f.node.span.end]) == data(f.node)
        elif not isinstance(f.node, MapNode | ListNode):
            assert math.isfinite(data(f.node))


TEXTS = st.text(st.sampled_from('ab ."\\\n\té#[]{}=,😀'), max_size=8)
KEYS = st.text(st.sampled_from("ab-_1. é"), min_size=1, max_size=4)


def written(value: Any, how: int) -> str:
    """A value as inline TOML."""
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {written(v, how)}" for k, v in value.items())
            + " }"
        )
    if isinstance(value, list):
        gap = "\n # x ] \n" if how else ""
        return f"[{gap}" + f",{gap}".join(written(v, how) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        plain = not any(c in value for c in "'\n\t")
        return f"'{value}'" if how and plain else json.dumps(value, ensure_ascii=False)
    return repr(value)


@given(
    st.dictionaries(
        KEYS,
        st.recursive(
            TEXTS | st.integers(-99, 10**9) | st.booleans(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
            max_leaves=8,
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 1),
)
@settings(max_examples=300, deadline=None)
def test_generated_toml_is_read_as_it_was_written(value: dict[str, Any], how: int) -> None:
    lines = [f"{json.dumps(k, ensure_ascii=False)} = {written(v, how)}\n" for k, v in value.items()]
    source = "first = 1\n" + "".join(lines)
    expected = tomllib.loads(source)
    meta = front(f"+++\n{source}+++\n")
    assert meta.problem is None
    assert meta.root is not None
    assert data(meta.root) == expected


def test_prose_is_found_and_changed_only_where_that_is_certain() -> None:
    article = parse('+++\ntitle = "Low  tide"\nexcerpt = "a \\"b\\""\n[[images]]\ntitle = \'x\'\n+++\nBody.\n', "a.md")
    title, excerpt, image = article.passages[1:]
    assert (title.field, excerpt.text, image.field) == ("title", 'a "b"', "images[0].title")
    edit = title.edit(3, 4, "")
    assert edit is not None
    assert (edit.start, edit.old, edit.new) == (16, " ", "")
    assert title.edit(3, 4, '"') is None
    assert excerpt.edit(0, 1, "c") is None


@pytest.mark.parametrize(
    ("text", "said", "line_start"),
    [
        ("+++\na = 1\na = 2\n+++\n", "not valid TOML", "a = 2"),
        ("+++\na = [1\n+++\n", "not valid TOML", ""),
        ("+++\na = " + "[" * 100_000 + "\n+++\n", "", ""),
        ("+++\na = " + "[" * 90 + "]" * 90 + "\n+++\n", "more than 64 levels", ""),
        ("+++\na = " + "9" * 5000 + "\n+++\n", "not valid TOML", ""),
        ('{"a": ' + "[" * 90 + "]" * 90 + "}\n", "more than 64 levels", ""),
        ('{"a": ' + "[" * 100_000 + "\n", "", ""),
        ('{"a": "\\ud800"}\n', "half of a character", ""),
        ('{"a": ' + "9" * 5000 + "}\n", "not valid JSON", ""),
        ('{"a": 1,}\n', "not valid JSON", ""),
    ],
)
def test_what_cannot_be_read_is_a_problem(text: str, said: str, line_start: str) -> None:
    meta = front(text)
    assert meta.root is None
    assert meta.problem is not None
    assert said in meta.problem.message
    assert text[meta.problem.span.start :].startswith(line_start) or meta.problem.span.start > 0


# ------------------------------------------------------------------------------------------------------- JSON Lines

RECORDS = (
    '{"title": "Low tide", "excerpt": "The ferry stays in.", "publishedDateTime": "2024-05-02T08:00:00Z", '
    '"originalUrl": "https://tide.example/a", "provider": {"name": "Tide", "domain": "tide.example"}}\n'
    "\n"
    '{"title": "Lów  tide", "excerpt": "Placeholder", "publishedDateTime": "2024-05-02T08:00:00", '
    '"originalUrl": "https://tide.example/b", "provider": {"name": "Tide", "domain": "tide.example"}, '
    '"quality": "5", "type": "artical"}\n'
    "[1, 2]\n"
    '{"title": "Low tide", "excerpt": \n'
    '{"title": "High tide", "excerpt": "The ferry sails.", "publishedDateTime": "2024-05-02T08:00:00Z", '
    '"originalUrl": "https://tide.example/a", "quality": -5}'
)


def test_each_record_is_judged_as_an_article_in_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "drop.jsonl").write_text(RECORDS, "utf-8")
    out = tmp_path / "found.json"
    assert main(["check", str(tmp_path / "drop.jsonl"), "--isolated", "--format", "json", "--output", str(out)]) == 1
    findings = json.loads(out.read_text("utf-8"))["findings"]
    assert {f["article"] for f in findings} == {"drop.jsonl#3", "drop.jsonl#4", "drop.jsonl#5", "drop.jsonl#6"}
    assert {(f["article"], f["location"]["line"], f["code"], f["field"]) for f in findings} >= {
        ("drop.jsonl#3", 3, "TXT201", "title"),
        ("drop.jsonl#3", 3, "FM310", "excerpt"),
        ("drop.jsonl#3", 3, "FM201", "publishedDateTime"),
        ("drop.jsonl#3", 3, "FM202", "quality"),
        ("drop.jsonl#3", 3, "FM301", "type"),
        ("drop.jsonl#4", 4, "FM001", None),
        ("drop.jsonl#5", 5, "FM001", None),
        ("drop.jsonl#6", 6, "DUP102", "originalUrl"),
        ("drop.jsonl#6", 6, "FM101", "provider"),
        ("drop.jsonl#6", 6, "FM302", "quality"),
    }
    written = {f["code"]: RECORDS[f["span"]["start"] : f["span"]["end"]] for f in findings}
    assert written["TXT201"] == "  "
    assert written["FM302"] == "-5"
    assert not any(f["fixes"] for f in findings)
    lines = RECORDS.split("\n")
    assert all(f["location"]["column"] <= len(lines[f["location"]["line"] - 1]) for f in findings)
    assert main(["check", str(tmp_path / "drop.jsonl"), "--isolated", "--full"]) == 1
    assert re.search(r"(?m)^ +6 \| .*\"quality\": -5\}$", capsys.readouterr().out)


def test_records_are_never_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "drop.jsonl").write_text(RECORDS, "utf-8")
    (corpus / "a.md").write_text("Text.\n", "utf-8")
    assert main(["clean", str(corpus / "drop.jsonl"), "--out", str(tmp_path / "out"), "--isolated"]) == 2
    assert "can be checked, but not rewritten" in capsys.readouterr().err
    assert main(["clean", str(corpus), "--out", str(tmp_path / "out"), "--isolated"]) == 0
    assert (tmp_path / "out" / "corpus" / "drop.jsonl").read_text("utf-8") == RECORDS
