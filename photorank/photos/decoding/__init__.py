"""Pixels of a photo file as sRGB: colour spaces, TIFF pages, camera RAW."""
