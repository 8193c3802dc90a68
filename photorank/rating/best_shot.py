"""Choice of the best photo of each series (photos of one scene) by sharpness, rating, faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from photorank.index.opened import Index
from photorank.index.reading.records import IndexSignals
from photorank.photos.signals.signals_block import GROUPS, LEAST_NOISE, NAMES
from photorank.rating.faces_in_series import FaceTerms, shots_of_series
from photorank.rating.signal_shares import parts_by_kind
from photorank.typing import Codes, Floats, Ratings
from photorank.vectors.master import MasterVector
from photorank.vectors.store import builtin_vectors

# Chosen on 1,064 pairs of 46 series of phone shots, of which people rated each shot by itself; they
# order 0.92 of the pairs. Standard deviations are those of everyday photographs, so that a series'
# order does not depend on its collection.
_SHARPNESS_DEVIATION = 0.5  # of the signal: decades of squared detail
_TECHNICAL_DEVIATION = 0.15  # of the ratings by the built-in vector
_TECHNICAL_WEIGHT = 1.0  # beside sharpness
_NOISE_DEVIATION = 0.6  # decades of noise that count as one deviation; noise passes for detail
_RATING_WEIGHT = 0.25  # of the chosen vector's rating, in its deviations over the index
# Loss of a shot that is blown out beside the series' best exposed shot, for its sharpness and once
# more for its technical rating: two stops too much light raise either by about as much. All is lost
# from a small share of the picture on. A greater loss loses the lighter of two good shots.
_CLIPPING_LOSS = 1.125
_CLEARLY_CLIPPED = 0.02  # share of the picture, beyond the best exposed shot's
# What a shot loses, in deviations, by each face whose eyes are hardly open and are open in another
# shot, and by a largest face that an edge cuts. A face far out of focus loses more by its blur.
_CLOSED_LOSS = 3.0
_CUT_LOSS = 1.0
_WORTH_A_WORD = 0.25  # share of a shot's lead from which an advantage is mentioned
_NOISE = [at for at, name in enumerate(NAMES) if name.startswith("noise")]


class MeritTerms(NamedTuple):
    """Terms of the score that decides which photo of a series is the best shot.

    They add up to a photo's merit, which is comparable within its series only.
    """

    sharpness: Floats  # (n,) of the subject
    technical: Floats  # (n,)
    noise: Floats  # (n,) higher with less noise
    rating: Floats  # (n,)
    clipping: Floats  # (n,) at most 0
    eyes: Floats  # (n,) likewise
    cut: Floats  # (n,) likewise

    @property
    def merit(self) -> Floats:
        """Score (n,) of each photo as the best shot of its series; higher is better."""
        return sum(self[1:], self.sharpness)


def best_shots(rows: Codes, codes: Codes, merit: Ratings | Codes) -> Codes:
    """Row numbers of the best shots: in each series, the photo with the greatest merit.

    Of equal photos the first.
    """
    order = rows[np.lexsort((rows, -merit[rows], codes[rows]))]
    return order[np.flatnonzero(np.diff(codes[order], prepend=-1))]


def technical_vector(index: Index) -> MasterVector | None:
    """Built-in vector that rates technical quality; None if the encoder has no such vector.

    The first version of `embedded` looks at photos of 224 pixels, and other encoders have no such
    vector: sharpness decides alone.
    """
    blocks = index.fingerprint.blocks
    return builtin_vectors(index).get("technical") if blocks and blocks.stages else None


def merit_terms(
    ratings: Ratings,
    signals: IndexSignals,
    series: Codes,
    technical: Ratings | None = None,
    faces: FaceTerms | None = None,
) -> MeritTerms:
    """Terms of each photo's score as the best shot of its series: sharpness, rating, faces.

    The score is called merit: the sharpness of the subject, the technical rating and a quarter of
    the rating, each in standard deviations, less noise and what is clearly over-exposed beside the
    series' best exposed shot, eyes that are hardly open and a largest face that is cut, where
    another shot has them open and whole. Where every shot of a series has a face, the largest one
    is the subject. Photos of different series are not to be compared by it: a misty morning is less
    sharp than a brick wall however well it was taken. Where a shot of the series was not measured,
    ratings alone decide in it.

    Examples
    --------
    >>> names = ("subject_sharpness", "noise", "clipped_highlights")
    >>> signals = IndexSignals(names, np.array([[-2, 1.0, 0], [-3, 1.0, 0], [-1, 1.0, 0]]))
    >>> merit_terms(np.zeros(3), signals, np.array([0, 0, -1])).merit.argsort().tolist()
    [1, 0, 2]
    """
    spread = float(ratings.std()) if len(ratings) else 0.0
    rated = ratings / spread if spread > 0 else np.zeros(len(ratings))
    sharpness = signals.column("subject_sharpness") / _SHARPNESS_DEVIATION
    detail, clipping, loss = np.zeros(len(ratings)), np.zeros(len(ratings)), _CLIPPING_LOSS
    if technical is not None:
        detail, loss = _TECHNICAL_WEIGHT * technical / _TECHNICAL_DEVIATION, 2 * _CLIPPING_LOSS
    clipped = signals.column("clipped_highlights")
    noise = -np.log10(signals.column("noise") + LEAST_NOISE) / _NOISE_DEVIATION
    measured = np.isfinite(sharpness + detail + noise)
    eyes = cut = np.zeros(len(ratings))
    if faces is not None:
        of_faces = faces.sharpness / _SHARPNESS_DEVIATION
        sharpness = np.where(np.isfinite(of_faces), of_faces, sharpness)
        eyes, cut = -_CLOSED_LOSS * faces.closed, -_CUT_LOSS * faces.cut
    for rows in shots_of_series(np.asarray(series)):
        measured[rows] = measured[rows].all()
        if measured[rows[0]]:
            excess = np.nan_to_num(clipped[rows] - np.nanmin(clipped[rows]))
            clipping[rows] = -loss * np.minimum(excess / _CLEARLY_CLIPPED, 1)
    return MeritTerms(
        np.where(measured, sharpness, 0),
        np.where(measured, detail, 0),
        np.where(measured, noise, 0),
        np.where(measured, _RATING_WEIGHT * rated, rated),
        clipping,
        eyes,
        cut,
    )


@dataclass(frozen=True)
class ShotWords:
    """Writer of phrases that say why one shot of a series is better than another."""

    index: Index
    terms: MeritTerms
    technical: MasterVector | None  # that its terms are from
    faces: FaceTerms | None = None  # likewise

    def over(self, row: int, other: int) -> list[str]:
        """Phrases for a shot's advantages over a worse shot of its series, strongest first."""
        leads = {
            name: float(term[row] - term[other]) for name, term in self.terms._asdict().items()
        }
        less_noise = self._less_noise(row, other)
        exposure = "not blown out" if not self.terms.clipping[row] else "less blown out"
        of_faces = self.faces is not None and np.isfinite(self.faces.sharpness[row])
        said = {
            self._eyes_phrase(row): leads["eyes"],
            "face not cut": leads["cut"],
            "sharper face" if of_faces else "sharper subject": leads["sharpness"],
            "less noise": leads["noise"] + less_noise,
            "cleaner detail": leads["technical"] - less_noise,
            exposure: leads["clipping"],
            "better rated": leads["rating"],
        }
        for_it = {words: lead for words, lead in said.items() if lead > 0}
        if sum(leads.values()) <= 0:
            return []
        least = _WORTH_A_WORD * sum(for_it.values())
        return sorted((one for one in for_it if for_it[one] >= least), key=lambda one: -for_it[one])

    def of_faces(self, row: int, others: Sequence[int]) -> list[str]:
        """Phrases such as "face not cut" for face faults that a shot lacks and another shot has."""
        faults = {self._eyes_phrase(row): self.terms.eyes, "face not cut": self.terms.cut}
        return [
            words
            for words, loss in faults.items()
            if loss[row] == 0 and any(loss[other] < 0 for other in others)
        ]

    def _eyes_phrase(self, row: int) -> str:
        """Phrase for eyes that are more open in this photo than in another shot."""
        if self.terms.eyes[row]:
            return "fewer eyes shut"
        seen = self.faces is not None and self.faces.opened[row] > 0
        return "eyes open" if seen else "eyes further open"

    def _less_noise(self, row: int, other: int) -> float:
        """Gain in a shot's technical rating from having less noise than another shot; 0 if none."""
        if self.technical is None:
            return 0.0
        pair, fingerprint = self.index.embeddings_of([row, other]), self.index.fingerprint
        parts = parts_by_kind(self.technical, pair, fingerprint)
        own, others = pair[:, -len(NAMES) :][:, _NOISE].sum(axis=1)
        if parts is None or own >= others:
            return 0.0
        first, second = parts[:, list(GROUPS).index("noise")].tolist()
        return max(_TECHNICAL_WEIGHT * (first - second) / _TECHNICAL_DEVIATION, 0.0)
