"""Commands that export an index's ratings, embeddings and people's choices for other programs."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import AsJson, IndexName, MaybeVector, TableFile, example
from photorank.cli.output import line, message, print_json, print_some
from photorank.errors import ExportError, changed_since, counted
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.export.write_sidecars import Outcome, Sidecar, SidecarOptions
    from photorank.index.opened import Index
    from photorank.vectors.master import MasterVector

app = typer.Typer()
choices_app = typer.Typer()

_OUTCOMES: "dict[Outcome, tuple[str, str]]" = {
    "new": ("new sidecar", ""),
    "changed": ("sidecar", " with another rating, all else as it was"),
    "unchanged": ("sidecar", " with these stars already"),
    "shared": ("photo", " sharing a sidecar with a better one"),
    "rated": ("photo", " rated already, left alone (--overwrite-ratings changes these too)"),
    "unusable": ("sidecar", " that cannot be used, left alone"),
    "gone": ("photo", " not there any more"),
    "another": ("photo", " changed since it was indexed, left alone: run `photorank index` again"),
}


@app.command(epilog=example("photorank export --format xmp --vector beauty --index family"))
def export(
    format: Annotated[
        Literal["csv", "parquet", "xmp", "clip-retrieval"],
        typer.Option("--format", help="A table, sidecars with stars, or embeddings."),
    ],
    vector: MaybeVector = None,
    to: Annotated[
        Path | None,
        typer.Option(parser=typed_path, metavar="DIR", help="A folder that holds no photos."),
    ] = None,
    beside_photos: Annotated[
        bool, typer.Option("--beside-photos", help="Write xmp sidecars where the photos are.")
    ] = False,
    stars_at: Annotated[
        str,
        typer.Option(metavar="P,P,P,P", help="Percentiles from which xmp has 2, 3, 4, 5 stars."),
    ] = "40,70,90,97",
    rater: Annotated[
        str | None,
        typer.Option(
            metavar="R",
            help="Write the stars that this person gave, and -1 for what they leave out, instead.",
        ),
    ] = None,
    overwrite_ratings: Annotated[
        bool,
        typer.Option("--overwrite-ratings", help="Change ratings that are there; keeps copies."),
    ] = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Write ratings or embeddings for other programs. Without a destination nothing is written."""
    from photorank.export.destination import checked_folder
    from photorank.export.write_sidecars import SidecarOptions, parse_cuts

    if format != "xmp" and (beside_photos or overwrite_ratings):
        raise typer.BadParameter("--beside-photos and --overwrite-ratings need --format xmp")
    if rater is not None and (format != "xmp" or vector):
        raise typer.BadParameter("--rater needs --format xmp, and goes without --vector")
    if to is not None and beside_photos:
        raise typer.BadParameter("--to and --beside-photos are two destinations: choose one")
    if format == "clip-retrieval" and vector:
        raise typer.BadParameter("--vector is not for --format clip-retrieval: it has no ratings")
    try:
        cuts = parse_cuts(stars_at)
    except ValueError as error:
        raise typer.BadParameter("--stars-at needs 4 increasing percentiles") from error
    opened = open_index(index)
    folder = None if to is None else checked_folder(opened, to)
    if format == "clip-retrieval":
        _embeddings(opened, folder, as_json)
        return
    how = SidecarOptions(cuts, to=folder, overwrite=overwrite_ratings)
    write = beside_photos or folder is not None
    if rater is not None:
        _sidecars_of(opened, rater, how, as_json, write=write)
        return
    found = open_vector(opened, vector, "rating")
    if format == "xmp":
        _sidecars(opened, found, how, as_json, write=write)
    else:
        _table(opened, found, format, folder, as_json)


