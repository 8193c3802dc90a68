"""Index opened for reading: photos, embeddings, and people's judgements."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from photorank.comparisons.comparisons import Comparisons
from photorank.encoders.base import Encoder, Fingerprint
from photorank.errors import BrokenIndexError, NoLabelsError
from photorank.index.catalogue import file_records
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.kept_manifest import own_manifest
from photorank.index.catalogue.rooted_paths import as_path, path_bytes
from photorank.index.imported_digests import is_imported
from photorank.index.manifest import Judgements, Manifest
from photorank.index.reading import judgements, nearest_photos
from photorank.index.reading.current_files import changed_files, digest_now, photo_number
from photorank.index.reading.faces import load_faces
from photorank.index.reading.facets import Facets, load_facets
from photorank.index.reading.records import (
    Counts,
    EmbeddingRater,
    Found,
    IndexChoices,
    IndexFaces,
    IndexLabels,
    IndexSignals,
    Photo,
    SingleRatings,
)
from photorank.index.reading.signals import load_signals
from photorank.index.reading.snapshot import BEGINNING_DIGITS, PhotosByRow, Snapshot
from photorank.photos.find_photos import SkippedFile
from photorank.typing import Codes, Direction, Embeddings, Floats, Ratings
from photorank.workspace import IndexPaths, Workspace

__all__ = [  # the front door: what an index returns is found beside it
    "BEGINNING_DIGITS",
    "Counts",
    "EmbeddingRater",
    "Found",
    "Index",
    "IndexChoices",
    "IndexFaces",
    "IndexLabels",
    "IndexSignals",
    "Photo",
    "SingleRatings",
    "open_index",
]


class Index:
    """Index of photos, opened for reading, with a snapshot of its photos and embeddings.

    Photos and embeddings stay as they were first read; scores and choices are read
    anew at each call.

    A photo is a row, in `photos()`, `embeddings()` and all that other methods return. Threads may
    share it. The manifest's modification time tells that something has changed: open it again.
    Shards are mapped: `rate`, `nearest`, `best` and `embeddings_of` read what they need, and
    only `embeddings` copies all rows into memory.
    """

    def __init__(self, paths: IndexPaths, manifest: Manifest) -> None:
        self.paths = paths
        self.manifest = manifest
        self._held = Snapshot(paths, manifest)

    @classmethod
    def open(cls, paths: IndexPaths) -> "Index":
        """Open an existing index, given the paths of its files.

        Raises MissingIndexError if there is none, NewerSchemaError or BrokenIndexError if this
        photorank cannot read it, LostManifestError if nothing tells its encoder.
        """
        with reading(paths) as connection:
            return cls(paths, own_manifest(connection, paths))

    @property
    def name(self) -> str:
        """Name of the index."""
        return self.paths.name

    @property
    def fingerprint(self) -> Fingerprint:
        """Fingerprint that identifies the encoder and how photos are fitted to its input size."""
        return self.manifest.fingerprint

    def encoder(self) -> Encoder:
        """Encoder that made the index; its networks load on first use.

        Raises EncoderError if it cannot be had, IndexMismatchError if its weights have changed.
        """
        from photorank.encoders import load_encoder

        own = load_encoder(self.manifest.encoder, framing=self.fingerprint.framing)
        return self.manifest.checked(self.name, own)

    def __len__(self) -> int:
        return int(np.count_nonzero(self._held.layout.has_file))

    def photos(self) -> list[Photo]:
        """Records of all photos that have an existing file, sorted by path."""
        return list(self._held.photos)

    def photos_by_row(self) -> Sequence[Photo]:
        """Records of all photos, in the order of :meth:`photos`, each created when accessed."""
        return PhotosByRow(self._held)

    def photos_digest(self) -> str:
        """One SHA-256 of all photos' content digests, paths, capture times, cameras and series."""
        return self._held.photos_digest

    def photo(self, row: int) -> Photo:
        """Record of one photo, by its row number.

        For a few photos it is faster than :meth:`photos`.
        """
        return self._held.photo(row)

    def moments(self) -> Floats:
        """Capture times (n,) in seconds since 1970; estimated if only the day is known."""
        return self._held.moments

    def digests(self) -> list[str]:
        """Content digests of all photos, in the order of :meth:`photos`."""
        return list(self._held.digests)

    def digest_beginnings(self) -> NDArray[np.uint8]:
        """First 8 bytes of each photo's digest (n, 8), in the order of :meth:`photos`."""
        return self._held.beginnings

    def rows_of_digests(self, digests: Iterable[str]) -> dict[str, int]:
        """Dictionary from digest (or digest prefix of 16 or more digits) to the photo's row number.

        Those that no photo has are left out.
        """
        found = ((digest, self._held.row_of_digest(digest)) for digest in digests)
        return {digest: row for digest, row in found if row is not None}

    def numbers(self) -> Codes:
        """Catalogue numbers of all photos, in the order of :meth:`photos`; no number is reused."""
        return self._held.rows.photos

    def rows_matching(self, text: str, most: int) -> list[int]:
        """Row numbers of the first `most` photos with `text` in their path, ignoring case."""
        return list(islice(self._held.matching(text), most))

    def embeddings(self) -> Embeddings:
        """Embeddings (n, d) of all photos, copied into memory, read-only."""
        return self._held.embeddings

    def heads(self) -> Embeddings:
        """Part (n, dh) of the photos' embeddings: the dh values of the network's last layer.

        Cosine similarity is computed from heads.
        """
        return self._held.embeddings[:, : self.manifest.head]

    def heads_of(self, rows: Codes | Sequence[int]) -> Embeddings:
        """Part (k, dh) of k photos' embeddings that holds the values of the network's last layer.

        Cosine similarity is computed from heads.
        """
        return self.embeddings_of(rows)[:, : self.manifest.head]

    def embeddings_of(self, rows: Codes | Sequence[int]) -> Embeddings:
        """Embeddings (k, d) of the photos with the given row numbers."""
        return self._held.layout.mapped.take(self._held.positions[np.asarray(rows, dtype=np.intp)])

    def verify(self) -> None:
        """Raise BrokenIndexError if any shard does not match its checksum.

        It is called before ratings are exported.
        """
        if name := self._held.layout.damaged_shard():
            raise BrokenIndexError(self.paths.shard(name), "it is damaged")

    def row_of(self, path: Path | str) -> int | None:
        """Row number of the photo that was indexed from a file; None if the file is not indexed."""
        return self._held.rows.row_of(path_bytes(self._held.indexed_path(path)))

    def row_now(self, path: Path | str) -> int | None:
        """Row number of the photo that a file now contains; None if file or photo is not indexed.

        The file may have changed since it was indexed. Raises UnreadablePhotoError if a known file
        is gone or cannot be read.
        """
        row = self.row_of(path)
        if row is None:
            return None
        digest = digest_now(self.paths, self._held.indexed_path(path))
        if digest == self._held.rows.digest(row):
            return row
        number = photo_number(self.paths, digest)
        found = -1 if number is None else int(self.rows_of([number])[0])
        return found if found >= 0 else None

    def is_imported(self, path: Path | str) -> bool:
        """True if the embedding of the photo at `path` was imported.

        The file of such a photo may be missing.
        """
        row = self.row_of(path)
        return row is not None and is_imported(self._held.rows.digest(row))

    def changed(self, rows: Sequence[int] | Codes) -> list[int]:
        """Row numbers, among those given, of photos whose file's content has changed."""
        wanted = np.asarray(rows, dtype=np.intp).tolist()
        held = self._held.rows
        files = ((as_path(held.paths[row]), held.digest(row)) for row in wanted)
        return [wanted[position] for position in changed_files(self.paths, files)]

    def changed_photos(self, photos: Sequence[Photo]) -> list[Photo]:
        """Photos, among those given, whose file's content has changed since indexing."""
        files = ((photo.path, photo.digest) for photo in photos)
        return [photos[position] for position in changed_files(self.paths, files)]

    def rows_of(self, numbers: Sequence[int]) -> Codes:
        """Row numbers of photos given by catalogue number; -1 for a photo without a file."""
        return self._held.rows.places(numbers)

    def thumbnail(self, photo: Photo) -> Path:
        """Path of a photo's thumbnail file."""
        return self.paths.thumbnail(photo.digest)

    def skipped(self) -> list[SkippedFile]:
        """Unusable files with the reasons, sorted by path."""
        return [one for one in file_records.load_skipped(self.paths) if not one.passed_over]

    def passed_over(self) -> list[SkippedFile]:
        """Files in the indexed folders that are not photos, sorted by path."""
        return [one for one in file_records.load_skipped(self.paths) if one.passed_over]

    def raters(self) -> list[str]:
        """Sorted names of all people who rated photos or chose between them.

        Unnamed raters are left out.
        """
        return judgements.load_raters(self.paths)

    def sources(self, kind: Judgements) -> list[str]:
        """Sorted names of the sources of scores or of choices, such as imported files.

        All judgements made by clicks are one source, named "clicks".
        """
        return judgements.load_sources(self.paths, kind)

    def labels(self, rater: str | None = None) -> IndexLabels:
        """Score, group and series of each photo; scores by one rater, or means over all raters.

        Scores are one rater's, by default the mean over all, where a score that is itself a mean of
        many counts as many. Stars that were clicked count only where nothing was imported on
        another scale, for all raters or for this one.
        """
        return judgements.load_labels(self.paths, self._held.rows, self._held.memberships, rater)

    def splits(self) -> list[str | None]:
        """Dataset split (train, validation or test) of each photo; None if unknown."""
        return self._held.memberships.splits.tolist()

    def single_ratings(self, without: str = "") -> SingleRatings:
        """Ratings (scores) of photos, each given by one rater whose name is known.

        Stars that were clicked are left out where anything was imported on another
        scale, and so is the person `without` whom the others are wanted.
        """
        return judgements.load_single_ratings(self.paths, self._held.rows, without)

    def choices(self, rater: str | None = None) -> IndexChoices:
        """Pairwise choices between photos with existing files, by one rater or by all."""
        return judgements.load_choices(self.paths, self._held.rows, rater)

    def signals(self) -> IndexSignals:
        """Technical signals (such as sharpness); nan until `photorank signals` measures them."""
        return load_signals(self.paths, self._held.rows)

    def faces(self) -> IndexFaces:
        """Detected faces of all photos, and a summary per photo (nan if not yet searched)."""
        return load_faces(self.paths, self._held.rows)

    def facets(self) -> Facets:
        """Capture time, camera and folder of each photo."""
        return load_facets(self._held.rows, self._held.facts)

    def dated_by(self) -> Counter[str]:
        """Number of photos by source of capture time (such as EXIF); key "" if unknown."""
        return self._held.facts.dated_by()

    def counts(self) -> Counts:
        """Counts of scored photos, choices, groups and series, without loading the judgements."""
        return judgements.load_counts(self.paths, self._held.layout)

    @property
    def is_judged(self) -> bool:
        """True if the index has judgements that an evaluation can use."""
        if self.manifest.judgements == "choices":
            return len(self.choices().winners) > 0
        return bool(np.isfinite(self.labels().scores).any())

    def comparisons(
        self,
        *,
        within: Literal["group", "series"] | None = None,
        gap_power: int = 0,
        rater: str | None = None,
        by_raters: bool = False,
    ) -> Comparisons:
        """Comparison graph of the photos, built from everybody's or one person's judgements.

        Parameters
        ----------
        within : {"group", "series"}, optional
            Compare only photos of one group, or of one series.
        gap_power : {0, 1, 2}, default=0
            How much a pair with a big gap between its scores counts.
        rater : str, optional
            Whose judgements; by default everybody's.
        by_raters : bool, default=False
            Trust a score by the number of people it is the mean of: a pair counts
            the product of both numbers. Choices count once each anyway.

        Raises
        ------
        NoLabelsError
            If there are no such judgements.
        """
        labels = self.labels(rater)
        codes = {None: None, "group": labels.groups, "series": labels.series}[within]
        if codes is not None and (codes < 0).all():
            raise NoLabelsError(self.name, f"has no {within} of any photo")
        if self.manifest.judgements == "scores":
            what, found = "labels", labels.comparisons(codes, gap_power, by_raters=by_raters)
        else:
            what, found = "choices", self.choices(rater).comparisons(len(self), codes)
        if found is None:
            whose = f" by rater {rater!r}" if rater else ""
            raise NoLabelsError(self.name, f"has no {what}{whose}")
        return found

    def rate(self, vector: EmbeddingRater) -> Ratings:
        """Ratings (n,) of the index's n photos by a rating vector; higher is better.

        Raises EncoderMismatchError if the vector belongs to another encoder, framing or size.
        """
        ratings = np.empty(len(self._held.layout.mapped))
        for part, rows in self._held.layout.mapped.blocks():
            ratings[part] = vector.rate(rows, self.fingerprint)
        return ratings[self._held.positions]

    def nearest(
        self, direction: Direction, k: int, *, lowest: bool = False
    ) -> tuple[Codes, Floats]:
        """The k photos nearest to a direction: row numbers and dot products, best first.

        The search is exact. `direction` is (d,), or (dh,) for the heads alone, whose products are
        cosines if its length is 1. Equal ones keep the order of rows; of fewer than `k` photos all
        are returned. `lowest` searches for the smallest products, as the opposite direction does.
        """
        return nearest_photos.nearest_rows(
            self._held.layout, self._held.rows, direction, k, lowest=lowest
        )

    def best(self, direction: Direction, k: int, *, lowest: bool = False) -> list[Found]:
        """The k photos nearest to a direction, each with its dot product and percentile."""
        return nearest_photos.best_photos(
            self.paths, self._held.layout, direction, k, lowest=lowest
        )


def open_index(name: str | None = None) -> Index:
    """Open the index with the given name, or the workspace's only index if no name is given.

    Raises MissingIndexError if there is no such index, or a name is needed to choose.
    """
    return Index.open(Workspace.current().existing_index(name))
