"""Output of an album as JSON or as tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photorank.cli.output import line, message, print_some, print_table
from photorank.errors import counted

if TYPE_CHECKING:
    from photorank.album.make_album import Album
    from photorank.export.copy_photos import PhotoCopy
    from photorank.index.opened import Photo
    from photorank.similarity.series import Series

_LINK_WORDS = {"copy": "copied", "hard": "hard links made", "soft": "soft links made"}


def album_json(
    album: "Album", photos: "Sequence[Photo]", series: "Series", pieces: "list[PhotoCopy] | None"
) -> dict[str, Any]:
    """JSON object that describes an album, and lists the copied files if photos were copied."""
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


def companions_json(along: "list[PhotoCopy] | None") -> dict[str, Any]:
    """JSON object of copied companion files (RAW, videos); empty if none were requested."""
    return {} if along is None else {"companions": _files_json(along)}


def print_companions(companions: list[list[Path]], along: "list[PhotoCopy] | None") -> None:
    """Print how many companion files (RAW, videos) were copied, and which were left out.

    If no copies were requested, print how many there are and the option that copies them.
    """
    if along is not None:
        new, there = (sum(one.outcome == outcome for one in along) for outcome in ("new", "there"))
        line(f"{counted(new, 'companion')} copied with them, {there} there already")
        for one in along:
            if one.outcome in ("changed", "gone"):
                message(f"{one.photo} was left out: {one.why}")
    elif count := len({path for paths in companions for path in paths}):
        kinds = counted(count, "companion")
        message(f"{kinds} (RAW, videos, sidecars): --to DIR --with-companions copies them, too.")


def print_album(album: "Album", photos: "Sequence[Photo]", series: "Series") -> None:
    """Print an album: table of photos, value, notes, photos almost chosen, and best swap."""
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
        f"{len(album.chosen)} of {counted(len(photos), 'photo')}; series among all: "
        f"{len(series):,} (a cosine of {series.threshold:g} is near-identical; --alike changes "
        "that)"
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


def print_size(chosen: "list[Photo]") -> None:
    """Print that no photos were copied, and how much disk space copies would need."""
    from photorank.export.copy_photos import plan

    size = sum(piece.size for piece in plan(chosen, None, "copy")) / 1e6
    many = counted(len(chosen), "photo")
    message(f"no photos were copied; --to DIR copies {many} ({size:,.1f} MB).")


def print_copies(pieces: "list[PhotoCopy]", link: str) -> None:
    """Print the paths of the new copies, and the reason for each photo that was not copied."""
    new = [piece for piece in pieces if piece.outcome == "new"]
    there = sum(piece.outcome == "there" for piece in pieces)
    line(f"{len(new)} {_LINK_WORDS[link]}, {there} there already")
    print_some([piece.target for piece in new])
    for piece in pieces:
        if piece.outcome in ("changed", "gone"):
            message(f"{piece.photo} was left out: {piece.why}")
