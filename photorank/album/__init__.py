"""What leaves photorank: tables, sidecars, embeddings. No photo is moved, changed or deleted."""
