"""Texts that explain a photo's rating: heat map, concepts, stability under edits, better photos."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from dashboard.formatting import listing, percent, plain
from dashboard.models.photo_tiles import Tile, percentile_text, short_number, tile_of
from dashboard.models.words import Mode, say, vector_text
from photorank.index.opened import Index, Photo
from photorank.photos.metadata.choose_capture_date import (
    AGAINST_PLACE,
    BY_NEIGHBOURS,
    BY_PLACE,
    BY_SATELLITES,
    IN_UTC,
)
from photorank.photos.metadata.time_text import DAY_LETTERS
from photorank.photos.metadata.timestamp import Source
from photorank.rating.closest_better import BetterPhoto
from photorank.rating.concepts import Concept
from photorank.rating.explain import Explanation
from photorank.rating.signal_shares import SignalShares, signed
from photorank.rating.stability import OrderStability
from photorank.typing import Ratings

LEAST_PULL = 0.1  # standard deviations: a smaller pull is not worth a line
FIGURES_HELP = (
    "In the photo: standard deviations above the mean of the index. Liked: correlation of concept "
    "and rating over the index, −1 to 1. Moves it by: their product, in standard deviations of "
    "the ratings, each concept taken alone; of sharpness, noise and the like their exact part of "
    "the rating."
)
_LIFTED = "Orange parts lift it above an average photo of the collection, blue parts lower it."
_COVERED = "Without its orange parts it would fall, without its blue parts rise."
ONLY_THINGS = "The words tell what is on the photo, hardly how well it is taken."
STAND_IN = (
    "Words reach this encoder only through the names of things: it tells what is on a photo, "
    "hardly how well it is taken."
)

_TOLD_BY: dict[Source, str] = {
    "DateTimeOriginal": "from its EXIF",
    "DateTimeDigitized": "from its EXIF, when it was digitized",
    "XMP": "from its XMP",
    "IPTC": "from its IPTC fields",
    "Creation Time": "from the text in its PNG",
    "sidecar": "from its sidecar",
    "Takeout": "from Google’s JSON file",
    "GPS": "from satellites",
    "name": "from its name",
    "DateTime": "from its EXIF, when it was last changed",
    "file time": "from the time when its file was last changed",
}
_ZONE_BY = {
    IN_UTC: "in UTC, as its time zone is not known",
    BY_PLACE: "in the time zone of its place",
    BY_NEIGHBOURS: "in the time zone of the photos around it",
    BY_SATELLITES: "with satellites for the time zone",
    AGAINST_PLACE: "with satellites for the time zone, which is not that of its place",
}


def heat_pictures(explanations: Sequence[Explanation]) -> list[Image.Image]:
    """Images of photos overlaid with their heat maps, all on one colour scale."""
    most = max(float(np.abs(one.parts).max()) for one in explanations)
    return [one.drawn(most) for one in explanations]


def heat_reading(explanation: Explanation, mode: Mode = "statistics") -> str:
    """Text on what the heat map's colours mean."""
    heat, signals = explanation.heat, explanation.signals
    if mode == "plain":
        return _LIFTED if heat.exact else _COVERED
    if not heat.exact:
        reading = (
            "Where a part of the photo was covered in its mean colour, the rating fell (orange) or "
            "rose (blue)."
        )
        return reading if signals is None else f"{reading} {_signals_sentence(signals)}"
    above = short_number(heat.rating - explanation.average)
    lifts = (
        "Orange parts lift the rating above that of an average photo of the index, blue parts "
        "lower it."
    )
    if signals is None:
        return f"{lifts} They sum to the difference, {above}."
    parts = short_number(float(explanation.parts.sum()))
    return f"{lifts} They sum to {parts} of the difference, {above}. {_signals_sentence(signals)}"


def _signals_sentence(signals: SignalShares) -> str:
    """Sentence on how much technical signals (sharpness, …) raise or lower a photo's rating."""
    kinds = f": {signals}" if signals.told else ""
    return (
        f"Technical signals of the whole photo carry {short_number(signals.total)}, which is "
        f"{signed(signals.pull)} standard deviations of the index’s ratings{kinds}."
    )


