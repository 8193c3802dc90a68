"""Embeddings of an index: FAISS shard files, the photo of each embedding, and exact search."""
