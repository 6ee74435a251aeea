"""The reports, each from runs built by hand: no engine, no file, no network."""

from __future__ import annotations

import io
import json
import re
import weakref
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from copydesk.advice import cleaning, next_command
from copydesk.edits import apply, minimal
from copydesk.excerpt import (
    HIDDEN,
    Page,
    Piece,
    as_data,
    in_order,
    one_line,
    plain,
    rows,
    shown,
    standing,
    tally,
    to_line,
    visible,
)
from copydesk.folders import open_report
from copydesk.model import (
    Applied,
    Edit,
    Finding,
    Fix,
    Location,
    Plan,
    Record,
    Rule,
    Run,
    Safety,
    Severity,
    Source,
    Span,
)

ROOT = Path(__file__).resolve().parent.parent
FORMATS = ("console", "diff", "github", "html", "json", "jsonl", "markdown")
HOSTILE = (
    "<script>alert(1)</script></style><!-- --> ]]> <img src=x onerror=alert(1)> | `a` ``b`` ````c```` *d* _e_ "
    "[f](http://x.example) ![g](h) @somebody #12 ::error::forged ##[add-mask]x \u202egnp.exe\u2066 \u2028 \x85 "
    "\x1b[31mred \x07 \\| &amp; %0A::error::more \u200b \ufeff \U000e0041 'q' \"r\""
)


def rule(code: str, name: str, severity: Severity = Severity.WARNING, ask: str = "", why: str = "It is dirt.") -> Rule:
    return Rule(code, name, "{message}", why, severity, Safety.SAFE, uses="x", ask=ask)


RULES = (
    rule("LAY101", "split-at-link", ask="Do these lines belong to one sentence?", why="Scrapers break lines at links."),
    rule("ENC101", "mojibake", why="The text was decoded with the wrong encoding."),
    rule("BOI101", "sharing-label", ask="Is this line part of the article?"),
    rule("NAM201", "name-variant", Severity.INFO, ask="Is this the same person?"),
    rule("FM101", "missing-field", Severity.ERROR, ask="What is the title of this article?"),
)


def finding(
    text: str,
    code: str,
    old: str,
    new: str | Sequence[str] | None = None,
    safety: Safety = Safety.SAFE,
    severity: Severity = Severity.WARNING,
    field: str | None = None,
    message: str = "",
    applied: bool | None = None,
) -> Finding:
    """A finding at the first `old` of a text; `new` makes a fix of it, several make several."""
    start = text.index(old)
    ways = [] if new is None else [new] if isinstance(new, str) else list(new)
    fixes = tuple(Fix((minimal(start, old, way),), safety, f"write {way!r}") for way in ways)
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Finding(
        code=code,
        article="",
        span=Span(start, start + len(old)),
        field=field,
        message=message or f"{old!r} is wrong",
        severity=severity,
        fixes=fixes,
        evidence={"before": old[:40]},
        name=next((r.name for r in RULES if r.code == code), "some-rule"),
        location=Location(line, column),
        fingerprint=f"{code}-{start:04x}",
        applied=len(fixes) == 1 and safety == Safety.SAFE if applied is None else applied,
    )


def record(path: str, text: str | None, found: Sequence[Finding] = ()) -> Record:
    after = text
    passes: tuple[tuple[Applied, ...], ...] = ()
    if text is not None:
        applied = [Applied(f.fingerprint, f.code, f.fixes[0].edits) for f in found if f.applied]
        after = apply(text, [e for a in applied for e in a.edits])
        passes = (tuple(applied),) if applied else ()
    return Record(Source(str(Path.cwd() / path), path, path), text, after, passes, tuple(found))


ONE = """---
title: Guin\u00c3\u00a9e votes
url: https://example.org/a
---

The comic was first published in
The Daily Bugle
.
Mamady Doumbouya won. Later Mamadi Doumbouya spoke.

Share this article

It rained all day ; nobody came.
"""
TWO = "A short piece about rain.\n\nNothing in it is wrong.\n"
THREE = "The \u202ehidden\u202c word stands here.\nNo end of line"


