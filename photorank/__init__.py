"""Rate photos by learned directions in an embedding space."""
