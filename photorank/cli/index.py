"""The command that adds photos to an index, optionally with labels."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.options import (
    COLUMN_OPTIONS,
    AsJson,
    FileColumn,
    GroupColumn,
    Partial,
    ProgressFile,
    RaterColumn,
    ScoreColumn,
    example,
)
from photorank.cli.output import (
    line,
    message,
    print_json,
    print_notes,
    print_some,
    progress,
    skipped_files,
)
from photorank.errors import counted
from photorank.outside_text import typed_path
from photorank.workspace import IndexPaths, Workspace

if TYPE_CHECKING:
    from photorank.index.building.build import BuildReport
    from photorank.index.building.request import BuildRequest, Cluster
    from photorank.index.building.successor import Successor
    from photorank.progress_file import Reporter

app = typer.Typer()

Paths = Annotated[
    list[Path] | None,
    typer.Argument(parser=typed_path, metavar="PATH...", show_default=False),
]
OlderIndex = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="OLD",
        help="Index the photos of this index into a new one, with all its judgements: for "
        "another encoder, or a newer version of it.",
    ),
]
EmbeddingsFolder = Annotated[
    Path | None,
    typer.Option(
        parser=typed_path,
        metavar="FOLDER",
        help="Import embeddings that exist: clip-retrieval's layout, .npy beside .parquet, or "
        ".parquet with a column of them. The photos need not be there.",
    ),
]
EncoderName = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="What made the --embeddings: those of one name are compared with each other.",
    ),
]
NewName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The index, made if it is missing. Default: the dataset's name, if one is given.",
    ),
]
EncoderSpec = Annotated[
    str | None,
    typer.Option(
        metavar="SPEC",
        help="embedded, open_clip:MODEL/PRETRAINED, open_clip:MODEL@FILE, "
        "open_clip:hf-hub:ORG/NAME or open_clip:local-dir:PATH. Default: the index's own, for a "
        "new one open_clip:ViT-L-14-quickgelu/openai.",
    ),
]
Framing = Annotated[
    str | None,
    typer.Option(
        metavar="F",
        help="crop, pad, squash, whole, tiles or views. Default: the index's or encoder's.",
    ),
]
LabelsTable = Annotated[
    Path | None,
    typer.Option(
        parser=typed_path,
        metavar="FILE.csv",
        help="Then import a table of file, and score, tier or stars.",
    ),
]
DatasetName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Then import a known dataset's labels (photorank datasets list)."
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Pass over names or paths like this; may be repeated."),
]
Device = Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda, cuda:1 or mps.")]
Runtime = Annotated[
    str,
    typer.Option(
        metavar="R",
        help="auto (the fastest that agrees with torch), torch, openvino or openvino-int8. "
        "The index keeps the precision of its first run.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Threads that read photos. Default: one a core."),
]
BatchSize = Annotated[int | None, typer.Option(min=1, metavar="N", help="Photos encoded together.")]
FileTimes = Annotated[
    bool,
    typer.Option(
        "--file-times", help="Date new photos that nothing else dates by their file's time."
    ),
]
Faces = Annotated[
    bool | None,
    typer.Option(
        "--faces/--no-faces",
        show_default=False,
        help="Look for faces in new photos, or do not, from now on. Default: where the extra "
        "faces is installed. On a cluster `photorank faces` does it afterwards.",
    ),
]
Prune = Annotated[bool, typer.Option("--prune", help="Drop photos whose files are gone.")]
Verify = Annotated[
    bool,
    typer.Option("--verify", help="Read all photos again, also those that seem unchanged."),
]
ClusterAddress = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Embed on a Ray cluster. local, auto, HOST:PORT or ray://HOST:PORT.",
    ),
]
Mirrors = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FOLDER=URL",
        help="Where the cluster's workers see a folder, like s3://bucket/photos; may be repeated.",
    ),
]


@app.command(
    epilog=example("photorank index ~/Photos --name family --encoder embedded --labels stars.csv")
)
def index(
    paths: Paths = None,
    from_index: OlderIndex = None,
    embeddings: EmbeddingsFolder = None,
    encoder_name: EncoderName = None,
    name: NewName = None,
    encoder: EncoderSpec = None,
    framing: Framing = None,
    labels: LabelsTable = None,
    file_column: FileColumn = None,
    score_column: ScoreColumn = None,
    rater_column: RaterColumn = None,
    group_column: GroupColumn = None,
    dataset: DatasetName = None,
    partial: Partial = False,
    exclude: Exclude = None,
    device: Device = "auto",
    runtime: Runtime = "auto",
    workers: Workers = None,
    batch_size: BatchSize = None,
    file_times: FileTimes = False,
    faces: Faces = None,
    prune: Prune = False,
    verify: Verify = False,
    cluster: ClusterAddress = None,
    mirror: Mirrors = None,
    progress_file: ProgressFile = None,
    as_json: AsJson = False,
) -> None:
    """Add the photos of folders to an index. Files already in the index are not opened."""
    from photorank.encoders.runtimes import known_runtime
    from photorank.index.building.request import BuildRequest
    from photorank.index.building.successor import successor_of
    from photorank.index.catalogue.faces_switch import without_faces
    from photorank.progress_file import reporting

    on_cluster = _cluster(cluster, mirror or [])
    name = name or dataset
    if not name:
        raise typer.BadParameter("give the index a --name")
    if not (paths or from_index or embeddings):
        raise typer.BadParameter("say which folders: PATH..., or --from another index")
    if (embeddings is None) != (encoder_name is None):
        raise typer.BadParameter("--embeddings and --encoder-name go together")
    if embeddings and (encoder or framing or from_index or cluster):
        raise typer.BadParameter("--embeddings have an encoder and a framing already")
    with reporting(progress_file, "index", name) as report:
        workspace = Workspace.current()
        old = None if from_index is None else successor_of(workspace.existing_index(from_index))
        if old is not None:
            old.check_new(workspace.index(name))
            paths, encoder = paths or old.folders, encoder or old.encoder
        paths = paths or []
        # Labels that cannot be read stop the command before hours of embedding, not after them.
        columns = (file_column, score_column, rater_column, group_column)
        imported = _labels_to_import(paths, labels, columns, dataset, partial)
        if embeddings:
            read = _imported(workspace.index(name), embeddings, encoder_name or "", paths)
            _print_report(read, as_json)
            _import_labels(imported, workspace.index(name), labels or dataset)
            return
        request = BuildRequest(
            paths,
            encoder_spec=encoder,
            framing=framing,
            exclude=exclude or (),
            device=device,
            runtime=known_runtime(runtime),
            workers=workers,
            batch_size=batch_size,
            file_times=file_times,
            faces=faces,
            prune=prune,
            verify=verify,
            cluster=on_cluster,
        )
        built = _built(workspace.index(name), request, report)
        _print_report(built, as_json)
        if faces is not False and (left := without_faces(workspace.index(name))):
            message(
                f"no faces were looked for in {counted(left, 'photo')}: "
                f"`photorank faces --name {name}`"
            )
        if old is not None:
            _copy_judgements(old, workspace.index(name))
        _import_labels(imported, workspace.index(name), labels or dataset)


def _built(index: IndexPaths, request: "BuildRequest", report: "Reporter | None") -> "BuildReport":
    """Run the indexing with progress on screen and in a file, and return its report."""
    from photorank.index.building.build import build_index

    with progress("Indexing", "photos") as bar:

        def on_progress(done: int, total: int) -> None:
            bar(done, total)
            if report is not None:
                report.step("Looking at photos", done, total)

        on_unusable = None if report is None else report.unusable
        built = build_index(
            index, replace(request, on_progress=on_progress, on_unusable=on_unusable)
        )
    if report is not None:
        report.all_unusable([(file.path, file.reason) for file in built.skipped])
    return built


def _imported(
    index: IndexPaths, embeddings: Path, encoder: str, paths: list[Path]
) -> "BuildReport":
    """Import embeddings with photo names relative to one folder, and return the report."""
    from photorank.index.importing.import_embeddings import ImportRequest, import_embeddings

    if len(paths) > 1:
        raise typer.BadParameter("--embeddings take one PATH: the folder of relative names")
    if not encoder.strip():
        raise typer.BadParameter("--encoder-name needs a name")
    photos = paths[0] if paths else None
    with progress("Importing", "embeddings") as on_progress:
        request = ImportRequest(embeddings, encoder.strip(), photos, on_progress)
        return import_embeddings(index, request)


def _import_labels(
    imported: "Callable[[IndexPaths], list[str]] | None", index: IndexPaths, what: object
) -> None:
    """Import the labels table, if there is one, and print a summary."""
    if imported is not None:
        print_notes(imported(index))
        message(f"imported {what}")


def _copy_judgements(old: "Successor", new: IndexPaths) -> None:
    """Copy an older index's judgements into the new index, and print a summary."""
    copied = old.copy_to(new)
    message(
        f"copied from {old.old.name}: {counted(copied.ratings, 'score')}, "
        f"{counted(copied.choices, 'choice')}, groups of {counted(copied.groups, 'photo')}. "
        "Its vectors rate the old embeddings: learn new ones with `photorank vector learn`."
    )


