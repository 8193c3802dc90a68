"""Decoding of photo files of all formats to sRGB, and reading of RAW and JPEG XL headers."""
