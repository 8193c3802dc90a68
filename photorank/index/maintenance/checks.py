"""Checks of an index: catalogue, shards, thumbnails, leftover files, photo folders."""

import os
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from photorank.errors import BrokenIndexError, PhotorankError, UnreadableFileError, counted
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import Shard, count_photos, load_roots
from photorank.index.catalogue.kept_manifest import kept_manifest, own_manifest
from photorank.index.catalogue.rooted_paths import as_path
from photorank.index.catalogue.row_checksums import changed_tables
from photorank.index.embeddings.shards import file_sha256, read_shard
from photorank.index.imported_digests import is_imported
from photorank.index.maintenance.leftover_files import leftover_files, unknown_shards
from photorank.index.manifest import SCHEMA_VERSION, Manifest
from photorank.workspace import IndexPaths

REPAIR = "Mend it with `photorank doctor --repair --index {name}`"
_ROWS = "SELECT shards.name, count(*) FROM photos JOIN shards ON shards.id = shard"
_WEBP_HEAD_BYTES = 12  # bytes of the head of a WebP file, which tells its length


Level: TypeAlias = Literal["good", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """Result of one check: subject, severity, description, and remedy.

    Level ``note``: it can wait or mends itself. Level ``wrong``: results may be false or
    incomplete until somebody acts.
    """

    about: str
    level: Level
    says: str
    remedy: str = ""  # what to do, in one line
    repaired: bool = False


def examine_index(paths: IndexPaths) -> list[Finding]:
    """Findings about an index's catalogue, manifest, shards, thumbnails and photo folders.

    Nothing is changed, except that an old catalogue is migrated to the current schema.
    """
    try:
        catalogue = _catalogue(paths)
        if catalogue.level == "wrong":
            return [catalogue]  # what it says of the rest is worth nothing
        return [
            catalogue,
            *_manifest_findings(paths),
            _values(paths),
            *_file_findings(paths),
            *_roots(paths),
        ]
    except UnreadableFileError as error:
        remedy = "Do what it says, and repair nothing before."
        return [Finding("files", "wrong", str(error), remedy)]
    except (PhotorankError, sqlite3.Error) as error:  # such as a table that is gone
        return [Finding("catalogue", "wrong", str(error), _from_backup(paths))]


def damaged_shards(paths: IndexPaths) -> list[str]:
    """Names of shards whose file is missing or changed, or has embeddings of wrong dimension.

    Older versions wrote the latter without noticing, so that their checksums are right.
    """
    with reading(paths) as connection:
        dimensions = _dimensions(connection, paths)
        known = connection.execute("SELECT name, rows, sha256 FROM shards ORDER BY id").fetchall()
    shards = [Shard(*one) for one in known]
    return [one.name for one in shards if not _is_whole_shard(paths, one, dimensions)]


def _dimensions(connection: sqlite3.Connection, paths: IndexPaths) -> int | None:
    """Dimension of the index's embeddings; None if no manifest can be read."""
    try:
        return own_manifest(connection, paths).dimensions
    except BrokenIndexError:
        kept = kept_manifest(connection, paths)
        return None if kept is None else kept.dimensions


def _is_whole_shard(paths: IndexPaths, shard: Shard, dimensions: int | None) -> bool:
    if file_sha256(paths.shard(shard.name)) != shard.sha256:
        return False
    if dimensions is None:
        return True
    try:
        read_shard(paths, shard, dimensions)
    except BrokenIndexError:
        return False
    return True


def damaged_thumbnails(paths: IndexPaths) -> list[str]:
    """Digests of photos that have an existing file but no complete thumbnail.

    Where embeddings were imported, a photo may have a name and no file: then it needs none.
    """
    with reading(paths) as connection:
        roots = load_roots(connection)
        rows = connection.execute(
            "SELECT digest, root, path FROM photos JOIN files ON files.photo = photos.id"
            " WHERE shard IS NOT NULL AND NOT vanished GROUP BY digest ORDER BY digest"
        ).fetchall()
    return [
        digest
        for digest, root, path in rows
        if not _is_whole_webp(paths.thumbnail(digest))
        and not (is_imported(digest) and not os.path.exists(roots.path((root, path))))
    ]


def misplaced_shards(paths: IndexPaths) -> list[str]:
    """Names of shards in which two photos share a row, or a photo's row does not exist."""
    with reading(paths) as connection:
        beyond = connection.execute(
            f"{_ROWS} WHERE row IS NULL OR row < 0 OR row >= rows GROUP BY shards.id"
        ).fetchall()
        twice = connection.execute(
            f"{_ROWS} GROUP BY shards.id HAVING count(*) > count(DISTINCT row)"
        ).fetchall()
    return sorted({name for name, _ in beyond + twice})


def hashes_are_damaged(paths: IndexPaths) -> bool:
    """True if the cache file of perceptual hashes exists but is unreadable."""
    try:
        with zipfile.ZipFile(paths.hashes) as file:
            return file.testzip() is not None
    except FileNotFoundError:
        return False
    except (OSError, zipfile.BadZipFile):
        return True


def catalogue_faults(paths: IndexPaths) -> list[str]:
    """Descriptions of the faults that SQLite's integrity check finds; empty if none."""
    with reading(paths) as connection:
        told = [text for (text,) in connection.execute("PRAGMA integrity_check(5)")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
    lost = [f"a row of {table} refers to {parent} that are gone" for table, _, parent, _ in orphans]
    return [text for text in told if text != "ok"] + sorted(set(lost))


def _catalogue(paths: IndexPaths) -> Finding:
    if found := catalogue_faults(paths):
        return Finding("catalogue", "wrong", "; ".join(found), _from_backup(paths))
    return Finding("catalogue", "good", f"sound, schema version {SCHEMA_VERSION}")


def corrupted_tables(paths: IndexPaths) -> list[str] | None:
    """Names of tables changed by something other than photorank; None if no checksum is stored."""
    with reading(paths) as connection:
        return changed_tables(connection)


def _values(paths: IndexPaths) -> Finding:
    found = corrupted_tables(paths)
    if found is None:
        says = "an older photorank kept no checksums of the catalogue's rows"
        return Finding("values", "note", says, "The next `photorank index` begins them.")
    if found:
        says = f"values in {', '.join(found)} are not what photorank wrote: disk or another program"
        remedy = (
            f"Judgements come back only from your backup of {paths.root}. "
            f"{REPAIR.format(name=paths.name)}: it takes them as they are, and `photorank index` "
            "then reads all photos again."
        )
        return Finding("values", "wrong", says, remedy)
    return Finding("values", "good", "every row is as it was written")


def _from_backup(paths: IndexPaths) -> str:
    backups = [paths.catalogue_backup(version) for version in range(1, SCHEMA_VERSION)]
    kept = [str(backup) for backup in backups if backup.exists()]
    copy = f" A migration left a copy from before it: {kept[-1]}." if kept else ""
    return (
        f"{REPAIR.format(name=paths.name)}: it rebuilds the catalogue's indexes. If that does not "
        f"help, judgements come back only from your backup of {paths.root}.{copy} All else is "
        "made anew by `photorank index`."
    )


def _file_findings(paths: IndexPaths) -> Iterator[Finding]:
    """Yield findings about shards, thumbnails, perceptual hashes and leftover files."""
    repair = REPAIR.format(name=paths.name)
    anew = f"{repair}, then run `photorank index` on its folders, which embeds these photos anew."
    with reading(paths) as connection:
        shards, rows = connection.execute("SELECT count(*), sum(rows) FROM shards").fetchone()
    yield _finding(
        misplaced_shards(paths),
        Finding("rows", "wrong", "shards with wrong references: {n} ({some})", anew),
        "every embedding belongs to one photo",
    )
    says = "{{n}} of {shards} gone, damaged or of another width: {{some}}"
    yield _finding(
        damaged_shards(paths),
        Finding("shards", "wrong", says.format(shards=shards), anew),
        f"{shards} with {counted(rows or 0, 'embedding')}, all as written",
    )
    says = "{n} that nothing refers to, of runs that were cut short"
    later = "The next `photorank index` removes them."
    yield _finding(unknown_shards(paths), Finding("unknown shards", "note", says, later), "none")
    again = f"{repair}: they are made again from the photos."
    yield _finding(
        damaged_thumbnails(paths),
        Finding("thumbnails", "wrong", "{n} missing or cut short", again),
        "one for every photo",
    )
    again = f"{repair}: they are worked out again when needed."
    yield _finding(
        [paths.hashes] if hashes_are_damaged(paths) else [],
        Finding("hashes", "wrong", "the kept perceptual hashes are damaged", again),
        "readable, or none yet",
    )
    says = "{n} from processes that were cut short"
    yield _finding(leftover_files(paths), Finding("leftovers", "note", says, f"{repair}."), "none")


def _finding(found: Sequence[str] | Sequence[Path], wrong: Finding, good: str) -> Finding:
    """Finding that counts and names the faulty items, or reports that there are none."""
    if not found:
        return Finding(wrong.about, "good", good)
    return replace(wrong, says=wrong.says.format(n=len(found), some=_some([*map(str, found)])))


def _manifest_findings(paths: IndexPaths) -> Iterator[Finding]:
    """Yield findings on the manifest: damage, photo count, and precision of the embeddings."""
    with reading(paths) as connection:
        kept, photos = kept_manifest(connection, paths), count_photos(connection)
        try:
            manifest = own_manifest(connection, paths)
        except BrokenIndexError as error:
            remedy = f"{REPAIR.format(name=paths.name)}: the catalogue keeps a copy."
            yield Finding("manifest", "wrong", str(error), remedy if kept else "")
            return
    if not paths.manifest.exists():
        says = f"{paths.manifest} is missing, and its copy in the catalogue is used"
        yield Finding("manifest", "wrong", says, f"{REPAIR.format(name=paths.name)}.")
    if manifest.photos != photos:
        says = f"the manifest says {counted(manifest.photos, 'photo')}, the catalogue has {photos}"
        yield Finding("counts", "note", says, "The next `photorank index` sets it right.")
    else:
        yield Finding("counts", "good", counted(photos, "photo"))
    yield _precision(manifest)


def _precision(manifest: Manifest) -> Finding:
    if manifest.may_mix_precisions:
        says = f"an older photorank may have embedded some photos in other than {manifest.runtime}"
        remedy = "`photorank index FOLDER --name NEW` makes an index of one precision."
        return Finding("precision", "note", says, remedy)
    return Finding(
        "precision", "good", f"one for all embeddings: {manifest.embedded_in}".rstrip(": ")
    )


def _roots(paths: IndexPaths) -> Iterator[Finding]:
    with reading(paths) as connection:
        folders = sorted(load_roots(connection).folders.values())
    for folder in map(as_path, folders):
        if not os.path.lexists(folder):
            remedy = (
                "Plug the disk in or mount the share; if the library moved, "
                f"`photorank reroot {folder} NEW --index {paths.name}` tells what that would do."
            )
            yield Finding("photos", "note", f"{folder} is not there", remedy)
        elif not os.access(folder, os.R_OK):
            yield Finding(
                "photos", "note", f"{folder} cannot be read", "Ask its owner for the right to."
            )
        else:
            yield Finding("photos", "good", f"{folder} is there")


def _is_whole_webp(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_WEBP_HEAD_BYTES)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return False
    whole = head[:4] == b"RIFF" and head[8:] == b"WEBP"
    return whole and int.from_bytes(head[4:8], "little") + 8 == size


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
