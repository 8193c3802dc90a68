"""Tests of copying judgements from one index to another index of the same photos."""

import pytest

from photorank.errors import JudgedIndexError
from photorank.index.building.build import build_index
from photorank.index.building.from_other_index import successor_of
from photorank.index.building.request import BuildRequest
from photorank.index.catalogue.connection import adding, reading
from photorank.index.judging.click_log import clicks, record_choice, record_stars, undo
from photorank.index.judging.copy_judgements import copy_judgements
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.maintenance.checks import examine_index
from photorank.index.opened import Index
from tests.fixtures.colours import ColourEncoder, fill
from tests.index.test_opened import choices, labels


@pytest.fixture
def both(library):
    """Library with judgements and one deleted photo, and the paths of a new index."""
    fill(library.folder, 8)
    library.build()
    files = [f"{number:04}.png" for number in range(6)]
    import_labels(library.paths, labels(*((name, at) for at, name in enumerate(files))))
    import_choices(library.paths, choices((files[0], files[1]), (files[2], files[3])))
    photos = library.index.photos()
    record_choice(library.paths, "ann", photos[0].digest, photos[5].digest, tie=False, asked=None)
    record_stars(library.paths, "ann", photos[2].digest, 4)
    (library.folder / "0001.png").unlink()
    return library, library.workspace.index("newer")


def build(paths, folder):
    """Build an index of the photos in a folder, with the colour encoder."""
    build_index(paths, BuildRequest([folder], encoder_spec="colours", load=ColourEncoder))


def judgements(paths):
    """Scores, choices in order of clicks, raters and kind of judgements of an index, as a tuple."""
    index = Index.open(paths)
    labels = index.labels()
    scores = {
        one.digest: (float(score), one.group)
        for one, score in zip(index.photos(), labels.scores, strict=True)
        if score == score
    }
    digests = index.digests()
    found = index.choices()
    pairs = [(digests[a], digests[b]) for a, b in zip(found.winners, found.losers, strict=True)]
    return scores, pairs, index.raters(), index.manifest.judgements


@pytest.mark.slow
def test_everything_comes_along(both):
    """Scores, choices and clicks are copied to the new index in order; the old index keeps them."""
    library, newer = both
    build(newer, library.folder)
    before = library.paths.catalogue.read_bytes()
    copied = copy_judgements(library.paths, newer)
    library.build()  # which finds that a photo is gone
    assert judgements(newer) == judgements(library.paths)
    assert (copied.ratings, copied.choices) == (7, 3)
    assert len(before)
    assert {one.level for one in examine_index(newer)} == {"good"}
    undone = clicks(Index.open(newer), "ann")
    undo(newer, "ann")
    assert int(undone.stars.sum()) == 4
    assert int(clicks(Index.open(newer), "ann").stars.sum()) == 0


@pytest.mark.slow
def test_judgements_of_a_photo_that_is_not_there_wait_for_it(both):
    """Copied judgements of a missing photo take effect once the photo is indexed again."""
    library, newer = both
    build(newer, library.folder)
    copy_judgements(library.paths, newer)
    assert len(judgements(newer)[0]) == 5
    fill(library.folder, 2)
    build(newer, library.folder)
    assert len(judgements(newer)[0]) == 6


@pytest.mark.slow
def test_an_index_with_judgements_of_its_own_is_refused(both):
    """Copying judgements into an index that already has judgements is refused without a change."""
    library, newer = both
    build(newer, library.folder)
    copy_judgements(library.paths, newer)
    old = successor_of(library.paths)
    undo(newer, "ann")
    for refused in (lambda: copy_judgements(library.paths, newer), lambda: old.check_new(newer)):
        with pytest.raises(JudgedIndexError, match="another --name"):
            refused()
    with pytest.raises(JudgedIndexError):
        old.check_new(library.paths)
    with reading(newer) as connection:
        assert connection.execute("SELECT count(*) FROM ratings").fetchone() == (6,)


@pytest.mark.slow
def test_a_copy_that_was_made_is_left_as_it_is(both):
    """Copying judgements again into the same new index gives the same result as before."""
    library, newer = both
    build(newer, library.folder)
    copied = copy_judgements(library.paths, newer)
    assert copied.absent == 1  # its file is gone
    successor_of(library.paths).check_new(newer)
    assert copy_judgements(library.paths, newer) == copied
    assert judgements(newer)[2] == ["ann"]


def test_a_successor_is_by_the_newest_version_of_the_encoder(both):
    """An index's successor has the same folders and the newest version of the same encoder."""
    library, newer = both
    old = successor_of(library.paths)
    assert (old.encoder, old.folders) == ("colours", [library.folder])
    old.check_new(newer)
    newer.root.parent.joinpath("linked").symlink_to(library.paths.root)
    with pytest.raises(JudgedIndexError):
        old.check_new(library.workspace.index("linked"))


def test_an_index_that_only_knows_a_rater_is_refused(both):
    """If the new index has raters, copying judgements is refused: rater numbers would clash."""
    library, newer = both
    build(newer, library.folder)
    with adding(newer) as connection:
        connection.execute("INSERT INTO raters (name) VALUES ('bo')")
    with pytest.raises(JudgedIndexError):
        copy_judgements(library.paths, newer)
