import pytest

from dashboard.models.teach_session import TeachSession
from photorank.index.judging.click_log import record_choice
from photorank.index.opened import Index
from photorank.vectors.store import list_vectors
from photorank.vectors.taste.photo_subset import subset_in


@pytest.fixture
def session(paths):
    """Labelling session of rater `ann` on the index `small`, starting from the vector `ours`."""
    index = Index.open(paths)
    prior = list_vectors(index)["ours"]
    return TeachSession(index, "ann", prior, subset_in(index, prior.direction))


@pytest.fixture
def choose(session):
    """Function that records a person's choices from pairs of photo numbers, winner first."""

    def record(rater, pairs):
        for winner, loser in pairs:
            digests = [session.index.photo(row).digest for row in (winner, loser)]
            record_choice(session.index.paths, rater, *digests, tie=False, asked="random")

    return record
