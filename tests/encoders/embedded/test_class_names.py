"""Tests that the network for sentences refuses unknown texts and is loaded only once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from photorank.encoders.embedded.class_names import refuse_unknown, sentence_network
from photorank.errors import DegenerateDirectionError

pytestmark = pytest.mark.slow


def test_unknown_texts_are_named_in_part():
    """Texts outside the vocabulary raise an error that quotes the first one, up to 60 letters."""
    refuse_unknown(["a dog", "!"], "cpu")
    with pytest.raises(DegenerateDirectionError, match=f"“{'a' * 60}…”"):
        refuse_unknown(["a dog", "a" * 200], "cpu")
    with pytest.raises(DegenerateDirectionError, match="“🐶”"):
        refuse_unknown(["🐶"], "cpu")


def test_the_network_loads_once_for_all_threads():
    """Threads that need the sentence network at the same time load it only once."""
    sentence_network.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda word: refuse_unknown([word], "cpu"), ["a", "dog", "on", "beach"]))
    assert sentence_network.cache_info().misses == 1
