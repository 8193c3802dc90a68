"""Loading of the index, vector and saved album that are named in a command's options."""

from typing import TYPE_CHECKING

from photorank.cli.output import message, message_at_success

if TYPE_CHECKING:
    from photorank.album.kept.store import Entry
    from photorank.index.opened import Index
    from photorank.vectors.master import MasterVector


def open_index(name: str | None) -> "Index":
    """Index named `name`, opened; without a name, the workspace's only index."""
    from photorank.index import opened

    return opened.open_index(name)


def open_vector(index: "Index", name: str | None, doing: str = "") -> "MasterVector":
    """Rating vector of an index, loaded by name; without a name, the index's default vector.

    The default is the user's taste, the evaluation's best, or the first. `doing`, such as
    ``rating``, is printed with the name of a default vector, once the command has succeeded.
    """
    from photorank.evaluation.default_vector import default_vector
    from photorank.vectors.shipped import WITHIN_SCENES
    from photorank.vectors.store import load_vector

    if name is None:
        name, why = default_vector(index)
        if doing:
            message_at_success(f"{doing} by {name}, {why}")
    vector = load_vector(index, name)
    if doing and name in WITHIN_SCENES:
        message_at_success(
            f"{name} compares versions and shots of one scene; of different scenes it says nothing"
        )
    return vector


def tell_mistaken(index: str, mistaken: int, n: int) -> None:
    """Print a warning if the encoder mistakes different photos for copies of one picture."""
    if mistaken:
        message(
            f"the encoder of {index} takes {mistaken:,} of {n:,} judged photos for copies of one "
            "picture, which are held out together, so that hardly any are left to learn from. "
            f"Index them by another: `photorank index --from {index} --name NEW --encoder SPEC`; "
            f"`photorank leaderboard --index NEW --index {index}` tests both on the same folds"
        )


def loaded_entry(name: str | None) -> "Entry | None":
    """Saved album with its revision number, loaded by name; None if `name` is None."""
    if name is None:
        return None
    from photorank.album.kept.store import AlbumStore
    from photorank.workspace import Workspace

    return AlbumStore(Workspace.current()).load(name)


def index_of(entry: "Entry | None") -> str | None:
    """Name of the index from which a saved album's photos were last chosen; None if unknown."""
    return (entry.album.index or None) if entry else None
