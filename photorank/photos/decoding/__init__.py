"""Decoding of photo files of all formats to sRGB; headers of camera RAW and JPEG XL."""
