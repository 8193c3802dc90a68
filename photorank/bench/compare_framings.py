"""What each framing is worth: the same photos, learner and folds, whatever the encoder sees."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from photorank.bench.embed_files import embed_files
from photorank.encoders.base import Encoder
from photorank.errors import TooFewPhotosError, UnknownNameError
from photorank.evaluation.contenders import make_learner
from photorank.index.opened import Index
from photorank.learning.judged_photos import judged_photos
from photorank.learning.protocol import JudgedPhotos, Protocol, out_of_fold_ratings
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.folds import Folds
from photorank.metrics.intervals import holm
from photorank.metrics.pair_sums import values_by_fold
from photorank.metrics.ranking import accuracy_sums
from photorank.metrics.resampled import corrected_resampled, corrected_resampled_difference
from photorank.photos.framing import FRAMINGS
from photorank.typing import Embeddings, Floats, Json

LEARNER = "all-pairs"
BASE = "crop"  # CLIP's own, to which the others are compared

Load = Callable[[str], Encoder]  # of a framing


@dataclass(frozen=True)
class FramingResult:
    """How well a direction learned in one framing orders photos it has not seen."""

    framing: str
    accuracy: Estimate  # pairwise
    ahead: Difference | None  # of the base framing; None for the base itself
    p_holm: float | None
    seconds: float  # of opening and embedding all photos

    def to_json(self) -> Json:
        """Plain JSON."""
        ahead = None if self.ahead is None else {**self.ahead.to_json(), "p_holm": self.p_holm}
        return {
            "framing": self.framing,
            "pairwise_accuracy": self.accuracy.to_json(),
            "ahead": ahead,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class FramingTable:
    """All framings on one labelled set."""

    index: str
    encoder: str
    learner: str
    base: str
    protocol: Protocol
    rows: tuple[FramingResult, ...]  # the best first

    def to_json(self) -> Json:
        """Plain JSON."""
        return {
            **vars(self),
            "protocol": self.protocol.to_json(),
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
    """Embed an index's judged photos in every framing, and learn from each out of fold.

    Folds are the same for all, so differences are paired; their intervals, and
    those of the accuracies, include the refitting by the corrected resampled
    variance. Differences to the first framing, or to ``crop`` where it is among
    them, are corrected for their number after Holm. The index itself is not changed.

    Parameters
    ----------
    index : Index
    load : callable
        Loads the index's encoder with a framing.
    framings : sequence of str
        At least one.
    protocol : Protocol, optional
    learner : str, default="all-pairs"
    on_progress : callable, optional
        Called with the number of photos embedded and to embed.

    Raises
    ------
    NoLabelsError
        If nobody judged the photos, or all the same.
    UnknownNameError
        If there is no such framing or learner.
    TooFewPhotosError
        If hardly any file can still be read.
    EncoderError
        If the encoder cannot take a framing.
    """
    protocol = protocol or Protocol()
    for framing in framings:
        if framing not in FRAMINGS:
            raise UnknownNameError("framing", framing, list(FRAMINGS))
    make_learner(learner, seed=protocol.seed)  # a wrong name fails before any work
    photos = judged_photos(index)
    paths = [index.photo(row).path for row in index.comparisons().active]
    embedded: dict[str, list[Embeddings | None]] = {}
    seconds: dict[str, float] = {}
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        if on_progress is not None:
            on_progress(done, len(framings) * len(paths))

    for framing in framings:
        start = time.perf_counter()
        embedded[framing] = embed_files(paths, load(framing), on_photo=one_more)
        seconds[framing] = time.perf_counter() - start

    usable = [all(rows[one] is not None for rows in embedded.values()) for one in range(len(paths))]
    kept = np.flatnonzero(usable)  # files may have gone since they were indexed
    if len(kept) < protocol.folds and len(paths) >= protocol.folds:
        raise TooFewPhotosError(index.name, len(kept), protocol.folds)
    photos = photos_of(photos, kept)
    folds = photos.split(protocol)
    values = {
        framing: accuracy_by_fold(_seen(photos, rows, kept), folds, protocol, learner)
        for framing, rows in embedded.items()
    }
    return _table(index, photos, folds, protocol, learner, values, seconds)


def photos_of(photos: JudgedPhotos, rows: np.ndarray) -> JudgedPhotos:
    """Some of the judged photos."""
    return JudgedPhotos(
        X=photos.X[rows],
        comparisons=photos.comparisons.take(rows),
        groups=photos.groups[rows],
        series=photos.series[rows],
        digests=tuple(photos.digests[row] for row in rows),
        splits=tuple(photos.splits[row] for row in rows),
        by_raters=photos.by_raters,
    )


def accuracy_by_fold(
    photos: JudgedPhotos, folds: Folds, protocol: Protocol, learner: str
) -> Floats:
    """Pairwise accuracy (repeats * K,) on each fold, learned from the others."""
    ratings = out_of_fold_ratings(make_learner(learner, seed=protocol.seed), photos, folds)
    parts = [
        accuracy_sums(r, photos.comparisons.restricted(codes, "within"), clusters=codes, couples=0)
        for r, codes in zip(ratings, folds.codes, strict=True)
    ]
    return values_by_fold(parts)


def _seen(photos: JudgedPhotos, rows: list[Embeddings | None], kept: np.ndarray) -> JudgedPhotos:
    """Photos as one framing shows them."""
    X = np.concatenate([row for one in kept if (row := rows[one]) is not None])
    return replace(photos, X=X)


def _table(
    index: Index,
    photos: JudgedPhotos,
    folds: Folds,
    protocol: Protocol,
    learner: str,
    values: dict[str, Floats],
    seconds: dict[str, float],
) -> FramingTable:
    graphs = [photos.comparisons.restricted(codes, "within") for codes in folds.codes]
    n_pairs = round(sum(graph.n_pairs for graph in graphs) / len(graphs))
    share, repeats = folds.test_share, len(folds.codes)
    base = BASE if BASE in values else next(iter(values))
    n = len(photos.X)
    ahead = {
        framing: corrected_resampled_difference(
            found, values[base], n_photos=n, test_share=share, repeats=repeats
        )
        for framing, found in values.items()
        if framing != base
    }
    adjusted = dict(zip(ahead, holm([one.p for one in ahead.values()]), strict=True))
    rows = [
        FramingResult(
            framing,
            corrected_resampled(
                found, n_photos=n, n_pairs=n_pairs, test_share=share, repeats=repeats
            ),
            ahead.get(framing),
            float(adjusted[framing]) if framing in adjusted else None,
            seconds[framing],
        )
        for framing, found in values.items()
    ]
    rows.sort(key=lambda row: -row.accuracy.value)
    return FramingTable(index.name, index.manifest.encoder, learner, base, protocol, tuple(rows))
