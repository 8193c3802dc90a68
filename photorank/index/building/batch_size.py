"""Number of photos that the encoder embeds in one batch."""

_PHOTOS_A_CORE = 16  # photos per batch, two rounds of every worker
_BATCH_SIZE_LIMITS = (32, 256)  # photos: 32 keep a GPU busy, 256 fit in a few hundred megabytes


def batch_size_for(cores: int) -> int:
    """Number of photos per encoder batch for a machine with the given number of cores."""
    least, most = _BATCH_SIZE_LIMITS
    return min(max(_PHOTOS_A_CORE * cores, least), most)
