"""Worker of a Ray cluster that reads, decodes and embeds blocks of photo files."""

import json
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photorank.encoders.base import Encoder, encode_photos
from photorank.errors import ClusterError, PhotorankError, counted
from photorank.index.building.decode_ahead import (
    Embedded,
    Framed,
    LazyEncoder,
    Opened,
    Opener,
    Unusable,
    reading_software,
)
from photorank.index.building.ray_mirrors import Mirror, mirrored
from photorank.index.catalogue.rooted_paths import Place, as_path, path_bytes
from photorank.photos.find_photos import PhotoFile
from photorank.photos.metadata.exif import shot_from_json

if TYPE_CHECKING:
    import pyarrow as pa


def file_table(paths: Sequence[Path]) -> "pa.Table":
    """Arrow table of the files to embed: each file's path and its position in `paths`."""
    import pyarrow as pa

    return pa.table(
        {"at": range(len(paths)), "path": [path_bytes(path) for path in paths]},
        schema=pa.schema([("at", pa.int64()), ("path", pa.binary())]),
    )


class Attempts:
    """Ray actor that counts and limits the attempts to embed each block of files."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begun: Counter[int] = Counter()

    def begin(self, block: int) -> bool:
        """Count an attempt to embed a block of files; return True if the attempt is allowed."""
        self._begun[block] += 1
        return self._begun[block] <= self._most


@dataclass(frozen=True)
class Task:
    """Settings of an embedding job, shared by all workers of a Ray cluster."""

    load: Callable[[str], Encoder]  # makes the index's encoder on a device
    device: str
    reader: str  # the software that has to decode photos
    mirrors: Sequence[Mirror]
    known: Any  # Ray's reference to the digests that need no embedding
    attempts: Any  # the process of `Attempts`
    cores: int  # of each worker
    batch_size: int  # photos that its encoder takes at a time


class Worker:
    """Ray actor that loads the encoder once and embeds blocks of photo files."""

    def __init__(self, task: Task) -> None:
        import ray

        self._task = task
        self._encoder = LazyEncoder(lambda: task.load(task.device))
        self._opener = Opener(self._encoder, ray.get(task.known), mirrored(task.mirrors))

    def __call__(self, files: "pa.Table") -> Iterator["pa.Table"]:
        """Embed a block of files; yield tables of the results, one row per file.

        Errors of photorank are rows: Ray would retry them and bury them in tracebacks.
        """
        try:
            self._check(files)
            yield from self._embed(files)
        except PhotorankError as error:
            yield _table([{"refusal": f"a worker on {socket.gethostname()}: {error}"}])

    def _check(self, files: "pa.Table") -> None:
        """Raise ClusterError if package versions differ, or a block of files was tried too often.

        The versions are compared with those of the process that began the run.
        """
        import ray

        if (here := reading_software()) != self._task.reader:
            raise ClusterError(f"it has {here}, not {self._task.reader}. Install the same.")
        if not ray.get(self._task.attempts.begin.remote(files["at"][0].as_py())):
            first, last = (as_path(files["path"][at].as_py()) for at in (0, -1))
            raise ClusterError(
                f"all workers that began a batch ({counted(len(files), 'photo')} from {first} to "
                f"{last}) were lost. They may need more memory: try a smaller `--batch-size` or "
                "fewer `--workers`."
            )

    def _embed(self, files: "pa.Table") -> Iterator["pa.Table"]:
        """Embed the files, and yield a table of results for each encoder batch."""
        todo = [((0, path), PhotoFile(as_path(path), 0, 0)) for path in files["path"].to_pylist()]
        cores, size = self._task.cores, self._task.batch_size
        opened = self._opener.ahead(todo, workers=cores, most=2 * size + cores)
        waiting: list[tuple[int, Opened | Unusable]] = []
        with closing(opened):
            for at, photo in zip(files["at"].to_pylist(), opened, strict=True):
                waiting.append((at, photo))
                if len(waiting) == size:
                    yield self._found(waiting)
                    waiting = []
        if waiting:
            yield self._found(waiting)

    def _found(self, waiting: Sequence[tuple[int, Opened | Unusable]]) -> "pa.Table":
        photos = [photo for _, photo in waiting if isinstance(photo, Framed)]
        rows = iter(())
        if photos:
            encoder = self._encoder()
            rows = iter(encode_photos(encoder, [photo.prepared for photo in photos]))
        told = {"runtime": self._encoder.runtime}
        return _table([_row(at, photo, rows) | told for at, photo in waiting])


def _row(at: int, photo: Opened | Unusable, rows: Iterator[Any]) -> dict[str, Any]:
    if isinstance(photo, Unusable):
        return {"at": at, "reason": os.fsencode(photo.reason), "passing": photo.passing}
    if not isinstance(photo, Framed):
        return {"at": at, "digest": photo.digest}
    return {
        "at": at,
        "digest": photo.digest,
        "embedding": next(rows).astype(np.float32).tobytes(),
        "thumbnail": photo.thumbnail,
        "shot": json.dumps(photo.shot),
        "signals": json.dumps(photo.signals),
    }


def result_of_row(
    row: dict[str, Any], todo: Sequence[tuple[Place, PhotoFile]]
) -> Opened | Unusable:
    """Photo file with its outcome (embedded, unusable, …), from a row of a worker's result table.

    Raises ClusterError if the worker failed.
    """
    if row["refusal"]:
        raise ClusterError(row["refusal"])
    place, file = todo[row["at"]]
    if row["reason"] is not None:
        return Unusable(place, file, os.fsdecode(row["reason"]), row["passing"])
    if row["embedding"] is None:
        return Opened(place, file, row["digest"])
    embedding = np.frombuffer(row["embedding"], dtype=np.float32)
    shot = shot_from_json(json.loads(row["shot"]))
    signals = json.loads(row["signals"])
    return Embedded(place, file, row["digest"], embedding, signals, row["thumbnail"], shot)


def _table(rows: list[dict[str, Any]]) -> "pa.Table":
    import pyarrow as pa

    text, data = pa.string(), pa.binary()
    columns = {
        "at": pa.int64(),
        "digest": text,
        "embedding": data,  # (d,) float32
        "thumbnail": data,
        "shot": text,  # JSON
        "signals": text,  # JSON
        "reason": data,  # why the file is unusable; it may quote a name that is not Unicode
        "passing": pa.bool_(),
        "runtime": text,
        "refusal": text,  # why the worker does not work
    }
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))
