"""Series: bursts, near-duplicates, exposure brackets, and versions of one photo.

What people named a series is one, and nothing else joins it but versions of its photos.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photorank.index.building.picture_hashes import PictureHashes
from photorank.index.opened import Index, Photo
from photorank.photos.metadata.capture_time import instants
from photorank.photos.safe_headers import exposure_bias
from photorank.similarity.leader_clustering import leaders
from photorank.similarity.versions import find_versions
from photorank.typing import Codes, Embeddings, Floats

# Measured with `embedded` on OASIS: a photo shifted by 8 % has a cosine of 0.95 (median) with
# itself and of 0.91 in one case of twenty; the likest two different photos have 0.86.
THRESHOLD = 0.9  # cosine from which photos are near-duplicates, whenever they were taken
_BURST = 0.1  # less is enough within BURST_SECONDS
BURST_SECONDS = 30.0
_SAME_PICTURE = 0.15  # less is enough where the perceptual hashes are the same, but for
_BITS = 8  # of 64, which no two different photos of OASIS with such a cosine have
_BRACKET_SECONDS = 3.0  # between two exposures of a bracket
_BRACKET_LIKENESS = 0.3  # cosine that two exposures of one scene have, four stops apart
_BRACKET, _MOST_EXPOSURES = 2, 9  # that make one
_PAIRS = 256  # whose cosines are worked out at once: a core's cache holds them
_NEXT = 12  # photos after each that it is compared with as of one burst


@dataclass(frozen=True)
class Series:
    """Which photos belong together, by row of the index."""

    codes: Codes  # (n,) the series of each photo; a photo on its own is one
    versions: Codes  # (n,) the row of the version that stands for each photo: itself, but for twins
    named: list[str | None]  # by series: what people call it
    raws: dict[int, list[Path]]  # by row: RAW files of the same shot, which are not read
    threshold: float

    def __len__(self) -> int:
        return len(self.named)


def find_series(
    index: Index,
    threshold: float = THRESHOLD,
    *,
    among: Codes | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Series:
    """Find the series among an index's photos.

    Two photos belong together if

    - people say so: then nothing else counts for them;
    - they are versions of one photo: see :func:`photorank.similarity.versions.find_versions`;
    - their embeddings have a cosine of at least `threshold`; or somewhat less, if their
      perceptual hashes show the same picture, or if one camera took them within 30 s;
    - one camera took them within seconds with different exposure bias (EXIF): a bracket.

    A photo is compared with the first one of a series, so that an evening of photos
    that change slowly is not one series.

    Parameters
    ----------
    index : Index
    threshold : float, default=0.9
        Cosine. The default was measured with `embedded`; for other encoders it is a guess.
    among : ndarray of shape (m,), optional
        Rows of the photos that are looked at; any other is a series of its own, unless people
        say otherwise.
    on_progress : callable, optional
        Called with done and total while thumbnails are looked at, which is needed
        once for each.
    """
    photos = index.photos()
    n = len(photos)
    named = index.labels()
    seconds = instants([photo.taken for photo in photos])
    order = _in_time(photos, seconds)
    if among is not None:
        order = order[np.isin(order, among)]
    unnamed = order[named.series[order] < 0]
    hashes = PictureHashes(index.paths, [photo.digest for photo in photos])

    rows = index.embeddings()[unnamed]
    looser = threshold - _SAME_PICTURE
    leader = np.arange(n)
    leader[unnamed] = unnamed[
        leaders(
            rows,
            threshold,
            looser,
            lambda one, other: hashes.distances(unnamed[one], unnamed[other], on_progress) <= _BITS,
        )
    ]
    hashes.keep()
    groups = _Groups(leader)
    moments = _Moments(photos, seconds, unnamed)
    _join_bursts(groups, moments, index.embeddings(), threshold - _BURST, looser)
    _join_brackets(groups, moments, index.embeddings(), photos)
    for code in range(len(named.series_names)):
        groups.unite(np.flatnonzero(named.series == code).tolist())
    stands = np.arange(n)
    found, raws = find_versions(index, photos, named.series, among)
    for main, together in found.items():
        stands[together] = main
        anchor = next((row for row in together if named.series[row] >= 0), main)
        groups.unite([anchor, *together])

    codes = groups.codes()
    names: list[str | None] = [None] * (int(codes.max(initial=-1)) + 1)
    for row in np.flatnonzero(named.series >= 0).tolist():
        names[codes[row]] = named.series_names[named.series[row]]
    return Series(codes, stands, names, raws, threshold)


def is_bracket(photos: Sequence[Photo]) -> bool:
    """Tell whether photos of one series are the exposures of a bracket, by their EXIF."""
    if not _BRACKET <= len(photos) <= _MOST_EXPOSURES:
        return False
    biases = [exposure_bias(photo.path) for photo in photos]
    return None not in biases and len(set(biases)) == len(biases)


class _Groups:
    """Rows that belong together, each group told by its first member."""

    def __init__(self, first: Codes) -> None:
        self._first = first.tolist()
        self._members: dict[int, list[int]] = defaultdict(list)
        for row in range(len(first)):
            self._members[self.of(row)].append(row)

    def of(self, row: int) -> int:
        """Return the first member of a row's group."""
        first = self._first
        while first[row] != row:
            first[row] = first[first[row]]
            row = first[row]
        return row

    def join(self, row: int, other: int) -> None:
        """Make two groups one, which begins as the second one does."""
        first, second = self.of(other), self.of(row)
        if first != second:
            self._first[second] = first
            self._members[first] += self._members.pop(second)

    def members(self, row: int) -> list[int]:
        """Return a row's group."""
        return self._members[self.of(row)]

    def unite(self, rows: Sequence[int]) -> None:
        """Make the groups of all rows one."""
        for row in rows[1:]:
            self.join(row, rows[0])

    def codes(self) -> Codes:
        """Return numbers for the groups (n,), in the order of their first rows."""
        return np.unique(self.roots(np.arange(len(self._first))), return_inverse=True)[1]

    def roots(self, rows: Codes) -> Codes:
        """Return the first member of the group of each row."""
        return np.array([self.of(row) for row in rows.tolist()], dtype=np.intp)


