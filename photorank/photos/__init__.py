"""Photo files: search, decoding, framing, metadata and signals."""
