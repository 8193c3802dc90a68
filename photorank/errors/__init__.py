"""Errors that a user can act on; each message says what is wrong, where, and what to run.

A message is built here once; where it names a command, `on_page` is what the dashboard says.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

_TOLD_LETTERS = 64  # of a name that cannot be
_TOLD_FAULTS = 20  # of the photos of one command


def first_line(error: Exception) -> str:
    r"""First line of another package's error message, without characters that move a cursor.

    >>> first_line(ValueError("\x1b[31mno\x1b[0m such layer\nand more"))
    '\\x1b[31mno\\x1b[0m such layer'
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = lines[0] if lines else type(error).__name__
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    return shown.rstrip(".:")[:200]


def counted(n: int, noun: str) -> str:
    """Number followed by its noun in singular or plural.

    >>> counted(1, "photo"), counted(96543, "pair")
    ('1 photo', '96,543 pairs')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def in_words(error: Exception) -> "PhotorankError | None":
    """PhotorankError for an exception about disk or memory; None for any other exception."""
    if isinstance(error, PhotorankError):
        return error
    number = error.errno if isinstance(error, OSError) else None
    if (
        isinstance(error, MemoryError)
        or number == errno.ENOMEM
        or (isinstance(error, ImportError) and "map segment" in str(error))
    ):
        return OutOfMemoryError()
    if isinstance(error, OSError) and number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        again = "Make room, then run the same command again."
        return StorageError(error.filename or "the output", "the disk is full", again)
    if isinstance(error, FileNotFoundError) and error.filename is None:  # of `os.getcwd`
        hint = "Change to another folder, then run the same command again."
        return MissingPathError("the current folder", hint=hint)
    if isinstance(error, OSError) and number not in (None, errno.EPIPE):
        return UnreadableFileError(error.filename or "a file", (error.strerror or "").lower())
    return None


def changed_since(paths: Sequence[Path]) -> str:
    """Message that files were changed after indexing, and so are left out.

    >>> changed_since([Path("a.jpg")])
    '1 photo changed since it was indexed: a.jpg. It is left out; run `photorank index` again.'
    """
    they = ("it was", "It is") if len(paths) == 1 else ("they were", "They are")
    first = paths[0] if len(paths) == 1 else f"{paths[0]} and others"
    return (
        f"{counted(len(paths), 'photo')} changed since {they[0]} indexed: {first}. {they[1]} left "
        "out; run `photorank index` again."
    )


def _vector_made(name: str, index: str, words: bool) -> str:
    """Advice naming the commands that make a vector from judgements and, if `words`, from texts."""
    learn = f"of judgements with `photorank vector learn {name} --index {index}`."
    if not words:
        return f"Make one {learn}"
    prompt = f'`photorank vector prompt {name} "a photo worth printing" --index {index}`'
    return f"Make one of words with {prompt}, or {learn}"


class PhotorankError(Exception):
    """Base class of errors that a user can act on; its text is one line."""

    on_page = ""  # what a page says where the text is for a terminal: what to do on the page

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.args)  # KeyError would print quotes


class MissingPathError(PhotorankError, FileNotFoundError):
    """A given folder or file does not exist, or a folder was given where a file is needed."""

    def __init__(self, path: Path | str, *, hint: str = "Check the spelling of the path.") -> None:
        if os.path.isdir(path):
            super().__init__(f"{path} is a folder, not a file. Name a file.")
        elif os.path.exists(path):
            super().__init__(f"{path} is no regular file. Name another one.")
        else:
            super().__init__(f"{path} does not exist. {hint}")


class NoPhotosError(PhotorankError, ValueError):
    """No photo was found in the given paths."""

    def __init__(self, paths: Sequence[Path], reasons: Sequence[str]) -> None:
        where = ", ".join(str(path) for path in paths)
        others = f", and {len(reasons) - 1} more" if len(reasons) > 1 else ""
        seen = f" (not usable: {reasons[0]}{others})" if reasons else ""
        super().__init__(
            f"no photo was found in {where}{seen}. Name a folder of photos: "
            "`photorank index FOLDER --name NAME`."
        )


class UnreadablePhotoError(PhotorankError, ValueError):
    """A file cannot be used as a photo; `reason` is recorded in the catalogue."""

    def __init__(
        self, reason: str, path: Path | str | None = None, *, passing: bool = False
    ) -> None:
        self.reason = reason
        self.passing = passing  # the trouble may be over next time
        where = f"{path} is not a usable photo: " if path else ""
        super().__init__(f"{where}{reason}")


class UnusablePhotosError(PhotorankError, ValueError):
    """Several named photos cannot be used; the message lists all."""

    def __init__(self, faults: Sequence[PhotorankError], asked: int) -> None:
        told = " ".join(f"{str(fault).rstrip('.')}." for fault in faults[:_TOLD_FAULTS])
        others = f" And {len(faults) - _TOLD_FAULTS} more." if len(faults) > _TOLD_FAULTS else ""
        super().__init__(f"{len(faults)} of {asked} photos cannot be used: {told}{others}")


class InvalidNameError(PhotorankError, ValueError):
    """A name is not a valid file name on every system."""

    def __init__(self, what: str, name: str) -> None:
        shown = name if len(name) <= _TOLD_LETTERS else f"{name[:_TOLD_LETTERS]}…"
        super().__init__(
            f"{shown!r} cannot name {what}: use up to 64 letters, digits, dots, dashes and "
            "underscores, and begin with a letter or digit."
        )


class MissingIndexError(PhotorankError, FileNotFoundError):
    """No index of the given name exists, or no index at all."""

    def __init__(self, name: str | None, known: Sequence[str]) -> None:
        if name is None and known:
            text = f"there are several indexes: choose one with --index {'|'.join(known)}."
        elif name is None:
            text = (
                "there is no index yet. Make one with `photorank index FOLDER --name NAME`, "
                "or look at the sample with `photorank demo`."
            )
        else:
            has = f" There is: {', '.join(known)}." if known else ""
            text = (
                f"there is no index named {name!r}.{has} Make it with "
                f"`photorank index FOLDER --name {name}`."
            )
            self.on_page = f"there is no collection called {name!r}."
        super().__init__(text)


class BrokenIndexError(PhotorankError, ValueError):
    """An index's files contradict each other or cannot be read."""

    on_page = (
        "a file of this collection is damaged or missing, so its photos cannot be judged. The "
        "photos themselves are untouched: add them again, as a new collection, or put the "
        "collection's folder back from a backup."
    )

    def __init__(self, path: Path, why: str, remedy: str = "") -> None:
        remedy = remedy or (
            "`photorank doctor --repair` mends what can be made again; else move that index away "
            "and make it again with `photorank index FOLDER --name NAME`."
        )
        super().__init__(f"{path} cannot be used: {why}. {remedy}")


