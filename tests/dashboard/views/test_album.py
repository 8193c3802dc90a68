import re
import time

import numpy as np
import pytest

from dashboard.cache import choosing
from dashboard.routes import orders
from photorank.album.kept.album import BookSettings, KeptAlbum
from photorank.album.kept.store import AlbumStore
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.catalogue.connection import adding
from photorank.index.catalogue.face_rows import record_faces
from photorank.index.judging.marks import KEEP, LEAVE_OUT, Mark, marks_of, record_marks
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.fixtures.mounted import mounted, press
from tests.photos.faces.test_face import LARGE

pytestmark = pytest.mark.slow


def texts(app):
    """Text of all Markdown elements and captions on a page, one element per line."""
    return "\n".join(one.value for one in [*app.markdown, *app.caption])


def button(app, label, place=0):
    """Button with the given label; `place` selects one of several."""
    return [one for one in app.button if one.label == label][place]


def grid(app, label="Photos of the album"):
    """Properties of the photo grid with the given label, or None if the page has none."""
    return next((one for one in mounted(app) if one.get("label") == label), None)


def said(app, label="Photos of the album"):
    """Name and caption of each photo in a grid, in order."""
    held = orders._held[grid(app, label)["order"]]
    return held.words(range(held.n))


def tokens(app, label="Photos of the album"):
    """First 16 hex digits of the digest of each photo in a grid, stacked photos included."""
    held = orders._held[grid(app, label)["order"]]
    return [held.data[8 * i : 8 * i + 8].hex() for i in range(held.n)]


def mark(app, token, flag, key="album", client="tab"):
    """Flag a photo on the album page: 1 keeps it, -1 leaves it out, 0 removes the flag."""
    press(app, f"{key}-small", {"token": token, "mark": "flag", "value": flag}, client=client)


def test_settings_are_words_and_for_statisticians_numbers(dashboard, home):
    """A setting chosen as a word keeps its value when the page switches to numbers."""
    app = dashboard("album")
    assert not app.slider
    assert [one.value for one in app.select_slider] == ["varied", "almost the same"]
    app.select_slider(key="balance-word").set_value("more varied").run()

    app.session_state["spoken"] = "statistics"
    app.run()
    assert [one.value for one in app.slider] == [0.5, 0.9]
    assert dashboard("album", balance="0.95").select_slider[0].value == "the most varied"


def test_an_album_is_chosen_explained_and_changed(dashboard, paths):
    """The album shows its photos with reasons; pinning or leaving out a photo changes the album."""
    app = dashboard("album")
    app.number_input(key="places").set_value(5).run()
    assert not app.exception
    assert "**5 photos** of 24" in texts(app)
    captions = [caption for _, caption in said(app) if caption]
    assert len(captions) == 5
    assert any("shots of one moment" in one for one in captions)
    assert len(app.button) < 6  # marks are given in the grid

    first, missed = tokens(app)[0], tokens(app, "Just missed")[0]
    mark(app, first, -1)
    assert first in tokens(app, "Left out")
    assert first not in tokens(app)
    mark(app, missed, 1, "missed")
    assert missed in tokens(app)
    assert any("you always keep it" in caption for _, caption in said(app))
    assert grid(app)["marks"][missed] == [1, 0]
    mark(app, missed, 0, client="another tab")
    mark(app, first, 0, "banned")
    assert grid(app, "Left out") is None
    assert not any("you always keep it" in caption for _, caption in said(app))


def test_shots_of_one_moment_are_a_stack(dashboard, paths):
    """Each album photo has the other shots of its moment stacked behind it, as alternatives."""
    app = dashboard("album", places="3")
    columns = orders._held[grid(app)["order"]].data
    n = orders._held[grid(app)["order"]].n
    stacks = np.frombuffer(columns[-2 * n :], dtype="<u2").tolist()
    assert sum(count > 0 for count in stacks) == 3
    assert sum(stacks) == n > 3


def test_stars_given_in_an_album_are_a_persons_own(dashboard, paths):
    """Stars given in an album are saved for the person; leave-out marks stay within the album."""
    app = dashboard("album", places="3")
    token = tokens(app)[0]
    star = {"token": token, "mark": "stars", "value": 4}
    press(app, "album-small", star, {"token": token, "mark": "flag", "value": -1})
    [(digest, kept)] = marks_of(paths, "me").items()
    assert digest.startswith(token)
    assert kept == (0, 4)


