"""docs/schema.md is true: its example is the shipped schema, its messages are those of the rules, its code runs.

`python tests/test_schema_docs.py` writes the parts anew that come from elsewhere.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from copydesk.config import Config, Flags, make_plan
from copydesk.desk import open_desk
from copydesk.folders import bundled, read_rules
from copydesk.model import Rule, Source
from copydesk.relations import KINDS
from copydesk.run import process
from copydesk.schema_file import ALWAYS, CONSTRAINTS, KEYS
from copydesk.value_types import TYPES

ROOT = Path(bundled())
PAGE = ROOT / "docs" / "schema.md"
OURS = ("schema_tree", "schema_tables", "field_relation")


def message(rule: Rule, folder: Path) -> str:
    """What the rule says of its first example."""
    example = next(e for e in rule.examples if not e.ok)
    sources = []
    for name, data in example.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        sources.append(Source(str(path), name, name))
    rules = read_rules((str(ROOT),))
    config = Config(dict(example.config))
    plan = make_plan(config, Flags(select=(rule.code,)), rules, (str(ROOT),), folder)
    open_desk(plan)
    spill = folder / ".spill"
    spill.mkdir()
    found = [f for r in process(plan, sources, spill, 1).records for f in r.findings if f.code == rule.code]
    return found[0].message


def messages(by_schema: bool) -> str:
    """The table of messages: of the rules that judge by a schema, or of all others for front matter."""
    lines = ["| code | name | severity | message |", "|---|---|---|---|"]
    for rule in read_rules((str(ROOT),), examples=True).values():
        if rule.code.startswith("FM") and (rule.uses in OURS) is by_schema:
            with tempfile.TemporaryDirectory() as tmp:
                said = message(rule, Path(tmp)).replace("|", "\\|")
            lines.append(f"| {rule.code} | {rule.name} | {rule.severity} | {said} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page with its example and its messages as they are now."""
    text = PAGE.read_text("utf-8")
    example = (ROOT / "rules" / "schemas" / "example.yaml").read_text("utf-8")
    head, mark, rest = text.partition("<!-- rules/schemas/example.yaml -->\n```yaml\n")
    text = head + mark + example + rest[rest.index("```\n") :]
    for mark, by_schema in (("<!-- messages -->\n", True), ("<!-- messages without a schema -->\n", False)):
        assert mark in text
        head, mark, rest = text.partition(mark)
        text = head + mark + "\n" + messages(by_schema) + re.sub(r"\A\n(?:\|.*\n)*", "", rest)
    return text


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "python tests/test_schema_docs.py writes it anew"


def test_every_word_of_the_language_is_explained() -> None:
    words = set(re.findall(r"`([^`\n]+)`", PAGE.read_text("utf-8")))
    words |= {w.split(":")[0] for w in words}
    for known in (KEYS, ALWAYS, KINDS, TYPES, [k for words_ in CONSTRAINTS.values() for k in words_]):
        assert set(known) - {"type"} <= words
    assert {key for kind in KINDS.values() for key in (*kind.fields, *kind.others)} <= words


def test_the_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"test_schema_docs\.py -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert code
    (tmp_path / "news").mkdir()
    text = (
        "---\ntitle: One\nexcerpt: Two.\npublishedDateTime: 2024-05-02T08:00:00Z\noriginalUrl: https://e.org/a\n---\n"
    )
    (tmp_path / "news" / "a.md").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(code[1], "docs/schema.md", "exec"), {})


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
