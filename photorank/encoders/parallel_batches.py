"""Batches side by side on a processor: each worker computes alone, and none waits for another."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def each_batch(
    work: Callable[[Batch], Result], batches: Iterable[Batch], *, device: str
) -> Iterator[Result]:
    """Yield what the work makes of each batch, in order.

    Left to itself, torch splits every operation over the cores and waits for the
    last of them, some hundred times a batch. That is as fast as this on an idle
    machine, and ten times slower where decoding or anything else keeps a core busy.
    """
    return map(work, batches) if device != "cpu" else _workers().map(work, batches)


@cache
def _workers() -> ThreadPoolExecutor:
    """As many workers as torch would use threads."""
    import torch

    return ThreadPoolExecutor(torch.get_num_threads(), "encode", initializer=_compute_alone)


def _compute_alone() -> None:
    """Keep operations that this thread starts in this thread; others are left as they are."""
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    torch.get_num_threads()  # torch sets a thread's limit when first asked: before, not after us
    threadpool_limits(limits=1, user_api="openmp")
