"""What a vector makes of an index, worked out once for all visitors: ratings, series, albums."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.cache import cache_keys, encoder_results
from photorank.album.candidates import shortlist
from photorank.album.make_album import Album, make_album
from photorank.album.request import AlbumRequest
from photorank.index.opened import Index
from photorank.rating.percentiles import share_below
from photorank.similarity.series import Series, find_series
from photorank.typing import Codes, Embeddings, Ratings
from photorank.vectors.master import MasterVector

if TYPE_CHECKING:  # scikit-learn takes a second, and few pages need it
    from photorank.evaluation.nuisance import Nuisance
    from photorank.vectors.taste.photo_subset import Ground


def ratings(index: Index, vector: MasterVector) -> Ratings:
    """Return a vector's ratings (n,) of all photos, read-only: all visitors share them."""
    return _ratings(*cache_keys.of(index, vector), index, vector)


@st.cache_resource(max_entries=32, show_spinner="Rating the photos …")
def _ratings(
    root: Path, changed: int, direction: bytes, _index: Index, _vector: MasterVector
) -> Ratings:
    rated = _index.rate(_vector)
    rated.flags.writeable = False
    return rated


def standing(index: Index, vector: MasterVector) -> Ratings:
    """Return than which share of the index (n,), 0 to 100, each photo is better, read-only."""
    return _standing(*cache_keys.of(index, vector), index, vector)


@st.cache_resource(max_entries=32, show_spinner=False)
def _standing(
    root: Path, changed: int, direction: bytes, _index: Index, _vector: MasterVector
) -> Ratings:
    rated = ratings(_index, _vector)
    places = share_below(rated, rated)
    places.flags.writeable = False
    return places


def better_than(index: Index, vector: MasterVector, embedding: Embeddings) -> float:
    """Return than which share of the index, 0 to 100, a photo is better by its embedding (d,)."""
    own = vector.rate(embedding[None], index.fingerprint)
    return float(share_below(own, ratings(index, vector))[0])


def extreme(index: Index, vector: MasterVector, k: int, *, lowest: bool = False) -> list[int]:
    """Return the rows of the k photos that a vector likes most, or least, the first foremost."""
    return _extreme(*cache_keys.of(index, vector), k, lowest, index, vector)


@st.cache_data(max_entries=64, show_spinner=False)
def _extreme(
    root: Path,
    changed: int,
    direction: bytes,
    k: int,
    lowest: bool,
    _index: Index,
    _vector: MasterVector,
) -> list[int]:
    rows, _ = _index.nearest(_vector.direction, k, lowest=lowest)
    found: list[int] = rows.tolist()
    return found


def ground(
    index: Index, vector: MasterVector | None, rater: str, within: Codes | None = None
) -> "Ground":
    """Return what is believed of a person who has said nothing, beginning with a vector or none."""
    beginning = b"" if vector is None else vector.direction.tobytes()
    place = index.paths.root, cache_keys.changed(index.paths.manifest)
    return _ground(*place, beginning, rater, within, index, vector)


@st.cache_resource(max_entries=16, show_spinner="Looking at the photos …")
def _ground(
    root: Path,
    changed: int,
    direction: bytes,
    rater: str,
    within: Codes | None,
    _index: Index,
    _vector: MasterVector | None,
) -> "Ground":
    from photorank.vectors.taste.photo_subset import ground_in

    begun = None if _vector is None else _vector.direction
    found = ground_in(_index, begun, rater=rater, within=within)
    # Stars that are clicked are on a scale of their own.
    return replace(found, prior=replace(found.prior, unit=None))


def series(index: Index, alike: float, among: Codes | None = None) -> Series:
    """Return the series of an index, or of some rows, for a threshold."""
    return _series(index.paths.root, _shots(index), alike, among, index)


@st.cache_resource(max_entries=4, show_spinner="Looking for series …")
def _series(
    root: Path, shots: tuple[int, ...], alike: float, among: Codes | None, _index: Index
) -> Series:
    return find_series(_index, alike, among=among)


def _shots(index: Index) -> tuple[int, ...]:
    """Return when what series and albums rest on changed: a click on Label is not of it."""
    return cache_keys.rows(index, "photos", "files", "memberships", "signals")


def album(index: Index, vector: MasterVector, alike: float, wishes: AlbumRequest) -> Album:
    """Return the album that was wished for.

    Raises
    ------
    AlbumError
        If the wishes contradict each other.
    """
    asked = tuple(sorted(wishes.pinned)), tuple(sorted(wishes.banned)), repr(wishes)
    return _album(*cache_keys.of(index, vector), _shots(index), alike, asked, index, vector, wishes)


@st.cache_resource(max_entries=16, show_spinner="Choosing …")
def _album(
    root: Path,
    changed: int,
    direction: bytes,
    shots: tuple[int, ...],
    alike: float,
    asked: tuple[tuple[int, ...], tuple[int, ...], str],
    _index: Index,
    _vector: MasterVector,
    _wishes: AlbumRequest,
) -> Album:
    rated = ratings(_index, _vector)
    among = shortlist(_index, rated, _wishes) if len(_index) > _wishes.considered else None
    found = series(_index, alike, among)
    return make_album(_index, rated, found, _wishes, vector=_vector.name)


def nuisance(index: Index, vector: MasterVector, by: str) -> "Nuisance":
    """Return what changes when content is taken out of a vector, tested once on every photo.

    Raises
    ------
    NoLabelsError, ComparisonsError
        If there is nothing to test it on, or no content to tell apart.
    """
    return _nuisance(*cache_keys.of(index, vector), cache_keys.judged(index), by, index, vector)


@st.cache_resource(max_entries=8, show_spinner="Taking content out, fold by fold …")
def _nuisance(
    root: Path,
    changed: int,
    direction: bytes,
    judged: tuple[int, ...],
    by: str,
    _index: Index,
    _vector: MasterVector,
) -> "Nuisance":
    from photorank.evaluation.nuisance import control_content
    from photorank.learning.protocol import Protocol

    once = Protocol(repeats=1)
    return control_content(
        _index, _vector, by=by, protocol=once, load=lambda: encoder_results.encoder(_index)
    )
