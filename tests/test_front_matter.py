"""Proves that schemas are read strictly, that pandera decides what it should, and that one defect gives one finding."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from copydesk.folders import bundled, validator_class
from copydesk.parse import parse
from copydesk.schema import SchemaError, general, judge
from copydesk.schema_file import open_schemas, read_schema
from copydesk.validator import CorpusValidator, Hit, SettingError, Setup

FOLDER = str(bundled())
NEWS = (
    "---\ntitle: Low tide\nexcerpt: The ferry stays in.\npublishedDateTime: 2024-05-02T08:00:00Z\n"
    "originalUrl: https://example.org/low-tide\nprovider:\n  name: Tide Times\n  domain: example.org\n{more}---\n"
)


def opened(name: str, rules: Path | None = None, **options: object) -> Any:
    """A validator with its default settings, over our schemas or those of another rules folder."""
    validator: Any = validator_class((FOLDER,), name)()
    validator.prepare(Setup((rules or Path(FOLDER, "rules"),), options=options))
    return validator


def facts(validator: CorpusValidator, articles: dict[str, str]) -> dict[str, list[Hit]]:
    """What a corpus validator says of each article of a corpus."""
    parsed = [parse(text, name) for name, text in articles.items()]
    evidence = None
    for article in parsed:
        seen = validator.observe(article)
        evidence = seen if evidence is None or seen is None else validator.merge(evidence, seen)
    found = validator.conclude(evidence)
    return {a.id: list(validator.settle(a, found.articles.get(a.id), found.shared)) for a in parsed}


def schema_folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "schemas").mkdir(exist_ok=True)
    (tmp_path / "schemas" / "own.yaml").write_text(text, "utf-8")
    return tmp_path


# ------------------------------------------------------------------------------------------------------ the language


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("fields: [a", 2, "not valid YAML"),
        ("about: nothing\n", 1, "a mapping with `fields`"),
        ("fields: {a: text}\nfeilds: {}\n", 2, "did you mean 'fields'?"),
        ("fields: {a: text}\nunknown: ignore\n", 2, "report or allow"),
        ("recognise: [b]\nfields: {a: text}\n", 1, "a list of fields"),
        ("fields:\n  a: {required: true}\n", 2, "needs a type"),
        ("fields:\n  a: text\n  b: txt\n", 3, "did you mean 'text'?"),
        ("fields:\n  a: {type: text, requird: true}\n", 2, "did you mean 'required'?"),
        ("fields:\n  a: {type: text, min: 3}\n", 2, "unknown key 'min'"),
        ("fields:\n  a: {type: int, min: three}\n", 2, "is a number"),
        ("fields:\n  a: {type: int, max: true}\n", 2, "is a number"),
        ("fields:\n  a: {type: text, values: one}\n", 2, "is a list"),
        ("fields:\n  a: {type: text, pattern: '('}\n", 2, "not a regular expression"),
        ("fields:\n  a: text\n  b: int\n  a: int\n", 4, "stands twice"),
        ("fields: {a: text}\nrelations: {check: differs}\n", 2, "relations is a list"),
        ("fields: {a: text}\nrelations:\n  - differs\n", 3, "a mapping with a `check`"),
    ],
)
def test_a_broken_schema_is_an_error_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(SchemaError, match=r"own\.yaml") as e:
        read_schema(path)
    assert f"{path}:{line}: " in str(e.value)
    assert said in str(e.value)


def test_a_schema_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be read"):
        read_schema(tmp_path / "none.yaml")
    with pytest.raises(SettingError, match="did you mean 'news'"):
        opened("schema_tree", schema="newz")
    with pytest.raises(SettingError, match="an entry of 'schemas'"):
        opened("schema_tree", schemas=["news"])


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        ("{check: difers, field: a, from: b}", "did you mean 'differs'?"),
        ("{check: differs, feld: a, from: b}", "did you mean 'field'?"),
        ("{check: differs, field: a, from: c}", "names no field of the schema: 'c'"),
        ("{check: differs, field: a}", "from of differs names no field"),
        ("{check: url-date, url: a, date: b, days: many}", "needs days, such as 7"),
        ("{check: differs, field: a, from: b, unless: {c: 1}}", "unless of differs"),
    ],
)
def test_a_broken_relation_is_an_error_with_its_line(tmp_path: Path, relation: str, said: str) -> None:
    rules = schema_folder(tmp_path, f"fields: {{a: url, b: url}}\nrelations:\n  - {relation}\n")
    with pytest.raises(SettingError, match=r"own\.yaml:3: ") as e:
        opened("field_relation", rules)
    assert said in str(e.value)


def test_paths_imply_records_and_lists(tmp_path: Path) -> None:
    schema = read_schema(schema_folder(tmp_path, "fields:\n  a.b[].c: int\n  d[]: text\n") / "schemas" / "own.yaml")
    kinds = {path: spec.type for path, spec in schema.fields.items()}
    assert kinds == {"a": "record", "a.b": "list", "a.b[]": "record", "a.b[].c": "int", "d": "list", "d[]": "text"}
    assert list(schema.children["a.b[]"]) == ["c"]
    assert schema.spec("a.b[7].c") == schema.fields["a.b[].c"]
    assert general("a[0].b[12]") == "a[].b[]"


def test_the_first_glob_that_matches_names_the_schema(tmp_path: Path) -> None:
    rules = schema_folder(tmp_path, "recognise: [a]\nfields: {a: text}\n")
    other = tmp_path / "other.yaml"
    other.write_text("fields: {b: text}\n", "utf-8")
    files = [*rules.glob("schemas/*.yaml"), Path(FOLDER, "rules/schemas/news.yaml")]
    entries = [{"files": "drafts/*", "schema": "none"}, {"files": "*/special/*", "schema": str(other)}]
    schemas = open_schemas(files, {"schemas": entries})

    def name(article: str, text: str = "---\na: x\n---\n") -> str | None:
        found = schemas.of(parse(text, article))
        return found.name if found else None

    assert name("x.md") == "own"
    assert name("drafts/x.md") is None
    assert name("special/x.md") == "other"
    assert name("x.md", "---\nz: 1\n---\n") is None
    assert name("x.md", "No front matter.\n") is None
    assert name("x.md", NEWS.format(more="")) == "news"


@pytest.mark.parametrize(
    ("kind", "value", "case", "cell"),
    [
        ("int", "57", "", 57),
        ("int", "9007199254740993", "", 9007199254740993),
        ("int", "99999999999999999999", "", None),
        ("int", "010", "", None),
        ("int", "1_000", "", None),
        ("int", "5.0", "wrong-type", None),
        ("int", "'57'", "quoted", None),
        ("int", "'007'", "wrong-type", None),
        ("int", "12:30", "", None),
        ("number", "4.5", "", 4.5),
        ("number", "-1e3", "wrong-type", None),
        ("number", ".inf", "", None),
        ("number", "true", "wrong-type", None),
        ("bool", "yes", "", True),
        ("bool", "false", "", False),
        ("bool", "'true'", "quoted", None),
        ("bool", "1", "wrong-type", None),
        ("text", "no", "trap", None),
        ("text", "1984", "unquoted", None),
        ("text", "2023-02-30", "trap", None),
        ("text", "~", "empty", None),
        ("text", "''", "empty", None),
        ("text", "'null'", "", "null"),
        ("text", "[a]", "wrong-type", None),
        ("date", "2024-02-29", "", "2024-02-29"),
        ("date", "'2023-02-29'", "wrong-type", None),
        ("date", "2023-02-29", "trap", None),
        ("datetime", "2012-02-19 1:44:51 -0400", "", "2012-02-19 1:44:51 -0400"),
        ("zoned-datetime", "2024-05-02T08:00:00", "wrong-type", None),
        ("zoned-datetime", "2024-05-02", "wrong-type", None),
        ("url", "https://example.org/a(b)", "", "https://example.org/a(b)"),
        ("url", "https://example.org/a b", "wrong-type", None),
        ("url", "5", "wrong-type", None),
        ("host", "news.example.org", "", "news.example.org"),
        ("host", "https://example.org", "wrong-type", None),
        ("list", "[a, b]", "", 2),
        ("list", "a", "single-value", None),
        ("list", "{a: b}", "wrong-type", None),
        ("record", "{a: b}", "", None),
        ("record", "a", "wrong-type", None),
        ("any", "no", "", None),
    ],
)
def test_a_value_is_judged_on_the_tree(tmp_path: Path, kind: str, value: str, case: str, cell: object) -> None:
    schema = read_schema(schema_folder(tmp_path, f"fields: {{a: {kind}}}\n") / "schemas" / "own.yaml")
    meta = parse(f"---\na: {value}\n---\n", "x.md").meta
    assert meta
    found = judge(schema.fields["a"], meta.fields["a"].node)
    assert found == (case, cell)
    assert type(found[1]) is type(cell)


def test_a_nullable_field_may_be_empty(tmp_path: Path) -> None:
    rules = schema_folder(tmp_path, "fields: {a: {type: int, required: true, nullable: true}}\n")
    tree = opened("schema_tree", rules, schema="own")
    assert list(tree.check(parse("---\na:\n---\n", "x.md"))) == []
    assert [h.case for h in tree.check(parse("---\nb:\n---\n", "x.md"))] == ["unknown", "missing"]


def test_an_open_schema_welcomes_other_keys(tmp_path: Path) -> None:
    rules = schema_folder(tmp_path, "unknown: allow\nfields: {title: text}\n")
    tree = opened("schema_tree", rules, schema="own")
    assert list(tree.check(parse("---\ntitel: One\n---\n", "x.md"))) == []


# ----------------------------------------------------------------------------------------------- what pandera decides


def test_a_changed_pandera_schema_changes_the_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    import pandera.pandas as pa

    tables = opened("schema_tables", schema="news")
    corpus = {"a.md": "---\nquality: 40\n---\n", "b.md": "---\nquality: 60\n---\n", "c.md": "---\nquality: -3\n---\n"}
    assert [(name, h.case) for name, hits in facts(tables, corpus).items() for h in hits] == [("c.md", "range")]
    compile_as_written = type(tables).compile

    def stricter(self: Any, schema: Any, keys: Any = None) -> dict[str, Any]:
        compiled = compile_as_written(self, schema)
        column = compiled[""].columns["quality"]
        compiled[""] = compiled[""].update_column("quality", checks=[*column.checks, pa.Check.ge(min_value=50)])
        return dict(compiled)

    monkeypatch.setattr(type(tables), "compile", stricter)
    changed = facts(tables, corpus)
    assert [(name, h.values["expected"]) for name, hits in changed.items() for h in hits] == [
        ("a.md", "at least 50"),
        ("c.md", "at least 0"),  # one finding, though it fails both
    ]

    def lenient(self: Any, schema: Any, keys: Any = None) -> dict[str, Any]:
        return {name: pa.DataFrameSchema({}) for name in compile_as_written(self, schema)}

    monkeypatch.setattr(type(tables), "compile", lenient)
    assert not any(facts(tables, corpus).values())


def test_a_changed_pandera_relation_changes_the_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    import pandera.pandas as pa

    relations = opened("field_relation")
    corpus = {"2024-05-02-a.md": NEWS.format(more="quality: 90\nheat: 90\npublished: false\n")}
    (hit,) = facts(relations, corpus)["2024-05-02-a.md"]
    assert (hit.case, hit.field) == ("threshold", "published")
    monkeypatch.setattr(type(relations), "compile", lambda self, relation: pa.DataFrameSchema({}))
    assert not any(facts(relations, corpus).values())


def test_one_defect_gives_one_finding_whatever_pandera_says(tmp_path: Path) -> None:
    """A check of a frame fails once for each of its columns, and a text in a column of numbers fails all its rows."""
    corpus = {f"{n}.md": NEWS.format(more=f"quality: {n}\ntopics: [a, b]\n") for n in range(5)}
    corpus["x.md"] = NEWS.format(
        more="quality: many\nheat: 1\npublished: false\ntopics:\n  - a\n  - b\n  - a\nimages:\n  - width: 0\n"
    )
    found = facts(opened("schema_tables"), corpus)
    assert {name: [(h.case, h.field) for h in hits] for name, hits in found.items() if hits} == {
        "x.md": [("repeated-item", "topics"), ("range", "images[0].width")]
    }
    tree = list(opened("schema_tree").check(parse(corpus["x.md"], "x.md")))
    assert [(h.case, h.field) for h in tree] == [("wrong-type", "quality"), ("missing", "images[0].url")]


def test_holes_do_not_change_numbers(tmp_path: Path) -> None:
    """In a frame without nullable dtypes a hole makes floats, and 2**53 + 1 becomes 2**53."""
    rules = schema_folder(tmp_path, "fields: {n: {type: int, max: 9007199254740992}, b: bool}\n")
    tables = opened("schema_tables", rules, schema="own")
    corpus = {
        "a.md": "---\nn: 9007199254740993\n---\n",
        "b.md": "---\nb: true\n---\n",
        "c.md": "---\nn: 9007199254740992\n---\n",
    }
    found = facts(tables, corpus)
    assert [(name, h.values["value"]) for name, hits in found.items() for h in hits] == [("a.md", "9007199254740993")]


def test_every_constraint_reaches_pandera(tmp_path: Path) -> None:
    rules = schema_folder(
        tmp_path,
        "fields:\n  word: {type: text, min-length: 2, max-length: 4}\n  id: {type: int, unique: true, values: [1, 2]}\n"
        "  share: {type: number, min: 0, max: 1}\n  flag: {type: bool, values: [true]}\n"
        "  code: {type: text, pattern: '[a-z]+\\d'}\n  tags: {type: list, min-items: 2}\n",
    )
    tables = opened("schema_tables", rules, schema="own")
    good = "---\nword: abc\nid: 1\nshare: 0.5\nflag: true\ncode: a1\ntags: [a, b]\n---\n"
    bad = "---\nword: abcde\nid: 3\nshare: 1.5\nflag: false\ncode: a1x\ntags: [a]\n---\n"
    twin = "---\nid: 1\nword: a\n---\n"
    found = facts(tables, {"a.md": good, "b.md": bad, "c.md": twin})
    assert found["a.md"] == []
    assert sorted((h.field, h.case) for h in found["b.md"]) == [
        ("code", "pattern"),
        ("flag", "value"),
        ("id", "value"),
        ("share", "range"),
        ("tags", "items"),
        ("word", "length"),
    ]
    assert {(h.field, h.case, h.values.get("partner")) for h in found["c.md"]} == {
        ("id", "unique", "a.md"),
        ("word", "length", None),
    }


def test_the_order_of_the_articles_changes_nothing() -> None:
    corpus = {
        f"{n}.md": NEWS.format(more=f"quality: {n - 3}\nimages: [{{url: 'https://e.org/x'}}]\n") for n in range(7)
    }
    tables = opened("schema_tables")
    turned = facts(tables, dict(reversed(corpus.items())))
    assert facts(tables, corpus) == {name: turned[name] for name in corpus}


def test_a_value_that_was_repaired_is_not_reported() -> None:
    tables = opened("schema_tables", schema="news")
    before, after = parse("---\ntype: vidio\n---\n", "x.md"), parse("---\ntype: video\n---\n", "x.md")
    found = tables.conclude(tables.observe(before))
    assert [h.case for h in tables.settle(before, found.articles["x.md"], None)] == ["value"]
    assert list(tables.settle(after, found.articles["x.md"], None)) == []


def test_evidence_and_facts_are_built_in_data() -> None:
    import json

    for name in ("schema_tables", "field_relation"):
        validator = opened(name)
        text = NEWS.format(
            more="quality: 90\nheat: 90\npublished: false\nimages: [{url: 'https://e.org/x', width: 0}]\n"
        )
        evidence = validator.observe(parse(text, "x.md"))
        assert json.loads(json.dumps(evidence)) == evidence
        found = validator.conclude(evidence)
        assert found.articles
        assert json.loads(json.dumps(dict(found.articles))) == found.articles


def test_nothing_observed_concludes_nothing() -> None:
    for name in ("schema_tables", "field_relation"):
        validator = opened(name)
        assert validator.observe(parse("No front matter.\n", "x.md")) is None
        assert validator.conclude(None).articles == {}


# ---------------------------------------------------------------------------------------------------- spans and fixes


def test_an_alias_is_reported_once_and_never_changed() -> None:
    text = "---\nbase: &b\n  name: 2020\n  domain: no\n  site: http://e.org/?a=1&amp;b=2\nprovider: *b\n---\n"
    article = parse(text, "x.md")
    assert [(h.case, h.field) for h in opened("yaml_block").check(article)] == [("boolean-word", "base.domain")]
    assert [h.field for h in opened("field_value").check(article)] == ["base.site", "base.site"]
    hits = [h for h in opened("schema_tree", schema="news").check(article) if h.case == "unquoted"]
    assert [(h.field, h.fixes) for h in hits] == [("provider.name", ())]


def test_of_a_key_that_stands_twice_the_last_value_is_judged() -> None:
    article = parse("---\nquality: high\nquality: 5\n---\n", "x.md")
    cases = [h.case for h in opened("schema_tree", schema="news").check(article)]
    assert "wrong-type" not in cases


def test_a_merge_key_may_bring_what_is_missing() -> None:
    article = parse("---\nbase: &b {title: One}\n<<: *b\n---\n", "x.md")
    assert [h.case for h in opened("schema_tree", schema="news").check(article)] == ["unknown"]


def test_text_rules_load_neither_pandas_nor_pandera(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(NEWS.format(more=""), "utf-8")
    code = (
        "import sys; from copydesk.cli import main\n"
        f"main(['check', {str(tmp_path)!r}, '--select', 'LAY,FM0,FM1,FM2', '--isolated'])\n"
        "assert not {'pandas', 'pandera'} & set(sys.modules), 'a table library was imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
