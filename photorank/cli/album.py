"""The command that chooses an album."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from photorank.cli.index_and_vector import open_index, open_vector
from photorank.cli.options import AsJson, IndexName, VectorName, example
from photorank.cli.output import line, message, print_json, print_some, print_table, progress
from photorank.errors import changed_since, counted
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.album.face_quota import FaceQuota
    from photorank.album.make_album import Album
    from photorank.album.request import AlbumRequest
    from photorank.export.copy_photos import PhotoCopy
    from photorank.index.opened import Index, Photo
    from photorank.similarity.series import Series
    from photorank.vectors.master import MasterVector

app = typer.Typer()

_LINK_WORDS = {"copy": "copied", "hard": "hard links made", "soft": "soft links made"}


@app.command(epilog=example("photorank album --places 20 --vector beauty --to Album"))
def album(
    places: Annotated[int, typer.Option(min=0, metavar="K", help="Photos in the album.")],
    vector: VectorName,
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
        float,
        typer.Option(
            min=0, max=1, metavar="0..1", help="What counts: 0 ratings alone, 1 variety alone."
        ),
    ] = 0.3,
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
    alike: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            metavar="0..1",
            help="Cosine from which photos are one series: measured for `embedded`, for other "
            "encoders the default is a guess.",
        ),
    ] = 0.9,
    to: Annotated[
        Path | None,
        typer.Option(parser=typed_path, metavar="DIR", help="Copy the album into a folder."),
    ] = None,
    link: Annotated[
        Literal["copy", "hard", "soft"], typer.Option(help="Copy the photos, or link to them.")
    ] = "copy",
    with_companions: Annotated[
        bool,
        typer.Option(
            "--with-companions",
            help="Copy what goes along with the photos, too: RAW, videos of Live Photos, sidecars.",
        ),
    ] = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Choose good and varied photos for an album. Without --to nothing is written."""
    from photorank.album.request import AlbumRequest, rows_of_files
    from photorank.export.copy_companions import write_companions
    from photorank.export.copy_photos import write
    from photorank.export.destination import checked_folder

    if with_companions and to is None:
        raise typer.BadParameter("--with-companions needs --to")
    if (per is None) != (at_most is None):
        raise typer.BadParameter("--per and --at-most go together")
    if with_faces is not None and per is not None:
        raise typer.BadParameter("--with-faces and --per exclude each other")
    opened = open_index(index)
    rated_by = open_vector(opened, vector)
    folder = None if to is None else checked_folder(opened, to)
    pinned, banned = (rows_of_files(opened, files or []) for files in (pin, ban))
    quota = _face_quota(with_faces, places)
    request = AlbumRequest(places, variety, group, pinned, banned, per, at_most or 0, quota)
    if folder:
        opened.verify()
    made, series = _choose(opened, rated_by, request, alike, vector)
    photos = opened.photos()
    chosen = [photos[one.row] for one in made.chosen]
    companions = {photos[one.row].path: one.companions for one in made.chosen}
    pieces = list(write(chosen, folder, link)) if folder else None
    along = list(write_companions(pieces or [], companions, link)) if with_companions else None
    if as_json:
        print_json(_album_json(made, photos, series, pieces) | _companions_json(along))
        return
    _print_album(made, photos, series)
    if pieces is None:
        _print_size(chosen)
    else:
        _print_copies(pieces, link)
    _print_companions(companions, along)


def _face_quota(text: str | None, places: int) -> "FaceQuota | None":
    from photorank.album.face_quota import FaceQuota

    if text is None:
        return None
    try:
        quota = FaceQuota.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"--with-faces {text}: {error}") from error
    if quota.at_least > places:
        raise typer.BadParameter(f"--with-faces asks for more photos than --places {places}")
    return quota


def _choose(
    index: "Index", rated_by: "MasterVector", request: "AlbumRequest", alike: float, vector: str
) -> "tuple[Album, Series]":
    """Album and the series it is chosen from; photos whose files have changed are left out."""
    from photorank.album.candidates import shortlist
    from photorank.album.make_album import make_album
    from photorank.similarity.series import find_series

    ratings = index.rate(rated_by)
    with progress("Looking for series", "photos") as report:
        among = shortlist(index, ratings, request)
        changed = index.changed(among)
        request = replace(request, banned=request.banned | set(changed) - request.pinned)
        series = find_series(index, alike, among=among, on_progress=report)
    album = make_album(index, ratings, series, request, vector=vector)
    if changed:
        photos = index.photos()
        album.notes.append(changed_since([photos[row].path for row in changed]))
    return album, series


