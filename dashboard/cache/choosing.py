"""Background thread that chooses an album's photos while the page is shown."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Lock, Thread
from time import monotonic

from photorank.album.make_album import Album

EVERY_SECONDS = 0.5  # between two looks of a page at a choice that takes long
_AT_ONCE = 2000  # photos from which an album is waited for: a second
_PATIENCE_SECONDS = 0.2  # for a choice from more of them, before the page is drawn without it

_one_at_a_time = Lock()  # who waits for one would not gain from sharing the processor with another


def takes_long(photos: int) -> bool:
    """True if choosing an album from this number of photos takes too long for a page to wait."""
    return photos > _AT_ONCE


class Choosing:
    """Background computation that chooses an album's photos, with its result or error."""

    def __init__(
        self,
        photos: int,
        choose: Callable[[], Album],
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._until = monotonic() + patience_seconds if takes_long(photos) else None
        self._answer: Future[Album] = Future()
        Thread(target=self._run, args=[choose], daemon=True).start()

    def _run(self, choose: Callable[[], Album]) -> None:
        with _one_at_a_time:
            try:
                self._answer.set_result(choose())
            except BaseException as error:  # whoever asks for the album is told
                self._answer.set_exception(error)

    def album(self) -> Album:
        """Album with the chosen photos; waits until the background computation has ended.

        Raises what the choice raised, as AlbumError if the request contradicts itself.
        """
        return self._answer.result()

    def is_done(self) -> bool:
        """True if the background computation has ended, with an album or with an error.

        Waits for the end; if the choice takes long, only until shortly after it began.
        """
        wait([self._answer], None if self._until is None else max(0.0, self._until - monotonic()))
        return self._answer.done()

    @property
    def failed(self) -> bool:
        """True if the background computation has ended with an error."""
        return self._answer.done() and self._answer.exception() is not None
