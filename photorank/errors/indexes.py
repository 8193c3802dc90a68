"""Errors about indexes: missing, damaged, locked, or made with another encoder."""

from collections.abc import Sequence
from pathlib import Path

from photorank.errors.base import PhotorankError

_TOLD_LETTERS = 64  # of a name that cannot be


class InvalidNameError(PhotorankError, ValueError):
    """A name (of an index, a vector, …) is too long, or has characters that are not allowed."""

    def __init__(self, what: str, name: str) -> None:
        shown = name if len(name) <= _TOLD_LETTERS else f"{name[:_TOLD_LETTERS]}…"
        super().__init__(
            f"{shown!r} cannot name {what}: use up to 64 letters, digits, dots, dashes and "
            "underscores, and begin with a letter or digit."
        )


class MissingIndexError(PhotorankError, FileNotFoundError):
    """The index to use does not exist, or several exist and the user named none."""

    def __init__(self, name: str | None, known: Sequence[str]) -> None:
        if name is None and known:
            text = f"there are several indexes: choose one with --index {'|'.join(known)}."
        elif name is None:
            text = (
                "there is no index yet. Make one with `photorank index FOLDER --name NAME`, "
                "or look at the sample with `photorank demo`."
            )
        else:
            has = f" There is: {', '.join(known)}." if known else ""
            text = (
                f"there is no index named {name!r}.{has} Make it with "
                f"`photorank index FOLDER --name {name}`."
            )
            self.on_page = f"there is no collection called {name!r}."
        super().__init__(text)


class BrokenIndexError(PhotorankError, ValueError):
    """An index's files contradict each other or cannot be read."""

    on_page = (
        "a file of this collection is damaged or missing, so its photos cannot be judged. The "
        "photos themselves are untouched: add them again, as a new collection, or put the "
        "collection's folder back from a backup."
    )

    def __init__(self, path: Path, why: str, remedy: str = "") -> None:
        remedy = remedy or (
            "`photorank doctor --repair` mends what can be made again; else move that index away "
            "and make it again with `photorank index FOLDER --name NAME`."
        )
        super().__init__(f"{path} cannot be used: {why}. {remedy}")


class LostManifestError(BrokenIndexError):
    """An index's manifest.json is missing, and its database is too old to hold a copy."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            root,
            "its manifest.json is missing, which tells the encoder and the framing",
            "Put that file back from your backup. Or name both: `photorank index FOLDER --name "
            f"{root.name} --encoder SPEC --framing F` compares them with the embeddings, and "
            "nothing is lost.",
        )


class NewerSchemaError(PhotorankError, ValueError):
    """The index was made by a newer photorank."""

    on_page = (
        "this collection was made by a newer photorank. Update photorank on this computer to see "
        "it; other collections stay as they are."
    )

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path} has schema version {found}, but this photorank reads up to {known}. "
            "Update it with `pip install --upgrade photorank`."
        )


class ChangedIndexError(PhotorankError, LookupError):
    """Photos were removed from an index while a command was reading it."""

    on_page = "the collection was changed while this page was drawn. Reload the page."

    def __init__(self, name: str) -> None:
        super().__init__(
            f"index {name!r} was changed while it was being read. Run the same command again."
        )


class RemovedIndexError(PhotorankError, LookupError):
    """An index's folder was removed or moved while the index was being written."""

    def __init__(self, root: Path) -> None:
        left = f", and move {root} away, which was written since" if root.exists() else ""
        super().__init__(
            f"the folder of index {root.name!r} was removed or moved while it was being written. "
            f"Put it back, or index its photos anew{left}."
        )


class LockedIndexError(PhotorankError, BlockingIOError):
    """Another process is writing to the index."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"index {name!r} is being written by another photorank. Wait for it to end, then "
            "run the same command again."
        )
        self.on_page = (
            f"the collection {name!r} is being written, as by an import. Try again in a moment."
        )


class IndexMismatchError(PhotorankError, ValueError):
    """The existing index has another encoder or photo framing (crop, padding) than requested."""

    def __init__(self, name: str, found: str, asked: str) -> None:
        super().__init__(
            f"index {name!r} was made with {found}, not {asked}. One index has one encoder and "
            "one framing: use another --name."
        )
        self.on_page = (
            f"the model that looks at photos is not the one that made the collection {name!r}. Its "
            "photos can be judged as before; other photos and words cannot until that model is "
            "back. New photos go into a new collection."
        )


class JudgedIndexError(PhotorankError, ValueError):
    """Judgements cannot be copied from an older index to one that has judgements already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"index {name!r} cannot take another's judgements: it has its own, or is that index "
            "itself. Use another --name."
        )


class EmbeddingsError(PhotorankError, ValueError):
    """Files of embeddings made by other software cannot be imported."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} cannot be imported: {why}. Mend that and run the same command again; "
            "docs/photos-and-labels.md shows the layouts."
        )


class MovedLibraryError(PhotorankError, ValueError):
    """The old and new folders given for a moved photo library do not match the index."""


class ClusterError(PhotorankError, RuntimeError):
    """A Ray cluster of computers is unreachable or fails; embeddings saved before are not lost."""
