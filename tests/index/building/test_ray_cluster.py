"""Tests of index builds on a Ray cluster of two machines, some of them with killed processes."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from photorank.errors import ClusterError, EncoderError, MissingExtraError
from photorank.index.building import run_state
from photorank.index.building.build import build_index
from photorank.index.building.ray_cluster import Pool, plan_workers
from photorank.index.building.ray_mirrors import Mirror
from photorank.index.building.request import BuildRequest, Cluster
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.fixtures.colours import ColourEncoder, contents, fill, paint

CHECKOUT = Path(__file__).parents[3]
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason='ray is not installed: pip install "ray[data]"'
)
# Ray's own settings object warns of its own old names.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.* is deprecated.*:DeprecationWarning:ray.data.context"
)


@pytest.fixture(scope="module")
def address():
    """Address of a running Ray cluster of two machines with one core each."""
    import ray
    from ray.cluster_utils import Cluster as Machines

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(CHECKOUT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        small = {"num_cpus": 1, "object_store_memory": 80 << 20}
        machines = Machines(
            initialize_head=True, head_node_args=small | {"include_dashboard": False}
        )
        machines.add_node(**small)
        yield machines.address
        ray.shutdown()
        machines.shutdown()


@pytest.fixture
def on_cluster(library, address):
    """Function that indexes the library's photos on the cluster, in batches of 4."""
    return partial(library.build, cluster=Cluster(address), load=ColourEncoder, batch_size=4)


class Mortal(ColourEncoder):
    """Encoder that kills its own process once, in the middle of its work."""

    def __init__(self, spec, *, grave, framing=None, device="auto"):
        super().__init__(spec, framing=framing, device=device)
        self.grave = grave

    def encode_frames(self, frames):
        """Encode frames; kill this process on its second call unless one was killed before."""
        if self.encoded and not self.grave.exists():
            self.grave.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_frames(frames)


class Elsewhere(ColourEncoder):
    """Encoder that fails in every process except the test's own."""

    def __init__(self, spec, *, home, framing=None, device="auto"):
        super().__init__(spec, framing=framing, device=device)
        if os.getpid() != home:
            raise EncoderError("the weights are not on this machine")


@pytest.mark.slow
@needs_ray
def test_a_cluster_makes_the_same_index_as_one_process(library, on_cluster):
    """An index built on a Ray cluster equals that of one process, and progress is reported."""
    fill(library.folder, 40)
    shutil.copy(library.folder / "0000.png", library.folder / "copy.png")
    paint(Path(os.fsdecode(os.fsencode(library.folder) + b"/caf\xe9\n.png")), 77)
    (library.folder / "bad.jpg").write_text("buy milk")
    (library.folder / "empty.png").write_bytes(b"")
    black = np.zeros((8, 8, 3), dtype=np.uint8)
    Image.fromarray(black).save(library.folder / "black.png")
    told = []

    report = on_cluster(on_progress=lambda *counts: told.append(counts))

    found, index = contents(library.index), library.index
    shots = [(photo.taken, photo.camera) for photo in index.photos()]
    thumbnails = {path.name: path.read_bytes() for path in library.paths.thumbnails.rglob("*.webp")}
    shutil.rmtree(library.paths.root)
    assert library.build() == report
    assert found == contents(library.index)
    assert shots == [(photo.taken, photo.camera) for photo in library.index.photos()]
    assert thumbnails == {
        path.name: path.read_bytes() for path in library.paths.thumbnails.rglob("*.webp")
    }
    assert len(thumbnails) == 41
    assert told == [(done, 45) for done in range(1, 46)]
    assert [file.path.name for file in report.skipped] == ["bad.jpg", "black.png", "empty.png"]


@pytest.mark.slow
@needs_ray
def test_a_cluster_goes_on_with_what_there_is(library, on_cluster):
    """A cluster run embeds only new photos; if there are none, no cluster is contacted."""
    fill(library.folder, 1)
    library.build()
    before = contents(library.index)
    shutil.copy(library.folder / "0000.png", library.folder / "copy.png")
    paint(library.folder / "0000.png", 50)
    report = on_cluster()
    assert (report.added, report.unchanged) == (1, 1)
    assert before[0] not in contents(library.index)
    nobody = library.build(cluster=Cluster("127.0.0.1:1"))
    assert (nobody.added, nobody.unchanged) == (0, 2)


