"""Commands that import a photo library's stars or albums, and group photos by folder or event."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from photorank.cli.options import AsJson, IndexName, example, names
from photorank.cli.output import line, message, print_json, print_notes, print_some, progress
from photorank.errors import changed_since, counted
from photorank.outside_text import typed_path
from photorank.photos.path_text import unicode_text

if TYPE_CHECKING:
    from photorank.labels.photo_library.collected_judgements import Collected, LibraryFile
    from photorank.workspace import IndexPaths

app = typer.Typer()

Kind: TypeAlias = Literal["stars", "colours", "favourites", "folders", "album", "edited"]

Mix = Annotated[
    bool, typer.Option("--mix", help="Keep labels on other scales too; a score is the mean of all.")
]
Under = Annotated[
    Path | None,
    typer.Option(parser=typed_path, metavar="DIR", help="Only photos in this folder of the index."),
]


@app.command("collect", epilog=example("photorank labels collect stars --index family"))
def labels_collect(
    kind: Annotated[
        Kind,
        typer.Argument(
            metavar="KIND",
            show_default=False,
            help="stars, colours, favourites, folders, album or edited.",
        ),
    ],
    order: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="For colours: the labels, from the worst to the best."),
    ] = None,
    tiers: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="For folders: their names, from the worst to the best."),
    ] = None,
    album: Annotated[
        Path | None,
        typer.Option(
            parser=typed_path,
            metavar="PATH",
            help="For album: a folder of copies, or a text of names.",
        ),
    ] = None,
    rater: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose judgements these are, kept apart.")
    ] = None,
    under: Under = None,
    mix: Mix = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Import judgements, such as stars, from a photo library. Photos and folders stay unchanged."""
    from photorank.index.judging.import_rows import import_labels
    from photorank.index.judging.source_conflicts import refuse_other_scales
    from photorank.workspace import Workspace

    for option, value, wanted_by in (
        ("--order", order, "colours"),
        ("--tiers", tiers, "folders"),
        ("--album", album, "album"),
    ):
        if value is not None and kind != wanted_by:
            raise typer.BadParameter(f"{option} is for {wanted_by}, not for {kind}")
        if value is None and kind == wanted_by != "colours":
            raise typer.BadParameter(f"{kind} needs {option}")
    paths = Workspace.current().existing_index(index)
    rater = rater or ""
    source = _source_name(f"the library's {kind}", under, rater)
    files = _marked_changed(paths, _photo_files(paths, under))
    collected = _collect(paths, kind, files, order or "", tiers or "", album)
    if changed := [file.path for file in files if file.changed]:
        collected.notes.append(changed_since(changed))
    table = collected.table(source, rater, kind)
    if not mix:
        refuse_other_scales(paths, table)
    notes = import_labels(paths, table, judgements="scores")
    troubles = [{"path": str(path), "reason": why} for path, why in collected.troubles]
    print_notes(notes)
    if as_json:
        labelled = {"labelled": len(collected.labels), "counts": collected.counts()}
        asked = {"index": paths.name, "kind": kind, "rater": rater}
        print_json({**asked, **labelled, "skipped": troubles, "notes": notes})
        return
    line(f"index {paths.name}: {counted(len(collected.labels), 'photo')} with a label by {source}")
    for name, count in collected.counts().items():
        line(f"{count:8} {name}")
    if troubles:
        line(f"not understood: {len(troubles)}")
        print_some([f"{trouble['path']}: {trouble['reason']}" for trouble in troubles])


