"""Commands that list labelled photo datasets, and check whether their files are complete."""

from pathlib import Path
from typing import Annotated, Any

import typer

from photorank.cli.options import AsJson, Name, example
from photorank.cli.output import line, message, print_json, print_table
from photorank.errors import ManifestError
from photorank.outside_text import typed_path
from photorank.workspace import Workspace

app = typer.Typer()
_datasets = typer.Typer(help="Labelled datasets that photorank can read: list, show, check.")
app.add_typer(_datasets, name="datasets")


@_datasets.command("list", epilog=example("photorank datasets list"))
def list_(as_json: AsJson = False) -> None:
    """List the labelled datasets, and whether their import was tested with the published files."""
    from photorank.labels.datasets.dataset_manifest import load_manifest

    workspace = Workspace.current()
    manifests = []
    for name in sorted(workspace.manifests()):
        try:
            manifests.append(load_manifest(workspace, name))
        except ManifestError as error:  # one wrong file must not hide all others
            message(str(error))
    if as_json:
        keys = ("name", "title", "photos", "licence", "verified")
        print_json([{key: getattr(one, key) for key in keys} for one in manifests])
        return
    print_table(
        ["name", "title", "photos", "verified", "licence"],
        [[one.name, one.title, f"{one.photos:,}", one.verified, one.licence] for one in manifests],
        right=["photos"],
    )


@_datasets.command(epilog=example("photorank datasets show ava"))
def show(name: Name, as_json: AsJson = False) -> None:
    """Show a dataset's title and licence, where to get it, and which label files are read."""
    from photorank.labels.datasets.dataset_manifest import load_manifest

    one = load_manifest(Workspace.current(), name)
    facts = {
        "title": one.title,
        "citation": one.citation,
        "licence": one.licence,
        "homepage": one.homepage,
        "how to get": one.how_to_get,
        "photos": one.photos,
        "official split": one.official_split,
    }
    layouts: list[dict[str, Any]] = [
        {key: getattr(layout, key) for key in ("name", "verified", "layout_source", "note")}
        | {"label_files": [table.file for table in layout.tables]}
        for layout in one.layouts
    ]
    if as_json:
        keys = {what.replace(" ", "_"): value for what, value in facts.items()}
        print_json({"name": one.name, **keys, "verified": one.verified, "layouts": layouts})
        return
    for what, value in facts.items():
        line(f"{what:14} {value}")
    for layout in layouts:
        line(f"layout {layout['name']!r}, {'verified' if layout['verified'] else 'not verified'}")
        line(f"  after {layout['layout_source']}")
        line(f"  reads {', '.join(layout['label_files'])}")
        if layout["note"]:
            line(f"  note: {layout['note']}")


@_datasets.command(epilog=example("photorank datasets check koniq-10k --root ~/KonIQ"))
def check(
    name: Name,
    root: Annotated[
        Path,
        typer.Option(
            parser=typed_path, metavar="DIR", help="The folder that holds the dataset's files."
        ),
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Check whether a dataset's files are complete; list missing photos and unusable label rows."""
    from photorank.labels.datasets.check_dataset import check_dataset
    from photorank.labels.datasets.dataset_manifest import load_manifest
    from photorank.labels.datasets.read_dataset import open_dataset

    manifest = load_manifest(Workspace.current(), name)
    found = check_dataset(open_dataset(manifest, root, partial=True))
    for note in found.notes:
        message(note)
    if as_json:
        print_json(found.to_json())
    else:
        line(f"{found.dataset} in {found.root}: the {found.layout!r} layout")
        line(f"label files  {', '.join(found.label_files)}")
        line(f"labels       {found.labels:,}")
        line(f"choices      {found.choices:,}")
        line(f"photos       {found.photos - found.missing:,} of the {found.photos:,} they name")
        for file in found.missing_examples:
            line(f"  missing: {file}")
        for problem in found.problem_examples:
            line(f"  {problem}")
        _print_rest(found.missing - len(found.missing_examples), "photos are missing")
        _print_rest(found.problems - len(found.problem_examples), "rows cannot be used")
        line("it can be imported" if found.complete else "it cannot be imported as it is")
    if not found.complete:
        raise typer.Exit(1)


def _print_rest(count: int, what: str) -> None:
    if count > 0:
        line(f"  … and {count:,} more {what}")
