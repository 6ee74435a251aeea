"""What changed since a git revision, and how it was before: read from git, nothing is checked out and no hook runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from copydesk.model import Refusal


class HistoryError(Refusal):
    """The revision cannot be compared with; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The files that differ from the merge base, added and untracked ones included.

    `before` maps the path of a file now to its path then, None for a new one; both from `top`, with `/`. A renamed file
    is followed. `gone` are the paths that were there then, and are not now.
    """

    top: Path
    base: str
    before: Mapping[str, str | None]
    gone: frozenset[str]

    def path(self, file: Path | str) -> str | None:
        """The path from `top`; None for a file that does not lie below it."""
        real = os.path.realpath(file)
        return os.path.relpath(real, self.top).replace(os.sep, "/") if Path(real).is_relative_to(self.top) else None

    def touch(self, path: str) -> bool:
        """Whether a file, or any file below a folder, is not what it was."""
        return any(p == path or p.startswith(f"{path}/") for p in (*self.before, *self.gone))


def read_changes(folder: Path, ref: str) -> Changes:
    """The changes in the work tree around `folder` since the merge base of HEAD and `ref`. Raises HistoryError."""
    top = Path(os.path.realpath(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n"))))
    if _git(top, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise HistoryError(
            f"--since {ref}: this clone is shallow, so what was there before cannot be told;"
            " run `git fetch --unshallow` (in GitHub Actions: fetch-depth: 0 for actions/checkout)"
        )
    if ref.startswith("-") or not _try(top, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"):
        raise HistoryError(f"--since {ref}: git knows no such revision; a branch of the server may need `git fetch`")
    base = (_try(top, "merge-base", ref, "HEAD") or b"").decode().strip()
    if not base:
        raise HistoryError(f"--since {ref}: it has no common ancestor with HEAD")
    words = iter(_git(top, *_DIFF, base, "--").split(b"\0"))
    before: dict[str, str | None] = {}
    gone: set[str] = set()
    for status in words:
        letter = status[:1]
        if letter in (b"R", b"C"):
            old, new = os.fsdecode(next(words)), os.fsdecode(next(words))
            before[new] = old if letter == b"R" else None
            gone |= {old} if letter == b"R" else set()
        elif letter:
            path = os.fsdecode(next(words))
            if letter == b"D":
                gone.add(path)
            else:
                before[path] = None if letter == b"A" else path
    for path_ in _git(top, "ls-files", "-z", "--others", "--exclude-standard").split(b"\0"):
        if path_:
            before.setdefault(os.fsdecode(path_), None)
    return Changes(top, base, before, frozenset(gone))


_DIFF = ("diff", "--name-status", "-z", "-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")


def read_tree(changes: Changes, below: str = "") -> dict[str, str]:
    """The object of every plain file at the merge base by its path, only `below` a path if one is given."""
    out = {}
    paths = [below] if below else []
    for entry in _git(changes.top, "--literal-pathspecs", "ls-tree", "-r", "-z", changes.base, "--", *paths).split(
        b"\0"
    ):
        about, _, path = entry.partition(b"\t")
        words = about.split()
        if len(words) == 3 and words[0] in (b"100644", b"100755"):
            out[os.fsdecode(path)] = words[2].decode()
    return out


def write_objects(changes: Changes, wanted: Iterable[tuple[str, Path]]) -> None:
    """Writes git objects into files."""
    pairs = list(wanted)
    if not pairs:
        return
    answer = _git(changes.top, "cat-file", "--batch", data="".join(f"{name}\n" for name, _ in pairs).encode())
    at = 0
    for _, target in pairs:
        line = answer.index(b"\n", at)
        size = int(answer[at:line].split()[2])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer[line + 1 : line + 1 + size])
        at = line + 1 + size + 1


def _try(folder: Path, *words: str) -> bytes | None:
    try:
        return _git(folder, *words)
    except HistoryError:
        return None


def _git(folder: Path, *words: str, data: bytes = b"") -> bytes:
    safe = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")  # fsmonitor may name a program to run
    try:
        done = subprocess.run(["git", *safe, "-C", str(folder), *words], input=data, capture_output=True, check=True)
    except FileNotFoundError as e:
        raise HistoryError("--since needs git, which is not installed") from e
    except subprocess.CalledProcessError as e:
        said = e.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise HistoryError(f"--since: git {words[0]} says: {said or 'nothing'}") from e
    return done.stdout