@app.command(
    "remove", epilog=example('photorank labels remove "the library\'s stars" --index family')
)
def labels_remove(
    source: Annotated[str, typer.Argument(metavar="SOURCE", show_default=False)],
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Remove all judgements from SOURCE, which is the path of a table or the name of a source."""
    from photorank.index.judging.remove_source import remove_source
    from photorank.workspace import Workspace

    paths = Workspace.current().existing_index(index)
    removed = remove_source(paths, source)
    if as_json:
        print_json({"index": paths.name, "removed": removed})
    else:
        line(f"index {paths.name}: what {removed} said is forgotten")


@app.command("group", epilog=example("photorank labels group --by event --gap 6"))
def labels_group(
    by: Annotated[
        Literal["folder", "day", "event"],
        typer.Option(help="folder, day, or event: the photos between two gaps in time."),
    ],
    gap: Annotated[
        float, typer.Option(metavar="HOURS", help="Hours without a photo that end an event.")
    ] = 6.0,
    under: Under = None,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Group photos by folder, day or event, so that photos can be compared within groups."""
    from photorank.errors import LabelsError
    from photorank.index.judging.import_rows import import_labels
    from photorank.index.judging.source_conflicts import refuse_other_groups
    from photorank.index.opened import Index
    from photorank.labels.photo_library.events_and_days import group_photos, group_table
    from photorank.workspace import Workspace

    if not gap > 0:
        raise typer.BadParameter("--gap must be a positive number of hours")
    paths = Workspace.current().existing_index(index)
    every = _marked_changed(paths, _photo_files(paths, under))
    files = [file for file in every if not file.changed]
    if changed := [file.path for file in every if file.changed]:
        message(changed_since(changed))
    groups = group_photos(files, by, gap=gap)
    if not groups:
        raise LabelsError("no photo tells when it was taken. Group them by folder.")
    table = group_table(files, groups, _source_name("the library's groups", under, ""))
    refuse_other_groups(paths, table)
    import_labels(paths, table, judgements=Index.open(paths).manifest.judgements)
    ungrouped = len({file.digest for file in files}) - len(groups)
    number = len(set(groups.values()))
    if as_json:
        counts = {"groups": number, "photos": len(groups), "ungrouped": ungrouped}
        print_json({"index": paths.name, "by": by, **counts})
        return
    line(f"index {paths.name}: {counted(len(groups), 'photo')}, groups by {by}: {number}")
    if ungrouped:
        line(f"in no group, as they do not tell when they were taken: {ungrouped}")


def _photo_files(paths: "IndexPaths", under: Path | None) -> "list[LibraryFile]":
    """Photo files recorded in the index; only those in the folder `under`, if that is given."""
    from photorank.errors import LabelsError
    from photorank.index.reading.library_files import library_files, lies_in

    files = library_files(paths)
    if under is None:
        return files
    inside = [file for file in files if lies_in(file, under)]
    if not inside:
        raise LabelsError(f"index {paths.name!r} has no photo in {under}. Index that folder first.")
    return inside


def _marked_changed(paths: "IndexPaths", files: "list[LibraryFile]") -> "list[LibraryFile]":
    """Copies of photo-file records, with `changed` set for files changed since indexing."""
    from photorank.index.reading.current_files import changed_files

    changed = set(changed_files(paths, ((file.path, file.digest) for file in files)))
    return [replace(file, changed=number in changed) for number, file in enumerate(files)]


def _source_name(what: str, under: Path | None, rater: str) -> str:
    """Name of the source of collected judgements, such as “the library's stars”.

    Judgements collected again under the same name replace the older ones.
    """
    where = f" under {under.absolute()}" if under else ""
    whose = f", by {rater}" if rater else ""
    return unicode_text(f"{what}{where}{whose}")


def _collect(
    paths: "IndexPaths",
    kind: Kind,
    files: "list[LibraryFile]",
    order: str,
    tiers: str,
    album: Path | None,
) -> "Collected":
    """Read judgements of one kind (stars, folders, …) from a photo library, showing progress."""
    from photorank.index.reading.library_files import raw_files
    from photorank.labels.photo_library.edits_by_file_name import collect_edited
    from photorank.labels.photo_library.favourites import collect_favourites
    from photorank.labels.photo_library.folders_and_albums import collect_album, collect_folders
    from photorank.labels.photo_library.stars_and_colours import collect_colours, collect_stars

    if kind == "folders":
        return collect_folders(files, names(tiers))
    if kind == "edited":
        return collect_edited(files, raw_files(paths))
    if kind == "album":
        return collect_album(files, album or Path())
    kinds: dict[Kind, Callable[..., Collected]] = {
        "stars": collect_stars,
        "colours": lambda watched: collect_colours(watched, names(order)),
        "favourites": collect_favourites,
    }
    with progress(f"Reading {kind}", "photos") as on_progress:

        def watched() -> Iterator["LibraryFile"]:
            for done, file in enumerate(files):
                on_progress(done, len(files))
                yield file

        return kinds[kind](watched())
