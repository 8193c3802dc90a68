import re

import pytest

from photorank.album.kept.album import BookSettings, KeptAlbum
from photorank.album.kept.store import AlbumStore
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.catalogue.connection import adding
from photorank.index.catalogue.face_rows import record_faces
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.photos.faces.test_face import LARGE

pytestmark = pytest.mark.slow


def texts(app):
    """Return all that a page says."""
    return "\n".join(one.value for one in [*app.markdown, *app.caption])


def button(app, label, place=0):
    """Return the button of that label."""
    return [one for one in app.button if one.label == label][place]


def test_an_album_is_chosen_explained_and_changed(dashboard, paths):
    """The headline counts it; pinned and banned photos stay where they were put."""
    app = dashboard("album")
    app.number_input(key="places").set_value(5).run()
    assert not app.exception
    assert "**5 photos** of 24" in app.markdown[0].value
    assert "shots of one moment" in texts(app)
    assert re.search(r"instead of \d\\?\.jpg", texts(app))
    assert len([one for one in app.button if one.label == "Leave out"]) == 5 + 5  # and just missed

    button(app, "Leave out").click().run()
    assert not app.exception
    assert "Left out" in [one.value for one in app.header]
    button(app, "Always keep", -1).click().run()
    assert not app.exception
    assert "you always keep it" in texts(app)
    button(app, "No longer keep").click().run()
    button(app, "Allow again").click().run()
    assert not app.exception
    assert "you always keep it" not in texts(app)


def test_an_album_may_have_limits_on_photos_with_a_face(dashboard, paths):
    """They are asked for where faces were found."""
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
    """More pins than places end the page in a line."""
    app = dashboard("album")
    app.number_input(key="places").set_value(2).run()
    button(app, "Always keep").click().run()
    button(app, "Always keep").click().run()
    app.number_input(key="places").set_value(1).run()
    assert not app.exception
    assert "2 photos pinned" in app.warning[0].value


def test_the_contact_sheet_shows_photos_alone(dashboard, paths):
    """No words, no buttons under them."""
    app = dashboard("album")
    app.number_input(key="places").set_value(3).run()
    app.segmented_control(key="view").set_value("sheet").run()
    assert not app.exception
    assert "of one moment" not in app.markdown[1].value


def test_an_export_is_told_before_it_is_done(dashboard, paths, tmp_path):
    """Each kind says what it would write, and then does just that."""
    app = dashboard("album")
    app.number_input(key="places").set_value(4).run()
    assert button(app, "Write").disabled
    out = tmp_path / "out"
    app.text_input(key="to").set_value(str(out)).run()
    for kind, said, count in (
        ("copy", "4 copies", 4),
        ("csv", "photorank\\-album\\.csv", 5),
        ("xmp", "4 sidecars", 9),
    ):
        app.segmented_control(key="export").set_value(kind).run()
        assert not app.exception
        assert f"Would write {said}" in texts(app) or said in texts(app)
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
    """What lies beside a photo under its name is told, and copied beside the photo's copy."""
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
    """The page says so instead of offering to write."""
    app = dashboard("album")
    folder = Index.open(paths).photos()[0].path.parent
    app.text_input(key="to").set_value(str(folder)).run()
    assert not app.exception
    assert "are in the index" in app.warning[0].value.replace("\\", "")


def test_a_visitor_is_not_told_what_lies_elsewhere(dashboard, paths, tmp_path):
    """A file, a folder within a file and a missing user are each answered in the same words."""
    (tmp_path / "file").write_text("mine")
    app = dashboard("album", places="2")
    told = set()
    for place in ("file", "file/inside"):
        app.text_input(key="to").set_value(str(tmp_path / place)).run()
        assert not app.warning
        assert f"{place.replace('/', chr(92) + '/')}, 0" in texts(app)
        button(app, "Write").click().run()
        told.add(app.error[0].value.replace("\\", "").replace(str(tmp_path / place), "HERE"))
    assert told == {"nothing can be written into HERE. Name another folder."}
    for typed in ("~root/x", "~nosuchuser/x"):
        app.text_input(key="to").set_value(typed).run()
        told.add(app.warning[0].value.replace("\\", "").replace(typed, "HERE"))
    assert len(told) == 2


@pytest.mark.parametrize(
    "typed", ["/a\0b", f"/{'x' * 300}", "/a\u202eb", "/a\x1b[2J", "Album", "../x"]
)
def test_what_is_no_whole_path_is_told(dashboard, paths, typed):
    """One sentence, in which no character turns or moves what follows."""
    app = dashboard("album", places="2")
    app.text_input(key="to").set_value(typed).run()
    assert not app.exception
    assert "cannot be used as a path" in app.warning[0].value
    assert app.warning[0].value.isprintable()


def test_an_address_takes_pins_and_bans_along(dashboard, home):
    """Who is sent the address sees the same album; what is freed afterwards stays free."""
    app = dashboard("album", places="3")
    button(app, "Always keep").click().run()
    button(app, "Leave out").click().run()
    address = {name: app.query_params[name] for name in ("pin", "ban")}

    other = dashboard("album", places="3", **address)
    assert "you always keep it" in texts(other)
    assert "Left out" in [one.value for one in other.header]
    button(other, "No longer keep").click().run()
    button(other, "Allow again").click().run()
    assert not {"pin", "ban"} & set(other.query_params)
    assert "Left out" not in [one.value for one in other.header]


@pytest.mark.parametrize("pin", ["", ",", "zz", "x" * 4000, "000000000000"])
def test_an_address_that_pins_what_there_is_not_pins_nothing(dashboard, home, pin):
    """Nothing of it is shown or kept."""
    app = dashboard("album", places="3", pin=pin)

    assert not app.exception
    assert "you always keep it" not in texts(app)
    assert "pin" not in app.query_params


def test_an_album_is_kept_and_changed_on_its_page(dashboard, paths):
    """Kept under a name, filled, undone; the store has each change at once."""
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
    button(app, "Allow again").click().run()
    assert store.load("Summer 2026").album.left_out == ()
    button(app, "Best swap").click().run()
    assert not app.exception

    again = dashboard("album", album="Summer 2026")
    assert "4 photos" in texts(again)


def test_an_undo_of_what_one_has_not_seen_is_refused(dashboard, paths):
    """Somebody else changed the album meanwhile: this is told, and nothing is undone."""
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
    """More pages than photos; the album itself is still there."""
    store = AlbumStore(Workspace(paths.root.parent.parent))
    album = KeptAlbum("small", tuple(Index.open(paths).digests()[:3]), book=BookSettings(9))
    store.create("thin", album, "chosen")
    app = dashboard("album", album="thin")
    assert not app.exception
    assert "9 pages need at least 9 photos" in app.warning[0].value
    assert "3 photos" in texts(app)
