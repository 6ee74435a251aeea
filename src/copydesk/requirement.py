"""What pip is asked for, so that a CI job has the copydesk that wrote it.

No package of this name is published: `pip install copydesk` would fetch whatever a stranger may publish under it. So a
job names the repository, as far as this installation knows where it came from.
"""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

PLACE = "https://github.com/OWNER/copydesk"
"""Stands for the address of the repository where it is not known; the documentation writes it so, too."""


def requirement(address: str = PLACE, revision: str = "") -> str:
    """The words for pip: `copydesk @ git+https://…`, at a commit or tag where one is given."""
    return f"copydesk @ git+{address}" + (f"@{revision}" if revision else "")


def own_requirement() -> str:
    """The words for pip that give this very copydesk; with `PLACE` in them where it cannot be told.

    An installation from git remembers its address and commit (PEP 610). Of one from a folder, the origin of that clone
    is asked, and no commit is named: it need not have been pushed.
    """
    try:
        memory = json.loads(distribution("copydesk").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return requirement()
    address, git = str(memory.get("url", "")), memory.get("vcs_info", {})
    revision = str(git.get("requested_revision") or git.get("commit_id") or "")
    if "dir_info" in memory:
        address = _origin(Path(unquote(urlsplit(address).path)))
    public = public_address(address)
    return requirement(public, revision if re.fullmatch(r"[\w./-]+", revision) else "") if public else requirement()


def public_address(address: str) -> str:
    """An address from which anybody can fetch: over https, without a name or a password; empty where there is none."""
    m = re.fullmatch(
        r"(?:https://(?:[^/@]*@)?|(?:ssh://)?[\w.-]+@)([\w.-]+\.\w+(?::\d+(?=/))?)[:/]([\w./~+-]+)", address
    )
    if m is None:
        return ""
    host = m[1] if address.startswith("https:") else m[1].partition(":")[0]  # the port of ssh is another one
    return f"https://{host}/{m[2]}"


def _origin(clone: Path) -> str:
    """The address that a clone was made from; empty where the folder is none."""
    if not (clone / ".git").exists():
        return ""
    try:
        words = ["git", "-C", str(clone), "config", "--get", "remote.origin.url"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
