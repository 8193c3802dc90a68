import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dashboard.cache import encoder_results
from dashboard.models import explanation_texts
from photorank.errors import MissingWeightsError
from photorank.index.opened import Index, Photo
from photorank.photos.metadata import choose_capture_date
from photorank.rating.concepts import Concept
from photorank.rating.explain import Explanation
from photorank.rating.heat_map import HeatMap
from photorank.rating.signal_shares import SignalShare, SignalShares
from photorank.rating.stability import OrderStability
from tests.dashboard.views.test_pages import texts

SHARES = SignalShares(-0.03, [SignalShare("sharpness", -0.82), SignalShare("noise", 0.02)])


def explanation(values, method="sum over positions", signals=None):
    """Explanation whose heat map has the given values."""
    values = np.asarray(values, dtype=float)
    heat = HeatMap(values, np.zeros_like(values), 0.0, float(values.sum()), method)
    picture, embedding = Image.new("RGB", (8, 8), (99, 99, 99)), np.zeros(4, dtype=np.float32)
    return Explanation(picture, embedding, heat, 0.1, 50.0, 50.0, [], signals)


@pytest.mark.parametrize(
    ("taken", "source", "sentence"),
    [
        ("2019-05-03T14:02:00", "name", "Taken 3 May 2019, 14:02 (from its name)."),
        ("2019-05-03", "name", "Taken 3 May 2019 (from its name)."),
        ("2019-05-03T14:02:00", None, "Taken 3 May 2019, 14:02."),
        (None, "", "Nothing tells when it was taken."),
        (
            "2019-05-03T14:02:00-04:00",
            "GPS, zone by neighbours",
            "Taken 3 May 2019, 14:02 (from satellites, in the time zone of the photos around it).",
        ),
    ],
)
def test_a_date_is_told_with_its_source(taken, source, sentence):
    """A capture date is shown with its source in words, and without a time if none is known."""
    photo = Photo("", Path("a.jpg"), None, None, taken, None, source)
    assert explanation_texts.capture_sentence(photo) == sentence


def test_all_sources_of_dates_have_words():
    """Every source of a capture date that the program may store has a description in words."""
    zones = [
        getattr(choose_capture_date, name)
        for name in ("IN_UTC", "BY_PLACE", "BY_NEIGHBOURS", "BY_SATELLITES", "AGAINST_PLACE")
    ]
    for source in choose_capture_date.LADDER:
        for zone in zones:
            photo = Photo("", Path("a"), None, None, "2019-05-03T14:02:00", None, source + zone)
            words = explanation_texts.capture_sentence(photo).removesuffix(").").partition("(")[2]
            assert len(words.split(", ")) >= 2


def test_two_heat_maps_share_a_scale():
    """Two heat maps share one scale, so the weaker map is drawn paler than it would be alone."""
    strong, weak = explanation_texts.heat_pictures([explanation([[4.0]]), explanation([[1.0]])])
    [alone] = explanation_texts.heat_pictures([explanation([[1.0]])])

    assert strong.getpixel((4, 4)) == alone.getpixel((4, 4)) != weak.getpixel((4, 4))


def test_the_reading_tells_a_sum_from_a_trial():
    """The text about an approximate heat map does not say that the map's values add up."""
    assert "They sum to the difference, −0.05" in explanation_texts.heat_reading(
        explanation([[0.05]])
    )
    assert "covered" in explanation_texts.heat_reading(explanation([[0.05]], "occlusion"))
    for method in ("sum over positions", "occlusion"):
        said = explanation_texts.heat_reading(explanation([[0.05]], method, SHARES), "plain")
        assert not re.search(r"rating|index|signal|[0-9]", said)
    assert "sum" not in explanation_texts.heat_reading(explanation([[0.05]], "occlusion"))


@pytest.mark.parametrize("method", ["sum over positions", "occlusion"])
def test_the_reading_tells_what_signals_carry(method):
    """The text says how far signals such as sharpness move a rating, and omits zero effects."""
    said = explanation_texts.heat_reading(explanation([[0.05]], method, SHARES))
    assert said.endswith(
        "carry −0.030, which is −0.8 standard deviations of the index’s ratings: sharpness −0.8."
    )


def moving_lines(concepts, signals):
    """Text lines about the concepts and signals that move a rating."""
    return explanation_texts.moving_lines(explanation_texts.movers(concepts, signals))