class _Moments:
    """Photos with a time, camera after camera, each one's in the order of time."""

    def __init__(self, photos: Sequence[Photo], seconds: Floats, rows: Codes) -> None:
        timed = rows[~np.isnan(seconds[rows])].tolist()
        timed.sort(key=lambda row: (photos[row].camera or "", seconds[row], photos[row].path.name))
        self.rows = np.array(timed, dtype=np.intp)
        self.seconds = seconds[self.rows]
        cameras = {camera: number for number, camera in enumerate({p.camera for p in photos})}
        self.cameras = np.array([cameras[photos[row].camera] for row in timed], dtype=np.intp)

    def within(self, step: int, limit: float) -> Codes:
        """Return which photos have the `step`-th next one of their camera within some seconds."""
        if step >= len(self.rows):
            return np.empty(0, dtype=np.intp)
        soon = self.seconds[step:] - self.seconds[:-step] <= limit
        return np.flatnonzero(soon & (self.cameras[step:] == self.cameras[:-step]))


def _join_bursts(
    groups: _Groups, moments: _Moments, embeddings: Embeddings, least: float, loosest: float
) -> None:
    """Join groups with photos of one burst, all of which are alike to the first photo as well."""
    for step in range(1, _NEXT + 1):
        begins = moments.within(step, BURST_SECONDS)
        if not len(begins):
            return
        earlier, later = moments.rows[begins], moments.rows[begins + step]
        apart = groups.roots(earlier) != groups.roots(later)
        earlier, later = earlier[apart], later[apart]
        alike = _cosines(embeddings, earlier, later) >= least
        for one, two in zip(earlier[alike].tolist(), later[alike].tolist(), strict=True):
            first, second = groups.of(one), groups.of(two)
            if first == second or embeddings[first] @ embeddings[second] < least:
                continue
            if (embeddings[groups.members(second)] @ embeddings[first]).min() >= loosest:
                groups.join(second, first)


def _join_brackets(
    groups: _Groups, moments: _Moments, embeddings: Embeddings, photos: Sequence[Photo]
) -> None:
    """Join the exposures of brackets."""
    begins = moments.within(1, _BRACKET_SECONDS)
    alike = _cosines(embeddings, moments.rows[begins], moments.rows[begins + 1])
    begins = begins[alike >= _BRACKET_LIKENESS]
    following = set(begins.tolist())
    runs: list[list[int]] = []
    for begin in begins.tolist():
        if begin - 1 not in following:
            runs.append([int(moments.rows[begin])])
        runs[-1].append(int(moments.rows[begin + 1]))
    for run in runs:
        if len({groups.of(row) for row in run}) == 1:
            continue  # together already: no file needs to be opened
        biases = [exposure_bias(photos[row].path) for row in run]
        for bracket in _brackets(run, biases):
            groups.unite(bracket)


def _brackets(run: list[int], biases: Sequence[float | None]) -> list[list[int]]:
    """Return the parts of a run in which no exposure comes twice."""
    parts: list[list[int]] = [[]]
    seen: set[float] = set()
    for row, bias in zip(run, biases, strict=True):
        if bias is None or bias in seen:
            parts.append([])
            seen = set()
        if bias is not None:
            parts[-1].append(row)
            seen.add(bias)
    return [part for part in parts if len(part) >= _BRACKET]


def _cosines(embeddings: Embeddings, first: Codes, second: Codes) -> NDArray[np.float32]:
    """Return the cosines of pairs of rows (m,), some of them in memory at a time."""
    cosines = np.empty(len(first), dtype=np.float32)
    for start in range(0, len(first), _PAIRS):
        part = slice(start, start + _PAIRS)
        cosines[part] = np.einsum("ij,ij->i", embeddings[first[part]], embeddings[second[part]])
    return cosines


def _in_time(photos: Sequence[Photo], seconds: Floats) -> Codes:
    """Return the rows by time, those without one last."""
    return np.lexsort((np.arange(len(photos)), seconds))
