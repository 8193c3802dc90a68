"""Limits of one photo file: its bytes and pixels, and what decoding it may take."""

import mmap
import sys
import time
from contextlib import suppress
from typing import NamedTuple

from photorank.errors import counted

MAX_FILE_BYTES = 1 << 30  # a file is held in memory; the largest camera files are a third of this
# Above every camera (phones have 200 megapixels); at Pillow's four bytes a pixel this is 1.2 GB.
MAX_PIXELS = 300_000_000
MAX_WEBP_PIXELS = MAX_PIXELS // 3  # Pillow holds five copies of a WebP while it decodes


class DecodeLimits(NamedTuple):
    """What decoding one file may take.

    The largest photos that are read, 300 megapixels, take some seconds of work and 2.5 GB; who
    waits longer than five minutes waits for a machine, not for a photo.
    """

    work_seconds: int = 60  # of a core
    wait_seconds: float = 300.0  # on the clock
    memory_bytes: int = 4 << 30

    def hold(self) -> None:
        """Bound what this process takes for its next file, where the system can."""
        if sys.platform == "win32":
            return
        import resource

        limits = {
            resource.RLIMIT_CPU: int(time.process_time()) + self.work_seconds,
            resource.RLIMIT_AS: self.memory_bytes,
            resource.RLIMIT_CORE: 0,  # no dump of it among somebody's photos
            resource.RLIMIT_FSIZE: 0,  # it has nothing to write to a file
        }
        for what, limit in limits.items():
            most = resource.getrlimit(what)[1]
            with suppress(ValueError, OSError):  # not every system knows each
                allowed = limit if most == resource.RLIM_INFINITY else min(limit, most)
                resource.setrlimit(what, (allowed, most))

    def memory_was_free(self) -> bool:
        """Tell whether the system has as much memory as this process was allowed."""
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
    def too_much_work(self) -> str:
        """Reason for which a file is refused that took more work."""
        return f"takes more than {counted(self.work_seconds, 'second')} to decode"

    @property
    def too_much_memory(self) -> str:
        """Reason for which a file is refused that took more memory."""
        size = self.memory_bytes
        words = f"{size >> 30} GB" if size >= 1 << 30 else f"{size >> 20} MB"
        return f"takes more than {words} of memory to decode"

    @property
    def too_long_a_wait(self) -> str:
        """Reason for which a file is refused that was not decoded in time."""
        return f"not decoded in {self.wait_seconds:.0f} seconds"
