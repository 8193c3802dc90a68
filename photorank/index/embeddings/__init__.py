"""Embeddings of an index: FAISS shards, the photo of each row, exact search."""
