"""Photo files: find them, open them safely, fit them to an encoder's frame."""
