import gzip
import hashlib
import io
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.datastructures import Headers

from dashboard.routes import component_files, held_uploads, orders, photo_facts, pictures
from dashboard.routes.addresses import ROOM
from dashboard.routes.pictures import UPLOADED
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.importing.import_embeddings import ImportRequest, import_embeddings
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.fixtures.colours import ColourEncoder

ROUTES = [
    *pictures.picture_routes(),
    *orders.order_routes(),
    *component_files.component_routes(),
    *photo_facts.fact_routes(),
]


@pytest.fixture
def fetch(ask):
    """Function that requests an address, and returns status, headers and body."""

    def fetched(address, room=ROOM, **headers):
        sent = ask(Starlette(routes=ROUTES), f"/{room}/{address}", **headers)
        start = sent["http.response.start"]
        return start["status"], Headers(raw=start["headers"]), sent["http.response.body"]["body"]

    return fetched


def made_below(folder):
    """Index one large photo whose EXIF data hold a rotation and a GPS position."""
    (folder / "secret folder").mkdir()
    photo = Image.linear_gradient("L").resize((2400, 1600)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it to the right
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 29.0)
    exif.get_ifd(0x8769)[0x829A] = 0.004
    photo.save(folder / "secret folder" / "<b>lying.jpg", exif=exif)
    paths = Workspace(folder / "home").index("bare")
    request = BuildRequest([folder / "secret folder"], encoder_spec="colours", load=ColourEncoder)
    build_index(paths, request)


@pytest.fixture
def turned(made_once, monkeypatch):
    """Index of one rotated photo, shared by tests that must not change it."""
    folder = made_once("turned", made_below)
    monkeypatch.setenv("PHOTORANK_HOME", str(folder / "home"))
    return Index.open(Workspace.current().index("bare"))


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Index of one photo, newly built for each test that uses this fixture."""
    made_below(tmp_path)
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    return Index.open(Workspace.current().index("bare"))


def address(index, size, row=0, digits=16):
    """URL path of a photo's picture in a given size."""
    return f"photos/{index.name}/{index.photo(row).digest[:digits]}/{size}"


@pytest.mark.slow
@pytest.mark.parametrize(("size", "long_side"), [("1024", 1024), ("2048", 2048)])
def test_previews_are_upright_and_hold_pixels_alone(turned, fetch, size, long_side):
    """Previews are upright, hold no metadata such as location, and load only in the same origin."""
    status, headers, body = fetch(address(turned, size))

    assert status == 200
    picture = Image.open(io.BytesIO(body))
    assert picture.size == (round(long_side * 2 / 3), long_side)
    assert not picture.getexif()
    assert b"Maker" not in body
    assert headers["cache-control"] == "private, max-age=31536000, immutable"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_original_of_a_jpeg_is_its_file(turned, fetch):
    """The full-size picture of a JPEG is its unchanged file, which browsers rotate themselves."""
    status, headers, body = fetch(address(turned, "full"))
    assert (status, headers["content-type"]) == (200, "image/jpeg")
    assert body == turned.photo(0).path.read_bytes()


@pytest.mark.parametrize("suffix", ["tiff", "png", "webp", "heic"])
def test_what_a_browser_may_not_show_upright_is_sent_as_jpeg(tmp_path, monkeypatch, fetch, suffix):
    """A file that browsers cannot show upright is sent as a JPEG of the whole, upright picture."""
    if suffix == "heic":
        pytest.importorskip("pillow_heif").register_heif_opener()
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    folder = tmp_path / "photos"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.linear_gradient("L").resize((320, 200)).convert("RGB")
    picture.save(folder / f"a.{suffix}", exif=exif)
    paths = Workspace.current().index("bare")
    build_index(paths, BuildRequest([folder], encoder_spec="colours", load=ColourEncoder))
    status, headers, body = fetch(address(Index.open(paths), "full"))
    assert (status, headers["content-type"]) == (200, "image/jpeg")
    # Pillow's HEIC says itself how it lies.
    assert Image.open(io.BytesIO(body)).size == ((320, 200) if suffix == "heic" else (200, 320))


def test_a_preview_is_made_once(mine, fetch, monkeypatch):
    """A preview is made once and then served from disk, even if the photo is gone."""
    _, _, first = fetch(address(mine, "1024"))
    monkeypatch.setattr(pictures, "jpeg_isolated", None)
    mine.photo(0).path.unlink()
    assert fetch(address(mine, "1024"))[2] == first


@pytest.mark.parametrize("what", ["gone", "changed", "damaged"])
def test_in_place_of_a_photo_that_cannot_be_had_its_thumbnail_is_sent(mine, fetch, what):
    """In place of a missing, unreadable or changed photo, its thumbnail is sent with `no-store`."""
    path = mine.photo(0).path
    if what == "gone":
        path.unlink()
    else:
        path.write_bytes(b"secret" if what == "changed" else path.read_bytes()[:5000])
    status, headers, body = fetch(address(mine, "full"))
    assert status == 200
    assert body == mine.thumbnail(mine.photo(0)).read_bytes()
    assert headers["cache-control"] == "no-store"


def test_a_lost_thumbnail_is_made_again(mine, fetch):
    """A missing thumbnail is made again from the photo itself."""
    shutil.rmtree(mine.paths.thumbnails)
    status, _, body = fetch(address(mine, "384"))
    assert status == 200
    assert Image.open(io.BytesIO(body)).size == (256, 384)


