"""Sidecars as other programs write them."""

from photorank.photos.metadata.xmp import with_rating


def saved(rating, label=None):
    """Return a sidecar that a program other than photorank saved, with a person's rating."""
    sidecar = with_rating(None, rating).replace(b'"photorank"', b'"XMP Core"')
    if label is None:
        return sidecar
    return sidecar.replace(b"xmp:Rating=", f'xmp:Label="{label}" xmp:Rating='.encode())