def a_run(command: str = "check", **details: object) -> Run:
    one = [
        finding(ONE, "ENC101", "Guin\u00c3\u00a9e", "Guin\u00e9e", field="title", message="mojibake in the title"),
        finding(ONE, "FM101", "---", None, severity=Severity.ERROR, message="the field 'author' is missing"),
        finding(ONE, "LAY101", "in\nThe Daily Bugle\n.", "in The Daily Bugle.", message="a link was torn out"),
        finding(ONE, "BOI101", "Share this article\n\n", "", Safety.UNSAFE, message="a label of the page"),
        finding(ONE, "NAM201", "Mamadi", ["Mamady", "Mamadou"], Safety.SUGGEST, severity=Severity.INFO),
        finding(ONE, "TXT101", "day ;", "day;", Safety.SAFE),
    ]
    three = [
        finding(THREE, "ENC201", "\u202e", "", Safety.SUGGEST, message="an invisible character \u202e here"),
        finding(THREE, "LAY901", "line", "line\n"),
    ]
    records = [record("drop/one.md", ONE, one), record("drop/three.md", THREE, three), record("drop/two.md", TWO)]
    return Run(
        Plan(str(Path.cwd()), RULES, ()),
        Streamed(records),
        command,
        ("schema: news (recognised)",),
        (command, "drop/"),
        "cleaned" if command == "clean" else None,
        details,
    )


class Text(str):
    """A text that can be watched."""


