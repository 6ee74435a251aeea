"""Family LAY, what no single example shows: white space only, never across a blank line, in linear time."""

from __future__ import annotations

import sys
import textwrap
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from growth import grows_with_the_length_only
from hypothesis import given
from hypothesis import strategies as st

from copydesk.config import Config, Flags, checked, make_plan
from copydesk.desk import open_desk, receive, tidy
from copydesk.edits import apply
from copydesk.folders import bundled, read_rules, rules_folders, validator_class
from copydesk.model import Article, Safety, Source
from copydesk.parse import parse
from copydesk.record import record
from copydesk.validator import Hit, Setup, Validator

FOLDERS = (str(bundled()),)
SETUP = Setup(rules_folders(FOLDERS))
FAMILY = ("split_line", "hyphenation", "spacing", "file_end")


def opened(name: str) -> Validator:
    validator = validator_class(FOLDERS, name)()
    validator.prepare(SETUP)
    return validator


VALIDATORS = {name: opened(name) for name in FAMILY}


def module(name: str) -> ModuleType:
    return sys.modules[type(VALIDATORS[name]).__module__]


def article(text: str, language: str = "en") -> Article:
    return parse(text, "article.md", language=language)


def hits(name: str, text: str, language: str = "en") -> list[Hit]:
    return list(VALIDATORS[name].check(article(text, language)))


def cleaned(name: str, text: str, language: str = "en") -> str:
    """The text after the safe fixes of one validator, again until nothing changes."""
    for _ in range(10):
        fixes = [
            h.fixes[0] for h in hits(name, text, language) if len(h.fixes) == 1 and h.fixes[0].safety is Safety.SAFE
        ]
        if not fixes:
            return text
        text = apply(text, [e for f in fixes for e in f.edits])
    raise AssertionError("no fixpoint after ten passes")


# --------------------------------------------------------------------------------------------- whatever the text says

