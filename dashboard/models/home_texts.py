"""View-model of the page Home: sentences on rating accuracy and on a saved album."""

from dashboard.formatting import FROM_PHOTOS, percent, plain
from dashboard.models.results.evaluation_tables import Board
from dashboard.models.words import Mode, right_text, vector_text
from photorank.album.kept.store import Entry
from photorank.errors import counted
from photorank.vectors.master import MasterVector


def measured_accuracy(board: Board, photos: int, mode: Mode) -> str:
    """Sentence on how accurately the best learned rating vector predicts held-out judgements."""
    learned = board.rows[~board.rows["apart"] & (board.rows["family"] == FROM_PHOTOS)]
    if learned.empty:
        return "Nothing that was learned could be tested fairly here."
    best = learned.iloc[0]
    name = vector_text(best["vector"], mode)
    if mode == "plain":
        return f"Here **{name}** is {right_text(best['value'])} about photos it had not seen."
    return f"**{name}** puts {plain(best['shown'])} of held-out pairs in order; n = {photos:,}."


def public_accuracy(vector: MasterVector | None, mode: Mode) -> str:
    """Text for an index that was not evaluated: a rating vector's accuracy on public photos."""
    known = None if vector is None else vector.card.accuracy
    if vector is None or known is None:
        return "Not measured on your photos."
    name = vector_text(vector.name, mode)
    if mode == "plain":
        told = f"is {right_text(known.value)}"
    else:
        told = f"puts {percent(known.value)} of pairs in people’s order"
    return f"Not measured on your photos; on public ones **{name}** {told}."


def album_progress(kept: Entry) -> str:
    """Name of a saved album and its progress, as in “**Rome** · 5 of 24 photos”."""
    photos, places = len(kept.album.photos), kept.album.settings.places
    said = (
        f"{photos:,} of {counted(places, 'photo')}" if photos < places else counted(photos, "photo")
    )
    return f"**{plain(kept.name)}** · {said}"
