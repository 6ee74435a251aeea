"""The copydesk.toml that `init` writes: what it saw, and the settings that one would want to know of."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from copydesk.parse import parse
from copydesk.sources import Found

LOOKED_AT = 200  # articles; enough to know a corpus by


def starter(path: Path, found: Found) -> tuple[str, list[str]]:
    """The text of the file, and what it was made from, in sentences."""
    step = max(1, len(found.articles) // LOOKED_AT)
    sample = found.articles[::step][:LOOKED_AT]
    seen: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    for source in sample:
        try:
            article = parse(Path(source.file).read_bytes().decode("utf-8"), source.id)
        except (OSError, UnicodeDecodeError):
            seen["unreadable"] += 1
            continue
        if article.meta is None:
            seen["without"] += 1
        else:
            seen[article.meta.format] += 1
            keys.update(list(article.meta.fields))
    with_meta = sum(seen[f] for f in ("yaml", "toml", "json"))
    remarks = [
        f"{len(found.articles)} article(s) below {path}; looked at {len(sample)}: {with_meta} with front matter."
    ]
    required = with_meta == len(sample)
    domain = next((k for k in ("provider.domain", "source", "site", "publisher") if keys[k] > with_meta / 2), None)
    lines = [
        "# What copydesk does with this corpus. `copydesk rules` lists the rules, `explain CODE` explains one.",
        f"# Made by `copydesk init`: {remarks[0]}",
        "",
        'language = "en"',
        f'corpus = ["{path.as_posix()}"]  # facts such as duplicates and name variants come from all of it',
        f'front-matter = "{"required" if required else "optional"}"',
        f'source = "{domain}"'
        if domain
        else '# source = "provider.domain"  # the field that names where an article is from',
        'fail-level = "error"  # error: cannot be published; warning: dirt; info: judgement',
        "",
        "# ignore = []           # codes, names or prefixes of rules that are noise here",
        "# exclude = []          # globs of files that are no articles",
        '# schema = "news"       # or "none"; without it, it is recognised by its keys',
        '# workspace = "desk"    # a folder with rules/, validators/ and reports/ of your own',
        "",
        "# [severity]",
        '# "BOI" = "info"',
        "",
        "# [per-file-ignores]",
        '# "interviews/**" = ["TXT"]',
        "",
    ]
    if required:
        remarks.append("Every one of them has front matter, so it is required from now on.")
    if domain:
        remarks.append(f"The field {domain!r} names the source of most.")
    return "\n".join(lines), remarks
