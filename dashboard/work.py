"""What buttons set off: the same slow work as the commands, saved in the same places."""

from collections.abc import Callable, Sequence

from dashboard import loading
from dashboard.cards import Within
from photorank.index.store import Index
from photorank.typing import Json

Progress = Callable[[str, int, int], None]  # stage, done, to do


def build_sample(on_progress: Progress) -> None:
    """Build the sample in the current workspace."""
    from photorank.demo import build_sample

    build_sample(loading.workspace(), on_progress=on_progress)


def evaluate(index: Index, protocol: Json, on_progress: Progress) -> None:
    """Measure every vector and learner by a protocol and keep the result in the index."""
    from photorank.evaluation.evaluate import evaluate
    from photorank.evaluation.protocol import Protocol
    from photorank.evaluation.report import save_evaluation

    found = evaluate(
        index,
        protocol=Protocol(**protocol),
        load=lambda: loading.encoder(index),
        on_progress=lambda done, total: on_progress("Comparing vectors", done, total),
    )
    save_evaluation(index.paths, found)


def add_prompt(index: Index, name: str, texts: Sequence[str], negatives: Sequence[str]) -> None:
    """Make a vector from words and keep it in the index."""
    from photorank.vectors.prompts import prompt_vector
    from photorank.vectors.store import add_vector, check_free

    check_free(index, name)
    add_vector(index, prompt_vector(name, texts, loading.encoder(index), negatives=negatives))


def add_learned(
    index: Index,
    name: str,
    learner: str,
    within: Within,
    on_progress: Progress,
) -> None:
    """Learn a vector from the index's judgements, test it out of fold, and keep it in the index."""
    from photorank.evaluation.learning import learn_vector
    from photorank.vectors.store import add_vector, check_free

    check_free(index, name)
    vector = learn_vector(
        index,
        name,
        learner,
        within=within,
        on_progress=lambda done, total: on_progress("Learning and testing", done, total),
    )
    add_vector(index, vector)


def remove(index: Index, name: str) -> None:
    """Delete one of the index's own vectors."""
    from photorank.vectors.store import remove_vector

    remove_vector(index, name)
