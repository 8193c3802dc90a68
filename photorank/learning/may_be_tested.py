"""Rule for testing a vector on photos it may have learned from."""

from collections.abc import Sequence
from typing import Literal

from photorank.index.opened import Index
from photorank.vectors.learners_by_name import LEARNERS
from photorank.vectors.master import MasterVector
from photorank.vectors.store import list_vectors

# How a vector is tested: it has not seen the photos; it has, and is learned anew without each fold;
# it has, and cannot be learned without them.
Testing = Literal["as it is", "refitted", "in-sample"]


def how_tested(index: Index, vector: MasterVector, digests: Sequence[str]) -> Testing:
    """Way to test a vector on photos, given by their digests: directly, refitted or in-sample.

    It is learned anew where its card says from what, unless its prior has seen some of the photos
    or is gone: nothing would be held out. Raises EncoderMismatchError if it may not rate them.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    if not vector.card.saw_any(digests):
        return "as it is"
    if vector.card.index != index.name or vector.kind not in LEARNERS:
        return "in-sample"
    prior = vector.card.parameters.get("prior")
    if prior is None:
        return "refitted"
    believed = list_vectors(index).get(prior)
    return "in-sample" if believed is None or believed.card.saw_any(digests) else "refitted"
