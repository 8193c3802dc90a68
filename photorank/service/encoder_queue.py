"""Queue of photos from concurrent requests, which the encoder embeds in batches."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from photorank.scoring.embed_bytes import Embedder, Ready
from photorank.typing import Embeddings


class _Waiting(NamedTuple):
    embedder: Embedder
    photo: Ready
    row: "Future[Embeddings | None]"


class EncoderQueue:
    """Queue of photos, and a thread that embeds them in batches; a batch need not be full."""

    def __init__(self, batch_size: int, tell: Callable[[int], None]) -> None:
        self._batch_size = batch_size
        self._tell = tell  # called with the photos of each batch
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="photorank-encoder", daemon=True)
        self._thread.start()

    def embed(self, embedder: Embedder, photo: Ready) -> "Future[Embeddings | None]":
        """Queue a photo, and return a future for its embedding (d,).

        The future's result is None if the embedding is unusable.
        """
        row: Future[Embeddings | None] = Future()
        self._waiting.put(_Waiting(embedder, photo, row))
        return row

    def close(self) -> None:
        """Stop the thread after it has embedded the waiting photos."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next_batch():
            for embedder in {id(one.embedder): one.embedder for one in batch}.values():
                self._embed(embedder, [one for one in batch if one.embedder is embedder])

    def _next_batch(self) -> list[_Waiting]:
        """Wait for photos, and return a batch of them; an empty batch after `close`."""
        batch: list[_Waiting] = []
        one = self._waiting.get()
        while one is not None:
            if one.row.set_running_or_notify_cancel():
                batch.append(one)
            if len(batch) == self._batch_size:
                return batch
            try:
                one = self._waiting.get_nowait() if batch else self._waiting.get()
            except Empty:
                return batch
        if batch:
            self._waiting.put(None)  # the end, once more, after these
        return batch

    def _embed(self, embedder: Embedder, batch: list[_Waiting]) -> None:
        try:
            rows, usable = embedder.embed([one.photo for one in batch])
        except Exception as error:  # whoever waits is told, and the thread goes on
            for one in batch:
                one.row.set_exception(error)
            return
        self._tell(len(batch))
        for one, row, good in zip(batch, rows, usable, strict=True):
            one.row.set_result(row if good else None)
