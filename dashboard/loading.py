"""What is read from disk and kept: the only module that knows Streamlit's cache.

Keys are paths with their times of change, so what a command changes is seen at once and two
workspaces never share an entry.
"""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from photorank.album.arrange import Album, arrange
from photorank.album.wishes import Wishes
from photorank.encoders.base import Encoder
from photorank.errors import IndexMismatchError, UnreadablePhotoError
from photorank.evaluation.nuisance import Nuisance, control_content
from photorank.evaluation.protocol import Protocol
from photorank.evaluation.report import evaluation_paths, read_evaluation
from photorank.index.clicks import clickers as clickers_of
from photorank.index.series import Series, find_series
from photorank.index.store import Index, IndexLabels, Photo
from photorank.photos.decoding import decode_apart
from photorank.photos.pixels import read_photo
from photorank.rating.explain import Explanation, explain
from photorank.rating.photos import embed_photo
from photorank.rating.scores import percentiles
from photorank.rating.stability import embed_variants
from photorank.typing import Codes, Embeddings, Json, Ratings
from photorank.vectors.ground import Ground, ground_in
from photorank.vectors.master import MasterVector
from photorank.vectors.store import list_vectors
from photorank.workspace import IndexPaths, Workspace

LARGE = 1200  # pixels of a picture that is looked at closely


def workspace() -> Workspace:
    """Return the workspace that the dashboard shows."""
    return Workspace.current()


def index_names() -> list[str]:
    """Return the names of the indexes there are."""
    return workspace().index_names()


def index(name: str) -> Index:
    """Open an index, or return it as it was opened before if nothing was written since."""
    paths = workspace().existing_index(name)
    return _index(paths.root, _changed(paths.manifest))


@st.cache_resource(max_entries=4, show_spinner="Opening the index …")
def _index(root: Path, changed: int) -> Index:
    return Index.open(IndexPaths(root))


def labels(index: Index, rater: str | None = None) -> IndexLabels:
    """Return what people, or one of them, said of an index's photos."""
    return _labels(index.paths.root, _judged(index), rater, index)


@st.cache_resource(max_entries=4, show_spinner=False)
def _labels(root: Path, judged: tuple[int, ...], rater: str | None, _index: Index) -> IndexLabels:
    return _index.labels(rater)


def clickers(index: Index) -> list[str]:
    """Return who has labelled photos of an index, as it is on the disk now."""
    return clickers_of(index.paths)


def judged_pairs(index: Index) -> int:
    """Return how many pairs of photos people ordered.

    Raises
    ------
    NoLabelsError
        If there is none.
    """
    return _judged_pairs(index.paths.root, _judged(index), index)


@st.cache_data(max_entries=4, show_spinner=False)
def _judged_pairs(root: Path, judged: tuple[int, ...], _index: Index) -> int:
    return _index.comparisons().n_pairs


def vectors(index: Index) -> dict[str, MasterVector]:
    """Return the vectors that may rate an index, its own ones first."""
    cards = tuple(
        (path.name, _changed(path)) for path in sorted(index.paths.vectors.glob("*.json"))
    )
    return _vectors(index.paths.root, cards, index)


@st.cache_resource(max_entries=8, show_spinner=False)
def _vectors(
    root: Path, cards: tuple[tuple[str, int], ...], _index: Index
) -> dict[str, MasterVector]:
    return list_vectors(_index)


def ratings(index: Index, vector: MasterVector) -> Ratings:
    """Return a vector's ratings (n,) of all photos, read-only: all visitors share them."""
    return _ratings(*_key(index, vector), index, vector)


@st.cache_resource(max_entries=32, show_spinner="Rating the photos …")
def _ratings(
    root: Path, changed: int, direction: bytes, _index: Index, _vector: MasterVector
) -> Ratings:
    rated = _index.rate(_vector)
    rated.flags.writeable = False
    return rated


