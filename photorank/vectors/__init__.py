"""Master-vectors: directions in embedding space that rate photos, and ways to make them."""
