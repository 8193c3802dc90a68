"""Choice of the best shot in a series, by sharpness, clipped highlights, noise and rating."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image
from skimage import data

from photorank.index.opened import open_index
from photorank.index.reading.records import IndexSignals
from photorank.photos.degraded.defects import degraded
from photorank.photos.signals.all_signals import SIGNALS, photo_signals
from photorank.photos.signals.signals_block import NAMES
from photorank.rating.best_shot import ShotWords, best_shots, merit_terms, technical_vector

MEASURED = ("subject_sharpness", "clipped_highlights", "noise")


def merit(*rows, ratings=None, series=None, technical=None):
    """Merit of each shot, given its subject sharpness, clipped highlights and noise."""
    table = [(*row, 1.0)[:3] for row in rows]  # as noisy as each other if it is not told
    signals = IndexSignals(MEASURED, np.array(table, float))
    codes = np.zeros(len(rows), int) if series is None else np.array(series)
    rated = np.zeros(len(rows)) if ratings is None else np.array(ratings, float)
    return merit_terms(rated, signals, codes, technical).merit


def test_the_sharpest_shot_is_best():
    """In each series, the sharpest shot is chosen as the best one."""
    found = merit((-3, 0), (-2.5, 0), (-1, 0), (-1.5, 0), (-2, 0), series=[0, 0, 1, 1, 1])
    assert best_shots(np.arange(5), np.array([0, 0, 1, 1, 1]), found).tolist() == [1, 2]


def test_blown_out_lights_outweigh_sharpness_where_they_are_a_fault_of_the_shot():
    """Clipped highlights count more than sharpness, unless all shots of the series have them."""
    assert merit((-2, 0.3), (-2.1, 0.3)).argmax() == 0
    assert merit((-2, 0.6), (-2.1, 0.3)).argmax() == 1
    assert merit((-2, 0.301), (-2.1, 0.3)).argmax() == 0  # a lamp more is no fault
    assert merit((-2, 0.3), (-1.5, 0.33)).argmax() == 0  # what little is lost is lost for good


def test_noise_passes_for_detail_up_to_a_point_only():
    """A much noisier shot is not the best even if it is sharper; slight noise does no harm."""
    assert merit((-2, 0, 1.0), (-1.8, 0, 6.0)).argmax() == 0
    assert merit((-2, 0, 1.0), (-1.8, 0, 1.2)).argmax() == 1


def test_technical_quality_counts_where_it_is_known():
    """If technical quality is known, a large enough lead in it outweighs lower sharpness."""
    shots = [(-2.0, 0), (-2.25, 0)]
    assert merit(*shots, technical=np.array([0.0, 0.06])).argmax() == 0
    assert merit(*shots, technical=np.array([0.0, 0.09])).argmax() == 1


def test_of_equally_sharp_shots_the_better_rated_one_is_best():
    """If shots are equally sharp, or one has no sharpness, the higher rating decides."""
    assert merit((-2, 0), (-2, 0), ratings=[1, 2]).argmax() == 1
    found = merit(
        (-1, 0), (np.nan, np.nan), (-2, 0), (-3, 0), ratings=[1, 2, 5, 4], series=[0, 0, 1, 1]
    )
    assert found[1] > found[0]
    assert found[2] > found[3]
    assert np.isfinite(found).all()


def test_nothing_is_raised_without_photos():
    """An index without photos gives no best shot and no error."""
    nothing = IndexSignals(MEASURED, np.empty((0, 3)))
    assert not len(merit_terms(np.empty(0), nothing, np.empty(0, int)).merit)


@pytest.mark.parametrize("defect", ["defocus", "shake", "underexposure"])
def test_a_photo_is_better_than_its_spoilt_copies(defect):
    """A photo has a higher best-shot merit than its degraded copies."""
    photo = Image.fromarray(data.astronaut()).resize((240, 240))
    rows = []
    for version in (photo, *(degraded(photo, defect, severity, seed=1) for severity in (2, 4))):
        file = io.BytesIO()
        version.save(file, "JPEG", quality=95)
        rows.append(list(photo_signals(file.getvalue()).values()))
    signals = IndexSignals(tuple(SIGNALS), np.array(rows))
    assert merit_terms(np.zeros(3), signals, np.zeros(3, int)).merit.argmax() == 0


@pytest.mark.parametrize(
    ("sharpness", "clipped", "ratings", "said"),
    [
        ((-1, -2), (0, 0), (1, 1), ["sharper subject"]),
        ((-2, -2), (0, 0), (2, 1), ["better rated"]),
        ((-2, -2.1), (0, 0.5), (1, 1), ["not blown out"]),
        ((-1.6, -2.1), (0, 0.4), (1, 1), ["not blown out", "sharper subject"]),
        ((-1, -2), (0, 0), (2, 1), ["sharper subject"]),  # the rating adds a fifth
        ((np.nan, -2), (np.nan, 0), (2, 1), ["better rated"]),
        ((-2, -1), (0, 0), (1, 1), []),  # the worse one has no reasons
        ((-2, -2), (0, 0), (1, 1), []),
    ],
)
def test_what_makes_the_difference_is_said_in_words(sharpness, clipped, ratings, said, collection):
    """The reasons why a shot is best are listed strongest first, and weak reasons are left out."""
    signals = IndexSignals(MEASURED, np.column_stack([sharpness, clipped, np.ones(len(clipped))]))
    terms = merit_terms(np.array(ratings, float), signals, np.zeros(2, int))
    assert ShotWords(collection.index, terms, None).over(0, 1) == said


def test_less_noise_is_told_by_the_built_in_vector(home, gallery):
    """The built-in technical vector leads to the words `less noise` only for a less noisy shot."""
    index = open_index("small")
    technical = technical_vector(index)
    ratings = index.rate(technical)
    nothing = IndexSignals(MEASURED, np.zeros((len(index), 3)))
    terms = merit_terms(np.zeros(len(index)), nothing, np.zeros(len(index), int), ratings)
    words = ShotWords(index, terms, technical)
    columns = [NAMES.index(f"noise, octave {octave}") - len(NAMES) for octave in (1, 2)]
    noise = index.embeddings()[:, columns].sum(axis=1)
    pairs = itertools.permutations(range(0, len(index), 3), 2)
    said = {pair: words.over(*pair) for pair in pairs if ratings[pair[0]] > ratings[pair[1]]}
    assert all(
        noise[one] < noise[other] for (one, other), own in said.items() if "less noise" in own
    )
    assert {text for own in said.values() for text in own} <= {"less noise", "cleaner detail"}
    assert all(said.values())
