"""Measurement of photo files (faces, technical quality), with an error for each unusable file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from photorank.errors import PhotorankError, UnreadablePhotoError, counted


class MeasuredFiles(NamedTuple):
    """Results of measuring photo files (faces, sharpness, …): values or an error for each file."""

    told: list[dict[str, Any]]  # for JSON: `path` and the results, or `path` and `error`
    unusable: list[str]  # path and reason

    @property
    def good(self) -> list[dict[str, Any]]:
        """JSON objects (path and results) of the photo files that could be measured."""
        return [one for one in self.told if "error" not in one]

    def refuse_unusable(self) -> None:
        """Raise PhotorankError if any file was unusable; to be called after results are printed."""
        if self.unusable:
            raise PhotorankError(
                f"{counted(len(self.unusable), 'file')} of {len(self.told)} could not be used "
                f"({'; '.join(self.unusable)}). Check the paths, or leave them out."
            )


def measure_files(
    photos: Sequence[Path], measure: Callable[[bytes], dict[str, Any]]
) -> MeasuredFiles:
    """Call the function `measure` with each file's bytes; return its results and errors."""
    from photorank.photos.open_photo import read_photo

    found = MeasuredFiles([], [])
    for photo in photos:
        path = photo.absolute()
        try:
            found.told.append({"path": path} | measure(read_photo(photo)))
        except UnreadablePhotoError as error:
            reason = error.reason if photo.exists() else "does not exist"
            found.told.append({"path": path, "error": reason})
            found.unusable.append(f"{photo}: {reason}")
    return found