def standing(index: Index, vector: MasterVector) -> Ratings:
    """Return each photo's percentile (n,), 0 to 100, by a vector, read-only."""
    return _standing(*_key(index, vector), index, vector)


@st.cache_resource(max_entries=32, show_spinner=False)
def _standing(
    root: Path, changed: int, direction: bytes, _index: Index, _vector: MasterVector
) -> Ratings:
    places = percentiles(ratings(_index, _vector))
    places.flags.writeable = False
    return places


def extreme(index: Index, vector: MasterVector, k: int, *, lowest: bool = False) -> list[int]:
    """Return the rows of the k photos that a vector likes most, or least, the first foremost."""
    return _extreme(*_key(index, vector), k, lowest, index, vector)


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
) -> Ground:
    """Return what is believed of a person who has said nothing, beginning with a vector or none."""
    beginning = b"" if vector is None else vector.direction.tobytes()
    place = index.paths.root, _changed(index.paths.manifest)
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
) -> Ground:
    begun = None if _vector is None else _vector.direction
    found = ground_in(_index, begun, rater=rater, within=within)
    # Stars that are clicked are on a scale of their own.
    return replace(found, prior=replace(found.prior, unit=None))


def series(index: Index, alike: float) -> Series:
    """Return the series of an index, for a threshold."""
    return _series(index.paths.root, _judged(index), alike, index)


@st.cache_resource(max_entries=4, show_spinner="Looking for series …")
def _series(root: Path, judged: tuple[int, ...], alike: float, _index: Index) -> Series:
    return find_series(_index, alike)


def album(index: Index, vector: MasterVector, alike: float, wishes: Wishes) -> Album:
    """Return the album that was wished for.

    Raises
    ------
    AlbumError
        If the wishes contradict each other.
    """
    asked = tuple(sorted(wishes.pinned)), tuple(sorted(wishes.banned)), repr(wishes)
    return _album(*_key(index, vector), _judged(index), alike, asked, index, vector, wishes)


@st.cache_resource(max_entries=16, show_spinner="Choosing …")
def _album(
    root: Path,
    changed: int,
    direction: bytes,
    judged: tuple[int, ...],
    alike: float,
    asked: tuple[tuple[int, ...], tuple[int, ...], str],
    _index: Index,
    _vector: MasterVector,
    _wishes: Wishes,
) -> Album:
    rated, found = ratings(_index, _vector), series(_index, alike)
    return arrange(_index, rated, found, _wishes, vector=_vector.name)


def evaluation(index: Index) -> Json | None:
    """Return an index's latest saved evaluation, or None if there is none."""
    saved = evaluation_paths(index.paths)
    return _evaluation(saved[-1], _changed(saved[-1])) if saved else None


@st.cache_data(max_entries=8, show_spinner=False)
def _evaluation(path: Path, changed: int) -> Json:
    return read_evaluation(path)


def encoder(index: Index) -> Encoder:
    """Return the encoder that made an index; its towers load when they are first used.

    Raises
    ------
    IndexMismatchError
        If its weights are no longer the same.
    """
    made_by = index.fingerprint
    found = _encoder(index.manifest.encoder, made_by.framing)
    if found.fingerprint != made_by:
        raise IndexMismatchError(index.name, str(made_by), str(found.fingerprint))
    return found


@st.cache_resource(max_entries=2, show_spinner="Loading the encoder, once …")
def _encoder(spec: str, framing: str) -> Encoder:
    from photorank.encoders import load_encoder  # torch takes seconds

    return load_encoder(spec, framing=framing)


def embedding(index: Index, data: bytes) -> Embeddings:
    """Return the unit embedding (d,) of an uploaded photo."""
    made_by = index.fingerprint
    return _embedding(data, str(made_by), encoder(index))


@st.cache_data(max_entries=32, show_spinner="Looking at the photo …")
def _embedding(data: bytes, fingerprint: str, _encoder: Encoder) -> Embeddings:
    return embed_photo(data, _encoder)[0]


