"""The JSON Schemas that ship: they accept what copydesk accepts and writes, and reject what it rejects."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from test_reports import a_run, hostile, render

from copydesk import folders
from copydesk.cli import main
from copydesk.config import KEYS, LIMITS, ConfigError, checked
from copydesk.model import Safety, Severity

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {p.stem: json.loads(p.read_text("utf-8")) for p in (ROOT / "rules" / "contract").glob("*.json")}
RULE_FILES = sorted((ROOT / "rules").glob("*.yaml"))


def fits(name: str, data: Any) -> bool:
    return bool(jsonschema.Draft7Validator(SCHEMAS[name]).is_valid(data))


@pytest.mark.parametrize("name", SCHEMAS)
def test_they_are_schemas_and_can_be_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMAS[name])
    assert main(["json-schema", name]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMAS[name]


# ------------------------------------------------------------------------------------------------------------ findings


def test_findings_fit(tmp_path: Path) -> None:
    for run in (a_run(), a_run("clean"), hostile()):
        data = json.loads(render("json", run))
        for f in data["findings"]:  # the runs of the tests have fingerprints and codes of their own
            f["code"] = "FM101"
        jsonschema.Draft7Validator(SCHEMAS["findings"]).validate(data)
    main(["check", str(ROOT / "seeds" / "articles"), "--isolated", "-q", "--format", f"json={tmp_path / 'f.json'}"])
    real = json.loads((tmp_path / "f.json").read_text("utf-8"))
    jsonschema.Draft7Validator(SCHEMAS["findings"]).validate(real)
    assert set(real["findings"][0]) >= set(SCHEMAS["findings"]["definitions"]["finding"]["required"])
    for key in SCHEMAS["findings"]["definitions"]["finding"]["required"]:
        broken = copy.deepcopy(real)
        del broken["findings"][0][key]
        assert not fits("findings", broken), key
    assert not fits("findings", {**real, "version": 2})


def test_every_field_is_described() -> None:
    """A field that is added to the findings has to be added to the schema and to its documentation."""
    known = SCHEMAS["findings"]["definitions"]["finding"]["properties"]
    written = json.loads(render("json", a_run()))["findings"][0]
    assert set(written) <= set(known)
    documented = (ROOT / "docs" / "findings.md").read_text("utf-8")
    assert all(f"`{key}`" in documented for key in known)


# ------------------------------------------------------------------------------------------------------- configuration

CONFIGS = (
    "",
    'language = "en"\ncorpus = ["news"]\nfront-matter = "required"\nignore = ["TXT202"]\n[severity]\n"BOI" = "info"\n'
    '[per-file-ignores]\n"interviews/**" = ["TXT"]\n"a/*" = "FM"\n',
    'schemas = [{files = "news/*", schema = "news"}]\nunsafe = true\n[limits]\npasses = 3\n[safety]\nNAM = "suggest"\n',
)
WRONG = (
    'langauge = "en"',
    'corpus = "news"',
    "ignore = [1]",
    'front-matter = "must"',
    'unsafe = "yes"',
    "[severity]\nBOI = 1",
    "[limits]\nloops = 3",
    "[limits]\npasses = 0",
    "[limits]\npasses = true",
    "[per-file-ignores]\na = [1]",
)


def test_the_configuration_has_the_keys_that_are_read() -> None:
    """A key that is added to the configuration has to be added to rules/contract/config.json."""
    known = set(SCHEMAS["config"]["properties"])
    assert set(KEYS) <= known, f"rules/contract/config.json lacks {sorted(set(KEYS) - known)}"
    assert known - set(KEYS) <= {"fail-on", "baseline", "sources", "body"}, "these are being built"
    assert set(SCHEMAS["config"]["properties"]["limits"]["properties"]) == set(LIMITS)
    for key, kinds in (("severity", Severity), ("safety", Safety)):
        table = SCHEMAS["config"]["properties"][key]["additionalProperties"]
        assert set(table.get("anyOf", [table])[0]["enum"]) == {str(k) for k in kinds}


@pytest.mark.parametrize("text", CONFIGS)
def test_configurations_that_are_accepted(text: str) -> None:
    data = tomllib.loads(text)
    checked(data, "here")
    jsonschema.Draft7Validator(SCHEMAS["config"]).validate(data)


@pytest.mark.parametrize("text", WRONG)
def test_configurations_that_are_refused(text: str) -> None:
    data = tomllib.loads(text)
    with pytest.raises(ConfigError):
        checked(data, "here")
    assert not fits("config", data)


# --------------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda p: p.name)
def test_our_rules_fit(path: Path) -> None:
    rules = yaml.safe_load(path.read_text("utf-8"))
    assert rules
    assert list(jsonschema.Draft7Validator(SCHEMAS["rules"]).iter_errors(rules)) == []


def test_rules_have_the_keys_that_are_read() -> None:
    assert set(SCHEMAS["rules"]["definitions"]["rule"]["properties"]) == set(folders._KEYS)
    assert set(SCHEMAS["rules"]["definitions"]["example"]["properties"]) == set(folders._EXAMPLE_KEYS)


@pytest.mark.parametrize(
    ("was", "typo"),
    [
        ("severity: warning", "severity: warn"),
        ("safety: safe", "safty: safe"),
        ("XYZ101:", "XYZ1:"),
        ("name: mine", "name: Mine Rule"),
        ("uses: x", "used: x"),
        ("bad: a", "bda: a"),
        ("good: b", "god: b"),
        ("why: because", "why: 7"),
        ("with: {}", "with: []"),
    ],
)
def test_a_typo_in_a_rule_is_refused(was: str, typo: str) -> None:
    text = (
        "XYZ101:\n  name: mine\n  uses: x\n  severity: warning\n  safety: safe\n  message: m\n  why: because\n"
        "  with: {}\n  examples:\n    - {bad: a, good: b}\n"
    )
    assert fits("rules", yaml.safe_load(text))
    assert was in text
    assert not fits("rules", yaml.safe_load(text.replace(was, typo)))
