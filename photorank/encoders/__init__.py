"""Encoders: embeddings of photos and texts in one shared space."""

from photorank.encoders.base import Encoder
from photorank.entry_points import declared_names, load_declared, refused
from photorank.errors import EncoderError, NoEncoderError

# Prefix of the spec of imported embeddings, whose encoder is not available.
IMPORTED = "embeddings:"


def load_encoder(spec: str, *, framing: str | None = None, device: str = "auto") -> Encoder:
    """Encoder by name, such as ``embedded`` (the built-in one); its networks load on first use.

    Parameters
    ----------
    spec : str
        ``embedded`` (``embedded:1`` is its first version), ``open_clip:MODEL/PRETRAINED``,
        ``open_clip:MODEL@FILE``, ``open_clip:hf-hub:ORG/NAME`` or ``open_clip:local-dir:PATH``;
        or an encoder that an installed package declares (see
        :func:`photorank.encoders.function_encoder.image_encoder`).
    framing : str, optional
        One of :data:`photorank.photos.framing.FRAMINGS`. Default: the encoder's own.
    device : str, default="auto"
        ``cpu``, ``cuda``, ``cuda:1``, ``mps``; ``auto`` takes the fastest.

    Raises
    ------
    EncoderError
        If the spec, the framing or the device cannot be used.
    MissingExtraError
        If the encoder needs packages that are not installed.
    MissingWeightsError, MissingPathError
        If the weights cannot be had.
    DamagedWeightsError
        If a file of weights is damaged or another one than expected.
    NoEncoderError
        If embeddings were imported, and what made them is not here.
    EntryPointError
        If another package declares the encoder and cannot be used.

    Examples
    --------
    >>> load_encoder("clip")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    photorank.errors.encoders.EncoderError: no encoder is called 'clip'. Use one of: embedded, ...
    """
    from photorank.encoders.embedded import EmbeddedEncoder, FirstEmbeddedEncoder
    from photorank.encoders.function_encoder import FunctionEncoder
    from photorank.encoders.openclip import OpenClipEncoder

    if spec in (EmbeddedEncoder.spec, EmbeddedEncoder.model):  # cards and status name the model
        return EmbeddedEncoder(framing=framing, device=device)
    if spec == FirstEmbeddedEncoder.spec:
        return FirstEmbeddedEncoder(framing=framing, device=device)
    if spec.startswith("open_clip:"):
        return OpenClipEncoder(spec, framing=framing, device=device)
    if spec.startswith(IMPORTED):
        raise NoEncoderError(spec.removeprefix(IMPORTED))
    declared = load_declared("photorank.encoders", spec)
    if declared is not None:
        if not isinstance(declared, FunctionEncoder):
            raise refused("photorank.encoders", spec, "it is not made by photorank.image_encoder")
        return declared.framed(framing)
    others = "".join(f", {name}" for name in declared_names("photorank.encoders"))
    raise EncoderError(
        f"no encoder is called {spec!r}. Use one of: embedded, embedded:1, "
        "open_clip:MODEL/PRETRAINED, open_clip:MODEL@FILE, open_clip:hf-hub:ORG/NAME, "
        f"open_clip:local-dir:PATH{others}."
    )
