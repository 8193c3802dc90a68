"""How the album command chooses photos, for a new album or for a saved one."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from photorank.cli.open_index_and_vector import open_vector
from photorank.cli.output import progress

if TYPE_CHECKING:
    from photorank.album.kept.album import AlbumSettings, KeptAlbum
    from photorank.album.kept.store import AlbumStore, Entry
    from photorank.album.make_album import Album
    from photorank.album.request import AlbumRequest
    from photorank.index.opened import Index
    from photorank.similarity.series import Series
    from photorank.vectors.master import MasterVector


class ChoiceOptions(NamedTuple):
    """Options given by the user that determine which photos the album command chooses."""

    given: dict[str, Any]  # settings by name, None where nothing was given
    with_faces: str | None
    pin: list[Path]
    ban: list[Path]
    name: str | None  # that the album is saved under
    fill: bool
    swap: bool

    @property
    def keeps_photos(self) -> bool:
        """True if the user gave --fill or --swap, which preserve a saved album's photos.

        --fill keeps all photos of the album, --swap all but one.
        """
        return self.fill or self.swap

    @property
    def affects_choice(self) -> bool:
        """True if the user gave an option that affects which photos are chosen."""
        settings = (self.with_faces, *self.given.values())
        return any(one is not None for one in settings) or bool(self.pin or self.ban)

    def check_limits(self) -> None:
        """Raise BadParameter if options that limit the number of photos contradict each other."""
        if (self.given["per"] is None) != (self.given["at_most"] is None):
            raise typer.BadParameter("--per and --at-most go together")
        if self.with_faces is not None and self.given["per"] is not None:
            raise typer.BadParameter("--with-faces and --per exclude each other")

    def check_new(self) -> None:
        """Raise BadParameter if a new album has no --places, or if --fill or --swap is given."""
        if self.keeps_photos:
            raise typer.BadParameter("--fill and --swap need --album with a kept album")
        if self.given["places"] is None:
            raise typer.BadParameter("Missing option '--places'.")

    def settings(self, old: "AlbumSettings") -> "AlbumSettings":
        """Settings of an album: a copy of `old`, changed by the options that the user gave."""
        new = replace(old, **{name: one for name, one in self.given.items() if one is not None})
        if self.given["per"] is not None:
            new = replace(new, faces_at_least=0, faces_at_most=None)
        if self.with_faces is None:
            return new
        return replace(new, per=None, at_most=0, **_face_quota(self.with_faces, new.places))


class Choice(NamedTuple):
    """Result of the album command: chosen photos, series of similar photos, saved album if any."""

    made: "Album"
    series: "Series"
    entry: "Entry | None"


@dataclass(frozen=True)
class Task:
    """Task of the album command: to choose photos for a new album, or to update a saved one."""

    index: "Index"
    asked: ChoiceOptions
    entry: "Entry | None"  # that is changed, None for a new album
    wish: "KeptAlbum"
    rated_by: "MasterVector"

    @classmethod
    def of(cls, index: "Index", asked: ChoiceOptions, entry: "Entry | None") -> "Task":
        """Task of the album command, made from an index, options, and the saved album if any."""
        from photorank.album.kept.album import KeptAlbum
        from photorank.album.request import rows_of_files

        pinned, banned = (
            _digests(index, rows_of_files(index, files)) for files in (asked.pin, asked.ban)
        )
        old = KeptAlbum(index.name) if entry is None else entry.album
        settings = asked.settings(old.settings)
        chooses = entry is None or asked.affects_choice or asked.keeps_photos
        rated_by = open_vector(index, settings.vector or None, "choosing" if chooses else "")
        return cls(index, asked, entry, _updated_album(old, settings, pinned, banned), rated_by)

    @property
    def chooses_anew(self) -> bool:
        """True if all photos are chosen anew: the album is new, or its settings changed."""
        return self.entry is None or (self.asked.affects_choice and not self.asked.keeps_photos)

    def run(self) -> Choice:
        """Do the task: choose photos, and save the album if it has a name and is new or changed."""
        from photorank.album.kept.choose import request_of, rows_of_album

        anew, fill = self.chooses_anew, self.asked.fill
        rows = rows_of_album(self.index, self.wish)
        request = request_of(self.wish.settings, rows, hold=not anew, fill=anew or fill)
        made, series = self._album(request)
        if not (anew or fill):
            made = _in_order(made, rows.photos)
        choice = Choice(made, series, self.entry)
        if self.asked.swap and self.entry is not None:
            return self._swap(choice, self.entry)
        if self.asked.name is not None and (anew or fill):
            return self._save(choice, self.asked.name)
        return choice

    def _album(self, request: "AlbumRequest") -> "tuple[Album, Series]":
        from photorank.album.kept.choose import choose_album

        with progress("Looking for series", "photos") as report:
            return choose_album(
                self.index, self.rated_by, request, self.wish.settings.alike, report
            )

    def _save(self, choice: Choice, name: str) -> Choice:
        """Save the chosen photos as an album; return the result with the saved album added."""
        from photorank.album.kept.choose import with_photos

        new = with_photos(self.index, self.wish, [one.row for one in choice.made.chosen])
        if self.entry is None:
            return choice._replace(entry=_store().create(name, new, "chosen"))
        saved = _store().save(name, new, "filled from the best", seen=self.entry.revision)
        return choice._replace(entry=saved)

    def _swap(self, choice: Choice, entry: "Entry") -> Choice:
        """Replace one photo of a saved album, for the greatest gain in value, and save the album.

        Nothing is changed if the swap would not raise the album's value.
        """
        from photorank.album.kept.choose import request_of, rows_of_album

        swap = choice.made.swap
        if swap is None or swap.gain <= 0:
            return choice
        out, into = (self.index.photo(row) for row in (swap.out, swap.into))
        new = self.wish.exchange(out.digest, into.digest)
        what = f"{out.path.name} for {into.path.name}"
        entry = _store().save(entry.name, new, what, seen=entry.revision)
        rows = rows_of_album(self.index, new)
        made, series = self._album(request_of(new.settings, rows, hold=True, fill=False))
        return Choice(_in_order(made, rows.photos), series, entry)


def saved_entry(name: str) -> "Entry | None":
    """Saved album named `name`, with its revision number; None if there is no such album."""
    from photorank.album.kept.album import checked_album_name

    store = _store()
    return store.load(name) if checked_album_name(name) in store.names() else None


def _store() -> "AlbumStore":
    from photorank.album.kept.store import AlbumStore
    from photorank.workspace import Workspace

    return AlbumStore(Workspace.current())


def _updated_album(
    old: "KeptAlbum", settings: "AlbumSettings", pinned: list[str], banned: list[str]
) -> "KeptAlbum":
    """Copy of a saved album with new settings, and more photos pinned or excluded."""
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


def _in_order(made: "Album", rows: list[int]) -> "Album":
    """Copy of an album with its photos in the order of `rows`, a list of row numbers."""
    places = {row: place for place, row in enumerate(rows)}
    chosen = sorted(made.chosen, key=lambda one: places.get(one.row, len(places)))
    return replace(made, chosen=chosen)
