"""Safety from hostile names, tables, vector cards, dataset manifests and web requests."""

import csv
import http.client
import os
import signal
import socket
import subprocess
import sys
import zipfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from dashboard.formatting import plain
from photorank.errors import LabelsError, ManifestError, PhotorankError
from photorank.export.choices_table import write_choices
from photorank.export.ratings_table import write_csv
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.click_log import record_choice
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.judging.remove_source import remove_source
from photorank.index.opened import Index
from photorank.labels.datasets.dataset_manifest import read_manifest
from photorank.labels.tables.formula_cells import text_cell
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable, read_choices
from photorank.labels.tables.workbook import workbook_rows
from photorank.photos.metadata.xmp_syntax import parse_packet
from photorank.vectors.master import MasterVector
from photorank.vectors.store import load_vector
from photorank.workspace import Workspace
from tests.conftest import draw_photo
from tests.fixtures.workbooks import SHEET, change_part, write_workbook

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("packages_scanned_once")]

ROOT = Path(__file__).parents[1]
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")')
SCRIPT = "<script>alert(1)<script><img src=x onerror=alert(1)>"  # a file can be called so
TURNED = f"{SCRIPT}\u202e\x1b[2J"  # likewise, and a terminal obeys it
BOMB = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_sheet_would_compute_becomes_text(text):
    """A cell that begins like a formula is changed so that a spreadsheet takes it as text."""
    assert text_cell(text)[0] not in "=+-@\t\r"


def test_an_export_holds_no_formula_whatever_groups_are_called(home, gallery):
    """In exported tables, no cell starts like a formula, even if a group's name does."""
    paths = Workspace(home).index("small")
    index = Index.open(paths)
    rows = [
        LabelRow(line, str(photo.path), 1.0, "", formula, None, None)
        for line, (photo, formula) in enumerate(zip(index.photos(), FORMULAS, strict=False), 2)
    ]
    remove_source(paths, str(gallery / "labels.csv"))
    import_labels(paths, LabelTable("evil", rows))
    index = Index.open(paths)
    write_csv(home / "out.csv", index, load_vector(index, "ours"))
    with (home / "out.csv").open(newline="") as file:
        for row in list(csv.reader(file))[1:]:
            for column in (0, 3, 4, 6):
                assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("rater", ["ann", *FORMULAS[:4], "'=1", SCRIPT])
def test_exported_choices_are_imported_as_they_were(home, rater):
    """A rater named like a formula is escaped in the exported CSV and restored by the import."""
    paths = Workspace(home).index("small")
    index = Index.open(paths)
    record_choice(
        paths, rater, index.photo(0).digest, index.photo(1).digest, tie=False, asked="random"
    )
    before = Index.open(paths).choices(rater)
    write_choices(home / "choices.csv", Index.open(paths), rater=rater)
    assert f",{rater}\n".encode() not in (home / "choices.csv").read_bytes() or rater[0] in "a<'"
    import_choices(paths, read_choices(home / "choices.csv"))
    after = Index.open(paths).choices(rater)
    assert len(after.winners) == 2 * len(before.winners)


def test_xml_with_entities_is_refused():
    """XML that declares entities is refused before any entity is expanded or any file opened."""
    with pytest.raises(PhotorankError, match=r"DOCTYPE|entit|declar"):
        parse_packet(f'<?xml version="1.0"?>{BOMB}<a>&b;&c;</a>')


@pytest.mark.parametrize("entity", ["&b;", "&c;"])
def test_a_workbook_with_entities_is_refused(tmp_path, entity):
    """A workbook with XML entities is refused, since they could read files or fill the memory."""
    file = write_workbook(tmp_path / "labels.xlsx", ["file", "score"], ["a.jpg", 1])
    assert [cells for _, cells in workbook_rows(file)] == [["file", "score"], ["a.jpg", "1"]]
    change_part(
        file,
        SHEET,
        lambda sheet: BOMB + sheet.replace("<v>1</v>", f"<v>{entity}</v>").replace(' t="n"', ""),
    )
    with pytest.raises(LabelsError, match=r"labels\.xlsx is not an Excel workbook") as caught:
        list(workbook_rows(file))
    assert "EntitiesForbidden" in repr(caught.value.__cause__.__context__)


