import numpy as np
import pytest

from photorank.index.reading.records import IndexSignals
from photorank.photos.signals.all_signals import SIGNALS, photo_signals
from photorank.rating.best_shot import order_in_series, within_series_score
from photorank.sample import degraded


def signals_of(*rows):
    """Return signals of some photos: subject sharpness, noise, clipped highlights, brightness."""
    names = ("subject_sharpness", "noise", "clipped_highlights", "brightness")
    values = [(*row, 0.4) if len(row) == 3 else row for row in rows]
    return IndexSignals(names, np.array(values, dtype=np.float64))


def test_the_sharpest_shot_of_each_series_is_best():
    """However sharp another series is."""
    found = signals_of((-3, 1, 0), (-2.5, 1, 0), (-1, 1, 0), (-1.5, 1, 0), (-2, 1, 0))
    scores = within_series_score(found, np.array([0, 0, 1, 1, 1]))
    assert scores.tolist() == [0, 1, 1, 0.5, 0]


def test_blown_out_lights_outweigh_sharpness_where_they_are_a_fault_of_the_shot():
    """What is white in every shot of the series is white in the scene."""
    scene = signals_of((-2, 1, 0.3), (-2.1, 1, 0.3))
    assert within_series_score(scene, np.array([0, 0])).tolist() == [1, 0]
    shot = signals_of((-2, 1, 0.6), (-2.1, 1, 0.3))
    first, second = within_series_score(shot, np.array([0, 0]))
    assert first < second


def test_the_light_of_most_shots_is_the_right_one():
    """A shot over a stop too dark or too light loses to one that is little less sharp."""
    for odd in (0.15, 0.9):
        shots = signals_of((-2, 1, 0, odd), (-2.4, 1, 0, 0.4), (-2.5, 1, 0, 0.4))
        scores = within_series_score(shots, np.zeros(3, int))
        assert scores.argmax() == 1


def test_more_light_is_no_more_detail():
    """Of two shots the brighter one has more contrast of grey levels for that alone."""
    brighter = -2.3 + 0.9 * np.log10(1.4)
    shots = signals_of((-2.3, 1, 0, 0.2), (brighter, 1, 0, 0.28))
    first, second = within_series_score(shots, np.zeros(2, int))
    assert first > second
    black = within_series_score(signals_of((-2, 1, 0, 0.0), (-3, 1, 0, 0.0)), np.zeros(2, int))
    assert np.isfinite(black).all()


def test_noise_is_no_detail():
    """A noisy shot of the same scene is not the sharper one."""
    plain = 10**-2.5
    noisy = np.log10(plain + 20 * (10 / 255) ** 2)
    first, second = within_series_score(
        signals_of((noisy, 10.2, 0), (-2.5, 1, 0)), np.array([0, 0])
    )
    assert first < second


def test_what_is_alone_or_was_not_measured_is_in_the_middle():
    """Nothing is known against it."""
    found = signals_of((-2, 1, 0), (-1, 1, 0), (np.nan, np.nan, np.nan), (-1, 1, 0), (-3, 1, 0))
    scores = within_series_score(found, np.array([0, 0, 0, -1, 5]))
    assert scores.tolist() == [0, 1, 0.5, 0.5, 0.5]
    assert within_series_score(signals_of((-2, 1, 0)), np.array([3])).tolist() == [0.5]


def test_equal_shots_are_equal():
    """Ties share their place."""
    scores = within_series_score(signals_of((-2, 1, 0), (-2, 1, 0)), np.array([0, 0]))
    assert scores.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("defect", ["defocus", "shake", "underexposure", "overexposure"])
def test_a_photo_is_better_than_its_spoilt_copies(defect):
    """Measured from files, as a camera's burst would be."""
    import io

    from PIL import Image
    from skimage import data

    photo = Image.fromarray(data.astronaut()).resize((240, 240))
    rows = []
    for version in (photo, *(degraded(photo, defect, severity, seed=1) for severity in (2, 4))):
        file = io.BytesIO()
        version.save(file, "JPEG", quality=95)
        rows.append(list(photo_signals(file.getvalue()).values()))
    scores = within_series_score(IndexSignals(tuple(SIGNALS), np.array(rows)), np.zeros(3, int))
    assert scores.argmax() == 0


def test_signals_and_ratings_count_alike_in_a_series_and_not_between_two():
    """A shot that is second by one and first by the other is the best; of equals, the sharper."""
    series = np.array([0, 0, 0, 1, 1, -1])
    ratings = np.array([2.0, 1.0, 3.0, 0.0, 1.0, 9.0])
    found = signals_of(*((sharpness, 1, 0) for sharpness in (-1, -2, -3, -1, -2, -2.5)))
    best = order_in_series(ratings, found, series)
    assert best[:3].argmax() == 0
    assert best[3] > best[4]
    unmeasured = order_in_series(ratings, signals_of(*[(np.nan, np.nan, np.nan)] * 6), series)
    assert unmeasured[:3].argmax() == 2
    assert unmeasured[4] > unmeasured[3]
    assert sorted(unmeasured) == list(range(6))
