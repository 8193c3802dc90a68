"""Command `photorank bench faces`."""

import pytest

from tests.fixtures.portraits import as_jpeg, needs_faces, portrait


@pytest.mark.slow
@needs_faces
def test_figures_are_printed_with_intervals(photorank, refused, tmp_path):
    """Face detection results are printed as table and JSON; a table without boxes is refused."""
    (tmp_path / "a.jpg").write_bytes(as_jpeg(portrait()))
    table = tmp_path / "faces.csv"
    table.write_text("file,left,top,right,bottom,eyes\na.jpg,178,67,273,175,open\n")
    told = photorank("bench", "faces", "--labels", table, "--json").json
    first = told["figures"][0]
    assert (first["name"], first["value"], first["n"]) == ("clear faces found", 1.0, 1)
    assert first["low"] < 1
    assert "cannot tell" in photorank("bench", "faces", "--labels", table).out
    table.write_text("file,left\n")
    assert "no column top" in refused("bench", "faces", "--labels", table)
