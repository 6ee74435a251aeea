"""`copydesk.tables` and `copydesk.pandera_schemas`: typed frames, and schemas that accept and reject them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import copydesk

GOOD = (
    "---\ntitle: Low tide\nexcerpt: The ferry stays in.\n"
    "publishedDateTime: 2024-05-02T10:00:00+02:00\n"
    "originalUrl: https://example.org/{n}\nquality: {n}\npublished: false\nprovider:\n  name: Tide Times\n"
    "  domain: example.org\ntopics: [Ships, Tides]\n"
    "images:\n  - url: https://example.org/{n}.png\n    width: {n}\n---\n"
)


def corpus(folder: Path) -> Path:
    for n in range(1, 4):
        (folder / f"2024-05-02-{n}.md").write_text(GOOD.format(n=n), "utf-8")
    (folder / "z.md").write_text(
        GOOD.format(n=4).replace("quality: 4", "quality: four").replace("width: 4", "width: 0")
    )
    (folder / "other.md").write_text("---\na: 1\n---\n")
    return folder


def test_tables_are_typed_and_keyed(tmp_path: Path) -> None:
    frames = copydesk.tables(corpus(tmp_path), config={})["news"]
    articles = frames["articles"]
    assert list(articles["article"]) == ["2024-05-02-1.md", "2024-05-02-2.md", "2024-05-02-3.md", "z.md"]
    assert str(articles.dtypes["quality"]) == "Int64"
    assert articles["quality"].tolist()[:3] == [1, 2, 3]
    assert articles["quality"].isna().tolist() == [False, False, False, True]
    assert str(articles.dtypes["publishedDateTime"]) == "datetime64[us, UTC]"
    assert str(articles["publishedDateTime"][0]) == "2024-05-02 08:00:00+00:00"
    assert str(articles.dtypes["published"]) == "boolean"
    assert articles["heat"].isna().all()
    assert articles["topics"].tolist() == [2, 2, 2, 2]
    images = frames["images[]"]
    assert images["path"].tolist() == ["images[0]"] * 4
    assert images["width"].tolist() == [1, 2, 3, 0]
    assert frames["topics[]"]["value"].tolist()[:2] == ["Ships", "Tides"]


def test_the_schemas_accept_the_frames_and_reject_what_is_wrong(tmp_path: Path) -> None:
    from pandera.errors import SchemaErrors

    frames = copydesk.tables(corpus(tmp_path), config={})["news"]
    schemas = copydesk.pandera_schemas({})["news"]
    assert set(frames) == set(schemas)
    for name, schema in schemas.items():
        if name != "images[]":
            schema.validate(frames[name], lazy=True)
    with pytest.raises(SchemaErrors) as e:
        schemas["images[]"].validate(frames["images[]"], lazy=True)
    assert e.value.failure_cases["failure_case"].tolist() == [0]


def test_a_relation_has_a_table_of_its_own(tmp_path: Path) -> None:
    from pandera.errors import SchemaErrors

    text = GOOD.format(n=1).replace("published: false", "heat: 5\npublished: true")
    (tmp_path / "a.md").write_text(text, "utf-8")
    frames, schemas = copydesk.tables(tmp_path, config={})["news"], copydesk.pandera_schemas({})["news"]
    (name,) = [n for n in schemas if n.endswith("threshold")]
    assert frames[name][["flag", "number"]].values.tolist() == [[True, 1]]
    with pytest.raises(SchemaErrors):
        schemas[name].validate(frames[name], lazy=True)


def test_a_schema_of_ones_own_comes_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("fields: {a: {type: int, default: 7}, b: date}\n")
    config = tmp_path / "copydesk.toml"
    config.write_text(f"schema = '{tmp_path / 'own.yaml'}'\n")
    (tmp_path / "x.md").write_text("---\nb: 2024-05-02\n---\n")
    frame = copydesk.tables(tmp_path / "x.md", config=config)["own"]["articles"]
    assert frame["a"].tolist() == [7]
    assert str(frame["b"][0]) == "2024-05-02 00:00:00+00:00"
    assert set(copydesk.pandera_schemas(config)) >= {"own", "news"}


def test_importing_copydesk_loads_no_tables() -> None:
    code = "import sys, copydesk; assert not {'pandas', 'pandera', 'yaml'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError):
        copydesk.nothing  # noqa: B018
