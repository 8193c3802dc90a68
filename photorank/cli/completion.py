"""Shell completion of index and vector names."""

from contextlib import suppress
from importlib.resources import files

import typer

from photorank.errors import PhotorankError
from photorank.workspace import Workspace


def index_names(incomplete: str) -> list[str]:
    """Names of the workspace's indexes that start with the typed text."""
    return [name for name in Workspace.current().index_names() if name.startswith(incomplete)]


def vector_names(context: typer.Context, incomplete: str) -> list[str]:
    """Names of built-in and saved rating vectors that start with the typed text."""
    folders = [files("photorank.vectors") / "builtin"]
    with suppress(PhotorankError):  # no index is told yet: the built-in ones are of any
        folders.append(Workspace.current().existing_index(context.params.get("index")).vectors)
    cards = [one.name for folder in folders if folder.is_dir() for one in folder.iterdir()]
    names = {name.partition(".")[0] for name in cards if name.endswith(".json")}
    return sorted(name for name in names if name.startswith(incomplete))
