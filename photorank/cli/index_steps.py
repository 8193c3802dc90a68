"""Steps of the index command: checking options, indexing, importing labels, and printing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from photorank.cli.options import COLUMN_OPTIONS
from photorank.cli.output import line, message, print_json, print_some, progress, skipped_files
from photorank.errors import counted
from photorank.workspace import IndexPaths, Workspace

if TYPE_CHECKING:
    from photorank.index.building.build import BuildReport
    from photorank.index.building.from_other_index import ReplacementPlan
    from photorank.index.building.request import BuildRequest, Cluster
    from photorank.progress_file import Reporter


class Source(NamedTuple):
    """Options for what to index (folders, an older index, or embeddings), and for the encoder."""

    paths: list[Path]
    from_index: str | None
    embeddings: Path | None
    encoder_name: str | None  # that made the embeddings
    encoder: str | None
    framing: str | None

    def check(self, cluster: "Cluster | None") -> None:
        """Raise BadParameter if an option is missing, or options contradict each other."""
        if not (self.paths or self.from_index or self.embeddings):
            raise typer.BadParameter("say which folders: PATH..., or --from another index")
        if (self.embeddings is None) != (self.encoder_name is None):
            raise typer.BadParameter("--embeddings and --encoder-name go together")
        if self.embeddings and (self.encoder or self.framing or self.from_index or cluster):
            raise typer.BadParameter("--embeddings have an encoder and a framing already")

    def older_index(self, new: IndexPaths) -> "ReplacementPlan | None":
        """Older index named by --from, the source of photos and judgements; None without --from."""
        from photorank.index.building.from_other_index import successor_of

        if self.from_index is None:
            return None
        old = successor_of(Workspace.current().existing_index(self.from_index))
        old.check_new(new)
        return old

    def completed_from(self, old: "ReplacementPlan") -> "Source":
        """Copy of the options, with missing folders and encoder taken from an older index."""
        return self._replace(
            paths=self.paths or [*old.folders], encoder=self.encoder or old.encoder
        )


class Labels(NamedTuple):
    """Options for labels to import after indexing: a table, or the name of a labelled dataset."""

    table: Path | None
    columns: tuple[str | None, ...]
    dataset: str | None
    partial: bool

    def importer(self, paths: list[Path]) -> Callable[[IndexPaths], list[str]] | None:
        """Function that imports the labels that the command line names; None if it names none."""
        from photorank.index.judging.import_rows import import_judgements, import_labels
        from photorank.labels.datasets.check_dataset import open_complete
        from photorank.labels.datasets.dataset_manifest import load_manifest
        from photorank.labels.tables.judgement_tables import LabelColumns, check_rows, read_labels

        self._check()
        partial = self.partial
        if self.dataset:
            if len(paths) != 1:
                raise typer.BadParameter("--dataset needs one PATH: the folder of its files")
            manifest = load_manifest(Workspace.current(), self.dataset)
            known = open_complete(manifest, paths[0], partial=partial)
            return lambda index: [
                *known.notes,
                *import_judgements(index, known.labels, known.choices, partial=partial, base=paths),
            ]
        if self.table:
            table = read_labels(self.table, LabelColumns.named(*self.columns))
            check_rows(table, partial=partial)
            base = [path if path.is_dir() else path.parent for path in paths]
            return lambda index: import_labels(index, table, partial=partial, base=base)
        return None

    def _check(self) -> None:
        """Raise BadParameter if label options contradict each other."""
        for option, column in zip(COLUMN_OPTIONS, self.columns, strict=True):
            if column and not self.table:
                raise typer.BadParameter(f"{option} needs --labels")
        if self.table and self.dataset:
            raise typer.BadParameter("--labels and --dataset exclude each other")
        if self.partial and not (self.table or self.dataset):
            raise typer.BadParameter("--partial needs --labels or --dataset")


def cluster_at(address: str | None, mirrors: list[str]) -> "Cluster | None":
    """Settings of a Ray cluster (address, URLs of the photos); None if no address was given."""
    from photorank.index.building.ray_mirrors import parse_mirror
    from photorank.index.building.request import Cluster

    if mirrors and not address:
        raise typer.BadParameter("--mirror needs --cluster")
    parsed = tuple(parse_mirror(text) for text in mirrors)
    return Cluster(address, parsed) if address else None


def build(index: IndexPaths, request: "BuildRequest", report: "Reporter | None") -> "BuildReport":
    """Build or update the index, with progress on screen and in a file; return a report."""
    from photorank.index.building.build import build_index

    with progress("Indexing", "photos") as bar:

        def on_progress(done: int, total: int) -> None:
            bar(done, total)
            if report is not None:
                report.step("Looking at photos", done, total)

        on_unusable = None if report is None else report.record_unusable
        built = build_index(
            index, replace(request, on_progress=on_progress, on_unusable=on_unusable)
        )
    if report is not None:
        report.record_all_unusable([(file.path, file.reason) for file in built.skipped])
    return built


def import_embedding_files(index: IndexPaths, source: Source) -> "BuildReport":
    """Import existing embeddings from files into an index; return a report."""
    from photorank.index.importing.import_embeddings import ImportRequest, import_embeddings

    if len(source.paths) > 1:
        raise typer.BadParameter("--embeddings take one PATH: the folder of relative names")
    name = (source.encoder_name or "").strip()
    if not name or source.embeddings is None:
        raise typer.BadParameter("--encoder-name needs a name")
    photos = source.paths[0] if source.paths else None
    with progress("Importing", "embeddings") as on_progress:
        request = ImportRequest(source.embeddings, name, photos, on_progress)
        return import_embeddings(index, request)


def copy_judgements(old: "ReplacementPlan", new: IndexPaths) -> None:
    """Copy an older index's judgements into the new index, and print a summary."""
    copied = old.copy_to(new)
    absent = ""
    if copied.absent:
        absent = (
            f"Judged photos that are not in {new.name} yet: {copied.absent:,}; their judgements "
            "wait for them. "
        )
    message(
        f"copied from {old.old.name}: {counted(copied.ratings, 'score')}, "
        f"{counted(copied.choices, 'choice')}, groups of {counted(copied.groups, 'photo')}. "
        f"{absent}Vectors of {old.old.name} rate its own embeddings: learn new ones with "
        "`photorank vector learn`."
    )


