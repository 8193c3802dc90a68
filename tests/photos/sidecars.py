"""Sample XMP sidecar files as written by programs other than photorank."""

from photorank.photos.metadata.xmp import with_rating


def saved(rating, label=None):
    """XMP sidecar with a rating and label, as if written by another program."""
    sidecar = with_rating(None, rating).replace(b'"photorank"', b'"XMP Core"')
    if label is None:
        return sidecar
    return sidecar.replace(b"xmp:Rating=", f'xmp:Label="{label}" xmp:Rating='.encode())
