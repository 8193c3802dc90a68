"""Opening and building of an index from Python."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from photorank.api.index import Index
from photorank.encoders.base import Encoder
from photorank.encoders.function_encoder import FunctionEncoder
from photorank.index import opened
from photorank.index.building.build import build_index as run_build
from photorank.index.building.request import BuildRequest
from photorank.workspace import Workspace

if TYPE_CHECKING:
    from pandas import DataFrame


def open_index(name: str | None = None, *, encoder: Encoder | None = None) -> Index:
    """Open an index of the current workspace.

    The workspace is the folder that `$PHOTORANK_HOME` names, if that is set; otherwise the current
    folder or its nearest ancestor that is a workspace; otherwise the user's data folder.

    Parameters
    ----------
    name : str, optional
        By default the only index.
    encoder : Encoder, optional
        What made it, where no name says that: a function of your own that no package declares.

    Raises
    ------
    MissingIndexError
        If there is no such index, or a name is needed to choose among several.
    """
    return Index(opened.open_index(name), encoder)


def build_index(
    name: str,
    photos: Path | str | Iterable[Path | str],
    *,
    encoder: str | Encoder | None = None,
    framing: str | None = None,
    labels: "DataFrame | Path | str | None" = None,
    exclude: Sequence[str] = (),
) -> Index:
    """Create or update an index of photo folders, and open it.

    Parameters
    ----------
    name : str
    photos : path, or several
        Folders, with all their subfolders, and files.
    encoder : str or Encoder, optional
        ``embedded``, ``open_clip:MODEL/PRETRAINED``, what a package declares, or an encoder made
        by :func:`image_encoder`. By default the index's own; for a new one CLIP's ViT-L/14.
    framing : str, optional
        By default the index's own, or the encoder's.
    labels : DataFrame or path, optional
        Then imported, as by :meth:`Index.import_labels`.
    exclude : sequence of str
        Shell patterns of names and of paths to pass over.

    Raises
    ------
    NoPhotosError
        If there is no photo that can be read.
    IndexMismatchError
        If the index was made by another encoder or in another framing.
    """
    given = None if encoder is None or isinstance(encoder, str) else encoder
    named = [photos] if isinstance(photos, str | Path) else photos
    request = BuildRequest(
        [Path(path).expanduser() for path in named],
        encoder_spec=given.spec if given is not None else encoder,  # type: ignore[arg-type]
        framing=framing,
        exclude=exclude,
    )
    if given is not None:
        request = replace(request, load=partial(_framed, given))
    paths = Workspace.current().index(name)
    run_build(paths, request)
    index = Index(opened.Index.open(paths), given)
    return index if labels is None else index.import_labels(labels)


def _framed(encoder: Encoder, _: str, *, framing: str | None = None, device: str = "") -> Encoder:
    """The user's encoder object, with another photo framing (crop or padding) if requested."""
    return encoder.framed(framing) if isinstance(encoder, FunctionEncoder) else encoder
