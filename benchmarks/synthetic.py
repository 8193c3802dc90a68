"""Synthetic index of any size, for benchmarks and large tests."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from photorank.encoders.base import Fingerprint
from photorank.encoders.blocks import Blocks
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.transactions import transaction
from photorank.index.embeddings.shards import write_shard
from photorank.index.manifest import Manifest, write_manifest
from photorank.index.opened import Index
from photorank.typing import Direction, Embeddings, Ratings
from photorank.vectors.master import MasterVector
from photorank.vectors.store import add_vector
from photorank.workspace import IndexPaths

ROOT = "/synthetic"
FOLDER = 500  # photos in a folder
APART = timedelta(minutes=5)  # photos, so that no two are of one burst
SHARD = 16_384  # rows, as compaction makes them
FINGERPRINT = Fingerprint("synthetic", "0" * 64, "whole", 224)
VECTOR = "planted"  # the direction that the labels follow, as far as they do


def write_synthetic(
    paths: IndexPaths,
    n: int,
    d: int = 512,
    *,
    labels: int = 0,
    seed: int = 0,
    shard: int = SHARD,
    scene: int = 1,
    blocks: Blocks | None = None,
) -> Index:
    """Write an index of n synthetic photos with random unit embeddings, and return it.

    Its files are like those that indexing and compaction write.

    The folders are embedded in a random order, so that shards are not in the order of
    paths. The first `labels` photos of the catalogue have a score, which is a planted
    direction's rating and as much noise; they lie in a group for each of their folders.
    Photos of one `scene` follow each other; their cosine is 0.6 to 0.98 (mean). With `blocks`
    rows have them, and are in 16 bits.
    """
    d = blocks.dimensions if blocks else d
    fingerprint = replace(FINGERPRINT, blocks=blocks)
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=d)
    direction /= np.linalg.norm(direction)
    manifest = Manifest(
        encoder="synthetic",
        fingerprint=fingerprint,
        dimensions=d,
        logit_scale=None,
        roots=(ROOT,),
        photos=n,
    )
    names = _names(n, rng)
    scores = []
    with writing(paths) as connection:
        write_manifest(paths, manifest)
        connection.execute("PRAGMA synchronous = OFF")
        with transaction(connection):
            connection.execute("INSERT INTO roots (id, path) VALUES (1, ?)", [ROOT.encode()])
            connection.execute("INSERT INTO sources (id, name) VALUES (1, 'synthetic')")
            connection.execute("INSERT INTO raters (id, name) VALUES (1, '')")
            for number, start in enumerate(range(0, n, shard), start=1):
                rows = _unit_rows(min(shard, n - start), d, rng, scene)
                if blocks:
                    rows = blocks.stored(rows)
                scores.append(_scores(rows, direction, rng))
                connection.execute(
                    "INSERT INTO shards (id, name, rows, sha256) VALUES (?, ?, ?, ?)",
                    (number, *write_shard(paths, manifest.stored(rows))),
                )
                photos = range(start + 1, start + len(rows) + 1)
                connection.executemany(
                    "INSERT INTO photos (id, digest, taken, camera, shard, row)"
                    " VALUES (?, ?, ?, 'none', ?, ?)",
                    (
                        (photo, _digest(photo), _taken(photo), number, photo - start - 1)
                        for photo in photos
                    ),
                )
            connection.executemany(
                "INSERT INTO files (root, path, photo, size, mtime_ns) VALUES (1, ?, ?, 1, 1)",
                zip(names, range(1, n + 1), strict=True),
            )
            connection.executemany(
                "INSERT INTO ratings (source, rater, photo, score, n_raters)"
                " VALUES (1, 1, ?, ?, 1)",
                enumerate(np.concatenate(scores)[:labels].tolist(), start=1),
            )
            connection.executemany(
                'INSERT INTO memberships (source, photo, "group") VALUES (1, ?, ?)',
                ((photo, names[photo - 1].decode()[:8]) for photo in range(1, labels + 1)),
            )
        write_manifest(paths, replace(manifest, photos=n))
    index = Index.open(paths)
    add_vector(index, MasterVector(VECTOR, "prompt", direction, fingerprint))
    return index


def _names(n: int, rng: np.random.Generator) -> list[bytes]:
    """Paths of n photos, folder by folder, in a random order of the folders."""
    folders = rng.permutation(-(-n // FOLDER))
    names = (f"{folder:08d}/IMG_{photo:04d}.jpg" for folder in folders for photo in range(FOLDER))
    return [name.encode() for name, _ in zip(names, range(n), strict=False)]


def _unit_rows(n: int, d: int, rng: np.random.Generator, scene: int) -> Embeddings:
    rows = rng.standard_normal((n, d), dtype=np.float32)
    if scene > 1:
        shared = np.repeat(rng.uniform(0.6, 0.98, -(-n // scene)), scene)[:n, None]
        first = np.arange(n) // scene * scene
        rows = np.sqrt(shared) * rows[first] + np.sqrt(1 - shared) * rng.normal(size=(n, d))
        rows = rows.astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _scores(rows: Embeddings, direction: Direction, rng: np.random.Generator) -> Ratings:
    noise = rng.normal(size=len(rows)) / np.sqrt(len(direction))
    return rows.astype(np.float64) @ direction + noise


def _taken(photo: int) -> str:
    return (datetime(2010, 1, 1, tzinfo=UTC) + photo * APART).replace(tzinfo=None).isoformat()


def _digest(photo: int) -> str:
    return hashlib.sha256(str(photo).encode()).hexdigest()