def test_a_workbook_with_names_outside_writes_nothing(tmp_path):
    """If a workbook's zip archive holds a path such as ../../a.txt, no file is written there."""
    file = write_workbook(tmp_path / "labels.xlsx", ["file", "score"], ["a.jpg", 1])
    with zipfile.ZipFile(file, "a") as book:
        book.writestr("../../escaped.txt", "x")
    assert len(list(workbook_rows(file))) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["labels.xlsx"]
    assert not (tmp_path.parent.parent / "escaped.txt").exists()


@pytest.mark.parametrize("outside", ["../secret.csv", "/etc/passwd", "a/../../secret.csv"])
def test_a_manifest_names_no_file_outside_its_root(tmp_path, outside):
    """A dataset manifest with a path that leads outside the dataset's root folder is refused."""
    manifest = tmp_path / "evil.toml"
    text = (ROOT / "datasets" / "ava.toml").read_text()
    assert 'file = "AVA.txt"' in text
    manifest.write_text(text.replace('file = "AVA.txt"', f'file = "{outside}"'))
    with pytest.raises(ManifestError):
        read_manifest(manifest)


@pytest.mark.parametrize("name", ["../x", "a/b", "..", ".hidden", "con", "x" * 65, "a\0b", ""])
def test_names_of_indexes_and_vectors_are_no_paths(tmp_path, name):
    """An index or vector name is refused if it is a path or cannot be a file name."""
    with pytest.raises(PhotorankError):
        Workspace(tmp_path).index(name)
    with pytest.raises(PhotorankError):
        Workspace(tmp_path).index("good").vector(name)


def test_a_card_that_is_a_pickle_is_refused_unread(tmp_path):
    """A pickle file in place of a vector's JSON file is refused and never executed."""
    mark = tmp_path / "run"
    card = tmp_path / "evil.json"
    card.write_bytes(b"cos\nsystem\n(S'touch " + os.fsencode(mark) + b"'\ntR.")
    with pytest.raises(PhotorankError, match="not a vector's card"):
        MasterVector.load(card)
    assert not mark.exists()


@pytest.mark.parametrize("page", ["photos", "album", "teach"])
def test_names_are_shown_and_not_run(named_home, page):
    """Names of raters, groups and photos are shown as plain text, not rendered as Markdown."""
    app = AppTest.from_file(ROOT / "dashboard" / "pages.py", default_timeout=120)
    app.query_params["vector"], app.query_params["rater"] = "ours", SCRIPT
    app.run()
    app.switch_page(f"views/{page}.py").run()
    assert not app.exception
    elements = [node for node in [*app.main, *app.sidebar] if isinstance(node, Element)]
    shown = (plain(SCRIPT), SCRIPT)  # in Markdown, and in lists to choose from
    assert any(_in_proto(text, one.proto) for one in elements for text in shown)
    for one in elements:
        assert not _in_proto("\u202e", one.proto), one
        # A list's options, what a screen reader says of a picture, and what the component sets as
        # text are no markdown.
        if one.type not in ("selectbox", "multiselect", "image", "bidi_component"):
            assert not _in_proto(SCRIPT, one.proto), one
    for picture in (one for one in elements if one.type == "image"):
        assert not any(SCRIPT in image.caption for image in picture.proto.imgs)


def test_no_page_lets_html_through():
    """Streamlit's `unsafe_allow_html` option is used nowhere in the dashboard."""
    for file in (ROOT / "dashboard").rglob("*.py"):
        assert "unsafe_allow_html" not in file.read_text()


def _in_proto(text, proto):
    """Presence of a text in a message sent to the browser, as True or False."""
    return text.encode() in proto.SerializeToString()