@pytest.mark.parametrize(
    "wrong",
    [
        "photos/other/{digest}/384",
        "photos/bare/{digest}/385",
        "photos/bare/{digest}/full/..",
        "photos/bare/{short}/384",
        "photos/bare/ffffffffffffffff/384",
        "photos/bare/{digest}%2F..%2F..%2Fmanifest.json/384",
        "photos/../bare/{digest}/384",
        "photos/bare/../../../manifest.json/384",
        "photos/bare/%/384",
        "photos/~uploaded/{digest}/384",
        "facts/bare/%",
        "facts/other/{digest}",
        "facts/bare/..",
        "orders/{digest}",
        "orders/../x/words/0",
        "component/x/main.js",
        "component/{modules}/mounting.py",
        "component/{modules}/..%2Fapp.py",
    ],
)
def test_nothing_else_is_served(turned, fetch, wrong):
    """An invalid address has status 404, and files of other folders are never served."""
    digest = turned.photo(0).digest
    names = {"digest": digest, "short": digest[:8], "modules": component_files.modules_hash()}
    status, _, body = fetch(wrong.format(**names))
    assert status == 404
    assert body in (b"", b"Not Found")


@pytest.mark.parametrize("size", ["384", "1024", "full"])
def test_a_photo_of_imported_embeddings_need_not_be_there(tmp_path, monkeypatch, fetch, size):
    """A photo with imported embeddings is sent as a placeholder only if its file is gone."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    np.save(tmp_path / "x.npy", np.eye(2, dtype=np.float32))
    photo = tmp_path / "here.png"
    Image.new("RGB", (400, 300), "teal").save(photo)
    pq.write_table(pa.table({"path": ["gone.jpg", "here.png"]}), tmp_path / "x.parquet")
    paths = Workspace.current().index("imported")
    import_embeddings(paths, ImportRequest(tmp_path, "CLIP"))
    index = Index.open(paths)
    gone, here = (index.row_of(tmp_path / name) for name in ("gone.jpg", "here.png"))

    status, headers, body = fetch(address(index, size, gone))
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    assert b"no picture here" in body
    with Image.open(io.BytesIO(fetch(address(index, size, here))[2])) as shown:
        assert shown.width / shown.height == pytest.approx(4 / 3, abs=0.01)


def test_a_home_that_became_a_file_serves_nothing(turned, fetch, tmp_path, monkeypatch):
    """If the workspace is a file, requests for a photo's image or metadata get an empty 404."""
    wanted = [address(turned, "384"), address(turned, "384").replace("photos", "facts", 1)[:-4]]
    file = tmp_path / "file"
    file.write_bytes(b"")
    monkeypatch.setenv("PHOTORANK_HOME", str(file))
    assert [fetch(one)[::2] for one in wanted] == [(404, b"")] * 2


@pytest.mark.parametrize(
    "room",
    ["shown", "shown/guess", ROOM.upper(), f"{ROOM}x", f"x/{ROOM}"],
    ids=["none", "guessed", "in capitals", "longer", "below"],  # a token is another in each process
)
def test_without_the_servers_token_nothing_is_served(turned, fetch, room):
    """Pictures are served only at addresses that contain the server's own random token."""
    assert fetch(address(turned, "384"), room=room)[0] == 404


def test_a_range_is_no_way_around(turned, fetch):
    """A request for a byte range is answered with the whole picture."""
    whole = fetch(address(turned, "1024"))[2]
    assert fetch(address(turned, "1024"), range="bytes=0-9")[2] == whole


def test_an_upload_is_shown_by_its_whole_digest_alone(fetch, home):
    """An upload is served by its full digest only, and is never written to disk."""
    file = io.BytesIO()
    Image.new("RGB", (900, 600), "red").save(file, "TIFF")
    digest = held_uploads.hold_upload(file.getvalue())
    assert digest == hashlib.sha256(file.getvalue()).hexdigest()
    assert fetch(f"photos/{UPLOADED}/{digest}/full")[0] == 200
    assert fetch(f"photos/{UPLOADED}/{digest}/384")[0] == 200
    assert fetch(f"photos/{UPLOADED}/{digest[:16]}/384")[0] == 404
    assert not [*Workspace.current().previews.glob("*/*")]


def test_what_is_told_of_a_photo_names_no_folder_and_no_place(turned, fetch):
    """Facts about a photo are its name, camera and settings, without folder or location."""
    status, headers, body = fetch(f"facts/bare/{turned.photo(0).digest[:16]}")
    assert status == 200
    told = body.decode()
    assert "<b>lying.jpg" in told
    assert "Maker" in told
    assert "1/250 s" in told
    assert "1,600 × 2,400 pixels" in told
    assert "secret folder" not in told
    assert "48" not in told
    assert headers["cache-control"] == "no-store"


def test_the_components_modules_are_served(fetch):
    """JavaScript modules are served under an address that changes with their content."""
    status, headers, body = fetch(f"component/{component_files.modules_hash()}/main.js")
    assert status == 200
    assert headers["content-type"].startswith("text/javascript")
    assert b"export function show" in body
    assert "eslint.config.js" not in component_files.modules()


def test_modules_are_packed_for_who_takes_that(fetch):
    """JavaScript modules are sent gzip-compressed to browsers that accept gzip."""
    address = f"component/{component_files.modules_hash()}/grid.js"
    _, headers, sent = fetch(address, **{"accept-encoding": "gzip, br"})
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(sent) == component_files.modules()["grid.js"]
    assert len(sent) * 2 < len(component_files.modules()["grid.js"])
