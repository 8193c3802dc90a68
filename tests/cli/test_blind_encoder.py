import numpy as np
import pytest

N = 40


def embeddings(folder, rows):
    """Folder that holds photo embeddings in a NumPy file and the photos' labels in a CSV file."""
    folder.mkdir()
    np.save(folder / "x.npy", rows.astype(np.float32))
    labels = [f"x/{n:09},{n}" for n in range(N)]
    (folder / "labels.csv").write_text("\n".join(["file,score", *labels]))
    return folder


@pytest.mark.slow
def test_an_encoder_that_tells_no_photos_apart_is_told_with_the_way_out(
    photorank, refused, empty_home, tmp_path
):
    """A warning says that the encoder cannot tell most photos apart, and how to reindex them."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(N, 8))
    rows[10:, 0] += 100
    for name, some in (("blind", rows), ("blinder", rows[10:][np.arange(N) % 30])):
        folder = embeddings(tmp_path / name, some)
        photorank("index", "--embeddings", folder, "--name", name, "--encoder-name", name)
        photorank("labels", "import", folder / "labels.csv", "--index", name)
    learn = ("vector", "learn", "mine", "--learner", "mean-difference")
    for done in (
        photorank(*learn, "--index", "blind"),
        photorank("evaluate", "--folds", 3, "--repeats", 1, "--index", "blind"),
    ):
        assert "takes 30 of 40 judged photos for copies of one picture" in done.err
        assert "photorank index --from blind --name NEW" in done.err

    said = refused(*learn, "--index", "blinder")
    assert "takes all 40 judged photos for copies of one picture" in said
