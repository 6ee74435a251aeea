"""The wheel carries the three folders and works outside the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_wheel_works_outside_the_repository(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    made = subprocess.run(build, capture_output=True, text=True, timeout=300, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    wheel = next((tmp_path / "dist").glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert {n.split("/")[0] for n in names if "dist-info" not in n} == {"copydesk"}, (
        "nothing at the top but the package"
    )
    for kind in ("validators", "rules", "reports"):
        ours = {
            p.relative_to(ROOT).as_posix()
            for p in (ROOT / kind).rglob("*")
            if p.is_file() and "__pycache__" not in p.parts and "sample" not in p.parts
        }
        carried = {n.removeprefix("copydesk/_folders/") for n in names if n.startswith(f"copydesk/_folders/{kind}/")}
        assert ours <= carried, sorted(ours - carried)

    def copydesk(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
        return subprocess.run(
            [sys.executable, "-m", "copydesk", *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    listed = copydesk("rules")
    here = subprocess.run([sys.executable, "-m", "copydesk", "rules"], capture_output=True, text=True, check=True)
    assert listed.stdout == here.stdout, listed.stderr
    (tmp_path / "a.md").write_text("It was in the the paper.\n")
    assert copydesk("clean", "a.md", "--out", "o").returncode == 0
    assert (tmp_path / "o/corpus/a.md").read_text() == "It was in the paper.\n"
    broken = copydesk("check", "a.md", "--select", "NO")
    assert broken.returncode == 2
