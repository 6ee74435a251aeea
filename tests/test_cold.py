"""What one article alone must not load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_numpy_is_not_loaded_where_nothing_can_be_compared(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(
        "The small ferry crosses the river every twenty minutes from six o'clock on.\n" * 9
    )
    program = "import sys; from copydesk.cli import main; main(sys.argv[1:]); sys.exit('numpy' in sys.modules)"
    words = ["check", str(tmp_path / "one.txt"), "--isolated", "--select", "DUP,BOI5", "-q"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", program, *words], env=env).returncode == 0
