"""Manifest of a public dataset: a TOML file that describes the dataset's label files.

A manifest may describe several layouts of one dataset, such as the authors' own
and that of a mirror; the first one whose label files are there is used.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from photorank.errors import ManifestError, MissingDatasetError, MissingLabelFilesError
from photorank.labels.datasets.template import Template
from photorank.labels.datasets.toml_keys import Keys
from photorank.labels.tables.csv_file import Dialect
from photorank.workspace import Workspace

Format = Literal["csv", "json", "folders", "xlsx"]


@dataclass(frozen=True)
class TableSpec:
    """Description of one label file: format and meaning of its columns."""

    file: str  # relative to the dataset's folder
    beside: str | None  # likewise: a file whose lines are the column "beside" of the same lines
    format: Format
    dialect: Dialect
    photo: Template | None  # relative to the dataset's folder; none in a table of pairs
    pair: tuple[Template, Template] | None  # two photos, of which the first won unless below
    score: str | None  # the column
    histogram: tuple[str, ...]  # columns that count the ratings 1, 2, …, whose mean is the score
    rate: tuple[str, str] | None  # columns whose quotient is the score: likes and followers
    range: tuple[float, float] | None  # of the scores
    lower_is_better: bool
    n_raters: str | None  # the column
    votes: tuple[str, str] | None  # columns: people who chose the first, and the second
    probability: str | None  # the column: the share who chose the first
    rater: Template | None
    group: Template | None
    series: Template | None
    split: Template | None

    @property
    def templates(self) -> tuple[Template, ...]:
        """Text templates of a table: for photo paths, and rater, group, series and split names."""
        every = (self.photo, *(self.pair or ()), self.rater, self.group, self.series, self.split)
        return tuple(template for template in every if template)

    @property
    def files(self) -> list[str]:
        """Paths, relative to the dataset's folder, of a label file and any auxiliary file."""
        return [self.file, *([self.beside] if self.beside else [])]

    @property
    def needed(self) -> list[str]:
        """Names of the required columns of a label file."""
        named = (self.score, self.n_raters, self.probability)
        columns = [column for template in self.templates for column in template.columns]
        columns += [*self.histogram, *(self.rate or ()), *(self.votes or ())]
        return list(dict.fromkeys(columns + [column for column in named if column]))


@dataclass(frozen=True)
class Layout:
    """Arrangement of a dataset's files in a folder, such as the authors' or a mirror site's."""

    name: str
    layout_source: str  # what it was taken from
    verified: bool  # it was run against real tables
    note: str  # told when it is used
    tables: tuple[TableSpec, ...]


@dataclass(frozen=True)
class DatasetManifest:
    """Description of a public dataset, with one or more file layouts."""

    name: str
    title: str
    citation: str
    licence: str
    homepage: str
    how_to_get: str
    official_split: str
    photos: int  # as published
    layouts: tuple[Layout, ...]

    @property
    def verified(self) -> Literal["yes", "in part", "no"]:
        """Whether the file layouts were tested on real label files: "yes", "in part" or "no"."""
        found = {layout.verified for layout in self.layouts}
        return "in part" if len(found) > 1 else "yes" if found == {True} else "no"

    def layout_at(self, root: Path) -> Layout:
        """First of the dataset's file layouts whose label files all exist in the given folder.

        Raises MissingLabelFilesError if there is none.
        """
        lacks = [
            [file for table in layout.tables for file in table.files if not (root / file).exists()]
            for layout in self.layouts
        ]
        for layout, missing in zip(self.layouts, lacks, strict=True):
            if not missing:
                return layout
        raise MissingLabelFilesError(self.name, root, min(lacks, key=len), self.how_to_get)


def load_manifest(workspace: Workspace, name: str) -> DatasetManifest:
    """Manifest of the dataset called `name`; raises MissingDatasetError if there is none.

    The manifest is the user's own or a built-in one.
    """
    known = workspace.manifests()
    if name not in known:
        raise MissingDatasetError(name, sorted(known))
    return read_manifest(known[name])


