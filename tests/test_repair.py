"""Repairs of front matter as properties: the value that was meant, every other key byte-identical, undone exactly."""

from __future__ import annotations

import functools
import html
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from copydesk.config import Config, Flags, make_plan
from copydesk.desk import _damages as damages
from copydesk.edits import apply, invert, original
from copydesk.folders import bundled, read_rules
from copydesk.model import Article, Edit, Field, Finding, Fix, Record, Rule, Safety, Scalar, Severity, Span
from copydesk.parse import parse
from copydesk.repair import add_key, rename_key, renaming, rows_of, wrap_in_list, write_value
from copydesk.run import process
from copydesk.sources import find

FOLDERS = (str(bundled()),)

# ------------------------------------------------------------------------------------------- generated front matter

CLEAN = ["Low tide", "The ferry: a list", "it's #1", "100 %", "é “x” – y", "no", "12", "a, [b]", "- x", "x: y # z"]
DIRTY = [
    "Fish  and chips at  the pier",
    " Low tide ",
    "Fish &amp; chips &#8217;s day",
    "Fish &amp;amp; chips",
    "It was\u00a0late",
    "cafÃ© at the pier",
    "One line.\nAnother line.",
    "Whats new at the \u00adpier",
    "Tide “table ” , new",
]
STYLES = [None, "'", '"', "|", ">"]
DEFECTS = [
    "quality: '57'",
    'quality: "9" # of 100',
    "published: 'true'",
    "type: article",
    "topics: Harbours",
    'topics: "Harbours: old"',
    "topics: [Harbours, 2024]",
    "category: 1984",
    "titel: x",
    "draft: yes",
    "zip: 01234 # x",
    "kind: 'a'\nkind: 'a'",
    "originalUrl: 'https://example.org/?a=1&amp;b=2'",
    "webUrl: https://example.org/a?utm_source=feed&id=7",
    "publishedDatetime: 2024-05-02T08:00:00Z",
    "provider: {name: 12, domain: example.org}",
    "provider:\n  name: true\n  domain: example.org",
    "images:\n  - url: https://example.org/a.png\n    width: '640'",
    "related:\n- title: 'Two  tides'\n  qualty: 4 # x",
]


def written(key: str, value: str, style: str | None, width: int, eol: str) -> str:
    line: str = yaml.dump({key: value}, default_style=style, width=width, allow_unicode=True, line_break=eol)
    return f"{key}: {line.split(':', 1)[1].lstrip(' ')}" if style else line


@st.composite
def front_matter(draw: st.DrawFn) -> str:
    """Front matter with dirty and clean values in all ways of writing, comments, and either line end."""
    eol = draw(st.sampled_from(["\n", "\r\n"]))
    width = draw(st.sampled_from([12, 30, 1000]))
    lines = []
    for key in draw(st.permutations(["title", "excerpt", "slug", "note"])):
        value = draw(st.sampled_from(DIRTY + CLEAN))
        lines.append(written(key, value, draw(st.sampled_from(STYLES)), width, eol).removesuffix(eol))
    for defect in draw(st.lists(st.sampled_from(DEFECTS), max_size=3, unique_by=lambda d: d.split(":")[0])):
        lines.insert(draw(st.integers(0, len(lines))), defect.replace("\n", eol))
    for comment in draw(st.lists(st.sampled_from(["# a note: here", "", "#", "# 'x'"]), max_size=3)):
        lines.insert(draw(st.integers(0, len(lines))), comment)
    text = f"---{eol}{eol.join(lines)}{eol}---{eol}{eol}The harbour was closed.{eol}"
    return text


def entries(article: Article) -> list[tuple[str, str]]:
    """(path, the file's own spelling of key and value) of every single value and key."""
    assert article.meta is not None
    out = []
    for f in article.meta.walk():
        start = f.key.span.start if f.key else f.node.span.start
        end = f.node.span.end if isinstance(f.node, Scalar) else (f.key.span.end if f.key else start)
        out.append((f.path, article.text[start:end]))
    return out


def comments(text: str) -> list[str]:
    return re.findall(r"(?m)^#.*$", text)


def value(article: Article, path: str) -> Any:
    assert article.meta is not None
    found = article.meta.fields.get(path)
    return found.node.value if found and isinstance(found.node, Scalar) else None


# ------------------------------------------------------------------------------ what the rules offer, each by itself


@functools.cache
def rules() -> dict[str, Rule]:
    return read_rules(FOLDERS)


def checked(texts: list[str]) -> list[Record]:
    with tempfile.TemporaryDirectory() as corpus, tempfile.TemporaryDirectory() as spill:
        for n, text in enumerate(texts):
            Path(corpus, f"{n:04}.md").write_bytes(text.encode())
        made = make_plan(
            Config({"schema": "news"}),
            Flags(select=("FM", "TXT2", "ENC"), unsafe=True),
            rules(),
            FOLDERS,
            Path(corpus),
        )
        return list(process(made, find([Path(corpus)], Path(corpus)).articles, Path(spill), jobs=1).records)


