"""How long something takes as its input grows: for tests that nothing takes more than linear time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def grows_with_the_length_only(make: Callable[[int], T], work: Callable[[T], object]) -> bool:
    """Whether the work on what is made of 40,000 characters takes much less than sixteen times that on 10,000.

    CPU time is measured, the least of three; to make it is not.
    """

    def seconds(length: int) -> float:
        made = make(length)
        best = 9.0
        for _ in range(3):
            begun = time.process_time()
            work(made)
            best = min(best, time.process_time() - begun)
        return best

    short, long = seconds(10_000), seconds(40_000)
    return long < 0.02 or long / max(short, 1e-4) < 8  # four times as long; quadratic would be sixteen times
