"""Hostile files uploaded to the page of two photos, in a real browser."""

from pathlib import Path

from tests.browser.conftest import NEEDS_BROWSER, drawn, upload
from tests.conftest import draw_photo
from tests.photos.corpus import samples

pytestmark = NEEDS_BROWSER

# Of the hostile files, those of the names that the page lets through.
WANTED = (
    *(
        "bombs/png-60000.png",
        "bombs/jpeg-65500.jpg",
        "bombs/gif-65535.gif",
        "bombs/webp-16383.webp",
    ),
    *("bombs/tiff-size.tif", "bombs/profile.png", "bombs/exif.png", "bombs/exif-in-a-circle.jpg"),
    *("bombs/frames.gif", "bombs/pages-in-a-circle.tif", "misnamed/script.tif"),
)
MOST = 1 << 30  # bytes that the server may hold beside what it held before


def resident(process):
    """Resident memory of a process and its children, in bytes."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    pages = [Path(f"/proc/{one}/statm").read_text().split()[1] for one in (process, *children)]
    return 4096 * sum(map(int, pages))


def test_a_hostile_upload_is_told_or_shown_and_the_next_photo_works(running, page, tmp_path):
    """No hostile upload causes a traceback or ends the server, and memory stays bounded."""
    files = [one for one in samples() if one.name in WANTED]
    assert len(files) == len(WANTED)
    (tmp_path / "drawing.jpg").write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>")
    draw_photo(tmp_path / "photo.jpg", seed=7, size=(560, 420))
    paths = [tmp_path / "drawing.jpg"]
    for one in files:
        paths.append(tmp_path / Path(one.name).name)
        paths[-1].write_bytes(one.data)
    page.goto(f"{running.address}/compare")
    told, shown = (
        page.get_by_text("The first photo:"),
        page.get_by_text("Upload or pick another photo"),
    )

    def uploaded(path):
        upload(page).set_input_files(path)
        told.or_(shown).first.wait_for()
        drawn(page)

    uploaded(tmp_path / "photo.jpg")
    before, refused = resident(running.process.pid), []
    for path in paths:
        page.get_by_role("button", name="Remove").click()
        told.or_(shown).first.wait_for(state="detached")
        uploaded(path)
        if told.count():
            refused.append(path.name)
        assert page.get_by_test_id("stException").count() == 0, path
        assert resident(running.process.pid) - before < MOST, path
    assert {"png-60000.png", "jpeg-65500.jpg", "script.tif", "drawing.jpg"} <= set(refused)
    upload(page).set_input_files(tmp_path / "photo.jpg")
    shown.wait_for()


def test_a_file_over_the_limit_is_not_taken(running, page, tmp_path):
    """An upload over the size limit is refused with an error and is not held in memory."""
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(101 << 20)
    page.goto(f"{running.address}/compare")
    first = upload(page)
    drawn(page)
    before = resident(running.process.pid)
    first.set_input_files(large)
    page.get_by_text("must be 100").first.wait_for()
    assert resident(running.process.pid) - before < 100 << 20