WORDS = st.sampled_from(
    [
        "the",
        "of",
        "and",
        "harbour",
        "Harbour",
        "The",
        "Anna",
        "Berg",
        "infor-",
        "mation",
        "well-",
        "known",
        "ship",
        "in",
        "1921",
    ]
)
MARKS = st.sampled_from(
    ["", "", "", "", ",", ".", ":", ";", "?", " ,", " .", " :)", "(", " ( ", " )", '"', "”", "—", "%", "- ", "…"]
)
LINE = st.lists(st.tuples(WORDS, MARKS), max_size=14).map(lambda xs: " ".join(w + m for w, m in xs))
LINES = st.lists(
    st.one_of(LINE, st.sampled_from(["", ".", ",", "- ", "> ", "    x", "```", "# h", "| a | b |", "---", "\u3042"]))
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(LINES, ENDS)
def test_only_white_space_and_hyphens_change(lines: list[str], end: str) -> None:
    text = end.join(lines)
    for name in FAMILY:
        after = cleaned(name, text)
        kept = [c for c in text if not c.isspace() and c != "-"]
        assert [c for c in after if not c.isspace() and c != "-"] == kept


@given(LINES, ENDS)
def test_no_paragraph_is_joined_to_another_and_no_line_end_is_mixed(lines: list[str], end: str) -> None:
    text = end.join(lines)
    for name in ("split_line", "hyphenation"):
        after = cleaned(name, text)
        blank = end + end
        assert after.count(blank) == text.count(blank)
        assert set(after.replace(end, "")).isdisjoint("\r\n")


@given(LINES)
def test_fixes_of_one_validator_do_not_overlap(lines: list[str]) -> None:
    for name in FAMILY:
        edits = sorted(e for h in hits(name, "\n".join(lines)) for f in h.fixes[:1] for e in f.edits)
        assert all(a.end <= b.start for a, b in pairwise(edits))


ATTACKS = {
    "commas": "a , ",
    "brackets": "( ",
    "open brackets": "(a ",
    "pairs": "( aa ) ",
    "short lines": "ab\n",
    "lower lines": "the harbour and\nof the ship\n",
    "quotes": 'a "\n',
    "hyphens": "infor-\nmation\n",
    "dots": "aaaa bbb cc d .\n",
    "blanks": " \n",
    "marks": ".\n",
    "colons": "a : b\n",
    "wrapped": "the harbour and the ship of the old town and the sea and all of its\n",
    "one word": "a",
    "one line": "the harbour and ",
}


@pytest.mark.parametrize("name", FAMILY)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_time_grows_with_the_length_only(name: str, attack: str) -> None:
    assert grows_with_the_length_only(
        lambda length: article(attack * (length // len(attack))), lambda parsed: list(VALIDATORS[name].check(parsed))
    )


# ------------------------------------------------------------------------------------------------------- split lines


def test_both_breaks_around_a_link_are_one_finding() -> None:
    (hit,) = hits("split_line", "The story was first published in\nThe Daily Bugle\n.\n")
    assert [(e.old, e.new) for e in hit.fixes[0].edits] == [("\n", " "), ("\n", "")]


@pytest.mark.parametrize(
    ("before", "after", "glue"),
    [
        ("the boats of the", "harbour", " "),
        ("the boats", ", which", ""),
        ("the boats (", "both of them", ""),
        ("the boats of “", "the harbour", ""),
        ('the boats "', "of the harbour", ""),
        ('the "boats', '" of the harbour', ""),
        ("the boats", "’s sails", ""),
        ("the boats", "—which were old", ""),
        ("the boats", "— which were old", " "),
        ("boats and/", "or ships", ""),
        ("see example.org/", "and others", " "),
        ("about 50", "% of them", ""),
        ("it is the", ".org domain", " "),
    ],
)
def test_glue(before: str, after: str, glue: str) -> None:
    found = module("split_line")
    (block,), _ = found.blocks_of(article(f"{before}\n{after}\n").lines, VALIDATORS["split_line"].known)  # type: ignore[attr-defined]
    assert found.glue(block, 0, "en") == glue


def test_the_glue_of_french_keeps_its_space() -> None:
    text = "On ne sait pas encore ce que le navire a perdu\n: le port est vide.\n"
    assert cleaned("split_line", text, "fr") == text.replace("\n:", " :")


@pytest.mark.parametrize(
    "text",
    [
        "agile work\ncode review\npair programming\nlong lunches\n",
        "we want to know\nwho they are,\nwhat they need, and\nwhere they live\n",
        "Opening hours:\nmonday to friday\nsaturday\n",
        "the rose is red\nthe sea is wide\nand no one knows\nwhat stars may hide\n",
        "Anna Berg,\nHarbour Master,\nPort Haven\n",
        "The lost ship\nby Anna Berg\nIt was never found.\n",
        "Read the rules:\na. be kind\nb. be quiet\n",
        "0:00\nthe beginning\n2:34\nthe end\n",
        "https://example.org/a\nhttps://example.org/b\n",
        "All the ships of the harbour and the people on them  \nstay where they are.\n",
        "All the ships of the harbour and the people on them\\\nstay where they are.\n",
        "> all the ships of the\n> harbour stay\n",
        "| all the ships of the |\n| --- |\n| harbour |\n",
        "All the ships of the harbour\n\nstay where they are.\n",
        "港の船は\nどこにも行かない。\n",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert cleaned("split_line", text) == text


def test_a_lazy_line_of_a_list_entry_is_joined_and_an_entry_is_not() -> None:
    text = "1. The ships that were lost in the\ngreat storm\n, and their crews.\n2. The pier.\n"
    assert (
        cleaned("split_line", text)
        == "1. The ships that were lost in the great storm, and their crews.\n2. The pier.\n"
    )


def test_the_model_and_its_words_fit_together() -> None:
    validator = VALIDATORS["split_line"]
    assert len(validator.weights) > 500  # type: ignore[attr-defined]
    assert all(abs(w) < 20 for w in validator.weights.values())  # type: ignore[attr-defined]
    assert {"of", "the"} <= validator.known.dangling <= validator.known.joining  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------------------- hyphenation


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("the infor-\nmation", ["information"]),
        ("the En-\nglish", ["English", "En-glish"]),
        ("a well-\nknown ship", ["well-known"]),
        ("an e-\nmail", ["e-mail"]),
        ("a state-of-the-\nart ship", ["state-of-the-art"]),
        ("from day-to-\nday", ["day-to-day", "day-today"]),
        ("pre-\nand post-war", ["pre- and"]),
        ("a back-\nand-forth", ["back-and-forth"]),
        ("Jean-\nPierre", ["Jean-Pierre"]),
        ("Trang-\nvold", ["Trangvold", "Trang-vold"]),
        ("Trangvold, the Trang-\nvold", ["Trangvold"]),
        ("re-sign, to re-\nsign", ["re-sign"]),
        ("com\u00ad\nmittee", ["committee"]),
    ],
)
def test_readings_of_a_hyphen(text: str, readings: list[str]) -> None:
    (hit,) = hits("hyphenation", text + "\n")
    assert hit.values["readings"] == readings
    assert len(hit.fixes) == len(readings)


def test_a_language_without_a_word_list_is_decided_by_the_article_alone() -> None:
    assert len(hits("hyphenation", "die Infor-\nmation\n", "de")[0].fixes) == 2
    assert len(hits("hyphenation", "Information: die Infor-\nmation\n", "de")[0].fixes) == 1


def test_the_word_list_carries_its_licence() -> None:
    (path,) = SETUP.files("words/english.txt")
    assert "Kevin Atkinson" in path.read_text("utf-8")[:400]
    assert "Permission to use, copy, modify, distribute" in path.with_name("english.licence").read_text("utf-8")
    words = SETUP.lines("words/english.txt")
    assert words == sorted(set(words))
    assert all(w.isascii() and w.isalpha() and w.islower() for w in words)


# ----------------------------------------------------------------------------------------------------------- spacing


@pytest.mark.parametrize(
    "text",
    [
        "The title\n\nQue dit le port de la ville ? Le navire est dans le port ; il y est : voilà !\n",
        "A wink ;) and a smile :) and a frown :( for you\n",
        "the files .csv and .gov and .NET, .5 of them\n",
        "well ... and . . . so on\n",
        "the ratio 3 : 1 at 10 : 30\n",
        "- [ ] open\n- [x] done\n",
        "if (a) { b ; c }\n",
        "call f( x ) and g( y )\n",
        "a | b , c   | d\n",
        "see https://example.org , and\n",
        "`a , b` is code\n",
        "( ) yes ( x ) no\n",
        "Home . About the town . Contact\n",
    ],
)
def test_spaces_that_stay(text: str) -> None:
    assert cleaned("spacing", text) == text


def test_spaces_in_a_field_keep_its_quoting() -> None:
    text = "---\ntitle: 'It''s the ship ( The Bugle ) of the town , they say'\n---\n"
    assert cleaned("spacing", text) == "---\ntitle: 'It''s the ship (The Bugle) of the town, they say'\n---\n"


# ---------------------------------------------------------------------------------------------------------- file ends


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a\r\nb", "a\r\nb\r\n"),
        ("a\rb", "a\rb\r"),
        ("\ufeffa", "\ufeffa\n"),
        ("\ufeff\n\na\n", "\ufeffa\n"),
        ("\n \n  a\n", "  a\n"),
        ("\ufeff", "\ufeff"),
        ("\n\n", "\n\n"),
        ("---\ntitle: a\nb", "---\ntitle: a\nb"),
        ("---\ntitle: a\n---\n\n\nb", "---\ntitle: a\n---\n\n\nb\n"),
    ],
)
def test_ends_of_a_file(text: str, good: str) -> None:
    assert cleaned("file_end", text) == good


def test_a_line_of_a_separator_alone_ends_a_paragraph() -> None:
    assert hits("split_line", "One line of\n\x85\nanother line of.\n") == []


def test_what_was_asked_in_a_wrapped_text_is_still_asked_after_the_joins() -> None:
    wrapped = (
        "The old lighthouse at the mouth of the river has been dark since the\n"
        "winter of the great storm, and nobody in the village will ever pay it.\n"
        "Its lamp, which the council took away, has not been seen since then or\n"
        "asked for.\n"
    )
    plan = make_plan(Config(checked({}, "settings")), Flags(select=("LAY",)), read_rules(FOLDERS), FOLDERS, Path())
    desk = open_desk(plan)
    draft = receive(desk, Source("article.md", "article.md", "article.md"), wrapped.encode(), len(wrapped))
    tidy(desk, draft)
    asked = [f for f in record(desk, draft).findings if f.code == "LAY103"]
    assert [wrapped[f.span.start - 4 : f.span.end + 3] for f in asked] == [" it.\nIts"]
    assert not asked[0].applied


SENTENCES = (
    "The harbour was closed for the whole of that week because the storm had moved the sand.",
    "Nobody knew how long it would take, and the company that runs the ferry sent its crews home.",
    "Most of them came back on the first day of May, when the channel had been cleared at last.",
    "The mayor said that she had never seen anything like it in all the years she has lived here.",
)


def wrapped(sentences: tuple[str, ...]) -> str:
    return "\n".join(textwrap.wrap(" ".join(sentences), 60))


def test_long_wrapped_paragraphs_with_blank_lines_between_are_joined_at_ends_of_sentences_too() -> None:
    one, two = SENTENCES * 3, SENTENCES[::-1] * 3
    assert cleaned("split_line", f"{wrapped(one)}\n\n{wrapped(two)}\n") == f"{' '.join(one)}\n\n{' '.join(two)}\n"


def test_a_short_line_in_a_wrapped_text_ends_its_paragraph() -> None:
    one, two = SENTENCES * 3, SENTENCES[1:] * 2
    text = cleaned("split_line", f"{wrapped(one)}\n{wrapped(two)}\n\n{wrapped(two)}\n")
    assert f"{one[-1][-20:]}\n{two[0][:20]}" in text


CUT_AT_LINKS = """\
The plan was written by the
Harbour Office
, and the council has read all of it by now.

{paragraph}

The figures are in a report of the
Ministry of Transport
, which counts all ships.

Nobody has read it to the end, and nobody will.

It was sent to the
Ferry Company
, where it was lost.
"""


def test_a_sentence_that_begins_with_a_link_goes_on_in_its_paragraph() -> None:
    paragraph = "The harbour was closed because of the storm of the last days.\nThe ferry company\nsent its crews home."
    joined = cleaned("split_line", CUT_AT_LINKS.format(paragraph=paragraph))
    assert paragraph.replace("\n", " ") in joined


@pytest.mark.parametrize("heading", ["The harbour was closed", "A week without ferries?"])
def test_a_heading_is_not_joined_to_a_sentence_that_begins_with_a_link(heading: str) -> None:
    paragraph = f"{heading}\nThe ferry company\nsent its crews home."
    assert f"{heading}\n" in cleaned("split_line", CUT_AT_LINKS.format(paragraph=paragraph))
