"""The command that detects faces in photos, or deletes an index's detected faces."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photorank.cli.measured_files import measure_files
from photorank.cli.options import AsJson, PhotosOrIndex, example
from photorank.cli.output import line, message, print_json, print_some, progress, skipped_files
from photorank.errors import counted
from photorank.workspace import IndexPaths, Workspace

if TYPE_CHECKING:
    from photorank.index.measuring.measure_photos import MeasureReport

app = typer.Typer()


@app.command(epilog=example("photorank faces --name family"))
def faces(
    photos: PhotosOrIndex = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            "--index",
            metavar="NAME",
            help="The index; may be left out when there is one.",
        ),
    ] = None,
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help="Forget all faces of the index, and look for none from now on."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Detect faces in photos; report open or closed eyes, and faces cut by the photo's edge."""
    if photos and (name or remove):
        raise typer.BadParameter(
            "--name and --remove are for all photos of an index, without PHOTO"
        )
    if photos:
        _print_files(photos, as_json)
        return
    paths = Workspace.current().existing_index(name)
    if remove:
        _remove(paths, as_json)
    else:
        _fill(paths, as_json)


def _print_files(photos: list[Path], as_json: bool) -> None:
    from photorank.photos.decode_pool import faces_isolated
    from photorank.photos.faces.face import faces_to_json

    found = measure_files(photos, lambda data: {"faces": faces_to_json(faces_isolated(data))})
    if as_json:
        print_json(found.told)
    else:
        _print_faces(found.good)
    found.refuse_unusable()


def _print_faces(told: list[dict[str, Any]]) -> None:
    for one in told:
        line(one["path"])
        for face in one["faces"]:
            box = ", ".join(f"{face[side]:.3f}" for side in ("left", "top", "right", "bottom"))
            eyes = "cannot tell whether eyes are open" if face["eyes"] == "unknown" else None
            cut = ", cut by the edge" if face["cut"] else ""
            line(f"  {box}: {eyes or 'eyes ' + face['eyes']}{cut}")
        if not one["faces"]:
            line("  no face was found")


def _remove(paths: IndexPaths, as_json: bool) -> None:
    from photorank.index.measuring.measure_faces import remove_faces

    removed = remove_faces(paths)
    if as_json:
        print_json({"index": paths.name, "removed": removed})
    else:
        line(
            f"index {paths.name}: the faces of {counted(removed, 'photo')} were forgotten, and "
            f"none will be looked for until `photorank faces --name {paths.name}`"
        )


def _fill(paths: IndexPaths, as_json: bool) -> None:
    from photorank.index.measuring.measure_faces import measure_faces
    from photorank.index.measuring.measure_photos import MeasureOptions

    done = 0
    with progress("Looking for faces", "photos") as show:

        def on_progress(now: int, total: int) -> None:
            nonlocal done
            done = now
            show(now, total)

        try:
            report = measure_faces(paths, MeasureOptions(on_progress=on_progress))
        except KeyboardInterrupt as error:
            message(
                f"stopped; {counted(done, 'photo')} looked at are kept, and the same command "
                "goes on."
            )
            raise typer.Exit(130) from error
    _print_index_faces(paths, report, as_json)


def _print_index_faces(paths: IndexPaths, report: "MeasureReport", as_json: bool) -> None:
    """Print how many photos were searched for faces, and a summary of all faces in the index."""
    from photorank.index.opened import Index
    from photorank.photos.faces.face import faces_to_json

    opened = Index.open(paths)
    found = opened.faces()
    if as_json:
        counts = {"measured": report.measured, "known": report.known}
        skipped = skipped_files(report.skipped)
        told = [
            {"path": opened.photo(row).path, "faces": faces_to_json(faces)}
            for row, faces in sorted(found.by_row.items())
        ]
        print_json({"index": opened.name, **counts, "skipped": skipped, "photos": told})
        return
    line(f"index {opened.name}: {report.measured} measured, {report.known} known before")
    if report.skipped:
        many = counted(len(report.skipped), "photo")
        message(
            f"{many} could not be looked at; `photorank faces --name {opened.name}` tries again"
        )
    print_some([f"{file.path}: {file.reason}" for file in report.skipped])
    faces = [face for some in found.by_row.values() for face in some]
    states = Counter(face.eyes for face in faces)
    line(
        f"{counted(len(faces), 'face')} in {counted(len(found.by_row), 'photo')}: eyes open "
        f"{states['open']}, hardly open {states['hardly open']}, cannot tell {states['unknown']}; "
        f"cut by an edge: {sum(face.cut for face in faces)}"
    )
