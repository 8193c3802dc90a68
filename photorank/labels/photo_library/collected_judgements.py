"""Judgements collected from a photo library, one per photo, and a record of unreadable files."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from photorank.errors import LabelsError, MetadataError
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable, SourceKind

Found = TypeVar("Found")

_SHARED = 10  # photos that may share one sidecar, at most
_WHAT_ELSE = "Look for another kind: see `photorank labels collect --help`."
_NAMED = 10  # names listed in a note


@dataclass(frozen=True)
class LibraryFile:
    """Photo file in a library; copies of one photo share a digest."""

    path: Path  # absolute
    digest: str  # of its content, which copies have in common
    taken: str | None  # by the camera's clock: 2024-07-31T18:05:09, or with +02:00 after it
    folders: tuple[str, ...]  # that it lies in, from the indexed one inwards
    camera: str | None = None  # make and model
    changed: bool = False  # since it was indexed: what is said of it is not of this digest


class Judgement(NamedTuple):
    """Score of a photo, and the label that the score represents, such as "favourite"."""

    score: float  # higher is better
    name: str  # in words


class Trouble(NamedTuple):
    """Path of a file that cannot be read, and the reason."""

    path: Path
    reason: str


@dataclass
class Collected:
    """Judgements collected from a photo library, keyed by the digest of the photo's file.

    Unreadable files and notes for the user are collected too.
    """

    labels: dict[str, tuple[Judgement, Path]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # one line each

    def add(self, file: LibraryFile, judgement: Judgement) -> None:
        """Add a photo file's judgement; if files are identical, only the highest score is kept.

        Files that have changed are passed over: their photo is not in the index yet.
        """
        if file.changed:
            return
        known = self.labels.get(file.digest)
        if known is None or judgement.score > known[0].score:
            self.labels[file.digest] = judgement, file.path

    def add_trouble(self, error: MetadataError, path: Path | None = None) -> None:
        """Record a file that cannot be read, and the reason.

        The file is the one that the error names, or `path` if the error names none.
        """
        trouble = Trouble(error.path or path or Path(), error.reason)
        if trouble not in self.troubles[-_SHARED:]:
            self.troubles.append(trouble)

    def counts(self) -> dict[str, int]:
        """Number of photos by label, such as "favourite"; labels of higher score come first."""
        count = Counter(judgement for judgement, _ in self.labels.values())
        return {judgement.name: count[judgement] for judgement in sorted(count, reverse=True)}

    def table(self, source: str, rater: str, kind: SourceKind) -> LabelTable:
        """Table of all collected labels, under the name `rater`; raises LabelsError if empty."""
        if not self.labels:
            why = [f"{path}: {reason}" for path, reason in self.troubles[:1]]
            told = ". ".join([f"no photo has a label by {source}", *why, *self.notes])
            raise LabelsError(f"{told}. {_WHAT_ELSE}")
        labels = sorted((path, judgement.score) for judgement, path in self.labels.values())
        rows = [
            LabelRow(number, str(path), score, rater)
            for number, (path, score) in enumerate(labels, start=1)
        ]
        if len({score for _, score in labels}) == 1:
            self.notes.append("all labels are the same: there is nothing to compare")
        return LabelTable(source, rows, self.notes, kind)


def read_each(
    files: Iterable[LibraryFile], found: Callable[[Path], Found], collected: Collected
) -> Iterator[tuple[LibraryFile, Found]]:
    """Yield each readable file, together with the result of calling `found` on the file's path.

    Unreadable files are recorded in `collected`.
    """
    for file in files:
        try:
            yield file, found(file.path)
        except MetadataError as error:
            collected.add_trouble(error, file.path)


def listed(counts: Counter[str]) -> str:
    """Text that lists names with their counts, most frequent first.

    Examples
    --------
    >>> listed(Counter({"Red": 2, "Blue": 30}))
    'Blue (30), Red (2)'
    """
    told = [f"{name} ({count})" for name, count in counts.most_common(_NAMED)]
    if len(counts) > _NAMED:
        told.append(f"and {len(counts) - _NAMED} more")
    return ", ".join(told)
