"""Learning from degraded copies: a vector that detects technical faults, without labels."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.encoders.base import Encoder, encode_photos
from photorank.errors import TooFewPhotosError, UnreadablePhotoError
from photorank.index.building.decode_ahead import usable_cores
from photorank.index.opened import Index, Photo
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.learn_vector import fit_and_test, judgements_digest
from photorank.learning.protocol import Protocol
from photorank.metrics.folds import Folds, make_folds
from photorank.metrics.pair_sums import unit_codes
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.grey_code import grey_code
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.sample import DEFECTS, degraded
from photorank.typing import Codes, Embeddings, Frames
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.seen_pictures import SeenPictures

KIND = "degradations"
PHOTOS = 200  # more photos teach more than more copies of each
MIN_PHOTOS = 10  # one a fold
_DEFECTS_A_PHOTO = 4  # of the eight, drawn for each photo
_SEVERITIES = (2, 4)  # seen well, and spoilt; all four would be a third more work for half a point


def learn_degradations(
    index: Index,
    name: str,
    load: Callable[[], Encoder],
    *,
    photos: int = PHOTOS,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> MasterVector:
    """Master-vector learned to rank an index's photos above degraded copies; uses no labels.

    Each photo is spoilt by four of the sample's eight defects in two severities
    and embedded with the index's encoder and framing. Photos that nobody judged
    are taken first, so that the others can still test the vector. Its held-out
    accuracy is on copies of photos that were not learned from; how well it orders
    *photos* as people do, an evaluation tells. The vector is returned, not stored.

    Parameters
    ----------
    index : Index
    name : str
        The vector's.
    load : callable
        Loads the encoder that made the index.
    photos : int, default=200
        How many to learn from at most, drawn at random.
    seed : int, default=0
        Draws photos and defects.
    on_progress : callable, optional
        Called with the number of photos done and to do.

    Raises
    ------
    TooFewPhotosError
        If fewer than ten photos can be read.

    References
    ----------
    Liu, X., van de Weijer, J. & Bagdanov, A. D. (2017). RankIQA: learning from
    rankings for no-reference image quality assessment.
    https://doi.org/10.1109/ICCV.2017.118
    """
    judged = _spoilt_photos(index, load, photos, seed, on_progress)
    protocol = Protocol(fold_by="group", repeats=1, seed=seed)
    learned = fit_and_test(AllPairs(), judged, protocol, folds=_folds(judged, protocol))
    n = len(set(judged.digests))
    return MasterVector(
        name,
        KIND,
        learned.direction,
        index.fingerprint,
        slope=learned.slope,
        card=Card(
            parameters={"defects": _DEFECTS_A_PHOTO, "severities": list(_SEVERITIES)},
            index=index.name,
            photos=frozenset(map(shortened, judged.digests)),
            pictures=_pictures(judged),
            labels=judgements_digest(judged),
            n_photos=n,
            n_pairs=judged.comparisons.n_pairs,
            seed=seed,
            metrics=learned.metrics,
            source=(
                f"{n} photos of the index {index.name!r}, each ranked above its own spoilt "
                "copies, no labels; tested on copies of other photos"
            ),
        ),
    )


def _pictures(judged: JudgedPhotos) -> SeenPictures | None:
    """Codes of the photos themselves: each group's first row is the photo that was degraded."""
    first = np.unique(judged.groups, return_index=True)[1]
    originals = judged.take(first)
    return SeenPictures.of(originals.X, originals.greys)


def ranked_versions(photos: Codes, defects: list[str], severities: Codes) -> Comparisons:
    """Comparisons among versions of photos: of the same defect, the milder severity wins.

    `photos` (n,) numbers the photo of each version; `defects` and `severities` are "" and 0 for
    the photo itself.

    Examples
    --------
    >>> ranked_versions(np.zeros(3, int), ["", "noise", "noise"], np.array([0, 2, 4])).n_pairs
    3
    """
    named = np.array(defects)
    winners, losers = [], []
    for photo in np.unique(photos):
        mine = photos == photo
        for defect in np.unique(named[mine & (severities > 0)]):
            rows = np.flatnonzero(mine & ((severities == 0) | (named == defect)))
            rows = rows[np.argsort(severities[rows], kind="stable")]
            better, worse = np.triu_indices(len(rows), 1)
            winners.append(rows[better])
            losers.append(rows[worse])
    return Comparisons.from_choices(np.concatenate(winners), np.concatenate(losers), n=len(photos))


class _Spoilt(NamedTuple):
    """Original and degraded versions of one photo, ready to be encoded."""

    digest: str
    grey: bytes  # code of the photo itself
    defects: list[str]
    severities: list[int]
    frames: list[list[Frames]]


