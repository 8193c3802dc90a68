"""Groups (panels) of indexes of the same judged photos, for comparing the indexes' encoders."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from photorank.errors import NoLabelsError
from photorank.index.imported_digests import is_imported
from photorank.index.opened import Index
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.learn_vector import judgements_digest
from photorank.metrics.folds import merged_groupings
from photorank.similarity.near_duplicates import implausible_group_size
from photorank.typing import Codes

# Share of the smaller index's judged photos that two indexes of one panel have in common.
_SAME_PHOTOS = 0.5


@dataclass
class Panel:
    """Group of indexes to compare, and the judged photos that all of them have.

    The photos are in the same order for each index.
    """

    indexes: list[Index]
    photos: list[JudgedPhotos]  # of each index; judgements, groups and series are the first one's
    told: list[str] = field(default_factory=list)  # of photos and judgements that do not count

    @property
    def name(self) -> str:
        """Name of the panel (group of indexes): the name of its first index."""
        return self.indexes[0].name

    @property
    def near_duplicates(self) -> Codes:
        """Cluster number (n,) of each photo: near-duplicates in at least one index share a number.

        One that takes most photos for one picture is not asked, for no folds would be left.
        """
        telling = [photos.near_duplicates for photos in self.photos if not _alike(photos)]
        return reduce(
            merged_groupings, telling or [photos.near_duplicates for photos in self.photos]
        )

    @property
    def notes(self) -> list[str]:
        """Sentences on what a comparison of indexes ignores, such as photos not in all indexes."""
        return self.told + [
            f"{index.name}: its encoder takes {alike:,} of {len(photos.X):,} photos for copies of "
            "one picture. It hardly tells photos apart, as a network with random weights does, so "
            "which photos are copies is told by the other encoders"
            for index, photos in zip(self.indexes, self.photos, strict=True)
            if (alike := _alike(photos)) and not all(map(_alike, self.photos))
        ]


def panels_of(indexes: Sequence[Index]) -> tuple[list[Panel], list[str]]:
    """Groups (panels) of indexes that share judged photos, and notes about indexes left out."""
    groups: list[list[tuple[Index, JudgedPhotos]]] = []
    notes = []
    for index in indexes:
        try:
            photos = judged_photos(index)
        except NoLabelsError:
            notes.append(f"{index.name} has no judgements to test on")
            continue
        for group in groups:
            if _are_same(group[0][1], photos, group[0][0], index):
                group.append((index, photos))
                break
        else:
            groups.append([(index, photos)])
    return [_panel(group) for group in groups], notes


def _are_same(one: JudgedPhotos, other: JudgedPhotos, first: Index, second: Index) -> bool:
    by_name = _imported(one) or _imported(other)
    first_keys = _positions_by_key(first, one, by_name)
    second_keys = _positions_by_key(second, other, by_name)
    shared = len(first_keys.keys() & second_keys.keys())
    return shared >= max(_SAME_PHOTOS * min(len(first_keys), len(second_keys)), 1)


def _panel(group: list[tuple[Index, JudgedPhotos]]) -> Panel:
    """Panel (group of indexes to compare), limited to the judged photos that all indexes have."""
    by_name = any(_imported(photos) for _, photos in group)
    keys = [_positions_by_key(index, photos, by_name) for index, photos in group]
    common = sorted(set.intersection(*(set(one) for one in keys)))
    taken = [
        photos.take(np.array([known[key] for key in common], dtype=np.intp))
        for (_, photos), known in zip(group, keys, strict=True)
    ]
    first = taken[0]
    told = judgements_digest(replace(first, digests=tuple(common)))
    notes = []
    for (index, photos), own in zip(group, taken, strict=True):
        if len(common) < len(photos.X):
            notes.append(
                f"{len(common):,} of the {len(photos.X):,} judged photos of {index.name} are in "
                "all the indexes compared: these alone count"
            )
        if judgements_digest(replace(own, digests=tuple(common))) != told:
            name = group[0][0].name
            notes.append(f"{index.name} has other judgements than {name}: those of {name} count")
    shared = {
        "comparisons": first.comparisons,
        "groups": first.groups,
        "series": first.series,
        "splits": first.splits,
    }
    return Panel(
        [index for index, _ in group],
        [replace(photos, **shared) for photos in taken],  # type: ignore[arg-type]
        notes,
    )


def _alike(photos: JudgedPhotos) -> int:
    return implausible_group_size(photos.near_duplicates)


def _imported(photos: JudgedPhotos) -> bool:
    """True if any photo's embedding was imported, not computed from an image file.

    The digest of such a photo is not that of a file.
    """
    return any(map(is_imported, photos.digests))


def _positions_by_key(index: Index, photos: JudgedPhotos, by_name: bool) -> dict[str, int]:
    """Dictionary from the path or digest of a judged photo to its position in `photos`.

    The key is the path if `by_name`; it is the same in all indexes.
    """
    if by_name:
        paths = (str(index.photo(row).path) for row in photos.rows.tolist())
        return {path: at for at, path in enumerate(paths)}
    return {digest: at for at, digest in enumerate(photos.digests)}
