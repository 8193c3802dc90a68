"""The command that scores any number of photos from files, lists or URLs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from photorank.cli.open_index_and_vector import index_of, loaded_entry, open_index, open_vector
from photorank.cli.options import IndexName, MaybeVector, example
from photorank.cli.output import fault, message, progress
from photorank.errors import counted
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.index.opened import Index
    from photorank.scoring.output_file import ScoreFile, ScoreStream
    from photorank.scoring.output_rows import Format
    from photorank.scoring.scale import Scale

app = typer.Typer()

_Told: TypeAlias = Callable[[int, int | None], None]
_FORMATS: "dict[str, Format]" = {
    "": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}


@app.command(epilog=example("photorank score ~/Photos --vector beauty --to scores.jsonl --resume"))
def score(
    photos: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO...",
            show_default=False,
            help="Files, folders, patterns like 'photos/**/*.jpg', addresses like "
            "s3://bucket/photos, - for a path a line of standard input, @FILE or a table (CSV, "
            "Excel, Parquet) for a list of them.",
        ),
    ],
    vector: MaybeVector = None,
    format: Annotated[
        Literal["jsonl", "csv", "parquet"] | None,
        typer.Option("--format", help="Default: by the name after --to, else jsonl."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            parser=typed_path, metavar="FILE", help="Default: standard output, as rows come."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with FILE; photos with a row are not opened.")
    ] = False,
    column: Annotated[
        str | None,
        typer.Option(metavar="C", help="A table's column of paths. Default: path, file or url."),
    ] = None,
    album: Annotated[
        str | None,
        typer.Option(metavar="ALBUM", help="A column `adds`: what each adds to this kept album."),
    ] = None,
    in_context: Annotated[
        bool,
        typer.Option("--in-context", help="A column `adds`: to the best 24 photos of the index."),
    ] = False,
    index: IndexName = None,
) -> None:
    """Score any number of photos. The output has a row for each photo, even an unusable one."""
    from photorank.scoring.scale import Scale
    from photorank.scoring.sources import check_sources

    written = format or _format_of(to)
    if to is None and (resume or written == "parquet"):
        raise typer.BadParameter("--resume and --format parquet need a file: --to FILE")
    if album is not None and in_context:
        raise typer.BadParameter("--album and --in-context are two contexts: give one")
    check_sources(photos, column)
    entry = loaded_entry(album)
    opened = open_index(index or index_of(entry))
    if opened.manifest.is_imported:
        opened.encoder()  # which there is none to be had, as its error says
    file = None if to is None else _file(opened, to, written, entry is not None or in_context)
    if file is not None and not resume:
        file.require_new()
    rated_by = open_vector(opened, vector, "rating")
    rows = None
    if entry is not None or in_context:
        from photorank.album.kept.choose import album_rows

        rows = album_rows(opened, rated_by, None if entry is None else entry.album)
    scale = Scale(opened, rated_by, rows)
    with _sink(scale, file, written, resume=resume) as sink, progress("Scoring", "photos") as told:
        done, rated = _score_photos(photos, column, scale, sink, told)
    message(f"rated {rated:,} of {counted(done, 'photo')}{f', in {to}' if to else ''}")
    if not rated:
        fault(
            "no photo could be rated; each row has its reason."
            if done
            else "there is no photo: name files, folders or patterns of photos."
        )
        raise typer.Exit(1)


def _format_of(to: Path | None) -> "Format":
    """Output format for a file's suffix; raises BadParameter if the suffix is unknown."""
    suffix = "" if to is None else to.suffix.lower()
    if suffix not in _FORMATS:
        raise typer.BadParameter(
            f"{to} ends in none of .jsonl, .csv and .parquet: rename it, or give --format",
            param_hint="'--to'",
        )
    return _FORMATS[suffix]


def _file(index: "Index", to: Path, format: "Format", in_context: bool) -> "ScoreFile":
    from photorank.export.destination import checked_path
    from photorank.scoring.output_file import ScoreFile
    from photorank.scoring.output_rows import COLUMNS, IN_CONTEXT

    return ScoreFile(checked_path(index, to), format, IN_CONTEXT if in_context else COLUMNS)


@contextmanager
def _sink(
    scale: "Scale", file: "ScoreFile | None", format: "Format", *, resume: bool
) -> "Iterator[ScoreFile | ScoreStream]":
    from photorank.scoring.output_file import ScoreStream
    from photorank.scoring.output_rows import COLUMNS, IN_CONTEXT

    if file is None:
        columns = COLUMNS if scale.context is None else IN_CONTEXT
        yield ScoreStream(sys.stdout.buffer, format, columns)
        return
    with file.open(scale.card, resume=resume):
        yield file


def _score_photos(
    photos: list[str],
    column: str | None,
    scale: "Scale",
    sink: "ScoreFile | ScoreStream",
    tell: _Told,
) -> tuple[int, int]:
    """Score photos that have no output row yet; return the counts of all rows and of scored rows.

    A photo that cannot be used gets a row without a score. Rows of earlier runs count as well.
    """
    from photorank.scoring.embed_bytes import Embedder
    from photorank.scoring.score_photos import scored
    from photorank.scoring.sources import find_sources

    done = rated = 0
    sources = sink.left(find_sources(photos, sys.stdin.buffer, column=column))
    for batch in scored(sources, Embedder(scale.index, scale.index.encoder), scale):
        sink.write(batch)
        done += len(batch)
        rated += sum(one.score is not None for one in batch)
        tell(sink.kept + done, None)
    return sink.kept + done, sink.kept_rated + rated