def _spoilt_photos(
    index: Index,
    load: Callable[[], Encoder],
    most: int,
    seed: int,
    on_progress: Callable[[int, int], None] | None,
) -> JudgedPhotos:
    """Embedded photos and degraded copies; each photo with its copies is a group."""
    drawn = _drawn(index, seed)
    wanted = min(most, len(drawn))
    if wanted < MIN_PHOTOS:
        raise TooFewPhotosError(index.name, wanted, MIN_PHOTOS)
    spoilt: list[_Spoilt] = []
    rows: list[Embeddings] = []
    reasons: list[str] = []
    encoder = load()
    for batch in _opened(index, encoder, drawn, wanted, seed):
        readable = [one for one in batch if isinstance(one, _Spoilt)]
        reasons += [one.reason for one in batch if isinstance(one, UnreadablePhotoError)]
        if readable:
            rows.append(encode_photos(encoder, [one for photo in readable for one in photo.frames]))
            spoilt += [photo._replace(frames=[]) for photo in readable]
        if on_progress is not None:
            on_progress(len(spoilt), wanted)
    if len(spoilt) < MIN_PHOTOS:
        raise TooFewPhotosError(index.name, len(spoilt), MIN_PHOTOS, reasons[0])
    sizes = [len(photo.severities) for photo in spoilt]
    codes = np.repeat(np.arange(len(spoilt)), sizes)
    return JudgedPhotos(
        X=np.concatenate(rows),
        comparisons=ranked_versions(
            codes,
            [defect for photo in spoilt for defect in photo.defects],
            np.concatenate([photo.severities for photo in spoilt]),
        ),
        groups=codes,
        series=np.full(len(codes), -1),
        digests=tuple(np.repeat([photo.digest for photo in spoilt], sizes).tolist()),
        greys=np.repeat([np.frombuffer(photo.grey, np.uint8) for photo in spoilt], sizes, axis=0),
    )


def _folds(judged: JudgedPhotos, protocol: Protocol) -> Folds:
    """Folds that keep the versions of a photo and of its near-duplicates together.

    Dark copies of two photos look alike without telling each other's order, so only likeness
    of the photos themselves counts.
    """
    _, taken, photo = np.unique(judged.groups, return_index=True, return_inverse=True)
    units = unit_codes(judged.take(taken).copies, n=len(taken))
    return make_folds(
        len(judged.X),
        k=protocol.folds,
        repeats=protocol.repeats,
        by=units[photo],
        seed=protocol.seed,
    )


def _drawn(index: Index, seed: int) -> list[int]:
    """All rows in random order, unjudged photos first."""
    choices = index.choices()
    judged = np.isfinite(index.labels().scores)
    judged[choices.winners] = judged[choices.losers] = True
    order = np.random.default_rng(seed).permutation(len(judged))
    return order[np.argsort(judged[order], kind="stable")].tolist()


def _opened(
    index: Index, encoder: Encoder, drawn: list[int], wanted: int, seed: int
) -> Iterator[list[_Spoilt | UnreadablePhotoError]]:
    """Yield batches with the first `wanted` readable photos, and the errors of unreadable ones."""
    left, numbers = wanted, iter(enumerate(drawn))
    workers = usable_cores()
    with ThreadPoolExecutor(workers, "photorank-spoil") as pool:
        while left and (batch := list(islice(numbers, min(2 * workers, left)))):

            def spoil(numbered: tuple[int, int]) -> _Spoilt | UnreadablePhotoError:
                number, row = numbered
                return _spoil(index.photo(row), encoder, seed=len(drawn) * seed + number)

            opened = list(pool.map(spoil, batch))
            left -= sum(isinstance(one, _Spoilt) for one in opened)
            yield opened


def _spoil(photo: Photo, encoder: Encoder, *, seed: int) -> _Spoilt | UnreadablePhotoError:
    """A photo and degraded copies, with defects chosen at random by the seed."""
    try:
        data = read_photo(photo.path)
        if photo_digest(data) != photo.digest:
            return UnreadablePhotoError("changed since it was indexed", photo.path)
        picture = decode_isolated(data, short_side=encoder.short_side).photo
    except UnreadablePhotoError as error:
        return error
    defects, severities, frames = [""], [0], [encoder.prepare(picture)]
    rng = np.random.default_rng(seed)
    for defect in sorted(rng.choice(list(DEFECTS), _DEFECTS_A_PHOTO, replace=False).tolist()):
        for severity in _SEVERITIES:
            copy = degraded(picture, defect, severity, seed=seed)
            copy.info = dict(picture.info)  # a frame's shape follows from the size that it had
            defects.append(defect)
            severities.append(severity)
            frames.append(encoder.prepare(copy))
    return _Spoilt(photo.digest, grey_code(picture), defects, severities, frames)