class LostManifestError(BrokenIndexError):
    """The manifest of an index is missing, and the catalogue is too old to hold a copy."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            root,
            "its manifest.json is missing, which tells the encoder and the framing",
            "Put that file back from your backup. Or name both: `photorank index FOLDER --name "
            f"{root.name} --encoder SPEC --framing F` compares them with the embeddings, and "
            "nothing is lost.",
        )


class NewerSchemaError(PhotorankError, ValueError):
    """The index was made by a newer photorank."""

    on_page = (
        "this collection was made by a newer photorank. Update photorank on this computer to see "
        "it; other collections stay as they are."
    )

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path} has schema version {found}, but this photorank reads up to {known}. "
            "Update it with `pip install --upgrade photorank`."
        )


class ChangedIndexError(PhotorankError, LookupError):
    """Photos were dropped from an index while a command read it."""

    on_page = "the collection was changed while this page was drawn. Reload the page."

    def __init__(self, name: str) -> None:
        super().__init__(
            f"index {name!r} was changed while it was being read. Run the same command again."
        )


class LockedIndexError(PhotorankError, BlockingIOError):
    """Another process is writing to the index."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"index {name!r} is being written by another photorank. Wait for it to end, then "
            "run the same command again."
        )
        self.on_page = (
            f"the collection {name!r} is being written, as by an import. Try again in a moment."
        )


