"""Response time of the server for small answers."""

import time
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow


def test_a_small_answer_comes_at_once(server):
    """Small answers on one kept-open connection are sent without the 40 ms TCP delay."""
    with closing(HTTPConnection(urlsplit(server).netloc, timeout=10)) as connection:
        taken = []
        for _ in range(100):
            begun = time.monotonic()
            connection.request("GET", "/_stcore/health")
            connection.getresponse().read()
            taken.append(time.monotonic() - begun)

    assert min(taken[10:]) < 0.03
