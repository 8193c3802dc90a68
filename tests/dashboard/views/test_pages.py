import json
import time
from dataclasses import replace
from html import escape

import numpy as np
import pytest

from dashboard.component.mounting import widget_key
from dashboard.models.photos.grid_photos import rows_of_tokens
from dashboard.routes import orders
from dashboard.routes.pictures import UPLOADED
from dashboard.session_state import photo_token
from photorank.evaluation.saved_evaluation import evaluation_paths, read_evaluation
from photorank.index.catalogue.connection import adding, writing
from photorank.index.catalogue.face_rows import record_faces
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.marks import marks_of
from photorank.index.opened import Index
from photorank.leaderboard.contest import Contest
from photorank.leaderboard.make_leaderboard import make_leaderboard
from photorank.leaderboard.write_report import write_report
from photorank.learning.protocol import Protocol
from photorank.progress_file import Progress, write_progress
from photorank.vectors.master import shortened
from photorank.vectors.store import add_vector, list_vectors, remove_vector
from photorank.workspace import Workspace
from tests.conftest import draw_photo
from tests.fixtures.evaluations import PEOPLE, details, result, saved
from tests.fixtures.mounted import mounted, press
from tests.photos.faces.test_face import LARGE

pytestmark = pytest.mark.slow


def texts(app):
    """Text of all Markdown elements and captions on a page, one element per line."""
    return "\n".join(one.value for one in [*app.markdown, *app.caption])


def button(app, label):
    """First button on the page with the given label."""
    return next(one for one in app.button if one.label == label)


def upload(app, data):
    """Upload a file to the page that compares two photos."""
    return app.file_uploader(key="upload").set_value([("a.jpg", data, "image/jpeg")])


def test_an_empty_workspace_offers_the_sample(tmp_path, monkeypatch, dashboard):
    """In an empty workspace, every page shows buttons to add photos or build the sample index."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    for page in ("home", "photos"):
        app = dashboard(page)
        assert [one.label for one in app.button] == ["Add photos", "Build the sample"]


def test_the_page_of_results_shows_the_latest_evaluation(dashboard, evaluated):
    """The results page names the best vector in its headline and lists all vectors in a table."""
    app = dashboard("discerning_power", spoken="statistics")

    assert "**ours** puts 74" in app.markdown[0].value
    assert list(app.dataframe[0].value["vector"]) == ["ours", "plain-prompt"]
    assert [one for one in mounted(app) if one.get("fixed")]
    assert any("photorank evaluate --index small" in one.value for one in app.code)


def test_the_results_are_told_in_plain_words(dashboard, evaluated):
    """The results page gives a vector's accuracy in plain words; a button shows the statistics."""
    app = dashboard("discerning_power")
    assert "**ours** agrees with people 74 times in 100" in app.markdown[0].value
    assert "(70 to 78)" in app.markdown[0].value
    rows = mounted(app)[0]["rows"]
    assert [row["label"] for row in rows] == ["ours", "Words alone"]
    assert not app.dataframe

    button(app, "Show all statistics").click().run()
    assert "**ours** puts 74" in app.markdown[0].value
    assert app.dataframe


def test_another_scope_is_another_headline(dashboard, evaluated):
    """Choosing the scope `within groups` shows results for pairs of photos of one group."""
    app = dashboard("discerning_power", spoken="statistics")
    app.segmented_control(key="scope").set_value("within").run()

    assert not app.exception
    assert "66" in app.markdown[0].value
    assert "over pairs of one group" in app.markdown[0].value


def test_the_home_page_looks_closer_one_look_at_a_time(dashboard, evaluated, paths):
    """The home page renders only the evaluation view that is chosen, with its text and charts."""
    path = paths.evaluation("2020")
    found = json.loads(path.read_text())
    found["results"].append(result("all-pairs", (0.73, 0.7, 0.76)))
    path.write_text(json.dumps(found | {"details": details(people=PEOPLE)}))
    app = dashboard("discerning_power", spoken="statistics")
    n_charts = len(app.get("vega_lite_chart"))
    assert "people put two photos close together" in texts(app)

    for look, sentence, charts in (
        ("learning", "one person against all others", 0),
        ("belief", "Allowed to pass on close calls", 1),
        ("groups", "Comparing only photos of one group", 0),
    ):
        app.segmented_control(key="look").set_value(look).run()
        assert not app.exception
        assert sentence in texts(app)
        assert "people put two photos close together" not in texts(app)
        assert len(app.get("vega_lite_chart")) == n_charts + charts
        assert len(app.get("download_button")) == 2 + charts