def nuisance(index: Index, vector: MasterVector, by: str) -> Nuisance:
    """Return what changes when content is taken out of a vector, tested once on every photo.

    Raises
    ------
    NoLabelsError, ComparisonsError
        If there is nothing to test it on, or no content to tell apart.
    """
    return _nuisance(*_key(index, vector), _judged(index), by, index, vector)


@st.cache_resource(max_entries=8, show_spinner="Taking content out, fold by fold …")
def _nuisance(
    root: Path,
    changed: int,
    direction: bytes,
    judged: tuple[int, ...],
    by: str,
    _index: Index,
    _vector: MasterVector,
) -> Nuisance:
    once = Protocol(repeats=1)
    return control_content(_index, _vector, by=by, protocol=once, load=lambda: encoder(_index))


def original(index: Index, source: bytes | int) -> bytes:
    """Return the file of a photo that was uploaded, or of a row of an index.

    Raises
    ------
    UnreadablePhotoError
        If its file has changed or gone.
    """
    return read_photo(index.photo(source).path) if isinstance(source, int) else source


def explanation(index: Index, vector: MasterVector, data: bytes) -> Explanation:
    """Return why a photo is rated as it is."""
    return _explanation(*_key(index, vector), data, index, vector, encoder(index))


@st.cache_resource(max_entries=16, show_spinner="Looking where the rating comes from …")
def _explanation(
    root: Path,
    changed: int,
    direction: bytes,
    data: bytes,
    _index: Index,
    _vector: MasterVector,
    _encoder: Encoder,
) -> Explanation:
    return explain(_index, _vector, data, _encoder)


def forms(index: Index, data: bytes) -> Embeddings:
    """Return the embeddings (k, d) of a photo in several sizes, crops and compressions."""
    return _forms(data, str(index.fingerprint), encoder(index))


@st.cache_data(max_entries=32, show_spinner="Looking at it in other sizes …")
def _forms(data: bytes, fingerprint: str, _encoder: Encoder) -> Embeddings:
    photo = decode_apart(data, short_side=2 * _encoder.short_side).photo
    return embed_variants(photo, _encoder)


@st.cache_data(max_entries=32, show_spinner=False)
def large(data: bytes) -> bytes:
    """Return an uploaded photo upright and in sRGB, large enough to look at, as JPEG."""
    picture = decode_apart(data, short_side=LARGE // 2).photo
    picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()


def large_of(photo: Photo) -> bytes:
    """Return a photo of an index as :func:`large` does.

    Raises
    ------
    UnreadablePhotoError
        If its file has changed or gone.
    """
    return _large_of(photo.path, _changed(photo.path))


@st.cache_data(max_entries=32, show_spinner=False)
def _large_of(path: Path, changed: int) -> bytes:
    return bytes(large(read_photo(path)))


def picture(index: Index, row: int) -> bytes:
    """Return a photo of the index to look at closely, or its thumbnail if its file is gone."""
    photo = index.photo(row)
    try:
        return large_of(photo)
    except UnreadablePhotoError:
        return thumbnail_of(index, photo)


def thumbnail_of(index: Index, photo: Photo) -> bytes:
    """Return a photo's small picture.

    Raises
    ------
    UnreadablePhotoError
        If it is gone too.
    """
    return read_photo(index.thumbnail(photo))


def _key(index: Index, vector: MasterVector) -> tuple[Path, int, bytes]:
    numbers = np.array([vector.scale, vector.bias])
    return (
        index.paths.root,
        _changed(index.paths.manifest),
        vector.direction.tobytes() + numbers.tobytes(),
    )


def _judged(index: Index) -> tuple[int, ...]:
    """Return when judgements may have changed: a click changes the catalogue alone."""
    paths = index.paths
    log = paths.catalogue.with_name(f"{paths.catalogue.name}-wal")  # what it does not yet hold
    return tuple(_changed(path) for path in (paths.manifest, paths.catalogue, log))


def _changed(path: Path) -> int:
    """Return a file's time of change in nanoseconds, 0 if it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