def test_the_swap_that_helps_most_is_a_button(dashboard, paths):
    """The best-swap button bans one photo and pins another; if no swap helps, it is disabled."""
    app = dashboard("album", places="2", vector="ours")
    before = tokens(app)
    assert " for " in button(app, "Best swap").help
    button(app, "Best swap").click().run()
    assert not app.exception
    flags = {token: flag for token, (flag, _) in grid(app)["marks"].items()}
    assert sorted(flags.values()) == [-1, 1]
    for token, flag in flags.items():
        assert (token in before, token in tokens(app)) == (flag == -1, flag == 1)

    settled = dashboard("album", places="5")
    assert button(settled, "Best swap").disabled == ("No swap" in button(settled, "Best swap").help)


@pytest.fixture
def slow_choice(monkeypatch):
    """Lock that delays the computation of albums for as long as a test holds the lock."""
    monkeypatch.setattr(choosing, "_AT_ONCE", 0)
    monkeypatch.setattr(choosing, "_PATIENCE_SECONDS", 0.0)
    return choosing._one_at_a_time


def run_until(app, is_so):
    """Rerun a page until a condition holds, at most 100 times."""
    for _ in range(100):
        if is_so():
            return
        time.sleep(0.02)
        app.run()
    pytest.fail("it did not become so")


def test_a_page_with_many_photos_is_there_before_its_choice(dashboard, paths, slow_choice):
    """While an album is computed, its page shows the best rated photos or the previous album."""
    with slow_choice:
        app = dashboard("album", places="4")
        assert "Choosing from 24 photos" in texts(app)
        assert len(tokens(app)) == 4
        assert not any(caption for _, caption in said(app))
    run_until(app, lambda: "**4 photos** of 24" in texts(app))
    assert "Choosing" not in texts(app)

    with slow_choice:
        before = tokens(app)
        mark(app, before[0], -1)
        assert "Choosing from 24 photos" in texts(app)
        assert tokens(app) == before
        assert grid(app)["marks"][before[0]] == [-1, 0]
    run_until(app, lambda: tokens(app) != before)


def test_a_kept_album_is_filled_when_its_choice_is_there(dashboard, paths, slow_choice):
    """Photos are added to a saved album only when the computation of the choice has ended."""
    store = AlbumStore(Workspace(paths.root.parent.parent))
    digests = tuple(Index.open(paths).digests()[:3])
    store.create("ours", KeptAlbum("small", digests), "chosen")
    with slow_choice:
        app = dashboard("album", album="ours")
        button(app, "Fill from the best").click().run()
        assert "Choosing from 24 photos" in texts(app)
        assert len(store.load("ours").album.photos) == 3
    run_until(app, lambda: len(store.load("ours").album.photos) > 3)
    assert "filled in" in app.toast[0].value


def test_a_kept_album_is_judged_before_anybody_asks_for_it(dashboard, paths, slow_choice):
    """When a saved album is opened, the choice of further photos is computed in the background."""
    store = AlbumStore(Workspace(paths.root.parent.parent))
    store.create("ours", KeptAlbum("small", tuple(Index.open(paths).digests()[:3])), "chosen")
    app = dashboard("album", album="ours")
    run_until(app, lambda: any(paths.series.glob("*.npz")))
    run_until(app, lambda: not slow_choice.locked())
    with slow_choice:
        button(app, "Fill from the best").click().run()
    assert "filled in" in app.toast[0].value
    assert len(store.load("ours").album.photos) > 3


def test_an_album_may_have_limits_on_photos_with_a_face(dashboard, paths):
    """Limits on photos with a face are offered only if faces were found in the index."""
    assert not [one for one in dashboard("album").number_input if one.key == "least-faces"]
    digest = Index.open(paths).digests()[0]
    with adding(paths) as connection:
        record_faces(connection, {digest: [LARGE]})
    app = dashboard("album")
    app.number_input(key="places").set_value(3).run()
    app.number_input(key="least-faces").set_value(2).run()
    assert not app.exception
    assert "1 photo with a visible face can be chosen" in texts(app)
    app.number_input(key="most-faces").set_value(1).run()
    assert not app.exception


def test_wishes_that_contradict_themselves_are_told(dashboard, paths):
    """If more photos are pinned than there are places, a warning appears and pins can be undone."""
    app = dashboard("album")
    app.number_input(key="places").set_value(2).run()
    first, second = tokens(app)[0], tokens(app, "Just missed")[0]
    mark(app, first, 1)
    mark(app, second, 1, "missed")
    app.number_input(key="places").set_value(1).run()
    assert not app.exception
    assert "2 photos pinned" in app.warning[0].value
    assert sorted(tokens(app)) == sorted([first, second])
    mark(app, first, 0, client="another tab")
    assert not app.warning
    assert tokens(app)[0] == second


