import doctest

import pytest

from dashboard import formatting
from dashboard.models import photo_tiles, vector_card


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", [vector_card, photo_tiles, formatting], ids=lambda module: module.__name__
)
def test_examples_in_docstrings_are_true(module):
    """Pages are scripts that doctest cannot import, so the view-models' examples run here."""
    ran = doctest.testmod(module)

    assert ran.attempted
    assert not ran.failed
