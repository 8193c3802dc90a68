import subprocess
import sys

import pytest

ALLOCATE = """
import ctypes, threading
from photorank.heap import limit_arenas
if {limited}:
    limit_arenas()
together = threading.Barrier(12)
def allocate():
    together.wait()
    for size in range(1000, 100_000, 1000):
        bytes(size)
threads = [threading.Thread(target=allocate) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(c.fopen(b"/dev/stdout", b"w"))
c.malloc_info(0, file)
c.fclose(file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc how many heaps there are")
@pytest.mark.parametrize(("limited", "most"), [(True, 2), (False, 1000)])
def test_threads_share_two_heaps(limited, most):
    """Calling limit_arenas limits twelve threads to two malloc heaps; otherwise they use more."""
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ALLOCATE.format(limited=limited)],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    heaps = told.count("<heap ")
    if not heaps:
        pytest.skip("the C library is not glibc")
    assert heaps <= most
    assert limited or heaps > 2


REPEAT = """
import resource
from photorank.heap import keep_memory
if {kept}:
    keep_memory()
def layers():
    return [bytearray(b"x") * (5 << 20) for _ in range(5)]
layers()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    layers()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts page faults of glibc's heap")
def test_memory_that_is_kept_is_not_asked_for_again():
    """If keep_memory is called, freed memory is reused, which causes far fewer page faults."""
    faults = [
        int(
            subprocess.run(  # noqa: S603
                [sys.executable, "-c", REPEAT.format(kept=kept)],
                capture_output=True,
                check=True,
                text=True,
            ).stdout
        )
        for kept in (True, False)
    ]
    if faults[1] < 1000:
        pytest.skip("the C library is not glibc")
    assert faults[0] < 0.1 * faults[1]