def test_signals_stand_among_the_concepts():
    """Concepts and signals such as sharpness are sorted together by their effect on the rating."""
    snow = Concept("snow", 2.0, 0.25, 0.5)
    first, second = moving_lines([snow], SHARES)
    assert "sharpness" in first
    assert "lowers" in first
    assert "snow" in second
    figures = explanation_texts.moving_figures([snow], SHARES)
    assert figures["pull"].tolist() == [0.5, -0.82, 0.02]
    assert figures["liked"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("shown", "liked", "said"),
    [
        (2.0, 0.5, ("arrow_upward", "more “snow”", "lifts")),
        (2.0, -0.5, ("arrow_downward", "more “snow”", "lowers")),
        (-2.0, -0.5, ("arrow_upward", "less “snow”", "lifts")),
        (-2.0, 0.5, ("arrow_downward", "less “snow”", "lowers")),
    ],
)
def test_concepts_are_said_by_their_direction(shown, liked, said):
    """An explanation says whether a concept such as snow raises or lowers a photo's rating."""
    [line] = moving_lines([Concept("snow", shown, liked, shown * liked)], None)

    assert all(part in line for part in said)


def test_a_weak_concept_has_no_line():
    """A concept that hardly moves the rating is not mentioned."""
    assert moving_lines([Concept("snow", 0.1, 0.1, 0.01)], None) == []


def test_an_unsteady_order_is_marked():
    """Two photos' order is called unsteady if over 5 % of pairs of altered copies reverse it."""
    assert "Unsteady" in explanation_texts.steadiness(
        OrderStability((0.1, 0.2), 0.06), "statistics"
    )
    assert "Unsteady" not in explanation_texts.steadiness(
        OrderStability((0.1, 0.2), 0.05), "statistics"
    )
    assert "5\xa0%" in explanation_texts.steadiness(OrderStability((0.1, 0.2), 0.05), "statistics")
    assert explanation_texts.steadiness(OrderStability((0.1, 0.2), 0.05), "plain").endswith(
        "their order."
    )


@pytest.mark.slow
def test_two_photos_are_explained_on_request(dashboard, home, gallery):
    """The toggle shows why each photo has its rating, and how reliable the photos' order is."""
    app = dashboard("compare", spoken="statistics")
    app.button[0].click().run()
    assert "change places" not in texts(app)
    app.toggle(key="why").set_value(True).run()

    assert not app.exception
    assert "teady]" in texts(app)
    assert texts(app).count("They sum to") == 2


@pytest.mark.slow
def test_one_photo_is_explained(dashboard, home, gallery):
    """The page shows an uploaded photo's rank in the index and where its rating comes from."""
    app = dashboard("photo", spoken="statistics")
    assert "of the index." in texts(app)

    widget = app.file_uploader(key="upload-a")
    widget.set_value(("a.jpg", (gallery / "beach" / "0.jpg").read_bytes(), "image/jpeg")).run()

    assert not app.exception
    assert "They sum to" in texts(app)
    assert "Technical signals" in texts(app)


@pytest.mark.slow
def test_a_photo_and_its_rating_show_before_any_tower_loads(dashboard, home, monkeypatch):
    """The photo page compares the photo with the collection before the encoder has loaded."""
    seen = []

    def loading(index):
        seen.append(index.name)
        raise MissingWeightsError("embedded", "it is still loading")

    monkeypatch.setattr(encoder_results, "encoder", loading)
    app = dashboard("photo")

    assert seen
    assert "Judged by **Worth printing** it is better than" in texts(app)


@pytest.mark.slow
@pytest.mark.usefixtures("own_gallery")
def test_a_photo_whose_file_is_gone_is_not_explained(dashboard, paths):
    """The page warns that the photo's file is missing and shows no heat map."""
    Index.open(paths).photo(0).path.unlink()

    app = dashboard("photo")

    assert not app.exception
    assert "add their new folder on Home" in app.warning[0].value
    assert "They sum" not in texts(app)


def test_one_photo_alone_is_better_than_none():
    """The headline of an index with a single photo gives no percentage."""
    assert explanation_texts.headline("v", 0.0, 1) == "It is the only photo of the index."
    assert "better than 66\xa0% of the index" in explanation_texts.headline("v", 66.7, 3)
    plain = explanation_texts.headline("worth", 66.7, 3, "plain")
    assert plain == "Judged by **Worth printing** it is better than 66\xa0% of the collection."
