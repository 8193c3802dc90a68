"""Pixels of a photo file as sRGB, of every kind; headers of camera RAW and JPEG XL."""
