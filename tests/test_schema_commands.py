"""`copydesk schema`: what is inferred fits the corpus that it came from, drift is told, JSON Schema goes out and in."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.cli import main
from copydesk.folders import bundled
from copydesk.json_schema import from_json_schema, to_json_schema
from copydesk.model import Source
from copydesk.schema_diff import drift, schema_changes
from copydesk.schema_file import read_schema
from copydesk.schema_infer import infer
from copydesk.survey import survey

SCHEMAS = sorted(Path(bundled(), "rules", "schemas").glob("*.yaml"))
TOPICS = ["Harbours", "Ships", "Tides"]


def article(n: int, **changes: object) -> str:
    """One of a series of articles that follow simple rules; `changes` replace lines, None takes one away."""
    video = n % 5 == 0
    values: dict[str, object] = {
        "title": f"Tide number {n} of the year",
        "date": f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}T08:00:00Z",
        "url": f"https://{'video.example.net' if video else 'www.example.org'}/tide-{n}",
        "kind": "video" if video else "article",
        "film": f"https://video.example.net/film-{n}" if video else None,
        "quality": n * 7 % 100,
        "published": str(n * 7 % 100 >= 60).lower(),
        "source": "{name: Tide Times, domain: example.org}",
        "topics": f"[{TOPICS[n % 3]}]",
        "images": f"\n  - url: https://example.org/{n}.png\n    width: {n + 100}" if n % 2 else None,
        "key": f"A{n:02}Z/b{n}c;d{n}+E=",
    }
    values |= changes
    return "---\n" + "".join(f"{k}: {v}\n" for k, v in values.items() if v is not None) + "---\n"


def corpus(folder: Path, count: int = 60, **changes: Any) -> Path:
    folder.mkdir()
    for n in range(1, count + 1):
        wrong = {k: v(n) for k, v in changes.items() if v(n) != "same"}
        name = f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}-tide-number-{n}-of-the-year.md"
        (folder / name).write_text(article(n, **wrong), "utf-8")
    return folder


def findings(folder: Path, schema: Path) -> list[tuple[str, str | None]]:
    out = folder.parent / "findings.json"
    arguments = ["--schema", str(schema), "--select", "FM1,FM2,FM30,FM4,FM5", "--isolated", "--exit-zero"]
    main(["check", str(folder), *arguments, "--format", "json", "--output", str(out)])
    return [(f["code"], f["field"]) for f in json.loads(out.read_text("utf-8"))["findings"]]


def test_what_is_inferred_says_what_the_corpus_follows(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "news"), tmp_path / "own.yaml"
    assert main(["schema", "infer", str(folder), "--output", str(out)]) == 0
    text = out.read_text("utf-8")
    schema = read_schema(out)
    fields = schema.fields
    assert {path: spec.type for path, spec in fields.items()} == {
        "title": "text", "date": "zoned-datetime", "url": "url", "kind": "text", "film": "url", "quality": "int",
        "published": "bool", "source": "record", "source.name": "text", "source.domain": "host", "topics": "list",
        "topics[]": "text", "images": "list", "images[]": "record", "images[].url": "url", "images[].width": "int",
        "key": "text",
    }  # fmt: skip
    assert list(fields) == sorted(fields, key=list(fields).index)
    assert schema.ordered
    assert fields["title"].required
    assert not fields["images"].required
    assert fields["images[].width"].constraints == {"min": 1}
    assert fields["film"].required_when == (("kind", ("video",)),)
    assert sorted(fields["topics[]"].constraints["values"]) == TOPICS
    assert fields["key"].constraints == {"unique": True, "pattern": "[A-Za-z0-9+/]+={0,2};[A-Za-z0-9+/]+={0,2}"}
    assert "# 30 of 60 (50.0 %)" in text
    checks = {r.check: r.settings for r in schema.relations}
    assert checks["threshold"] == {"flag": "published", "number": "quality", "from": 60}
    assert checks["file-date"] == {"date": "date", "hours": [0]}
    assert checks["file-slug"] == {"of": "title"}
    assert findings(folder, out) == []


def test_the_exceptions_of_what_is_inferred_are_findings(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "news"), tmp_path / "own.yaml"
    for n, changes in (
        (61, {"topics": "[Tydes]"}),
        (62, {"published": "true", "quality": 8}),
        (63, {"quality": "'9'"}),
    ):
        (folder / f"2024-01-01-tide-number-{n}-of-the-year.md").write_text(
            article(n, date="2024-01-01T08:00:00Z", **changes), "utf-8"
        )
    main(["schema", "infer", str(folder), "--output", str(out)])
    assert sorted(findings(folder, out), key=str) == [
        ("FM202", "quality"), ("FM301", "topics[0]"), ("FM401", "published"),
    ]  # fmt: skip


def test_a_handful_of_articles_shows_no_rules(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "news", count=3), tmp_path / "own.yaml"
    main(["schema", "infer", str(folder), "--output", str(out)])
    schema = read_schema(out)
    assert not any(spec.constraints for spec in schema.fields.values() if spec.type != "list")
    assert schema.relations == ()
    assert findings(folder, out) == []


VALUES = st.sampled_from(
    ["", "~", "1", "'1'", "1.5", "true", "no", "2024-05-02", "2024-02-30", "2024-05-02T08:00:00Z", "https://e.org/a?b=1",
     "low-tide", "A b: 'c'", "[a, b, a]", "[]", "{a: 1, b: x}", "[{a: 1}, {a: x, c: 2}]", "e.org", "me@e.org", "0123",
     "QUJDREVGR0hJSktMTU5PUA==", "été", '"q\\"uote # no"', "12:30:00", "[[1], 2]", "{}", "yes", "9" * 25, ".inf"]
)  # fmt: skip
KEYS = st.sampled_from(["title", "date", "on", "a.b", "x y", "provider", "url", "n", "éa", "1"])


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=6), min_size=1, max_size=6), st.sampled_from([1, 25]))
@settings(max_examples=60, deadline=None)
def test_whatever_the_corpus_holds_what_is_inferred_can_be_read(rows: list[dict[str, str]], times: int) -> None:
    with tempfile.TemporaryDirectory() as tmp:
        sources = []
        for n, row in enumerate(rows * times):
            path = Path(tmp, f"{n}.md")
            path.write_text("---\n" + "".join(f"{k}: {v}\n" for k, v in row.items()) + "---\n", "utf-8")
            sources.append(Source(str(path), path.name, path.name))
        found = survey(sources)
        out = Path(tmp, "own.yaml")
        out.write_text(infer(found, "x"), "utf-8")
        schema = read_schema(out)
        assert {p for p in schema.fields if "[" not in p} <= set(found.columns)
        assert drift(found, found) == []


def test_nothing_to_infer_from_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("No front matter.\n")
    assert main(["schema", "infer", str(tmp_path)]) == 2
    assert "none of 1 article(s) has front matter" in capsys.readouterr().err


def test_drift_between_two_drops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = corpus(tmp_path / "old")
    new = corpus(
        tmp_path / "new", count=50,
        key=lambda n: None, lead=lambda n: "yes or no", quality=lambda n: f"'{n}'" if n > 20 else 900 + n,
        kind=lambda n: "film" if n == 7 else "same", published=lambda n: None if n > 40 else "same",
    )  # fmt: skip
    assert main(["schema", "diff", str(old), str(new)]) == 1
    said = capsys.readouterr().out
    assert "- key        gone: was in all 60, text" in said
    assert "+ lead       new: in all 50, text" in said
    assert "~ quality    type was int, is text" in said
    assert "~ published  was in all 60, is in 40 of 50" in said
    assert "~ kind       values not met before: film (1)" in said
    assert main(["schema", "diff", str(old), str(old)]) == 0
    assert capsys.readouterr().out == "No difference.\n"
    assert main(["schema", "diff", str(old), "news"]) == 2


def test_the_difference_of_two_schemas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("fields: {a: {type: int, min: 1}, b: text}\n")
    (tmp_path / "b.yaml").write_text("fields: {a: {type: int, min: 2}, c: text}\n")
    assert main(["schema", "diff", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 1
    assert capsys.readouterr().out.splitlines() == ["~ a  min was 1, is 2", "+ c  {type: text}", "- b  {type: text}"]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_what_is_exported_is_imported_whole(path: Path, tmp_path: Path) -> None:
    schema = read_schema(path)
    exported = json.loads(json.dumps(to_json_schema(schema)))
    assert exported["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    (tmp_path / path.name).write_text(from_json_schema(exported, path.name), "utf-8")
    again = read_schema(tmp_path / path.name)
    assert schema_changes(schema, again) == []
    assert (again.open, again.ordered, again.recognise) == (schema.open, schema.ordered, schema.recognise)
    assert "Not taken over" not in (tmp_path / path.name).read_text("utf-8")


def test_the_commands_of_json_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "news.json"
    assert main(["schema", "export", "news", "--output", str(out)]) == 0
    assert main(["schema", "import", str(out)]) == 0
    assert "recognise: " in capsys.readouterr().out
    assert main(["schema", "export", "newz"]) == 2
    assert "did you mean 'news'?" in capsys.readouterr().err
    out.write_text("{\n oops")
    assert main(["schema", "import", str(out)]) == 2
    assert "news.json:2: not JSON" in capsys.readouterr().err
    out.write_text('{"type": "string"}')
    assert main(["schema", "import", str(out)]) == 2
    assert "describes an object" in capsys.readouterr().err


def test_a_foreign_json_schema(tmp_path: Path) -> None:
    foreign = {
        "title": "Posts",
        "type": "object",
        "required": ["title"],
        "additionalProperties": False,
        "if": {},
        "properties": {
            "title": {"type": "string", "minLength": 3, "pattern": "[A-Z]"},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "maxItems": 4},
            "weight": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            "author": {"type": "object", "properties": {"mail": {"type": "string", "format": "email"}}},
            "mixed": {"type": ["string", "integer"]},
            "odd": {"type": "string", "pattern": "(?=x)"},
            "step": {"type": "number", "multipleOf": 2},
        },
        "$defs": {"tag": {"enum": ["a", "b"]}},
    }
    text = from_json_schema(foreign, "posts.json")
    (tmp_path / "posts.yaml").write_text(text)
    schema = read_schema(tmp_path / "posts.yaml")
    assert not schema.open
    assert schema.fields["author"].open
    assert schema.fields["title"].constraints == {"min-length": 3, "pattern": ".*[A-Z].*"}
    assert schema.fields["tags[]"].constraints == {"values": ["a", "b"]}
    assert (schema.fields["weight"].type, schema.fields["weight"].nullable) == ("int", True)
    assert schema.fields["author.mail"].type == "email"
    assert [line for line in text.splitlines() if line.startswith("# Not")] == [
        "# Not taken over: if at the top",
        "# Not taken over: type string or integer at mixed",
        "# Not taken over: pattern '(?=x)' at odd",
        "# Not taken over: multipleOf at step",
    ]
