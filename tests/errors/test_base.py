"""Tests of the base class of all photorank errors."""

import pickle
from pathlib import Path

import pytest

from photorank.errors import (
    MissingExtraError,
    MissingPathError,
    OutOfMemoryError,
    StorageError,
    TooFewPhotosError,
    UnusablePhotosError,
    VectorNameTakenError,
)


@pytest.mark.parametrize(
    "error",
    [
        MissingPathError(Path("/no/where"), hint="Name it."),
        MissingExtraError("photorank", "openvino"),
        OutOfMemoryError(),
        StorageError(Path("/full"), "the disk is full"),
        TooFewPhotosError("small", 1, 30, "it is blank"),
        UnusablePhotosError([MissingPathError(Path("a"))], 2),
        VectorNameTakenError("mine", "small"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_another_process_says_the_same(error):
    """An error pickled in another process keeps its message and its text for web pages."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(again), str(again)) == (type(error), str(error))
    assert (again.on_page, vars(again)) == (error.on_page, vars(error))
