"""Cached results of rating vectors: ratings, percentiles, held-out ratings and albums."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.cache import encoder_results, index_data
from dashboard.cache.cache_keys import BY_JUDGEMENTS, BY_PHOTOS, HashFuncs, of_tables, of_vector
from dashboard.cache.choosing import Choosing, takes_long
from photorank.album.candidates import shortlist
from photorank.album.grounds import KeptGrounds
from photorank.album.in_context import AlbumContext, InContext, PhotoToAssess
from photorank.album.kept.choose import album_rows
from photorank.album.make_album import Album, make_album
from photorank.album.request import AlbumRequest
from photorank.index.opened import Index
from photorank.rating.percentiles import share_below
from photorank.similarity.series import Series
from photorank.similarity.series_cache import series_of
from photorank.typing import Codes, Embeddings, Flags, Pairs, Ratings
from photorank.vectors.master import MasterVector

if TYPE_CHECKING:  # scikit-learn takes a second, and few pages need it
    from photorank.evaluation.nuisance import Nuisance
    from photorank.learning.held_out_ratings import HeldOutRatings
    from photorank.vectors.taste.photo_subset import PhotoSubset

# Cache key of series and albums, which clicks on Teach do not change.
BY_SHOTS: HashFuncs = {
    Index: of_tables("photos", "files", "memberships", "signals", "faces", "photo_faces"),
    MasterVector: of_vector,
    AlbumRequest: lambda request: (sorted(request.pinned), sorted(request.banned), repr(request)),
}


@st.cache_resource(max_entries=32, show_spinner="Rating the photos …", hash_funcs=BY_PHOTOS)
def ratings(index: Index, vector: MasterVector) -> Ratings:
    """Ratings (n,) of an index's n photos by a rating vector, computed once for all visitors."""
    rated = index.rate(vector)
    rated.flags.writeable = False
    return rated


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_PHOTOS)
def percentiles(index: Index, vector: MasterVector) -> Ratings:
    """Percentiles (n,), 0 to 100, of n photos: percentage of indexed photos rated lower."""
    rated = ratings(index, vector)
    places = share_below(rated, rated)
    places.flags.writeable = False
    return places


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_PHOTOS)
def training_mask(index: Index, vector: MasterVector) -> Flags:
    """Boolean mask (n,) of n photos: True for a vector's training photos and their copies."""
    from photorank.learning.how_tested import seen_photos  # scikit-learn takes a second

    return seen_photos(index, vector.card)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_JUDGEMENTS)
def testable_vectors(index: Index, judged: Flags) -> list[str]:
    """Names of the rating vectors that can be tested on judged photos not used in training."""
    every = index_data.vectors(index).items()
    return [name for name, one in every if not training_mask(index, one)[judged].all()]


@st.cache_resource(
    max_entries=8,
    show_spinner="Rating each photo without having seen it …",
    hash_funcs=BY_JUDGEMENTS,
)
def held_out(index: Index, vector: MasterVector) -> "HeldOutRatings":
    """For each photo, a rating by a model that did not learn from this photo; nan if there is none.

    Photos that the vector learned from are rated by refits without their fold, or nan.
    """
    from photorank.learning.held_out_ratings import held_out_ratings  # scikit-learn takes a second

    return held_out_ratings(index, vector, ratings(index, vector))


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_JUDGEMENTS)
def mistakes(index: Index, vector: MasterVector, most: int) -> Pairs:
    """Row numbers (m, 2) of the m photo pairs that a rating vector orders most wrongly.

    People prefer the first photo of each pair.
    """
    from photorank.learning.confident_mistakes import confident_mistakes

    return confident_mistakes(index, held_out(index, vector), most)


def percentile_of(index: Index, vector: MasterVector, embedding: Embeddings) -> float:
    """Percentile, 0 to 100, of an embedding's rating: percentage of indexed photos rated lower."""
    own = vector.rate(embedding[None], index.fingerprint)
    return float(share_below(own, ratings(index, vector))[0])


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_PHOTOS)
def extreme_rows(index: Index, vector: MasterVector, k: int, *, lowest: bool = False) -> list[int]:
    """Row numbers of an index's k highest or lowest rated photos, most extreme first."""
    rows, _ = index.nearest(vector.direction, k, lowest=lowest)
    found: list[int] = rows.tolist()
    return found