def test_a_look_that_another_metric_lacks_gives_way(dashboard, evaluated, paths):
    """If the chosen metric has no matrix of differences, the page switches to another view."""
    path = paths.evaluation("2020")
    path.write_text(json.dumps(saved(index="small", details=details(), folds=2)))
    app = dashboard("discerning_power", spoken="statistics")
    app.segmented_control(key="look").set_value("matrix").run()
    assert "Filled and bold cells" in texts(app)

    app.segmented_control(key="metric").set_value("kendall_tau_b").run()
    assert not app.exception
    assert "people put two photos close together" in texts(app)


def test_an_evaluation_without_details_is_shown_as_it_was(dashboard, evaluated):
    """Evaluations saved before details existed are shown without the details section."""
    assert "Looking closer" not in [
        one.value for one in dashboard("discerning_power", spoken="statistics").header
    ]


def test_a_new_evaluation_is_seen_at_once(dashboard, evaluated, paths):
    """An evaluation saved by a command appears on the open home page at the next click."""
    app = dashboard("discerning_power", spoken="statistics")
    newer = paths.evaluation("2020").read_text().replace("0.74", "0.99")
    paths.evaluation("2021").write_text(newer)

    assert "99" in app.run().markdown[0].value


def test_the_photos_are_first_those_of_the_most_trusted_vector(dashboard, paths):
    """At first, photos are sorted by the most trusted vector, even if another is more accurate."""
    words = result("plain-prompt", (0.52, 0.48, 0.56), kind="prompt", baseline=True)
    found = saved([words, result("ours", (0.5, 0.46, 0.54))], index="small", folds=2, repeats=1)
    paths.evaluations.mkdir(exist_ok=True)
    paths.evaluation("2020").write_text(json.dumps(found))

    app = dashboard("discerning_power", spoken="statistics")
    assert "**ours** · best first" in texts(app)


def test_labels_without_an_evaluation_are_offered_to_be_measured(dashboard, paths):
    """Without an evaluation, the page shows photos and a button to measure, but no command."""
    app = dashboard("discerning_power")

    assert button(app, "Measure now")
    assert "photorank evaluate" not in texts(app)
    assert "best first" in texts(app)


def test_a_measurement_of_an_earlier_session_is_not_told_of(dashboard, evaluated, home):
    """The page does not announce an evaluation that finished in an earlier session."""
    (home / "jobs").mkdir(exist_ok=True)
    write_progress(home / "jobs" / "evaluate-small.json", Progress("evaluate", state="done"))
    said = [one.label for one in dashboard("discerning_power").button]

    assert "Done" not in said
    assert "Measure again" in said


@pytest.mark.slow
def test_measuring_saves_an_evaluation_by_the_same_protocol(dashboard, evaluated, paths):
    """The button `Measure again` evaluates in the background by the saved evaluation's protocol."""
    app = dashboard("discerning_power", spoken="statistics")
    button(app, "Measure again").click().run()
    assert button(app, "Stop")  # and everything else is there as before
    assert "**ours** puts 74" in app.markdown[0].value
    until = time.monotonic() + 120
    while len(evaluation_paths(paths)) < 2 and time.monotonic() < until:
        time.sleep(0.2)

    first, second = (read_evaluation(path) for path in evaluation_paths(paths))
    assert second.protocol == first.protocol
    app.run()
    assert not app.exception
    assert "all-pairs" in list(app.dataframe[0].value["vector"])


def test_without_labels_the_home_page_says_how_to_import_some(dashboard, bare_index):
    """Without labels, the home page links to a page for judging and says labels can be imported."""
    app = dashboard("discerning_power")

    assert "Nobody has judged these photos yet" in texts(app)
    assert app.get("page_link")
    assert "can be imported as well" in texts(app)
    assert "photorank " not in texts(app)
    assert not app.code


def test_one_photo_is_no_pair(dashboard, lone_photo):
    """With a single photo, no ranking is shown, and the page Teach says that a choice needs two."""
    home = dashboard("discerning_power")
    assert "best first" not in texts(home)
    assert not home.get("page_link")

    assert "takes two photos" in dashboard("teach").info[0].value


def order_of(app, index):
    """Photo numbers and captions of the page's grid, in the order shown."""
    [grid] = mounted(app)
    held = orders._held[grid["order"]]
    tokens = [held.data[8 * place : 8 * place + 8].hex() for place in range(held.n)]
    return rows_of_tokens(index, tokens), held.words(range(held.n))


