"""How near two spellings of a name are, and how usual one looks: pure functions, which know no name.

String distance alone cannot tell whether two forms are one name (Millar is not Miller); it only finds the pairs that
are worth a second look. What decides is for a validator to know.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

BUCKET = 16  # words that begin alike, or end alike, that are compared with one another
LONG = 7  # letters from which two neighbouring slips may be one name
ENDINGS = frozenset(["", "n", "a", "an", "ian", "i", "y", "ish", "ese", "ic", "o", "e", "er"])
SUFFIXES = frozenset(
    {"ism", "ist", "ite", "ian", "ean", "ish", "ese", "isme", "iste", "ismo", "ista", "ico", "ica", "ana", "ano", "ain"}
    | {"aine", "ing", "ling", "ed", "al", "isation", "ization", "ised", "ized", "nik"}
)
STEM = 4  # letters that a name has without its suffix
LONGEST_SUFFIX = 7
SOUNDS = re.compile(r"sch|tch|[cpstkg]h|ck|[oe][uo]|ee|ie|ei|iy|ij|([a-z])\1")
SOUND = {
    "sch": "s", "tch": "c", "ch": "c", "sh": "s", "ph": "v", "th": "t", "kh": "k", "gh": "g", "ck": "k",
    "ou": "u", "oo": "u", "eu": "u", "eo": "u", "ee": "i", "ie": "i", "ei": "i", "iy": "i", "ij": "i",
}  # fmt: skip
LETTERS = str.maketrans("yjzwfq", "iisvvk")


def near(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs that are a slip apart, or alike but for accents, or in sound.

    Words that differ at both ends are not compared, and of many that begin or end alike only some: it is no square.
    """
    words = list(words)
    confused = any("rn" in word for word in words)  # with m, by a machine that reads
    buckets: defaultdict[str, list[str]] = defaultdict(list)
    seen = set()
    for word in words:
        base = word if word.isascii() else without_marks(word)
        keys = [base[:3], base[0] + "-" + base[-2:]]
        if len(word) <= 6:
            keys.append("".join(sorted(word)))
        if confused and ("rn" in word or "m" in word):
            keys.append(word.replace("rn", "m"))
        for key in keys:
            bucket = buckets[key]
            for other in bucket:
                if -4 < len(other) - len(word) < 4 and (other, word) not in seen:
                    seen.add((other, word))
                    if is_slip(word, other) or sound_alike(word, other) or differ_in_marks(word, other):
                        yield other, word
            if len(bucket) < BUCKET:
                bucket.append(word)