@st.cache_resource(max_entries=4, show_spinner="Looking at the photos …", hash_funcs=BY_PHOTOS)
def _everybodys_subset(
    index: Index, prior: MasterVector | None, within: Codes | None
) -> "PhotoSubset":
    """Subset of photos to ask everybody about; the object also holds a prior of people's taste.

    The prior is not yet adapted to one person's taste.
    """
    from photorank.vectors.taste.photo_subset import subset_in

    return subset_in(index, None if prior is None else prior.direction, within=within)


@st.cache_resource(max_entries=64, show_spinner="Looking at the photos …", hash_funcs=BY_PHOTOS)
def photo_subset(
    index: Index, prior: MasterVector | None, rater: str, within: Codes | None = None
) -> "PhotoSubset":
    """Photos to ask one person about; the returned object also holds a prior of the person's taste.

    People share all but the spread of their taste: photos, their coordinates and main axes.
    """
    found = _everybodys_subset(index, prior, within).of_rater(index, rater)
    # Stars that are clicked are on a scale of their own.
    return replace(found, prior=replace(found.prior, unit=None))


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_SHOTS)
def series(index: Index, alike: float, among: Codes | None = None) -> Series:
    """Series of near-identical photos in an index, or among the photos with given row numbers.

    Photos of one series have similar embeddings (cosine similarity).
    """
    return series_of(index, alike, among=among)


@st.cache_resource(max_entries=1, show_spinner=False, hash_funcs=BY_PHOTOS)
def _album_data(index: Index) -> KeptGrounds:
    """Cached data for choosing albums from an index, such as similarities of photos."""
    return KeptGrounds(index)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_SHOTS)
def _choosing(
    index: Index, vector: MasterVector, alike: float, request: AlbumRequest, called: str
) -> Choosing:
    rated = ratings(index, vector)

    def choose() -> Album:
        among = shortlist(index, rated, request) if len(index) > request.considered else None
        found = series(index, alike, among)
        return make_album(
            index, rated, found, request, vector=called or vector.name, kept=_album_data(index)
        )

    return Choosing(len(index), choose)


def choosing(
    index: Index, vector: MasterVector, alike: float, request: AlbumRequest, called: str = ""
) -> Choosing:
    """Cached background computation that chooses the photos of a requested album.

    The computation may still be running.
    `called` is the vector's name in the reasons.
    """
    found = _choosing(index, vector, alike, request, called)
    if not found.failed:
        return found
    _choosing.clear(index, vector, alike, request, called)  # a disk may be well again
    return _choosing(index, vector, alike, request, called)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SHOTS)
def choose_ahead(
    index: Index, vector: MasterVector, alike: float, album: str, _request: AlbumRequest
) -> None:
    """Start choosing the photos of a saved album in the background, so that later changes are fast.

    Series and similarities that were never found take seconds; the next choice has them. Nothing is
    started for a small index.
    """
    if takes_long(len(index)):
        choosing(index, vector, alike, _request)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_SHOTS)
def best_album(index: Index, vector: MasterVector) -> AlbumContext:
    """Album of an index's best photos, for computing what any photo adds to the album's value."""
    return AlbumContext(index, ratings(index, vector), album_rows(index, vector, None))


def contribution(
    index: Index, vector: MasterVector, source: bytes | int, embedding: Embeddings
) -> tuple[InContext, int]:
    """Contribution of a photo to the value of an index's best album, with the album's photo count.

    The second result is the number of photos in that album.
    The share comes with the photo of the album that is most similar.
    """
    best = best_album(index, vector)
    row = source if isinstance(source, int) else None
    rating = float(vector.rate(embedding[None], index.fingerprint)[0])
    return best.tell([PhotoToAssess(row, embedding, rating)])[0], len(best.rows)


@st.cache_resource(
    max_entries=8, show_spinner="Taking content out, fold by fold …", hash_funcs=BY_JUDGEMENTS
)
def results_with_and_without_content(index: Index, vector: MasterVector, by: str) -> "Nuisance":
    """Test results of a rating vector with and without the effect of the photos' subject matter.

    Without: the directions of subject matter are projected out of the vector.
    Raises NoLabelsError or ComparisonsError if there is nothing to test it on, or no content to
    tell apart.
    """
    from photorank.evaluation.nuisance import compare_without_content
    from photorank.learning.protocol import Protocol

    return compare_without_content(
        index,
        vector,
        by=by,
        protocol=Protocol(repeats=1),
        load=lambda: encoder_results.encoder(index),
    )