MEANT: dict[str, Callable[[str], str]] = {
    "FM202": lambda old: old,
    "FM203": lambda old: old,
    "FM331": lambda old: re.sub("&(?:amp|#0?38|#x26);", "&", old),
    "TXT201": lambda old: re.sub(r"(?<=\S) {2,}(?=\S)", " ", old),
    "ENC201": lambda old: html.unescape(html.unescape(old)),
    "FM313": lambda old: re.sub(r"(?<=\S)[ \t\xa0]*[\r\n]+[ \t\xa0]*(?=\S)", " ", old),
}
"""What a rule means to make of a value, said once more and independently."""


def prove(before: Article, finding: Finding, edits: tuple[Edit, ...]) -> None:
    after = parse(apply(before.text, edits), before.id)
    assert apply(after.text, invert(edits)) == before.text, "undone exactly"
    assert after.meta is not None
    assert after.meta.root is not None, finding.code
    field = finding.field or ""
    if finding.code == "FM102":
        renamed = str(finding.evidence["meant"])
        new = field.rpartition(".")[0] + "." + renamed if "." in field else renamed
        assert value(after, new) == value(before, field)
        assert [r[1:] for r in rows_of(before.meta.root)] == [r[1:] for r in rows_of(after.meta.root)]  # type: ignore[union-attr]
        return
    inside = (f"{field}.", f"{field}[")
    others = [[e for e in entries(a) if e[0] != field and not e[0].startswith(inside)] for a in (before, after)]
    assert others[0] == others[1], f"{finding.code}: another key would change"
    assert comments(after.text) == comments(before.text)
    if finding.code == "FM204":
        assert value(after, f"{field}[0]") == value(before, field)
    elif finding.code in MEANT and not finding.depends_on:
        old, new = value(before, field), value(after, field)
        if finding.code == "ENC201":  # an entity for a blank beside a blank goes
            old, new = html.unescape(html.unescape(old)).split(), new.split()
            assert old == new
        else:
            assert new == MEANT[finding.code](old), finding.code


