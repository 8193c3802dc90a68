"""Control of the C library's heaps (glibc only), which keep memory after it is freed."""

import ctypes
from contextlib import suppress

# Parameters of malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MOST_ARENAS = -1, -3, -8
_ARENAS = 2  # heaps of a server; by default eight a core, each of which keeps its largest fill

_KEPT_BYTES = 64 << 20  # at the end of a heap; by default twice the largest block that was freed
_LARGEST_BYTES = 32 << 20  # of a block in a heap, the most that glibc allows


def limit_arenas() -> None:
    """Make all threads share two heaps of the C library; must be called before threads start.

    Each thread's heap keeps what its largest task took: under hostile uploads a server of two
    cores grew by a third within ten thousand requests, and does not with two heaps.
    """
    with suppress(OSError, AttributeError, TypeError):  # not glibc
        ctypes.CDLL(None).mallopt(_MOST_ARENAS, _ARENAS)


def keep_memory() -> None:
    """Keep up to 64 MiB of freed memory per heap for later allocations.

    A network's layers otherwise give back some megabytes each, and ask for them anew, page by page:
    a twelfth of the processor time of indexing.
    """
    with suppress(OSError, AttributeError, TypeError):  # not glibc
        libc = ctypes.CDLL(None)
        libc.mallopt(_MMAP_THRESHOLD, _LARGEST_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def free_memory() -> None:
    """Return freed memory to the operating system.

    The C library keeps what a checkpoint was read into: 0.2 GB of a ViT-B/32, 0.4 GB when
    quantised.
    """
    with suppress(OSError, AttributeError, TypeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)
