"""What a photo file says of itself: EXIF, XMP, capture time."""
