"""Errors about judgements and datasets, and about learning and evaluation from judgements."""

from collections.abc import Sequence
from pathlib import Path

from photorank.errors.base import PhotorankError, counted


class LabelsError(PhotorankError, ValueError):
    """A table of judgements is not valid for import."""


class NoLabelsError(PhotorankError, ValueError):
    """An index has no judgements (scores or choices), or too few."""

    def __init__(self, name: str, why: str = "has no labels", what: str = "labels") -> None:
        super().__init__(
            f"index {name!r} {why}. Import some with "
            f"`photorank {what} import FILE.csv --index {name}`, or choose between photos on the "
            "page Teach of `photorank dashboard`."
        )
        self.on_page = (
            f"the collection {name!r} {why}. Choose between photos on the page Teach; what people "
            "said elsewhere, in a table, can be imported too."
        )


class NothingJudgedError(PhotorankError, ValueError):
    """No index has any judgements."""

    on_page = "nobody has judged these photos yet. Choose between some on the page Teach first."

    def __init__(self) -> None:
        super().__init__(
            "no index has labels. Import some with `photorank labels import FILE.csv --index "
            "NAME`, or build the sample with `photorank demo --build-only`."
        )


class ComparisonsError(PhotorankError, ValueError):
    """Judgements cannot be converted to compared pairs: wrong shape, no pairs, bad parameters."""


class ManifestError(PhotorankError, ValueError):
    """A dataset's manifest (a TOML file that describes it) cannot be parsed."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} is not a dataset's manifest: {why}. datasets/README.md says what may stand "
            "there."
        )


class MissingDatasetError(PhotorankError, LookupError):
    """No labelled dataset has the given name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"there is no dataset named {name!r}. There is: {', '.join(known)}. Describe another "
            "in a file of the workspace's datasets/ folder."
        )


class MissingLabelFilesError(PhotorankError, FileNotFoundError):
    """A dataset's label files are not at the expected paths."""

    def __init__(self, name: str, root: Path, files: Sequence[str], how: str) -> None:
        super().__init__(
            f"{root} lacks the label files of {name}: {', '.join(files)}. How to get them: {how} "
            f"Then look with `photorank datasets check {name} --root FOLDER`."
        )


class TooFewPhotosError(PhotorankError, ValueError):
    """An index has too few readable photos for learning without labels."""

    def __init__(self, index: str, found: int, needed: int, reason: str = "") -> None:
        why = f" (of the others the first: {reason})" if reason else ""
        super().__init__(
            f"index {index!r} has {counted(found, 'photo')} that can be read{why}, and {needed} "
            f"are needed to learn from. Add some with `photorank index FOLDER --name {index}`."
        )
        self.on_page = (
            f"the collection {index!r} has {counted(found, 'photo')} that can be read{why}, and "
            f"{needed} are needed to learn from. Add photos on Home."
        )


class TooFewKeepersError(PhotorankError, ValueError):
    """There are too few photos worth keeping (keepers) to set a rejection threshold reliably."""

    def __init__(self, found: int, needed: int, lost: float, confidence: float) -> None:
        super().__init__(
            f"{needed} keepers of different moments are needed to lose at most {100 * lost:.3g} % "
            f"of them with {100 * confidence:.3g} % confidence, and there are {found} that the "
            "vector has not seen. Label more photos, or allow more to be lost with `--lose`."
        )


class BrokenEvaluationError(PhotorankError, ValueError):
    """A saved evaluation cannot be read; it can be computed again."""

    on_page = "what was measured before cannot be read. Measure it again here."

    def __init__(self, path: Path, command: str = "evaluate") -> None:
        super().__init__(
            f"{path} is not an evaluation's JSON. Remove that file and measure again with "
            f"`photorank {command}`."
        )
