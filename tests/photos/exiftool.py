"""Helpers that run the real exiftool, to check metadata read and written by photorank."""

import json
import shutil
import subprocess

import pytest

EXIFTOOL = shutil.which("exiftool")


def run_exiftool(*arguments):
    """Output of an exiftool run; the test is skipped if exiftool is not installed."""
    if EXIFTOOL is None:
        pytest.skip("exiftool is not installed (Debian: libimage-exiftool-perl)")
    command = [EXIFTOOL, "-charset", "filename=utf8", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603


def tags_of(file):
    """Metadata tags that exiftool finds in a file, as a dict from `group:name` to value."""
    [tags] = json.loads(run_exiftool("-json", "-G1", "-a", "-struct", file))
    return {
        name: value
        for name, value in tags.items()
        if name.partition(":")[0] not in {"SourceFile", "System", "File", "ExifTool"}
    }
