"""Photo files: finding, decoding, cropping to an encoder's input, metadata, image quality."""
