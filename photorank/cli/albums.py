"""Commands for saved albums: list, show, save, undo, remove, export, import."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photorank.cli.options import AsJson, IndexName, TableFile, example
from photorank.cli.output import line, message, print_json, print_table
from photorank.errors import counted
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.album.kept.store import AlbumStore, Entry

app = typer.Typer()
_albums = typer.Typer(
    help="Albums kept in the workspace, their photos known by content: nothing is lost when "
    "photos move, or are indexed anew.",
    no_args_is_help=True,
)
app.add_typer(_albums, name="albums")

AlbumName = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


@_albums.command("list", epilog=example("photorank albums list"))
def list_(
    removed: Annotated[
        bool, typer.Option("--removed", help="Those that were removed and can be restored.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the saved albums or, with --removed, the names of the removed albums."""
    store = _store()
    if removed:
        names = store.names(removed=True)
        if as_json:
            print_json(names)
        for name in [] if as_json else names:
            line(name)
        return
    entries = [store.load(name) for name in store.names()]
    if as_json:
        print_json([_summary(entry) for entry in entries])
        return
    if not entries:
        line("no album is kept; `photorank albums save NAME --places 24` keeps one")
        return
    print_table(
        ["album", "photos", "pinned", "left out", "collection", "changed", "latest change"],
        [
            [
                entry.name,
                len(entry.album.photos),
                len(entry.album.pinned),
                len(entry.album.left_out),
                entry.album.index,
                entry.changed,
                entry.what,
            ]
            for entry in entries
        ],
        right=["photos", "pinned", "left out"],
    )


@_albums.command(epilog=example("photorank albums show Italy"))
def show(name: AlbumName, index: IndexName = None, as_json: AsJson = False) -> None:
    """Show the photos of a saved album in order, with the paths of their files."""
    from photorank.album.kept.choose import rows_of_album
    from photorank.cli.open_index_and_vector import open_index

    entry = _store().load(name)
    opened = open_index(index or entry.album.index or None)
    rows = rows_of_album(opened, entry.album)
    photos = [opened.photo(row) for row in rows.photos]
    left_out = [opened.photo(row).path for row in sorted(rows.left_out)]
    if as_json:
        print_json(
            _summary(entry)
            | {
                "photos": [
                    {
                        "path": photo.path,
                        "digest": photo.digest,
                        "taken": photo.taken,
                        "pinned": photo.digest in entry.album.pinned,
                    }
                    for photo in photos
                ],
                "left_out": left_out,
                "missing": rows.missing,
            }
        )
        return
    for place, photo in enumerate(photos, start=1):
        pinned = " (pinned)" if photo.digest in entry.album.pinned else ""
        line(f"{place:3d}  {photo.path}{pinned}")
    for path in left_out:
        line(f"left out: {path}")
    if rows.missing:
        message(
            f"{counted(len(rows.missing), 'photo')} of it are not in index {opened.name!r}: they "
            "stay in the album"
        )


