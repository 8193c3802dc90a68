"""Rules of the architecture: imports between packages, heavy libraries and start-up time."""

import ast
import gc
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module may import only from its own room and the rooms above it.
ROOMS = [
    {"errors", "typing", "json_values"},
    {"entry_points"},
    {"outside_text", "row_problems"},
    {"workspace", "hosts"},
    {"progress_file", "own_process", "heap", "cores"},
    {"photos"},
    {"comparisons"},
    {"labels"},
    {"encoders"},
    {"index"},
    {"similarity", "sample"},
    {"metrics"},
    {"vectors"},
    {"rating"},
    {"learning"},
    {"evaluation"},
    {"album"},
    {"export"},
    {"scoring"},
    {"service"},
    {"demo", "bench", "doctor"},
    {"leaderboard"},
    {"api"},
    {"cli", "__init__", "dashboard"},
    {"__main__"},
]
FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}

# What a library is for is done in one place; the sample takes its pictures from two of them.
AT_HOME = {
    "workspace": {"platformdirs"},
    "photos": {
        *("PIL", "imagehash", "pillow_heif", "scipy", "skimage"),
        *("tifffile", "rawpy", "pillow_jxl", "tzfpy"),
        *("ai_edge_litert", "openvino"),  # what runs the models of faces
    },
    "comparisons": {"scipy"},
    "labels": {"openpyxl", "scipy"},  # workbooks; how likes spread
    "encoders": {
        *("torch", "open_clip", "safetensors", "huggingface_hub", "PIL"),
        *("tokenizers", "transformers", "threadpoolctl"),
        *("openvino", "nncf"),
    },
    "index": {"faiss", "sqlite3", "filelock", "ray", "pyarrow", "fsspec"},
    "similarity": {"faiss", "sklearn", "openTSNE"},
    "sample": {"PIL", "skimage", "sklearn", "scipy"},
    "metrics": {"scipy"},
    "vectors": {"sklearn", "scipy", "torch", "safetensors"},  # published heads come as tensors
    "rating": {"PIL", "scipy"},  # parts of a photo are covered to see what they do
    "learning": {"threadpoolctl", "scipy"},  # fits the learners, one thread of each BLAS
    "evaluation": {"sklearn"},
    "bench": {
        *("PIL", "torch", "open_clip", "safetensors"),  # what one would use instead
        *("faiss", "scipy", "streamlit"),  # likewise; and what runs a page without a browser
    },
    "album": {"sqlite3"},  # the albums that are kept
    "export": {"pyarrow", "PIL", "pikepdf", "reportlab"},  # tables; books
    "scoring": {"pyarrow", "fsspec"},  # lists of paths; addresses
    "leaderboard": {"jinja2"},
    "api": {"pandas", "PIL", "sklearn"},  # what Python users bring and take away
    "service": {"starlette", "uvicorn", "prometheus_client", "PIL"},
    "cli": {"typer", "rich"},
    "dashboard": {"streamlit", "starlette", "altair", "pandas", "PIL"},
}
HOUSED = set().union(*AT_HOME.values())
# Seconds to import each: never at the top of a module, so that no command waits in vain.
SLOW = {
    *("torch", "open_clip", "timm", "openvino", "nncf"),
    *("faiss", "skimage", "streamlit", "ray", "openTSNE", "ai_edge_litert"),
}

FILES_OF_AN_INDEX = ("manifest.json", "catalogue.sqlite", "writer.lock", ".faiss", "evaluations")
# Folders of the dashboard in which nothing is drawn.
WITHOUT_STREAMLIT = {"models", "charts"}
MODULES_A_FOLDER = 15  # about; `cli/` has one for each command

HOUSE = sorted((ROOT / "photorank").rglob("*.py"))
DASHBOARD = sorted((ROOT / "dashboard").rglob("*.py"))


@pytest.fixture(autouse=True, scope="module")
def _syntax_trees():
    """Turn off garbage collection for these tests, and clear the cached syntax trees afterwards."""
    gc.disable()
    yield
    gc.enable()
    for kept in (tree_of, imported, imported_modules):
        kept.cache_clear()


def name_of(path):
    """Path of a module relative to the repository, as the name of a test case."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def room_of(path):
    """Top-level folder of a module: its folder below photorank, or “dashboard”."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "dashboard" if parts[0] == "dashboard" else parts[1]


@cache
def tree_of(path):
    """Syntax tree of a module."""
    return ast.parse(path.read_text())


@cache
def imported(path):
    """Dotted names of all imports in a module, including those inside functions."""
    return list(imports(ast.walk(tree_of(path))))


def imports(nodes):
    """Dotted names imported by the import statements among the given syntax nodes."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            inside = node.module in ("photorank", "dashboard")
            yield from (
                [f"{node.module}.{alias.name}" for alias in node.names] if inside else [node.module]
            )


def faults(rule, paths):
    """Violations of a rule, as a dict from module name to violations."""
    return {name_of(path): found for path in paths if (found := list(rule(path)))}


@pytest.mark.slow
def test_imports_point_one_way():
    """A module imports only from lower layers, and no package module imports the dashboard."""

    def wrong(path):
        room = room_of(path)
        for name in imported(path):
            package, _, rest = name.partition(".")
            above = rest.split(".")[0]
            if package in HOUSED - AT_HOME.get(room, set()):
                yield f"{package} has another home"
            if package == "photorank" and above != room and FLOOR[above] >= FLOOR[room]:
                yield f"{room} may not import {above}"
            if package == "dashboard" and room != "dashboard":
                yield f"{room} may not import the dashboard"

    assert faults(wrong, HOUSE + DASHBOARD) == {}


@pytest.mark.slow
def test_slow_libraries_are_imported_where_they_are_used():
    """Libraries that take seconds to load are never imported at a module's top level."""

    def wrong(path):
        return SLOW & {name.partition(".")[0] for name in imports(tree_of(path).body)}

    assert faults(wrong, HOUSE) == {}