def cache_series(index: IndexPaths) -> None:
    """Find an index's series of similar photos, and cache them for later commands.

    Where albums are chosen among the best photos alone, it would take long and serve nobody yet.
    The index is complete without: whoever needs the series finds them, or is told what is wrong.
    """
    from photorank.album.request import AlbumRequest
    from photorank.errors import PhotorankError, first_line
    from photorank.index.opened import Index
    from photorank.similarity.series_cache import series_of

    try:
        opened = Index.open(index)
        if len(opened) <= AlbumRequest.considered and not opened.manifest.is_imported:
            series_of(opened)
    except (PhotorankError, OSError, MemoryError) as error:
        message(f"bursts and versions were not looked for: {first_line(error)}")


def tell_without_faces(index: IndexPaths) -> None:
    """Print how many photos were not searched for faces, if any, and the command to search them."""
    from photorank.index.catalogue.faces_switch import not_searched_for_faces

    if left := not_searched_for_faces(index):
        message(
            f"no faces were looked for in {counted(left, 'photo')}: "
            f"`photorank faces --name {index.name}`"
        )


def print_report(report: "BuildReport", as_json: bool) -> None:
    """Print how many photos were added, and which files were skipped or ignored."""
    from photorank.index.reading.passed_over import passed_over_lines

    skipped, others = skipped_files(report.skipped), skipped_files(report.passed_over)
    if as_json:
        print_json(vars(report) | {"skipped": skipped, "passed_over": others})
    else:
        line(
            f"index {report.index}: {report.added} added, {report.unchanged} unchanged, "
            f"{report.vanished} vanished, {len(skipped)} skipped"
        )
        print_some([f"{file['path']}: {file['reason']}" for file in skipped])
        for text in passed_over_lines(report.passed_over):
            line(text)