class IndexMismatchError(PhotorankError, ValueError):
    """The existing index has another encoder or input framing than requested."""

    def __init__(self, name: str, found: str, asked: str) -> None:
        super().__init__(
            f"index {name!r} was made with {found}, not {asked}. One index has one encoder and "
            "one framing: use another --name."
        )
        self.on_page = (
            f"the model that looks at photos is not the one that made the collection {name!r}. Its "
            "photos can be judged as before; other photos and words cannot until that model is "
            "back. New photos go into a new collection."
        )


class JudgedIndexError(PhotorankError, ValueError):
    """Judgements of another index cannot be copied to an index that already has judgements."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"index {name!r} cannot take another's judgements: it has its own, or is that index "
            "itself. Use another --name."
        )


class EncoderMismatchError(PhotorankError, ValueError):
    """A vector was used with embeddings of another encoder or input framing."""

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
    """A published head was trained on another encoder's embeddings of the same dimension."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"{path} is a head for {expected}, and this index was made with {found}: as many "
            "numbers, which mean something else. Index the photos with that encoder, or import it "
            "all the same with `--force`."
        )


class EncoderError(PhotorankError, ValueError):
    """An encoder's name, input framing or configuration cannot be used."""


class NoTextError(EncoderError):
    """An encoder has no text network, so texts cannot be embedded."""

    def __init__(self, encoder: str) -> None:
        super().__init__(
            f"{encoder} knows no words, so it can neither search nor rate by a text. Learn a "
            "vector from judgements with `photorank vector learn NAME --learner all-pairs`."
        )
        self.on_page = (
            "the model that looked at these photos knows no words. Choose between photos on the "
            "page Teach instead."
        )


class NoEncoderError(NoTextError):
    """The encoder of an index with imported embeddings is not available."""

    def __init__(self, encoder: str) -> None:
        super(NoTextError, self).__init__(
            f"the embeddings were imported, as made by {encoder!r}, and nothing here makes more "
            "of them: photos that are not in the index cannot be rated, nor words. Rate what is in "
            "it, or index the photos with an --encoder."
        )
        self.on_page = (
            "what is known of these photos was brought from elsewhere, so that only they can be "
            "judged: no other photos, and no words."
        )


class EntryPointError(PhotorankError, ImportError):
    """An entry point of another package cannot be used."""

    def __init__(self, package: str, declared: str, why: str) -> None:
        super().__init__(
            f"the package {package} declares {declared}, which cannot be used: {why}. Update that "
            "package, or uninstall it."
        )


