"""Timing of several functions, called alternately so that background load affects all equally."""

import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from photorank.cores import usable_cores

_ARRAY_LENGTH = 1 << 26  # float32 numbers, 256 MB, far more than a cache holds
_BANDWIDTH_ROUNDS = 7


def side_by_side(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median run time in seconds of each named function; the functions are called alternately."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def memory_bandwidth() -> float:
    """Highest memory bandwidth that all cores reach together, in bytes per second.

    Reading and copying are timed; the faster one counts.
    """
    source = np.ones(_ARRAY_LENGTH, dtype=np.float32)
    target = np.empty_like(source)
    cores = usable_cores()
    parts = list(zip(np.array_split(target, cores), np.array_split(source, cores), strict=True))
    with ThreadPoolExecutor(cores) as threads:
        taken = side_by_side(
            {
                "copy": lambda: list(threads.map(lambda part: np.copyto(*part), parts)),
                "read": lambda: list(threads.map(lambda part: part[1].max(), parts)),
            },
            _BANDWIDTH_ROUNDS,
        )
    return max(2 * source.nbytes / taken["copy"], source.nbytes / taken["read"])
