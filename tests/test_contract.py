"""What each contract lets through and what it refuses, edit by edit."""

from __future__ import annotations

import pytest

from copydesk.contract import Contract, violation
from copydesk.edits import minimal
from copydesk.model import Edit
from copydesk.parse import parse

HEAD = "---\ntitle: One\nexcerpt: Two # kept\nurl: https://a.example/b\n---\nThe body.\n"


def judge(contract: Contract, before: str, after: str, field: str | None = None) -> str | None:
    """What the contract says to the one edit that makes `after` of `before`."""
    return violation(contract, parse(before, "a.md"), [minimal(0, before, after)], field)


@pytest.mark.parametrize(
    ("contract", "before", "after"),
    [
        (Contract.SPACE, "a  b\nc", "a b c"),
        (Contract.SPACE, "hyphen-\nated", "hyphenated"),
        (Contract.SPACE, "well-\nknown", "well-known"),
        (Contract.SPACE, "see https://a.example/b .\n", "see https://a.example/b.\n"),
        (Contract.CHARACTERS, "a &amp; b", "a & b"),
        (Contract.CHARACTERS, "&quot;So&quot;", '"So&quot;'),
        (Contract.CHARACTERS, "zero\u200bwidth", "zerowidth"),
        (Contract.CHARACTERS, "\uff21 wide", "A wide"),
        (Contract.MOJIBAKE, "Itâ€™s", "It’s"),
        (Contract.MOJIBAKE, "Ã\xa0 la", "à la"),
        (Contract.LINES, "a\nAD\nb\n", "a\nb\n"),
        (Contract.LINES, "a\n\nAD\n\nb\n", "a\n\nb\n"),
        (Contract.LINES, "a\nAD", "a"),
        (Contract.LINES, "AD\na\n", "a\n"),
        (Contract.LINES, "a\r\nSee https://a.example/b\r\nb\r\n", "a\r\nb\r\n"),
        (Contract.WORDS, "the the plan", "the plan"),
        (Contract.WORDS, "Allora, he left", "He left"),
        (Contract.GLUED, "He left.Read MoreShe stayed.", "He left.She stayed."),
        (Contract.NAME, "Kieta spoke", "Keita spoke"),
    ],
)
def test_a_contract_lets_its_own_work_through(contract: Contract, before: str, after: str) -> None:
    assert judge(contract, before, after) is None


@pytest.mark.parametrize(
    ("contract", "before", "after", "why"),
    [
        (Contract.REPORT, "a", "b", "only reports"),
        (Contract.SPACE, "a b", "a c", "more than white space"),
        (Contract.SPACE, "a well-known man", "a wellknown man", "a hyphen within a line"),
        (Contract.SPACE, "-5 degrees", "5 degrees", "a hyphen within a line"),
        (Contract.SPACE, "https://a.example/b c", "https://a.example/bc", "a URL would change"),
        (Contract.CHARACTERS, "a &amp; b", "a and b", "letters, digits or quotation marks"),
        (Contract.CHARACTERS, "he said “no”", "he said no", "letters, digits or quotation marks"),
        (Contract.CHARACTERS, "https://a.example/?a=1&copy=2", "https://a.example/?a=1©=2", "a URL would change"),
        (Contract.MOJIBAKE, "Itâ€™s 5", "It’s 6", "an ASCII character"),
        (Contract.MOJIBAKE, "cafÃ©\nbar", "café bar", "an ASCII character"),
        (Contract.MOJIBAKE, 'Ã©"', "é", "an ASCII character"),
        (Contract.LINES, "a\nAD now\nb\n", "a\nnow\nb\n", "part of a line"),
        (Contract.LINES, "a\nhalf\nb\n", "a\nha\nb\n", "part of a line"),
        (Contract.LINES, "a\nAD\nb\n", "ab\n", "two lines would become one"),
        (Contract.LINES, "a\nb\n", "ab\n", "two lines would become one"),
        (Contract.LINES, "a\nAD\nb\n", "a\nXX\nb\n", "would write text"),
        (Contract.WORDS, "the 2 plans", "the plans", "a digit"),
        (Contract.WORDS, "the plan", "the plan too", "did not stand there"),
        (Contract.WORDS, "he “did so”", "he did so", "a quotation mark"),
        (Contract.WORDS, "see https://a.example/foo-foo now", "see https://a.example/foo now", "a URL would change"),
        (Contract.GLUED, "He left.READ MOREhere.", "He left.here.", "ends inside a sentence"),
        (Contract.GLUED, "So he left here.", "So here.", "begins inside a sentence"),
        (Contract.GLUED, "Read MoreShe stayed.", "Read LessShe stayed.", "more than a piece"),
        (Contract.NAME, "Room 5", "Room 6", "a digit or a line end"),
        (Contract.NAME, "a\nb", "a b", "a digit or a line end"),
        (Contract.NAME, "Keita", "Keita " + "x" * 70, "more than a name"),
        (Contract.NAME, "Ke ita", "Keita", "white space alone"),
        (Contract.NAME, "“Keita”", "Keita", "more than a name|quotation mark"),
        (Contract.FIELD, "a", "b", "names no field"),
    ],
)
def test_a_contract_refuses_what_is_not_its_work(contract: Contract, before: str, after: str, why: str) -> None:
    said = judge(contract, before, after)
    assert said is not None
    assert any(w in said for w in why.split("|")), said


