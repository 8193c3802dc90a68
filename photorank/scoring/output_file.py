"""Files of scores, written row by row and resumed after an interruption."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from photorank.errors import NoLocksError, PhotorankError
from photorank.export.table_files import Kind, Row, Table, write_parquet_table
from photorank.photos.path_text import path_text, text_path, unicode_text
from photorank.scoring.output_rows import COLUMNS, CsvLines, Format, JsonLines, Written
from photorank.scoring.score_photos import Scored, Source
from photorank.typing import Json
from photorank.workspace import (
    folder_for,
    read_bytes,
    require_locks,
    storage_errors,
    write_bytes,
)

_PART_BYTES = 1 << 20
_LINES: dict[Format, type[JsonLines | CsvLines]] = {
    "jsonl": JsonLines,
    "csv": CsvLines,
    "parquet": JsonLines,  # until it is complete: a Parquet file cannot be read before its end
}
_GO_ON = "The rows so far are kept: make room, then run the same command with --resume."
# Of a card: what must be the same in two runs of a file.
_DECISIVE = ("fingerprint", "vector_version", "scale_version", "context")


class ScoreFileError(PhotorankError, ValueError):
    """A file of scores cannot be written or resumed."""


class ScoreStream:
    """Output stream of photos' scores, as rows of JSON or CSV."""

    kept = kept_rated = 0  # rows that were there before, as :class:`ScoreFile` has them

    def __init__(
        self, stream: BinaryIO, format: Format, columns: Mapping[str, Kind] = COLUMNS
    ) -> None:
        self._stream, self._lines = stream, _LINES[format](columns)
        stream.write(self._lines.head)

    def left(self, sources: Iterable[Source]) -> Iterator[Source]:
        """Photos left to score: all given photos, because a stream cannot be resumed."""
        return iter(sources)

    def write(self, batch: Iterable[Scored]) -> None:
        """Write a batch of scores, one row each."""
        self._stream.write(b"".join(map(self._lines.line, batch)))
        self._stream.flush()