class EmbeddingsError(PhotorankError, ValueError):
    """Files of embeddings cannot be imported."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} cannot be imported: {why}. Mend that and run the same command again; "
            "docs/photos-and-labels.md shows the layouts."
        )


class MissingWeightsError(PhotorankError, FileNotFoundError):
    """Weights of an encoder are missing and cannot be downloaded."""

    def __init__(self, spec: str, why: str) -> None:
        super().__init__(
            f"the weights of {spec} cannot be had: {why}. Three ways out: run where the network "
            "reaches the model hub, name a local file with `--encoder open_clip:MODEL@FILE`, or "
            "use `--encoder embedded`."
        )
        self.on_page = (
            "the model that looked at these photos is not on this computer. They can be judged as "
            "before; other photos and words cannot."
        )


class MissingTokenizerError(PhotorankError, FileNotFoundError):
    """The tokenizer of a text network is missing and cannot be downloaded."""

    def __init__(self, spec: str, why: str) -> None:
        super().__init__(
            f"the tokenizer of {spec} cannot be had: {why}. Photos are embedded without it; words "
            "need it. Run once where the network reaches the model hub, or put the tokenizer's "
            "files beside open_clip_config.json and the weights in a folder, and name it: "
            "`--encoder open_clip:local-dir:FOLDER`."
        )
        self.on_page = (
            "what the model needs to read words is not on this computer. Photos can be judged as "
            "before."
        )


class MissingExtraError(PhotorankError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs an extra: `pip install "photorank[{extra}]"`.')


class FaceModelsError(PhotorankError, ImportError):
    """The face-detection models or their runtime are missing or damaged."""


class LabelsError(PhotorankError, ValueError):
    """A table of judgements is not valid for import."""


class NoLabelsError(PhotorankError, ValueError):
    """An index has no labels, or too few for comparisons."""

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


class VectorNameTakenError(PhotorankError, FileExistsError):
    """A vector of the given name exists already."""

    def __init__(self, name: str, index: str) -> None:
        super().__init__(
            f"index {index!r} has a vector named {name!r} already. Choose another name, or "
            f"remove it with `photorank vector remove {name} --index {index}`."
        )
        self.on_page = f"the name {name!r} is taken. Choose another one, or remove that vector."


class MissingVectorError(PhotorankError, LookupError):
    """No vector of the given name exists."""

    def __init__(self, name: str, index: str, known: Sequence[str], *, words: bool = True) -> None:
        has = f" It has: {', '.join(known)}." if known else ""
        super().__init__(
            f"index {index!r} has no vector named {name!r}.{has} {_vector_made(name, index, words)}"
        )
        self.on_page = f"the way to judge {name!r} is no longer there. Choose another one."


class CardError(PhotorankError, ValueError):
    """The file of a vector (its card) is damaged or has another format."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} is not a vector's card: {why}. Name another file; a damaged card of an "
            "index is made again, after it was moved away, with `photorank vector learn` or "
            "`photorank vector prompt`."
        )
        self.on_page = (
            f"the way to judge in the file {Path(path).name} is damaged: {why}. Choose another one."
        )


class DegenerateDirectionError(PhotorankError, ValueError):
    """The examples cancel out, so they define no direction."""


class ComparisonsError(PhotorankError, ValueError):
    """Judgements are invalid for comparison: wrong shape, no pairs, bad parameters."""


class StorageError(PhotorankError, OSError):
    """The disk is full, read-only or disconnected."""

    def __init__(self, path: Path | str, why: str, kept: str | None = None) -> None:
        kept = kept or (
            "Nothing half written was kept; make room or choose another place (for indexes with "
            "PHOTORANK_HOME), then run the same command again."
        )
        super().__init__(f"{path} could not be written: {why}. {kept}")
        self.on_page = (
            f"{Path(path).name} could not be written: {why}. What was kept before is safe. Make "
            "room, or look after that disk, then try again."
        )


class UnreadableFileError(PhotorankError, OSError):
    """The operating system refuses to read a file, which may be undamaged."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} could not be read: {why}. Nothing was changed. Look after its disk and its "
            "rights, then run the same command again."
        )
        self.on_page = (
            f"{Path(path).name} could not be read: {why}. Nothing was changed. Look after its disk "
            "and its rights, then reload the page."
        )


class OutOfMemoryError(PhotorankError, MemoryError):
    """The system has no memory left."""

    on_page = (
        "this computer has not enough memory for that. Close other programs, then reload the page; "
        "what was finished before is kept."
    )

    def __init__(self) -> None:
        super().__init__(
            "there is not enough memory. Close other programs or raise the limit (`ulimit -v`), "
            "then run the same command again; what was finished before is kept."
        )


class NoLocksError(PhotorankError, RuntimeError):
    """The file system does not support file locks."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the disk of {folder} has no file locks, without which two runs could write at once. "
            "Keep indexes on another disk: set PHOTORANK_HOME to a folder there."
        )


class DamagedWeightsError(PhotorankError, ValueError):
    """A weights file is damaged, belongs to another model, or contains code."""

    def __init__(self, path: Path | str, why: str, *, hint: str) -> None:
        super().__init__(f"{path} cannot be used as weights: {why}. {hint}")


class DamagedVectorError(PhotorankError, ValueError):
    """A built-in vector differs from the shipped one."""

    on_page = (
        "a file that came with photorank is damaged. Install photorank again on this computer; "
        "collections stay as they are."
    )

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} is not the vector that photorank came with: {why}. Install photorank again: "
            "`pip install --force-reinstall photorank`."
        )


