"""Front matter that nobody wants to meet: one finding in its place, the rest is checked, and no byte changed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from copydesk.config import Config, Flags, make_plan
from copydesk.folders import bundled, read_rules
from copydesk.model import Record
from copydesk.run import process
from copydesk.sources import find

FOLDERS = (str(bundled()),)
BODY = "The harbour was closed on Monday , and nobody came.\n"
"""With one defect, a space before a comma: found wherever the body can be told from the front matter."""


def checked(tmp_path: Path, data: bytes) -> Record:
    corpus, spill = tmp_path / "corpus", tmp_path / "spill"
    corpus.mkdir()
    spill.mkdir()
    (corpus / "a.md").write_bytes(data)
    plan = make_plan(Config({}), Flags(), read_rules(FOLDERS), FOLDERS, corpus)
    return next(iter(process(plan, find([corpus], corpus).articles, spill, jobs=1).records))


def bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("front", "code", "line", "column"),
    [
        ("title: One\n\ttags: sea\n", "FM001", 3, 1),
        ("title: One\ntitle: Two\n", "FM002", 3, 1),
        (bomb(), "FM001", 6, None),
        ("title: One\ndeep: " + "[" * 100_000 + "]" * 100_000 + "\n", "FM001", None, None),
        ("title: One\ndeep: " + "[" * 30_000 + "\n", "FM001", 3, None),
        ("title: One\ndate: 2024-02-30\n", "FM006", 3, 7),
        ("title: One\ndate: 2024-02-10T25:61:00Z\n", "FM006", 3, 7),
        ('title: "One \\ud800 two"\n', "FM001", 2, None),
        ("title: One\nvalue: !!python/object/apply:os.system ['true']\nkey: *gone\n", "FM001", 4, 6),
        ("title: One\nvalue: !<tag\nother: 1\n", "FM001", None, None),
        ("title: One\n? [a, b]\n: c\n", "FM001", None, None),
        ("title: 'One\n", "FM001", 2, 8),
        ("title: One: two: three\n", "FM001", 2, 11),
        ("title: @home\n", "FM001", 2, 8),
        ("title: One\n- a\n", "FM001", 3, 1),
        ("title: One\x07\n", "FM001", 2, 11),
        ("title: One\u2028two\n", "FM001", 2, 12),  # a line end for YAML 1.1
    ],
)
def test_one_finding_and_no_byte_changed(
    front: str, code: str, line: int | None, column: int | None, tmp_path: Path
) -> None:
    begun = time.process_time()
    record = checked(tmp_path, f"---\n{front}---\n\n{BODY}".encode())
    assert time.process_time() - begun < 5
    [found] = [f for f in record.findings if f.code.startswith("FM") and f.code != "FM007"]
    assert found.code == code
    assert found.location.line == (line or found.location.line)
    assert found.location.column == (column or found.location.column)
    assert found.location.line > 1
    assert record.original is not None
    assert record.text is not None
    head = len(record.original) - len(BODY)
    assert record.text[:head] == record.original[:head]
    assert [f.code for f in record.findings if not f.code.startswith("FM") and f.field is None and f.span.start >= head]


@pytest.mark.parametrize(
    "front",
    [
        "title: One\nnumber: " + "9" * 5000 + "\n",
        "title: One\nvalue: !!python/object/apply:os.system ['true']\n",
        "title: &t One\nsubtitle: *t\n",
        "base: &b {x: 1}\ntitle: One\n<<: *b\n",
        'title: "One\u2028two"\n',
        "title: One\nnumber: .inf\nother: 0o17\n",
    ],
)
def test_odd_front_matter_is_read_and_left_alone(front: str, tmp_path: Path) -> None:
    record = checked(tmp_path, f"---\n{front}---\n\nThe harbour was closed.\n".encode())
    assert not [f for f in record.findings if f.code.startswith(("RUN", "FM0"))]
    assert record.text == record.original


def test_a_number_of_5000_digits_is_judged_by_a_schema(tmp_path: Path) -> None:
    front = "title: One\nexcerpt: Two\npublishedDateTime: 2024-05-02T08:00:00Z\noriginalUrl: https://example.org/a\n"
    front += "provider: {name: Tide Times, domain: example.org}\n"
    record = checked(tmp_path, f"---\n{front}quality: {'9' * 5000}\n---\n".encode())
    assert not [f for f in record.findings if f.code.startswith("RUN")]
    assert record.text == record.original


def test_an_unclosed_fence_leaves_the_whole_file_alone(tmp_path: Path) -> None:
    record = checked(tmp_path, f"---\ntitle: One\n\n{BODY}".encode())
    assert [(f.code, f.location) for f in record.findings] == [("FM001", (1, 1))]
    assert record.text == record.original


def test_half_a_character_in_the_bytes_is_no_article(tmp_path: Path) -> None:
    record = checked(tmp_path, b"---\ntitle: One \xed\xa0\x80 two\n---\nText.\n")
    assert [(f.code[:3], f.location) for f in record.findings] == [("FIL", (2, 12))]
    assert record.text is None
