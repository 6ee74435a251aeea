"""Proves every example of every rule, and what rules and validators promise about themselves."""

from __future__ import annotations

import ast
import dataclasses
import functools
import tempfile
from pathlib import Path

import pytest

from copydesk.config import Config, Flags, checked, make_plan
from copydesk.edits import apply, original
from copydesk.folders import bundled, open_report, read_rules, report_names, validator_class
from copydesk.model import Example, Plan, Record, Rule, Safety
from copydesk.run import process
from copydesk.sources import find

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (str(bundled()),)
RULES = read_rules(FOLDERS, examples=True)
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-line{example.line}")
    for rule in RULES.values()
    for example in rule.examples
]


@functools.cache
def plain_rules() -> dict[str, Rule]:
    return {code: dataclasses.replace(rule, examples=()) for code, rule in RULES.items()}


def run(files: dict[str, bytes], code: str, config: dict[str, object], safety: Safety | None = None) -> list[Record]:
    """The records of a corpus with only one rule at work."""
    with tempfile.TemporaryDirectory() as corpus, tempfile.TemporaryDirectory() as spill:
        for path, data in files.items():
            file = Path(corpus, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        values = checked(config, "an example's config")
        plan = make_plan(Config(values), Flags(select=(code,)), plain_rules(), FOLDERS, Path(corpus))
        assert isinstance(plan, Plan)
        return list(process(plan, find([Path(corpus)], Path(corpus)).articles, Path(spill), jobs=1).records)


def texts(records: list[Record], files: dict[str, bytes]) -> dict[str, bytes]:
    return {r.source.id: files[r.source.id] if r.text is None else r.text.encode("utf-8") for r in records}


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example(rule: Rule, example: Example) -> None:
    files = dict(example.files)
    records = run(files, rule.code, dict(example.config))
    findings = [f for r in records for f in r.findings]
    strangers = [f for f in findings if f.code != rule.code]
    assert not strangers, f"the rule caused findings of others: {strangers}"
    for f in findings:
        assert all(fix.safety <= rule.safety for fix in f.fixes)
        assert f.message
        assert f.message.strip() == f.message
    cleaned = texts(records, files)

    # whatever becomes of it: undo restores the bytes, and a second clean changes nothing
    for r in records:
        if r.text is not None:
            assert original(r.text, r.passes).encode() == files[r.source.id]
    again = texts(run(cleaned, rule.code, dict(example.config)), cleaned)
    assert again == cleaned

    if example.ok:
        assert findings == []
    elif example.flag:
        assert findings, "nothing was found"
        assert all(not f.fixes for f in findings), f"a fix was offered: {[f.fixes for f in findings]}"
        assert cleaned == files
    elif example.good is not None:
        assert findings, "nothing was found"
        assert cleaned == {**files, **example.good}
        assert all(f.applied for f in findings)
        assert not [f for r in run(cleaned, rule.code, dict(example.config)) for f in r.findings]
    else:
        assert example.proposed is not None
        assert findings, "nothing was found"
        assert cleaned == files, "a fix below safe was applied by default"
        proposed = dict(files)
        for r in records:
            if r.original is not None:
                edits = [e for f in r.findings if f.fixes for e in f.fixes[0].edits]
                proposed[r.source.id] = apply(r.original, edits).encode("utf-8")
        assert proposed == {**files, **example.proposed}


@pytest.mark.parametrize("rule", [pytest.param(r, id=c) for c, r in RULES.items() if r.uses])
def test_rule_is_proved_and_says_what_a_person_needs(rule: Rule) -> None:
    good = [e for e in rule.examples if not e.ok]
    left_alone = [e for e in rule.examples if e.ok]
    assert len(good) >= 3, "fewer than 3 positive examples"
    assert len(left_alone) >= 3, "fewer than 3 negative examples"
    fixes = [e for e in rule.examples if e.good is not None]
    if rule.safety < Safety.SAFE or not fixes or any(e.flag or e.proposed is not None for e in rule.examples):
        assert rule.ask.endswith(("?", ".")), "a rule that leaves something to a person asks or tells in one sentence"
    if rule.safety is Safety.SAFE:
        assert fixes, "declared safe, and no example shows a fix that is applied"
    else:
        assert not fixes, "an example expects a fix that is never applied by default"
    assert rule.source.startswith(str(ROOT / "rules")) or "_folders" in rule.source


@pytest.mark.parametrize("rule", [pytest.param(r, id=c) for c, r in RULES.items() if not r.uses])
def test_rule_of_the_run_names_a_test_that_exists(rule: Rule) -> None:
    file, _, name = rule.proof.partition("::")
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}


def test_every_validator_is_used_and_every_case_has_a_rule() -> None:
    used = {r.uses for r in RULES.values() if r.uses}
    assert used == {p.stem for p in (ROOT / "validators").glob("*.py")}
    for name in used:
        cases = {r.case for r in RULES.values() if r.uses == name}
        assert cases == set(validator_class(FOLDERS, name).cases), name


def test_every_report_opens() -> None:
    names = report_names(FOLDERS)
    assert {"console", "json", "jsonl", "markdown", "html", "github", "diff"} <= set(names)
    assert all(callable(open_report(FOLDERS, name)) for name in names)


# ---------------------------------------------------------------------------------------------------------- layers

