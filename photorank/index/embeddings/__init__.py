"""Embeddings of an index: FAISS shards, the photo of each shard row, exact search."""
