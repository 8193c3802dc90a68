"""Import of existing embeddings from files into an index."""
