"""Sidecars as other programs write them."""

from photorank.photos.metadata.xmp import with_rating


def saved(rating, **values):
    """Return a sidecar that a program other than photorank saved, with a person's rating."""
    return with_rating(None, rating, **values).replace(b'"photorank"', b'"XMP Core"')
