"""Command `photorank faces`: single files, an index, removal, and wrong usage."""

import pytest

from tests.fixtures.portraits import as_jpeg, needs_faces, portrait


@needs_faces
def test_single_files_need_no_index(photorank, tmp_path, empty_home):
    """`faces` shows each face's box and eyes, and reports a photo without a face."""
    file = tmp_path / "face.jpg"
    file.write_bytes(as_jpeg(portrait()))
    (told,) = photorank("faces", file, "--json").json
    assert told["path"] == str(file)
    assert [face["eyes"] for face in told["faces"]] == ["open"]
    assert ": eyes open" in photorank("faces", file).out
    file.write_bytes(as_jpeg(portrait().crop((0, 350, 100, 512))))
    assert "no face was found" in photorank("faces", file).out
    assert not empty_home.exists()


@pytest.mark.slow
@needs_faces
@pytest.mark.usefixtures("home")
def test_faces_are_forgotten_and_looked_for_again(photorank):
    """Faces found during indexing can be removed and are found again by running `faces`."""
    told = photorank("faces", "--index", "small", "--json").json
    assert (told["measured"], told["known"], told["skipped"], told["photos"]) == (0, 24, [], [])
    assert photorank("faces", "--name", "small", "--remove", "--json").json["removed"] == 24
    assert "the faces of 0 photos were forgotten" in photorank("faces", "--remove").out
    again = photorank("faces").out
    assert "24 measured, 0 known before" in again
    assert "0 faces in 0 photos" in again


@pytest.mark.parametrize("command", [pytest.param("faces", marks=needs_faces), "signals"])
def test_one_bad_file_does_not_end_a_list(photorank, tmp_path, command):
    """Good files are measured, bad ones are named with their reasons, and the command fails."""
    good, bad, none = (tmp_path / name for name in ("good.jpg", "bad.jpg", "none.jpg"))
    good.write_bytes(as_jpeg(portrait()))
    bad.write_bytes(b"no photo")
    done = photorank(command, bad, good, none, "--json")
    assert done.code == 1
    assert [sorted(row) for row in done.json][::2] == [["error", "path"]] * 2
    assert command in done.json[1]
    assert "2 files of 3 could not be used" in done.err
    assert f"{none}: does not exist" in done.err


@pytest.mark.parametrize("arguments", [["photo.jpg", "--remove"], ["photo.jpg", "--name", "small"]])
def test_wrong_usage(photorank, arguments):
    """`faces` with files refuses --remove and --name, which need an index, as wrong usage."""
    assert photorank("faces", *arguments).code == 2
