import pytest

from photorank.scoring.embed_bytes import Embedder
from photorank.scoring.scale import Scale
from photorank.scoring.score_photos import scored
from photorank.scoring.sources import find_sources
from tests.fixtures.colours import ColourEncoder


@pytest.fixture
def scorer(collection):
    """Scorer of photos by the collection's index and vector."""
    return Scorer(collection)


class Scorer:
    """Scorer that works like `photorank score`, but with a fake encoder that has no weights."""

    def __init__(self, collection):
        self.index, self.vector = collection.index, collection.vector
        self.encoder = ColourEncoder()
        self.scale = Scale(self.index, self.vector)

    def sources(self, *asked, stdin=None, column=None):
        """Photo sources found for the given command-line arguments."""
        return find_sources([str(one) for one in asked], stdin, column=column)

    def batches(self, sources, batch_size=4):
        """Iterator over batches of scores of the photos in `sources`."""
        embedder = Embedder(self.index, lambda: self.encoder)
        return scored(sources, embedder, self.scale, batch_size=batch_size)

    def rows(self, *asked, **how):
        """Scored rows of all photos found for the given command-line arguments."""
        return [row for batch in self.batches(self.sources(*asked, **how)) for row in batch]
