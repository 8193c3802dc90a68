"""Comparison of framings (crop, padding, …) by held-out accuracy on the same photos and folds."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from photorank.bench.embed_files import check_framings, embed_files, judged_files
from photorank.encoders.base import Encoder
from photorank.errors import TooFewPhotosError
from photorank.index.opened import Index
from photorank.json_values import to_json
from photorank.learning.held_out_directions import out_of_fold_ratings, progress_callback
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.estimates import Difference, Estimate, holm
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.pair_sums import PairSums
from photorank.photos.framing import FRAMINGS
from photorank.typing import Embeddings, Json
from photorank.vectors.learners_by_name import make_learner

LEARNER = "all-pairs"
BASE = "crop"  # CLIP's own framing, with which the others are compared

Load = Callable[[str], Encoder]  # of a framing


@dataclass(frozen=True)
class FramingResult:
    """Held-out accuracy of a rating direction learned with one framing (crop, padding, …)."""

    framing: str
    accuracy: Estimate  # pairwise
    ahead: Difference | None  # of the base framing; None for the base itself
    p_holm: float | None
    seconds: float  # of opening and embedding all photos

    def to_json(self) -> Json:
        """The result as a JSON object."""
        ahead = None if self.ahead is None else {**to_json(self.ahead), "p_holm": self.p_holm}
        return {
            "framing": self.framing,
            "pairwise_accuracy": to_json(self.accuracy),
            "ahead": ahead,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class FramingTable:
    """Results of all framings (crop, padding, …) on the judged photos of one index."""

    index: str
    encoder: str
    learner: str
    base: str
    protocol: Protocol
    rows: tuple[FramingResult, ...]  # the best first

    def to_json(self) -> Json:
        """Results of all compared framings as a JSON object."""
        return {
            **vars(self),
            "protocol": to_json(self.protocol),
            "rows": [row.to_json() for row in self.rows],
        }


def measure_framings(
    index: Index,
    load: Load,
    *,
    framings: Sequence[str] = tuple(FRAMINGS),
    protocol: Protocol | None = None,
    learner: str = LEARNER,
    on_progress: Callable[[int, int], None] | None = None,
) -> FramingTable:
    """Held-out accuracy of a learned rating direction for each framing (crop, padding, …).

    Folds are the same for all, so differences are paired; all intervals include the refitting
    (corrected resampled variance). Differences are from ``crop``, or the first framing without it,
    and corrected for their number after Holm. Photos that have changed since they were indexed are
    left out; the index itself is not changed. Raises :class:`UnknownNameError`,
    :class:`EncoderError` or, where hardly any file can still be read, :class:`TooFewPhotosError`.
    """
    protocol = protocol or Protocol()
    check_framings(framings)
    make_learner(learner, seed=protocol.seed)  # a wrong name fails before any work
    photos, paths = judged_files(index)
    embedded: dict[str, list[Embeddings | None]] = {}
    seconds: dict[str, float] = {}
    one_more = progress_callback(on_progress, len(framings) * len(paths))
    for framing in framings:
        start = time.perf_counter()
        embedded[framing] = embed_files(paths, load(framing), on_photo=one_more)
        seconds[framing] = time.perf_counter() - start

    usable = [all(rows[one] is not None for rows in embedded.values()) for one in range(len(paths))]
    kept = np.flatnonzero(usable)  # files may have gone since they were indexed
    if len(kept) < protocol.folds and len(paths) >= protocol.folds:
        raise TooFewPhotosError(index.name, len(kept), protocol.folds)
    photos = photos.take(kept)
    folds = split_into_folds(photos, protocol)
    protocol = replace(protocol, folds=folds.k, repeats=len(folds.codes))
    pairs = HeldOutPairs.of(photos.comparisons, folds)
    sums = {
        framing: pairs.sums(
            out_of_fold_ratings(
                make_learner(learner, seed=protocol.seed),
                _with_embeddings(photos, rows, kept),
                folds,
            ),
            refitted=True,
        )
        for framing, rows in embedded.items()
    }
    base = BASE if BASE in sums else framings[0]
    rows = _results(pairs, sums, base, seconds)
    return FramingTable(index.name, index.manifest.encoder, learner, base, protocol, rows)


def _with_embeddings(
    photos: JudgedPhotos, rows: list[Embeddings | None], kept: np.ndarray
) -> JudgedPhotos:
    """Judged photos with their embeddings replaced by those of one framing (crop, padding, …).

    `kept` are the positions in `rows` of the photos' embeddings.
    """
    X = np.concatenate([row for one in kept if (row := rows[one]) is not None])
    return replace(photos, X=X)


def _results(
    pairs: HeldOutPairs, sums: dict[str, list[PairSums]], base: str, seconds: dict[str, float]
) -> tuple[FramingResult, ...]:
    """Results of all framings (crop, padding, …), best first, each with its lead over `base`."""
    ahead = {
        framing: pairs.difference(found, sums[base], refitted=True)
        for framing, found in sums.items()
        if framing != base
    }
    adjusted = dict(zip(ahead, holm([one.p for one in ahead.values()]), strict=True))
    rows = [
        FramingResult(
            framing,
            pairs.estimate(found, refitted=True),
            ahead.get(framing),
            float(adjusted[framing]) if framing in adjusted else None,
            seconds[framing],
        )
        for framing, found in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: -row.accuracy.value))
