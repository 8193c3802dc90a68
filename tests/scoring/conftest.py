import pytest

from photorank.scoring.embed_bytes import Embedder
from photorank.scoring.scale import Scale
from photorank.scoring.score_photos import scored
from photorank.scoring.sources import find_sources
from tests.fixtures.colours import ColourEncoder


@pytest.fixture
def scorer(collection):
    """Return a scorer for the collection's index and vector."""
    return Scorer(collection)


class Scorer:
    """Scores photos as `photorank score` does, with an encoder that needs no weights."""

    def __init__(self, collection):
        self.index, self.vector = collection.index, collection.vector
        self.encoder = ColourEncoder()
        self.scale = Scale(self.index, self.vector)

    def sources(self, *asked, stdin=None, column=None):
        """Return the photo sources found for the given arguments."""
        return find_sources([str(one) for one in asked], stdin, column=column)

    def batches(self, sources, batch_size=4):
        """Score sources, a batch at a time."""
        embedder = Embedder(self.index, lambda: self.encoder)
        return scored(sources, embedder, self.scale, batch_size=batch_size)

    def rows(self, *asked, **how):
        """Return the scored rows of all photos found for the given arguments."""
        return [row for batch in self.batches(self.sources(*asked, **how)) for row in batch]
