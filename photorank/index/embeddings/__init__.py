"""The embeddings of an index: FAISS shards, the position of each row, exact search."""
