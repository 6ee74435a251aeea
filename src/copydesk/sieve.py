"""The few tokens of a text that somebody has to look at.

Articles share nearly all their tokens, so what a pattern says of one is remembered: a token that was found to be
nothing is taken out by a difference of sets from then on, and costs a fiftieth of a search.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MOST = 1 << 17  # tokens that are remembered


class Sieve:
    """Tells the tokens that somebody wants from all others, and asks of each of these only once."""

    def __init__(self, wants: Callable[[str], object]) -> None:
        self._wants = wants
        self._others: set[str] = set()

    def __call__(self, tokens: frozenset[str]) -> list[str]:
        """Those of the tokens that are wanted."""
        new = tokens - self._others
        found = [t for t in new if self._wants(t)]
        if len(found) < len(new):
            if len(self._others) > MOST:
                self._others.clear()
            self._others.update(new.difference(found))
        return found


class Oddities:
    """The tokens of a text that are more than a plain word, as one short text with a blank around each.

    What is wrong with characters is in these, and they are a tenth of all: a pattern that lies within a token, or
    between a blank and a token, is looked for here before it is in the text. The last answer is kept.
    """

    def __init__(self) -> None:
        plain = re.compile(r"[A-Za-z][a-z]*[.,]?")
        self._odd = Sieve(lambda token: plain.fullmatch(token) is None)
        self._last: tuple[frozenset[str], str] = frozenset(), "  "

    def __call__(self, vocabulary: frozenset[str]) -> str:
        if vocabulary is not self._last[0]:
            self._last = vocabulary, f" {' '.join(self._odd(vocabulary))} "
        return self._last[1]


oddities = Oddities()
