"""Reasons in words why each album photo was chosen, and why the best other photos were not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photorank.album.candidates import Candidates
from photorank.album.greedy_choice import Choice, Rules
from photorank.album.grounds import Grounds
from photorank.album.request import AlbumRequest
from photorank.album.value import Value
from photorank.errors import counted
from photorank.index.opened import Photo
from photorank.photos.suffixes import RAW_SUFFIXES
from photorank.similarity.series import is_bracket

MISSED_PHOTOS = 5  # number of runners-up listed
_HIGH_PERCENTILE = 90.0  # from which the rating is given as a reason
_VARIETY_SHARE = 0.5  # of a photo's gain, from which variety is given as a reason


@dataclass(frozen=True)
class Chosen:
    """Photo in the album, with its rating, the value it adds and the reason for choosing it."""

    row: int
    rating: float
    standing: float  # percentile among the photos to choose from, 0 to 100
    marginal: float  # of the album's value: what the photo added when it was chosen
    represents: list[int]  # the other rows of its series that are not in the album
    companions: list[Path]  # RAW, video and sidecars of the same shot, which are no photos
    pinned: bool
    reason: str
    over_next: list[str]  # what the best shot of a series has over the next best, in words

    @property
    def raws(self) -> list[Path]:
        """Paths of the RAW files among the photo's companion files."""
        return [path for path in self.companions if path.suffix.lower() in RAW_SUFFIXES]


@dataclass(frozen=True)
class Missed:
    """Photo that narrowly missed the album, with the reason why."""

    row: int
    rating: float
    marginal: float  # what it would add
    reason: str


@dataclass(frozen=True)
class Reasons:
    """Reasons in words for an album's photos, made from the data by which they were chosen."""

    photos: Sequence[Photo]  # (n,)
    grounds: Grounds
    candidates: Candidates
    request: AlbumRequest
    vector: str
    choice: Choice

    def chosen(self, value: Value) -> list[Chosen]:
        """Photos of the album, each with the reason for choosing it."""
        at = self.choice.rows
        rows = self.candidates.rows[at].tolist()
        members = self._members(rows)
        nearest = value.similarities[at].argmax(axis=0) if len(at) else np.empty(0, dtype=np.intp)
        stands_for = np.bincount(nearest, minlength=len(at)).tolist()
        own = value.worth[at].tolist()
        in_album = set(rows)
        told: set[int] = set()  # series whose first photo stands for what is not in the album
        found = []
        for place, (row, gain) in enumerate(zip(rows, self.choice.gains.tolist(), strict=True)):
            code = int(self.grounds.series.codes[row])
            left = [] if code in told else [one for one in members[code] if one not in in_album]
            told.add(code)
            variety = 1 - own[place] / gain if gain > 0 and len(at) > 1 else 0.0
            found.append(self._one(row, gain, members[code], left, (stands_for[place], variety)))
        return found

    def _one(
        self, row: int, gain: float, members: list[int], left: list[int], variety: tuple[int, float]
    ) -> Chosen:
        pinned = row in self.request.pinned
        all_are_in = len(self.choice.rows) == len(self.candidates.rows)
        versions = self.grounds.series.versions
        twins = [other for other in left if versions[other] == versions[row]]
        rows = [other for other in members if other not in twins]
        merit = self.candidates.merit
        best = merit[row] >= merit[rows].max()
        others = [other for other in rows if other != row]
        following = max(others, key=merit.__getitem__) if best and others else None
        over_next = [] if following is None else self.grounds.shots.over(row, following)
        why = [*over_next, *(self.grounds.shots.of_faces(row, others) if best else ())]
        shots = [self.photos[other] for other in rows]
        name = self.grounds.series.named[self.grounds.series.codes[row]]
        alone = len(self.choice.rows) == 1
        fallback = "the best single choice" if alone else "good and unlike the rest of the album"
        reason = _joined(
            "you always keep it" if pinned else None,
            _of_series(name, shots, best=bool(best), why=list(dict.fromkeys(why))),
            f"with {counted(len(twins), 'other version')}" if twins else None,
            self._of_rating(row),
            "the album has room for all photos" if all_are_in else _of_variety(*variety),
        )
        companions = (self.grounds.series.companions.get(other, []) for other in [row, *twins])
        return Chosen(
            row,
            float(self.grounds.ratings[row]),
            float(self.grounds.standing[row]),
            gain,
            left,
            sorted({path for some in companions for path in some}),
            pinned,
            reason or fallback,
            over_next,
        )

    def missed(self, value: Value, rules: Rules) -> list[Missed]:
        """Photos outside the album that would add most to it, each with its reason."""
        choice, request = self.choice, self.request
        if not choice.open.any():
            return []
        cover, gains = value.cover(choice.rows), choice.ceilings.copy()
        there = np.flatnonzero(choice.open)
        order = value.most_gaining(cover, there, gains, lambda rows: rows, MISSED_PHOTOS)
        found = []
        for at in order.tolist():
            row = int(self.candidates.rows[at])
            part = -1 if rules.parts is None else int(rules.parts[at])
            full = request.why_full if rules.is_full(part, choice.rows) else None
            reason = _joined(full, self._of_rating(row))
            found.append(
                Missed(
                    row,
                    float(self.grounds.ratings[row]),
                    float(gains[at]),
                    reason or "next in value",
                )
            )
        return found

    def _of_rating(self, row: int) -> str | None:
        """Text that says which percentage of photos a photo is better than; None if below 90 %."""
        percentile = float(self.grounds.standing[row])
        if percentile < _HIGH_PERCENTILE:
            return None
        return f"better than {min(int(percentile), 99)} % by {self.vector}"

    def _members(self, rows: Sequence[int]) -> dict[int, list[int]]:
        """Dict from each album photo's series number to the row numbers of the series' members."""
        members: dict[int, list[int]] = {int(code): [] for code in self.grounds.series.codes[rows]}
        together = np.isin(self.grounds.series.codes, list(members)) & self.grounds.among
        for row in np.flatnonzero(together).tolist():
            members[int(self.grounds.series.codes[row])].append(row)
        return members


def _of_series(
    name: str | None, photos: Sequence[Photo], *, best: bool, why: Sequence[str]
) -> str | None:
    """Reason such as "best of 3 near-identical shots"; None for a photo in no series."""
    size = len(photos)
    if size < 2:
        return None
    which = "best" if best else "one"
    said = f" ({', '.join(why)})" if why else ""
    if name is not None:
        return f"{which} of {size} shots of one moment, {name}{said}"
    if is_bracket(photos):
        return f"{which} of {size} exposures of one scene{said}"
    return f"{which} of {size} near-identical shots{said}"


def _of_variety(stands_for: int, share: float) -> str | None:
    """Reason such as "unlike the rest of the album"; None if variety adds little.

    `stands_for` counts photos that no other photo of the album is more like; `share` is the part
    of the added value that is variety.
    """
    if share < _VARIETY_SHARE:
        return None
    if stands_for < 2:
        return "unlike the rest of the album"
    return f"stands for {counted(stands_for, 'photo')} unlike the rest of the album"


def _joined(*reasons: str | None) -> str:
    """Text of several reasons joined by semicolons, without those that are None.

    Examples
    --------
    >>> _joined("you always keep it", None, "best of 7 near-identical shots")
    'you always keep it; best of 7 near-identical shots'
    """
    return "; ".join(reason for reason in reasons if reason)
