"""Errors about vectors: names, files, mismatched encoders, and undefined directions."""

from collections.abc import Sequence
from pathlib import Path

from photorank.errors.base import PhotorankError


class MissingVectorError(PhotorankError, LookupError):
    """An index has no rating vector of this name."""

    def __init__(
        self,
        name: str,
        index: str,
        known: Sequence[str],
        *,
        words: bool = True,
        reserved: bool = False,
    ) -> None:
        own = "NAME" if reserved else name
        has = f" It has: {', '.join(known)}." if known else ""
        super().__init__(
            f"index {index!r} has no vector named {name!r}.{has} {_how_to_make(own, index, words)}"
        )
        self.on_page = f"the way to judge {name!r} is no longer there. Choose another one."


class NoSuchOwnVectorError(MissingVectorError):
    """The index has no removable vector of this name; built-in ones are not removable."""

    def __init__(self, name: str, index: str, removable: Sequence[str]) -> None:
        PhotorankError.__init__(
            self,
            f"nothing was removed: index {index!r} has no vector named {name!r} of its own. "
            + (f"It has: {', '.join(removable)}." if removable else "It has none."),
        )


class NoVectorsError(PhotorankError, LookupError):
    """An index has no vector to rate its photos with."""

    def __init__(self, index: str, *, words: bool = True) -> None:
        super().__init__(f"index {index!r} has no vector yet. {_how_to_make('NAME', index, words)}")
        self.on_page = (
            "there is no way to judge these photos yet: choose between some of them on the page "
            "Teach, or make a vector on the page Vectors."
        )


class VectorNameTakenError(PhotorankError, FileExistsError):
    """The index already has a vector of this name."""

    def __init__(self, name: str, index: str) -> None:
        super().__init__(
            f"index {index!r} has a vector named {name!r} already. Choose another name, or "
            f"remove it with `photorank vector remove {name} --index {index}`."
        )
        self.on_page = f"the name {name!r} is taken. Choose another one, or remove that vector."


class ReservedNameError(PhotorankError, ValueError):
    """A vector's name is reserved for a built-in vector, a learner or a baseline."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is the name of a built-in vector, a learner or a baseline, and would be "
            "confused with it in tables of results. Choose another name."
        )


class BuiltInVectorError(PhotorankError, ValueError):
    """A built-in vector cannot be removed from an index."""

    def __init__(self, name: str, index: str) -> None:
        super().__init__(
            f"{name!r} is built into photorank, so it cannot be removed from index {index!r}. To "
            "rate by another vector, name it with `--vector`; `photorank vector list --index "
            f"{index}` tells which there are."
        )
        self.on_page = f"{name!r} comes with photorank and cannot be removed. Choose another one."


class UnknownNameError(PhotorankError, ValueError):
    """A name is not a known learner, metric or other option."""

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        choose = f"Choose one of: {', '.join(known)}." if known else "There is none at all."
        super().__init__(f"there is no {what} named {name!r}. {choose}")


class EncoderMismatchError(PhotorankError, ValueError):
    """A vector was used with embeddings of another encoder or photo framing (crop, padding)."""

    def __init__(self, vector: str, expected: str, found: str) -> None:
        super().__init__(
            f"vector {vector!r} belongs to {expected}, but these embeddings come from {found}. "
            f"Make one for this index with `photorank vector learn NAME --learner all-pairs`."
        )
        self.on_page = (
            f"{vector!r} cannot judge this collection: it was made for photos that another model "
            "looked at. Choose another way to judge."
        )


class ForeignHeadError(PhotorankError, ValueError):
    """A published aesthetic model (head) needs embeddings of another encoder than the index's."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"{path} is a head for {expected}, and this index was made with {found}: as many "
            "numbers, which mean something else. Index the photos with that encoder, or import it "
            "all the same with `--force`."
        )


class CardError(PhotorankError, ValueError):
    """A vector's file (its card) is damaged or has an unknown format."""

    def __init__(self, path: Path | str, why: str) -> None:
        self.why = why
        super().__init__(
            f"{path} is not a vector's card: {why}. Name another file; a damaged card of an "
            "index is made again, after it was moved away, with `photorank vector learn` or "
            "`photorank vector prompt`."
        )
        self.on_page = (
            f"the way to judge in the file {Path(path).name} is damaged: {why}. Choose another one."
        )


class DamagedVectorError(PhotorankError, ValueError):
    """A built-in vector's file is unreadable, or differs from the file shipped with photorank."""

    on_page = (
        "a file that came with photorank is damaged. Install photorank again on this computer; "
        "collections stay as they are."
    )

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} is not the vector that photorank came with: {why}. Install photorank again: "
            "`pip install --force-reinstall photorank`."
        )


class DegenerateDirectionError(PhotorankError, ValueError):
    """A vector cannot be made: its judgements, texts or source vectors define no direction."""


def _how_to_make(name: str, index: str, words: bool) -> str:
    """Sentence that names the commands by which a vector can be made.

    A command that makes one from texts is named only with `words`.
    """
    command = f"photorank vector learn {name} --learner all-pairs --index {index}"
    learn = f"of judgements with `{command}`."
    if not words:
        return f"Make one {learn}"
    prompt = f'`photorank vector prompt {name} "a photo worth printing" --index {index}`'
    return f"Make one of words with {prompt}, or {learn}"
