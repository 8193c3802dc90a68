"""Index for Python users: photos, labels, vectors and ratings as pandas tables and arrays."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from photorank.api.photo_bytes import OnePhoto, Photos, listed, photo_bytes
from photorank.comparisons.comparisons import Comparisons
from photorank.encoders.base import Encoder
from photorank.errors import EncoderError, LabelsError, counted
from photorank.evaluation.default_vector import default_vector
from photorank.index import opened
from photorank.index.judging.import_rows import import_labels
from photorank.labels.tables.judgement_tables import read_labels
from photorank.rating.percentiles import percentiles_among
from photorank.rating.rate_photo import TwoPhotos, compare_embeddings, embed_photo, embeddings_of
from photorank.typing import Embeddings, Ratings
from photorank.vectors.master import MasterVector
from photorank.vectors.plain_prompts import prompt_vector
from photorank.vectors.quality_prompts import worded_vector
from photorank.vectors.shipped import BUILTIN
from photorank.vectors.store import add_vector, list_vectors, load_vector
from photorank.workspace import IndexPaths

if TYPE_CHECKING:
    from pandas import DataFrame


class Index:
    """Index of photos, opened as a snapshot that later changes to its files do not affect.

    A photo is a row: the same one in :meth:`photos`, :meth:`labels`, :meth:`embeddings` and in the
    ratings of all. Make it by :func:`open_index` or :func:`build_index`.

    Attributes
    ----------
    opened : photorank.index.opened.Index
        What the commands work with; it has more than is promised here.
    """

    def __init__(self, found: opened.Index, encoder: Encoder | None = None) -> None:
        self.opened = found
        self._given = None if encoder is None else found.manifest.checked(found.name, encoder)

    def __len__(self) -> int:
        return len(self.opened)

    def __repr__(self) -> str:
        return f"<Index {self.name!r}: {counted(len(self), 'photo')}, by {self.opened.fingerprint}>"

    @property
    def name(self) -> str:
        """Name of the index."""
        return self.opened.name

    @property
    def paths(self) -> IndexPaths:
        """Paths of the files that make up the index, such as its catalogue."""
        return self.opened.paths

    @cached_property
    def encoder(self) -> Encoder:
        """Encoder that made the index's embeddings; its networks load on first use."""
        return self._given or self.opened.encoder()

    def photos(self) -> "DataFrame":
        """DataFrame of photos: path, digest, group, series, taken, camera and split (test, …).

        Sorted by path. The rows' numbers are the photos' places in all arrays.
        """
        import pandas as pd

        photos = self.opened.photos()
        told = ("digest", "group", "series", "taken", "camera")
        columns = {name: [getattr(photo, name) for photo in photos] for name in told}
        paths = [str(photo.path) for photo in photos]
        return pd.DataFrame({"path": paths, **columns, "split": self.opened.splits()})

    def labels(self, rater: str | None = None) -> "DataFrame":
        """Table of people's labels, one row per photo: path, score, n_raters, group, series.

        The score is the mean over all raters, or one rater's; nan where there is none.
        """
        import pandas as pd

        labels = self.opened.labels(rater)
        photos = self.opened.photos()
        return pd.DataFrame(
            {
                "path": [str(photo.path) for photo in photos],
                "score": labels.scores,
                "n_raters": labels.n_raters,
                "group": [photo.group for photo in photos],
                "series": [photo.series for photo in photos],
            }
        )

    def import_labels(self, table: "DataFrame | Path | str", *, source: str = "Python") -> "Index":
        """Import a table of labels, and return a new snapshot of the index with these labels.

        Parameters
        ----------
        table : DataFrame or path
            With a column ``file`` (relative to a folder that was indexed) and one of ``score``,
            ``tier`` and ``stars``; ``rater``, ``group``, ``series`` and ``split`` are understood.
        source : str, default="Python"
            Importing a source again replaces its labels and no others; a file is its own source.
        """
        with tempfile.TemporaryDirectory() as folder:
            if isinstance(table, str | Path):
                rows = read_labels(Path(table))
            else:
                file = Path(folder, "labels.csv")
                table.to_csv(file, index=False)
                try:
                    rows = replace(read_labels(file), source=source)
                except LabelsError as error:  # which names a file that nobody knows
                    raise LabelsError(str(error).replace(str(file), "the table")) from None
            import_labels(self.paths, rows)
        return self._again()

    def embeddings(self) -> Embeddings:
        """Embeddings (n, d) of the index's n photos, read-only."""
        return self.opened.embeddings()

    def heads(self) -> Embeddings:
        """Outputs (n, dh) of the encoder's last layer: dh values for each of the index's n photos.

        They are the first dh values of each embedding.
        """
        return self.opened.heads()

    def comparisons(
        self,
        *,
        within: Literal["group", "series"] | None = None,
        gap_power: int = 0,
        rater: str | None = None,
    ) -> Comparisons:
        """People's judgements as a comparison graph: weighted pairs of photos.

        Parameters
        ----------
        within : {"group", "series"}, optional
            Compare only photos of one group, or of one series.
        gap_power : {0, 1, 2}, default=0
            How much a pair with a big gap between its scores counts.
        rater : str, optional
            Whose judgements; by default everybody's.
        """
        return self.opened.comparisons(within=within, gap_power=gap_power, rater=rater)

    def vectors(self) -> "DataFrame":
        """Table of the usable rating vectors, each with its kind, accuracy and confidence limits.

        The columns are name, kind, accuracy, low, high and builtin. Accuracy and its confidence
        interval (low, high) are the card's, measured on held-out photos; nan where they were not
        measured.
        """
        import pandas as pd

        rows = []
        for name, vector in list_vectors(self.opened).items():
            known = vector.card.accuracy
            found = (known.value, known.low, known.high) if known else (np.nan,) * 3
            rows.append((name, vector.kind, *found, name in BUILTIN))
        return pd.DataFrame(rows, columns=["name", "kind", "accuracy", "low", "high", "builtin"])

    def vector(self, name: str | None = None) -> MasterVector:
        """Rating vector named `name`; without a name, the index's default vector.

        The default is the user's taste, the latest evaluation's best, or the first.
        """
        return load_vector(self.opened, name or default_vector(self.opened)[0])

    def add_vector(self, vector: MasterVector) -> MasterVector:
        """Save a rating vector in the index, under the vector's own name, and return it."""
        add_vector(self.opened, vector)
        return load_vector(self.opened, vector.name)

    def prompt_vector(
        self,
        name: str,
        texts: str | Sequence[str],
        *,
        negatives: str | Sequence[str] = (),
        plain: bool = False,
    ) -> MasterVector:
        """Rating vector made from text prompts; it is not saved in the index.

        Parameters
        ----------
        name : str
        texts : str or sequence of str
            One prompt, or several that are averaged.
        negatives : str or sequence of str
            What is not wanted: their mean is taken off.
        plain : bool, default=False
            True for the direction of the texts alone, without the table of qualities by which
            `embedded` knows praise and blame.
        """
        wanted, unwanted = (
            [some] if isinstance(some, str) else list(some) for some in (texts, negatives)
        )
        make = prompt_vector if plain else worded_vector
        return make(name, wanted, self.encoder, negatives=unwanted)

    def learn_vector(
        self,
        name: str,
        learner: str = "all-pairs",
        *,
        within: Literal["group", "series"] | None = None,
        prior: str | None = None,
        rater: str | None = None,
        with_degradations: float = 0.0,
        seed: int = 0,
    ) -> MasterVector:
        """Rating vector learned from the index's judgements, tested on held-out photos; not saved.

        Parameters
        ----------
        name : str
        learner : str, default="all-pairs"
            Name of a learner, built in or declared by a package.
        within : {"group", "series"}, optional
            Learn only from photos of one group, or of one series.
        prior : str, optional
            Vector of the index to begin from.
        rater : str, optional
            Whose judgements; by default everybody's.
        with_degradations : float, default=0.0
            Weight of degraded copies of the judged photos beside the judgements, 0 to 10;
            usually 0.1.
        seed : int, default=0
            Decides the splits.
        """
        from photorank.learning.learn_vector import learn_vector

        return learn_vector(
            self.opened,
            name,
            learner,
            within=within,
            prior=prior,
            rater=rater,
            with_degradations=with_degradations,
            load=lambda: self.encoder,
            seed=seed,
        )

    def embed(self, photos: Photos) -> Embeddings:
        """Embeddings (k, d) of k photos, which need not be in the index.

        Parameters
        ----------
        photos : path, image or array, or a sequence of such
            Files; PIL images; 8-bit pixels (h, w, 3). One array of floating-point numbers (k, d)
            is taken for embeddings, and checked.
        """
        if isinstance(photos, np.ndarray) and np.issubdtype(photos.dtype, np.floating):
            return self._checked(np.asarray(photos, dtype=np.float32))
        rows = [self._embed_one(photo) for photo in listed(photos)]
        d = self.opened.manifest.dimensions
        return np.stack(rows) if rows else np.empty((0, d), dtype=np.float32)

    def rate(
        self, photos: Photos | MasterVector | None = None, vector: str | MasterVector | None = None
    ) -> Ratings:
        """Ratings (k,) of k photos by a rating vector; higher is better.

        Parameters
        ----------
        photos : path, image or array, or a sequence of such, optional
            As for :meth:`embed`; by default all photos of the index, also if a
            MasterVector stands here; a vector's name is given as `vector=`.
        vector : str or MasterVector, optional
            By default :meth:`vector` without a name.
        """
        if isinstance(photos, MasterVector):
            photos, vector = None, photos
        chosen = self._vector(vector)
        if photos is None:
            return self.opened.rate(chosen)
        return chosen.rate(self.embed(photos), self.opened.fingerprint)

    def percentiles(self, ratings: Ratings, vector: str | MasterVector | None = None) -> Ratings:
        """Percentiles (k,), 0 to 100, of k photos' ratings among those of the index's photos."""
        return percentiles_among(np.asarray(ratings), self.opened.rate(self._vector(vector)))

    def compare(
        self, first: OnePhoto, second: OnePhoto, vector: str | MasterVector | None = None
    ) -> TwoPhotos:
        """Ratings of two photos, and for each the probability that it is the better one."""
        pair = np.concatenate([self.embed(first), self.embed(second)])
        return compare_embeddings(self.opened, self._vector(vector), pair)

    def album(
        self,
        places: int,
        *,
        vector: str | MasterVector | None = None,
        variety: float = 0.3,
        group: str | None = None,
        alike: float = 0.9,
    ) -> "DataFrame":
        """Table of photos chosen for an album: row, path, rating, marginal (value added), reason.

        Parameters
        ----------
        places : int
            K: how many photos.
        vector : str or MasterVector, optional
        variety : float, default=0.3
            0 takes the best rated photos, 1 the most varied ones.
        group : str, optional
            Choose among the photos of one group.
        alike : float, default=0.9
            Cosine from which photos are one series, of which one comes first.
        """
        import pandas as pd

        from photorank.album.kept.choose import choose_album
        from photorank.album.request import AlbumRequest

        request = AlbumRequest(places, variety, group)
        made, _ = choose_album(self.opened, self._vector(vector), request, alike)
        rows: list[dict[str, Any]] = [
            {
                "row": one.row,
                "path": str(self.opened.photo(one.row).path),
                "rating": one.rating,
                "marginal": one.marginal,
                "reason": one.reason,
            }
            for one in made.chosen
        ]
        return pd.DataFrame(rows, columns=["row", "path", "rating", "marginal", "reason"])

    def _again(self) -> "Index":
        return Index(opened.Index.open(self.paths), self._given)

    def _vector(self, vector: str | MasterVector | None) -> MasterVector:
        return vector if isinstance(vector, MasterVector) else self.vector(vector)

    def _embed_one(self, photo: Any) -> Embeddings:
        """Embedding (d,) of one photo: an image file, or an image in memory."""
        if isinstance(photo, Path):
            return embeddings_of(self.opened, [photo], lambda: self.encoder)[0]
        return embed_photo(photo_bytes(photo), self.encoder)[0]

    def _checked(self, rows: Embeddings) -> Embeddings:
        """Embeddings as an array (k, d); raises EncoderError if d is not the index's dimension."""
        rows, d = np.atleast_2d(rows), self.opened.manifest.dimensions
        if rows.ndim != 2 or rows.shape[1] != d:
            raise EncoderError(
                f"embeddings of shape {rows.shape} are not those of index {self.name!r}, which "
                f"have {d} dimensions: embed photos by `index.embed(photos)`"
            )
        return rows