def _album_json(
    album: "Album", photos: "list[Photo]", series: "Series", pieces: "list[PhotoCopy] | None"
) -> dict[str, Any]:
    swap = album.swap
    said: dict[str, Any] = {
        "places": album.places,
        "chosen": [
            {
                "path": photos[one.row].path,
                "rating": one.rating,
                "marginal": one.marginal,
                "represents": [*(photos[row].path for row in one.represents), *one.raws],
                "companions": one.companions,
                "reason": one.reason,
                "over_next": one.over_next,
                "pinned": one.pinned,
                "taken": photos[one.row].taken,
            }
            for one in album.chosen
        ],
        "bound": album.bound,
        "value": album.value,
        "guarantee": album.promise,
        "series": {"alike": series.threshold, "count": len(series), "photos": len(photos)},
        "missed": [
            {"path": photos[one.row].path}
            | {key: getattr(one, key) for key in ("rating", "marginal", "reason")}
            for one in album.missed
        ],
        "swap": swap
        and {"out": photos[swap.out].path, "into": photos[swap.into].path, "gain": swap.gain},
        "notes": album.notes,
    }
    if pieces is not None:
        said["written"] = [piece.target for piece in pieces if piece.outcome == "new"]
        said["files"] = _files_json(pieces)
    return said


def _files_json(pieces: "list[PhotoCopy]") -> list[dict[str, Any]]:
    return [
        {"path": piece.photo} | {key: getattr(piece, key) for key in ("target", "outcome", "why")}
        for piece in pieces
    ]


def _companions_json(along: "list[PhotoCopy] | None") -> dict[str, Any]:
    return {} if along is None else {"companions": _files_json(along)}


def _print_companions(
    companions: "dict[Path, list[Path]]", along: "list[PhotoCopy] | None"
) -> None:
    """Print which companions were copied, or that there are some."""
    if along is not None:
        new, there = (sum(one.outcome == outcome for one in along) for outcome in ("new", "there"))
        line(f"{counted(new, 'companion')} copied with them, {there} there already")
        for one in along:
            if one.outcome in ("changed", "gone"):
                message(f"{one.photo} was left out: {one.why}")
    elif count := len({path for paths in companions.values() for path in paths}):
        kinds = counted(count, "companion")
        message(f"{kinds} (RAW, videos, sidecars): --to DIR --with-companions copies them, too.")


def _print_album(album: "Album", photos: "list[Photo]", series: "Series") -> None:
    if album.chosen:
        print_table(
            ["taken", "rating", "adds", "why", "photo"],
            [
                [
                    (photos[one.row].taken or "").replace("T", " "),
                    f"{one.rating:.4f}",
                    f"{one.marginal:.4f}",
                    one.reason,
                    photos[one.row].path,
                ]
                for one in album.chosen
            ],
            right=["rating", "adds"],
        )
    line(
        f"{len(album.chosen)} of {counted(len(photos), 'photo')}, which make {len(series)} series "
        f"(a cosine of {series.threshold:g} is near-identical; --alike changes that)"
    )
    if album.bound > 0:
        reached = min(album.value / album.bound, 1.0)
        line(
            f"value {album.value:.4f}: no album can exceed {album.bound:.4f}, so this one has at "
            f"least {reached:.1%} of the best value ({album.promise:.0%} is certain beforehand)"
        )
    for note in album.notes:
        line(note)
    if album.missed:
        line("just missed:")
        print_some(
            [
                f"{photos[one.row].path} (would add {one.marginal:.4f}; {one.reason})"
                for one in album.missed
            ]
        )
    if swap := album.swap:
        what = f"{photos[swap.into].path} for {photos[swap.out].path}"
        if swap.gain > 1e-9:
            line(f"the swap that would help most: {what} (+{swap.gain:.4f})")
        else:
            line(f"no swap would help; the nearest, {what}, costs {-swap.gain:.4f}")


def _print_size(chosen: "list[Photo]") -> None:
    """Print that nothing was written, and the size of the copies that `--to` would write."""
    from photorank.export.copy_photos import plan

    size = sum(piece.size for piece in plan(chosen, None, "copy")) / 1e6
    many = counted(len(chosen), "photo")
    message(f"nothing was written; --to DIR copies {many} ({size:,.1f} MB).")


def _print_copies(pieces: "list[PhotoCopy]", link: str) -> None:
    new = [piece for piece in pieces if piece.outcome == "new"]
    there = sum(piece.outcome == "there" for piece in pieces)
    line(f"{len(new)} {_LINK_WORDS[link]}, {there} there already")
    print_some([piece.target for piece in new])
    for piece in pieces:
        if piece.outcome in ("changed", "gone"):
            message(f"{piece.photo} was left out: {piece.why}")
