"""Plan to embed the photos of another index again, with a newer version of the encoder."""

from dataclasses import dataclass
from pathlib import Path

from photorank.errors import JudgedIndexError, MissingPathError
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import load_roots
from photorank.index.catalogue.kept_manifest import own_manifest
from photorank.index.catalogue.rooted_paths import as_path
from photorank.index.judging.copy_judgements import Copied, copy_judgements, is_copied
from photorank.workspace import IndexPaths


@dataclass(frozen=True)
class ReplacementPlan:
    """Plan for replacing an index: the old index, its photo folders, the newer encoder."""

    old: IndexPaths
    folders: list[Path]  # of its photos
    encoder: str  # the newest version of its encoder

    def check_new(self, new: IndexPaths) -> None:
        """Raise JudgedIndexError if the new index is the old one or has different judgements.

        A new index without judgements is accepted.
        """
        if new.root.resolve() == self.old.root.resolve():
            raise JudgedIndexError(new.name)
        if new.exists:
            with reading(new) as connection:
                is_copied(self.old, connection, new)

    def copy_to(self, new: IndexPaths) -> Copied:
        """Copy all judgements from the old index to the new one; return their counts."""
        return copy_judgements(self.old, new)


def successor_of(old: IndexPaths) -> ReplacementPlan:
    """Plan for embedding an index's photos anew, with the newest version of its encoder.

    Only folders that exist are included. Raises MissingPathError if none does.
    """
    with reading(old) as connection:
        manifest = own_manifest(connection, old)
        folders = [as_path(folder) for folder in load_roots(connection).folders.values()]
    there = [folder for folder in folders if folder.exists()]
    if folders and not there:
        raise MissingPathError(
            folders[0], hint=f"Tell where they are: `photorank reroot OLD NEW --index {old.name}`."
        )
    return ReplacementPlan(old, there, manifest.encoder.removesuffix(":1"))