@lru_cache(maxsize=1 << 14)
def without_marks(name: str) -> str:
    """Jose for José. Letters that Unicode does not take apart, such as ł and ø, stay."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def differ_in_marks(a: str, b: str) -> bool:
    """José and Jose."""
    return not (a + b).isascii() and without_marks(a) == without_marks(b)


def middles(a: str, b: str) -> tuple[str, str, str]:
    """What is left of each without their common beginning and end; and the common end."""
    n, shorter = 0, min(len(a), len(b))
    while n < shorter and a[n] == b[n]:
        n += 1
    m = 0
    while m < shorter - n and a[-1 - m] == b[-1 - m]:
        m += 1
    return a[n : len(a) - m], b[n : len(b) - m], a[len(a) - m :]


def is_slip(a: str, b: str) -> bool:
    """One letter more, less or other, two swapped, an end cut off; from seven letters two neighbouring letters."""
    if a.lower() == b.lower() or differ_in_marks(a, b):
        return False
    x, y, end = middles(a, b)
    short, long = sorted((len(x), len(y)))
    if long == 1 or (short == long == 2 and x == y[::-1]):
        return True
    if (not short and not end and long <= 3) or a.replace("rn", "m") == b.replace("rn", "m"):
        return True
    return long == 2 and min(len(a), len(b)) >= LONG


def is_one_slip(a: str, b: str) -> bool:
    """One letter more, less or other, two swapped, or rn for m."""
    x, y, _ = middles(a, b)
    return max(len(x), len(y)) == 1 or (len(x) == 2 and x == y[::-1]) or a.replace("rn", "m") == b.replace("rn", "m")


def sound_alike(a: str, b: str) -> bool:
    """Two ways to write the sounds of a name in Latin letters: Zelenskyy and Zelensky."""
    if len(a) < LONG - 1 or len(b) < LONG - 1 or a.lower() == b.lower() or differ_in_marks(a, b):
        return False
    return _sound(a) == _sound(b)


@lru_cache(maxsize=1 << 14)
def _sound(name: str) -> str:
    name = SOUNDS.sub(lambda m: SOUND.get(m[0], m[0][0]), without_marks(name).lower()).translate(LETTERS)
    return re.sub(r"(.)\1", r"\1", re.sub(r"(?<=.)c(?![ei])", "k", name))


def is_inflected(a: str, b: str) -> bool:
    """A plural, or a possessive without its apostrophe."""
    short, long = sorted((a, b), key=len)
    return long == short + "es" or (long == short + "s" and short[-1] not in "sxz")


def is_ending(a: str, b: str) -> bool:
    """Only a last vowel, n or y is other or more: Mario and Maria, Nowicki and Nowicka, Karim and Karimi."""
    x, y, end = middles(a, b)
    return not end and len(x) <= 1 and len(y) <= 1 and all(c in "aeioyn" for c in x + y)


def is_gendered(a: str, b: str) -> bool:
    """One has a last "a" that the other has not: Nowicki and Nowicka, Petrov and Petrova, Mario and Maria."""
    return is_ending(a, b) and a.endswith("a") != b.endswith("a")


def is_people(a: str, b: str) -> bool:
    """The endings of a country and its people: Afghan and Afghani. Truncated names look the same."""
    x, y, end = middles(a.removesuffix("s"), b.removesuffix("s"))
    return not end and x in ENDINGS and y in ENDINGS


def is_derived(a: str, b: str) -> bool:
    """Words made from the same name: Marx and Marxist, Stalinism and Stalinists, London and Londoners."""
    if a + "ers" == b or b + "ers" == a:
        return True
    a, b = a.removesuffix("s"), b.removesuffix("s")
    first = len(a) - len(middles(a, b)[0]) - len(middles(a, b)[2])
    for cut in range(first, max(STEM, first - LONGEST_SUFFIX) - 1, -1):
        x, y = a[cut:], b[cut:]
        if (x in SUFFIXES and (y in SUFFIXES or y in ENDINGS)) or (y in SUFFIXES and x in ENDINGS):
            return True
    return False


def meant(name: str, variant: str) -> str:
    """What of a name a variant stands for: the whole, or the one word of it that a single word is near to."""
    words = name.split()
    if len(words) == 1 or " " in variant:
        return name
    alike = [w for w in words if w.lower() == variant.lower() or differ_in_marks(w, variant) or is_slip(w, variant)]
    alike = alike or [w for w in words if sound_alike(w, variant)]
    return alike[0] if len(alike) == 1 else name


class NameTable:
    """A sorted list of names, one a line, found by halving: nothing is built when it is read."""

    def __init__(self, text: str) -> None:
        while text.startswith("#"):
            text = text.partition("\n")[2]
        self._text = text

    def __contains__(self, name: str) -> bool:
        low, high = 0, len(self._text)
        while low < high:
            start = self._text.rfind("\n", low, (low + high) // 2) + 1 or low
            end = self._text.find("\n", start)
            line = self._text[start:end] if end >= 0 else self._text[start:]
            if line == name:
                return True
            if line < name:
                low = start + len(line) + 1
            else:
                high = start
        return False


class Usual:
    """How usual the letters of a name are beside one another, learnt from many names."""

    def __init__(self, names: Iterable[str]) -> None:
        run = "$^^".join(["", *names, ""])
        self._three = Counter([run[i : i + 3] for i in range(len(run) - 2)])
        self._two: Counter[str] = Counter()
        for three, n in self._three.items():
            self._two[three[:2]] += n

    def strangeness(self, name: str) -> float:
        """Minus the logarithm of its probability; a letter that is left out costs as much as a usual one."""
        name = f"^^{name.lower()}$"
        threes = [name[i : i + 3] for i in range(len(name) - 2)]
        return -sum(math.log((self._three[t] + 0.3) / (self._two[t[:2]] + 9)) + 3 for t in threes)
