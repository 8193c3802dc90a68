"""Series found in a separate process, which spares the server memory and CPU time."""

import os
import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.similarity.kept_series import series_of
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_NICENESS = 10  # so that whoever waits for a page is served first


class SeriesCodes(NamedTuple):
    """Series code of each photo, with the photos that the codes are for."""

    photos: Codes  # (n,) their numbers in the catalogue
    codes: Codes  # (n,)


def series_codes_apart(paths: IndexPaths) -> SeriesCodes | None:
    """Series codes of an index, found in a separate process; None if that fails.

    The process ends with this one.
    """
    context = get_context("spawn")
    received, sent = context.Pipe(duplex=False)
    process = context.Process(target=_send_codes, args=(paths, sent), daemon=True)
    with received:
        with sent:
            process.start()
        try:
            found: SeriesCodes | None = received.recv()
        except EOFError:
            found = None
    process.join()
    return found


def _send_codes(paths: IndexPaths, sent: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        index = Index.open(paths)
        found = SeriesCodes(index.numbers(), series_of(index).codes)
    except PhotorankError:
        found = None
    try:
        sent.send(found)
    except BrokenPipeError:
        return  # nobody waits any more; what was found is kept beside the index
