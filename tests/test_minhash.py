"""MinHash over words: what is a word, how good the estimate is, and that nothing grows with the number of pairs."""

from __future__ import annotations

import random

import pytest

from copydesk.minhash import LONGEST, hash_words, near_pairs, signature

DICE = random.Random(3)
WORDS = [f"w{n}" for n in range(20_000)]


def text(length: int = 400) -> list[str]:
    return DICE.choices(WORDS, k=length)


def changed(words: list[str], share: float) -> list[str]:
    return [DICE.choice(WORDS) if DICE.random() < share else w for w in words]


def signed(words: list[str]) -> bytes:
    return signature(hash_words(" ".join(words)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ein Wort, «zwei» don’t", "EIN wort\n\nzwei (DON T)"),
        ("ΑΒΓ déjà‑vu 12", "αβγ DÉJÀ vu, 12"),
        ("x" * 20 + " y", "x" * 20 + "\t\n\u00a0y"),
    ],
)
def test_words_are_the_same_whatever_case_and_punctuation(one: str, other: str) -> None:
    assert hash_words(one).tolist() == hash_words(other).tolist() != []


def test_a_long_text_is_hashed_in_pieces_that_cut_no_word() -> None:
    words = [f"word{n}" for n in range(LONGEST // 4)]
    assert hash_words(" ".join(words)).tolist() == [hash_words(w)[0] for w in words]
    assert len(hash_words("a" * (3 * LONGEST))) == 3  # a word longer than a piece is cut: nothing else can be done


def test_no_words() -> None:
    assert hash_words("").tolist() == hash_words("… – !").tolist() == []
    assert signature(hash_words("two words")) == b""


def test_the_estimate_is_near_the_share_of_triples() -> None:
    one = text()
    other = changed(one, 0.1)
    a, b = (set(zip(w, w[1:], w[2:], strict=False)) for w in (one, other))
    ((i, j, like),) = near_pairs([signed(one), signed(other)], 0.08)
    assert (i, j) == (0, 1)
    assert like == pytest.approx(len(a & b) / len(a | b), abs=0.13)


def test_what_a_template_shares_says_nothing() -> None:
    """Reports of one template, two thirds of their words the same, and two of them that are one report."""
    template = text(240)
    reports = [[*template, *text(120)] for _ in range(150)]
    reports.append(changed(reports[7], 0.05))
    assert [(i, j) for i, j, _ in near_pairs([signed(r) for r in reports], 0.08)] == [(7, 150)]


def test_many_copies_are_each_paired_with_the_first() -> None:
    one = text()
    copies = [signed(changed(one, 0.05)) for _ in range(45)]
    pairs = near_pairs(copies, 0.08)
    assert len(pairs) <= 3 * len(copies)
    assert {j for i, j, _ in pairs if i == 0} == set(range(1, 45))
