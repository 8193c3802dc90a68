"""The command that adds photos to an index, optionally with labels."""

from pathlib import Path
from typing import Annotated

import typer

from photorank.cli.index_steps import (
    Labels,
    Source,
    build,
    cache_series,
    cluster_at,
    copy_judgements,
    import_embedding_files,
    print_report,
    tell_without_faces,
)
from photorank.cli.options import (
    AsJson,
    FileColumn,
    GroupColumn,
    Partial,
    ProgressFile,
    RaterColumn,
    ScoreColumn,
    example,
)
from photorank.cli.output import message, print_notes
from photorank.outside_text import typed_path
from photorank.workspace import Workspace

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
_MOST = 100_000  # threads, or photos at once: far more than a machine takes
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, max=_MOST, metavar="N", help="Threads that read photos. Default: one a core."
    ),
]
BatchSize = Annotated[
    int | None, typer.Option(min=1, max=_MOST, metavar="N", help="Photos encoded together.")
]
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
    """Add the photos of folders to an index. Files unchanged since indexing are not opened."""
    from photorank.encoders.choose_runtime import checked_runtime
    from photorank.index.building.request import BuildRequest
    from photorank.progress_file import reporting

    on_cluster = cluster_at(cluster, mirror or [])
    name = name or dataset
    if not name:
        raise typer.BadParameter("give the index a --name")
    source = Source(paths or [], from_index, embeddings, encoder_name, encoder, framing)
    source.check(on_cluster)
    columns = (file_column, score_column, rater_column, group_column)
    with reporting(progress_file, "index", name) as report:
        made = Workspace.current().index(name)
        old = source.older_index(made)
        if old is not None:
            source = source.completed_from(old)
        # Labels that cannot be read stop the command before hours of embedding, not after them.
        import_labels = Labels(labels, columns, dataset, partial).importer(source.paths)
        if embeddings:
            print_report(import_embedding_files(made, source), as_json)
        else:
            request = BuildRequest(
                source.paths,
                encoder_spec=source.encoder,
                framing=framing,
                exclude=exclude or (),
                device=device,
                runtime=checked_runtime(runtime),
                workers=workers,
                batch_size=batch_size,
                file_times=file_times,
                faces=faces,
                prune=prune,
                verify=verify,
                cluster=on_cluster,
            )
            print_report(build(made, request, report), as_json)
            if faces is not False:
                tell_without_faces(made)
            if old is not None:
                copy_judgements(old, made)
        if import_labels is not None:
            print_notes(import_labels(made))
            message(f"imported {labels or dataset}")
        cache_series(made)
