"""Sidecars as other programs write them."""

from photorank.photos.metadata.xmp import with_rating


def saved(rating, label=None):
    """Return a sidecar with a rating as if another program had written it."""
    sidecar = with_rating(None, rating).replace(b'"photorank"', b'"XMP Core"')
    if label is None:
        return sidecar
    return sidecar.replace(b"xmp:Rating=", f'xmp:Label="{label}" xmp:Rating='.encode())