def test_photos_shows_the_best_first(dashboard, paths):
    """The page Photos shows all photos from best to worst, each captioned with its file name."""
    index = Index.open(paths)
    ours = list_vectors(index)["ours"]
    best = int(np.argmax(ours.rate(index.embeddings(), index.fingerprint)))
    rows, words = order_of(dashboard("photos", vector="ours"), index)

    assert rows[0] == best
    assert sorted(rows) == list(range(len(index)))
    assert words[0] == (index.photo(best).path.name, "")


@pytest.mark.parametrize(
    ("order", "words"), [("worst", ""), ("date", ""), ("disagreement", "people"), ("mistakes", "")]
)
def test_photos_has_other_orders(dashboard, paths, order, words):
    """The page Photos can sort photos in several orders, such as by date or worst first."""
    app = dashboard("photos")
    app.segmented_control(key="order").set_value(order).run()
    assert not app.exception
    _, captions = order_of(app, Index.open(paths))
    assert words in captions[0][1]


def test_a_vector_without_mistakes_to_tell_leads_to_one_that_has_some(dashboard, evaluated, paths):
    """If a vector has no mistakes to show, the photos page offers a button for another vector."""
    index = Index.open(paths)
    ours = list_vectors(index)["ours"]
    card = replace(ours.card, index="elsewhere", photos=frozenset(map(shortened, index.digests())))
    remove_vector(index, "ours")
    add_vector(index, replace(ours, card=card))
    assert "has learned from all the photos" in texts(dashboard("discerning_power"))

    app = dashboard("photos", vector="ours", order="Mistakes")
    assert "has learned from all the photos" in app.info[0].value
    other = next(one for one in app.button if one.label.startswith("Judge by "))
    other.click().run()
    assert not app.exception
    assert not app.info
    assert app.selectbox(key="vector").value != "ours"


def test_photos_keeps_what_a_person_says_of_them(dashboard, paths):
    """Stars are saved for the rater named in the address, before the page is drawn."""
    index = Index.open(paths)
    app = dashboard("photos", rater="ann")
    token = index.digests()[0][:16]
    press(app, widget_key("photos", "small", "ann"), {"token": token, "mark": "stars", "value": 5})
    assert marks_of(paths, "ann") == {index.digests()[0]: (0, 5)}
    app.slider(key="stars").set_value(5).run()
    assert order_of(app, index)[0] == [0]


def test_browse_lists_the_files_that_are_no_photos(dashboard, home):
    """Unusable and ignored files are listed below the photos with the reason."""
    app = dashboard("photos")

    [unused] = app.expander
    assert unused.label == "1 file could not be used, 1 file passed over"
    assert [one.value for one in app.text] == ["1 file passed over: 1 .csv"]
    assert list(app.dataframe[0].value["why"])[1] == "another kind of file"


def test_browse_filters_by_group(dashboard, paths):
    """Choosing a group on the page Photos leaves only photos of that group."""
    app = dashboard("photos")
    app.selectbox(key="group").set_value(1).run()

    index = Index.open(paths)
    rows, _ = order_of(app, index)
    assert rows
    assert {index.photo(row).group for row in rows} == {"forest"}


def test_filters_are_counted_and_cleared(dashboard, paths):
    """Filters that no photo passes lead to an empty page with a button to clear them."""
    app = dashboard("photos")
    assert not [one for one in app.button if one.label.startswith("Clear")]
    app.slider(key="stars").set_value(5)
    app.selectbox(key="group").set_value(1).run()
    assert app.info[0].value == "No photo passes these filters."
    assert app.button(key="clear").label == "Clear 2 filters"
    app.button(key="clear-filters").click().run()
    assert not app.exception
    assert not [one for one in app.button if one.label.startswith("Clear")]
    assert len(order_of(app, Index.open(paths))[0]) == len(Index.open(paths))

    # The address says after how many clearings, for the names of filters there tell them apart.
    app.selectbox(key="group-1").set_value(1).run()
    assert app.query_params["cleared"] == "1"
    again = dashboard("photos", **{"cleared": "1", "group-1": "forest"})
    assert len(order_of(again, Index.open(paths))[0]) == len(order_of(app, Index.open(paths))[0])
    assert again.button(key="clear").label == "Clear 1 filter"