class UnknownNameError(PhotorankError, ValueError):
    """A name is not a known learner, metric or other option."""

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no {what} named {name!r}. Choose one of: {', '.join(known)}.")


class NoVectorsError(PhotorankError, LookupError):
    """An index has no vector to rate its photos with."""

    def __init__(self, index: str, *, words: bool = True) -> None:
        super().__init__(f"index {index!r} has no vector yet. {_vector_made('NAME', index, words)}")
        self.on_page = (
            "there is no way to judge these photos yet: choose between some of them on the page "
            "Teach, or make a vector on the page Vectors."
        )


class ServerError(PhotorankError, RuntimeError):
    """The dashboard's server cannot run."""


class FolderAccessError(PhotorankError, PermissionError):
    """A visitor from another machine requests a folder of the dashboard's machine."""

    def __init__(self) -> None:
        super().__init__(
            "folders of this computer are chosen by whoever sits at it: open the dashboard there "
            "by http://localhost, or upload the photos."
        )


class ReservedNameError(PhotorankError, ValueError):
    """A vector's name is reserved for a built-in vector, a learner or a baseline."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is the name of a built-in vector, a learner or a baseline, and would be "
            "confused with it in tables of results. Choose another name."
        )


class NothingJudgedError(PhotorankError, ValueError):
    """No index has any judgements."""

    on_page = "nobody has judged these photos yet. Choose between some on the page Teach first."

    def __init__(self) -> None:
        super().__init__(
            "no index has labels. Import some with `photorank labels import FILE.csv --index "
            "NAME`, or build the sample with `photorank demo --build-only`."
        )


class BrokenEvaluationError(PhotorankError, ValueError):
    """A saved evaluation cannot be read; it can be computed again."""

    on_page = "what was measured before cannot be read. Measure it again here."

    def __init__(self, path: Path, command: str = "evaluate") -> None:
        super().__init__(
            f"{path} is not an evaluation's JSON. Remove that file and measure again with "
            f"`photorank {command}`."
        )


class MetadataError(PhotorankError, ValueError):
    """Metadata of a photo cannot be parsed; `reason` is shown to the user."""

    def __init__(self, reason: str, path: Path | None = None) -> None:
        self.reason = reason
        self.path = path  # of the file that says so, where it is known
        where = f"{path} cannot be used: " if path else ""
        super().__init__(f"{where}{reason}")


class ExportError(PhotorankError, OSError):
    """An export would damage existing files at its destination."""


class ManifestError(PhotorankError, ValueError):
    """A dataset's manifest cannot be parsed."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} is not a dataset's manifest: {why}. datasets/README.md says what may stand "
            "there."
        )


class MissingDatasetError(PhotorankError, LookupError):
    """No dataset manifest of the given name exists."""

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


class AlbumError(PhotorankError, ValueError):
    """An album request contradicts itself or the index."""


class TooFewPhotosError(PhotorankError, ValueError):
    """There are too few readable photos for learning without labels."""

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
    """There are too few photos worth keeping to find a threshold for the requested loss."""

    def __init__(self, found: int, needed: int, lost: float, confidence: float) -> None:
        super().__init__(
            f"{needed} keepers of different moments are needed to lose at most {100 * lost:.3g} % "
            f"of them with {100 * confidence:.3g} % confidence, and there are {found} that the "
            "vector has not seen. Label more photos, or allow more to be lost with `--lose`."
        )


class ClusterError(PhotorankError, RuntimeError):
    """A Ray cluster of computers is unreachable or fails; its finished work is kept."""


class DecoderError(PhotorankError, RuntimeError):
    """The process that decodes photos cannot be started."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the process that decodes photos cannot be started: {why}. Look at what "
            "`photorank doctor` says; installing photorank anew helps if its files are damaged."
        )


class MovedLibraryError(PhotorankError, ValueError):
    """The given old and new folders of a moved library do not match the index."""