def test_an_export_is_told_before_it_is_done(dashboard, paths, tmp_path):
    """Each export announces which files it would write, and its button writes exactly those."""
    app = dashboard("album")
    app.number_input(key="places").set_value(4).run()
    assert button(app, "Write").disabled
    out = tmp_path / "out"
    app.text_input(key="to").set_value(str(out)).run()
    for kind, said, count in (
        ("copy", "Would write 4 copies", 4),
        ("csv", r"Would write .*/photorank\\-album\\.csv", 5),
        ("xmp", "Would write up to 4 sidecars", 9),
    ):
        app.segmented_control(key="export").set_value(kind).run()
        assert not app.exception
        assert re.search(said, texts(app))
        before = len(list(out.iterdir())) if out.exists() else 0
        assert before == count - (1 if kind == "csv" else 4)
        button(app, "Write").click().run()
        assert not app.exception
        assert app.success
        assert len(list(out.iterdir())) == count
    for kind in ("hard", "soft"):
        app.segmented_control(key="export").set_value(kind).run()
        app.text_input(key="to").set_value(str(tmp_path / kind)).run()
        button(app, "Write").click().run()
        assert not app.exception
        assert len(list((tmp_path / kind).iterdir())) == 4


def test_companions_go_along_if_asked(dashboard, paths, own_gallery, tmp_path):
    """If asked, companion files (same name, other suffix) are announced and copied with photos."""
    for photo in own_gallery.rglob("*.jpg"):
        photo.with_suffix(".MOV").write_bytes(photo.name.encode())
    build_index(paths, BuildRequest([own_gallery], encoder_spec="embedded"))
    app = dashboard("album")
    app.number_input(key="places").set_value(2).run()
    app.text_input(key="to").set_value(str(tmp_path / "out")).run()
    app.checkbox(key="companions").check().run()
    assert not app.exception
    assert "2 companions would go along." in texts(app)
    button(app, "Write").click().run()
    assert not app.exception
    assert "2 photos and 2 companions written" in app.success[0].value
    assert len(list((tmp_path / "out").glob("*.MOV"))) == 2
    app.segmented_control(key="export").set_value("csv").run()
    assert not app.checkbox


def test_a_folder_of_photos_is_no_destination(dashboard, paths):
    """If the output folder holds indexed photos, the page warns and does not offer to write."""
    app = dashboard("album")
    folder = Index.open(paths).photos()[0].path.parent
    app.text_input(key="to").set_value(str(folder)).run()
    assert not app.exception
    assert "are in the index" in app.warning[0].value.replace("\\", "")


def test_a_visitor_is_not_told_what_lies_elsewhere(dashboard, paths, tmp_path):
    """Errors about an output folder do not reveal which files or users exist."""
    (tmp_path / "file").write_text("mine")
    app = dashboard("album", places="2")
    told = set()
    for place in ("file", "file/inside"):
        app.text_input(key="to").set_value(str(tmp_path / place)).run()
        assert not app.warning
        assert f"{place.replace('/', chr(92) + '/')}, 0" in texts(app)
        button(app, "Write").click().run()
        told.add(app.error[0].value.replace("\\", "").replace(str(tmp_path / place), "HERE"))
    assert told == {"Nothing can be written into HERE. Name another folder."}
    for typed in ("~root/x", "~nosuchuser/x"):
        app.text_input(key="to").set_value(typed).run()
        told.add(app.warning[0].value.replace("\\", "").replace(typed, "HERE"))
    assert len(told) == 2


@pytest.mark.parametrize(
    "typed", ["/a\0b", f"/{'x' * 300}", "/a\u202eb", "/a\x1b[2J", "Album", "../x"]
)
def test_what_is_no_whole_path_is_told(dashboard, paths, typed):
    """An unusable path gives a one-sentence warning without control characters."""
    app = dashboard("album", places="2")
    app.text_input(key="to").set_value(typed).run()
    assert not app.exception
    assert "cannot be used as a path" in app.warning[0].value
    assert app.warning[0].value.isprintable()


def test_an_address_takes_pins_and_bans_along(dashboard, home):
    """Pins and bans in the URL apply to the album; undoing them removes them from the URL."""
    app = dashboard("album", places="3")
    kept, left_out = tokens(app)[0], tokens(app, "Just missed")[0]
    mark(app, kept, 1)
    mark(app, left_out, -1, "missed")
    address = {name: app.query_params[name] for name in ("pin", "ban")}

    other = dashboard("album", places="3", **address)
    assert any("you always keep it" in caption for _, caption in said(other))
    assert tokens(other, "Left out") == [left_out]
    mark(other, kept, 0)
    mark(other, left_out, 0, "banned")
    assert not {"pin", "ban"} & set(other.query_params)
    assert grid(other, "Left out") is None