@pytest.mark.parametrize(
    ("before", "after", "field", "why"),
    [
        ("title: One", "title: Won", "title", None),
        ("excerpt: Two # kept\n", "", "excerpt", None),
        ("excerpt: Two # kept\nurl", "url", "title", "another key"),
        ("title: One\nexcerpt: Two", "title: One", "title", "another key"),
        ("title: One\n", "title: One\nnew: 1\n", "new", None),
        (" # kept", "", "new", "another key"),
        ("The body.", "A body.", "title", "leaves the front matter"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_fix_of_a_field_stays_on_the_lines_of_the_field(
    before: str, after: str, field: str, why: str | None, end: str
) -> None:
    said = judge(
        Contract.FIELD,
        HEAD.replace("\n", end),
        HEAD.replace(before, after).replace("\n", end),
        field,
    )
    assert (said is None) if why is None else (said is not None and why in said), said


def test_each_of_two_equal_keys_may_be_repaired() -> None:
    text = "---\ntitle: Ã©\ntype: a\ntitle: Ã¨\n---\n"
    for mojibake, letter in (("Ã©", "é"), ("Ã¨", "è")):
        assert judge(Contract.MOJIBAKE, text, text.replace(mojibake, letter), "title") is None
    assert judge(Contract.FIELD, text, text.replace("type: a\n", ""), "title") == "another key would change"


def test_no_contract_allows_a_fix_that_says_nothing_or_leaves_its_place() -> None:
    article = parse(HEAD, "a.md")
    body = HEAD.index("The body")
    assert violation(Contract.SPACE, article, [], None) == "a fix without edits"
    assert violation(Contract.SPACE, article, [Edit(body, "The", "The")], None) == "an edit that changes nothing"
    reach = violation(Contract.WORDS, article, [Edit(4, "title", ""), Edit(body, "The ", "")], None)
    assert reach == "a fix of the body that reaches into the front matter"
    broken = parse("---\ntitle: [\n---\nThe body.\n", "a.md")
    said = violation(Contract.SPACE, broken, [Edit(10, " ", "")], None)
    assert said == "a change in front matter that could not be read"


def test_escapes_of_a_quoted_value_are_read_before_they_are_compared() -> None:
    text = '---\ntitle: "a \\u0041 \\x42\\n b"\n---\n'
    assert judge(Contract.CHARACTERS, text, text.replace("\\u0041", "A"), "title") is None
    assert judge(Contract.CHARACTERS, text, text.replace("\\u0041", "B"), "title") is not None
    assert judge(Contract.SPACE, text, text.replace("\\n ", " "), "title") is None
    assert judge(Contract.CHARACTERS, "a &amp; \\UFFFFFFFF", "a & \\UFFFFFFFF") is None, "no escape, but no crash"