@_albums.command(epilog=example("photorank albums save Italy --places 24 --vector worth"))
def save(
    name: AlbumName,
    places: Annotated[
        int | None,
        typer.Option(min=0, metavar="K", help="Photos to choose. Default: none, or those it has."),
    ] = None,
    vector: Annotated[
        str | None, typer.Option(metavar="NAME", help="The master-vector to rate by.")
    ] = None,
    photo: Annotated[
        list[Path] | None,
        typer.Option(parser=typed_path, metavar="PATH", help="A photo in it, in this order."),
    ] = None,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Save an album under a name. You name its photos, or they are chosen for you.

    `photorank album --album NAME` has more options. If there is an album of that name, this is
    its next state; `photorank albums undo NAME` brings back the one before.
    """
    from dataclasses import replace

    from photorank.album.kept.album import KeptAlbum, checked_album_name
    from photorank.album.kept.choose import (
        choose_album,
        request_of,
        rows_of_album,
        with_photos,
    )
    from photorank.album.request import rows_of_files
    from photorank.cli.open_index_and_vector import open_index, open_vector

    if photo and places is not None:
        raise typer.BadParameter("--photo names the photos, --places has them chosen: give one")
    store = _store()
    known = checked_album_name(name) in store.names()
    entry = store.load(name) if known else None
    opened = open_index(index or (entry.album.index if entry else None) or None)
    album = entry.album if entry else KeptAlbum(opened.name)
    what = "saved"
    if vector is not None:
        open_vector(opened, vector)
        album = replace(album, settings=replace(album.settings, vector=vector))
    if photo:
        rows = [next(iter(rows_of_files(opened, [path]))) for path in photo]
        digests = tuple(dict.fromkeys(opened.photo(row).digest for row in rows))
        album = replace(album.allow(digests), photos=digests, index=opened.name)
    if places is not None:
        album = replace(album, settings=replace(album.settings, places=places))
        request = request_of(album.settings, rows_of_album(opened, album), hold=False, fill=True)
        rated_by = open_vector(opened, album.settings.vector or None, "choosing")
        made, _ = choose_album(opened, rated_by, request, album.settings.alike)
        album = with_photos(opened, album, [one.row for one in made.chosen])
        what = f"{counted(len(album.photos), 'photo')} chosen"
    if entry is None:
        entry = store.create(name, album, what)
    else:
        entry = store.save(name, album, what, seen=entry.revision)
    _print_entry(entry, as_json)


@_albums.command(epilog=example("photorank albums undo Italy"))
def undo(name: AlbumName, as_json: AsJson = False) -> None:
    """Undo an album's latest change, even if the change was made on an earlier day."""
    _print_entry(_store().undo(name), as_json)


@_albums.command(epilog=example("photorank albums redo Italy"))
def redo(name: AlbumName, as_json: AsJson = False) -> None:
    """Redo the most recently undone change of an album."""
    _print_entry(_store().redo(name), as_json)


@_albums.command(epilog=example("photorank albums remove Italy"))
def remove(name: AlbumName) -> None:
    """Remove a saved album, not its photos. `photorank albums restore NAME` brings it back."""
    _store().remove(name)
    line(f"{name} is removed; `photorank albums restore` with its name brings it back")


@_albums.command(epilog=example("photorank albums restore Italy"))
def restore(name: AlbumName, as_json: AsJson = False) -> None:
    """Restore a removed album with its history of changes."""
    _print_entry(_store().restore(name), as_json)


@_albums.command(epilog=example("photorank albums export Italy --to italy.json"))
def export(
    name: AlbumName,
    to: Annotated[
        Path | None,
        typer.Option(parser=typed_path, metavar="FILE", help="Default: standard output."),
    ] = None,
) -> None:
    """Write a saved album as JSON, for a backup or for another workspace."""
    import json

    from photorank.album.kept.exchange import album_json
    from photorank.cli.open_index_and_vector import open_index
    from photorank.export.destination import checked_new_file
    from photorank.workspace import write_bytes

    entry = _store().load(name)
    said = album_json(entry.name, entry.album)
    if to is None:
        print_json(said)
        return
    file = checked_new_file(open_index(entry.album.index or None), to)
    write_bytes(file, json.dumps(said, indent=2).encode())
    line(f"{file} is written")


@_albums.command("import", epilog=example("photorank albums import italy.json --as Italy2"))
def import_(
    file: TableFile,
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Default: the name that it has.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import an album written by `photorank albums export`. An existing album is not replaced."""
    from photorank.album.kept.exchange import MAX_BYTES, album_of_json
    from photorank.errors import AlbumError
    from photorank.workspace import read_bytes, regular_file

    if regular_file(file).stat().st_size > MAX_BYTES:
        raise AlbumError(f"{file} is larger than any album's JSON.")
    own, album = album_of_json(read_bytes(file), file)
    _print_entry(_store().create(name or own, album, f"imported from {file.name}"), as_json)


def _store() -> "AlbumStore":
    from photorank.album.kept.store import AlbumStore
    from photorank.workspace import Workspace

    return AlbumStore(Workspace.current())


def _print_entry(entry: "Entry", as_json: bool) -> None:
    if as_json:
        print_json(_summary(entry))
        return
    line(
        f"{entry.name}: {counted(len(entry.album.photos), 'photo')}, change {entry.revision} "
        f"({entry.what})"
    )


def _summary(entry: "Entry") -> dict[str, Any]:
    from photorank.json_values import to_json

    return {
        "name": entry.name,
        "index": entry.album.index,
        "revision": entry.revision,
        "changed": entry.changed,
        "change": entry.what,
        "undo": entry.undoes,
        "redo": entry.redoes,
        "count": len(entry.album.photos),
        "digests": list(entry.album.photos),
        "pinned": list(entry.album.pinned),
        "settings": to_json(entry.album.settings),
        "book": to_json(entry.album.book),
    }