def test_what_a_person_marked_on_other_pages_holds_for_a_new_album(dashboard, paths):
    """A new album includes or leaves out photos as they were marked on other pages."""
    first = tokens(dashboard("album", places="3"))
    digests = Index.open(paths).digests()
    left_out = next(one for one in digests if one.startswith(first[0]))
    others = [one for one in digests if one[:16] not in first]
    marks = [Mark(left_out, "flag", LEAVE_OUT), Mark(others[-1], "flag", KEEP)]
    record_marks(paths, "me", marks)
    app = dashboard("album", places="3")
    assert others[-1][:16] in tokens(app)
    assert first[0] not in tokens(app)
    assert tokens(app, "Left out") == [first[0]]

    mark(app, first[0], 0, "banned")
    assert grid(app, "Left out") is None
    assert marks_of(paths, "me")[left_out].flag == LEAVE_OUT  # elsewhere it is as before

    record_marks(paths, "me", [Mark(one, "flag", KEEP) for one in others[:4]])
    app = dashboard("album", places="3")
    assert not app.exception
    assert not app.warning  # four are kept elsewhere, and three have a place
    assert tokens(app)


@pytest.mark.parametrize("pin", ["", ",", "zz", "x" * 4000, "000000000000"])
def test_an_address_that_pins_what_there_is_not_pins_nothing(dashboard, home, pin):
    """An invalid pin in the address is ignored and removed; no photo is shown as pinned."""
    app = dashboard("album", places="3", pin=pin)

    assert not app.exception
    assert not any("you always keep it" in caption for _, caption in said(app))
    assert "pin" not in app.query_params


def test_an_album_is_kept_and_changed_on_its_page(dashboard, paths):
    """The buttons Keep, Fill and Undo on an album's page each change the stored album."""
    store = AlbumStore(Workspace(paths.root.parent.parent))
    app = dashboard("album", places="4")
    app.text_input[0].set_value("Summer 2026")
    button(app, "Keep").click().run()
    assert not app.exception
    entry = store.load("Summer 2026")
    assert (len(entry.album.photos), entry.album.settings.places) == (4, 4)
    assert "4 photos" in texts(app)

    other = dashboard("album", places="4")
    other.text_input[0].set_value("Summer 2026")
    button(other, "Keep").click().run()
    assert other.error[0].value.endswith(r"already\. Choose another name\.")

    store.change("Summer 2026", lambda album: album.leave_out(album.photos[:1]), "left one out")
    app.run()
    assert "3 photos" in texts(app)
    button(app, "Fill from the best").click().run()
    assert not app.exception
    assert len(store.load("Summer 2026").album.photos) == 4
    button(app, "Undo").click().run()
    assert len(store.load("Summer 2026").album.photos) == 3
    button(app, "Redo").click().run()
    [token] = tokens(app, "Left out")
    mark(app, token, 0, "left-out-Summer 2026")
    assert store.load("Summer 2026").album.left_out == ()
    assert grid(app, "Left out") is None
    button(app, "Best swap").click().run()
    assert not app.exception

    again = dashboard("album", album="Summer 2026")
    assert "4 photos" in texts(again)


def test_an_undo_of_what_one_has_not_seen_is_refused(dashboard, paths):
    """Undo is refused, with a message, if somebody else changed the album meanwhile."""
    store = AlbumStore(Workspace(paths.root.parent.parent))
    digests = tuple(Index.open(paths).digests()[:3])
    store.create("ours", KeptAlbum("small", digests), "chosen")
    store.change("ours", lambda album: album.pin(digests[:1]), "pinned one")
    app = dashboard("album", album="ours")
    store.change("ours", lambda album: album.pin(digests[1:2]), "pinned another")
    button(app, "Undo").click().run()
    assert "changed meanwhile" in app.toast[0].value
    assert len(store.load("ours").album.pinned) == 2


def test_a_book_that_cannot_be_is_told(dashboard, paths):
    """A book with more pages than photos gives a warning, and the album is still shown."""
    store = AlbumStore(Workspace(paths.root.parent.parent))
    album = KeptAlbum("small", tuple(Index.open(paths).digests()[:3]), book=BookSettings(9))
    store.create("thin", album, "chosen")
    app = dashboard("album", album="thin")
    assert not app.exception
    assert "9 pages need at least 9 photos" in app.warning[0].value
    assert "3 photos" in texts(app)
