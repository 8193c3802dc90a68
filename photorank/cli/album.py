"""The command that chooses an album and saves it under a name."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from photorank.cli.album_printing import (
    album_json,
    companions_json,
    print_album,
    print_companions,
    print_copies,
    print_size,
)
from photorank.cli.index_and_vector import open_index, open_vector
from photorank.cli.options import AsJson, IndexName, example
from photorank.cli.output import line, print_json, progress
from photorank.errors import counted
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.album.kept.album import AlbumSettings, KeptAlbum
    from photorank.album.kept.store import Entry
    from photorank.album.make_album import Album
    from photorank.export.copy_photos import Link, PhotoCopy
    from photorank.index.opened import Index
    from photorank.similarity.series import Series
    from photorank.vectors.master import MasterVector

app = typer.Typer()


@app.command(epilog=example("photorank album --places 20 --vector beauty --to Album"))
def album(
    places: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="Photos in the album.")
    ] = None,
    vector: Annotated[
        str | None, typer.Option("--vector", metavar="NAME", help="The master-vector to rate by.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="G", help="Choose from one group. Default: from all.")
    ] = None,
    pin: Annotated[
        list[Path] | None,
        typer.Option(parser=typed_path, metavar="PATH", help="A photo that must be in."),
    ] = None,
    ban: Annotated[
        list[Path] | None,
        typer.Option(parser=typed_path, metavar="PATH", help="A photo that must not."),
    ] = None,
    variety: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            metavar="0..1",
            help="What counts: 0 ratings alone, 1 variety alone. Default: 0.3.",
        ),
    ] = None,
    per: Annotated[
        Literal["day", "event", "folder", "orientation", "group"] | None,
        typer.Option(help="What --at-most is the limit of."),
    ] = None,
    at_most: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Photos of one day, event, ….")
    ] = None,
    with_faces: Annotated[
        str | None,
        typer.Option(
            "--with-faces",
            metavar="MIN..MAX",
            help="Photos with a visible face: at least, at most, like 5..12, 5.. or ..12.",
        ),
    ] = None,
    balanced: Annotated[
        bool | None,
        typer.Option(
            "--balanced/--unbalanced",
            show_default=False,
            help="Whether an event has about its share of the places at most, as photos with and "
            "without people have. Default: so, where variety counts and no other limit is set.",
        ),
    ] = None,
    alike: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            metavar="0..1",
            help="Cosine from which photos are one series: measured for `embedded`, for other "
            "encoders the default, 0.9, is a guess.",
        ),
    ] = None,
    kept: Annotated[
        str | None,
        typer.Option(
            "--album",
            metavar="ALBUM",
            help="Keep it under this name. If it is kept already: show it as it is, or choose it "
            "anew with the options given here and its own others.",
        ),
    ] = None,
    fill: Annotated[
        bool, typer.Option("--fill", help="Keep the album's photos, fill its empty places.")
    ] = False,
    swap: Annotated[
        bool, typer.Option("--swap", help="Do the swap that helps the kept album most.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(parser=typed_path, metavar="DIR", help="Copy the album into a folder."),
    ] = None,
    link: Annotated[
        Literal["copy", "hard", "soft"], typer.Option(help="Copy the photos, or link to them.")
    ] = "copy",
    numbered: Annotated[
        bool, typer.Option("--numbered", help="Names begin with the photo's number: 001_.")
    ] = False,
    with_companions: Annotated[
        bool,
        typer.Option(
            "--with-companions",
            help="Copy what goes along with the photos, too: RAW, videos of Live Photos, sidecars.",
        ),
    ] = False,
    with_sidecars: Annotated[
        bool,
        typer.Option("--with-sidecars", help="Write XMP sidecars with stars beside the copies."),
    ] = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Choose good and varied photos for an album. Without --to nothing is written."""
    from photorank.album.kept.choose import request_of, rows_of_album
    from photorank.album.request import rows_of_files
    from photorank.export.destination import checked_folder

    for option, wanted in {
        "--with-companions": with_companions,
        "--with-sidecars": with_sidecars,
        "--numbered": numbered,
    }.items():
        if wanted and to is None:
            raise typer.BadParameter(f"{option} needs --to")
    if (per is None) != (at_most is None):
        raise typer.BadParameter("--per and --at-most go together")
    if with_faces is not None and per is not None:
        raise typer.BadParameter("--with-faces and --per exclude each other")
    given: dict[str, Any] = {
        "places": places,
        "vector": vector,
        "group": group,
        "balance": variety,
        "per": per,
        "at_most": at_most,
        "alike": alike,
        "balanced": balanced,
    }
    asked = Asked(given, with_faces, fill, swap)
    entry = None if kept is None else _entry(kept)
    if entry is None:
        if fill or swap:
            raise typer.BadParameter("--fill and --swap need --album with a kept album")
        for option, value in {"--places": places, "--vector": vector}.items():
            if value is None and (kept is None or option == "--places"):
                raise typer.BadParameter(f"Missing option '{option}'.")
    opened = open_index(index or (entry.album.index if entry else None) or None)
    folder = None if to is None else checked_folder(opened, to)
    pinned, banned = (_digests(opened, rows_of_files(opened, some or [])) for some in (pin, ban))
    old = _blank(opened) if entry is None else entry.album
    settings = asked.settings(old.settings)
    rated_by = open_vector(opened, settings.vector or None)
    wish = _wished(old, settings, pinned, banned)
    if folder:
        opened.verify()
    anew = entry is None or ((asked.changes or bool(pinned or banned)) and not (fill or swap))
    rows = rows_of_album(opened, wish)
    request = request_of(settings, rows, hold=not anew, fill=anew or fill)
    made, series = _choose(opened, rated_by, request, settings.alike)
    if not (anew or fill):
        made = _in_order(made, rows.photos)
    if kept is not None and (anew or fill or swap):
        entry, made, series = _keep(opened, kept, entry, wish, made, series, rated_by, swap=swap)
    _tell(
        opened,
        made,
        series,
        entry,
        Export(folder, link, numbered, with_companions, with_sidecars),
        as_json,
    )