LAYERS = {
    "model": (),
    "lexicon": ("model",),
    "edits": ("model",),
    "excerpt": ("model", "edits"),
    "exchange": ("model", "excerpt"),
    "contract": ("model",),
    "blocks": ("model",),
    "masks": ("model", "blocks"),
    "scalars": ("model", "masks"),
    "simple_yaml": ("model", "scalars"),
    "tree": ("model", "scalars", "simple_yaml"),
    "rows": ("model",),
    "phrases": ("model", "rows"),
    "carriers": ("model", "tree"),
    "parse": ("model", "blocks", "masks", "scalars", "tree", "carriers"),
    "repair": ("edits", "model", "scalars", "tree"),
    "spelling": (),
    "names": ("model", "spelling"),
    "house_list": ("model", "spelling"),
    "pieces": ("model",),
    "value_types": ("model",),
    "schema": ("model", "value_types"),
    "relations": ("schema", "value_types"),
    "schema_file": ("relations", "schema", "value_types"),
    "frames": ("relations", "schema", "value_types", "model"),
    "minhash": (),
    "provenance": ("model",),
    "bylines": ("model", "provenance"),
    "template": (),
    "survey": ("model", "parse", "schema", "value_types"),
    "schema_text": (),
    "schema_relations": ("relations", "survey", "value_types"),
    "schema_infer": ("schema_relations", "schema_text", "survey", "value_types"),
    "json_schema": ("schema", "schema_file", "schema_text"),
    "schema_diff": ("schema", "schema_infer", "schema_text", "survey"),
    "stretches": ("rows",),
    "validator": ("contract", "edits", "lexicon", "model", "phrases", "provenance", "schema", "schema_file"),
    "folders": ("validator", "model"),
    "suppression": ("model",),
    "desk": ("folders", "validator", "contract", "edits", "parse", "repair", "suppression", "model"),
    "record": ("desk", "edits", "model"),
    "cache": ("desk", "folders", "validator", "model"),
    "share": ("cache", "desk", "record", "validator", "model", "parse"),
    "sources": ("model",),
    "run": ("cache", "share", "model"),
    "config": ("folders", "model"),
    "notebook": ("config", "folders", "frames", "parse", "schema", "schema_file", "sources"),
    "journal": ("edits", "model"),
    "quarantine": ("journal", "model"),
    "output": ("folders", "journal", "quarantine", "sources", "model"),
    "reference": ("model",),
    "starter": ("parse", "sources", "excerpt", "model", "schema"),
    "history": (),
    "since": ("config", "history", "parse", "suppression", "model"),
    "novelty": ("model",),
    "baseline": ("model",),
    "gate": ("config", "folders", "model"),
    "grouping": ("parse", "provenance", "model"),
    "rates": ("grouping", "model"),
    "upstream": ("excerpt", "model"),
    "report_text": ("excerpt", "exchange", "grouping", "rates", "upstream"),
    "report_page": ("excerpt", "grouping", "rates", "report_text", "upstream"),
    "intake": ("sources", "model"),
    "completion": (),
    "job": ("config", "folders", "gate", "history", "intake", "since", "sources", "model"),
    "schema_commands": (
        *("folders", "job", "json_schema", "schema", "schema_diff", "schema_file", "schema_infer"),
        *("sources", "survey"),
    ),
    "arguments": ("baseline", "completion", "config", "model"),
    "learn": ("model", "template"),
    "cli_run": (
        *("baseline", "cache", "config", "folders", "gate", "grouping", "intake", "job", "novelty"),
        *("output", "run", "since", "model"),
    ),
    "cli_learn": ("cli_run", "config", "folders", "house_list", "job", "learn", "run"),
    "cli_report": (
        *("cli_run", "config", "excerpt", "folders", "grouping", "rates", "report_page", "report_text"),
        *("upstream", "model"),
    ),
    "cli": (
        *("arguments", "baseline", "cli_learn", "cli_report", "cli_run", "completion", "config"),
        *("excerpt", "exchange", "folders", "history", "house_list", "job", "journal", "learn"),
        *("output", "quarantine", "reference", "schema", "schema_commands", "schema_file", "sources"),
        *("starter", "model"),
    ),
    "__main__": ("cli",),
}


MECHANISMS = (
    *(
        "bylines",
        "frames",
        "lexicon",
        "minhash",
        "names",
        "phrases",
        "pieces",
        "provenance",
        "relations",
        "repair",
        "rows",
    ),
    *("schema", "spelling", "stretches", "template", "value_types"),
)
"""Modules of the engine that several validators share: files opened by path cannot import one another."""


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    out = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "copydesk":
                out |= {a.name for a in node.names}
            elif node.module.startswith("copydesk."):
                out.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            out |= {a.name.split(".")[1] for a in node.names if a.name.startswith("copydesk.")}
    return out - {"__version__"}


def test_imports_point_downward() -> None:
    modules = {p.stem: p for p in (ROOT / "src/copydesk").glob("*.py") if p.stem != "__init__"}
    assert set(modules) == set(LAYERS)
    for name, path in modules.items():
        assert imports(path) <= set(LAYERS[name]), name


def test_no_layer_reaches_itself() -> None:
    def below(name: str) -> set[str]:
        return {x for n in LAYERS[name] for x in {n} | below(n)}

    assert all(name not in below(name) for name in LAYERS)


@pytest.mark.parametrize("kind", ["validators", "rules", "reports"])
def test_the_folders_are_no_packages(kind: str) -> None:
    assert not list((ROOT / kind).rglob("__init__.py")), (
        "an __init__.py here would hide PyPI's package of the same name"
    )


def test_validators_and_reports_import_only_what_they_may() -> None:
    for path in (ROOT / "validators").glob("*.py"):
        assert imports(path) <= {"validator", *MECHANISMS}, path.name
    for path in (ROOT / "reports").glob("*.py"):
        assert imports(path) <= {"model", "edits", "excerpt", "exchange"}, path.name
