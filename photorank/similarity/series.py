"""Series of photos: bursts, near-duplicates, exposure brackets, and versions.

What people named a series is one, and nothing else joins it but versions of its photos.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photorank.comparisons.codes import dense_ranks, rows_by_code
from photorank.index.building.picture_hashes import PictureHashes
from photorank.index.opened import Index, Photo
from photorank.photos.isolated_metadata import exposure_bias
from photorank.photos.metadata.capture_seconds import capture_seconds
from photorank.similarity.leader_clustering import leaders, pair_cosines
from photorank.similarity.versions_by_file_name import find_versions
from photorank.typing import Codes, Embeddings, Flags, Floats

# Measured with `embedded` on OASIS: a photo shifted by 8 % has a cosine of 0.95 (median) with
# itself and of 0.91 in one case of twenty; the likest two different photos have 0.86.
THRESHOLD = 0.9  # cosine from which photos are of one series, whenever they were taken
_BURST_SLACK = 0.1  # cosine: so much less is enough within a burst
_BURST_SECONDS = 30.0  # between two photos of a burst
_BURST_NEXT = 12  # photos after each that it is compared with as of one burst
_SAME_PICTURE_SLACK = 0.15  # cosine: so much less is enough for hashes of the same picture
_MAX_HASH_BITS_APART = 8  # of 64; no two different photos of OASIS with such a cosine have it
_BRACKET_SECONDS = 3.0  # between two exposures of a bracket
_BRACKET_COSINE = 0.3  # that two exposures of one scene have, four stops apart
_MIN_EXPOSURES, _MAX_EXPOSURES = 2, 9  # of a bracket


@dataclass(frozen=True)
class Series:
    """Photo series of an index, such as bursts, with the photos' versions and companion files."""

    codes: Codes  # (n,) the series of each photo; a photo on its own is one
    versions: Codes  # (n,) the row of the version that stands for each photo: itself, but for twins
    named: list[str | None]  # by series: what people call it
    companions: dict[int, list[Path]]  # by row: RAW, video and sidecars of the same shot
    threshold: float
    sure: bool = True  # False: a thumbnail or a file that was asked could not be read

    def __len__(self) -> int:
        return len(self.named)