@choices_app.command("export", epilog=example("photorank choices export pairs.csv --index family"))
def choices_export(
    file: TableFile,
    index: IndexName = None,
    rater: Annotated[
        str | None, typer.Option(metavar="R", help="Whose choices. Default: everybody's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write people's choices between photos to a new CSV file, which `choices import` reads."""
    from photorank.export.choices_table import write_choices
    from photorank.export.destination import checked_new_file

    opened = open_index(index)
    file = checked_new_file(opened, file)
    count = write_choices(file, opened, rater=rater)
    if as_json:
        print_json({"index": opened.name, "choices": count, "file": file.absolute()})
    else:
        line(f"{counted(count, 'choice')} of index {opened.name} written to {file}")


def _table(
    index: "Index", vector: "MasterVector", format: str, folder: Path | None, as_json: bool
) -> None:
    from photorank.export.destination import checked_table
    from photorank.export.faces_table import write_faces
    from photorank.export.ratings_table import COLUMNS, write_csv, write_parquet

    name = f"photorank-{index.name}.{format}"
    changed = _warn_of_changed(index) if folder else []
    files = []
    if folder:
        begins = {"csv": b"path,rating,percentile,", "parquet": b"PAR1"}[format]
        files = [checked_table(index, folder, name, begins)]
        if index.faces().by_row:
            faces = f"photorank-{index.name}-faces.{format}"
            begins = {"csv": b"path,digest,", "parquet": b"PAR1"}[format]
            files.append(checked_table(index, folder, faces, begins))
        write = {"csv": write_csv, "parquet": write_parquet}[format]
        write(files[0], index, vector, changed)
        for file in files[1:]:
            write_faces(file, index, changed)
    what = f"{', '.join(COLUMNS)}, rated by {vector.name}"
    table = _Written(format, len(index) - len(changed), files, name)
    _print_files(index, table, what, as_json)


def _embeddings(index: "Index", folder: Path | None, as_json: bool) -> None:
    from photorank.export.clip_retrieval import write_folder

    changed = _warn_of_changed(index) if folder else []
    files = write_folder(folder, index, changed) if folder else []
    what = f"{index.manifest.head} numbers each"
    name = "img_emb/ and metadata/"
    _print_files(
        index, _Written("clip-retrieval", len(index) - len(changed), files, name), what, as_json
    )


class _Written(NamedTuple):
    """Result of an export: format, number of photos, and paths of the written files.

    Without --to no files are written.
    """

    format: str
    photos: int
    files: list[Path]
    name: str


def _warn_of_changed(index: "Index") -> list[int]:
    """Print a warning about photos whose files changed since indexing; return their row numbers."""
    changed = index.changed(range(len(index)))
    if changed:
        message(changed_since([index.photo(row).path for row in changed]))
    return changed


def _print_files(index: "Index", written: _Written, what: str, as_json: bool) -> None:
    text = f"{counted(written.photos, 'photo')} with {what}"
    if as_json:
        told = {"format": written.format, "photos": written.photos, "written": written.files}
        print_json({"index": index.name, **told})
    elif written.files:
        line(text)
        print_some(written.files)
    else:
        line(f"would write {written.name}: {text}")
        message("nothing was written; name a folder with --to.")


def _sidecars(
    index: "Index", vector: "MasterVector", how: "SidecarOptions", as_json: bool, *, write: bool
) -> None:
    from photorank.export.write_sidecars import sidecars

    done = list(sidecars(index, vector, how, write=write))
    given = Counter(one.stars for one in done)
    if as_json:
        asked = {"vector": vector.name, "stars_at": list(how.cuts)}
        _print_sidecars(index, asked, done, write=write)
        return
    cuts = ["0", *(f"{cut:g}" for cut in how.cuts)]
    for count, cut in enumerate(cuts, start=1):
        unit = "stars" if count > 1 else "star "
        line(f"{count} {unit} from percentile {cut:>4}: {counted(given[count], 'photo')}")
    _print_outcomes(done, write=write)
    if not write:
        message("nothing was written; --beside-photos or --to DIR does it.")


def _sidecars_of(
    index: "Index", rater: str, how: "SidecarOptions", as_json: bool, *, write: bool
) -> None:
    from photorank.export.write_sidecars import REJECTED, sidecars_of_stars, stars_of_person

    star_counts = stars_of_person(index, rater)
    if not star_counts.any():
        raise ExportError(
            f"{rater!r} gave no stars in index {index.name} and left nothing out: press 1 to 5 or "
            "X on the page Photos of `photorank dashboard`."
        )
    done = list(sidecars_of_stars(index, star_counts, how, write=write))
    if as_json:
        _print_sidecars(index, {"rater": rater}, done, write=write)
        return
    for count, many in sorted(Counter(one.stars for one in done).items()):
        line(f"{'left out' if count == REJECTED else counted(count, 'star')}: {many}")
    _print_outcomes(done, write=write)
    if not write:
        message("nothing was written; --beside-photos or --to DIR does it.")


def _print_sidecars(
    index: "Index", asked: Mapping[str, object], done: "list[Sidecar]", *, write: bool
) -> None:
    from photorank.export.write_sidecars import WRITTEN

    written = [one.path for one in done if write and one.outcome in WRITTEN]
    files = [
        {"path": one.photo, "sidecar": one.path, "stars": one.stars, "outcome": one.outcome}
        for one in done
    ]
    head = {"index": index.name, "format": "xmp"}
    print_json({**head, **asked, "written": written, "sidecars": files})


def _print_outcomes(done: "list[Sidecar]", *, write: bool) -> None:
    by_outcome = Counter(one.outcome for one in done)
    for outcome, (noun, rest) in _OUTCOMES.items():
        if by_outcome[outcome]:
            would = "would write " if not write and outcome in ("new", "changed") else ""
            line(f"{would}{counted(by_outcome[outcome], noun)}{rest}")
    print_some([f"{one.path}: {one.why}" for one in done if one.outcome == "unusable"])
