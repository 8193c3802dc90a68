"""Demo data: an index of sample photos, with judgements, a learned vector and its evaluation."""

from collections.abc import Callable
from functools import partial

from photorank.evaluation.evaluate import evaluate
from photorank.evaluation.saved_evaluation import evaluation_paths, save_evaluation
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.opened import Index
from photorank.learning.learn_vector import learn_vector
from photorank.learning.protocol import Protocol
from photorank.sample import SAMPLE, write_sample
from photorank.vectors.store import add_vector, list_vectors
from photorank.workspace import Workspace

LEARNED = "sample-taught"  # name of the vector learned from the sample's judgements

# The stages, each with its share of the time: measured on two processors without a GPU.
STAGES = {
    "Spoiling photographs": 0.16,
    "Looking at photos": 0.64,
    "Learning": 0.08,
    "Measuring accuracy": 0.12,
}

Progress = Callable[[str, int, int], None]  # stage, done, to do


def build_sample(workspace: Workspace, *, on_progress: Progress = lambda *_: None) -> Index:
    """Build the missing parts of the index of sample photos, and return the opened index.

    The parts are photos, judgements, a learned vector and an evaluation.

    Interrupted at any moment, the next call goes on. Raises :class:`MissingExtraError` without the
    ``embedded`` extra, :class:`LockedIndexError` if another process builds it.
    """
    paths = workspace.index(SAMPLE)
    if paths.manifest.exists() and evaluation_paths(paths):
        return Index.open(paths)

    on_progress("Spoiling photographs", 0, 1)
    labels, choices = write_sample(paths.photos)
    on_progress("Spoiling photographs", 1, 1)
    progress = partial(on_progress, "Looking at photos")
    build_index(paths, BuildRequest([paths.photos], encoder_spec="embedded", on_progress=progress))
    import_labels(paths, labels, base=[paths.photos], judgements="choices")
    import_choices(paths, choices, base=[paths.photos], judgements="choices")

    index = Index.open(paths)
    if LEARNED not in list_vectors(index):
        progress = partial(on_progress, "Learning")
        add_vector(index, learn_vector(index, LEARNED, "all-pairs", on_progress=progress))
    evaluation = evaluate(
        index,
        protocol=Protocol(fold_by="group"),
        load=index.encoder,
        on_progress=partial(on_progress, "Measuring accuracy"),
    )
    save_evaluation(paths, evaluation)
    return index
