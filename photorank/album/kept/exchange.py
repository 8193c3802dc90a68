"""Saved album as JSON, for backups and for other workspaces."""

import json
from pathlib import Path
from typing import Any

from photorank.album.kept.album import KeptAlbum, checked_album, checked_album_name
from photorank.errors import AlbumError
from photorank.json_values import fault_in_json, from_json, to_json

FORMAT = "photorank album 1"
MAX_BYTES = 100 << 20  # of an album's JSON file


def album_json(name: str, album: KeptAlbum) -> dict[str, Any]:
    """Saved album as a JSON object, which :func:`album_of_json` reads back."""
    return {"format": FORMAT, "name": name, **to_json(album)}


def album_of_json(data: bytes, file: Path | str = "this") -> tuple[str, KeptAlbum]:
    """Name and content of a saved album, read from JSON; raises AlbumError if invalid."""
    try:
        said = json.loads(data)
        if said["format"] != FORMAT:
            raise ValueError(f"its format is {said['format']!r}, not {FORMAT!r}")
        name, album = str(said["name"]), from_json(KeptAlbum, said)
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise AlbumError(
            f"{file} is no album's JSON: {fault_in_json(error)}. "
            "`photorank albums export NAME` writes one."
        ) from error
    return checked_album_name(name), checked_album(album)
