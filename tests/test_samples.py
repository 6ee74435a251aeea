"""reports/sample is what the reports print for seeds/articles. `python tests/test_samples.py` writes it anew."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "reports" / "sample"


def make_samples() -> dict[str, str]:
    """The reports of one clean and one check of the seeds, by file name."""
    from copydesk.cli import main

    here = Path.cwd()
    with tempfile.TemporaryDirectory() as tmp:
        shutil.copytree(ROOT / "seeds" / "articles", Path(tmp, "seeds", "articles"))
        os.chdir(tmp)
        try:
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                main(["clean", "seeds/articles", "--out", "cleaned", "--isolated", "--color", "never", "--jobs", "1"])
            with contextlib.redirect_stdout(io.StringIO()):
                formats = [
                    f"--format={n}=check/{f}"
                    for n, f in (("console", "check.txt"), ("json", "findings.json"), ("github", "github.txt"))
                ]
                main(["check", "seeds/articles", "--isolated", "--jobs", "1", *formats])
            files = [*Path("cleaned/report").iterdir(), *Path("check").iterdir()]
            made = {p.name: p.read_text("utf-8") for p in files if p.name != "journal.jsonl"}
            return {**made, "clean.txt": said.getvalue()}
        finally:
            os.chdir(here)


def test_the_samples_are_what_the_reports_print() -> None:
    made = make_samples()
    assert set(made) == {p.name for p in SAMPLE.iterdir()}
    for name, text in made.items():
        assert text == (SAMPLE / name).read_text("utf-8"), f"{name} differs; read the difference, then write it anew"


if __name__ == "__main__":
    SAMPLE.mkdir(exist_ok=True)
    for old in SAMPLE.iterdir():
        old.unlink()
    for file, content in make_samples().items():
        (SAMPLE / file).write_text(content, "utf-8", newline="")
