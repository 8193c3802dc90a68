"""Parallel processing of batches on the CPU, one core per batch."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import numpy as np

from photorank.typing import Embeddings

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def each_batch(
    work: Callable[[Batch], Result], batches: Iterable[Batch], *, device: str
) -> Iterator[Result]:
    """Yield the result of the function `work` on each batch, in the order of the batches.

    torch would split every operation over the cores and wait for the last of them, some
    hundred times a batch: as fast on an idle machine, ten times slower on a busy one.
    """
    return map(work, batches) if device != "cpu" else _workers().map(work, batches)


def product(rows: Embeddings, matrix: Embeddings) -> Embeddings:
    """Matrix product ``rows @ matrix``, computed on one core.

    NumPy's threads wait for the next product by spinning: 60 ms of processor time for 2 of work.
    """
    import torch

    def multiplied(factors: tuple[Embeddings, Embeddings]) -> Embeddings:
        first, second = map(torch.from_numpy, factors)
        return np.asarray(first @ second)

    [found] = each_batch(multiplied, [(rows, matrix)], device="cpu")
    return found


@cache
def _workers() -> ThreadPoolExecutor:
    """Thread pool with as many threads as torch would use."""
    import torch

    return ThreadPoolExecutor(torch.get_num_threads(), "encode", initializer=_use_one_core)


def _use_one_core() -> None:
    """Limit this thread's OpenMP operations to one core, since batches run in parallel."""
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    torch.get_num_threads()  # torch sets a thread's limit when first asked: before, not after us
    threadpool_limits(limits=1, user_api="openmp")
