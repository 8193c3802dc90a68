"""What an encoder sees in a photo, kept between clicks: embeddings, and why it is rated so."""

from pathlib import Path

import streamlit as st

from dashboard.cache import cache_keys
from photorank.encoders.base import Encoder
from photorank.index.opened import Index
from photorank.photos.decode_pool import decode_apart
from photorank.rating.concepts import Concept
from photorank.rating.explain import Explanation, concepts_behind, explain
from photorank.rating.rate_photo import embed_photo
from photorank.rating.stability import embed_variants
from photorank.typing import Embeddings
from photorank.vectors.master import MasterVector


def encoder(index: Index) -> Encoder:
    """Return the encoder that made an index; its towers load when they are first used.

    Raises
    ------
    IndexMismatchError
        If its weights are no longer the same.
    """
    own = _encoder(index.manifest.encoder, index.fingerprint.framing)
    return index.manifest.checked(index.name, own)


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


def explanation(index: Index, vector: MasterVector, data: bytes) -> Explanation:
    """Return why a photo is rated as it is, but for its concepts."""
    return _explanation(*cache_keys.of(index, vector), data, index, vector, encoder(index))


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


def concepts(index: Index, vector: MasterVector, embedding: Embeddings) -> list[Concept] | None:
    """Return what moves a photo's rating, None where the encoder's words cannot be had."""
    place = cache_keys.of(index, vector)
    return _concepts(*place, embedding.tobytes(), index, vector, embedding, encoder(index))


@st.cache_data(max_entries=64, show_spinner="Looking for what moves it …")
def _concepts(
    root: Path,
    changed: int,
    direction: bytes,
    photo: bytes,
    _index: Index,
    _vector: MasterVector,
    _embedding: Embeddings,
    _encoder: Encoder,
) -> list[Concept] | None:
    return concepts_behind(_index, _vector, _embedding, _encoder)


def forms(index: Index, data: bytes) -> Embeddings:
    """Return the embeddings (k, d) of a photo in several sizes, crops and compressions."""
    return _forms(data, str(index.fingerprint), encoder(index))


@st.cache_data(max_entries=32, show_spinner="Looking at it in other sizes …")
def _forms(data: bytes, fingerprint: str, _encoder: Encoder) -> Embeddings:
    photo = decode_apart(data, short_side=2 * _encoder.short_side).photo
    return embed_variants(photo, _encoder)
