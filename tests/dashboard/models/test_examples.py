import doctest

import pytest

from dashboard import formatting
from dashboard.models import photo_tiles, vector_card


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", [vector_card, photo_tiles, formatting], ids=lambda module: module.__name__
)
def test_examples_in_docstrings_are_true(module):
    """Examples in the docstrings of a dashboard module give the results that they show."""
    ran = doctest.testmod(module)

    assert ran.attempted
    assert not ran.failed
