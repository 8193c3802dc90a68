"""Metadata of photo files: EXIF, XMP and capture times."""