@pytest.fixture
def named_home(home, tmp_path):
    """Workspace whose photos, group of photos, label source and rater have hostile names."""
    folder = tmp_path / "library"
    folder.mkdir()
    files = [folder / f"{TURNED}{number}.jpg" for number in range(3)]
    for number, file in enumerate(files):
        draw_photo(file, seed=900 + number)
    workspace = Workspace(home)
    paths = workspace.index("small")
    build_index(paths, BuildRequest([folder], encoder_spec="embedded"))
    rows = [
        LabelRow(line, str(file), 99.0 + line, TURNED, TURNED, TURNED, None)
        for line, file in enumerate(files, start=2)
    ]
    import_labels(paths, LabelTable(SCRIPT, rows))
    one, other, *_ = Index.open(paths).photos()
    record_choice(paths, SCRIPT, one.digest, other.digest, tie=False, asked="random")
    return home


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def dashboard(*options):
    """Context in which the dashboard runs as a separate process; yields the port number."""
    port = _free_port()
    command = [sys.executable, "-m", "photorank", "dashboard", "--port", str(port), *options]
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        while f"127.0.0.1:{port}" not in process.stderr.readline():
            assert process.poll() is None
        yield port
        process.send_signal(signal.SIGTERM)


@pytest.fixture
def server(home):
    """Port of a dashboard started by the command `photorank dashboard`."""
    with dashboard() as port:
        yield port


def ask(port, method, path, body=None, **headers):
    """Send an HTTP request to the local port and return the answer's status and body."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_the_server_is_for_this_machine_and_gives_out_no_file(server, home, gallery):
    """The server listens on 127.0.0.1, serves no private file and refuses foreign web origins."""
    listening = Path("/proc/net/tcp")
    if listening.exists():
        mine = [line.split()[1] for line in listening.read_text().splitlines()[1:]]
        hosts = {
            host
            for host, _, port in (one.partition(":") for one in mine)
            if int(port, 16) == server
        }
        assert hosts == {"0100007F"}
    secret = (home / "index" / "small" / "manifest.json").read_bytes()
    for path in (
        "/../index/small/manifest.json",
        "/app/static/../../index/small/manifest.json",
        "/app/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2f..%2f..%2fetc/passwd",
        "//etc/passwd",
        f"/media/{gallery}/labels.csv",
        "/component/x/../../../etc/passwd",
        f"/_stcore/../{home}/index/small/catalogue.sqlite",
    ):
        _, body = ask(server, "GET", path)
        assert b"root:" not in body
        assert secret not in body
        assert b"SQLite format" not in body
    status, _ = ask(server, "PUT", "/_stcore/upload_file/x/y", b"x", Origin="http://evil.example")
    assert status >= 400
    elsewhere = ("http://evil.example", "http://localhost:3000", "http://localhost", "null", None)
    assert {knock(server, origin) for origin in elsewhere} == {403}
    assert knock(server, f"http://127.0.0.1:{server}") == 101
    for path in ("/", "/_stcore/health", "/_stcore/stream", "/static/x.js", "/thumbnails/small/x"):
        status, body = ask(server, "GET", path, Host="evil.example")
        assert status == 403
        assert b"--allow-host" in body


def test_the_server_asks_nobody_on_the_internet(home, monkeypatch):
    """A dashboard server that listens on all addresses sends no request to a configured proxy."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(1.0)
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        with dashboard("--listen", "0.0.0.0", "--allow-host", "album.example") as port:  # noqa: S104
            assert knock(port, "http://evil.example") == 403
            assert knock(port, "https://album.example") == 101
            assert knock(port, "https://album.example", Host="album.example") == 101
            assert ask(port, "GET", "/_stcore/health", Host="album.example")[0] == 200
        assert not [line for line in heard(proxy) if line.startswith(b"CONNECT") or b"://" in line]


def knock(port, origin, **headers):
    """HTTP status of a WebSocket request to the dashboard from a given web origin."""
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    page = {} if origin is None else {"Origin": origin}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", **key, **page, **headers}
    return ask(port, "GET", "/_stcore/stream", None, **upgrade)[0]


def heard(server):
    """First line sent by each client of a socket server, until no more clients connect."""
    lines = []
    with suppress(TimeoutError):
        while True:
            client, _ = server.accept()
            client.settimeout(1.0)
            with client, client.makefile("rb") as said:
                lines.append(said.readline())
    return lines
