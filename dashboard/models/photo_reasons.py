"""View-model of the photo viewer's button “Why?”: reasons for a rating, and heat map."""

import base64
import io
from collections.abc import Sequence

from dashboard.models import explanation_texts
from dashboard.models.explanation_texts import Mover
from dashboard.models.photo_tiles import percentile_text, short_number
from dashboard.models.words import Mode, say, vector_name
from photorank.album.in_context import InContext
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.outside_text import printable
from photorank.rating.concepts import Concept
from photorank.rating.explain import Explanation
from photorank.rating.signal_shares import signed
from photorank.typing import Json, Ratings
from photorank.vectors.master import MasterVector

_MOST_MOVERS = 4  # in each direction
_MOST_BETTER = 3  # photos
_JPEG_QUALITY = 85
_NO_WORDS = "What is on it cannot be named here: the words cannot be loaded."


def reasons_json(
    index: Index,
    vector: MasterVector,
    explanation: Explanation,
    concepts: Sequence[Concept] | None,
    percentiles: Ratings,
    mode: Mode,
) -> Json:
    """Reasons for a photo's rating as JSON for the viewer: texts, heat map and better photos."""
    movers = explanation_texts.movers(concepts or [], explanation.signals)
    return {
        "headline": _headline(vector, explanation, len(index), mode),
        "reading": explanation_texts.heat_reading(explanation, mode),
        "lifts": _texts([one for one in movers if one.pull > 0], mode),
        "lowers": _texts([one for one in movers if one.pull < 0], mode),
        "note": _note(index, concepts, mode),
        "better": [
            {
                "photo": index.photo(one.row).digest,
                "name": printable(index.photo(one.row).path.name),
                "said": f"better than {percentile_text(percentiles[one.row])}",
            }
            for one in explanation.better[:_MOST_BETTER]
        ],
        "heat": _heat_map_url(explanation),
    }


def contribution_sentence(context: InContext, n: int) -> str:
    """Sentence on the value that a photo adds, or would add, to an album of the n best photos."""
    album = f"the best {counted(n, 'photo')}"
    return f"It {context.in_words(album)}."


def _headline(vector: MasterVector, explanation: Explanation, n: int, mode: Mode) -> str:
    whole, by = say("index", mode), printable(vector_name(vector.name, mode))
    if n < 2:
        return f"It is the only photo of the {whole}."
    better = f"better than {percentile_text(explanation.below)} of the {whole}"
    if mode == "statistics":
        rating = short_number(explanation.heat.rating)
        return f"Rated {rating} by {by}: {better}."
    return f"{better[:1].upper()}{better[1:]}, judged by {by}."


def _texts(movers: Sequence[Mover], mode: Mode) -> list[str]:
    numbers = mode == "statistics"
    return [
        f"{one.text}{f' {signed(one.pull)} sd' if numbers else ''}" for one in movers[:_MOST_MOVERS]
    ]


def _note(index: Index, concepts: Sequence[Concept] | None, mode: Mode) -> str:
    if concepts is None:
        return _NO_WORDS
    if not concepts or not index.fingerprint.is_embedded:
        return ""
    return explanation_texts.STAND_IN if mode == "statistics" else explanation_texts.ONLY_THINGS


def _heat_map_url(explanation: Explanation) -> str:
    """Data URL of a photo overlaid with its heat map, as JPEG."""
    written = io.BytesIO()
    explanation.drawn().save(written, "JPEG", quality=_JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(written.getvalue()).decode()}"
