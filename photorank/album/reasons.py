"""What is said of each photo of an album, and of those that just missed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photorank.album import reasons
from photorank.album.candidates import Ground
from photorank.album.request import Wishes
from photorank.album.select import Choice, Covers, Mask, Rules, gains_of
from photorank.index.opened import Photo
from photorank.similarity.series import Series
from photorank.typing import Floats, Ratings

MISSED = 5  # photos that are told which were next


@dataclass(frozen=True)
class Chosen:
    """A photo of the album."""

    row: int
    rating: float
    standing: float  # percentile among the photos to choose from, 0 to 100
    marginal: float  # of the album's value: what the photo added when it was chosen
    represents: list[int]  # the other rows of its series that are not in the album
    beside: list[Path]  # RAW files of the same shot, which are in no index
    pinned: bool
    reason: str


@dataclass(frozen=True)
class Missed:
    """A photo that was next."""

    row: int
    rating: float
    marginal: float  # what it would add
    reason: str


@dataclass(frozen=True)
class Told:
    """Puts what was chosen into words."""

    photos: Sequence[Photo]  # (n,)
    ratings: Ratings  # (n,)
    standing: Ratings  # (n,) percentiles among the photos to choose from
    series: Series
    ground: Ground
    wishes: Wishes
    vector: str
    choice: Choice
    among: Mask

    def chosen(self, worth: Floats, covers: Covers) -> list[Chosen]:
        """Return the photos of the album."""
        at = self.choice.rows
        rows = self.ground.rows[at].tolist()
        members = self._members(rows)
        nearest = covers[at].argmax(axis=0) if len(at) else np.empty(0, dtype=np.intp)
        stands_for = np.bincount(nearest, minlength=len(at)).tolist()
        own = worth[at].tolist()
        in_album = set(rows)
        told: set[int] = set()  # series whose first photo stands for what is not in the album
        found = []
        for place, (row, gain) in enumerate(zip(rows, self.choice.gains.tolist(), strict=True)):
            code = int(self.series.codes[row])
            left = [] if code in told else [one for one in members[code] if one not in in_album]
            told.add(code)
            variety = 1 - own[place] / gain if gain > 0 else 0.0
            found.append(self._one(row, gain, members[code], left, (stands_for[place], variety)))
        return found

    def _one(
        self, row: int, gain: float, members: list[int], left: list[int], variety: tuple[int, float]
    ) -> Chosen:
        pinned = row in self.wishes.pinned
        all_are_in = len(self.choice.rows) == len(self.ground.rows)
        twins = [other for other in left if self.series.versions[other] == self._version(row)]
        rows = [other for other in members if other not in twins]
        best = self.ground.merit[row] >= self.ground.merit[rows].max()
        shots = [self.photos[other] for other in rows]
        name = self.series.named[self.series.codes[row]]
        reason = reasons.joined(
            "you pinned it" if pinned else None,
            reasons.of_series(name, shots, best=bool(best)),
            f"with {reasons.count_of(len(twins), 'other version')}" if twins else None,
            reasons.of_rating(float(self.standing[row]), self.vector),
            "there is room for all" if all_are_in else reasons.of_variety(*variety),
        )
        beside = [path for other in [row, *twins] for path in self.series.raws.get(other, [])]
        return Chosen(
            row,
            float(self.ratings[row]),
            float(self.standing[row]),
            gain,
            left,
            beside,
            pinned,
            reason or "good and unlike the rest of the album",
        )

    def missed(self, worth: Floats, covers: Covers, rules: Rules) -> list[Missed]:
        """Return the photos that would add most to the album."""
        choice = self.choice
        if not choice.open.any():
            return []
        gains = gains_of(worth, covers, choice.rows)
        order = np.flatnonzero(choice.open)
        order = order[np.lexsort((-worth[order], -gains[order]))][:MISSED]
        room = rules.room(choice.rows)
        found = []
        for at in order.tolist():
            row = int(self.ground.rows[at])
            part = -1 if rules.parts is None else int(rules.parts[at])
            full = room is not None and part >= 0 and room[part] == 0
            reason = reasons.joined(
                f"its {self.wishes.per} has its {self.wishes.at_most}" if full else None,
                reasons.of_rating(float(self.standing[row]), self.vector),
            )
            found.append(
                Missed(row, float(self.ratings[row]), float(gains[at]), reason or "next in value")
            )
        return found

    def _members(self, rows: Sequence[int]) -> dict[int, list[int]]:
        """Return the photos of the rows' series that were there to choose from."""
        members: dict[int, list[int]] = {int(code): [] for code in self.series.codes[rows]}
        together = np.isin(self.series.codes, list(members)) & self.among
        for row in np.flatnonzero(together).tolist():
            members[int(self.series.codes[row])].append(row)
        return members

    def _version(self, row: int) -> int:
        return int(self.series.versions[row])
