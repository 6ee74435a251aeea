"""Boilerplate: what stands round an article goes, what is the article stays, whatever stands next to what."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contract import violation
from copydesk.edits import apply
from copydesk.folders import bundled, validator_class
from copydesk.model import Safety
from copydesk.parse import parse
from copydesk.validator import Hit, SettingError, Setup, Validator

RULES = bundled() / "rules"
FERRY = "The council has put the small ferry back into service after eleven years of repairs."
BRIDGE = "The bridge upstream stays closed until spring, when the new bearings arrive from the foundry."


def prepared(name: str, *folders: Path) -> Validator:
    validator = validator_class((str(bundled()),), name)()
    validator.prepare(Setup(folders or (RULES,)))
    return validator


BOILERPLATE = prepared("boilerplate")
TAIL = prepared("tail")
FIRST_PUBLICATION = prepared("first_publication")


def hits(text: str, validator: Validator = BOILERPLATE) -> list[Hit]:
    article = parse(text, "article.md")
    found = list(validator.check(article))
    for hit in found:
        for fix in hit.fixes:
            assert violation(validator.contract, article, fix.edits, hit.field) is None
    return found


def cleaned(text: str, validator: Validator = BOILERPLATE) -> str:
    fixes = [f for h in hits(text, validator) if len(h.fixes) == 1 for f in h.fixes if f.safety is Safety.SAFE]
    return apply(text, [e for f in fixes for e in f.edits])


# ------------------------------------------------------------------------------------------------- what may be deleted

CONTENT = (
    FERRY,
    BRIDGE,
    "Ferry back in service",
    "A river without a bridge",
    "Ada Quill, the ferryman",
    "12",
    "It rains.",
)
LABELS = (
    "Advertisement",
    "AD",
    "×",
    "Share on Facebook",
    "Twitter",
    "Email",
    "4 min read",
    "Leave a Reply",
    "3 Comments",
    "Join our newsletter",
    "Subscribe",
    "Skip to content",
    "Home",
    "News",
    "Written by",
    "Recent News",
    "AI Generated Content",
    "Sponsored",
)


@given(
    st.lists(st.tuples(st.sampled_from(CONTENT + LABELS), st.sampled_from(("\n", "\n\n", "\n \n\n"))), max_size=14),
    st.sampled_from(("", "\n", "\n\n", "---\ntitle: The ferry\n---\n\n")),
    st.booleans(),
)
def test_only_labels_go_and_one_blank_line_stays(
    pieces: list[tuple[str, str]], head: str, ends_without_line_end: bool
) -> None:
    text = head + "".join(line + end for line, end in pieces)
    if ends_without_line_end:
        text = text.rstrip()
    found = hits(text)
    edits = sorted(e for h in found for f in h.fixes for e in f.edits)
    assert all(a.end <= b.start for a, b in pairwise(edits)), "two fixes overlap"
    result = cleaned(text)
    body = [x for x in text.removeprefix(head).split("\n") if x.strip()]
    left = [x for x in result.removeprefix(head).split("\n") if x.strip()]
    block = next((h for h in found if h.case == "related"), None)
    if block is None:
        assert [x for x in left if x in CONTENT] == [x for x in body if x in CONTENT]
    assert [x for x in left if x in ("AI Generated Content", "Sponsored")] == [
        x for x in body if x in ("AI Generated Content", "Sponsored")
    ], "a disclosure went without a person"
    assert result.endswith("\n") == (text.endswith("\n") and bool(result)) or not body
    assert not body or left, "the whole article went"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_gap_that_a_label_leaves(end: str) -> None:
    def lines(*content: str) -> str:
        return end.join(content)

    assert cleaned(lines(FERRY, "AD", BRIDGE, "")) == lines(FERRY, BRIDGE, "")
    assert cleaned(lines(FERRY, "", "AD", BRIDGE, "")) == lines(FERRY, "", BRIDGE, "")
    assert cleaned(lines(FERRY, "AD", "", "", BRIDGE, "")) == lines(FERRY, "", BRIDGE, "")
    assert cleaned(lines(FERRY, "", "", "AD", "", "", BRIDGE, "")) == lines(FERRY, "", BRIDGE, "")
    assert cleaned(lines("", "4 min read", "", FERRY, "")) == lines("", FERRY, "")
    assert cleaned(lines(FERRY, "", "AD", "", "")) == lines(FERRY, "")
    assert cleaned(lines(FERRY, "AD")) == FERRY


def test_every_fix_stands_by_itself() -> None:
    """Each run of a group can be undone or refused alone."""
    text = f"{FERRY}\n\nAD\n\nShare on Facebook\nTwitter\n\n4 min read\n\n{BRIDGE}\n"
    found = hits(text)
    assert [h.case for h in found] == ["advertisement", "sharing", "reading-time"]
    for hit in found:
        gone = text[hit.span.start : hit.span.end].split("\n")
        result = apply(text, hit.fixes[0].edits)
        assert result.split("\n") == [x for n, x in enumerate(text.split("\n")) if n not in _with_a_blank(text, gone)]


def _with_a_blank(text: str, gone: list[str]) -> set[int]:
    lines = text.split("\n")
    first = lines.index(gone[0])
    return set(range(first, first + len(gone) + 1))


def test_an_article_that_is_nothing_but_labels_is_left() -> None:
    for text in (
        "Advertisement\n",
        "×",
        "Share on Facebook\nTwitter\n",
        "---\ntitle: A\n---\n\nRead next\n",
        "",
        "\n\n",
    ):
        assert cleaned(text) == text


# ------------------------------------------------------------------------------------------------------- what must stay

LEFT_ALONE = {
    "running prose": f"Sign up for our newsletter and share on Facebook, said the advertisement. {FERRY}\n",
    "code": f"{FERRY}\n\n```\nAD\nShare on Facebook\n4 min read\n×\n```\n\n    Skip to content\n\n{BRIDGE}\n",
    "quotation": f"{FERRY}\n\n> Advertisement\n\n{BRIDGE}\n",
    "table": f"{FERRY}\n\n| a | b |\n|---|---|\n| Advertisement | × |\n\n{BRIDGE}\n",
    "list": f"{FERRY}\n\n- Facebook\n- Twitter\n- Email\n- Advertisement\n\n{BRIDGE}\n",
    "underlined heading": f"{FERRY}\n\nLeave a comment\n---------------\n\n{BRIDGE}\n",
    "section on newsletters": f"# The week\n\n## Newsletter\n\n{FERRY}\n\n## Comments\n\n{BRIDGE}\n",
    "list of words after a colon": f"The bar has these buttons:\nShare\nTweet\nPrint\n\n{BRIDGE}\n",
    "link text cut out of its sentence": f"To see how it looks you can\nview comments\nof those who know. {FERRY}\n",
    "interview": f"What do you read?\n\n{FERRY}\n\nAnd at home?\n\nNews, mostly.\n\n{BRIDGE}\n",
    "lyrics": "Home\nLike\nThe river\nHome\nLike\nThe rain\n\nSend\nMore\nRain\n",
    "recipe": "Ferry soup\n\n2 onions\n3 potatoes\n\nChop the onions and fry them.\n\nAdd the potatoes and water.\n",
    "byline on the line of the reading time": f"Ada Quill · 4 min read\n\n{FERRY}\n",
    "value after a label": f"Ferry back\nWritten by\nAda Quill\n\n{FERRY}\n",
    "title of the text": f"Advertisement\n\n{FERRY}\n",
    "epoch": f"The wall was built between 120\nAD\nand 130, most of it in winter. {FERRY}\n",
}


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_content_is_left_alone(text: str) -> None:
    assert [h.case for h in hits(text)] == []


def test_a_block_of_other_stories_that_names_a_source_is_kept() -> None:
    story = "\n\n".join([FERRY, BRIDGE, FERRY, BRIDGE])
    block = "Related articles\n\nNight train to the mountains starts in autumn\n"
    assert cleaned(f"{story}\n\n{block}", TAIL) == f"{story}\n"
    for provenance in (
        "Correction: it was the other bridge.",
        "This post was originally published on the Harbour Blog.",
        "AI-generated content",
        "Additional reporting by Ada Quill",
    ):
        text = f"{story}\n\n{block}\n{provenance}\n"
        assert cleaned(text) == text


@pytest.mark.parametrize(
    "rest",
    [
        "3 May, Upper Landing\n4 May, Mill Bridge\n5 May, The Reeds\n",
        "Landing stages:\n\nThe Upper Landing at the Old Mill\nThe Lower Landing at the Reeds\n",
        "## The timetable\n\nFrom six in the morning until nine\n",
    ],
)
def test_an_article_that_goes_on_after_a_box_of_other_stories_is_kept(rest: str) -> None:
    story = "\n\n".join([FERRY, BRIDGE, FERRY, BRIDGE])
    text = f"{story}\n\nRelated articles\n\nNight train to the mountains starts in autumn\n\n{rest}"
    assert cleaned(text) == text


def test_a_disclosure_travels_as_metadata() -> None:
    (hit,) = hits(f"{FERRY}\n\nAI Generated Content\n")
    assert hit.values["metadata"] == {"ai_generated": True}
    assert [f.safety for f in hit.fixes] == [Safety.SUGGEST]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("This article was originally published in\nThe River Gazette\n.", "The River Gazette"),
        (
            "This post was originally posted on the blog of the U.S. Ferry Office by Ada Quill.",
            "the blog of the U.S. Ferry Office",
        ),
        ("Originally published on harbour.example and shortened.", "harbour.example"),
        ("This essay first appeared in *The Reeds*, in May.", "The Reeds"),
        ("First published on Monday, 3 May.", None),
        ("Originally published in 1871.", None),
        ("The ferry first appeared on the river in May.", None),
        ("Originally published in", None),
    ],
)
def test_the_place_of_first_publication(text: str, source: str | None) -> None:
    assert [h.values["source"] for h in hits(text, FIRST_PUBLICATION)] == ([source] if source else [])


# ---------------------------------------------------------------------------------------------------------------- packs


@pytest.mark.parametrize("path", sorted((RULES / "boilerplate").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_pack_says_each_thing_once(path: Path) -> None:
    pack = yaml.safe_load(path.read_text("utf-8"))
    assert pack["language"] == path.stem
    for group in pack["groups"] + pack["disclosures"]:
        phrases = group["phrases"].splitlines()
        assert len(phrases) == len(set(phrases)), group["kind"]


@pytest.mark.parametrize(
    ("pack", "says"),
    [
        ("groups: [{kind: adverts, where: anywhere, phrases: ad}]", "the kind 'adverts' is none of"),
        ("groups: [{kind: sharing, where: anywhere, phrases: 'share on {net}'}]", "{net}, which is not under slots"),
        ("groups: [{kind: sharing, where: anywhere, phrases: '{…} on the web'}]", "begin with a word"),
    ],
)
def test_a_broken_pack_is_a_clear_error(tmp_path: Path, pack: str, says: str) -> None:
    (tmp_path / "boilerplate").mkdir()
    (tmp_path / "boilerplate/xx.yaml").write_text(pack, "utf-8")
    with pytest.raises(SettingError) as error:
        prepared("boilerplate", tmp_path)
    assert says in str(error.value)
    assert "xx.yaml" in str(error.value)


def test_a_pack_of_a_workspace_adds_to_ours(tmp_path: Path) -> None:
    (tmp_path / "boilerplate").mkdir()
    (tmp_path / "boilerplate/house.yaml").write_text(
        "slots: {ship: [ferry, boat]}\n"
        "groups: [{kind: navigation, where: anywhere, phrases: 'to the {ship} timetable'}]\n",
        "utf-8",
    )
    both = prepared("boilerplate", RULES, tmp_path)
    assert cleaned(f"{FERRY}\n\nTo the boat timetable »\n\nAD\n\n{BRIDGE}\n", both) == f"{FERRY}\n\n{BRIDGE}\n"


# ---------------------------------------------------------------------------------------------------------------- speed

ATTACKS = {
    "markers": lambda n: f"{FERRY}\n" * 9 + "Most popular\n" * (n // 13),
    "labels": lambda n: f"{FERRY}\n" + "Advertisement\n\n" * (n // 15) + FERRY,
    "glyphs": lambda n: f"{FERRY}\n" + "×\n" * (n // 2),
    "orphans": lambda n: f"{FERRY}\n" + "Written by\n" * (n // 11),
    "slots": lambda n: ("get " + "in your inbox every " * 11 + "\n") * (n // 225),
    "brackets": lambda n: "](![" * (n // 4),
    "notes": lambda n: "This article was originally published in " * (n // 41),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_time_grows_with_the_text_only(attack) -> None:  # type: ignore[no-untyped-def]
    def seconds(size: int) -> float:
        article = parse(attack(size), "article.md")
        start = process_time()
        for validator in (BOILERPLATE, FIRST_PUBLICATION):
            list(validator.check(article))
        return process_time() - start

    seconds(1_000)
    assert seconds(160_000) < 4
