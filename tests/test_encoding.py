"""The rules for characters, words and files: good text stays, damage is undone, a second look finds nothing."""

from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.config import Config, Flags, make_plan
from copydesk.desk import Desk, Draft, open_desk, receive, tidy
from copydesk.edits import original
from copydesk.folders import bundled, read_rules, validator_class
from copydesk.model import MASK, Finding, Plan, Safety, Source
from copydesk.parse import parse
from copydesk.record import record

FOLDERS = (str(bundled()),)
FAMILIES = ("ENC", "TXT", "FIL")


@cache
def desk(*codes: str) -> Desk:
    plan = make_plan(Config({}), Flags(select=codes or FAMILIES), read_rules(FOLDERS), FOLDERS, Path("."))
    assert isinstance(plan, Plan)
    return open_desk(plan)


def cleaned(text: str, *codes: str) -> tuple[str, list[Finding]]:
    """The text after a default clean, and all findings; undo is proved on the way."""
    at = desk(*codes)
    draft: Draft = receive(at, Source("a.md", "a.md", "a.md"), text.encode(), len(text.encode()))
    tidy(at, draft)
    done = record(at, draft)
    assert done.text is not None
    assert original(done.text, done.passes) == text
    return done.text, list(done.findings)


def module(name: str) -> Any:
    """The module of a validator, opened as the desk opens it."""
    return sys.modules[validator_class(FOLDERS, name).__module__]


SENTENCES = (
    "The mayor’s office said “nothing will change” – not this year, not next…",
    "Où est passé l’été ? Ça, personne ne le sait à Besançon.",
    "Größe, Maß und Übermut: „Schöne Aussichten“, sagte er.",
    "El niño comió piñas en Málaga; ¿quién lo vio?",
    "A nação e a irmã cantam em São Paulo.",
    "Zażółć gęślą jaźń, powiedział Łukasz w Łodzi.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Ο άνθρωπος γράφει ένα γράμμα στην Αθήνα.",
    "Съешь ещё этих мягких французских булок.",
    "Türkiye’de güneş İzmir’de batıyor.",
    "Tiếng Việt có nhiều dấu.",
    "日本語の文章です。中文也可以。한국어도.",
    "שלום עולם, قال الرجل",
    "It costs £5, €7 or ¥900 – about 20 % more, 5 °C warmer, ½ as much; see § 3.",
    "AT&T and R&D grew; 3 < 5 and 7 > 6; C++ & Java.",
    "A family 👨\u200d👩\u200d👧 waved 🏳️\u200d🌈 at us.",
    "Vitamin A, a and b; that that is, is; he had had enough.",
    "He walked 10\u00a0km with Dr.\u00a0Smith.",
)
WRONG = ("cp1252", "cp1251", "cp1250", "mac-roman", "iso8859-2", "latin-1")


# -------------------------------------------------------------------------------------------------------- mojibake


def misread(text: str, encoding: str) -> str:
    read_byte = module("mojibake").read_byte
    return "".join(read_byte(encoding, b) for b in text.encode())


@st.composite
def suspect_lines(draw: st.DrawFn) -> str:
    """A line of text that is good, misread, or made of just the characters of which mojibake is made."""
    followers = module("mojibake").followers()
    pool = sorted({*followers, *(c for seconds in followers.values() for c in seconds), *"abZ ., "})
    made = st.text(st.sampled_from(pool), max_size=10)
    wrong = st.builds(misread, st.sampled_from(SENTENCES), st.sampled_from(WRONG))
    parts = draw(st.lists(st.one_of(made, wrong, st.sampled_from(SENTENCES)), min_size=1, max_size=3))
    line = " ".join(parts)
    if draw(st.booleans()):
        line = line.replace("\u00a0", " ")
    return line.replace("\n", " ").replace("\r", " ").replace(MASK, " ")


@given(suspect_lines())
def test_ftfy_leaves_alone_what_it_is_not_asked_about(line: str) -> None:
    mojibake = module("mojibake")
    if not list(mojibake.suspicious_stretches(line)):
        assert mojibake.encoding_repair()(line) == line


@given(st.lists(suspect_lines(), min_size=1, max_size=5), st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_stretches_are_whole_lines(lines: list[str], end: str) -> None:
    text = end.join(lines)
    stretches = {text[a:b] for a, b in module("mojibake").suspicious_stretches(text)}
    assert stretches <= set(lines)
    assert all(line in stretches for line in lines if list(module("mojibake").suspicious_stretches(line)))


@pytest.mark.parametrize("sentence", SENTENCES[:5])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac-roman"])
def test_what_was_misread_is_read_again(sentence: str, encoding: str) -> None:
    text, findings = cleaned(misread(sentence, encoding) + "\n", "ENC101")
    assert text == sentence + "\n"
    assert [f.code for f in findings] == ["ENC101"]


def test_a_quote_that_lost_its_last_byte_is_not_made_a_dagger() -> None:
    text, findings = cleaned("He said â€œyesâ€ and left.\n", "ENC1")
    assert text == "He said “yesâ€ and left.\n"
    left = [f for f in findings if f.code == "ENC102"]
    assert [e.new for f in left for fix in f.fixes for e in fix.edits] == ["”"]


def test_edits_of_mojibake_are_no_larger_than_the_characters() -> None:
    _, findings = cleaned("the cafÃ© and the naÃ¯ve mayorâ€™s plan\n", "ENC101")
    assert [(e.old, e.new) for e in findings[0].fixes[0].edits] == [("Ã©", "é"), ("Ã¯", "ï"), ("â€™", "’")]


# --------------------------------------------------------------------------------------------------- good and bad text


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6), st.sampled_from([" ", "\n", "\n\n", "\r\n"]))
def test_good_text_is_left_alone(sentences: list[str], glue: str) -> None:
    good = glue.join(sentences) + "\n"
    text, findings = cleaned(good)
    assert text == good
    assert findings == []


