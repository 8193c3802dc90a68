"""Quotas on photos with a visible face in an album."""

import numpy as np
import pytest

from photorank.album.face_quota import FaceQuota
from photorank.album.make_album import make_album
from photorank.album.request import AlbumRequest
from photorank.errors import AlbumError
from photorank.index.catalogue.connection import adding
from photorank.index.catalogue.face_rows import record_faces
from tests.album.test_make_album import in_series, rows, single
from tests.fixtures.colours import fill
from tests.photos.faces.test_face import LARGE


@pytest.fixture
def index(library):
    """Index of ten photos, of which only the first three show a face."""
    fill(library.folder, 10)
    library.build(faces=False)
    digests = library.index.digests()
    with adding(library.paths) as connection:
        record_faces(connection, {one: [LARGE] if n < 3 else [] for n, one in enumerate(digests)})
    return library.index


def album(index, places, quota, **wishes):
    """Album with a face quota, from photos whose ratings equal their row numbers."""
    request = AlbumRequest(places, 0, with_faces=quota, **wishes)
    return make_album(index, np.arange(10.0), single(10), request, vector="v")


@pytest.mark.parametrize(
    ("quota", "chosen"),
    [
        (FaceQuota(), {6, 7, 8, 9}),
        (FaceQuota(2), {1, 2, 8, 9}),
        (FaceQuota(3, 3), {0, 1, 2, 9}),
        (FaceQuota(0, 0), {6, 7, 8, 9}),
    ],
)
def test_at_least_and_at_most_so_many_photos_have_a_face(index, quota, chosen):
    """Quotas on photos with faces are met, and the best-rated photos fill the other places."""
    made = album(index, 4, quota)
    assert set(rows(made)) == chosen
    if quota.at_least:
        assert made.missed[0].reason == "the quota on faces leaves it no place"


def test_fewer_faces_than_asked_for_leave_no_place_empty(index):
    """If fewer photos have faces than requested, other photos fill the album; a note says so."""
    made = album(index, 6, FaceQuota(5))
    assert set(rows(made)) == {0, 1, 2, 7, 8, 9}
    assert any("3 photos with a visible face" in note for note in made.notes)


@pytest.mark.parametrize("quota", [FaceQuota(0, 2), FaceQuota(2, 2)])
def test_a_quota_that_takes_no_place_is_no_reason(library, quota):
    """If no photo has a face, the face quota is never the reason why a photo is left out."""
    fill(library.folder, 10)
    library.build(faces=False)
    with adding(library.paths) as connection:
        record_faces(connection, {one: [] for one in library.index.digests()})
    made = album(library.index, 6, quota)
    assert {one.reason for one in made.missed} == {"next in value"}
    assert sum("with a visible face" in note for note in made.notes) == bool(quota.at_least)


def test_at_most_leaves_places_empty_where_all_else_has_a_face(index):
    """If every remaining photo has a face and the face limit is reached, places stay empty."""
    made = album(index, 9, FaceQuota(0, 1))
    assert len(rows(made)) == 8
    assert "1 place left empty: the quota on faces allows no more" in made.notes


def test_what_contradicts_itself_is_refused(library, index):
    """A face quota is refused if photos per day are limited or faces were never detected."""
    with pytest.raises(AlbumError, match="exclude each other"):
        album(index, 4, FaceQuota(1), per="day", at_most=1)
    with adding(library.paths) as connection:
        connection.execute("DELETE FROM photo_faces")
    with pytest.raises(AlbumError, match="photorank faces --name library"):
        album(library.index, 4, FaceQuota(1))


@pytest.mark.parametrize("text", ["", "..", "3", "a..b", "5..3", "-1..", "1..2..3"])
def test_what_is_no_quota_is_refused(text):
    """A face quota is written as MIN..MAX, MIN.. or ..MAX; any other text is refused."""
    with pytest.raises(ValueError, match="quota"):
        FaceQuota.parse(text)


def test_what_faces_lack_in_any_shot_is_part_of_the_reason(index):
    """The reason for choosing a shot says "eyes open" if eyes are hardly open in another shot."""
    shots = [[LARGE._replace(cut=False, eyes=eyes)] for eyes in ("open", "open", "hardly open")]
    digests = index.digests()
    with adding(index.paths) as connection:
        record_faces(connection, dict(zip(digests, [*shots, *[[]] * 7], strict=True)))
    series = in_series(np.array([0, 0, 0, *range(3, 10)]), [None] * 10)
    request = AlbumRequest(1, 0)

    album = make_album(index, np.arange(10.0)[::-1], series, request, vector="v")

    assert "best of 3 near-identical shots (better rated, eyes open)" in album.chosen[0].reason


def test_a_quota_beyond_all_numbers_is_that_of_all_places():
    """A face quota with a huge maximum is limited to the number of places."""
    assert FaceQuota.parse(f"0..{10**30}").limits(3, 2).tolist() == [3, 3]
