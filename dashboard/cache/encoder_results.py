"""Cached results of image encoders: embeddings of photos, and explanations of ratings."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard.cache.cache_keys import BY_ENCODER, BY_PHOTOS
from dashboard.models.words import TYPED_WORDS
from photorank.encoders.base import Encoder
from photorank.index.opened import Index
from photorank.index.reading.photo_file import read_indexed_photo
from photorank.photos.decode_pool import decode_isolated
from photorank.rating.concepts import Concept
from photorank.rating.explain import Explanation, concepts_behind, explain
from photorank.rating.rate_photo import embed_photo
from photorank.rating.stability import embed_stability_copies
from photorank.typing import Embeddings
from photorank.vectors.master import MasterVector


def encoder(index: Index) -> Encoder:
    """Image encoder that made an index's embeddings; its weights load on first use.

    Raises IndexMismatchError if its weights are no longer the same.
    """
    return _checked(index, _encoder)


def _checked(index: Index, load: Callable[[str, str, str, str], Encoder]) -> Encoder:
    made = index.manifest
    # Two indexes of one encoder may differ in precision and blocks, and each keeps its own.
    with_blocks = str(index.fingerprint.blocks)
    own = load(made.encoder, index.fingerprint.framing, made.embedded_in, with_blocks)
    return made.checked(index.name, own)


@st.cache_resource(max_entries=2, show_spinner="Loading the encoder, once …")
def _encoder(spec: str, framing: str, precision: str, with_blocks: str) -> Encoder:
    return _loaded(spec, framing, precision, with_blocks)


@st.cache_resource(max_entries=2, show_spinner=False)
def _loaded(spec: str, framing: str, precision: str, with_blocks: str) -> Encoder:
    from photorank.encoders import load_encoder  # torch takes seconds

    return load_encoder(spec, framing=framing)


@st.cache_data(max_entries=32, show_spinner="Looking at the photo …", hash_funcs=BY_ENCODER)
def embedding(index: Index, data: bytes) -> Embeddings:
    """Embedding (d,) of an uploaded photo, computed from the bytes of its file."""
    return embed_photo(data, encoder(index))[0]


@st.cache_resource(
    max_entries=16, show_spinner="Looking where the rating comes from …", hash_funcs=BY_PHOTOS
)
def explanation(index: Index, vector: MasterVector, data: bytes) -> Explanation:
    """Explanation of a photo's rating: a heat map, and similar photos that are rated higher."""
    return explain(index, vector, data, encoder(index))


@st.cache_data(max_entries=64, show_spinner="Looking for what moves it …", hash_funcs=BY_PHOTOS)
def concepts(index: Index, vector: MasterVector, embedding: Embeddings) -> list[Concept] | None:
    """Concepts (short texts) that raise or lower a rating; None if the encoder embeds no texts."""
    return concepts_behind(index, vector, embedding, encoder(index))


class Reasons(NamedTuple):
    """Explanation of a photo's rating, and the concepts (short texts) that raise or lower it."""

    explanation: Explanation
    concepts: list[Concept] | None


def reasons(index: Index, vector: MasterVector, row: int) -> Reasons:
    """Explanation of an indexed photo's rating, and the concepts that raise or lower it.

    For HTTP routes: it shows nothing on a page. Raises UnreadablePhotoError if the photo's file
    cannot be read, or is not the one that was indexed.
    """
    return _reasons(index, vector, read_indexed_photo(index.photo(row)))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_PHOTOS)
def _reasons(index: Index, vector: MasterVector, data: bytes) -> Reasons:
    own = _checked(index, _loaded)
    found = explain(index, vector, data, own)
    return Reasons(found, concepts_behind(index, vector, found.embedding, own))


@st.cache_data(max_entries=32, show_spinner="Looking at it in other sizes …", hash_funcs=BY_ENCODER)
def variants(index: Index, data: bytes) -> Embeddings:
    """Embeddings (k, d) of k altered copies of a photo: resized, cropped or compressed."""
    made_by = encoder(index)
    photo = decode_isolated(data, short_side=2 * made_by.short_side).photo
    return embed_stability_copies(photo, made_by)


@st.cache_data(max_entries=64, show_spinner="Reading the words …", hash_funcs=BY_ENCODER)
def vector_from_text(index: Index, text: str) -> MasterVector:
    """Rating vector made from a text prompt.

    Raises MissingWeightsError or MissingExtraError if the encoder's words cannot be had.
    """
    from photorank.vectors.quality_prompts import worded_vector  # the text tower takes seconds

    return worded_vector(TYPED_WORDS, [text], encoder(index))
