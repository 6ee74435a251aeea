"""What a run over an unchanged corpus costs, with the cache cold and warm, and after one article has changed.

    python benchmarks/cached.py [--articles 10000] [--jobs 1]

The corpus is that of speed.py, one article in ten damaged. CPU seconds of whole processes, start and JSON report
included; every report is compared with that of a run without the cache.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from speed import cpu, write_corpus


def run() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=10_000)
    options.add_argument("--jobs", default="1")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        corpus, report = Path(tmp, "corpus"), Path(tmp, "report.json")
        write_corpus(corpus, args.articles, 0.1)
        words = ["check", str(corpus), "--jobs", args.jobs, "--exit-zero", "--format", "json"]

        def check(what: str, *more: str) -> bytes:
            before = cpu()
            subprocess.run(
                [sys.executable, "-m", "copydesk", *words, "--output", str(report), *more],
                check=True,
                env={**os.environ, "XDG_CACHE_HOME": str(Path(tmp, "cache"))},
            )
            print(f"{what:34} {cpu() - before:7.2f} CPU-s", flush=True)
            return report.read_bytes()

        plain = check("without the cache", "--no-cache")
        same = [check("cold", "--cache"), check("warm, nothing changed", "--cache")]
        one = next(corpus.rglob("*.md"))
        text = one.read_bytes()
        one.write_bytes(text + b"\nOne more line.\n")
        changed = check("warm, one article changed", "--cache")
        same.append(check("warm, the same once more", "--cache"))
        again = check("one article changed, no cache", "--no-cache")
        print("every report as without the cache:", same == [plain, plain, changed] and changed == again)
        size = sum(p.stat().st_size for p in Path(tmp, "cache").rglob("*") if p.is_file())
        print(f"the cache: {size / 1e6:.0f} MB, {size / args.articles / 1000:.1f} KB an article")


if __name__ == "__main__":
    run()
