import csv
import json

import pytest


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_quality_writes_one_file_a_vector_and_one_table(photorank, tmp_path):
    """The quality benchmark writes a JSON per encoder, framing, vector and dataset, and one CSV."""
    arguments = ["--learners", "all-pairs", "--folds", 3, "--repeats", 1, "--json"]
    outcome = photorank("bench", "quality", "--to", tmp_path / "results", *arguments)

    assert outcome.code == 0, outcome.err
    written = outcome.json
    assert written[-1].endswith("quality.csv")
    with (tmp_path / "results" / "quality.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["fold_by"] for row in rows} == {"photo", "group"}
    assert {"all-pairs", "plain-prompt", "random-direction", "ours"} <= {
        row["vector"] for row in rows
    }
    for row in rows:
        if row["pairwise_accuracy"]:
            low, high = float(row["pairwise_accuracy_low"]), float(row["pairwise_accuracy_high"])
            # Limits that are the value itself may differ from it in the last digit.
            assert low - 1e-9 <= float(row["pairwise_accuracy"]) <= high + 1e-9
    record = json.loads((tmp_path / "results" / "small__embedded__whole__ours.json").read_text())
    assert (record["dataset"], record["model"], record["framing"]) == ("small", "embedded", "whole")
    assert len(record["results"]) == len([row for row in rows if row["vector"] == "ours"])


def test_nothing_judged_is_told(refused, empty_home, tmp_path):
    """If no photos are judged, the quality benchmark is refused and writes no file."""
    line = refused("bench", "quality", "--to", tmp_path / "results")

    assert "labels import" in line
    assert not (tmp_path / "results").exists()


def test_an_unknown_runtime_is_told(refused, empty_home, tmp_path):
    """A misspelt runtime is refused with a list of the known ones before photos are read."""
    for command in (["bench", "index"], ["index", tmp_path, "--name", "new"]):
        line = refused(*command, "--runtime", "onnx")

        assert "'onnx'" in line
        assert "auto, torch, openvino, openvino-int8" in line
