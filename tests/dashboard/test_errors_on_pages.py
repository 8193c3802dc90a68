"""Tests that an unexpected error is shown as one sentence in place of the failed page part."""

import struct
import tomllib
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from dashboard import app as server
from dashboard.app import app as served

CONFIG = tomllib.loads((Path(server.__file__).parent / ".streamlit" / "config.toml").read_text())


@pytest.fixture(autouse=True)
def _as_served(monkeypatch):
    """Make the page tests handle unexpected errors as the server does."""
    begin = LocalScriptRunner.__init__

    def begin_as_served(runner, *given, **named):
        begin(runner, *given, **named)
        runner._on_script_error = served._on_script_error

    monkeypatch.setattr(LocalScriptRunner, "__init__", begin_as_served)
    rich = config.get_option("logger.enableRich")
    config.set_option("logger.enableRich", CONFIG["logger"]["enableRich"])
    yield
    config.set_option("logger.enableRich", rich)


def cut_short(file):
    """Cut off the second half of a file."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def of_another_width(file):
    """Halve the number of values per embedding that a shard file declares."""
    data = bytearray(file.read_bytes())
    struct.pack_into("=i", data, 4, struct.unpack_from("=i", data, 4)[0] // 2)
    file.write_bytes(data)


def overwritten(file):
    """Overwrite eight bytes in the middle of a file; only its checksum reveals the damage."""
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8] = b"\xff" * 8
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("page", "name", "damage"),
    [
        ("home", "shards/*.faiss", cut_short),
        ("photos", "shards/*.faiss", of_another_width),
        ("compare", "shards/*.faiss", overwritten),
        ("album", "catalogue.sqlite", cut_short),
        ("teach", "shards/*.faiss", of_another_width),
        ("map", "manifest.json", cut_short),
        ("vectors", "catalogue.sqlite", lambda file: file.unlink()),
    ],
)
def test_a_damaged_collection_is_told_in_a_sentence(dashboard, paths, page, name, damage):
    """If a collection is damaged, each page says so, and pages in the section Lab name the file."""
    damage(sorted(paths.root.glob(name))[0])
    app = dashboard(page)

    (told,) = (one.value for one in app.info)
    assert told.startswith("A file of this collection is damaged or missing")
    in_lab = page in ("map", "vectors")
    assert (" cannot be used: " in told.replace("\\", "")) == in_lab
    assert not app.error


def test_photos_of_a_damaged_collection_can_be_added_again(dashboard, paths):
    """The button `Add photos` is on every page of a damaged collection."""
    cut_short(sorted(paths.shards.iterdir())[0])
    for page in ("home", "album"):
        assert "Add photos" in [one.label for one in dashboard(page).button]


@pytest.mark.slow
def test_a_measurement_that_cannot_be_read_ends_no_page(dashboard, evaluated, paths):
    """If a saved evaluation is unreadable, the page says so and has a button to measure again."""
    paths.evaluation("2021").write_text("{}")

    assert not dashboard("photos").info
    app = dashboard("discerning_power")
    assert "Measure it again" in app.info[0].value
    assert "Measure now" in [one.label for one in app.button]


def test_a_part_of_a_page_that_fails_is_told_in_a_sentence(caplog):
    """An error in a fragment of a page is shown as a sentence, not as an exception."""

    def page():
        import streamlit as st

        from photorank.errors import LockedIndexError

        @st.fragment
        def part():
            st.button("Press")
            raise LockedIndexError("mine")

        part()

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert "is being written" in app.info[0].value
    assert "is being written" in _logged(caplog)
    assert "Traceback" not in _logged(caplog)


def test_a_fault_of_our_own_is_told_calmly(caplog):
    """A bug is shown as a sentence with details for a report, and logged with its traceback."""

    def page():
        raise ZeroDivisionError

    app = AppTest.from_function(page).run()

    assert "fault of photorank" in app.error[0].value
    (details,) = app.expander
    assert details.label == "Details for a report"
    assert details.get("exception")
    assert "Traceback" in _logged(caplog)


def _logged(caplog):
    """Text of the log records, formatted as Streamlit writes them."""
    return "\n".join(caplog.handler.format(record) for record in caplog.records)
