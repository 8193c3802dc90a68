"""Errors that a user can act on; each message says what is wrong, where, and what to run.

A message is built here once; where it names a command, `on_page` is what the dashboard says.
"""

from photorank.errors.albums import AlbumError
from photorank.errors.base import PhotorankError, counted, first_line
from photorank.errors.encoders import (
    DamagedWeightsError,
    EncoderError,
    EntryPointError,
    FaceModelsError,
    MissingExtraError,
    MissingTokenizerError,
    MissingWeightsError,
    NoEncoderError,
    NoTextError,
)
from photorank.errors.files import (
    DecoderError,
    ExportError,
    MetadataError,
    MissingPathError,
    NoLocksError,
    NoPhotosError,
    OutOfMemoryError,
    StorageError,
    UnreadableFileError,
    UnreadablePhotoError,
    UnusablePhotosError,
    changed_since,
    in_words,
)
from photorank.errors.indexes import (
    BrokenIndexError,
    ChangedIndexError,
    ClusterError,
    EmbeddingsError,
    IndexMismatchError,
    InvalidNameError,
    JudgedIndexError,
    LockedIndexError,
    LostManifestError,
    MissingIndexError,
    MovedLibraryError,
    NewerSchemaError,
    RemovedIndexError,
)
from photorank.errors.judgements import (
    BrokenEvaluationError,
    ComparisonsError,
    LabelsError,
    ManifestError,
    MissingDatasetError,
    MissingLabelFilesError,
    NoLabelsError,
    NothingJudgedError,
    TooFewKeepersError,
    TooFewPhotosError,
)
from photorank.errors.servers import FolderAccessError, ServerError
from photorank.errors.vectors import (
    BuiltInVectorError,
    CardError,
    DamagedVectorError,
    DegenerateDirectionError,
    EncoderMismatchError,
    ForeignHeadError,
    MissingVectorError,
    NoSuchOwnVectorError,
    NoVectorsError,
    ReservedNameError,
    UnknownNameError,
    VectorNameTakenError,
)
