import doctest

import pytest

from dashboard import cards, contact_sheet, words


@pytest.mark.parametrize(
    "module", [cards, contact_sheet, words], ids=lambda module: module.__name__
)
def test_examples_in_docstrings_are_true(module):
    """Pages are scripts that doctest cannot import, so the view-models' examples run here."""
    ran = doctest.testmod(module)

    assert ran.attempted
    assert not ran.failed
