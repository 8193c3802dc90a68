"""Index of the running service, reopened when its files change."""

import asyncio
from collections.abc import Callable
from threading import Lock

from photorank.encoders.base import Encoder
from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.scoring.embed_bytes import Embedder
from photorank.scoring.scale import Scale
from photorank.vectors.store import load_vector


class Snapshot:
    """Opened index, its encoder, and for each vector a converter from embeddings to ratings."""

    def __init__(self, index: Index, load: Callable[[], Encoder], changed_ns: int) -> None:
        self.index = index
        self.embedder = Embedder(index, load)
        self.changed_ns = changed_ns
        self._scales: dict[str, tuple[int, Scale]] = {}  # by name, with the card's time of change
        self._lock = Lock()

    def scale(self, vector: str) -> Scale:
        """Scale object that converts embeddings to a vector's ratings, percentiles and stars.

        It is computed again only if the vector has changed.
        """
        path = self.index.paths.vector(vector)
        changed_ns = path.stat().st_mtime_ns if path.exists() else 0
        with self._lock:
            known = self._scales.get(vector)
            if known is None or known[0] != changed_ns:
                known = (changed_ns, Scale(self.index, load_vector(self.index, vector)))
                self._scales[vector] = known
            return known[1]


class ServedIndex:
    """Index of the running service, reopened when its files change."""

    def __init__(self, index: Index, load: Callable[[], Encoder]) -> None:
        self._paths = index.paths
        self._latest = Snapshot(index, load, self._changed_ns())
        self._reopening = asyncio.Lock()

    async def snapshot(self) -> Snapshot:
        """Current snapshot of the index, opened anew if the files of the index have changed."""
        if self._changed_ns() != self._latest.changed_ns:
            async with self._reopening:
                if self._changed_ns() != self._latest.changed_ns:
                    self._latest = await asyncio.to_thread(self._reopened)
        return self._latest

    def _reopened(self) -> Snapshot:
        """New snapshot of the index; the previous snapshot if the index cannot be opened."""
        before, changed_ns = self._latest, self._changed_ns()
        try:
            index = Index.open(self._paths)
            same = index.fingerprint == before.index.fingerprint
            return Snapshot(index, before.embedder.encoder if same else index.encoder, changed_ns)
        except PhotorankError:
            return before  # the next request looks again

    def _changed_ns(self) -> int:
        try:
            return self._paths.manifest.stat().st_mtime_ns
        except OSError:
            return 0  # it is being replaced
