"""Check of an encoder against the stored embeddings of an index whose manifest is lost.

Sample photos are embedded again for that.
"""

import sqlite3
from contextlib import suppress

from photorank.encoders.base import Encoder, encode_photos
from photorank.encoders.blocks import cosine
from photorank.encoders.choose_runtime import Switchable, precision_of
from photorank.errors import IndexMismatchError, LostManifestError, UnreadablePhotoError
from photorank.index.catalogue.file_records import Shard, count_photos, load_roots
from photorank.index.catalogue.rooted_paths import as_path
from photorank.index.catalogue.sources import has_scores
from photorank.index.embeddings.shards import read_shard
from photorank.index.manifest import Manifest
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.workspace import IndexPaths

_PHOTOS = 8  # embedded again
_TRIED_PHOTOS = 200  # opened at most, since some may have changed
_MIN_COSINE = 0.99  # of embeddings by the fastest runtimes with those by torch

_SPREAD = (  # over the catalogue
    "SELECT digest, root, path, row, name, shards.rows, sha256 FROM photos"
    " JOIN files ON files.photo = photos.id JOIN shards ON shards.id = shard"
    " WHERE NOT vanished ORDER BY (photos.id * 2654435761) % 4294967296 LIMIT ?"
)


def proven_manifest(
    paths: IndexPaths, connection: sqlite3.Connection, encoder: Encoder
) -> Manifest:
    """New manifest for an index without one, if the encoder reproduces the stored embeddings.

    Raises IndexMismatchError if the embeddings of some photos are others by this encoder,
    LostManifestError if no photo can be compared.
    """
    cosines = _cosines(paths, connection, encoder)
    if not cosines:
        raise LostManifestError(paths.root)
    if not min(cosines) > _MIN_COSINE:
        made = f"another encoder or framing (least cosine {min(cosines):.3f})"
        raise IndexMismatchError(paths.name, made, str(encoder.fingerprint))
    folders = load_roots(connection).folders.values()
    return Manifest(
        encoder=encoder.spec,
        fingerprint=encoder.fingerprint,
        dimensions=encoder.dimensions,
        logit_scale=encoder.logit_scale,
        roots=tuple(str(as_path(folder)) for folder in folders),
        judgements="scores" if has_scores(connection) else "choices",
        precision=precision_of(encoder.runtime) if isinstance(encoder, Switchable) else "",
        photos=count_photos(connection),
    )


def _cosines(paths: IndexPaths, connection: sqlite3.Connection, encoder: Encoder) -> list[float]:
    """Cosine similarities of stored and recomputed embeddings of a few sample photos."""
    roots, cosines = load_roots(connection), list[float]()
    for digest, root, path, row, *shard in connection.execute(_SPREAD, [_TRIED_PHOTOS]):
        with suppress(UnreadablePhotoError):
            data = read_photo(as_path(roots.path((root, path))))
            if photo_digest(data) != digest:
                continue
            pixels = decode_isolated(
                data, short_side=encoder.short_side, long_side=encoder.long_side
            ).photo
            again = encode_photos(encoder, [encoder.prepare(pixels)])[0]
            own = read_shard(paths, Shard(*shard), encoder.dimensions)[row]
            cosines.append(cosine(own, again))
        if len(cosines) == _PHOTOS:
            break
    return cosines
