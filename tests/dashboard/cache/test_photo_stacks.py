from dashboard.cache.photo_stacks import stack_codes
from photorank.index.opened import Index
from photorank.similarity.series import find_series


def test_stacks_are_series_and_leave_no_copy_of_the_embeddings(paths):
    """A page's index, which all sessions share, does not grow by what series need."""
    index = Index.open(paths)
    assert stack_codes(index).tolist() == find_series(Index.open(paths)).codes.tolist()
    assert "embeddings" not in vars(index._held)
