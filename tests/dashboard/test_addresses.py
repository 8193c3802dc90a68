"""Links and addresses: the photo, the index and the vector that they name."""

import pytest

from dashboard import session_state
from photorank.index.opened import open_index
from tests.dashboard.conftest import opened_at

pytestmark = pytest.mark.slow


def picked(app):
    """Row numbers (positions in the index) of the photos selected in a page's select boxes."""
    return [one.value for one in app.selectbox if one.label == "or pick one that is here"]


@pytest.mark.parametrize("row", [0, 7])
def test_an_address_names_a_photo_and_a_vector(dashboard, home, row):
    """The page `One photo` opens with the photo and the vector named in its address."""
    app = dashboard("photo")
    app.query_params["photo"] = session_state.photo_token(open_index("small").photo(row).digest)
    app.query_params["along"] = "plain-prompt"
    app.run()

    assert not app.exception
    assert picked(app) == [row]
    assert app.selectbox(key="vector").value == "plain-prompt"


def test_an_address_may_name_a_vector_by_its_name_alone(dashboard, home):
    """A URL may name a vector by its bare name, without the suffix that tells its origin."""
    assert dashboard("photos").selectbox(key="vector").value == "worth"
    app = dashboard("photos", vector="plain-prompt")

    assert app.selectbox(key="vector").value == "plain-prompt"
    assert not app.toast


def test_what_the_user_chooses_wins_over_what_a_link_took_along(dashboard, home):
    """A vector chosen on the page replaces the vector that the link named."""
    app = dashboard("photo")
    app.query_params["along"] = "plain-prompt"
    app.run()
    app.selectbox(key="vector").set_value("ours").run()

    assert not app.exception
    assert app.selectbox(key="vector").value == "ours"
    assert "along" not in app.query_params


def test_a_photo_that_is_picked_is_in_the_address(dashboard, home):
    """If `Two at random` draws two photos, the page's address names both and reopens the pair."""
    app = dashboard("compare")
    next(one for one in app.button if one.label == "Two at random").click().run()
    named = [app.query_params[name] for name in ("first", "second")]
    digests = open_index("small").digests()

    assert len(set(named)) == 2
    for token in named:
        assert any(digest.startswith(token) for digest in digests)


@pytest.mark.parametrize("strange", ["zzz", "<script>", "../..", "0" * 64])
def test_an_address_of_no_photo_shows_the_first(dashboard, home, strange):
    """If the address names an unknown photo, the page shows the first photo and no error."""
    app = dashboard("photo")
    app.query_params["photo"] = strange
    app.query_params["along"] = strange
    app.run()

    assert not app.exception
    assert picked(app) == [0]


@pytest.mark.parametrize("name", ["vector", "along"])
def test_a_vector_that_there_is_not_is_told(dashboard, home, name):
    """An unknown vector in the address is reported once, with its name escaped as text."""
    app = dashboard("photos")
    assert not app.toast
    app.query_params[name] = "<b>*gone*"
    app.run()

    (told,) = (one.value for one in app.toast)
    assert told.startswith("There is no way to judge called")
    assert r"\<b\>\*gone\*" in told
    assert not app.exception


@pytest.mark.parametrize("name", ["index", "in"])
@pytest.mark.parametrize("page", ["home", "photos", "encoders"])
def test_a_collection_that_there_is_not_is_a_page_with_a_way_home(dashboard, home, page, name):
    """An unknown collection in the address gives a page that says so, with a link home."""
    app = dashboard(page, **{name: "<b>*gone*"})

    assert [one.value for one in app.title] == ["No such collection"]
    (told,) = (one.value for one in app.markdown)
    assert r"\<b\>\*gone\*" in told
    (link,) = app.get("page_link")
    assert link.proto.page == ""  # the first one
    assert "gone" not in link.proto.query_string


def test_a_collection_that_was_removed_meanwhile_is_left_by_its_way_home(dashboard, home):
    """On the page of a removed collection, the link Home does not lead back to the collection."""
    app = dashboard("photos", state={"in": "gone"}, index="gone")
    assert [one.value for one in app.title] == ["No such collection"]

    (link,) = app.get("page_link")
    assert "gone" not in link.proto.query_string


@pytest.mark.parametrize("places", ["1e309", "-inf", "nan", "9" * 400, "-1", "many"])
def test_an_album_of_a_strange_size_has_the_usual_one(dashboard, home, places):
    """An invalid album size in the address falls back to 24 places without an error."""
    app = dashboard("album")
    app.query_params["places"] = places
    app.run()

    assert not app.exception
    assert next(one for one in app.number_input if one.label == "Places").value == 24


def test_a_container_begins_with_two_photos(home, dashboard, monkeypatch):
    """The dashboard opens with the page that the variable PHOTORANK_FIRST_PAGE names."""
    for name in ("compare", "two_photos"):
        monkeypatch.setenv("PHOTORANK_FIRST_PAGE", name)
        app = dashboard("home")  # the fixture goes to no page
        assert [one.value for one in app.title] == ["Compare"]
        app.switch_page("views/discerning_power.py").run()
        assert not app.exception


@pytest.mark.parametrize(
    ("old", "title"),
    [("browse", "Photos"), ("label", "Teach"), ("two_photos", "Compare"), ("book", "Album")],
)
def test_an_address_of_before_leads_to_the_page_that_came_of_it(home, old, title):
    """An old address opens the page that replaced it, with its query parameters kept."""
    app = opened_at(old, along="plain-prompt", rater="ann")

    assert [one.value for one in app.title] == [title]
    assert app.query_params["along"] == "plain-prompt"
    assert app.query_params["rater"] == "ann"


def test_an_address_of_stars_leads_to_the_stars(home):
    """The old address `stars` opens the page Teach in its mode for star ratings."""
    app = opened_at("stars")

    assert [one.value for one in app.title] == ["Teach"]
    assert app.segmented_control(key="mode").value == "stars"


def test_the_root_with_parameters_of_the_results_leads_to_the_results(home, evaluated):
    """If the root URL has parameters of the results page, it opens that page instead of Home."""
    app = opened_at("", scope="Within groups")

    assert [one.value for one in app.title] == ["Discerning power"]
    assert app.segmented_control(key="scope").value == "within"


def test_a_vector_is_found_in_the_words_of_whoever_shared_the_address(dashboard, home):
    """An address may give a vector's plain-language or technical name; both select the vector."""
    for written in ("Words alone", "plain-prompt (from words)"):
        app = dashboard("photos", vector=written)
        assert app.selectbox(key="vector").value == "plain-prompt"
        assert not app.toast