@given(st.lists(front_matter(), min_size=20, max_size=20))
@settings(max_examples=100, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_every_repair_of_2000_front_matters(texts: list[str]) -> None:
    """Each fix that is offered, by itself; and all that `clean --unsafe` makes, one after the other."""
    for record in checked(texts):
        assert record.original is not None
        assert record.text is not None
        assert not [f for f in record.findings if f.code.startswith("RUN")], (record.original, record.findings)
        assert original(record.text, record.passes) == record.original
        before = parse(record.original, record.source.id)
        if before.meta is None or before.meta.root is None:
            continue
        for finding in record.findings:
            for fix in finding.fixes:
                if finding.field and not finding.depends_on:
                    prove(before, finding, fix.edits)


# -------------------------------------------------------------------------------------------- the repairs themselves


@given(front_matter(), st.data())
@settings(max_examples=600, deadline=None)
def test_a_written_value_is_what_is_read(text: str, data: st.DataObject) -> None:
    before = parse(text, "a.md")
    assert before.meta is not None
    fields = [f for f in before.meta.walk() if isinstance(f.node, Scalar)]
    field: Field = data.draw(st.sampled_from(fields))
    new, kind = data.draw(
        st.sampled_from([(v, "str") for v in CLEAN + DIRTY] + [("57", "int"), ("true", "bool"), ("2024-05-02", "date")])
    )
    edits = write_value(before, field.path, new, bare=kind != "str")
    if not edits:
        return
    after = parse(apply(text, edits), "a.md")
    assert apply(after.text, invert(edits)) == text
    assert after.meta is not None
    node = after.meta.fields[field.path].node
    assert isinstance(node, Scalar)
    assert (node.value, node.kind) == (new, kind)
    assert [e for e in entries(before) if e[0] != field.path] == [e for e in entries(after) if e[0] != field.path]
    assert comments(after.text) == comments(text)


@given(front_matter(), st.data())
@settings(max_examples=600, deadline=None)
def test_keys_are_renamed_added_and_values_made_lists(text: str, data: st.DataObject) -> None:
    before = parse(text, "a.md")
    assert before.meta is not None
    field: Field = data.draw(st.sampled_from(list(before.meta.walk())))
    name = data.draw(st.sampled_from(["summary", "two words", "x: y", "no"]))
    for what in ("rename", "wrap", "add"):
        if what == "rename":
            edits = rename_key(before, field.path, name)
        elif what == "wrap":
            edits = wrap_in_list(before, field.path)
        else:
            edits = add_key(before, "", name, "x: y", data.draw(st.sampled_from(["", field.path])))
        if not edits:
            continue
        after = parse(apply(text, edits), "a.md")
        assert apply(after.text, invert(edits)) == text
        kept = [e[1] for e in entries(after)]
        inside = (f"{field.path}.", f"{field.path}[")
        for path, spelling in entries(before):
            if what == "add" or (path != field.path and not path.startswith(inside)):
                assert spelling in kept
        assert comments(after.text) == comments(text)
        assert after.meta is not None
        if what == "add":
            assert value(after, name) == "x: y"


@pytest.mark.parametrize(
    ("front", "repair", "expected"),
    [
        ("a: 'x'\nb: 1\n", lambda a: write_value(a, "a", "it's"), "a: 'it''s'\nb: 1\n"),
        ("a: x # why\n", lambda a: write_value(a, "a", "y: z"), 'a: "y: z" # why\n'),
        ("a: [x, y]\n", lambda a: write_value(a, "a[0]", "p, q"), 'a: ["p, q", y]\n'),
        ("a: '57'\n", lambda a: write_value(a, "a", "57", bare=True), "a: 57\n"),
        ("a: |\n  one\n  two\nb: 1\n", lambda a: write_value(a, "a", "three"), 'a: "three"\nb: 1\n'),
        ("a: | # why\n  one\nb: 1\n", lambda a: write_value(a, "a", "three"), None),
        ("a: !!str 5\n", lambda a: write_value(a, "a", "5", bare=True), None),
        ("a: &n 5\nb: *n\n", lambda a: write_value(a, "a", "6", bare=True), None),
        ("a: 5\na: 6\n", lambda a: write_value(a, "a", "7", bare=True), None),
        ("titel: x\n", lambda a: rename_key(a, "titel", "title"), "title: x\n"),
        ("'titel': x\n", lambda a: rename_key(a, "titel", "title"), "'title': x\n"),
        ("titel: x\ntitle: y\n", lambda a: rename_key(a, "titel", "title"), None),
        ("p: {nme: x}\n", lambda a: rename_key(a, "p.nme", "name"), "p: {name: x}\n"),
        ("a: x, y\n", lambda a: wrap_in_list(a, "a"), 'a: ["x, y"]\n'),
        ("a: x # why\n", lambda a: wrap_in_list(a, "a"), "a: [x] # why\n"),
        ("p:\n  url: u\n", lambda a: add_key(a, "p", "host", "a.org", "url"), "p:\n  url: u\n  host: a.org\n"),
        ("a: 1\nb: 2\n", lambda a: add_key(a, "", "slug", "no"), 'slug: "no"\na: 1\nb: 2\n'),
        ("l:\n- a: 1\n", lambda a: add_key(a, "l[0]", "b", "x", "a"), "l:\n- a: 1\n  b: x\n"),
        ("p: {a: 1}\n", lambda a: add_key(a, "p", "b", "x", "a"), None),
    ],
)  # fmt: skip
def test_repairs(front: str, repair: Any, expected: str | None) -> None:
    article = parse(f"---\n{front}---\nText.\n", "a.md")
    edits = repair(article)
    if expected is None:
        assert edits == ()
    else:
        assert apply(article.text, edits) == f"---\n{expected}---\nText.\n"


@pytest.mark.parametrize(
    ("text", "value", "bare", "expected"),
    [
        ('+++\na = "x"\n+++\n', "y", False, '+++\na = "y"\n+++\n'),
        ("+++\na = '82'\n+++\n", "82", True, "+++\na = 82\n+++\n"),
        ('{"a": "82"}\n', "82", True, '{"a": 82}\n'),
        ("+++\na = 1984\n+++\n", "1984", False, '+++\na = "1984"\n+++\n'),
        ('{"a": true}\n', "false", True, '{"a": false}\n'),
        ('{"a": "082"}\n', "082", True, None),
        ('{"a": "2024-05-02"}\n', "2024-05-02", True, None),
        ('{"a": "x"}\n', 'the "y"', False, None),
        ('{"a": "\\u0041"}\n', "B", False, None),
    ],
)
def test_other_carriers_keep_their_keys_and_need_no_escapes(
    text: str, value: str, bare: bool, expected: str | None
) -> None:
    article = parse(text, "a.md")
    edits = write_value(article, "a", value, bare)
    assert (apply(text, edits) if edits else None) == expected
    if expected is not None:
        after = parse(expected, "a.md")
        assert after.meta is not None
        assert after.meta.value("a") == value
    assert rename_key(article, "a", "b") == wrap_in_list(article, "a") == add_key(article, "", "b", "x", "a") == ()


def test_the_desk_follows_a_renamed_key_and_nothing_else() -> None:
    before = parse("---\nprovider:\n  nme: x\n  host: y\n---\n", "a.md")
    edits = rename_key(before, "provider.nme", "name")
    after = parse(apply(before.text, edits), "a.md")
    finding = Finding("FM102", "a.md", Span(0, 1), "provider.nme", "m", Severity.WARNING)
    assert renaming(before, "provider.nme", edits) == ("provider.nme", "provider.name")
    assert not damages(before, after, [(finding, Fix(edits, Safety.SUGGEST, "rename"))])
    more = (*edits, Edit(before.text.index("y"), "y", "z"))
    worse = parse(apply(before.text, more), "a.md")
    assert renaming(before, "provider.nme", more) is None
    assert damages(before, worse, [(finding, Fix(more, Safety.SUGGEST, "rename"))])
    assert renaming(before, "provider.nme", (Edit(before.text.index("nme"), "nme", "host"),)) is None
