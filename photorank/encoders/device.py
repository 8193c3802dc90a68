"""Choice of the compute device: the machine's fastest, or one requested by name."""

from photorank.errors import EncoderError


def check_device(device: str) -> None:
    """Raise EncoderError if this machine lacks the compute device of that name."""
    if device in ("auto", "cpu"):
        return  # always there: an index that is up to date never waits for torch
    there = _devices()
    if device not in there:
        raise EncoderError(
            f"there is no device {device!r} here. Use one of: auto, {', '.join(there)}."
        )


def choose_device(device: str) -> str:
    """Device name, with ``auto`` resolved to the fastest device."""
    return _devices()[0] if device == "auto" else device


def _devices() -> list[str]:
    """Names of this machine's compute devices, fastest first."""
    import torch

    cuda = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return [*(["cuda"] if cuda else []), *cuda, *mps, "cpu"]
