import numpy as np
import pandas as pd
import pytest
from PIL import Image

import photorank
from photorank.errors import (
    ComparisonsError,
    EncoderError,
    LabelsError,
    NoEncoderError,
    NoTextError,
    UnreadablePhotoError,
)


@photorank.image_encoder(name="few-pixels", digest="1", size=4)
def few_pixels(images):
    """Embedding of each image: its pixel values, relative to middle grey."""
    return [np.asarray(image, dtype=np.float32).ravel() - 127.5 for image in images]


@pytest.fixture
def own(tmp_path, gallery, monkeypatch):
    """Index of the test photos and their labels, built with a Python function as encoder."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    return photorank.build_index(
        "own", gallery, encoder=few_pixels, labels=str(gallery / "labels.csv")
    )


def test_photos_and_labels_are_tables_of_the_same_rows(home):
    """The same row number means the same photo in the tables, embeddings and ratings."""
    index = photorank.open_index("small")
    photos, labels = index.photos(), index.labels()

    assert isinstance(index, photorank.Index)
    assert repr(index).startswith("<Index 'small': 24 photos, by embedded")
    assert len(photos) == len(labels) == len(index.rate(vector="ours")) == 24
    assert photos["path"].tolist() == labels["path"].tolist()
    assert set(photos["group"]) == {"beach", "forest", "street"}
    least_blurred = photos["path"].str.endswith("0.jpg")
    assert (labels["score"][least_blurred] == 8).all()
    assert index.comparisons(within="group").n_pairs == 3 * 28


@pytest.mark.slow
def test_a_photo_rates_alike_as_file_image_pixels_and_row(home, gallery):
    """A photo gets the same rating if given as a file, an open image, pixels or an embedding."""
    index = photorank.open_index("small")
    file = gallery / "beach" / "3.jpg"
    with Image.open(file) as image:
        pixels = np.asarray(image)
        found = [
            *index.rate([file, str(file), image, pixels], vector="ours"),
            *index.rate(pixels, "ours"),
            *index.rate(index.embed(file), "ours"),
        ]
    row = index.photos()["path"].tolist().index(str(file))
    every = index.rate(index.vector("ours"))

    assert found == pytest.approx([every[row]] * 6, abs=1e-3 * every.std())
    assert index.percentiles(every[[every.argmax()]], "ours") == pytest.approx(100 - 50 / 24)
    assert len(index.rate([], "ours")) == 0


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "LA", "1"])
def test_images_of_other_modes_rate_as_their_files_do(home, gallery, tmp_path, mode):
    """Grey, transparent, palette and CMYK images get the same ratings in memory as from files."""
    index = photorank.open_index("small")
    with Image.open(gallery / "street" / "2.jpg") as image:
        converted = image.convert(mode)
    file = tmp_path / ("photo.tif" if mode == "CMYK" else "photo.png")
    converted.save(file)

    assert index.rate(converted, "ours") == pytest.approx(index.rate(file, "ours"), abs=1e-6)


def test_an_image_is_turned_as_its_file_is(home, gallery, tmp_path):
    """EXIF orientation is applied to an open PIL image in the same way as to a file."""
    index, file = photorank.open_index("small"), tmp_path / "turned.jpg"
    with Image.open(gallery / "street" / "1.jpg") as image:
        exif = image.getexif()
        exif[0x0112] = 6
        image.save(file, exif=exif, quality=95)
    with Image.open(file) as turned:
        found = index.rate([turned, file], "ours")
    assert found[0] == pytest.approx(found[1], abs=1e-3)


def test_arrays_that_are_no_photos_are_told(home):
    """Pixel values from 0 to 1 and another encoder's embeddings are refused, not misread."""
    index = photorank.open_index("small")
    with pytest.raises(EncoderError, match="have 800 dimensions"):
        index.rate(np.zeros((2, 512), dtype=np.float32), "ours")
    with pytest.raises(EncoderError, match="8-bit pixels"):
        index.rate([np.zeros((8, 8, 3))], "ours")
    with pytest.raises(UnreadablePhotoError, match="not a usable photo"):
        index.rate(__file__, "ours")


def test_two_photos_are_compared(home, gallery):
    """The probabilities of two compared photos sum to 1 and swap if the photos are swapped."""
    index = photorank.open_index("small")
    sharp, blurred = gallery / "beach" / "0.jpg", gallery / "beach" / "7.jpg"
    one, other = index.compare(sharp, blurred, "ours"), index.compare(blurred, sharp, "ours")

    assert one.probabilities[0] > 0.5
    assert one.probabilities == pytest.approx(other.probabilities[::-1])
    assert sum(one.probabilities) == pytest.approx(1)


def test_an_album_is_a_table_of_photos_with_reasons(home):
    """An album's table has one row per chosen photo, with the reason for choosing it."""
    index = photorank.open_index("small")
    album = index.album(3, vector="ours", group="beach")
    assert len(album) == 3
    assert set(index.photos()["group"][album["row"]]) == {"beach"}
    assert album["reason"].str.len().min() > 0


