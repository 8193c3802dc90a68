import jsonschema
import numpy as np
import pytest
from PIL import Image

from photorank.rating.rate_photo import compare_embeddings, embeddings_of, rate_files
from photorank.service.openapi import SCHEMAS
from photorank.vectors.store import add_vector
from tests.fixtures.colours import ColourEncoder, fill, paint


def valid(content, schema):
    """Answer of the service, after validation against its published JSON schema."""
    jsonschema.validate(content, SCHEMAS[schema])
    return content


def test_ratings_are_those_of_rate_alone_and_in_company(client, collection, tmp_path):
    """The service gives a photo the same rating whether it is sent alone or with other files."""
    files = [*fill(tmp_path / "new", 3, start=70), collection.index.photo(2).path]
    (tmp_path / "bad.jpg").write_text("no photo")
    Image.new("RGB", (9, 9)).save(tmp_path / "black.png")
    sent = [*files, tmp_path / "bad.jpg", tmp_path / "black.png", b""]
    status, content = client.send("/v1/rate", *sent)

    assert status == 200
    photos = valid(content, "Rating")["photos"]
    expected = rate_files(collection.index, collection.vector, files, ColourEncoder)
    assert [one["rating"] for one in photos[:4]] == pytest.approx([one.rating for one in expected])
    assert [one["percentile"] for one in photos[:4]] == [one.percentile for one in expected]
    order = np.argsort([-one["rating"] for one in photos[:4]])
    assert [photos[place]["batch_rank"] for place in order] == [1, 2, 3, 4]
    assert [one["error"] for one in photos[4:]] == [
        "not an image (text file?)",
        "the encoder gives NaN or only zeros for it",
        "empty file",
    ]
    for photo, file in zip(photos, files, strict=False):
        [alone] = client.send("/v1/rate", file)[1]["photos"]
        assert alone["rating"] == pytest.approx(photo["rating"], abs=1e-6)


def test_every_answer_names_its_versions(client, collection):
    """Each answer gives the versions of encoder and vector; renaming a vector changes neither."""
    file = collection.index.photo(0).path
    collection_vector = collection.vector
    add_vector(collection.index, collection_vector.renamed("same"))
    one = client.send("/v1/rate", file)[1]["versions"]
    same = client.send("/v1/rate?vector=same", file)[1]["versions"]
    assert one["fingerprint"]["weights"] == "0" * 64
    assert one["vector_version"] == same["vector_version"]
    assert (one["vector"], same["vector"]) == ("any", "same")
    listed = valid(client.get("/v1/vectors")[1], "Vectors")
    assert {row["name"]: row["version"] for row in listed["vectors"]} == dict.fromkeys(
        ("any", "same"), one["vector_version"]
    )


def test_two_photos_are_compared_as_the_command_does(client, collection, tmp_path):
    """Two photos are compared as by `compare`; other counts and bad photos are refused."""
    files = fill(tmp_path / "two", 2, start=40)
    status, content = client.send("/v1/compare", *files)
    rows = embeddings_of(collection.index, files, ColourEncoder)
    expected = compare_embeddings(collection.index, collection.vector, rows)

    assert status == 200
    assert valid(content, "Comparison")["first"]["probability"] == pytest.approx(
        expected.probabilities[0]
    )
    assert content["second"]["probability"] == pytest.approx(expected.probabilities[1])
    assert client.send("/v1/compare", files[0])[0] == 400
    status, content = client.send("/v1/compare", files[0], b"no photo")
    assert status == 422
    assert "not an image" in valid(content, "Refusal")["error"]


def test_an_album_is_chosen_of_the_batch(client, collection, tmp_path):
    """An album of three photos has the best one and no repeats; unusable photos are reported."""
    files = fill(tmp_path / "many", 8, start=20)
    status, content = client.send("/v1/album?places=3", *files, files[0], b"no photo")
    ratings = client.send("/v1/rate", *files)[1]["photos"]

    assert status == 200
    chosen = [one["position"] for one in valid(content, "Album")["chosen"]]
    assert len(set(chosen)) == 3
    assert chosen == sorted(chosen)
    assert not {0, 8} <= set(chosen)
    best = max(range(8), key=lambda place: ratings[place]["rating"])
    assert best in chosen or (best == 0 and 8 in chosen)
    assert content["unusable"] == [
        {"position": 9, "name": "photo.png", "error": "not an image (text file?)"}
    ]
    assert content["value"] <= content["bound"]
    for places in ("0", "x", "", "9" * 12):
        assert client.send(f"/v1/album?places={places}", files[0])[0] == 400
    assert client.send("/v1/album", files[0], places=5)[1]["places"] == 5
    assert client.send("/v1/album?places=1", b"no photo")[0] == 422


def test_an_index_that_grows_is_opened_again(client, collection):
    """An index that has grown is opened again, so percentiles count its new photos."""
    file = collection.index.photo(0).path
    before = client.send("/v1/rate", file)[1]["versions"]
    paint(collection.folder / "late.png", 55)
    collection.build()
    after = client.send("/v1/rate", file)[1]["versions"]

    assert (before["photos"], after["photos"]) == (10, 11)
    assert before["scale_version"] != after["scale_version"]