class Streamed:
    """Records that are made anew at every reading; a report that holds more than a few of them is caught."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records

    def __iter__(self) -> Iterator[Record]:
        alive: list[weakref.ref[Text]] = []
        for r in self.records:
            alive = [ref for ref in alive if ref() is not None]
            assert len(alive) <= 2, "a report holds on to records"
            original = Text(r.original) if r.original is not None else None
            if original is not None:
                alive.append(weakref.ref(original))
            yield replace(r, original=original)
            del original


def render(name: str, run: Run) -> str:
    out = io.StringIO()
    open_report((str(ROOT),), name)(run, out)
    return out.getvalue()


def records(run: Run) -> list[Record]:
    return list(run.records)


def with_records(run: Run, *found: Record) -> Run:
    return replace(run, records=Streamed(found))


def hostile(command: str = "check") -> Run:
    """A run in which everything that an article can say is hostile, its path too."""
    text = f"---\ntitle: {HOSTILE}\n---\n::error::first\n{HOSTILE}\n\u202eend"
    found = [
        finding(text, "ENC101", HOSTILE, "clean", message=HOSTILE, field=HOSTILE),
        finding(text, "NAM201", "::error::first", [HOSTILE, "b"], Safety.SUGGEST, Severity.ERROR, message=HOSTILE),
        finding(text, "BOI101", "\u202eend", "\u202dend", Safety.UNSAFE, message="a\n::error::b\r\n::warning::c"),
    ]
    bad = [replace(f, evidence={HOSTILE: [HOSTILE, {"k": HOSTILE}]}, fingerprint=HOSTILE) for f in found]
    path = '::error::x, y|`z`<b>\u202e\n::error::".md'
    unread = replace(finding("x", "FM101", "x", message=HOSTILE), evidence={})
    run = replace(a_run(command), notes=(HOSTILE,), arguments=(command, HOSTILE, "\n::error::q"))
    return with_records(run, record(path, text, bad), record("bin.md", None, [unread]))


def many(n: int, code: str = "TXT101", **kind: object) -> list[Record]:
    """`n` articles with a finding each."""
    text = "It rained all day ; nobody came.\n"
    return [record(f"drop/{i:05d}.md", text, [finding(text, code, "day ;", "day;", **kind)]) for i in range(n)]  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------------------- excerpts


def test_hidden_characters_are_shown() -> None:
    assert visible("a\u202eb\x1b\x85\ud800\tc\n") == "a<U+202E>b<U+001B><U+0085><U+D800>\tc\n"
    assert visible("a\xa0b") == "a\xa0b"
    assert visible("a\xa0b", spaces=True) == "a<U+00A0>b"
    assert not HIDDEN.search(visible(HOSTILE))
    assert one_line("a\n  b\r\nc") == "a   b c"
    assert len(one_line("x" * 999, 50)) == 50


def test_a_quote_is_a_window_of_its_line() -> None:
    text = "first\r\n" + "a" * 300 + "MARK" + "b" * 300 + "\r\nlast"
    quote = Page(text).quote(Span(307, 311), 100)
    assert (quote.line, quote.marked) == (2, "MARK")
    assert quote.left == "…" + "a" * 47
    assert quote.right == "b" * 47 + "…"
    assert Page("ab\ncd").quote(Span(1, 4)) == (1, "a", "b", "")
    assert Page("").quote(Span(5, 9)) == (1, "", "", "")
    assert len("".join(Page("x" * 999).quote(Span(0, 999))[1:])) <= 200


def lines_of(text: str, *edits: Edit) -> tuple[list[str], list[str]]:
    (place,), more = Page(text).places(edits)
    assert not more
    return tuple(["".join(map(shown, row)) for row in rows(side)] for side in (place.before, place.after))  # type: ignore[return-value]


def test_before_and_after_are_whole_lines_and_words() -> None:
    assert lines_of("a\nJoin us\nb\n", Edit(2, "Join us\n", "")) == (["Join us"], [])
    assert lines_of("a\nJoin us\nb\n", Edit(1, "\nJoin us", "")) == (["Join us"], [])
    assert lines_of("one\ntwo\n.\n", Edit(3, "\n", " "), Edit(7, "\n", "")) == (["one↵", "two↵", "."], ["one␣two."])
    assert lines_of("no end", Edit(6, "", "\n")) == (["no end"], ["no end↵"])
    assert lines_of("day ;", Edit(3, " ", "")) == (["day␣;"], ["day;"])
    (place,), _ = Page("He met Mamadi here").places([Edit(12, "i", "y")])
    assert place.before[1] == Piece("Mamadi", True)
    assert place.after[1] == Piece("Mamady", True)
    places, more = Page("x " * 999).places([Edit(i * 200, "x", "y") for i in range(5)])
    assert (len(places), more) == (3, 2)


def test_a_long_change_is_cut() -> None:
    (place,), _ = Page("\n" * 900).places([Edit(0, "\n" * 800, "")])
    assert len(rows(place.before)) == 8
    (place,), _ = Page("x" * 9000).places([Edit(10, "x" * 8000, "y" * 5000)])
    assert len("".join(p.text for p in place.before)) < 600


WORDS = st.text(alphabet="ab \n.\r\u202e", max_size=40)


@given(WORDS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6), WORDS), max_size=4))
def test_before_stands_in_the_text_and_after_in_the_new_one(text: str, raw: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    for at, length, new in sorted(raw):
        start = max(at, edits[-1].end + 1 if edits else 0)
        if start <= len(text) and text[start : start + length] != new:
            edits.append(Edit(start, text[start : start + length], new))
    for place in Page(text).places(edits, reach=1000)[0]:
        assert "".join(p.text for p in place.before) in text
        assert "".join(p.text for p in place.after) in apply(text, edits)


def test_standing_and_counts() -> None:
    counts = tally(a_run())
    assert (counts.articles, counts.affected, counts.changed) == (3, 2, 2)
    assert (counts.total("findings"), counts.total("repaired"), counts.total("safe")) == (8, 4, 0)
    assert (counts.total("unsafe"), counts.total("person"), counts.total("blocking")) == (1, 3, 1)
    assert tally(a_run("clean"), left=True).total("findings") == 4
    two = finding("ab", "X", "a", ["b", "c"], Safety.SAFE)
    assert standing(two) == "person"
    safe_error = [finding("ab", "X", "a", "b", severity=Severity.ERROR)]
    for command, blocking in (("check", 1), ("clean", 0)):
        assert tally(with_records(a_run(command), record("a", "ab", safe_error))).total("blocking") == blocking


def test_the_next_command_repeats_what_was_asked() -> None:
    words = ("check", "my drop/", "--format", "json", "--format=github", "--select", "LAY", "--full", "--jobs", "2")
    run = replace(a_run(), arguments=words)
    assert cleaning(run) == "copydesk clean 'my drop/' --select LAY --out cleaned"
    assert next_command(run, "check", "--full") == "copydesk check 'my drop/' --select LAY --full"
    assert cleaning(replace(run, arguments=("check", "."))) == "copydesk clean . --out ../cleaned"
    kept = ("check", "drop", "--baseline", "b.json", "--fail-on", "rate(ENC) > 1%", "--allow-empty", "--unsafe")
    assert cleaning(replace(run, arguments=kept)) == "copydesk clean drop --unsafe --out cleaned"
    again = next_command(replace(run, arguments=kept), "check", "--full")
    assert again == "copydesk check drop --baseline b.json --fail-on 'rate(ENC) > 1%' --unsafe --full"


@pytest.mark.parametrize(
    "flag", [("--since", "origin/main"), ("--since=origin/main",), ("--files-from", "changed.txt")]
)
def test_the_articles_that_changed_are_repaired_where_they_stand(flag: tuple[str, ...]) -> None:
    run = replace(a_run(), arguments=("check", "drop/", *flag, "--allow-empty", "--format", "github"))
    expected = f"copydesk clean drop/ {' '.join(flag)} --in-place"
    assert cleaning(run) == expected
    assert cleaning(run, "--unsafe") == f"copydesk clean drop/ {' '.join(flag)} --unsafe --in-place"
    summary = render("markdown", run)
    assert f"To make the repairs on the branch (`copydesk undo .` takes them back):\n\n```sh\n{expected}\n" in summary
    assert expected in render("console", run)
    assert expected in render("html", run)


# ----------------------------------------------------------------------------------------------------- for programs


def test_json_is_the_contract() -> None:
    data = json.loads(render("json", a_run()))
    assert list(data) == ["version", "findings"]
    assert data["version"] == 1
    assert [(f["path"], f["span"]["start"]) for f in data["findings"]] == sorted(
        (f["path"], f["span"]["start"]) for f in data["findings"]
    )
    first = next(f for f in data["findings"] if f["code"] == "ENC101")
    assert first == {
        "code": "ENC101",
        "name": "mojibake",
        "article": "drop/one.md",
        "path": "drop/one.md",
        "field": "title",
        "span": {"start": 11, "end": 18},
        "location": {"line": 2, "column": 8},
        "severity": "warning",
        "message": "mojibake in the title",
        "evidence": {"before": "Guin\u00c3\u00a9e"},
        "fingerprint": "ENC101-000b",
        "depends_on": [],
        "fixes": [
            {
                "title": "write 'Guin\u00e9e'",
                "safety": "safe",
                "edits": [{"start": 15, "old": "\u00c3\u00a9", "new": "\u00e9"}],
            }
        ],
        "applied": True,
    }
    assert "Guin\u00c3\u00a9e" in render("json", a_run())
    assert json.loads(render("json", with_records(a_run()))) == {"version": 1, "findings": []}


def test_jsonl_is_the_same_line_by_line() -> None:
    lines = [json.loads(line) for line in render("jsonl", a_run()).splitlines()]
    assert lines == json.loads(render("json", a_run()))["findings"]
    assert render("jsonl", with_records(a_run())) == ""


def test_json_has_only_what_json_can_say() -> None:
    line = to_line(
        plain({"a": float("nan"), 1: {2, 1}, "b": (1, None, True), "c": Safety.SAFE, "d": "\ud800\U000e0041\u2028"})
    )
    assert json.loads(line) == {"a": "nan", "1": [1, 2], "b": [1, None, True], "c": 2, "d": "\ud800\U000e0041\u2028"}
    line.encode("utf-8")
    assert not HIDDEN.search(line)


def patched(old: str, patch: str) -> str:
    """What `patch` makes of a text: a reading of the format that shares nothing with its writing."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", old)
    out: list[str] = []
    at = 0
    last = ""
    for line in re.findall(r"[^\n]*\n", patch)[2:]:
        if head := re.match(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@", line):
            start = int(head[1]) - (head[2] != "0")
            out += lines[at:start]
            at = start
        elif line.startswith("\\"):
            assert line == "\\ No newline at end of file\n"
            if last in " +":
                out[-1] = out[-1].removesuffix("\n")
        else:
            last = line[0]
            if last in " -":
                assert lines[at].removesuffix("\n") == line[1:].removesuffix("\n")
                at += 1
            if last in " +":
                out.append(line[1:])
    return "".join(out + lines[at:])


LINES = st.lists(st.sampled_from(["a", "b", "c", "dd", "", "e\r", "f"]), max_size=30).map("\n".join)


@given(LINES, LINES)
def test_a_diff_makes_the_one_of_the_other(old: str, new: str) -> None:
    change = Record(Source("f.md", "f.md", "f.md"), old, new, (), ())
    patch = render("diff", with_records(a_run("clean"), change))
    assert patched(old, patch) == new if old != new else patch == ""


def test_a_diff_of_many_lines_takes_no_time() -> None:
    old = [f"line {i % 5000}" for i in range(60_000)]
    new = [line for n, line in enumerate(old) if n % 97]
    change = Record(Source("f.md", "f.md", "f.md"), "\n".join(old), "\n".join(new), (), ())
    assert patched("\n".join(old), render("diff", with_records(a_run(), change))) == "\n".join(new)


def test_a_diff_names_files_as_git_does() -> None:
    change = Record(Source("f", 'a "b"\u00e9 c.md', "f"), "a", "a\n", (), ())
    lines = render("diff", with_records(a_run(), change)).splitlines()
    assert lines[0] == '--- "a/a \\"b\\"\\303\\251 c.md"'
    assert lines[3:] == ["-a", "\\ No newline at end of file", "+a"]


def test_github_gets_as_many_annotations_as_it_shows() -> None:
    run = with_records(
        a_run(),
        *many(30, "FM101", severity=Severity.ERROR),
        *many(30),
        *many(1, "LAY101"),
        *many(30, "NAM201", severity=Severity.INFO),
    )
    lines = render("github", run).splitlines()
    assert Counter(line.split(" ")[0] for line in lines) == {"::error": 10, "::warning": 10, "::notice": 1}
    assert lines == sorted(lines, key=lambda line: ("::error", "::warning", "::notice").index(line.split(" ")[0]))
    assert sum("LAY101" in line for line in lines) == 1
    assert "91 findings" in lines[-1]
    assert "71 are only counted here" in lines[-1]
    assert render("github", with_records(a_run())) == "copydesk: no findings.\n"


def test_github_says_where() -> None:
    lines = render("github", a_run()).splitlines()
    assert lines[0].startswith("::error file=drop/one.md,line=1,col=1,endColumn=4,title=FM101 missing-field::the field")
    assert any("line=6,endLine=8,title=LAY101" in line for line in lines)
    assert sum(line.startswith("::") for line in lines) == 8
    assert sum(line.startswith("::") for line in render("github", a_run("clean")).splitlines()) == 4


def test_an_article_cannot_forge_a_command() -> None:
    lines = render("github", hostile()).splitlines()
    assert len(lines) == 5
    assert all(re.match(r"::(error|warning) file=[^:\r\n]*::", line) for line in lines[:-1])
    assert not lines[-1].startswith("::")
    assert "%250A" in lines[0]
    for command in ("check", "clean"):
        for line in render("console", hostile(command)).splitlines():
            assert not line.lstrip().startswith("::")
            assert "##[" not in line


# -------------------------------------------------------------------------------------------------------- for people


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("command", ["check", "clean"])
def test_reports_are_the_same_again_and_show_what_hides(name: str, command: str) -> None:
    for run in (a_run(command), hostile(command), with_records(a_run(command)), with_records(a_run(command), *many(9))):
        text = render(name, run)
        assert text == render(name, run)
        text.encode("utf-8")
        if name != "diff":
            assert not HIDDEN.search(text)


def test_console_lists_each_finding() -> None:
    text = render("console", a_run())
    assert text.startswith("note: schema: news (recognised)\n")
    assert (
        "  drop/one.md:6:31  LAY101 split-at-link  warning\n"
        "    a link was torn out\n"
        "      6 - The comic was first published in↵\n"
        "        |                                 ^\n"
        "        - The Daily Bugle↵\n"
        "        |                ^\n"
        "        - .\n"
        "        + The comic was first published in␣The Daily Bugle.\n"
        "    [safe] write 'in The Daily Bugle.'\n"
    ) in text
    assert "    [?] What is the title of this article?\n" in text
    assert "    [unsafe] write ''\n" in text
    assert "3 articles checked: 8 findings in 2 of them (1 error, 6 warnings, 1 info)." in text
    assert "copydesk clean drop/ --out cleaned\n" in text
    assert "\x1b[" not in text
    assert "\x1b[1;31merror\x1b[0m" in render("console", a_run(color=True))


def test_console_puts_carets_under_wide_characters() -> None:
    text = "\u65e5\u672c\tbad x\n"
    lines = render("console", with_records(a_run(), record("a.md", text, [finding(text, "X", "bad")]))).splitlines()
    at = next(n for n, line in enumerate(lines) if "bad x" in line)
    assert lines[at + 1].index("^") == lines[at].index("bad") + 2


def test_console_counts_where_there_is_much() -> None:
    run = with_records(a_run(), *many(51), *many(2, "FM101", severity=Severity.ERROR))
    text = render("console", run)
    assert len(text.splitlines()) < 14
    assert re.search(r"TXT101 +some-rule +warning +51 +51 +51 +drop/00000.md:1\n", text)
    assert text.index("FM101") < text.index("TXT101")
    assert "copydesk check drop/ --select TXT101 --full" in text
    assert len(render("console", replace(run, details={"full": True})).splitlines()) > 300
    assert (
        "drop/one.md:" not in render("console", a_run(statistics=True)).replace("drop/one.md:1\n", "").split("List")[1]
    )


def test_console_says_what_clean_did() -> None:
    text = render("console", a_run("clean"))
    assert "4 repairs in 2 articles\n" in text
    assert "       1  LAY101 split-at-link\n" in text
    assert "drop/one.md:6:31" not in text
    assert "4 findings left in 2 of them" in text
    assert "report: cleaned/report/index.html" in text
    assert "undo:   copydesk undo cleaned" in text
    assert "copydesk clean drop/ --unsafe --out cleaned" in text
    placed = render("console", replace(a_run("clean"), out="drop/.copydesk/runs/0001"))
    assert "drop/.copydesk/runs/0001/index.html" in placed
    assert "undo:   copydesk undo drop\n" in placed


def test_console_is_short_where_all_is_well() -> None:
    run = replace(with_records(a_run(elapsed=0.26), record("a.md", TWO)), notes=())
    assert render("console", run) == "1 article checked in 0.3 s: no findings.\n"


def test_markdown_is_inert() -> None:
    for command in ("check", "clean"):
        for token in (
            MarkdownIt("commonmark", {"html": True}).enable(["table"]).parse(render("markdown", hostile(command)))
        ):
            assert token.type != "html_block"
            for child in token.children or []:
                assert child.type not in ("html_inline", "link_open", "image")
                if child.type == "text":
                    assert not re.search("@somebody|alert|forged", child.content)


def test_markdown_has_a_table_of_as_many_cells_as_columns() -> None:
    odd = [replace(f, code="A|B", name="a\\|b`") for f in many(1)[0].findings]
    text = render("markdown", with_records(a_run(), replace(many(1)[0], findings=tuple(odd))))
    tokens = MarkdownIt("commonmark").enable(["table"]).parse(text)
    assert Counter(t.type for t in tokens)["td_open"] == 4
    assert Counter(t.type for t in tokens)["th_open"] == 4


def test_markdown_says_what_blocks_and_who_decides() -> None:
    text = render("markdown", a_run("clean"))
    for part in (
        "1 of 3 articles is blocked",
        "**1 finding blocking** · 4 repairs made in 2 · 2 questions for a person in 2",
        "### Blocked: 1 article",
        "FM101 missing-field @@ the field 'author' is missing",
        "→ What is the title of this article?",
        "| `drop/one.md` | `missing-field` | ",
        "### What was repaired: 2 articles",
        "### Please decide: 2 articles",
        "1 matter of judgement, only counted here: `NAM201` 1.",
    ):
        assert part in text
    assert "Is this the same person?" not in text
    assert "- It rained all day␣; nobody came.\n+ It rained all day; nobody came." in text
    assert "no findings in 1 article" in render("markdown", with_records(a_run(), record("a.md", TWO)))


def test_markdown_groups_and_keeps_within_its_bounds() -> None:
    text = render("markdown", with_records(a_run(), *many(400)))
    assert "drop/00005.md:1:15 and 394 more" in text
    text = render("markdown", with_records(a_run(), *many(400, severity=Severity.ERROR)))
    assert text.count("drop/00001.md") == 2
    assert "400 in 400 articles" in text
    assert "and more articles, with less." in text
    long = "word " * 60
    found = [
        record(
            f"drop/{i}.md",
            f"{i} {long}",
            [finding(f"{i} {long}", f"X{i // 9}", str(i), "y", Safety.UNSAFE, Severity(i % 3))],
        )
        for i in range(3000)
    ]
    text = render("markdown", with_records(a_run(), *found))
    assert len(text.encode()) < 62_000
    assert "not shown one by one here" in text
    assert "1,000 of 3,000 articles are blocked" in text


class Tags(HTMLParser):
    """The tags of a page, and the text outside its script and style."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.code = {"script": "", "style": ""}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in self.code else self._inside

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.code[self._inside] += data
        else:
            self.text += data


@pytest.mark.parametrize("command", ["check", "clean"])
def test_html_runs_nothing_of_an_article(command: str) -> None:
    page = Tags(render("html", hostile(command)))
    names = Counter(tag for tag, _ in page.tags)
    assert names["script"] == 1
    assert not {"img", "b-", "iframe", "link", "base", "object"} & set(names)
    for tag, attrs in page.tags:
        assert not any(name.startswith("on") or name in ("src", "style", "srcdoc") for name in attrs), (tag, attrs)
        assert (attrs.get("href") or "#").startswith("#")
    assert "<script>alert(1)</script>" in page.text
    policy = next(attrs["content"] or "" for _, attrs in page.tags if "content" in attrs and "http-equiv" in attrs)
    assert "default-src 'none'" in policy
    for code in page.code.values():
        assert b64encode(sha256(code.encode()).digest()).decode() in policy
    assert "http" not in render("html", a_run(command)).replace("http-equiv", "").replace("https://example.org", "")


def test_html_tells_every_change() -> None:
    text = render("html", a_run("clean"))
    assert "4 repairs in 2 of 3 articles. 4 are left for you." in text
    assert "<del>Guin\u00c3\u00a9e</del>" in text
    assert "<ins>Guin\u00e9e</ins>" in text
    assert "<mark><b class=u>U+202E</b></mark>" not in text
    assert "<b class=u>U+202E</b>" in text
    assert text.count('<article class="f ') == 8
    assert "Scrapers break lines at links." in text
    assert "8 findings in 2 of 3 articles. 4 can be repaired safely." in render("html", a_run())
    assert "Nothing was found." in render("html", with_records(a_run(), record("a.md", TWO)))


def test_html_shows_some_of_every_rule_where_there_are_too_many() -> None:
    text = render("html", with_records(a_run("clean"), *many(6000), *many(5, "LAY101")))
    shown_codes = Counter(re.findall(r'data-c="(\w+)"', text))
    assert shown_codes == {"TXT101": 4995, "LAY101": 5}
    assert "this page shows 5,000; not shown, only counted: 1,005 of TXT101" in text
    assert "findings.jsonl" in text


def test_a_finding_as_data_is_plain() -> None:
    r = many(1)[0]
    assert json.loads(json.dumps(as_data(r, in_order(r.findings)[0])))["fixes"][0]["safety"] == "safe"
