"""The command that chooses photos for an album, and can save the album under a name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from photorank.cli.album_choosing import Choice, ChoiceOptions, Task, saved_entry
from photorank.cli.album_copies import Copies, CopyOptions, copy_album
from photorank.cli.album_output import (
    album_json,
    companions_json,
    print_album,
    print_companions,
    print_copies,
    print_size,
)
from photorank.cli.open_index_and_vector import index_of, open_index
from photorank.cli.options import AsJson, IndexName, MaybeVector, example
from photorank.cli.output import line, print_json
from photorank.errors import counted
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.index.opened import Index

app = typer.Typer()

Places = Annotated[
    int | None,
    typer.Option(min=1, metavar="K", help="Photos in the album; a new one needs it."),
]
Group = Annotated[
    str | None, typer.Option(metavar="G", help="Choose from one group. Default: from all.")
]
Pin = Annotated[
    list[Path] | None,
    typer.Option(parser=typed_path, metavar="PATH", help="A photo that must be in."),
]
Ban = Annotated[
    list[Path] | None,
    typer.Option(parser=typed_path, metavar="PATH", help="A photo that must not."),
]
Variety = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        metavar="0..1",
        help="What counts: 0 ratings alone, 1 variety alone. Default: 0.3.",
    ),
]
Per = Annotated[
    Literal["day", "event", "folder", "orientation", "group"] | None,
    typer.Option(help="What --at-most is the limit of."),
]
AtMost = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Photos of one day, event, ….")
]
WithFaces = Annotated[
    str | None,
    typer.Option(
        "--with-faces",
        metavar="MIN..MAX",
        help="Photos with a visible face: at least, at most, like 5..12, 5.. or ..12.",
    ),
]
Balanced = Annotated[
    bool | None,
    typer.Option(
        "--balanced/--unbalanced",
        show_default=False,
        help="Whether an event has about its share of the places at most, as photos with and "
        "without people have. Default: so, where variety counts and no other limit is set.",
    ),
]
Alike = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        metavar="0..1",
        help="Cosine from which photos are one series: measured for `embedded`, for other "
        "encoders the default, 0.9, is a guess.",
    ),
]
Kept = Annotated[
    str | None,
    typer.Option(
        "--album",
        metavar="ALBUM",
        help="Keep it under this name. If it is kept already: show it as it is, or choose it "
        "anew with the options given here and its own others.",
    ),
]
Fill = Annotated[
    bool, typer.Option("--fill", help="Keep the album's photos, fill its empty places.")
]
Swap = Annotated[bool, typer.Option("--swap", help="Do the swap that helps the kept album most.")]
To = Annotated[
    Path | None,
    typer.Option(parser=typed_path, metavar="DIR", help="Copy the album into a folder."),
]
Link = Annotated[
    Literal["copy", "hard", "soft"], typer.Option(help="Copy the photos, or link to them.")
]
Numbered = Annotated[
    bool, typer.Option("--numbered", help="Names begin with the photo's number: 001_.")
]
WithCompanions = Annotated[
    bool,
    typer.Option(
        "--with-companions",
        help="Copy what goes along with the photos, too: RAW, videos of Live Photos, sidecars.",
    ),
]
WithSidecars = Annotated[
    bool,
    typer.Option("--with-sidecars", help="Write XMP sidecars with stars beside the copies."),
]


@app.command(epilog=example("photorank album --places 20 --vector beauty --to Album"))
def album(
    places: Places = None,
    vector: MaybeVector = None,
    group: Group = None,
    pin: Pin = None,
    ban: Ban = None,
    variety: Variety = None,
    per: Per = None,
    at_most: AtMost = None,
    with_faces: WithFaces = None,
    balanced: Balanced = None,
    alike: Alike = None,
    kept: Kept = None,
    fill: Fill = False,
    swap: Swap = False,
    to: To = None,
    link: Link = "copy",
    numbered: Numbered = False,
    with_companions: WithCompanions = False,
    with_sidecars: WithSidecars = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Choose good and varied photos for an album. Without --to no photos are copied."""
    from photorank.export.destination import checked_folder

    export = CopyOptions(to, link, numbered, with_companions, with_sidecars)
    export.check()
    settings: dict[str, Any] = {
        "places": places,
        "vector": vector,
        "group": group,
        "balance": variety,
        "per": per,
        "at_most": at_most,
        "alike": alike,
        "balanced": balanced,
    }
    asked = ChoiceOptions(settings, with_faces, pin or [], ban or [], kept, fill, swap)
    asked.check_limits()
    entry = None if kept is None else saved_entry(kept)
    opened = open_index(index or index_of(entry))
    if entry is None:
        asked.check_new()
    if to is not None:
        export = export._replace(folder=checked_folder(opened, to))
    task = Task.of(opened, asked, entry)
    if to is not None:
        opened.verify()
    choice = task.run()
    copies = copy_album(choice.made, opened, export)
    if as_json:
        print_json(_as_json(choice, copies, opened))
    else:
        _print(choice, copies, opened, link)


def _as_json(choice: Choice, copies: Copies, index: "Index") -> dict[str, Any]:
    said = album_json(choice.made, index.photos_by_row(), choice.series, copies.photos)
    said |= companions_json(copies.companions)
    if copies.sidecars is not None:
        said["sidecars"] = copies.sidecars
    if (entry := choice.entry) is not None:
        said["album"] = {"name": entry.name, "revision": entry.revision, "changed": entry.changed}
    return said


def _print(choice: Choice, copies: Copies, index: "Index", link: str) -> None:
    photos = index.photos_by_row()
    print_album(choice.made, photos, choice.series)
    if (entry := choice.entry) is not None:
        line(f"kept as {entry.name}, change {entry.revision}: {entry.what}")
    if copies.photos is None:
        print_size([photos[one.row] for one in choice.made.chosen])
    else:
        print_copies(copies.photos, link)
    print_companions([one.companions for one in choice.made.chosen], copies.companions)
    if copies.sidecars is not None:
        line(f"{counted(len(copies.sidecars), 'sidecar')} written")
