"""Proves every example of every rule, and what rules and validators promise about themselves."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest

from copydesk.folders import bundled, open_report, read_rules, report_names, validator_class
from copydesk.model import Example, Rule, Safety
from copydesk.proof import Ground, faults

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (str(bundled()),)
RULES = read_rules(FOLDERS, examples=True)
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-line{example.line}")
    for rule in RULES.values()
    for example in rule.examples
]


GROUND = Ground({code: dataclasses.replace(rule, examples=()) for code, rule in RULES.items()}, FOLDERS)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example(rule: Rule, example: Example) -> None:
    assert faults(GROUND, rule, example) == []


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
    "sieve": (),
    "lexicon": ("model", "sieve"),
    "edits": ("model",),
    "excerpt": ("model", "edits"),
    "advice": ("model", "excerpt"),
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
    "fingerprint": ("edits", "model"),
    "decisions": ("edits", "excerpt", "fingerprint", "model"),
    "decision_form": ("decisions", "excerpt", "model"),
    "judgement": ("decisions", "edits", "fingerprint", "model"),
    "desk": ("folders", "validator", "contract", "edits", "judgement", "parse", "repair", "suppression", "model"),
    "record": ("desk", "edits", "fingerprint", "model"),
    "cache": ("desk", "folders", "validator", "model"),
    "share": ("cache", "desk", "record", "validator", "model", "parse"),
    "sources": ("model",),
    "run": ("cache", "share", "model"),
    "config": ("folders", "model"),
    "proof": ("config", "edits", "folders", "run", "sources", "model"),
    "notebook": ("config", "folders", "frames", "parse", "schema", "schema_file", "sources"),
    "journal": ("edits", "model"),
    "quarantine": ("journal", "model"),
    "output": ("folders", "journal", "quarantine", "sources", "model"),
    "reference": ("model",),
    "requirement": (),
    "starter": ("parse", "sources", "excerpt", "model", "requirement", "schema", "schema_infer", "survey"),
    "history": ("model",),
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
    "job": ("config", "decisions", "folders", "gate", "history", "intake", "since", "sources", "model"),
    "schema_commands": (
        *("folders", "job", "json_schema", "schema", "schema_diff", "schema_file", "schema_infer"),
        *("sources", "survey"),
    ),
    "arguments": ("config", "model"),
    "learn": ("model", "template"),
    "cli_run": (
        *("baseline", "cache", "config", "decisions", "folders", "gate", "grouping", "intake", "job"),
        *("novelty", "output", "run", "since", "model"),
    ),
    "cli_learn": ("cli_run", "config", "folders", "house_list", "job", "learn", "run"),
    "review": ("decisions", "excerpt", "model"),
    "cli_review": (
        *("advice", "arguments", "cli_run", "config", "decisions", "excerpt", "folders", "job", "journal", "reference"),
        *("review", "sources", "model"),
    ),
    "cli_report": (
        *("cli_run", "config", "excerpt", "folders", "grouping", "rates", "report_page", "report_text"),
        *("upstream", "model"),
    ),
    "cli": (
        *("arguments", "baseline", "cli_learn", "cli_report", "cli_review", "cli_run", "completion"),
        *("config", "decisions"),
        *("excerpt", "exchange", "folders", "history", "house_list", "job", "journal", "learn"),
        *("output", "proof", "quarantine", "reference", "run", "schema", "schema_commands", "schema_file", "sources"),
        *("starter", "model"),
    ),
    "__main__": ("cli",),
}


MECHANISMS = (
    *("bylines", "frames", "lexicon", "minhash", "names", "phrases", "pieces", "provenance", "relations", "repair"),
    *("rows", "schema", "sieve", "spelling", "stretches", "template", "value_types"),
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
        assert imports(path) <= {"model", "edits", "excerpt", "exchange", "advice", "decision_form"}, path.name
