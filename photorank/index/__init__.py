"""Index of photos: files of embeddings, and a SQLite catalogue of photos and judgements."""
