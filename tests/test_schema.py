"""The schema language: what is said of a broken schema, and that each word of the language does what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_front_matter import facts, opened, schema_folder

from copydesk.cli import main
from copydesk.folders import bundled, validator_class
from copydesk.json_schema import to_json_schema
from copydesk.parse import parse
from copydesk.relations import KINDS
from copydesk.schema import Schema, SchemaError, Schemas, canonical, general, judge, particular
from copydesk.schema_file import ALWAYS, CONSTRAINTS, KEYS, _read_yaml, read_schema
from copydesk.value_types import TYPES, as_iso, instant, is_of_form

SCHEMAS = sorted(Path(bundled(), "rules", "schemas").glob("*.yaml"))


def found(tmp_path: Path, fields: str, text: str, name: str = "schema_tree") -> list[tuple[str, str | None]]:
    """(case, field) of what a validator says of one article under a schema."""
    rules = schema_folder(tmp_path, fields)
    validator = opened(name, rules, schema="own")
    if name == "schema_tree":
        hits = list(validator.check(parse(text, "x.md")))
    else:
        hits = facts(validator, {"x.md": text})["x.md"]
    return [(h.case, h.field) for h in hits]


# ---------------------------------------------------------------------------------------------------- broken schemas


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("fields:\n  a: string\n", 2, "unknown type 'string' of 'a'; did you mean 'text'?"),
        ("fields:\n  a: {type: text,\n    requird: true}\n", 3, "did you mean 'required'?"),
        ("fields:\n  a: {type: text, minLength: 3}\n", 2, "did you mean 'min-length'?"),
        ("fields:\n  a: {type: text, required: maybe}\n", 2, "required of 'a' is true or false, not 'maybe'"),
        ("fields:\n  a: list of txt\n", 2, "unknown type 'txt'"),
        ("fields:\n  a b: text\n", 2, "is no path of a field"),
        ("fields:\n  a: {type: date, min: soon}\n", 2, "min of 'a' is a date such as 2010-01-01"),
        ("fields:\n  a: {type: int, min: 3, max: 2}\n", 2, "min of 'a' is above its max"),
        ("fields:\n  a: {type: date, min: 2020-01-02, max: 2020-01-01}\n", 2, "min of 'a' is above its max"),
        ("fields:\n  a: {type: int, values: [1, two]}\n", 2, "values of 'a' is a whole number"),
        ("fields:\n  a: {type: int, default: x}\n", 2, "default of 'a' is a whole number, not 'x'"),
        ("fields:\n  a: {type: text, pattern: '(?!x).*'}\n", 2, "RE2"),
        ("fields:\n  a: {type: text, required-when: bb}\n  b: text\n", 2, "did you mean 'b'?"),
        ("fields:\n  a: {type: text, required-when: 'c[].d'}\n  c[].d: text\n", 2, "fields of the same item only"),
        ("fields:\n  a: {type: text, required-when: 7}\n", 2, "a field, a list of fields, or fields with values"),
        ("fields:\n  a: {type: text, replaced-by: c}\n  b: text\n", 2, "names no field beside it: 'c'"),
        ("fields:\n  a: {type: text, aliases: [b]}\n  b: text\n", 2, "the alias 'b' of 'a' is a field of its own"),
        ("fields:\n  a: {type: text, derive: {host-of: b}}\n", 2, "derive of 'a' names no field of the schema"),
        ("fields:\n  a: {type: text, derive: {guess: b}}\n", 2, "derive of 'a' is one of host-of"),
        ("fields:\n  a: {type: text, refers-to: ids}\n  id: text\n", 2, "did you mean 'id'?"),
        ("fields:\n  a: {type: text, values-from: none.txt}\n", 2, "there is no file 'none.txt'"),
        ("fields:\n  a: {type: text, unique: yes please}\n", 2, "true, false or url"),
        ("extends: own2\nfields: {a: text}\n", 1, "there is no schema 'own2'"),
        ("order: strict\nfields: {a: text}\n", 1, "order is any or report"),
        ("fields: {a: text}\nrelations:\n  - check: same-ur\n", 3, "did you mean 'same-url'?"),
        ("fields: {a: url}\nrelations:\n  - {check: implies, field: a, when: {a: x}}\n", 3, "implies needs is"),
        ("fields: {a: url}\nrelations:\n  - {check: implies, field: a, is: [x], when: a}\n", 3, "a mapping of fields"),
    ],
)
def test_a_broken_schema_stops_the_run_before_any_article(
    tmp_path: Path, text: str, line: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, "utf-8")
    (tmp_path / "a.md").write_text("---\na: 1\n---\n", "utf-8")
    assert main(["check", str(tmp_path / "a.md"), "--schema", str(path), "--select", "FM1", "--isolated"]) == 2
    out = capsys.readouterr()
    assert f"{path}:{line}: " in out.err
    assert said in out.err
    assert out.out == ""


def test_a_schema_that_extends_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b\nfields: {x: text}\n")
    (tmp_path / "b.yaml").write_text("extends: a\nfields: {x: text}\n")
    with pytest.raises(SchemaError, match="extends this schema itself"):
        read_schema(tmp_path / "a.yaml")


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_every_shipped_schema_is_right(path: Path) -> None:
    schema = read_schema(path)
    assert schema.about
    assert set(schema.fields) <= set(schema.known)


# ------------------------------------------------------------------------------------------------------- its own words


def test_extends_adds_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "order: report\nfields: {a: {type: text, required: true}, r.x: int, b: text}\n"
        "relations: [{check: differs, field: a, from: b}]\n"
    )
    (tmp_path / "own.yaml").write_text("extends: base\nunknown: allow\nfields: {c: int, a: text}\n")
    schema = read_schema(tmp_path / "own.yaml")
    assert not schema.fields["a"].required
    assert (schema.open, schema.ordered) == (True, True)
    assert set(schema.fields) == {"a", "b", "c", "r", "r.x"}
    assert [r.check for r in schema.relations] == ["differs"]


ITEMS = "fields:\n  l[].a: int\n  l[].b: {type: int, required-when: 'l[].a'}\n"
WHEN = "fields:\n  kind: {values: [a, b], default: a}\n  x: {type: text, required-when: {kind: [a]}}\n"


@pytest.mark.parametrize(
    ("fields", "text", "cases"),
    [
        (WHEN, "kind: a", ["missing"]),
        (WHEN, "kind: b", []),
        (WHEN, "kind: 'a'\nx: 1-2", []),
        (WHEN, "title: t", ["unknown", "missing"]),
        (WHEN, "kind: a\nx:", ["empty"]),
        (WHEN, "kind: b\nx:", []),
        ("fields:\n  u: url\n  x: {type: text, required-when: u}\n", "u: https://e.org", ["missing"]),
        ("fields:\n  u: url\n  x: {type: text, required-when: u}\n", "u:", []),
        ("fields:\n  k: text\n  x: {type: text, required-unless: {k: v}}\n", "k: v", []),
        ("fields:\n  k: text\n  x: {type: text, required-unless: {k: v}}\n", "k: w", ["missing"]),
        (ITEMS, "l: [{a: 1, b: 1}, {a: 2}]", ["missing"]),
        (ITEMS, "l: [{a: 1, b: 1}, {b: 2}]", []),
        ("fields:\n  a: {type: text, required: true, aliases: [old]}\n", "old: x", []),
        ("fields:\n  a: {type: int, aliases: [old]}\n", "old: x", ["wrong-type"]),
        ("fields:\n  a: {type: int, aliases: [old]}\n", "old: 1\na: 2", ["two-names"]),
        ("fields:\n  r: {type: record, unknown: allow}\n  r.a: int\n", "r: {a: 1, z: 2}", []),
        ("fields:\n  r: {type: record}\n  r.a: int\n", "r: {a: 1, z: 2}", ["unknown"]),
        ("order: report\nfields: {a: int, b: int, c: int}\n", "b: 1\nc: 1\na: 1", ["order"]),
        ("order: report\nfields: {a: int, b: int, c: int}\n", "a: 1\nc: 1", []),
        ("fields: {a: {type: text, deprecated: true}}\n", "a: x", ["deprecated"]),
        ("fields: {a: list of int}\n", "a: [1, x]", ["wrong-type"]),
        ("fields: {a: {values: [1, 2]}}\n", "a: x", ["wrong-type"]),
    ],
)  # fmt: skip
def test_presence_and_types(tmp_path: Path, fields: str, text: str, cases: list[str]) -> None:
    assert [case for case, _ in found(tmp_path, fields, f"---\n{text}\n---\n")] == cases


@pytest.mark.parametrize(
    ("field", "value", "case"),
    [
        ("{type: date, min: 2020-01-01}", "2019-12-31", "range"),
        ("{type: zoned-datetime, max: 2020-01-01}", "2020-01-01T00:30:00+01:00", None),
        ("{type: zoned-datetime, max: 2020-01-01}", "2020-01-01T00:30:00Z", "range"),
        ("{type: text, pattern: 'a+'}", "aaa", None),
        ("{type: text, pattern: 'a+'}", "aaab", "pattern"),
        ("{type: text, not-pattern: '.*x.*'}", "axb", "pattern"),
        ("{type: text, pattern: '(a+)+b'}", "a" * 5000, "pattern"),
        ("{type: text, min-length: 3, pattern: 'a+'}", "b", "pattern"),
        ("{values: [1, 2]}", "3", "value"),
        ("{type: text, refers-to: file}", "x", None),
        ("{type: text, refers-to: file}", "z", "dangling"),
    ],
)
def test_values(tmp_path: Path, field: str, value: str, case: str | None) -> None:
    hits = found(tmp_path, f"fields:\n  a: {field}\n", f"---\na: {value}\n---\n", "schema_tables")
    assert hits == ([(case, "a")] if case else [])


def test_a_vocabulary_is_read_from_files_beside_the_schema(tmp_path: Path) -> None:
    folder = schema_folder(tmp_path, "fields: {a: {type: text, values-from: 'topics/*.yaml#name'}}\n") / "schemas"
    (folder / "topics").mkdir()
    (folder / "topics" / "one.yaml").write_text("name: One\nid: 1\n")
    (folder / "topics" / "two.yaml").write_text("- {name: Two}\n- {name: Three}\n")
    assert read_schema(folder / "own.yaml").fields["a"].constraints["values"] == ["One", "Two", "Three"]


FIELDS = """
id: {type: slug, required: true}
title: {type: text, aliases: [headline]}
old: {type: text, deprecated: use title}
count: {type: int, nullable: true, required-when: title}
source: {type: record, required-unless: count}
source.name: {type: text, required: true}
images[].url: {type: url, required: true}
topics: list of text
loose: list
extra: {type: record, unknown: allow}
extra.id: {type: int, required: true}
notes: any
"""
LINES = (
    "id: a-b", "id: A b", "id: ''", "title: T", "title: no", "headline: T", "old: x", "count: 1", "count: ~",
    "count: x",
    "source:\n  name: n", "source:\n  nam: n", "source: []", "source.name: n", "images:\n- url: https://e.org/x",
    "images:\n- {}", "images:\n- url: x\n- 3", "images[0].url: https://e.org/x", "topics: [a, b]", "topics: a",
    "topics:\n- [a]", "topics[0]: a", "loose: [a, {b: c}]", "loose: {a: b}", "extra: {id: 1, any: {id: x, a: [b]}}",
    "extra: {any: 1}", "notes: {id: x, a: [b]}", "notes: a", "notes.a: 1", "stranger: 1", "'': 1", "'source]': 1",
    "<<: {id: c}", "copydesk-allow: {TXT101: quoted}",
)  # fmt: skip


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=8),
    st.sampled_from(["", "unknown: allow\n", "order: report\n"]),
)
def test_of_what_is_orderly_nothing_is_said(lines: list[str], head: str) -> None:
    """The short way and the walk through the tree agree; so do the cells and what is judged of each field alone."""
    schema = _schema_of(head)
    article = parse("---\n{}\n---\n".format("\n".join(lines)), "x.md")
    meta = article.meta
    assert meta is not None
    if meta.root is None:
        return
    schemas = Schemas({"own": schema}, (("*", "own"),))
    reading = schemas.read(article)
    assert reading is not None
    tree = validator_class((str(bundled()),), "schema_tree")()
    tree._schemas = schemas  # type: ignore[attr-defined]
    told = [(h.case, h.field) for h in tree.check(article)]
    schemas._last[2] = reading._replace(orderly=False)
    assert [(h.case, h.field) for h in tree.check(article)] == told
    assert not (reading.orderly and told)
    specs = [(schema.spec(path), path, f.node) for path, f in meta.fields.items()]
    judged = [(path, judge(spec, node)[1]) for spec, path, node in specs if spec is not None]
    cells = [[canonical(schema, path), value] for path, value in judged if value is not None]
    assert reading.cells == cells


@pytest.mark.parametrize(
    "text",
    [
        "id: a\ncount: 1\n",
        "id: a\ncount: 1\ntitle: T\nsource: {name: n}\nimages: [{url: https://e.org/x}]\nnotes: {a: [b]}\n",
        "id: a\nsource: {name: n}\nloose: [a, [b]]\nextra: {id: 1, any: {a: 1}}\n",
    ],
)
def test_most_articles_are_orderly(text: str) -> None:
    schemas = Schemas({"own": _schema_of("")}, (("*", "own"),))
    reading = schemas.read(parse(f"---\n{text}---\n", "x.md"))
    assert reading is not None
    assert reading.orderly


@lru_cache
def _schema_of(head: str) -> Schema:
    with TemporaryDirectory() as folder:
        file = Path(folder, "own.yaml")
        file.write_text(f"{head}fields:\n{indent(FIELDS, '  ')}", "utf-8")
        return replace(read_schema(file, {}), name="own")


def test_an_alias_is_one_column_with_its_field(tmp_path: Path) -> None:
    rules = schema_folder(tmp_path, "fields:\n  s: {type: record, aliases: [t]}\n  s.id: {type: int, unique: true}\n")
    tables = opened("schema_tables", rules, schema="own")
    hits = facts(tables, {"a.md": "---\ns: {id: 1}\n---\n", "b.md": "---\nt: {id: 1}\n---\n"})
    assert [(name, h.field, h.values["partner"]) for name, hs in hits.items() for h in hs] == [("b.md", "t.id", "a.md")]


def test_unique_addresses_are_compared_without_tracking(tmp_path: Path) -> None:
    rules = schema_folder(tmp_path, "fields: {u: {type: url, unique: url}}\n")
    tables = opened("schema_tables", rules, schema="own")
    corpus = {"a.md": "---\nu: https://e.org/a\n---\n", "b.md": "---\nu: http://www.e.org/a/?utm_source=x\n---\n"}
    assert [h.case for h in facts(tables, corpus)["b.md"]] == ["unique"]


def test_a_reference_may_lead_to_articles_of_another_schema(tmp_path: Path) -> None:
    rules = schema_folder(tmp_path, "recognise: [ref]\nfields: {ref: {type: text, refers-to: 'other:id'}}\n")
    (rules / "schemas" / "other.yaml").write_text("recognise: [id]\nfields: {id: text}\n")
    tables = opened("schema_tables", rules)
    corpus = {"a.md": "---\nref: one\n---\n", "b.md": "---\nref: two\n---\n", "c.md": "---\nid: one\n---\n"}
    assert {name: [h.case for h in hits] for name, hits in facts(tables, corpus).items()} == {
        "a.md": [], "b.md": ["dangling"], "c.md": [],
    }  # fmt: skip


def test_globs_and_keys_must_both_fit(tmp_path: Path) -> None:
    rules = schema_folder(tmp_path, "applies-to: ['posts/*']\nrecognise: [a]\nfields: {a: text}\n")
    schemas = opened("schema_tree", rules)._schemas

    def name(article: str, key: str) -> str | None:
        schema = schemas.of(parse(f"---\n{key}: x\n---\n", article))
        return schema.name if schema else None

    assert name("posts/x.md", "a") == "own"
    assert name("posts/x.md", "b") is None
    assert name("x.md", "a") is None


@pytest.mark.parametrize(
    ("url", "domain", "said"),
    [
        ("https://news.example.co.uk/a", "example.co.uk", None),
        ("https://news.example.co.uk/a", "co.uk", "that is nobody's domain: url lies on example.co.uk"),
        ("https://tides.github.io/a", "github.io", "that is nobody's domain: url lies on tides.github.io"),
        ("https://user@www.example.org:8080/a", "example.org", None),
        ("https://example.org.evil.net/a", "example.org", "url lies on example.org.evil.net"),
    ],
)
def test_a_public_suffix_is_nobodys_domain(url: str, domain: str, said: str | None) -> None:
    contradiction = KINDS["host-in-domain"].contradiction
    assert contradiction
    assert contradiction({"url": url, "domain": domain}, {"url": "url"}) == said


def test_a_missing_value_is_derived_as_a_line_of_its_own() -> None:
    text = '---\nid: a\ntitle: "Low tide"\nkind: photo\n---\n'
    hits = opened("schema_tree", schema="example").check(parse(text, "x.md"))
    (fix,) = next(h.fixes for h in hits if h.field == "slug")
    (edit,) = fix.edits
    assert text[: edit.start] + edit.new + text[edit.start :] == text.replace("kind", "slug: low-tide\nkind")


# ---------------------------------------------------------------------------------------------------------- small parts


@pytest.mark.parametrize(
    ("value", "kind", "iso"),
    [
        ("2024/05/02", "date", "2024-05-02"),
        ("May 2, 2024", "date", "2024-05-02"),
        ("2 May 2024", "date", "2024-05-02"),
        ("Thu, 02 May 2024 08:00:00 GMT", "zoned-datetime", "2024-05-02T08:00:00Z"),
        ("2 May 2024 08:00", "zoned-datetime", None),
        ("2 May 2024 08:00:05 +0200", "datetime", "2024-05-02T08:00:05+02:00"),
        ("3/4/2024", "date", None),
        ("31 June 2024", "date", None),
        ("soon", "date", None),
    ],
)
def test_a_date_has_one_reading_or_none(value: str, kind: str, iso: str | None) -> None:
    assert as_iso(value, kind) == iso


def test_moments() -> None:
    assert instant("2012-02-19 1:44:51 -0400") == instant("2012-02-19T05:44:51Z")
    assert instant("2012-02-19") == instant("2012-02-19T00:00:00Z")
    assert instant("9999-12-31T23:59:59-10:00") is None


@pytest.mark.parametrize(
    ("kind", "value", "right"),
    [
        ("email", "desk@example.org", True), ("email", "desk@", False), ("email", "a b@example.org", False),
        ("slug", "low-tide", True), ("slug", "Low-tide", False), ("slug", "low tide", False), ("slug", "été-2", True),
        ("base64", "QUJD", True), ("base64", "QUJ", False), ("base64", "QUI=", True), ("text", "", True),
    ],
)  # fmt: skip
def test_forms(kind: str, value: str, right: bool) -> None:
    assert is_of_form(kind, value) is right


@given(st.text(), st.sampled_from(sorted(TYPES)))
def test_no_text_breaks_a_form_or_a_date(value: str, kind: str) -> None:
    assert is_of_form(kind, value) in (True, False)
    when = instant(value)
    assert when is None or when.tzinfo is not None
    iso = as_iso(value, kind)
    assert iso is None or instant(iso) is not None


def test_paths_of_items() -> None:
    assert particular("a[].b[].c", "a[3].b[5].d") == "a[3].b[5].c"
    assert general(particular("a[].b", "a[3].x")) == "a[].b"


# ----------------------------------------------------------------------------------------- the language, for editors


def language() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Path(bundled(), "rules", "schemas", "schema.schema.json").read_text("utf-8"))
    return data


def test_the_json_schema_of_the_language_knows_every_word() -> None:
    known = language()
    assert set(known["properties"]) == set(KEYS)
    field = known["$defs"]["field"]["anyOf"][1]
    assert set(field["properties"]) == {*ALWAYS, *(k for words in CONSTRAINTS.values() for k in words)}
    rules = {str(r["if"]["properties"]["type"].get("const", "list")): r["then"] for r in field["allOf"]}
    assert set(rules) == set(TYPES)
    for kind, rule in rules.items():
        assert set(rule["propertyNames"]["enum"]) == {*ALWAYS, *CONSTRAINTS.get(kind, ())}
    relation = known["$defs"]["relation"]
    assert set(relation["properties"]["check"]["enum"]) == set(KINDS)
    for rule in relation["allOf"]:
        kind_ = KINDS[rule["if"]["properties"]["check"]["const"]]
        assert rule["then"]["required"] == [*kind_.fields, *kind_.others]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_editors_are_told_of_it_and_it_accepts_our_schemas(path: Path) -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(language())
    text = path.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.schema.json\n")
    assert list(validator.iter_errors(plain(path))) == []


def plain(path: Path) -> Any:
    """A schema as a program reads it that takes dates for texts."""
    return _read_yaml(path)[0]


@pytest.mark.parametrize(
    "text",
    [
        "feilds: {a: text}",
        "fields: {a: string}",
        "fields: {a: list of string}",
        "fields: {a: {type: text, requird: true}}",
        "fields: {a: {type: text, min: 3}}",
        "fields: {a: {required: true}}",
        "fields: {a: {type: text, derive: {guess: b}}}",
        "fields: {a: text}\norder: strict",
        "fields: {a: text}\nrelations: [{check: difers}]",
        "fields: {a: text}\nrelations: [{check: differs, field: a}]",
        "fields: {a: text}\nrelations: [{check: differs, field: a, from: b, days: 3}]",
    ],
)
def test_it_rejects_typos(tmp_path: Path, text: str) -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(language())
    path = tmp_path / "own.yaml"
    path.write_text(text, "utf-8")
    assert list(validator.iter_errors(plain(path)))
    with pytest.raises(SchemaError):
        read_schema(path)


def test_what_is_exported_is_a_json_schema() -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    validator.check_schema(language())
    for path in SCHEMAS:
        exported = to_json_schema(read_schema(path))
        validator.check_schema(exported)
    news = validator(to_json_schema(read_schema(Path(bundled(), "rules", "schemas", "news-current.yaml"))))
    assert "is a required property" in " ".join(e.message for e in news.iter_errors({"title": "One"}))
