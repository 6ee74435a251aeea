"""Duplicates: which of two is named, what counts as the same address, and that no order of merging matters."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from copydesk.cli import main
from copydesk.folders import bundled, validator_class
from copydesk.model import Finding, Record, Severity, Source, Span
from copydesk.parse import parse
from copydesk.quarantine import set_aside
from copydesk.validator import CorpusValidator, Facts, Hit

BODY = "The council has put the small ferry back into service after eleven years of repairs and quarrels. " * 3
DUPLICATE: Any = validator_class((str(bundled()),), "duplicate")
canonical = sys.modules[DUPLICATE.__module__].canonical


def article(name: str, body: str = "", **keys: str) -> tuple[str, str]:
    return name, "---\n" + "".join(f"{k}: {v}\n" for k, v in keys.items()) + f"---\n{body}\n"


def conclude(validator: CorpusValidator, *articles: tuple[str, str]) -> Facts:
    merged = None
    for name, text in articles:
        seen = validator.observe(parse(text, name))
        if seen is not None:
            merged = seen if merged is None else validator.merge(merged, seen)
    return validator.conclude(merged)


def hits(*articles: tuple[str, str], **settings: Any) -> dict[str, list[Hit]]:
    validator = DUPLICATE(**settings)
    facts = conclude(validator, *articles)
    found = {
        name: list(validator.settle(parse(text, name), facts.articles.get(name), facts.shared))
        for name, text in articles
    }
    return {name: hs for name, hs in found.items() if hs}


def test_the_newer_one_is_told_about_the_older_one() -> None:
    older = article("z.md", BODY, date="2024-01-02T23:30:00-05:00")
    newer = article("a.md", BODY, date="2024-01-03T04:45:00Z")
    found = hits(newer, older)
    assert {n: [(h.case, h.values["partner"]) for h in hs] for n, hs in found.items()} == {"a.md": [("body", "z.md")]}


def test_a_date_in_the_file_name_stands_in_for_a_missing_one() -> None:
    found = hits(article("b/2024-01-02-x.md", BODY), article("a/2024-01-09-y.md", BODY, date="soon"))
    assert list(found) == ["a/2024-01-09-y.md"]


def test_without_dates_the_file_name_decides() -> None:
    assert list(hits(article("b.md", BODY), article("a.md", BODY), article("c.md", BODY))) == ["b.md", "c.md"]


def test_no_order_of_merging_changes_what_is_concluded() -> None:
    articles = [
        article(
            f"{n}.md", BODY if n % 3 else "", title=f"A long enough title number {n % 4}", date=f"2024-01-{n + 1:02}"
        )
        for n in range(12)
    ]
    expected = conclude(DUPLICATE(), *articles)
    assert expected.articles
    for seed in range(5):
        random.Random(seed).shuffle(articles)
        assert conclude(DUPLICATE(), *articles) == expected


def test_what_is_said_by_the_address_is_not_said_again() -> None:
    keys = {
        "title": "Small ferry returns after eleven years",
        "excerpt": "Forty people and their bicycles can cross the river again.",
    }
    one = article("a.md", originalUrl="https://example.com/one", **keys)
    again = article("b.md", originalUrl="https://www.example.com/one/", **keys)
    other = article("c.md", originalUrl="https://example.com/two", **keys)
    found = hits(one, again, other)
    assert [h.case for h in found["b.md"]] == ["url"]
    assert [(h.case, h.field) for h in found["c.md"]] == [("series", "title")]


def test_the_finding_stands_on_the_value() -> None:
    text = "---\ntitle: 'Small ferry returns after eleven years'\n---\nOne.\n"
    ((hit,),) = hits(("a.md", text), ("b.md", text)).values()
    assert hit.field == "title"
    assert text[hit.span.start : hit.span.end] == "'Small ferry returns after eleven years'"


def test_fields_and_lengths_are_settings() -> None:
    a, b = (
        article("a.md", "Short.", headline="Small ferry returns"),
        article("b.md", "Short.", headline="Small ferry returns"),
    )
    assert hits(a, b) == {}
    found = hits(a, b, title_fields=("headline",), body_length=5)
    assert [h.case for h in found["b.md"]] == ["body"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a/b", "http://www.example.com/a/b/"),
        ("https://example.com/a?utm_source=x&utm_medium=y", "https://EXAMPLE.com/a"),
        ("https://example.com/a?id=1&fbclid=2", "https://example.com/a?gclid=3&id=1"),
        ("https://example.com/a?x=1&y=2", "https://example.com/a?y=2&x=1"),
        ("https://example.com/a#top", "https://example.com:443/a"),
        ("https://example.com/the-ferry-is-back?cid=mail&_mc=rss&elq_cid=3", "https://example.com/the-ferry-is-back"),
    ],
)
def test_one_address(one: str, other: str) -> None:
    assert canonical(one) == canonical(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a?id=1", "https://example.com/a?id=2"),
        ("https://example.com/show?cid=1", "https://example.com/show?cid=2"),
        ("https://example.com/#!/a", "https://example.com/#!/b"),
        ("https://example.com/a", "https://example.org/a"),
        ("https://example.com:8080/a", "https://example.com/a"),
    ],
)
def test_two_addresses(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "address", ["", "https://example.com/", "mailto:a@example.com", "http://[", "http://a:b/c", "no address"]
)
def test_no_address_of_an_article(address: str) -> None:
    assert canonical(address) == ""


def test_articles_without_anything_to_compare_give_no_evidence() -> None:
    assert DUPLICATE().observe(parse("Short.\n", "a.md")) is None
    assert DUPLICATE().conclude(None) == Facts({})


# ------------------------------------------------------------------------------------------------ near-duplicates

WORDS = [f"w{n}" for n in range(5_000)]


def written(words: list[str]) -> str:
    return "\n\n".join(" ".join(words[n : n + 60]) + "." for n in range(0, len(words), 60))


def changed(words: list[str], share: float, dice: random.Random) -> list[str]:
    return [dice.choice(WORDS) if dice.random() < share else w for w in words]


def near(*articles: tuple[str, str]) -> dict[str, list[Hit]]:
    """As `hits`, with the texts compared that have to be."""
    validator = DUPLICATE()
    parsed = {name: parse(text, name) for name, text in articles}
    merged: Any = {}
    for a in parsed.values():
        merged = validator.merge(merged, validator.observe(a) or {})
    for one, other in validator.pairs(merged):
        merged = validator.merge(merged, validator.compare(parsed[one], parsed[other]))
    facts = validator.conclude(merged)
    found = {name: list(validator.settle(a, facts.articles.get(name), None)) for name, a in parsed.items()}
    return {name: hs for name, hs in found.items() if hs}


def test_a_near_duplicate_is_told_with_the_difference_and_the_one_to_keep() -> None:
    words = random.Random(1).choices(WORDS, k=200)
    other = [*words[:50], "boats", *words[51:]]
    ((hit,),) = near(article("a.md", written(words), date="2024-01-02"), article("b.md", written(other))).values()
    assert hit.case == "near"
    assert hit.values["partner"] == hit.values["keep"] == "a.md"
    assert hit.values["aside"] == ["b.md"]
    assert f"{words[50]} → boats" in str(hit.values["differences"])
    assert str(hit.values["what"]).startswith("99 %")


def test_a_chain_of_gradual_changes_is_no_group() -> None:
    dice = random.Random(2)
    chain = [dice.choices(WORDS, k=300)]
    while len(chain) < 12:
        chain.append(changed(chain[-1], 0.15, dice))
    found = near(*(article(f"{n:02d}.md", written(w)) for n, w in enumerate(chain)))
    partners = {name: str(h.values["partner"]) for name, (h,) in found.items()}
    assert all(0 < int(name[:2]) - int(partner[:2]) <= 3 for name, partner in partners.items())
    assert not set(partners) & set(partners.values()), "an article that goes aside stands for another one"
    assert len(set(partners.values())) > 2


def test_the_longer_one_and_the_fuller_front_matter_are_kept() -> None:
    words = random.Random(4).choices(WORDS, k=300)
    longer = near(article("a.md", written(words[:240])), article("b.md", written(words)))
    assert longer["b.md"][0].values["advice"] == "keep this one: it is longer (300 words, not 240)"
    assert longer["b.md"][0].values["aside"] == ["a.md"]
    fuller = near(article("a.md", BODY), article("b.md", BODY, date="2024-01-01", title="One two three four"))
    ((hit,),) = fuller.values()
    assert hit.values["partner"] == hit.values["keep"] == "b.md"
    bare_first = near(("2023-01-01.md", BODY), article("2024-01-01.md", BODY, title="One two three four", author="Me"))
    assert bare_first["2024-01-01.md"][0].values["aside"] == ["2023-01-01.md"]


def test_like_texts_that_are_not_surely_one_story_do_not_go_aside() -> None:
    dice = random.Random(5)
    words = dice.choices(WORDS, k=300)
    ((hit,),) = near(article("a.md", written(words)), article("b.md", written(changed(words, 0.3, dice)))).values()
    assert hit.values["aside"] == []


def test_pages_that_share_a_menu_are_not_alike() -> None:
    dice = random.Random(6)
    menu = "\n\n".join(" ".join(dice.choices(WORDS, k=3)) for _ in range(150))
    stories = [written(dice.choices(WORDS, k=150)) for _ in range(2)]
    assert near(*(article(f"{n}.md", f"{menu}\n\n{story}") for n, story in enumerate(stories))) == {}


def test_the_newer_version_is_kept_unless_half_of_it_is_gone() -> None:
    words = random.Random(7).choices(WORDS, k=300)
    keys = {"originalUrl": "https://example.com/one"}
    old = article("a.md", written(words), date="2024-01-01", **keys)
    ((hit,),) = near(old, article("b.md", written(words[:250]), date="2024-01-02", **keys)).values()
    assert (hit.case, hit.values["keep"], hit.values["aside"]) == ("version", "b.md", ["a.md"])
    ((hit,),) = near(old, article("b.md", written(words[:120]), date="2024-01-02", **keys)).values()
    assert (hit.case, hit.values["keep"]) == ("version", "a.md")


# ----------------------------------------------------------------------------------------------------- quarantine


def command(*words: str | Path) -> int:
    return main([str(w) for w in words])


def test_the_quarantine_is_named_undone_and_made_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    (corpus / "a.txt").write_text(BODY)
    (corpus / "b.txt").write_text(BODY + "  \n")
    (corpus / "c.txt").write_text("Nothing like it.\n")
    clean = ("clean", corpus, "--out", out, "--isolated", "--quarantine-duplicates")
    for _ in range(2):  # the second run replaces the first
        assert command(*clean) == 0
        assert "1 duplicate moved" in capsys.readouterr().out
        assert sorted(p.name for p in (out / "corpus").iterdir()) == ["a.txt", "c.txt"]
        assert [p.name for p in (out / "quarantine").iterdir()] == ["b.txt"]
    row = json.loads((out / "report" / "quarantine.jsonl").read_text())
    assert (row["article"], row["keep"], row["code"]) == ("b.txt", "a.txt", "DUP101")
    assert command("undo", out) == 0
    assert {p.name: p.read_bytes() for p in (out / "corpus").iterdir()} == {
        p.name: p.read_bytes() for p in corpus.iterdir()
    }
    assert (out / "report" / "quarantine.jsonl").read_text() == ""


def test_what_is_edited_in_the_quarantine_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    for name in "ab":
        (corpus / f"{name}.txt").write_text(BODY)
    clean = ("clean", corpus, "--out", out, "--isolated", "--quarantine-duplicates")
    assert command(*clean) == 0
    (out / "quarantine" / "b.txt").write_text("Edited.\n")
    assert command(*clean) == 2
    assert "quarantine/b.txt" in capsys.readouterr().err


def test_the_quarantine_needs_an_output(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY)
    assert command("clean", tmp_path, "--in-place", "--isolated", "--quarantine-duplicates") == 2


def test_who_stays_for_another_never_goes() -> None:
    def record(name: str, keep: str, aside: str) -> Record:
        evidence = {"keep": keep, "aside": [aside]}
        finding = Finding("DUP201", name, Span(0, 0), None, "", Severity.WARNING, evidence=evidence)
        return Record(Source(name, name, name), "", "", (), (finding,))

    rows = [record("a", "c", "nobody"), record("b", "b", "a"), record("c", "c", "b"), record("d", "d", "elsewhere")]
    moved = set_aside(rows)
    assert list(moved) == ["a"]


# --------------------------------------------------------------------------------------------------- a new drop


def test_a_drop_is_compared_with_the_corpus_and_told_of_it(tmp_path: Path) -> None:
    """Whatever the dates and names: what was not asked for cannot carry a finding."""
    (tmp_path / "drop").mkdir()
    (tmp_path / "old").mkdir()
    words = random.Random(8).choices(WORDS, k=240)
    for n, date in enumerate(("2024-05-01", "2020-05-01")):
        for folder, text in (
            ("old", written(words[n * 120 :][:120])),
            ("drop", written([*words[n * 120 :][:120], "at", "last"])),
        ):
            name, content = article(f"{folder}/{n}.md", text, date=date if folder == "drop" else "2022-01-01")
            (tmp_path / name).write_text(content)
    (tmp_path / "copydesk.toml").write_text('corpus = ["old"]\n')
    out = tmp_path / "findings.json"
    config = ("--config", tmp_path / "copydesk.toml", "--select", "DUP", "--format", f"json={out}")
    assert command("check", tmp_path / "drop", *config) == 0
    found = json.loads(out.read_text())["findings"]
    assert [(f["article"], f["evidence"]["partner"]) for f in found] == [("0.md", "old/0.md"), ("1.md", "old/1.md")]