def test_browse_filters_by_faces(dashboard, paths):
    """The face filter is offered only if faces were found in the index."""
    assert not [one for one in dashboard("photos").segmented_control if one.key == "faces"]
    digest = Index.open(paths).digests()[0]
    with adding(paths) as connection:
        record_faces(connection, {digest: [LARGE]})
    app = dashboard("photos")
    app.segmented_control(key="faces").set_value("eyes").run()
    assert not app.exception
    assert [one.value for one in app.caption if "1 photo with open eyes" in one.value]


def test_two_photos_at_random_get_two_probabilities(dashboard, home):
    """The chances of two random photos to be preferred sum to 100 %; no encoder is loaded."""
    app = dashboard("compare")
    assert not app.metric
    assert mounted(app)[0]["actions"] == {"compare": "Compare these"}

    button(app, "Two at random").click().run()

    assert not app.exception
    assert len(mounted(app)[0]["pair"]) == 2
    chances = [int("".join(filter(str.isdigit, one.value))) for one in app.metric]
    assert len(chances) == 2
    assert sum(chances) == 100
    opinions = next(one.proto.body for one in app.get("html") if "opinions" in one.proto.body)
    assert escape(app.metric[0].value) in opinions  # the table rounds as the headline does
    balance = next(one.proto.body for one in app.get("html") if "balance" in one.proto.body)
    assert escape(f"first photo {app.metric[0].value}") in balance
    assert ("to-second" in balance) <= (chances[0] <= chances[1])  # the greater has the accent
    assert not list(app.get("spinner"))


def test_two_photos_are_picked_by_their_pictures(dashboard, paths):
    """Two photos picked in the grid are compared and named in the address; Swap exchanges them.

    Typed words stand in the vector's place until they are cleared.
    """
    index = Index.open(paths)
    digests = [index.photo(row).digest for row in (3, 7)]
    tokens = [digest[:16] for digest in digests]
    pressed = {"pick-small": {"act": {"what": "compare", "tokens": tokens}}}
    assert not [one for one in dashboard("compare").button if one.label == "Swap"]
    app = dashboard("compare", state=pressed)

    named = [app.query_params[name] for name in ("first", "second")]
    assert named == [photo_token(digest) for digest in digests]
    before = [one.value for one in app.metric]
    button(app, "Swap").click().run()
    assert [one.value for one in app.metric] == before[::-1]

    box = app.selectbox(key="vector")
    chosen = box.select(box.options[-1]).run().selectbox(key="vector").value
    for typed in ("a red photo", "a\0b \u202e **`"):
        app.text_input(key="words-like").set_value(typed).run()
        assert not app.exception
        assert not app.warning
        assert [one.value for one in app.markdown if one.value.startswith("By your words")]
        assert "vector" not in [one.key for one in app.selectbox]  # which does not judge now
    button(app, "Clear the words").click().run()
    assert app.selectbox(key="vector").value == chosen


def test_an_uploaded_photo_is_compared_with_one_of_the_index(dashboard, paths, tmp_path):
    """An upload is compared with a photo of the index; the encoder is loaded once."""
    draw_photo(tmp_path / "new.jpg", seed=1)
    token = photo_token(Index.open(paths).photo(3).digest)
    app = dashboard("compare", second=token)
    upload(app, (tmp_path / "new.jpg").read_bytes()).run()

    assert not app.exception
    assert len(app.metric) == 2
    first, second = mounted(app)[0]["pair"]
    assert first[0] == UPLOADED
    assert second[0] == "small"


def test_an_upload_that_is_no_photo_is_an_error_in_words(dashboard, home):
    """A text file named .jpg gives an error message, and the page keeps working."""
    app = dashboard("compare")
    upload(app, b"buy milk").run()

    assert not app.exception
    assert app.error[0].value.startswith("The first photo: ")


def test_a_vector_from_words_is_made_by_the_form(dashboard, paths):
    """A vector made from words by the form is saved in the index and shown on the page."""
    app = dashboard("vectors")
    app.text_area[0].input("a photo of a beach")
    button(app, "Make it").click().run()

    assert not app.exception
    assert "my-words" in list_vectors(Index.open(paths))
    assert "a photo of a beach" in texts(app)


def test_a_name_that_is_taken_is_refused_in_words(dashboard, paths):
    """A new vector whose name is taken is refused, and the old vector stays."""
    before = paths.vector("ours").read_bytes()
    app = dashboard("vectors")
    app.text_input[0].input("ours")
    app.text_area[0].input("a beach")
    button(app, "Make it").click().run()

    assert "is taken" in app.error[0].value
    assert paths.vector("ours").read_bytes() == before