def read_manifest(path: Path) -> DatasetManifest:
    """Manifest read from a TOML file.

    Raises ManifestError if it is no TOML, has an unknown, missing or wrong key, or names files
    outside the dataset's folder.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(path, f"it cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(path, f"it is not TOML ({error})") from error
    try:
        return _manifest(path.stem, Keys("", data))
    except ValueError as error:
        raise ManifestError(path, str(error)) from error


def _manifest(name: str, keys: Keys) -> DatasetManifest:
    manifest = DatasetManifest(
        name=name,
        title=keys.take("title", str),
        citation=keys.take("citation", str),
        licence=keys.take("licence", str),
        homepage=keys.take("homepage", str),
        how_to_get=keys.take("how_to_get", str),
        official_split=keys.take("official_split", str),
        photos=keys.take("photos", int),
        layouts=tuple(_layout(layout) for layout in keys.tables("layouts")),
    )
    keys.refuse_unknown()
    return manifest


def _layout(keys: Keys) -> Layout:
    layout = Layout(
        name=keys.take("name", str),
        layout_source=keys.take("layout_source", str),
        verified=keys.take("verified", bool),
        note=keys.take("note", str, ""),
        tables=tuple(_table(table) for table in keys.tables("tables")),
    )
    keys.refuse_unknown()
    return layout


def _table(keys: Keys) -> TableSpec:
    pair = keys.strings("pair", 2)
    kind = keys.take("format", str, "csv")
    if kind not in ("csv", "json", "folders", "xlsx"):
        raise ValueError(f"{keys.where}format must be csv, json, folders or xlsx, not {kind!r}")
    score = keys.take("score", str, None)
    table = TableSpec(
        file=keys.checked_path("file", keys.take("file", str)),
        beside=keys.checked_path("beside", beside)
        if (beside := keys.take("beside", str, None))
        else None,
        format=kind,
        dialect=Dialect(
            columns=keys.columns("columns"),
            delimiter=_delimiter(keys),
            skipped=keys.take("skipped_lines", int, 0),
        ),
        photo=keys.template("photo"),
        pair=(keys.as_template("pair", pair[0]), keys.as_template("pair", pair[1]))
        if pair
        else None,
        score=_column(score),
        histogram=keys.columns("histogram"),
        rate=_two(keys.columns("rate", 2)),
        range=_range(keys),
        lower_is_better=keys.take("lower_is_better", bool, False),
        n_raters=_column(keys.take("n_raters", str, None)),
        votes=_two(keys.columns("votes", 2)),
        probability=_column(keys.take("probability", str, None)),
        rater=keys.template("rater"),
        group=keys.template("group"),
        series=keys.template("series"),
        split=keys.template("split"),
    )
    _check(keys, table)
    keys.refuse_unknown()
    return table


def _check(keys: Keys, table: TableSpec) -> None:
    """Raise ValueError if keys of a TOML table contradict each other or a needed key is missing."""
    if (table.photo is None) == (table.pair is None):
        raise ValueError(f"{keys.where}photo or {keys.where}pair must be there, and not both")
    kinds = [bool(table.score), bool(table.histogram), bool(table.rate)]
    if sum(kinds) > 1 or (any(kinds) and table.pair):
        raise ValueError(f"{keys.where}score, histogram, rate and pair exclude each other")
    if (table.votes or table.probability) and not table.pair:
        raise ValueError(f"{keys.where}votes and probability need {keys.where}pair")
    if table.beside and table.format != "csv":
        raise ValueError(f"{keys.where}beside needs lines: the format must be csv")
    if table.format in ("json", "folders") and not table.dialect.columns:
        raise ValueError(f"{keys.where}columns must be there where the format is {table.format}")
    for template in (table.photo, *(table.pair or ())):
        if template is not None:
            keys.checked_path("photo", template.text)


def _delimiter(keys: Keys) -> str:
    delimiter = keys.take("delimiter", str, ",")
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError(f"{keys.where}delimiter must be one character, not {delimiter!r}")
    return str(delimiter)


def _range(keys: Keys) -> tuple[float, float] | None:
    values = keys.take("range", list, None)
    if values is None:
        return None
    numbers = [float(value) for value in values if type(value) in (int, float)]
    if len(numbers) != 2 or len(values) != 2 or not numbers[0] < numbers[1]:
        raise ValueError(f"{keys.where}range must be [lowest, highest], not {values}")
    return numbers[0], numbers[1]


def _column(name: str | None) -> str | None:
    return None if name is None else name.strip().lower()


def _two(names: tuple[str, ...]) -> tuple[str, str] | None:
    return (names[0], names[1]) if names else None
