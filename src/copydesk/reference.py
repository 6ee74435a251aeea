"""What `explain` and `rules` print: one text for the terminal and for the documentation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from copydesk.model import Example, Rule, Safety

SAFETY = {
    Safety.SAFE: "safe: right without looking; `copydesk clean` applies it",
    Safety.UNSAFE: "unsafe: one best reading; `copydesk clean --unsafe` applies it",
    Safety.SUGGEST: "suggest: needs a person; nothing is applied",
}


def explain(rule: Rule) -> str:
    """Everything there is to know of a rule: what it says, why, how safe it is, how it was proved."""
    out = [
        f"{rule.code} {rule.name}",
        "",
        f"  says      {rule.message}",
        *_wrapped("why", rule.why),
        f"  severity  {rule.severity}",
        f"  safety    {SAFETY[rule.safety]}" if rule.uses else "  safety    no fix: it speaks of the run itself",
        *(_wrapped("asks", rule.ask) if rule.ask else []),
        *(_wrapped("upstream", rule.upstream) if rule.upstream else []),
    ]
    if rule.uses:
        settings = ", ".join(f"{k} = {v!r}" for k, v in rule.settings.items() if not isinstance(v, list | dict))
        out.append(f"  finds it  validators/{rule.uses}.py" + (f" ({settings})" if settings else ""))
    if rule.proof:
        out.append(f"  proved by {rule.proof}")
    for example in rule.examples:
        out += ["", *_example(example)]
    return "\n".join(out) + "\n"


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(text, 96, initial_indent=f"  {head:<10}", subsequent_indent=" " * 12)


def _example(example: Example) -> list[str]:
    before = list(_shown(example.files))
    if example.ok:
        return ["  left alone", *before]
    if example.flag:
        return ["  reported", *before]
    after = example.good if example.good is not None else example.proposed
    return ["  before", *before, "  after" if example.good is not None else "  proposed", *_shown(after or {})]


def _shown(files: Mapping[str, bytes]) -> Iterable[str]:
    for path, data in files.items():
        if len(files) > 1:
            yield f"    {path}:"
        text = data.decode("utf-8", "backslashreplace")
        for line in text.splitlines(keepends=True) or [""]:
            body = line.rstrip("\r\n")
            mark = (
                "" if line.endswith("\n") and not line.endswith("\r\n") else "\\r\\n" if line.endswith("\r\n") else "∎"
            )
            shown = "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in body)
            yield f"    | {shown}{mark}"


def table(rules: Iterable[Rule]) -> str:
    """The rules, one a line."""
    rows = [(r.code, r.name, str(r.severity), str(r.safety) if r.uses else "-") for r in rules]
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(4)]
    return "".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)
