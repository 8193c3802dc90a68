"""Where the arithmetic runs: the fastest device there is, or the one asked for."""

from photorank.errors import EncoderError


def check_device(device: str) -> None:
    """Raise unless the device can be used.

    Raises
    ------
    EncoderError
        If it is not there, or is no device at all.
    """
    if device in ("auto", "cpu"):
        return  # always there: an index that is up to date never waits for torch
    there = _devices()
    if device not in there:
        raise EncoderError(
            f"there is no device {device!r} here. Use one of: auto, {', '.join(there)}."
        )


def choose_device(device: str) -> str:
    """Device itself, or for ``auto`` the fastest one there is."""
    return _devices()[0] if device == "auto" else device


def _devices() -> list[str]:
    """Return what this machine has, fastest first."""
    import torch

    cuda = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return [*(["cuda"] if cuda else []), *cuda, *mps, "cpu"]