@pytest.mark.slow
def test_vectors_are_made_learned_kept_and_listed(home):
    """Vectors can be made from prompts or learned; saved ones are listed by the index."""
    index = photorank.open_index("small")
    asked = {"negatives": ["a blurry photo"]}
    assert index.prompt_vector("sharp", "a sharp photo", **asked).kind == "prompt+qualities"
    words = index.prompt_vector("sharp", "a sharp photo", **asked, plain=True)
    same = photorank.prompt_vector(
        "sharp",
        ["a sharp photo"],
        photorank.load_encoder("embedded"),
        negatives=["a blurry photo"],
    )
    learned = index.learn_vector("again", "mean-difference", within="group")
    both = index.learn_vector("both", "all-pairs", with_degradations=0.1)
    assert both.card.parameters["with_degradations"] == 0.1
    for weight in (-1, 11, float("nan")):
        with pytest.raises(ComparisonsError, match="must be 0 to 10"):
            index.learn_vector("wrong", with_degradations=weight)
    assert words.direction == pytest.approx(same.direction)
    assert learned.card.accuracy is not None

    index.add_vector(learned)
    table = index.vectors().set_index("name")
    assert table.loc["again", "kind"] == "mean-difference"
    assert table.loc["again", "accuracy"] == learned.card.accuracy.value
    assert table["builtin"].any()
    assert index.rate(learned) == pytest.approx(index.rate(vector="again"), abs=1e-6)
    assert index.vector().name in table.index


@pytest.mark.slow
def test_a_function_is_an_encoder(own, gallery):
    """Any function from images to embedding rows can serve as encoder for indexing and rating."""
    assert own.embeddings().shape == (24, 48)
    np.testing.assert_allclose(np.linalg.norm(own.embeddings(), axis=1), 1, atol=1e-6)
    assert own.opened.manifest.encoder == "few-pixels"
    vector = own.add_vector(own.learn_vector("mine"))
    found = own.rate([gallery / "beach" / "1.jpg", Image.new("RGB", (50, 40), "teal")], vector)
    assert np.isfinite(found).all()
    rows = photorank.evaluate(own, learners=["all-pairs"]).results
    assert {"mine", "all-pairs"} <= {row.vector for row in rows}
    with pytest.raises(NoTextError, match="knows no words"):
        own.prompt_vector("words", "a photo")


def test_who_opens_an_index_of_a_function_gives_it_again(own):
    """An index made with an encoder function rates new photos only with that same function."""
    opened, photo = photorank.open_index("own"), Image.new("RGB", (20, 20))
    direction = np.eye(48)[0]
    vector = photorank.MasterVector("red", "given", direction, own.opened.fingerprint)
    assert len(opened.rate(vector)) == 24
    with pytest.raises(EncoderError, match="no encoder is called 'few-pixels'"):
        opened.rate(photo, vector)
    assert np.isfinite(photorank.open_index("own", encoder=few_pixels).rate(photo, vector)).all()
    another = photorank.image_encoder(name="few-pixels", digest="2", size=4)(few_pixels)
    with pytest.raises(photorank.PhotorankError, match="was made with"):
        photorank.open_index("own", encoder=another)


def test_a_function_that_gives_something_else_is_told(tmp_path, gallery, monkeypatch):
    """If an encoder function returns an array of the wrong shape, the error gives that shape."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    wrong = photorank.image_encoder(name="wrong", digest="1")(lambda images: np.zeros(3))
    with pytest.raises(EncoderError, match="gives an array of shape"):
        photorank.build_index("wrong", gallery, encoder=wrong)


def test_labels_of_a_table_replace_those_of_their_source(own):
    """Labels imported from one DataFrame are replaced by those imported from the next."""
    table = pd.DataFrame(
        {"file": ["beach/0.jpg", "beach/1.jpg"], "score": [1.0, 5.0], "rater": "me"}
    )
    judged = own.import_labels(table).labels("me")
    assert sorted(judged["score"].dropna()) == [1.0, 5.0]
    again = own.import_labels(table.assign(score=[2.0, 3.0])).labels("me")
    assert sorted(again["score"].dropna()) == [2.0, 3.0]
    assert own.import_labels(table).labels()["score"].notna().sum() == 24


def test_imported_embeddings_have_no_encoder():
    """Loading an encoder for imported embeddings is refused with an error that says why."""
    with pytest.raises(NoEncoderError, match="as made by 'ViT of ours'"):
        photorank.load_encoder("embeddings:ViT of ours")


def test_a_table_in_memory_that_is_wrong_is_called_the_table(own):
    """Errors in a table given in memory say "the table" and name no file."""
    with pytest.raises(LabelsError, match=r"^the table has no column 'file'"):
        own.import_labels(pd.DataFrame({"f": ["a.jpg"], "score": [1]}))
