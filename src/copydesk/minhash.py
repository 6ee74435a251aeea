"""Which texts of many are alike: MinHash over words, banded, without looking at any pair that has nothing in common.

A signature is 128 numbers: of a text's hashed word triples the smallest in each of 128 equal ranges; where a range has
none, that of the next range that has one. The share of numbers that two signatures have in common estimates the share
of triples that the texts have in common as well as 128 permutations would, and costs one sort. Everything is numpy on
whole texts: no object is made for a word. The hashes are the same in every process, on every machine.

numpy is imported in the functions, so that a run that compares nothing does not load it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBERS = 128
ROWS = 2  # numbers in a band: 64 bands of 2 find 98 in 100 pairs that share 24 % of their triples, all that share 34 %
SHINGLE = 3  # words: two pages on one subject share pairs of words, hardly triples
LONGEST = 1 << 16  # code points that are hashed at once
WINDOW = 8  # neighbours in a band that are paired with one another; more of them are each paired with the first
COMMON = 50  # texts, or 2 %: a triple that so many texts have belongs to a template and says nothing of two of them
LEAST = 8  # numbers in common; unrelated texts have none to three
NEARLY = 0.6  # of the likeness of the best: the first such text is preferred, so that all of a group name the same one
INFORMATIVE = 16  # numbers that are no template's; with fewer nothing can be said


class Tables(NamedTuple):
    fold: NDArray[np.uint32]  # the code point of a letter or digit in lower case; 0 for all else
    powers: NDArray[np.uint64]
    inverses: NDArray[np.uint64]
    ranges: NDArray[np.uint32]


@cache
def _tables() -> Tables:
    import numpy as np

    every = "".join(map(chr, range(0x10000)))
    lower = every.replace("\u0130", "i").lower()  # the one letter that is longer in lower case
    kinds = re.sub(r"[^\0]", "\1", re.sub(r"[\W_]", "\0", every))
    fold, within = (np.frombuffer(t.encode("utf-32-le", "surrogatepass"), np.uint32) for t in (lower, kinds))
    base = 0x9E3779B97F4A7C15
    powers, inverses = np.full((2, LONGEST + 2), np.uint64(base))
    inverses[:] = pow(base, -1, 1 << 64)
    powers[0] = inverses[0] = 1
    return Tables(
        fold * within,
        np.multiply.accumulate(powers),
        np.multiply.accumulate(inverses),
        np.arange(NUMBERS, dtype=np.uint32) * np.uint32((1 << 32) // NUMBERS),
    )


def hash_words(text: str) -> NDArray[np.uint64]:
    """A number for each word (a run of letters and digits, in any script) in its order; case does not count."""
    import numpy as np

    if len(text) > LONGEST:
        pieces, start = [], 0
        while start < len(text):
            stop = start + LONGEST
            if stop < len(text):
                stop = max(text.rfind(" ", start + 1, stop), text.rfind("\n", start + 1, stop)) + 1 or stop
            pieces.append(hash_words(text[start:stop]))
            start = stop
        return np.concatenate(pieces)
    fold, powers, inverses, _ = _tables()
    codes = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), np.uint32)
    letters = fold.take(codes, mode="clip")
    within = letters != 0
    blanks = np.flatnonzero(within[1:] > within[:-1])  # the last one before each word
    hashes: NDArray[np.uint64] = np.add.reduceat(letters * powers[: len(letters)], blanks) * inverses.take(blanks)
    hashes *= np.uint64(0xFF51AFD7ED558CCD)
    hashes ^= hashes >> np.uint64(33)
    return hashes


def signature(words: NDArray[np.uint64]) -> bytes:
    """The signature of a text by its hashed words; b"" where there are too few."""
    import numpy as np

    if len(words) < SHINGLE:
        return b""
    mixed = words[:-2] * np.uint64(0x9E3779B97F4A7C15) + words[1:-1] * np.uint64(0xC2B2AE3D27D4EB4F) + words[2:]
    triples = (mixed >> np.uint64(32)).astype(np.uint32)
    triples.sort()
    return triples.take(triples.searchsorted(_tables().ranges), mode="wrap").tobytes()


def near_pairs(signatures: Sequence[bytes], least: float, most: int = 3) -> list[tuple[int, int, float]]:
    """The pairs (i < j) of signatures that are alike by `least` or more, with how much; ordered.

    Of the pairs of each j with what stands before it, `most` are given: the first that is nearly as like as the best,
    and the best. The time grows with the number of texts, not of pairs, whatever the texts.
    """
    count = len(signatures)
    if count < 2:
        return []
    import numpy as np

    table = np.frombuffer(b"".join(signatures), np.uint32).reshape(count, NUMBERS)
    rare = _rare(table)
    found: list[NDArray[np.uint64]] = []
    for column in range(0, NUMBERS, ROWS):
        pairs = np.unique(_band(table, rare, column))
        found.append(pairs[_likeness(table, rare, pairs) >= least])
    pairs = np.unique(np.concatenate(found))
    return _best(pairs, _likeness(table, rare, pairs), most)


def _rare(table: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which numbers are no template's: those that few texts have."""
    import numpy as np

    most = max(COMMON, len(table) // 50)
    rare = np.empty(table.shape, np.bool_)
    for column in range(NUMBERS):
        _, which, counts = np.unique(table[:, column], return_inverse=True, return_counts=True)
        rare[:, column] = (counts <= most)[which]
    return rare


def _band(table: NDArray[np.uint32], rare: NDArray[np.bool_], column: int) -> NDArray[np.uint64]:
    """The pairs of texts that agree in the numbers of one band, as i << 32 | j with i < j."""
    import numpy as np

    usable = np.flatnonzero(rare[:, column : column + ROWS].all(axis=1))
    keys = table[usable, column].astype(np.uint64) << np.uint64(32) | table[usable, column + 1]
    order = np.argsort(keys, kind="stable")
    keys, texts = keys[order], usable[order].astype(np.uint64)
    pairs = [np.empty(0, np.uint64)]
    for distance in range(1, min(WINDOW, len(keys) - 1) + 1):
        same = np.flatnonzero(keys[distance:] == keys[:-distance])
        pairs.append(texts[same] << np.uint64(32) | texts[same + distance])
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else order
    first = np.repeat(starts, np.diff(np.append(starts, len(keys))))
    far = np.flatnonzero(np.arange(len(keys)) - first > WINDOW)
    pairs.append(texts[first[far]] << np.uint64(32) | texts[far])
    return np.concatenate(pairs)


def _likeness(
    table: NDArray[np.uint32], rare: NDArray[np.bool_], pairs: NDArray[np.uint64], at_once: int = 20_000
) -> NDArray[np.float64]:
    """The share of numbers that each pair has in common, of those that are no template's; 0 where it says nothing."""
    import numpy as np

    out = np.zeros(len(pairs))
    for start in range(0, len(pairs), at_once):
        chunk = pairs[start : start + at_once]
        i, j = (chunk >> np.uint64(32)).astype(np.int64), (chunk & np.uint64(0xFFFFFFFF)).astype(np.int64)
        one, other = table[i], table[j]
        counted = np.where(one < other, rare[i], rare[j])
        common = ((one == other) & counted).sum(axis=1)
        of = counted.sum(axis=1)
        says = (common >= LEAST) & (of >= INFORMATIVE)
        out[start : start + at_once] = np.where(says, common / np.maximum(of, 1), 0)
    return out


def _best(pairs: NDArray[np.uint64], likeness: NDArray[np.float64], most: int) -> list[tuple[int, int, float]]:
    groups: dict[int, list[tuple[int, float]]] = {}
    values: Any = zip(pairs.tolist(), likeness.tolist(), strict=True)
    for pair, like in values:
        groups.setdefault(pair & 0xFFFFFFFF, []).append((pair >> 32, like))
    out = []
    for j, group in groups.items():
        best = sorted(group, key=lambda x: (-x[1], x[0]))
        first = min(i for i, like in group if like >= NEARLY * best[0][1])
        chosen = dict(best[:most])
        if first not in chosen:
            chosen.pop(best[:most][-1][0])
            chosen[first] = dict(group)[first]
        out += [(i, j, like) for i, like in chosen.items()]
    return sorted(out)
