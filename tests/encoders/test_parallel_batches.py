import os
import subprocess
import sys

import pytest

PROGRAM = """
import time
import numpy as np
from photorank.encoders.parallel_batches import product
rows, matrix = np.random.default_rng(0).random((2, 640, 640), dtype=np.float32)
expected = np.einsum("ij,jk->ik", rows, matrix)
product(rows, matrix)  # starts its thread
found = product(rows, matrix)
begun = time.process_time()
time.sleep(0.2)
print(time.process_time() - begun)
np.testing.assert_allclose(found, expected, rtol=1e-4)
"""


@pytest.mark.slow
def test_after_a_product_no_thread_spins():
    """After a matrix product, no thread keeps using the CPU, and the product equals NumPy's."""
    limits = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
    free = {name: value for name, value in os.environ.items() if name not in limits}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM], env=free, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 0.01
