"""The demo: the sample's photos, indexed, judged, learned from and evaluated in one go."""

from collections.abc import Callable

from photorank.evaluation.evaluate import evaluate
from photorank.evaluation.report import evaluation_paths, save_evaluation
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.opened import Index
from photorank.learning.learn_vector import learn_vector
from photorank.learning.protocol import Protocol
from photorank.sample import SAMPLE, write_sample
from photorank.vectors.store import add_vector, list_vectors
from photorank.workspace import Workspace

LEARNED = "sample-taught"  # the vector that the sample's own choices teach

Progress = Callable[[str, int, int], None]  # stage, done, to do


def build_sample(workspace: Workspace, *, on_progress: Progress | None = None) -> Index:
    """Build whatever the sample lacks: pictures, embeddings, judgements, a vector, an evaluation.

    Interrupted at any moment, the next call goes on; complete, it returns at once.

    Raises
    ------
    MissingExtraError
        If the ``embedded`` extra is not installed.
    LockedIndexError
        If another process is building it.
    StorageError
        If the disk is full or cannot be written to.
    """
    paths = workspace.index(SAMPLE)
    if paths.manifest.exists() and evaluation_paths(paths):
        return Index.open(paths)

    def tell(stage: str) -> Callable[[int, int], None]:
        def progress(done: int, total: int) -> None:
            if on_progress is not None:
                on_progress(stage, done, total)

        return progress

    tell("Spoiling photographs")(0, 1)
    labels, choices = write_sample(paths.photos)
    tell("Spoiling photographs")(1, 1)
    progress = tell("Looking at photos")
    build_index(paths, BuildRequest([paths.photos], encoder_spec="embedded", on_progress=progress))
    import_labels(paths, labels, base=[paths.photos], judgements="choices")
    import_choices(paths, choices, base=[paths.photos], judgements="choices")

    index = Index.open(paths)
    if LEARNED not in list_vectors(index):
        add_vector(index, learn_vector(index, LEARNED, "all-pairs", on_progress=tell("Learning")))
    evaluation = evaluate(
        index,
        protocol=Protocol(fold_by="group"),
        load=index.encoder,
        on_progress=tell("Comparing vectors"),
    )
    save_evaluation(paths, evaluation)
    return index
