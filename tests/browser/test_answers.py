"""Response time of the server for small answers."""

import time
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow


def test_a_small_answer_comes_at_once(server):
    """On a reused connection, small answers arrive without the 40 ms delay of TCP."""
    with closing(HTTPConnection(urlsplit(server).netloc, timeout=10)) as connection:
        taken = []
        for _ in range(100):
            begun = time.monotonic()
            connection.request("GET", "/_stcore/health")
            connection.getresponse().read()
            taken.append(time.monotonic() - begun)

    assert min(taken[10:]) < 0.03