DIRT = (
    *("&amp;", "&nbsp;", "&#8217;", "&lt;b&gt;", "&amp;quot;", "&amp;amp;lt;", "&quot;", "&hellip;", "&bogus;", "&#0;"),
    *("\u00a0", "\u202f", "\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff", "\u200e", "\u202e", "\u2028", "\x85"),
    *("\x07", "\x19", "\ue001", "\U000e0061", "Ã©", "â€™", "â€", "Â ", "\ufffd", "\x92", "b\u0430nk", "don?t"),
    *(" the the ", " of\nof ", "  ", "   ", " \n", "\t", "\n\n", "- ", "# ", "> ", "**", "_", "`code`", "<i>", "10"),
)
dirty = st.lists(st.one_of(st.sampled_from(DIRT), st.sampled_from(SENTENCES), st.sampled_from("ab .,")), max_size=14)


@given(dirty)
def test_clean_text_stays_clean(pieces: list[str]) -> None:
    once, findings = cleaned("Text " + "".join(pieces) + " end.\n")
    assert not [f for f in findings if f.code.startswith("RUN")]
    again, left = cleaned(once)
    assert again == once
    assert not [f for f in left if len(f.fixes) == 1 and f.fixes[0].safety is Safety.SAFE]


@given(dirty, st.sampled_from(['"', "'", ""]))
def test_values_of_the_front_matter_stay_readable(pieces: list[str], quote: str) -> None:
    value = "Text " + "".join(p for p in pieces if "\n" not in p and "#" not in p) + " end"
    value = value.replace('"', "”").replace("'", "’").replace("\\", "/")
    before = f"---\ntitle: {quote}{value}{quote}\nkept: [1, two]  # comment\n---\nBody.\n"
    after, findings = cleaned(before)
    assert not [f for f in findings if f.code.startswith("RUN")]
    old, new = parse(before, "a.md").meta, parse(after, "a.md").meta
    if old is None or old.root is None:
        assert after == before
    else:
        assert new is not None
        assert new.root is not None
        assert after.endswith("kept: [1, two]  # comment\n---\nBody.\n")


# ------------------------------------------------------------------------------------------------------------- limits

ATTACKS = (
    *("&amp;", "&nbsp;", "&nbsp; x", "&lt;", "\u00a0", "a\u00a0", " \u00a0", " ", "a  ", "the the x ", "the\nthe\n"),
    *("Ã©", "xÃ© ", "â€ ", "\ufffd", "a?s ", "\x92", "\u200b", "\u200b\n", "\x01", "א\u202e", "aа ", "x \n", "\t"),
)


@pytest.mark.parametrize("unit", ATTACKS, ids=ascii)
def test_no_input_is_superlinear(unit: str) -> None:
    def seconds(size: int) -> float:
        article = parse(unit * (size // len(unit)), "a.md")
        start = time.process_time()
        for checker in desk().articles:
            for _ in checker.validator.check(article):
                pass
        return time.process_time() - start

    short, long = seconds(8_000), seconds(32_000)
    assert long < max(0.25, 10 * short)


# --------------------------------------------------------------------------------------------------------------- files


@given(st.binary(max_size=60))
def test_any_bytes_are_understood_or_reported(data: bytes) -> None:
    draft = receive(desk(), Source("a.md", "a.md", "a.md"), data, len(data))
    if draft.text is None:
        assert len(draft.extra) == 1
        assert draft.extra[0].code in ("FIL102", "FIL103")
    else:
        assert draft.text.encode() == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("Grüße aus Köln".encode("cp1252"), ("0xFC", "offset 2", "Windows-1252", "Grüße")),
        ("Привет, мир".encode("cp1251"), ("Windows-1251", "Привет")),
        ("é è à ç ".encode() * 9 + b"\xff", ("single bytes are damaged",)),
        (b"cut \xe2\x80", ("cut off",)),
        ("Text".encode("utf-16"), ("UTF-16",)),
        ("Text in two bytes".encode("utf-16-le"), ("UTF-16",)),
    ],
)
def test_a_file_that_is_not_utf8_says_what_it_may_be(data: bytes, words: tuple[str, ...]) -> None:
    draft = receive(desk(), Source("a.md", "a.md", "a.md"), data, len(data))
    assert draft.text is None
    assert all(word in draft.extra[0].message for word in words)
