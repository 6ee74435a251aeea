"""Duplicates: which of two is named, what counts as the same address, and that no order of merging matters."""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest

from copydesk.folders import bundled, validator_class
from copydesk.parse import parse
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