@pytest.mark.slow
def test_only_the_workspace_spells_the_paths_of_an_index():
    """Names of an index's files are spelt out only in modules of the package `workspace`."""

    def wrong(path):
        texts = (node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant))
        return [text for text in texts if str(text).endswith(FILES_OF_AN_INDEX)]

    assert faults(wrong, [path for path in HOUSE if room_of(path) != "workspace"]) == {}


@pytest.mark.slow
def test_no_file_is_run_by_reading_it():
    """Tensors are loaded with `weights_only`, arrays without pickle, and pickle is never used."""
    needed = {"torch.load": ("weights_only", True), "np.load": ("allow_pickle", False)}

    def wrong(path):
        yield from {"pickle", "joblib", "dill"} & {
            name.partition(".")[0] for name in imported(path)
        }
        for call in (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)):
            keyword, value = needed.get(ast.unparse(call.func), (None, None))
            said = {one.arg: getattr(one.value, "value", None) for one in call.keywords}
            if keyword is not None and said.get(keyword) is not value:
                yield ast.unparse(call)

    assert faults(wrong, HOUSE + DASHBOARD) == {}


def test_view_models_and_charts_know_no_streamlit():
    """View models and charts of the dashboard do not import Streamlit."""

    def wrong(path):
        return {"streamlit"} & {name.partition(".")[0] for name in imported(path)}

    folder_of = {path: path.relative_to(ROOT / "dashboard").parts[0] for path in DASHBOARD}
    without = [path for path, folder in folder_of.items() if folder in WITHOUT_STREAMLIT]
    assert len(without) > len(WITHOUT_STREAMLIT)
    assert faults(wrong, without) == {}


@cache
def imported_modules(path):
    """Modules of photorank and the dashboard that a module imports."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & MODULES.keys()
        elif isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= inside or {node.module} & MODULES.keys()
    return found


def dotted(path):
    """Dotted name of a module."""
    return name_of(path).removesuffix("/__init__").replace("/", ".")


MODULES = {dotted(path): path for path in HOUSE + DASHBOARD}


@pytest.mark.slow
def test_imports_make_no_circle():
    """Imports between modules, including imports inside functions, form no cycle."""
    TopologicalSorter({name: imported_modules(path) for name, path in MODULES.items()}).prepare()


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted({path.parent for path in HOUSE + DASHBOARD}), ids=name_of)
def test_what_is_in_a_folder_imports_one_way(folder):
    """Imports among the parts of one folder form no cycle."""
    home = dotted(folder)

    def part(name):
        inside = name.removeprefix(f"{home}.")
        return inside.partition(".")[0] if inside != name else None

    uses = {}
    for name, path in MODULES.items():
        if part(name):
            others = {part(used) for used in imported_modules(path)} - {None, part(name)}
            uses.setdefault(part(name), set()).update(others)
    TopologicalSorter(uses).prepare()


@pytest.mark.parametrize("folder", sorted({path.parent for path in HOUSE + DASHBOARD}), ids=name_of)
def test_a_folder_is_seen_at_a_glance(folder):
    """No code folder except cli/ holds more than fifteen modules."""
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MODULES_A_FOLDER or folder.name == "cli"


@pytest.mark.slow
@pytest.mark.parametrize(
    "start", ["import photorank", "from photorank.cli.app import main; main()"]
)
def test_starting_takes_no_time(start):
    """The package and the command line's help load in half a second, without heavy libraries."""
    program = (
        "import atexit, sys, time\n"
        "tell = lambda: print(time.process_time(), *sys.modules, file=sys.stderr)\n"
        f"atexit.register(tell)\n{start}"
    )
    taken = []
    for _ in range(3):  # the first may wait for the disk
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True
        )
        seconds, *modules = ended.stderr.split()
        taken.append(float(seconds))
        assert not (SLOW | {"sklearn", "scipy", "pandas", "rich", "ssl"}) & set(modules)
        if taken[-1] < 0.5:
            break
    assert min(taken) < 0.5


@pytest.mark.slow
def test_learning_waits_for_no_library_that_it_does_not_use():
    """Importing the learners and the evaluation loads neither scikit-learn nor its dependencies."""
    program = (
        "import sys, photorank.evaluation.evaluate, photorank.learning.learn_vector\n"
        "print(*sys.modules)"
    )
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"sklearn", "scipy.stats", "scipy.optimize", "pandas"} & set(ended.stdout.split())


@pytest.mark.slow
def test_the_first_page_waits_for_no_library_that_it_does_not_use():
    """The home page's imports load Streamlit, but no slow library such as SciPy or scikit-learn."""
    page = ast.parse((ROOT / "dashboard" / "views" / "discerning_power.py").read_text())
    mine = [node for node in page.body if isinstance(node, ast.ImportFrom)]
    program = "\n".join(["import sys", *map(ast.unparse, mine), "print(*sys.modules)"])
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found = set(ended.stdout.split())
    assert "streamlit" in found
    assert not (SLOW - {"streamlit"} | {"sklearn", "scipy"}) & found