def _cluster(address: str | None, mirrors: list[str]) -> "Cluster | None":
    """Address of the Ray cluster to embed on, with mirrors of photo folders; None without one."""
    from photorank.index.building.ray_mirrors import parse_mirror
    from photorank.index.building.request import Cluster

    if mirrors and not address:
        raise typer.BadParameter("--mirror needs --cluster")
    parsed = tuple(parse_mirror(text) for text in mirrors)
    return Cluster(address, parsed) if address else None


def _print_report(report: "BuildReport", as_json: bool) -> None:
    """Print the numbers of photos added, files skipped and other files ignored."""
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


def _labels_to_import(
    paths: list[Path],
    labels: Path | None,
    columns: tuple[str | None, ...],
    dataset: str | None,
    partial: bool,
) -> Callable[[IndexPaths], list[str]] | None:
    """Function that imports the validated labels table; None without a table."""
    from photorank.index.judging.import_rows import import_judgements, import_labels
    from photorank.labels.datasets.check_dataset import open_complete
    from photorank.labels.datasets.dataset_manifest import load_manifest
    from photorank.labels.tables.judgement_tables import LabelColumns, check_rows, read_labels

    for option, column in zip(COLUMN_OPTIONS, columns, strict=True):
        if column and not labels:
            raise typer.BadParameter(f"{option} needs --labels")
    if labels and dataset:
        raise typer.BadParameter("--labels and --dataset exclude each other")
    if partial and not (labels or dataset):
        raise typer.BadParameter("--partial needs --labels or --dataset")
    if dataset:
        if len(paths) != 1:
            raise typer.BadParameter("--dataset needs one PATH: the folder of its files")
        manifest = load_manifest(Workspace.current(), dataset)
        known = open_complete(manifest, paths[0], partial=partial)
        return lambda index: [
            *known.notes,
            *import_judgements(index, known.labels, known.choices, partial=partial, base=paths),
        ]
    if labels:
        table = read_labels(labels, LabelColumns.named(*columns))
        check_rows(table, partial=partial)
        base = [path if path.is_dir() else path.parent for path in paths]
        return lambda index: import_labels(index, table, partial=partial, base=base)
    return None
