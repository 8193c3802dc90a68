"""Judgements of photos in a public dataset, read as its manifest describes."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from photorank.errors import LabelsError, MissingPathError
from photorank.labels.datasets.counted_scores import counted, likes_and_exposure, mean_rating, rates
from photorank.labels.datasets.dataset_manifest import DatasetManifest, Layout, TableSpec
from photorank.labels.datasets.label_file_rows import label_file_rows
from photorank.labels.datasets.template import Template
from photorank.labels.datasets.toml_keys import leads_out
from photorank.labels.tables.cells import Cells, number, people, split_name
from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable, LabelRow, LabelTable
from photorank.row_problems import Problem, Problems

Row = TypeVar("Row")


@dataclass(frozen=True)
class Dataset:
    """Public dataset in a folder; labels, and choices between photos, are read when needed."""

    manifest: DatasetManifest
    layout: Layout
    root: Path
    labels: LabelTable | None
    choices: ChoiceTable | None
    notes: list[str]  # one line each
    problems: Problems  # rows that are left out


def open_dataset(manifest: DatasetManifest, root: Path, *, partial: bool = False) -> Dataset:
    """Open a public dataset in a folder, after reading all label files once to find errors.

    `root` is the folder that holds the label files, which all paths are relative to; with
    `partial` rows that cannot be used are left out. Raises MissingPathError or
    MissingLabelFilesError if the folder, or in it any layout's label files, are not there;
    LabelsError if a file cannot be read or lacks a column, or one of its rows cannot be used.
    """
    if not root.is_dir():
        raise MissingPathError(root)
    layout = manifest.layout_at(root)
    for file in (file for spec in layout.tables for file in spec.files):
        if not _inside(root, file):
            raise LabelsError(
                f"{root / file} leads out of the dataset's folder through a link. Put the "
                "file itself there."
            )
    notes = [layout.note] if layout.note else []
    if not layout.verified:
        notes.append(
            f"the manifest of {manifest.name} was never run against its real tables "
            f"({layout.name} layout, after: {layout.layout_source})"
        )
    rows = _Rows(root, layout.tables, Problems())
    n_labels = n_choices = 0
    for judged in rows:
        n_labels += len(judged.labels)
        n_choices += len(judged.choices)
    source = f"dataset {manifest.name}"
    lacks = f"in {root} that can be used"
    notes += rows.problems.settle(source, n_labels + n_choices, partial=partial, lacks=lacks)
    again = _Rows(root, layout.tables, Problems())
    return Dataset(
        manifest,
        layout,
        root,
        LabelTable(source, _OneKind(again, lambda judged: judged.labels)) if n_labels else None,
        ChoiceTable(source, _OneKind(again, lambda judged: judged.choices)) if n_choices else None,
        notes,
        rows.problems,
    )


_UNUSUAL = "\\:\0"  # in a file's name


class _Judged(NamedTuple):
    """Judgements in one row of a label file: labels of photos, and choices between two photos."""

    labels: list[LabelRow]
    choices: list[ChoiceRow]


class _Rows:
    """Iterable over the judgements in all label files, row by row; each iteration rereads them."""

    def __init__(self, root: Path, tables: tuple[TableSpec, ...], problems: Problems) -> None:
        self._root = root
        self._tables = tables
        self.problems = problems

    def __iter__(self) -> Iterator[_Judged]:
        for spec in self._tables:
            table = _RowParser(self._root, spec)
            for line, cells in label_file_rows(self._root, spec, self.problems):
                try:
                    yield _Judged(_labels_of(table, line, cells), _choices_of(table, line, cells))
                except ValueError as error:
                    self.problems.add(Problem(line, str(error), spec.file))


class _OneKind(Generic[Row]):
    """Iterable over one kind of judgement, either labels or choices, in all label files."""

    def __init__(self, rows: _Rows, kind: Callable[[_Judged], list[Row]]) -> None:
        self._rows = rows
        self._kind = kind

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(map(self._kind, self._rows))


class _RowParser:
    """Parser for the photo paths and scores in the rows of one label file."""

    def __init__(self, root: Path, spec: TableSpec) -> None:
        self.root = root
        self.spec = spec
        self._inside = lru_cache(4096)(self._is_inside)
        self._rates = rates(root, spec, spec.rate) if spec.rate else {}

    def photo_path(self, template: Template, cells: Cells) -> str:
        """Path of a table row's photo; raises ValueError if outside the dataset's folder."""
        path = template.filled(cells)
        folder, slash, name = path.rpartition("/")
        unusual = name == ".." or any(mark in name for mark in _UNUSUAL)
        if (unusual and leads_out(path)) or not self._inside(folder or slash):
            how = "" if leads_out(path) else " through a link"
            raise ValueError(f"{path!r} leads out of the dataset's folder{how}")
        return path

    def score(self, line: int, cells: Cells) -> tuple[float | None, int | None]:
        """Score of a table row (higher is better) and number of raters, each None if unknown."""
        spec = self.spec
        n_raters = people(cells, spec.n_raters) if spec.n_raters else None
        if spec.score:
            value = number(cells, spec.score)
        elif spec.histogram:
            counts = counted(cells, spec.histogram)
            value = mean_rating(counts)
            n_raters = n_raters or round(sum(counts)) or None
        elif spec.rate:
            likes_and_exposure(cells, spec.rate)
            value = self._rates[line]
        else:
            return None, n_raters
        if spec.range and not spec.range[0] <= value <= spec.range[1]:
            raise ValueError(f"score {value:g} is not in {spec.range[0]:g} … {spec.range[1]:g}")
        return -value if spec.lower_is_better else value, n_raters

    def _is_inside(self, folder: str) -> bool:
        return not leads_out(folder) and _inside(self.root, folder)


def _labels_of(table: _RowParser, line: int, cells: Cells) -> list[LabelRow]:
    """Labels (score, group, series and split) of the photos in one table row.

    A value that the row lacks is None.
    """
    spec = table.spec
    group, series, split = (
        template.filled(cells) if template and template.has_all(cells) else None
        for template in (spec.group, spec.series, spec.split)
    )
    part = split_name(split or "")
    if spec.photo is None:
        if not (group or series or part):
            return []
        return [
            LabelRow(line, photo, group=group, series=series, split=part, table=spec.file)
            for photo in _two_photos(table, cells)
        ]
    score, n_raters = table.score(line, cells)
    return [
        LabelRow(
            line=line,
            file=table.photo_path(spec.photo, cells),
            score=score,
            rater=spec.rater.filled(cells) if spec.rater else "",
            group=group,
            series=series,
            n_raters=n_raters,
            split=part,
            table=spec.file,
        )
    ]


def _choices_of(table: _RowParser, line: int, cells: Cells) -> list[ChoiceRow]:
    """Choices between the two photos named in one table row.

    Votes count for both sides. A share of votes without their number counts as one
    judgement that is divided the same way, and as a tie where it is a half.
    """
    spec = table.spec
    if spec.pair is None:
        return []
    first, second = _two_photos(table, cells)
    rater = spec.rater.filled(cells) if spec.rater else ""
    if spec.votes:
        for_first, for_second = counted(cells, spec.votes)
        if not for_first and not for_second:
            raise ValueError("nobody voted")
    elif spec.probability:
        for_first = number(cells, spec.probability)
        if not 0 <= for_first <= 1:
            raise ValueError(f"{spec.probability} {for_first:g} is not in 0 … 1")
        if for_first == 0.5:
            return [ChoiceRow(line, first, second, True, rater, 1.0, spec.file)]
        for_second = 1 - for_first
    else:
        for_first, for_second = 1.0, 0.0
    sides = [(first, second, for_first), (second, first, for_second)]
    return [
        ChoiceRow(line, winner, loser, False, rater, weight, spec.file)
        for winner, loser, weight in sides
        if weight > 0
    ]


def _two_photos(table: _RowParser, cells: Cells) -> tuple[str, str]:
    assert table.spec.pair is not None  # noqa: S101 (the manifest was checked for it)
    first, second = (table.photo_path(template, cells) for template in table.spec.pair)
    if first == second:
        raise ValueError(f"{first!r} is compared with itself")
    return first, second


def _inside(root: Path, path: str) -> bool:
    """True if a path, with symbolic links resolved, is inside the folder `root`."""
    real = os.path.realpath(root)
    return os.path.commonpath([real, os.path.realpath(os.path.join(real, path))]) == real
