"""Limits for one photo file: bytes, pixels, decoding time and memory."""

import mmap
import sys
import time
from contextlib import suppress
from typing import NamedTuple

from photorank.errors import UnreadablePhotoError, counted

MAX_FILE_BYTES = 1 << 30  # a file is held in memory; the largest camera files are a third of this
# Above every camera (phones have 200 megapixels); at Pillow's four bytes a pixel this is 1.2 GB.
MAX_PIXELS = 300_000_000
MAX_WEBP_PIXELS = MAX_PIXELS // 3  # Pillow holds five copies of a WebP while it decodes


def refuse_too_many_pixels(width: int, height: int, limit: int = MAX_PIXELS) -> None:
    """Raise UnreadablePhotoError if a photo has more than `limit` pixels."""
    if width * height > limit:
        raise too_many_pixels_error(limit)


def too_many_pixels_error(limit: int = MAX_PIXELS) -> UnreadablePhotoError:
    """Exception to raise for a photo of more than `limit` pixels."""
    return UnreadablePhotoError(f"more than {limit // 1_000_000} megapixels")


class DecodeLimits(NamedTuple):
    """Time and memory limits for decoding one photo file.

    The largest photos, of 300 megapixels, take a few seconds of work and 2.5 GB; a wait of five
    minutes is the machine's fault, not the photo's.
    """

    work_seconds: int = 60  # of one core
    wait_seconds: float = 300.0  # of wall-clock time
    memory_bytes: int = 4 << 30

    def apply(self) -> None:
        """Set the CPU-time and memory limits of the calling process for its next photo file.

        No effect on Windows.
        """
        if sys.platform == "win32":
            return
        import resource

        limits = {
            resource.RLIMIT_CPU: int(time.process_time()) + self.work_seconds,
            resource.RLIMIT_AS: self.memory_bytes,
            resource.RLIMIT_CORE: 0,  # no core dump in a folder of photos
            resource.RLIMIT_FSIZE: 0,  # a decoder writes no files
        }
        for what, limit in limits.items():
            most = resource.getrlimit(what)[1]
            with suppress(ValueError, OSError):  # not every system knows each
                allowed = limit if most == resource.RLIM_INFINITY else min(limit, most)
                resource.setrlimit(what, (allowed, most))

    def memory_is_free(self) -> bool:
        """True if `memory_bytes` of memory are free now, tested by allocating them."""
        if sys.platform == "win32":
            return False
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        try:
            mmap.mmap(-1, self.memory_bytes).close()
        except (OSError, MemoryError):
            return False
        return True

    @property
    def work_reason(self) -> str:
        """Error text for a photo file that takes more than `work_seconds` of CPU time to decode."""
        return f"takes more than {counted(self.work_seconds, 'second')} to decode"

    @property
    def memory_reason(self) -> str:
        """Error text for a photo file that takes more than `memory_bytes` of memory to decode."""
        size = self.memory_bytes
        words = f"{size >> 30} GB" if size >= 1 << 30 else f"{size >> 20} MB"
        return f"takes more than {words} of memory to decode"

    @property
    def wait_reason(self) -> str:
        """Error text for a photo file that is not decoded within `wait_seconds`."""
        return f"not decoded in {counted(round(self.wait_seconds), 'second')}"
