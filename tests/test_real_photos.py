"""The main job on 808 real photographs with people's ratings, where they are at hand."""

from pathlib import Path

import pytest

from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import read_labels
from photorank.learning.judged_photos import judged_photos
from photorank.learning.learn_vector import fit_and_test
from photorank.learning.protocol import Protocol
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.workspace import Workspace

OASIS = Path(__file__).parents[2] / "shared" / "data" / "oasis-beauty"


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute on two idle cores
@pytest.mark.skipif(not OASIS.is_dir(), reason="the OASIS photographs are not beside the checkout")
def test_what_people_find_beautiful_can_be_learned(tmp_path):
    """On photos it has not seen, a learned direction orders more than 78 % of the pairs."""
    workspace = Workspace(tmp_path)
    report = build_index(
        workspace.index("oasis"),
        BuildRequest([OASIS / "images"], encoder_spec="embedded", framing="whole"),
    )
    import_labels(workspace.index("oasis"), read_labels(OASIS / "ratings.csv"))
    photos = judged_photos(Index.open(workspace.index("oasis")))

    learned = fit_and_test(AllPairs(), photos, Protocol(fold_by="photo", repeats=1))

    assert (report.added, report.skipped) == (808, [])
    accuracy = learned.metrics["pairwise_accuracy"]
    assert accuracy["value"] > 0.78
    assert accuracy["low"] > 0.75