def find_series(
    index: Index,
    threshold: float = THRESHOLD,
    *,
    among: Codes | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Series:
    """Find series of photos, such as bursts, from EXIF, embeddings, image hashes and user labels.

    Two photos belong together if

    - people say so: then nothing else counts for them;
    - they are versions of one photo: see
      :func:`photorank.similarity.versions_by_file_name.find_versions`;
    - their embeddings have a cosine of at least `threshold`; or somewhat less, if their
      perceptual hashes show the same picture, or if one camera took them within 30 s;
    - one camera took them within seconds with different exposure bias (EXIF): a bracket.

    A photo is compared with the first one of a series, so that an evening of photos
    that change slowly is not one series. Of photos that are not `among` these rows each is a
    series of its own, unless people say otherwise. `on_progress` is called with done and total
    while thumbnails are looked at, which is needed once for each.
    """
    photos, named = index.photos(), index.labels()
    seconds = capture_seconds([photo.taken for photo in photos])
    order = _order_in_time(photos, seconds)
    if among is not None:
        order = order[np.isin(order, among)]
    unnamed = order[named.series[order] < 0]
    with ThreadPoolExecutor(1) as pool:  # names are compared while products are worked out
        of_names = pool.submit(find_versions, index, photos, named.series, among)
        leader, all_read = _look_alikes(index, unnamed, threshold, on_progress)
    found, companions = of_names.result()
    groups = _Groups(leader)
    moments = _TimedPhotos(photos, seconds, unnamed)
    _join_bursts(groups, moments, index.heads(), threshold)
    all_there = _join_brackets(groups, moments, index.heads(), photos)
    known = np.flatnonzero(named.series >= 0)
    for rows in rows_by_code(named.series[known]):
        groups.unite(known[rows])
    stands = np.arange(len(photos))
    for main, together in found.items():
        stands[together] = main
        anchor = next((row for row in together if named.series[row] >= 0), main)
        groups.unite([anchor, *together])

    codes = dense_ranks(groups.leader)
    names: list[str | None] = [None] * (int(codes.max(initial=-1)) + 1)
    for row in known.tolist():
        names[codes[row]] = named.series_names[named.series[row]]
    return Series(codes, stands, names, companions, threshold, all_read and all_there)


def is_bracket(photos: Sequence[Photo]) -> bool:
    """True if photos are an exposure bracket: EXIF gives each a different exposure bias."""
    if not _MIN_EXPOSURES <= len(photos) <= _MAX_EXPOSURES:
        return False
    biases = [exposure_bias(photo.path) for photo in photos]
    return None not in biases and len(set(biases)) == len(biases)


def _look_alikes(
    index: Index, rows: Codes, threshold: float, on_progress: Callable[[int, int], None]
) -> tuple[Codes, bool]:
    """Row number (n,) of the look-alike that represents each photo; a photo may represent itself.

    A photo that looks like no other represents itself. The second value is False if a thumbnail
    that was looked at could not be read.
    """
    hashes = PictureHashes(index.paths, index.digests())

    def same_picture(one: Codes, other: Codes) -> Flags:
        return hashes.distances(rows[one], rows[other], on_progress) <= _MAX_HASH_BITS_APART

    looser = threshold - _SAME_PICTURE_SLACK
    leader = np.arange(len(index))
    leader[rows] = rows[leaders(index.heads()[rows], threshold, looser, same_picture)]
    hashes.keep()
    return leader, not hashes.unreadable


class _Groups:
    """Disjoint groups of photos, each identified by the row number of one member."""

    def __init__(self, leader: Codes) -> None:
        self.leader = leader  # (n,) the leader of each row's group
        self.members = {int(leader[rows[0]]): rows.tolist() for rows in rows_by_code(leader)}

    def unite(self, rows: Codes | Sequence[int]) -> None:
        """Merge the groups of several photos into the first photo's group."""
        first = int(self.leader[rows[0]])
        for other in {int(self.leader[row]) for row in rows} - {first}:
            joined = self.members.pop(other)
            self.leader[joined] = first
            self.members[first] += joined


class _TimedPhotos:
    """Photos with a capture time, sorted by camera and time."""

    def __init__(self, photos: Sequence[Photo], seconds: Floats, rows: Codes) -> None:
        timed = rows[~np.isnan(seconds[rows])].tolist()
        timed.sort(key=lambda row: (photos[row].camera or "", seconds[row], photos[row].path.name))
        self.rows = np.array(timed, dtype=np.intp)
        self.seconds = seconds[self.rows]
        cameras = {camera: number for number, camera in enumerate({p.camera for p in photos})}
        self.cameras = np.array([cameras[photos[row].camera] for row in timed], dtype=np.intp)

    def followed_within(self, step: int, limit: float) -> Codes:
        """Indices i such that photo i + `step` was taken at most `limit` seconds after photo i.

        Both photos are by the same camera.
        """
        if step >= len(self.rows):
            return np.empty(0, dtype=np.intp)
        soon = self.seconds[step:] - self.seconds[:-step] <= limit
        return np.flatnonzero(soon & (self.cameras[step:] == self.cameras[:-step]))


def _join_bursts(
    groups: _Groups, moments: _TimedPhotos, embeddings: Embeddings, threshold: float
) -> None:
    """Merge groups whose photos look alike and were taken seconds apart (bursts)."""
    least, loosest = threshold - _BURST_SLACK, threshold - _SAME_PICTURE_SLACK
    for step in range(1, _BURST_NEXT + 1):
        begins = moments.followed_within(step, _BURST_SECONDS)
        if not len(begins):
            return
        earlier, later = moments.rows[begins], moments.rows[begins + step]
        apart = groups.leader[earlier] != groups.leader[later]
        earlier, later = earlier[apart], later[apart]
        alike = pair_cosines(embeddings, earlier, later) >= least
        for one, two in zip(earlier[alike].tolist(), later[alike].tolist(), strict=True):
            first, second = groups.leader[one], groups.leader[two]
            if first == second or embeddings[first] @ embeddings[second] < least:
                continue
            if (embeddings[groups.members[second]] @ embeddings[first]).min() >= loosest:
                groups.unite([first, second])


def _join_brackets(
    groups: _Groups, moments: _TimedPhotos, embeddings: Embeddings, photos: Sequence[Photo]
) -> bool:
    """Merge groups whose photos belong to the same exposure bracket.

    Returns False if a file to be read is missing.
    """
    begins = moments.followed_within(1, _BRACKET_SECONDS)
    alike = pair_cosines(embeddings, moments.rows[begins], moments.rows[begins + 1])
    begins = begins[alike >= _BRACKET_COSINE]
    following = set(begins.tolist())
    runs: list[list[int]] = []
    for begin in begins.tolist():
        if begin - 1 not in following:
            runs.append([int(moments.rows[begin])])
        runs[-1].append(int(moments.rows[begin + 1]))
    all_there = True
    for run in runs:
        if len(set(groups.leader[run].tolist())) == 1:
            continue  # together already: no file needs to be opened
        biases = [exposure_bias(photos[row].path) for row in run]
        all_there &= all(
            bias is not None or os.path.exists(photos[row].path)
            for row, bias in zip(run, biases, strict=True)
        )
        for bracket in _brackets(run, biases):
            groups.unite(bracket)
    return all_there


def _brackets(run: list[int], biases: Sequence[float | None]) -> list[list[int]]:
    """Exposure brackets: lists of the row numbers of consecutive photos that differ in exposure."""
    parts: list[list[int]] = [[]]
    seen: set[float] = set()
    for row, bias in zip(run, biases, strict=True):
        if bias is None or bias in seen:
            parts.append([])
            seen = set()
        if bias is not None:
            parts[-1].append(row)
            seen.add(bias)
    return [part for part in parts if len(part) >= _MIN_EXPOSURES]


def _order_in_time(photos: Sequence[Photo], seconds: Floats) -> Codes:
    """Row numbers of photos sorted by capture time; photos without a time come last."""
    return np.lexsort((np.arange(len(photos)), seconds))
