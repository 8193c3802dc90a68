"""Indexing on a Ray cluster: many machines embed photos, one process writes the index."""

import importlib.util
import logging
import os
import socket
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stdout
from functools import partial
from typing import Any, NamedTuple

from photorank.cores import usable_cores
from photorank.errors import ClusterError, MissingExtraError, first_line
from photorank.index.building.batch_size import batch_size_for
from photorank.index.building.decode_ahead import Opened, Unusable
from photorank.index.building.ray_worker import Attempts, Task, Worker, file_table, result_of_row
from photorank.index.building.record_batches import Batches
from photorank.index.building.request import BuildRequest, Cluster
from photorank.index.building.run_state import load_own
from photorank.index.catalogue.rooted_paths import Place
from photorank.photos.find_photos import PhotoFile

_FILES_A_BLOCK = 256  # rows come back block by block, so that a lost worker repeats little
_BLOCKS_A_WORKER = 4  # at least, so that workers finish at about the same time
_CORES_A_WORKER = 8  # without GPUs, since each worker holds an encoder in memory
_GPU_BATCH_PHOTOS = 128
_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(
    [0, 0, 0, 4, 0, 0, 0, 0, 0]
)  # what gRPC begins with
_OBJECT_STORE_BYTES = 512 << 20  # of a cluster started by this process
_RESUME_HINT = "What is done is kept: run the same command again."
_START_HINT = "Start one with `ray start --head` or `ray up`, or use `--cluster local`."


def embed_on_cluster(
    cluster: Cluster, batches: Batches, todo: Sequence[tuple[Place, PhotoFile]]
) -> str:
    """Embed files on a Ray cluster and record them in the index; return the runtime's name.

    Workers send rows back, so only the photos must be shared. Blocks of a lost worker are
    done again by another. Raises MissingExtraError if Ray is not installed, ClusterError if
    the cluster cannot be reached or fails; what was durable before stays.
    """
    runtimes: set[str] = set()

    def files(ray: Any) -> Generator[Opened | Unusable]:
        # What is left of an interrupted run ends while Ray is still there.
        with closing(_results(ray, cluster, batches, todo)) as rows:
            for row in rows:
                runtimes.add(row["runtime"])
                yield result_of_row(row, todo)

    with _connected(cluster) as ray:
        try:
            batches.take_all(files(ray), len(todo))
        except ray.exceptions.RayError as error:
            raise ClusterError(
                f"the cluster failed: {first_line(error)}. {_RESUME_HINT}"
            ) from error
    return ", ".join(sorted(runtimes - {""}))


def _results(
    ray: Any, cluster: Cluster, batches: Batches, todo: Sequence[tuple[Place, PhotoFile]]
) -> Generator[dict[str, Any]]:
    """Yield the workers' results as dictionaries, one per file, in any order."""
    run, request = batches.run, batches.run.request
    pool = plan_workers(ray.nodes(), request)
    size = min(_FILES_A_BLOCK, -(-len(todo) // (_BLOCKS_A_WORKER * pool.workers)))
    files = file_table([file.path for _, file in todo])
    blocks = [files.slice(start, size) for start in range(0, len(todo), size)]
    task = Task(
        load=partial(load_own, run.index.name, run.manifest, request.load),
        device="cuda" if pool.gpus else request.device,
        reader=run.reader,
        mirrors=cluster.mirrors,
        known=ray.put(frozenset(batches.known)),
        attempts=ray.remote(num_cpus=0)(Attempts).remote(cluster.attempts),
        cores=pool.cores,
        batch_size=request.batch_size
        or (_GPU_BATCH_PHOTOS if pool.gpus else batch_size_for(pool.cores)),
    )
    found = ray.data.from_arrow(blocks).map_batches(
        Worker,
        fn_constructor_args=(task,),
        batch_size=size,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(
            min_size=min(pool.workers, len(blocks)),
            max_size=len(blocks),  # a cluster may grow
        ),
        num_cpus=pool.cores,
        num_gpus=pool.gpus,
    )
    for table in found.iter_batches(batch_size=None, batch_format="pyarrow"):
        yield from table.to_pylist()


class Pool(NamedTuple):
    """Number of workers on a Ray cluster, and the CPU cores and GPUs of each."""

    workers: int  # that fit now
    cores: int  # of each
    gpus: int  # of each, 0 or 1


def plan_workers(nodes: Sequence[dict[str, Any]], request: BuildRequest) -> Pool:
    """Plan of a Ray cluster's workers: one per GPU, or one per several CPU cores."""
    alive = [node["Resources"] for node in nodes if node["Alive"]]
    machines = [(int(have.get("CPU", 0)), int(have.get("GPU", 0))) for have in alive]
    with_gpus = [(cores, gpus) for cores, gpus in machines if gpus]
    if with_gpus and request.device != "cpu":
        shares = [cores // gpus for cores, gpus in with_gpus]
        cores = max(1, min(request.workers or min(shares), max(shares)))
        workers = sum(min(have // cores, gpus) for have, gpus in with_gpus)
        return Pool(max(1, workers), cores, 1)
    most = max((cores for cores, _ in machines), default=1)
    cores = max(1, min(request.workers or _CORES_A_WORKER, most))
    return Pool(max(1, sum(have // cores for have, _ in machines)), cores, 0)


@contextmanager
def _connected(cluster: Cluster) -> Iterator[Any]:
    """Context manager that connects to a Ray cluster and yields the imported `ray` module."""
    if importlib.util.find_spec("ray") is None:
        raise MissingExtraError("--cluster", "cluster")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # for the user's eyes
    import ray
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    address = cluster.address
    if address == "local":
        own: dict[str, Any] = {
            "num_cpus": usable_cores(),
            "object_store_memory": _OBJECT_STORE_BYTES,
            "include_dashboard": False,
        }
    else:
        own = {}
        _require_server(address, cluster.answer_seconds)
    try:
        with redirect_stdout(sys.stderr):
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **own)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise ClusterError(
            f"no cluster at {address}: {first_line(error)}. {_START_HINT}"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _require_server(address: str, seconds: float) -> None:
    """Raise ClusterError if no server answers at an address within the given seconds."""
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdigit()):
        raise ClusterError(
            f"{address!r} is no address. Use local, auto, HOST:PORT or ray://HOST:PORT."
        )
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=seconds) as line:
            line.sendall(_HTTP2_PREFACE)
            if line.recv(1) in (b"H", b"<"):  # the start of HTTP/1.1 or of a page
                raise ConnectionError("that is a web page, perhaps Ray's dashboard")
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"no cluster answers at {address}: {first_line(error)}. {_START_HINT}"
        ) from error