@pytest.mark.slow
@needs_ray
def test_a_worker_that_is_killed_costs_nothing_but_time(library, on_cluster, tmp_path):
    """If a worker process is killed during its work, each photo is still indexed exactly once."""
    fill(library.folder, 64)
    told = []
    on_cluster(
        load=partial(Mortal, grave=tmp_path / "grave"),
        on_progress=lambda *counts: told.append(counts),
    )
    assert (tmp_path / "grave").exists()
    assert told == [(done, 64) for done in range(1, 65)]
    found = contents(library.index)
    shutil.rmtree(library.paths.root)
    library.build()
    assert found == contents(library.index)


class Deadly(ColourEncoder):
    """Encoder that kills every process that works with it."""

    def encode_frames(self, frames):
        """Kill this process instead of encoding frames."""
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
@needs_ray
def test_what_ends_every_worker_ends_the_run(library, on_cluster, address):
    """A photo that crashes every worker ends the run after the allowed number of attempts."""
    fill(library.folder, 1)
    with pytest.raises(ClusterError, match=r"began a batch .1 photo from .*png to .*lost.*--batch"):
        on_cluster(load=Deadly, cluster=Cluster(address, attempts=2))


@pytest.mark.slow
@needs_ray
def test_a_run_whose_own_process_is_killed_goes_on(address, tmp_path):
    """If kill -9 ends an indexing run, its saved embeddings stay in the index for the next run."""
    folder, home = tmp_path / "photos", tmp_path / "home"
    fill(folder, 60)
    command = [sys.executable, "-m", "tests.fixtures.colours", str(home), str(folder), address]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if line.startswith("20 "):
            break
    process.kill()
    process.wait()
    process.stdout.close()
    paths = Workspace(home).index("slow")
    kept = contents(Index.open(paths))
    assert 20 - 16 < len(kept) < 60  # the run saves 16 photos together, or fewer after a while

    again = ColourEncoder()
    options = {"encoder_spec": "colours", "load": lambda *_, **__: again}
    build_index(Workspace(home).index("slow"), BuildRequest([folder], **options))
    assert again.encoded == 60 - len(kept)
    build_index(Workspace(tmp_path / "whole").index("slow"), BuildRequest([folder], **options))
    assert contents(Index.open(paths)) == contents(
        Index.open(Workspace(tmp_path / "whole").index("slow"))
    )


@pytest.mark.slow
@needs_ray
def test_what_a_worker_lacks_is_told_in_one_line(library, on_cluster):
    """If the encoder's weights are missing on a worker's machine, the error names the machine."""
    fill(library.folder, 1)
    library.build()
    paint(library.folder / "new.png", 50)
    with pytest.raises(ClusterError, match=rf"{socket.gethostname()}: the weights are not on"):
        on_cluster(load=partial(Elsewhere, home=os.getpid()))
    assert [photo.path.name for photo in library.index.photos()] == ["0000.png"]


@pytest.mark.slow
@needs_ray
def test_workers_with_other_software_refuse(library, on_cluster, monkeypatch):
    """A worker with another version of Pillow refuses to run, and says what to install."""
    fill(library.folder, 1)
    monkeypatch.setattr(run_state, "reading_software", lambda: "Pillow 1.0")
    with pytest.raises(ClusterError, match=r"not Pillow 1\.0\. Install the same"):
        on_cluster()
    assert not library.paths.manifest.exists()


@pytest.mark.slow
@needs_ray
def test_workers_read_through_mirrors(library, on_cluster, address, tmp_path):
    """Cluster workers read photos from a copy of the folder (mirror), if one is given."""
    fill(library.folder, 1)
    whole = library.build() and contents(library.index)
    shutil.rmtree(library.paths.root)
    shutil.copytree(library.folder, tmp_path / "else where")
    for file in library.folder.iterdir():
        file.write_bytes(b"not what the workers read")
    mirror = Mirror(library.folder.resolve(), (tmp_path / "else where").as_uri())
    on_cluster(cluster=Cluster(address, (mirror,)))
    assert contents(library.index) == whole


