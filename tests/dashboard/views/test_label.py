import shutil

import pytest

from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.click_log import clicks, record_choice
from photorank.index.opened import Index
from photorank.vectors.store import list_vectors
from photorank.workspace import Workspace
from tests.dashboard.views.test_pages import button, texts


def press(app, outcome):
    """Press the button of an outcome, for whichever pair is shown."""
    one = next(one for one in app.button if str(one.key).startswith(f"{outcome}-"))
    one.click().run()
    assert not app.exception


def said(paths, rater="me"):
    """Return what a person has said."""
    return clicks(Index.open(paths), rater)


def test_choices_are_kept_and_the_next_pair_shows(dashboard, paths):
    """First, second, tie and skip each end where they belong, and no pair comes twice."""
    app = dashboard("teach")
    for outcome in ("first", "second", "tie", "skip"):
        press(app, outcome)

    found = said(paths)
    assert found.ties.tolist() == [False, False, True]
    assert len(found.skipped) == 1
    assert set(found.asked) <= {"random", "informative"}
    assert len({frozenset(pair) for pair in found.shown.tolist()}) == 4
    assert "**3 choices.**" in texts(app)


def test_undo_shows_the_pair_again(dashboard, paths):
    """The choice is taken back, and the same two photos are there to choose from."""
    app = dashboard("teach")
    keys = [one.key for one in app.button if str(one.key).startswith("first-")]
    press(app, "first")
    button(app, "Undo").click().run()

    assert not app.exception
    assert len(said(paths).winners) == 0
    _, *rows = next(one.key for one in app.button if str(one.key).startswith("first-")).split("-")
    assert sorted(rows) == sorted(keys[0].split("-")[1:])


def test_ratings_are_shown_after_the_choice_and_not_before(dashboard, paths):
    """Nothing leads the person."""
    app = dashboard("teach")
    assert "±" not in texts(app)
    press(app, "first")
    assert texts(app).count("±") == 2


def test_people_are_kept_apart(dashboard, paths):
    """Another name begins with no choices, and two names can be compared."""
    index = Index.open(paths)
    for row, rater in enumerate(("ann", "bob")):
        digests = index.photo(row).digest, index.photo(9).digest
        record_choice(paths, rater, *digests, tie=False, asked="random")
    app = dashboard("teach")
    app.selectbox(key="rater").set_value("ann").run()
    press(app, "second")
    assert len(said(paths, "ann").winners) == 2
    assert len(said(paths, "bob").winners) == 1

    app.segmented_control(key="mode").set_value("together").run()
    assert not app.exception
    assert "would choose alike on" in texts(app)
    app.text_input[0].input("ours-together")
    button(app, "Save vector").click().run()
    assert list_vectors(Index.open(paths))["ours-together"].kind == "common"


def test_what_was_learned_becomes_a_vector(dashboard, paths):
    """The button keeps it in the index, under a name that is free."""
    app = dashboard("teach")
    press(app, "first")
    button(app, "Save vector").click().run()

    assert not app.exception
    assert list_vectors(Index.open(paths))["me-taste"].kind == "personal"


def test_stars_are_given_changed_and_taken_back(dashboard, paths):
    """A photo's stars are those that were clicked last; undo brings the ones before."""
    app = dashboard("teach")
    app.segmented_control(key="mode").set_value("stars").run()
    app.feedback[0].set_value(3).run()
    assert not app.exception
    assert said(paths).stars.tolist() == [4.0]
    app.feedback[0].set_value(0).run()
    assert said(paths).stars.tolist() == [1.0]

    button(app, "Undo").click().run()
    assert said(paths).stars.tolist() == [4.0]
    assert app.feedback[0].value == 3


def test_a_choice_that_cannot_be_kept_is_told_and_its_pair_stays(dashboard, paths, monkeypatch):
    """Another process that does not let go of the catalogue: the words say that it was not kept."""
    monkeypatch.setattr("photorank.index.catalogue.connection._LOCK_TIMEOUT_SECONDS", 0.1)
    app = dashboard("teach")
    before = [one.key for one in app.button]
    with writing(paths) as connection, transaction(connection):
        press(app, "first")
    assert "This was not kept" in app.error[0].value
    assert [one.key for one in app.button] == before

    press(app, "first")
    assert len(said(paths).winners) == 1
    assert not app.error


def test_photos_that_are_gone_are_shown_by_their_thumbnails(dashboard, paths, tmp_path):
    """Labelling goes on without the files, and says so where nothing is left to show."""
    shutil.rmtree(paths.thumbnails)
    app = dashboard("teach")
    press(app, "first")
    assert len(said(paths).winners) == 1


@pytest.mark.usefixtures("bare_index")
def test_without_any_vector_one_begins_from_nothing(dashboard):
    """Three photos and no vector: choices are kept, and make the index's first vector."""
    app = dashboard("teach")
    press(app, "first")
    assert "**1 choice.**" in texts(app)
    button(app, "Save vector").click().run()
    assert not app.exception
    [vector] = list_vectors(Index.open(Workspace.current().index("bare"))).values()
    assert vector.kind == "personal"
    assert vector.card.parameters["prior"] is None


def test_stars_can_be_given_without_thumbnails(dashboard, paths):
    """A photo whose small picture is gone says so, and the page goes on."""
    shutil.rmtree(paths.thumbnails)
    app = dashboard("teach")
    app.segmented_control(key="mode").set_value("stars").run()
    assert not app.exception
    assert "its thumbnail is missing" in " ".join(one.value for one in app.caption)