def test_an_answer_that_is_missing_leaves_the_other_form(dashboard, paths):
    """If the words for a new vector are missing, an error appears and the other form remains."""
    app = dashboard("vectors")
    button(app, "Make it").click().run()

    assert not app.exception
    assert "Say in words" in app.error[0].value
    assert button(app, "Learn it")
    assert "my-words" not in list_vectors(Index.open(paths))


def test_an_address_of_a_photo_that_there_is_not_says_so(dashboard, home):
    """The page of an unknown photo shows a warning instead of silently showing another photo."""
    app = dashboard("photo", photo="ffffffffffff")

    assert not app.exception
    assert "not in this collection" in app.warning[0].value


def test_the_page_of_a_photo_tells_its_date(dashboard, paths):
    """A photo's page shows its capture date and the date's source, or that no date is known."""
    index = Index.open(paths)
    with writing(paths) as connection, transaction(connection):
        connection.execute(
            "UPDATE photos SET taken = '2019-05-03T14:02:00', taken_from = 'name' WHERE digest = ?",
            [index.photo(0).digest],
        )
    assert "Taken 3 May 2019, 14:02 (from its name)." in (said := texts(dashboard("photo")))
    assert "to the best" in said  # what it adds to them
    other = dashboard("photo", photo=photo_token(index.photo(1).digest))
    assert "Nothing tells when it was taken." in texts(other)


def test_a_vector_is_learned_by_the_form(dashboard, paths):
    """A vector learned by the form has a held-out accuracy on its card."""
    app = dashboard("vectors")
    button(app, "Learn it").click().run()

    assert not app.exception
    learned = list_vectors(Index.open(paths))["my-taste"]
    assert learned.kind == "all-pairs"
    assert learned.card.metrics["pairwise_accuracy"]["value"] is not None


def test_a_vector_is_removed_after_a_question(dashboard, paths):
    """The button in a vector's confirmation removes that vector and no other."""
    app = dashboard("vectors")
    app.button(key="remove-ours").click().run()

    assert not app.exception
    assert [card.stem for card in paths.vectors.iterdir()] == ["plain-prompt"]


def test_the_pages_say_that_the_embedded_encoders_words_are_a_stand_in(dashboard, home):
    """The vectors page warns that the text part of the encoder `embedded` is a stand-in."""
    assert "stand-in" in dashboard("vectors").info[0].value


@pytest.mark.parametrize("page", ["photos", "compare"])
def test_without_a_vector_the_pages_say_how_to_make_one(dashboard, bare_index, page):
    """Without a vector, each page that needs one points to the page Teach."""
    assert "choose between some of them on the page Teach" in dashboard(page).info[0].value


def test_an_interrupted_sample_can_be_finished(dashboard, home):
    """If building the sample was interrupted, the home page offers a button to finish it."""
    (home / "index" / "small").rename(home / "index" / "sample")
    app = dashboard("discerning_power")

    assert [one.label for one in app.button] == ["Finish the sample"]


def test_encoders_are_compared_in_the_background_and_shown(dashboard, home):
    """The page Encoders explains how to compare encoders, and shows tables of a comparison."""
    app = dashboard("encoders")
    assert "photorank index --from NAME --name NEW" in app.code[0].value
    assert button(app, "Compare").disabled is False

    workspace = Workspace(home)
    contest = Contest((), ("mean-difference",), Protocol(folds=3, repeats=1), costs=False)
    board = make_leaderboard([Index.open(workspace.index("small"))], contest)
    workspace.leaderboard.parent.mkdir()
    write_report(board, workspace.leaderboard.with_suffix(".json"))
    app = dashboard("encoders")
    assert not app.exception
    indexes, results = app.dataframe[0].value, app.dataframe[1].value
    assert list(indexes["index"]) == ["small"]
    assert "mean-difference" in list(results["vector or learner"])
    assert "3 test folds" in texts(app)
    assert board.command in [one.value for one in app.code]
    assert any("puts the better of two photos first" in one.value for one in app.markdown)


def test_a_damaged_leaderboard_is_told(dashboard, home):
    """A damaged leaderboard file is reported in one sentence with the command that mends it."""
    workspace = Workspace(home)
    workspace.leaderboard.parent.mkdir()
    workspace.leaderboard.with_suffix(".json").write_text('{"panels": 3}')
    app = dashboard("encoders")
    assert "measure again with `photorank leaderboard`" in app.error[0].value
    assert not button(app, "Compare").disabled
