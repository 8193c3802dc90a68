"""Master-vectors: rating directions in embedding space, and the ways to make them."""
