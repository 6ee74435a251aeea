"""The screens that most articles do not pass: they may let through too much, never too little."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from copydesk.lexicon import plain_words, tokens_of
from copydesk.parse import parse
from copydesk.sieve import MOST, Oddities, Sieve

PIECES = [*"aeTHé.,;:!?()[]“\"'’&- \t\n\u00a0\u2009\ufffd1", "the", "closed.The", " ,"]
TEXTS = st.lists(st.sampled_from(PIECES)).map("".join)


def test_a_token_is_asked_about_once_unless_it_is_wanted() -> None:
    asked: Counter[str] = Counter()

    def wants(token: str) -> bool:
        asked[token] += 1
        return token == "Außerdem"

    sieve = Sieve(wants)
    for _ in range(3):
        assert sieve(frozenset(["the", "pier", "Außerdem"])) == ["Außerdem"]
    assert asked == {"the": 1, "pier": 1, "Außerdem": 3}


def test_a_sieve_does_not_grow_without_end() -> None:
    sieve = Sieve(lambda token: False)
    for start in range(0, 3 * MOST, MOST // 2):
        assert sieve(frozenset(map(str, range(start, start + MOST // 2)))) == []
    assert len(sieve._others) < 2 * MOST


def test_plain_words_are_no_oddities() -> None:
    assert Oddities()(frozenset(["The", "pier,", "a", "closed."])) == "  "
    odd = Oddities()(frozenset(["closed.The", ",", "GitHub", "(", "1,204", "is"]))
    assert sorted(odd.split()) == sorted(["closed.The", ",", "GitHub", "(", "1,204"])
    assert odd[0] == odd[-1] == " "


@given(TEXTS)
def test_whatever_lies_within_a_token_is_found_among_the_oddities(text: str) -> None:
    odd = Oddities()(frozenset(text.split()))
    for pattern in (r"[.!?][A-Z]", r"&", r"\S[,;:]\S", r"(?<=\s)[,.;:!?](?=\s|\Z)", r"[(\[](?=\s)", r"(?<=\s)[)\]]"):
        if re.search(pattern, text):
            assert re.search(pattern, odd), pattern


@given(TEXTS)
def test_the_words_alone_are_those_of_the_tokens(text: str) -> None:
    assert plain_words(text) == [t.word for t in tokens_of(text)]
    assert [text[t.start : t.end].lower().replace("’", "'") for t in tokens_of(text)] == plain_words(text)


def test_prose_and_vocabulary_are_of_all_passages() -> None:
    article = parse("---\ntitle: Duck census\n---\nThe canal  `code` museum.\nThe canal\n", "a.md")
    assert article.prose.endswith("\nDuck census")
    assert article.passages[0].tokens == article.passages[0].masked.split()
    assert article.vocabulary >= {"Duck", "census", "The", "canal", "museum."}
    assert "code" not in " ".join(article.vocabulary)