class Asked(NamedTuple):
    """Options of the album command that determine the choice of photos."""

    given: dict[str, Any]  # settings by name, None where nothing was given
    with_faces: str | None
    fill: bool
    swap: bool

    @property
    def changes(self) -> bool:
        """True if an option was given that changes a saved album's settings."""
        return self.with_faces is not None or any(one is not None for one in self.given.values())

    def settings(self, old: "AlbumSettings") -> "AlbumSettings":
        """Settings of a saved album, updated by the given options."""
        new = replace(old, **{name: one for name, one in self.given.items() if one is not None})
        if self.given["per"] is not None:
            new = replace(new, faces_at_least=0, faces_at_most=None)
        if self.with_faces is None:
            return new
        return replace(new, per=None, at_most=0, **_face_quota(self.with_faces, new.places))


class Export(NamedTuple):
    """Options of copying an album into a folder."""

    folder: Path | None
    link: "Link"
    numbered: bool
    with_companions: bool
    with_sidecars: bool


def _entry(name: str) -> "Entry | None":
    from photorank.album.kept.album import checked_album_name
    from photorank.album.kept.store import AlbumStore
    from photorank.workspace import Workspace

    store = AlbumStore(Workspace.current())
    return store.load(name) if checked_album_name(name) in store.names() else None


def _blank(index: "Index") -> "KeptAlbum":
    from photorank.album.kept.album import KeptAlbum

    return KeptAlbum(index.name)


def _wished(
    old: "KeptAlbum", settings: "AlbumSettings", pinned: list[str], banned: list[str]
) -> "KeptAlbum":
    """Saved album with new settings, pins and excluded photos, before photos are chosen."""
    return replace(
        old,
        settings=settings,
        photos=tuple(one for one in old.photos if one not in banned),
        pinned=tuple(dict.fromkeys([*(one for one in old.pinned if one not in banned), *pinned])),
        left_out=tuple(
            dict.fromkeys([*(one for one in old.left_out if one not in pinned), *banned])
        ),
    )


def _digests(index: "Index", rows: frozenset[int]) -> list[str]:
    return [index.photo(row).digest for row in sorted(rows)]


def _face_quota(text: str, places: int) -> dict[str, Any]:
    from photorank.album.face_quota import FaceQuota

    try:
        quota = FaceQuota.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"--with-faces {text}: {error}") from error
    if quota.at_least > places:
        raise typer.BadParameter(f"--with-faces asks for more photos than --places {places}")
    return {"faces_at_least": quota.at_least, "faces_at_most": quota.at_most}


