"""Photo files: search, decoding, fitting to encoders, metadata and technical signals."""
