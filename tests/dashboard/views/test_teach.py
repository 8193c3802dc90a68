import pytest

from dashboard.component.mounting import widget_key
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.click_log import clicks, record_choice
from photorank.index.opened import Index
from photorank.vectors.store import list_vectors
from photorank.workspace import Workspace
from tests.dashboard.views.test_pages import button, texts
from tests.fixtures.mounted import mounted, press


def pairs_of(app):
    """Pairs to be answered on the page: short digests of two photos, and why they were selected."""
    return [([one[1], other[1]], asked) for one, other, asked in mounted(app)[0]["pairs"]]


def answer(app, *outcomes, place="choice-small"):
    """Answer the pairs waiting on the page, one after another, in one request."""
    items = [
        {"what": what, "pair": pair, "asked": asked}
        for what, (pair, asked) in zip(outcomes, pairs_of(app), strict=False)
    ]
    press(app, place, *items)
    return items


def said(paths, rater="me"):
    """Choices and stars of one person, read from the index."""
    return clicks(Index.open(paths), rater)


@pytest.mark.slow
def test_many_answers_at_once_are_all_kept_in_their_order(dashboard, paths):
    """Answers, ties and skips are saved in the order given, and no answered pair comes again."""
    app = dashboard("teach")
    before = pairs_of(app)
    answer(app, "first", "second", "tie", "skip", "first", "first")

    found, index = said(paths), Index.open(paths)
    assert found.ties.tolist() == [False, False, True, False, False]
    assert len(found.skipped) == 1
    assert set(found.asked) <= {"random", "informative"}
    winners = [index.photo(row).digest[:16] for row in found.winners.tolist()]
    assert winners[:2] == [before[0][0][0], before[1][0][1]]
    assert mounted(app)[0]["said"].startswith("5 choices")
    assert not {tuple(pair) for pair, _ in before[:6]} & {tuple(pair) for pair, _ in pairs_of(app)}


@pytest.mark.slow
def test_undo_takes_back_the_pair_that_it_names(dashboard, paths):
    """If the answer to a pair is undone, the pair can be answered again."""
    app = dashboard("teach")
    [item] = answer(app, "first")
    again = {"what": "undo", "pair": item["pair"]}
    press(app, "choice-small", item, again)
    assert len(said(paths).winners) == 0
    press(app, "choice-small", item, again, {**item, "what": "second"})
    assert len(said(paths).winners) == 1


@pytest.mark.slow
def test_people_are_kept_apart(dashboard, paths):
    """Each person's choices are stored separately, and the tastes of two people can be compared."""
    index = Index.open(paths)
    for row, rater in enumerate(("ann", "bob")):
        digests = index.photo(row).digest, index.photo(9).digest
        record_choice(paths, rater, *digests, tie=False, asked="random")
    app = dashboard("teach")
    app.selectbox(key="rater").set_value("ann").run()
    answer(app, "second", place=widget_key("choice", "small", "ann"))
    assert len(said(paths, "ann").winners) == 2
    assert len(said(paths, "bob").winners) == 1

    app.segmented_control(key="mode").set_value("together").run()
    assert not app.exception
    assert "would choose alike on" in texts(app)
    app.text_input[0].input("ours-together")
    button(app, "Keep this taste").click().run()
    assert list_vectors(Index.open(paths))["ours-together"].kind == "common"


@pytest.mark.slow
def test_a_taste_is_one_vector_that_follows_each_choice(dashboard, paths):
    """Each choice updates a person's single taste vector instead of adding another vector."""
    app = dashboard("teach")
    items = answer(app, "first")
    button(app, "Use my taste everywhere").click().run()
    assert not app.exception
    assert button(app, "My taste is used everywhere")
    first = list_vectors(Index.open(paths))["my-taste"]
    assert (first.kind, first.card.n_pairs) == ("personal", 1)

    [(pair, asked), *_] = pairs_of(app)
    press(app, "choice-small", *items, {"what": "second", "pair": pair, "asked": asked})
    second = list_vectors(Index.open(paths))["my-taste"]
    assert second.card.n_pairs == 2
    assert [name for name in list_vectors(Index.open(paths)) if "taste" in name] == ["my-taste"]
    assert "my-taste" not in app.selectbox(key="prior").options
    assert second.card.parameters["prior"] != "my-taste"

    app.switch_page("views/photos.py").run()
    assert app.selectbox(key="vector").value == "my-taste"
    app.selectbox(key="vector").set_value("ours").run()
    app.switch_page("views/teach.py").run()
    assert button(app, "Use my taste everywhere")  # as the other pages have it


@pytest.mark.slow
def test_stars_are_given_by_keys(dashboard, paths):
    """A star rating given by a key press in the photo grid is saved."""
    app = dashboard("teach")
    app.segmented_control(key="mode").set_value("stars").run()
    token = Index.open(paths).digests()[0][:16]
    press(app, "stars-small", {"token": token, "mark": "stars", "value": 4})
    assert said(paths).stars.tolist() == [4.0]


@pytest.mark.slow
def test_a_choice_that_cannot_be_kept_is_told_and_waits(dashboard, paths, monkeypatch):
    """An answer waits while another process locks the catalogue, and is then saved."""
    monkeypatch.setattr("photorank.index.catalogue.connection._LOCK_TIMEOUT_SECONDS", 0.1)
    app = dashboard("teach")
    with writing(paths) as connection, transaction(connection):
        answer(app, "first")
    assert "Not kept yet, and sent again" in app.error[0].value
    assert mounted(app)[0]["acked"] is None

    app.run()
    assert len(said(paths).winners) == 1
    assert not app.error


@pytest.mark.slow
@pytest.mark.usefixtures("bare_index")
def test_without_any_vector_one_begins_from_nothing(dashboard):
    """If an index has no vector, a person's choices are saved and give its first vector."""
    app = dashboard("teach")
    answer(app, "first", place="choice-bare")
    button(app, "Use my taste everywhere").click().run()
    assert not app.exception
    [vector] = list_vectors(Index.open(Workspace.current().index("bare"))).values()
    assert vector.kind == "personal"
    assert vector.card.parameters["prior"] is None