@pytest.mark.slow
@needs_ray
def test_the_command_runs_on_this_machine_as_a_cluster(gallery, indexed_home, tmp_path):
    """`index --cluster local` gives the same JSON, embeddings and labels as a run without it."""
    home = tmp_path / "home"
    command = [
        *(sys.executable, "-m", "photorank", "index", str(gallery), "--name", "small", "--json"),
        *("--encoder", "embedded", "--labels", str(gallery / "labels.csv")),
        *("--cluster", "local", "--workers", "64"),  # one worker that has every core
    ]
    ended = subprocess.run(  # noqa: S603
        command,
        cwd=CHECKOUT,
        env=os.environ | {"PHOTORANK_HOME": str(home), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ended.stdout)["added"] == 24
    assert "Traceback" not in ended.stderr
    ours, theirs = (Index.open(Workspace(root).index("small")) for root in (home, indexed_home))
    assert [photo.digest for photo in ours.photos()] == [photo.digest for photo in theirs.photos()]
    np.testing.assert_allclose(ours.embeddings(), theirs.embeddings(), atol=1e-5)
    np.testing.assert_array_equal(ours.labels().scores, theirs.labels().scores)


@pytest.mark.slow
@needs_ray
@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "host:port", "ray://127.0.0.1:1"])
def test_an_address_without_a_cluster_is_told_at_once(library, address):
    """An address without a cluster is refused within 10 seconds, and no index is begun."""
    fill(library.folder, 1)
    begun = time.monotonic()
    with pytest.raises(ClusterError, match=r"no (cluster|address)"):
        library.build(cluster=Cluster(address))
    assert time.monotonic() - begun < 10
    assert not library.paths.manifest.exists()


class Page(BaseHTTPRequestHandler):
    """Handler of a minimal web server, which answers every request with an error."""

    def log_message(self, *_):
        """Log nothing."""


@pytest.mark.slow
@needs_ray
def test_an_address_of_something_else_is_told_at_once(library):
    """If a web page or a silent server answers at the cluster's address, an error comes at once."""
    fill(library.folder, 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"{where}: timed out"):
            library.build(cluster=Cluster(where, answer_seconds=0.5))
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        serving = Thread(target=server.handle_request)
        serving.start()
        with pytest.raises(ClusterError, match="web page"):
            library.build(cluster=Cluster(f"127.0.0.1:{server.server_port}"))
        serving.join()


def test_without_ray_the_extra_is_named(library, monkeypatch):
    """If Ray is not installed, the error names the pip extra that installs it."""
    monkeypatch.setitem(sys.modules, "ray", None)
    fill(library.folder, 1)
    with pytest.raises(MissingExtraError, match=r"--cluster needs .*photorank\[cluster\]"):
        library.build(cluster=Cluster("local"))


def nodes(*machines):
    """Ray's descriptions of machines given as (cores, GPUs)."""
    return [
        {"Alive": True, "Resources": {"CPU": float(cores)} | ({"GPU": float(gpus)} if gpus else {})}
        for cores, gpus in machines
    ]


@pytest.mark.parametrize(
    ("machines", "workers", "device", "pool"),
    [
        ([(2, 0)], None, "auto", Pool(1, 2, 0)),
        ([(2, 0)], 1, "auto", Pool(2, 1, 0)),
        ([(64, 0), (20, 0)], None, "auto", Pool(10, 8, 0)),  # an encoder for every eight cores
        ([(4, 0)], 99, "auto", Pool(1, 4, 0)),  # no more than a machine has
        ([(48, 4)], None, "auto", Pool(4, 12, 1)),  # a worker a GPU
        ([(8, 0), (32, 4), (64, 4)], None, "auto", Pool(8, 8, 1)),  # the head has none
        ([(2, 8)], None, "auto", Pool(2, 1, 1)),  # fewer cores than GPUs
        ([(16, 2)], 4, "auto", Pool(2, 4, 1)),
        ([(16, 2)], None, "cpu", Pool(2, 8, 0)),  # GPUs are left alone
        ([], None, "auto", Pool(1, 1, 0)),  # a cluster that is still growing
    ],
)
def test_machines_are_shared_out(machines, workers, device, pool):
    """Each GPU gets one worker with a share of the CPU cores; without GPUs, workers share cores."""
    request = BuildRequest([], device=device, workers=workers)
    assert plan_workers(nodes(*machines), request) == pool


def test_machines_that_are_gone_count_for_nothing():
    """Dead machines, which Ray still lists, are not counted when workers are planned."""
    lost = {"Alive": False, "Resources": {"CPU": 64.0}}
    assert plan_workers([lost, *nodes((4, 0))], BuildRequest([])) == Pool(1, 4, 0)