class ScoreFile:
    """Output file of scores, with a JSON file beside it that says how the scores were made."""

    def __init__(self, path: Path, format: Format, columns: Mapping[str, Kind] = COLUMNS) -> None:
        self.path = path
        self._format = format
        self._lines = _LINES[format](columns)
        # Of a Parquet file the rows so far lie beside it.
        self._grown = path.with_name(f"{path.name}.part.jsonl") if format == "parquet" else path
        self._file: BinaryIO | None = None
        self.kept = 0  # rows that were there before
        self.kept_rated = 0  # of them with a rating

    @property
    def card(self) -> Path:
        """Path of the JSON file (card) that tells which index and vector made the scores."""
        return self.path.with_name(f"{self.path.name}.card.json")

    @property
    def is_begun(self) -> bool:
        """True if the output file exists, or if an interrupted run left a part of it."""
        return self.path.exists() or self._grown.exists()

    def require_new(self) -> None:
        """Raise ScoreFileError if the file exists, complete or partly written."""
        if self.path.is_dir():
            raise ScoreFileError(f"{self.path} is a folder. Name a file.")
        if self.is_begun:
            raise ScoreFileError(
                f"{self.path} exists already. Go on with it by `--resume`, or name another file."
            )

    @contextmanager
    def open(self, card: Json, *, resume: bool) -> Iterator["ScoreFile"]:
        """Context manager within which rows can be appended to the file.

        Rows of a Parquet file are written as JSON lines, and converted to Parquet on exit.
        Raises ScoreFileError if the file exists and is not to be gone on with, or rests on
        anything else than the card says; StorageError if the file cannot be written.
        """
        if not resume:
            self.require_new()
        begun = self.is_begun
        with storage_errors(self.path), folder_for(self.path.parent):
            _require_locks(self.path)
            if begun:
                self._require_same_card(card)
                self._reopen_parquet()
            else:
                write_bytes(self.card, (json.dumps(card, indent=2) + "\n").encode())
            with storage_errors(self.path, _GO_ON), self._grown.open("ab+") as file:
                _lock(file, self.path)
                _drop_torn_row(file)
                if not file.tell():
                    file.write(self._lines.head)
                    file.flush()
                self._file = file
                yield self
                os.fsync(file.fileno())
            if self._format == "parquet":
                write_parquet_table(self.path, Table(self._lines.columns, self._all_rows()), _GO_ON)
                self._grown.unlink()

    def write(self, batch: Iterable[Scored]) -> None:
        """Append rows for a batch of scores, flushed so that other programs can read them."""
        assert self._file is not None  # noqa: S101 - within `open`
        with storage_errors(self.path, _GO_ON):
            self._file.write(b"".join(map(self._lines.line, batch)))
            self._file.flush()

    def left(self, sources: Iterable[Source]) -> Iterator[Source]:
        """Yield the photos that have no row in the file yet, in the given order.

        Where files have come or gone since, the rows are looked up by their paths' digests, in
        eight bytes each.
        """
        rows, sources = self._rows(), iter(sources)
        for source in sources:
            row = next(rows, None)
            if row is None:
                yield source
                break
            if row.path != self._lines.path(source.path):
                known = _Digests(one.path for one in chain([row], rows))
                others = chain([source], sources)
                yield from (one for one in others if self._lines.path(one.path) not in known)
                return
        for _ in rows:  # of files that are gone; they are counted
            pass
        yield from sources

    def _rows(self) -> Iterator[Written]:
        """Yield the rows that the file already contains.

        They are counted in `kept`, and those with a rating in `kept_rated`.
        """
        with self._grown.open("rb") as file:
            try:
                for row in self._lines.rows(file):
                    self.kept += 1
                    self.kept_rated += row.rated
                    yield row
            except (ValueError, TypeError) as error:
                raise ScoreFileError(
                    f"{self.path} has something else than scores after {self.kept:,} rows. Name "
                    "another file with --to."
                ) from error

    def _require_same_card(self, card: Json) -> None:
        """Raise ScoreFileError if `card` differs from the file's card in vector, encoder or index.

        The album, if any, must be the same, too.
        """
        try:
            found = {"context": None} | json.loads(read_bytes(self.card))
            differs = [key for key in _DECISIVE if found[key] != card[key]]
        except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
            raise ScoreFileError(
                f"{self.path} cannot be gone on with: {self.card.name} beside it, which says by "
                "what it was scored, is missing or damaged. Name another file with --to."
            ) from error
        if differs:
            what = ", ".join(key.replace("_", " ") for key in differs)
            raise ScoreFileError(
                f"{self.path} was scored by something else ({what}): old and new rows could not "
                "be compared. Name another file with --to."
            )

    def _reopen_parquet(self) -> None:
        """Convert a complete Parquet file back to JSON lines, to which rows can be appended."""
        if self._format != "parquet" or self._grown.exists():
            return
        import pyarrow.parquet as pq

        temporary = self._grown.with_name(f".{self._grown.name}.new")
        with temporary.open("wb") as file:
            for batch in pq.ParquetFile(self.path).iter_batches():
                rows = (row | {"path": text_path(row["path"])} for row in batch.to_pylist())
                file.writelines(json.dumps(row).encode() + b"\n" for row in rows)
        temporary.replace(self._grown)

    def _all_rows(self) -> Iterator[Row]:
        with self._grown.open("rb") as file:
            for line in file:
                row = json.loads(line)
                yield row | {"path": _text(row["path"])}


class _Digests:
    """Set of texts, kept as 8-byte digests to save memory."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._sorted = np.sort(np.fromiter(map(self._digest, texts), np.uint64))

    def __contains__(self, text: str) -> bool:
        digest = np.uint64(self._digest(text))
        place = int(np.searchsorted(self._sorted, digest))
        return place < len(self._sorted) and bool(self._sorted[place] == digest)

    @staticmethod
    def _digest(text: str) -> int:
        data = text.encode(errors="surrogatepass")
        return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


def _text(path: str) -> str:
    """Path or URL as valid Unicode; invalid bytes become escape sequences."""
    return path_text(Path(path)) if path.startswith("/") else unicode_text(path)


def _drop_torn_row(file: BinaryIO) -> None:
    """Remove the incomplete last row that a killed run left in a file of scores."""
    end = file.seek(0, os.SEEK_END)
    whole = 0
    at = end
    while at > 0 and not whole:
        start = max(at - _PART_BYTES, 0)
        file.seek(start)
        found = file.read(at - start).rfind(b"\n")
        whole = start + found + 1 if found >= 0 else 0
        at = start
    if whole < end:
        file.truncate(whole)
    file.seek(0, os.SEEK_END)


def _require_locks(path: Path) -> None:
    try:
        require_locks(path.parent)
    except NoLocksError as error:
        raise ScoreFileError(
            f"the disk of {path} has no file locks, without which two runs could write at once. "
            "Name a file on another disk with --to."
        ) from error


def _lock(file: BinaryIO, path: Path) -> None:
    """Lock a file of scores against other processes until the file is closed."""
    try:
        import fcntl
    except ImportError:
        return  # Windows refuses a second writer by itself
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ScoreFileError(
            f"{path} is being written by another photorank. Wait for it to end, or name another "
            "file with --to."
        ) from error