def _choose(
    index: "Index", rated_by: "MasterVector", request: Any, alike: float
) -> "tuple[Album, Series]":
    from photorank.album.kept.choose import choose_album

    with progress("Looking for series", "photos") as report:
        return choose_album(index, rated_by, request, alike, report)


def _in_order(made: "Album", rows: list[int]) -> "Album":
    """Album with its photos in the saved order."""
    places = {row: place for place, row in enumerate(rows)}
    chosen = sorted(made.chosen, key=lambda one: places.get(one.row, len(places)))
    return replace(made, chosen=chosen)


def _keep(
    index: "Index",
    name: str,
    entry: "Entry | None",
    wish: "KeptAlbum",
    made: "Album",
    series: "Series",
    rated_by: "MasterVector",
    *,
    swap: bool,
) -> "tuple[Entry, Album, Series]":
    """Save the chosen album in the store; return its entry, the album and its series."""
    from photorank.album.kept.choose import request_of, rows_of_album, with_photos
    from photorank.album.kept.store import AlbumStore
    from photorank.workspace import Workspace

    store = AlbumStore(Workspace.current())
    rows = [one.row for one in made.chosen]
    what = "chosen" if entry is None else "filled from the best"
    new = with_photos(index, wish, rows)
    if swap and entry is not None:
        if made.swap is None or made.swap.gain <= 0:
            return entry, made, series
        out, into = (index.photo(row) for row in (made.swap.out, made.swap.into))
        new, what = wish.exchange(out.digest, into.digest), f"{out.path.name} for {into.path.name}"
    if entry is None:
        return store.create(name, new, what), made, series
    entry = store.save(name, new, what, seen=entry.revision)
    if swap:
        rows_now = rows_of_album(index, new)
        request = request_of(new.settings, rows_now, hold=True, fill=False)
        made, series = _choose(index, rated_by, request, new.settings.alike)
        made = _in_order(made, rows_now.photos)
    return entry, made, series


def _tell(
    index: "Index",
    made: "Album",
    series: "Series",
    entry: "Entry | None",
    export: Export,
    as_json: bool,
) -> None:
    """Export the album if requested, and print it."""
    from photorank.export.copy_companions import write_companions
    from photorank.export.copy_photos import write

    photos = index.photos()
    chosen = [photos[one.row] for one in made.chosen]
    companions = {photos[one.row].path: one.companions for one in made.chosen}
    folder, link = export.folder, export.link
    pieces = list(write(chosen, folder, link, numbered=export.numbered)) if folder else None
    along = (
        list(write_companions(pieces or [], companions, link)) if export.with_companions else None
    )
    sidecars = _sidecars(made, index, pieces or []) if export.with_sidecars else None
    if as_json:
        said = album_json(made, photos, series, pieces) | companions_json(along)
        if sidecars is not None:
            said["sidecars"] = sidecars
        print_json(said | _entry_json(entry))
        return
    print_album(made, photos, series)
    if entry is not None:
        line(f"kept as {entry.name}, change {entry.revision}: {entry.what}")
    if pieces is None:
        print_size(chosen)
    else:
        print_copies(pieces, link)
    print_companions(companions, along)
    if sidecars is not None:
        line(f"{counted(len(sidecars), 'sidecar')} written")


def _sidecars(made: "Album", index: "Index", pieces: "list[PhotoCopy]") -> list[Path]:
    """Write XMP sidecars with stars beside an album's copies, and return their paths."""
    import numpy as np

    from photorank.export.write_sidecars import WRITTEN, sidecars_of_copies, stars

    copies = [(one.photo, one.target) for one in pieces if one.outcome in ("new", "there")]
    standing = {index.photo(one.row).path: one.standing for one in made.chosen}
    given = stars(np.array([standing[photo] for photo, _ in copies])).tolist()
    written = sidecars_of_copies(copies, given, write=True)
    return [one.path for one in written if one.outcome in WRITTEN]


def _entry_json(entry: "Entry | None") -> dict[str, Any]:
    if entry is None:
        return {}
    return {"album": {"name": entry.name, "revision": entry.revision, "changed": entry.changed}}
