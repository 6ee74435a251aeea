"""What must hold for any article whatever, with every rule on."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.config import Config, Flags, make_plan
from copydesk.edits import apply, original, undo
from copydesk.folders import bundled, read_rules
from copydesk.model import Plan, Record
from copydesk.run import process
from copydesk.sources import find

FOLDERS = (str(bundled()),)

LINES = st.sampled_from(
    [
        "",
        "The council met on Monday and postponed the vote.",
        "It was first published in",
        "The Daily Bugle",
        ".",
        "Außerdem",
        "AD",
        "Share this article",
        "Join our daily newsletter",
        "Recent News",
        "Written by",
        "Rapid Read • 7 min read",
        "He said that the the plan ( the old one ) was “dead” .",
        "Itâ€™s the cafÃ© at the corner &amp; the bar&nbsp;next door.",
        "Moussa Keita spoke. Keita left. Kieta Moussa stayed.",
        "A long word is hyphen-",
        "ated here\u00a0and  there.",
        "    indented code = True",
        "```",
        "| a | b |",
        "|---|---|",
        "- a list item",
        "> a quotation",
        "# A heading",
        "AI Generated Content",
        "zero\u200bwidth and \u202ebidi\u202c",
        "Cependant, nous verrons.",
    ]
)
VALUES = st.sampled_from(
    [
        '"A title"',
        "Plain title",
        '"Cut at the  end…"',
        "'it''s &amp; more'",
        '"  padded "',
        "yes",
        "12",
        "2024-02-30",
        "[a, b]",
        '"Ã©tÃ©"',
        "",
    ]
)
KEYS = st.sampled_from(
    ["title", "excerpt", "originalUrl", "publishedDateTime", "quality", "published", "webUrl", "tags", "summary"]
)


@st.composite
def articles(draw: st.DrawFn) -> str:
    """An article of real and broken pieces, with any line ends, with or without front matter, BOM and final newline."""
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    lines = draw(st.lists(LINES, max_size=14))
    if draw(st.booleans()):
        pairs = draw(st.lists(st.tuples(KEYS, VALUES), max_size=6))
        lines = [
            "---",
            *(f"{k}: {v}" for k, v in pairs),
            draw(st.sampled_from(["---", "---", "--", "- x: ["])),
            "",
            *lines,
        ]
    text = draw(st.sampled_from(["", "", "\ufeff", end])) + end.join(lines)
    return text + draw(st.sampled_from(["", end, end + end])) + draw(st.text(max_size=5))


@functools.cache
def plans(unsafe: bool) -> Plan:
    return make_plan(Config(), Flags(unsafe=unsafe), read_rules(FOLDERS), FOLDERS, Path("/"))


def clean(text: str, unsafe: bool) -> Record:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as spill:
        Path(folder, "2024-02-03-a.md").write_bytes(text.encode("utf-8"))
        done = process(plans(unsafe), find([Path(folder)], Path(folder)).articles, Path(spill), jobs=1)
        return next(iter(done.records))


@settings(max_examples=120)
@given(articles(), st.booleans())
def test_clean_twice_is_clean_once_and_undo_restores_the_bytes(text: str, unsafe: bool) -> None:
    done = clean(text, unsafe)
    if done.text is None:
        return
    assert done.original == text
    assert original(done.text, done.passes) == text
    assert undo(done.text, done.passes, lambda a: True).text == text
    again = clean(done.text, unsafe)
    assert again.text == done.text, [f for f in again.findings if f.applied]
    crashes = [f for f in done.findings if f.code in ("RUN101", "RUN102", "RUN103")]
    assert not crashes, crashes


@settings(max_examples=60)
@given(articles())
def test_every_finding_can_be_acted_on_in_the_file_as_it_was_read(text: str) -> None:
    done = clean(text, unsafe=False)
    prints = [f.fingerprint for f in done.findings]
    assert len(set(prints)) == len(prints)
    journal = {a.fingerprint for fixes in done.passes for a in fixes}
    assert journal == {f.fingerprint for f in done.findings if f.applied}
    for f in done.findings:
        assert 0 <= f.span.start <= f.span.end <= len(text) or done.text is None
        for fix in f.fixes:
            apply(text, fix.edits)  # `old` stands there
        assert set(f.depends_on) <= set(prints)


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_bytes_that_were_not_understood_are_never_changed(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as spill:
        Path(folder, "a.md").write_bytes(data)
        done = next(iter(process(plans(False), find([Path(folder)], Path(folder)).articles, Path(spill), 1).records))
    if done.text is None:
        assert done.findings
        assert not any(f.fixes for f in done.findings)
    else:
        assert original(done.text, done.passes).encode("utf-8") == data
