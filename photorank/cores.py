"""Processor cores available to this process."""

import os


def usable_cores() -> int:
    """Number of processor cores available to this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
