"""What one article alone must not load: to check it is mostly to start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "pandera", "numpy", "rapidfuzz", "ftfy", "publicsuffixlist", "copydesk.frames"}
ONLY_SOMETIMES = {
    *("sqlite3", "importlib.metadata", "concurrent.futures", "subprocess", "tomllib", "email", "traceback"),
    *("copydesk.cache", "copydesk.carriers", "copydesk.history", "copydesk.journal", "copydesk.starter"),
}


@pytest.mark.parametrize(
    ("codes", "unwanted"),
    [
        ("DUP,BOI5", {"numpy"}),
        ("LAY,FOR,BOI,TXT", HEAVY | ONLY_SOMETIMES | {"copydesk.schema", "re2"}),
        (
            "FM0,FM1,FM2",
            HEAVY | ONLY_SOMETIMES | {"copydesk.phrases", "copydesk.lexicon"},
        ),
    ],
)
def test_what_the_selected_rules_do_not_need_is_not_loaded(codes: str, unwanted: set[str], tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(
        "---\ntitle: The ferry\n---\n"
        + "The small ferry crosses the river every twenty minutes from six o'clock on.\n" * 9
    )
    program = "import sys; from copydesk.cli import main; main(sys.argv[1:]); print(*sys.modules)"
    words = ["check", "one.md", "--isolated", "--select", codes, "-q"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert unwanted & set(done.stdout.split()) == set()
