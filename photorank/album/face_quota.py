"""Quota for an album: minimum and maximum number of photos with a visible face."""

from typing import NamedTuple

import numpy as np

from photorank.album.value import Mask
from photorank.errors import AlbumError, counted
from photorank.index.opened import Index
from photorank.typing import Codes

_FORM = "a quota is MIN..MAX, like 5..12, 5.. or ..12"
_WITHOUT, _WITH = 0, 1  # the two parts of a collection


class FaceQuota(NamedTuple):
    """Minimum and maximum number of photos with a visible face in an album."""

    at_least: int = 0
    at_most: int | None = None  # None: any number

    @classmethod
    def parse(cls, text: str) -> "FaceQuota":
        """Quota parsed from text such as 3..8, 3.. or ..8; raises ValueError for other text.

        >>> FaceQuota.parse("3.."), FaceQuota.parse("..8")
        (FaceQuota(at_least=3, at_most=None), FaceQuota(at_least=0, at_most=8))
        """
        least, dots, most = text.partition("..")
        if not dots or not (least + most).isdecimal():
            raise ValueError(_FORM)
        quota = cls(int(least or 0), int(most) if most else None)
        if quota.at_most is not None and quota.at_most < quota.at_least:
            raise ValueError(f"at least {quota.at_least} and at most {quota.at_most} is no quota")
        return quota

    def limits(self, places: int, candidates: int) -> Codes:
        """Maximum numbers (2,) of album photos without and with a visible face."""
        at_least = min(self.at_least, candidates)
        at_most = places if self.at_most is None else min(self.at_most, places)
        return np.array([max(places - at_least, 0), at_most], dtype=np.intp)


def face_parts(index: Index) -> tuple[Codes, list[str]]:
    """Group numbers (n,) of photos: 1 with a visible face, 0 without; and messages for the user.

    Raises AlbumError if nobody looked for faces.
    """
    faces = index.faces()
    measured = faces.measured
    if not measured.any():
        raise AlbumError(
            f"nobody has looked for faces in index {index.name!r}: run "
            f"`photorank faces --name {index.name}` first."
        )
    unknown = int((~measured).sum())
    notes = []
    if unknown:
        notes.append(
            f"nobody has looked for faces in {counted(unknown, 'photo')}, which count as without: "
            f"`photorank faces --name {index.name}`"
        )
    return np.where(np.nan_to_num(faces.column("faces")) > 0, _WITH, _WITHOUT), notes


def notes_if_too_few(quota: FaceQuota, parts: Codes, first: Mask) -> list[str]:
    """List with a note for the user if too few photos have a visible face, otherwise empty."""
    there = series_with_face(parts, first)
    if there >= quota.at_least:
        return []
    return [
        f"{counted(there, 'photo')} with a visible face can be chosen, fewer than "
        f"{quota.at_least}: other photos take the places"
    ]


def series_with_face(parts: Codes, first: Mask) -> int:
    """Number of series of similar photos whose best shot has a visible face."""
    return int((first & (parts == _WITH)).sum())
