"""Choice of the fairest possible test for a vector that may have learned from the photos."""

from typing import Literal

import numpy as np

from photorank.index.opened import Index
from photorank.learning.judged_photos import JudgedPhotos
from photorank.similarity.near_duplicates import grey_fingerprints
from photorank.typing import Flags
from photorank.vectors.learners_by_name import is_learner
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.store import list_vectors

# How a vector is tested: it has not seen the photos; it has, and is learned anew without each fold;
# it has, and cannot be learned without them; nobody knows what it has seen.
Testing = Literal["as it is", "refitted", "in-sample", "unknown"]


def how_tested(index: Index, vector: MasterVector, photos: JudgedPhotos) -> Testing:
    """Way to test a vector: "as it is" (on unseen photos), "refitted", "in-sample" or "unknown".

    An altered copy of a photo that it learned from counts as that photo. It is learned anew where
    its card says from what, unless its prior has seen some of the photos or is gone: nothing would
    be held out. Raises EncoderMismatchError if it may not rate them.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    if not photos.seen_by(vector.card).any():
        return "unknown" if vector.card.unknown else "as it is"
    if vector.card.index != index.name or not is_learner(vector.kind):
        return "in-sample"
    return "in-sample" if prior_has_seen(index, vector.card, photos) else "refitted"


def prior_has_seen(index: Index, card: Card, photos: JudgedPhotos) -> bool:
    """True if the prior (the vector that learning began from) had learned from any of the photos.

    Also true if that vector no longer exists, as it cannot be told then.
    """
    prior = card.parameters.get("prior")
    if prior is None:
        return False
    believed = list_vectors(index).get(prior)
    return believed is None or bool(photos.seen_by(believed.card).any())


def seen_photos(index: Index, card: Card) -> Flags:
    """Mask (n,) of the index's n photos, true for those that the given vector learned from.

    Copies of those photos are included.
    """
    rows = np.arange(len(index))
    greys = None if card.pictures is None else grey_fingerprints(index, rows)
    return card.seen(index.digests(), index.heads(), greys)