class Mover(NamedTuple):
    """Concept or technical property (such as sharpness) that raises or lowers a photo's rating."""

    text: str
    beside: str  # how it is compared with other photos
    pull: float  # standard deviations


def movers(concepts: Sequence[Concept], signals: SignalShares | None) -> list[Mover]:
    """Concepts and technical signals that raise or lower a photo's rating, strongest first."""
    found = [
        Mover(f"{'more' if one.shown > 0 else 'less'} “{one.text}”", " than most photos", one.pull)
        for one in concepts
    ]
    if signals is not None:
        beside = ", as measured beside most photos"
        found += [Mover(f"its {one.text}", beside, one.pull) for one in signals.kinds]
    strongest = sorted(found, key=lambda one: -abs(one.pull))
    return [one for one in strongest if abs(one.pull) >= LEAST_PULL]


def moving_lines(found: Sequence[Mover]) -> list[str]:
    """Markdown lines on the concepts and technical signals that raise or lower a photo's rating."""
    return [
        f":material/arrow_{'up' if one.pull > 0 else 'down'}ward: **{plain(one.text)}**"
        f"{one.beside}: {'lifts' if one.pull > 0 else 'lowers'} it"
        for one in found
    ]


def moving_figures(concepts: Sequence[Concept], signals: SignalShares | None) -> pd.DataFrame:
    """Table with one row of numbers per concept that raises or lowers a photo's rating.

    Signals have their part of the rating alone.
    """
    rows = [(one.text, one.shown, one.liked, one.pull) for one in concepts]
    if signals is not None:
        rows += [(one.text, np.nan, np.nan, one.pull) for one in signals.kinds]
    return pd.DataFrame(rows, columns=["concept", "shown", "liked", "pull"])


def better_tiles(index: Index, better: Sequence[BetterPhoto], percentiles: Ratings) -> list[Tile]:
    """Grid tiles of similar photos with higher ratings, with each photo's percentile as caption."""
    captions = [f"**better than {percentile_text(percentiles[one.row])}**" for one in better]
    return [
        tile_of(index, one.row, caption, linked=True)
        for one, caption in zip(better, captions, strict=True)
    ]


def steadiness(found: OrderStability, mode: Mode) -> str:
    """Sentence saying whether two photos keep their order by rating when slightly altered."""
    spreads = listing([f"±{short_number(spread)}" for spread in found.spreads])
    if found.steady:
        text = (
            ":green-badge[Steady] Smaller, cropped a little or compressed, the photos keep their "
            "order"
        )
    else:
        text = (
            ":orange-badge[Unsteady] Do not rely on this order: made smaller, cropped a little or "
            "compressed, the photos change places"
        )
    if mode == "plain":
        return f"{text}."
    return (
        f"{text}: {percent(found.flips)} of the pairs of such forms change places. The "
        f"ratings differ between these forms by {spreads} (standard deviation)."
    )


def capture_sentence(photo: Photo) -> str:
    """Sentence on when a photo was taken, and the source of the date.

    Examples
    --------
    >>> from pathlib import Path
    >>> when = "2019-05-03T14:02:00"
    >>> capture_sentence(Photo("", Path("IMG_20190503_140200.jpg"), None, None, when, None, "name"))
    'Taken 3 May 2019, 14:02 (from its name).'
    """
    if photo.taken is None:
        return "Nothing tells when it was taken."
    time = datetime.fromisoformat(photo.taken)
    when = f"{time.day} {time:%B %Y}"
    if len(photo.taken) > DAY_LETTERS:
        when += f", {time:%H:%M}"
    told, comma, zone = (photo.taken_from or "").partition(",")
    words = [text for source, text in _TOLD_BY.items() if source == told]
    words += [_ZONE_BY[comma + zone]] if comma + zone in _ZONE_BY else []
    return f"Taken {when} ({', '.join(words)})." if words else f"Taken {when}."


def headline(vector: str, percentile: float, n: int, mode: Mode = "statistics") -> str:
    """Sentence with a photo's percentile by rating among the n photos of the index."""
    if n < 2:
        return f"It is the only photo of the {say('index', mode)}."
    by, whole = f"{say('judge', mode)} **{vector_text(vector, mode)}**", say("index", mode)
    return f"{by} it is better than {percentile_text(percentile)} of the {whole}."
