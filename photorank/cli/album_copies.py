"""Copying of an album's photos into a folder, with companion files (RAW, videos) if wanted."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

if TYPE_CHECKING:
    from photorank.album.make_album import Album
    from photorank.export.copy_photos import Link, PhotoCopy
    from photorank.index.opened import Index


class CopyOptions(NamedTuple):
    """Options for copying an album's photos into a folder."""

    folder: Path | None  # None: nothing is copied
    link: "Link"
    numbered: bool
    with_companions: bool
    with_sidecars: bool

    def check(self) -> None:
        """Raise BadParameter if an option needs a destination folder, but none was given."""
        for option, wanted in {
            "--with-companions": self.with_companions,
            "--with-sidecars": self.with_sidecars,
            "--numbered": self.numbered,
        }.items():
            if wanted and self.folder is None:
                raise typer.BadParameter(f"{option} needs --to")


class Copies(NamedTuple):
    """Files written for an album, in lists: photos, companions (RAW, videos), XMP sidecars.

    A list is None if such files were not requested.
    """

    photos: "list[PhotoCopy] | None"
    companions: "list[PhotoCopy] | None"
    sidecars: list[Path] | None


def copy_album(made: "Album", index: "Index", export: CopyOptions) -> Copies:
    """Copy an album's photos and other requested files into a folder; return what was written."""
    from photorank.export.copy_companions import write_companions
    from photorank.export.copy_photos import write

    if export.folder is None:
        return Copies(None, None, None)
    chosen = [index.photo(one.row) for one in made.chosen]
    photos = list(write(chosen, export.folder, export.link, numbered=export.numbered))
    along = {photo.path: one.companions for photo, one in zip(chosen, made.chosen, strict=True)}
    return Copies(
        photos,
        list(write_companions(photos, along, export.link)) if export.with_companions else None,
        _write_sidecars(made, index, photos) if export.with_sidecars else None,
    )


def _write_sidecars(made: "Album", index: "Index", copies: "list[PhotoCopy]") -> list[Path]:
    """Write XMP sidecars with star ratings beside copied photos; return their paths."""
    import numpy as np

    from photorank.export.write_sidecars import WRITTEN, sidecars_of_copies
    from photorank.rating.stars import stars

    there = [(one.photo, one.target) for one in copies if one.outcome in ("new", "there")]
    standing = {index.photo(one.row).path: one.standing for one in made.chosen}
    given = stars(np.array([standing[photo] for photo, _ in there])).tolist()
    written = sidecars_of_copies(there, given, write=True)
    return [one.path for one in written if one.outcome in WRITTEN]
