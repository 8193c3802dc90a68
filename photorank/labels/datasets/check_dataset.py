"""Check of a public dataset for missing photos and unusable rows."""

from dataclasses import asdict, dataclass
from pathlib import Path

from photorank.errors import LabelsError, counted
from photorank.labels.datasets.dataset_manifest import DatasetManifest
from photorank.labels.datasets.read_dataset import Dataset, open_dataset
from photorank.typing import Json

_EXAMPLES = 5  # missing photos listed


@dataclass(frozen=True)
class DatasetCheck:
    """Counts of a dataset's labels, choices, photos, missing photos and unusable rows."""

    dataset: str
    root: str
    layout: str
    verified: bool  # the layout was run against real tables
    label_files: tuple[str, ...]
    labels: int  # rows with a score
    choices: int
    photos: int  # that the label files name
    missing: int  # of these
    missing_examples: tuple[str, ...]
    problems: int  # rows that cannot be used
    problem_examples: tuple[str, ...]  # with file and line
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True if no photo is missing and every row is usable."""
        return not self.missing and not self.problems

    @property
    def usable(self) -> bool:
        """True if at least one photo of the dataset was found on disk."""
        return self.photos > self.missing

    def to_json(self) -> Json:
        """Check result as a JSON object."""
        return asdict(self) | {"complete": self.complete}


def check_dataset(dataset: Dataset) -> DatasetCheck:
    """Result of checking a dataset: counts of its labels, choices, photos and unusable rows."""
    labels = choices = 0
    named: dict[str, None] = {}
    for row in dataset.labels.rows if dataset.labels else ():
        labels += row.score is not None
        named[row.file] = None
    for choice in dataset.choices.rows if dataset.choices else ():
        choices += 1
        named |= {choice.winner: None, choice.loser: None}
    missing = [file for file in named if not (dataset.root / file).is_file()]
    problems = dataset.problems
    return DatasetCheck(
        dataset=dataset.manifest.name,
        root=str(dataset.root.absolute()),
        layout=dataset.layout.name,
        verified=dataset.layout.verified,
        label_files=tuple(file for table in dataset.layout.tables for file in table.files),
        labels=labels,
        choices=choices,
        photos=len(named),
        missing=len(missing),
        missing_examples=tuple(missing[:_EXAMPLES]),
        problems=problems.count,
        problem_examples=tuple(map(str, problems.first)),
        notes=tuple(dataset.notes),
    )


def open_complete(manifest: DatasetManifest, root: Path, *, partial: bool = False) -> Dataset:
    """Open a public dataset; raises LabelsError if any of its photos is missing.

    With `partial`, only a dataset without any photo is an error.

    Raises as :func:`~photorank.labels.datasets.read_dataset.open_dataset`, too.
    """
    dataset = open_dataset(manifest, root, partial=partial)
    found = check_dataset(dataset)
    if found.usable and (partial or not found.missing):
        return dataset
    first = ", ".join(found.missing_examples[:2])
    others = "" if not found.usable else " Import what is there with --partial."
    raise LabelsError(
        f"{manifest.name}'s labels name {counted(found.photos, 'photo')}, of which "
        f"{found.missing:,} cannot be found in {root} (such as {first}).{others} How to get them: "
        f"{manifest.how_to_get}"
    )
