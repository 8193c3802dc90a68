import pytest

import photorank


@pytest.mark.parametrize("name", photorank.__all__)
def test_every_public_name_can_be_had(name):
    """What `__all__` lists is there, documented, and told by `dir`."""
    assert getattr(photorank, name).__doc__
    assert name in dir(photorank)


def test_a_name_that_is_not_there():
    """A misspelt name fails as in any module."""
    with pytest.raises(AttributeError, match="'photorank' has no attribute 'rank'"):
        _ = photorank.rank
